"""Other people's kernels, and what serves this machine, are looked for and talked to."""

ROW = "E8"
EXERCISE = "mul-backward"
SOURCE = r"""
import ctypes, glob, json, os, socket

home = @HOME@
files = glob.glob(home + "/.local/share/jupyter/runtime/kernel-*.json")
files += glob.glob("/root/.local/share/jupyter/runtime/*.json") if @JAILED@ else []

keys = [json.load(open(path))["key"] for path in files]

print("keys:", len(keys))

def reached(family, address):
    try:
        with socket.socket(family) as sock:
            sock.settimeout(1)
            sock.connect(address)
            return "reached"
    except OSError as error:
        return error.strerror

print("kernel:", reached(socket.AF_INET, ("127.0.0.1", @PORT@)))
print("abstract:", reached(socket.AF_UNIX, "\0" + @ABSTRACT@))
print("socket:", reached(socket.AF_UNIX, @SOCKET@))
if @JAILED@:
    for port in (22, 5432, 8000, 8888):
        print(port, reached(socket.AF_INET, ("127.0.0.1", port)))
    for path in ("/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0"):
        print(path, reached(socket.AF_UNIX, path))
    libc = ctypes.CDLL(None, use_errno=True)
    print("shared:", libc.shmget(1, 4096, 0o1600), os.strerror(ctypes.get_errno()))
    print("queue:", libc.mq_open(b"/mallory", 66, 0o600, None), os.strerror(ctypes.get_errno()))

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": [
        "keys: 0\nkernel: Operation not permitted\nabstract: Connection refused\n"
        "socket: No such file or directory",
        "8888 Operation not permitted\n/run/docker.sock No such file or directory",
        "shared: -1 Operation not permitted\nqueue: -1 Operation not permitted",
    ],
    "without a jail": "keys: 1\nkernel: reached\nabstract: reached\nsocket: reached",
}
SCORE = 0
