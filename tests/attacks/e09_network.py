"""Whoever can be reached is connected to: services here, the network, names, the kernel."""

ROW = "E9"
EXERCISE = "mul-backward"
SOURCE = """
import socket

HERE = {
    "tcp": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", @PORT@)),
    "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, "\\0" + @ABSTRACT@),
    "path": (socket.AF_UNIX, socket.SOCK_STREAM, @SOCKET@),
}
AWAY = {
    "metadata": (socket.AF_INET, socket.SOCK_STREAM, ("169.254.169.254", 80)),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
    "tcp 6": (socket.AF_INET6, socket.SOCK_STREAM, ("::1", @PORT@)),
    "raw": (socket.AF_INET, socket.SOCK_RAW, ("127.0.0.1", 0)),
    "netlink": (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
    "packet": (socket.AF_PACKET, socket.SOCK_RAW, ("lo", 0)),
    "vsock": (socket.AF_VSOCK, socket.SOCK_STREAM, (2, 22)),
    "alg": (socket.AF_ALG, socket.SOCK_SEQPACKET, ("hash", "sha256")),
}

def reached(target):
    family, kind, address = target
    try:
        with socket.socket(family, kind) as sock:
            sock.settimeout(1)
            sock.connect(address)
            return "reached"
    except OSError as error:
        return error.strerror

for name, target in HERE.items():
    print(name, reached(target))
if @JAILED@:
    for name, target in AWAY.items():
        print(name, reached(target))
    try:
        socket.getaddrinfo("example.org", 80)
    except OSError as error:
        print("name", type(error).__name__)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": [
        "tcp Operation not permitted",
        "abstract Connection refused",
        "path No such file or directory",
        *(
            f"{name} Operation not permitted"
            for name in ["metadata", "udp", "raw", "netlink", "packet", "vsock", "alg"]
        ),
        "tcp 6 Operation not permitted",
        "name gaierror",
    ],
    "without a jail": ["tcp reached", "abstract reached", "path reached"],
}
SCORE = 0
