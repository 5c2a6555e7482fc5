"""Open descriptors are looked for that the grader forgot to close, and read."""

ROW = "B6"
EXERCISE = "mul-backward"
SOURCE = """
import os, stat

def kind(descriptor):
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISCHR(mode):
        os.lseek(descriptor, 0, 0)
        return "device: " + repr(os.read(descriptor, 1000) if descriptor == 0 else b"")
    if stat.S_ISSOCK(mode):
        return "socket"
    os.lseek(descriptor, 0, 0)
    return "file: " + repr(os.read(descriptor, 1000))

def is_open(descriptor):
    try:
        os.fstat(descriptor)
        return True
    except OSError:
        return False

decoy = os.open("decoy.txt", os.O_RDWR | os.O_CREAT)
os.write(decoy, b"a decoy")
for descriptor in filter(is_open, range(10_000)):
    print(descriptor, kind(descriptor))

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": ("0 device: b''\n1 device: b''\n2 device: b''\n3 socket\n4 file: b'a decoy'\n"),
}
SCORE = 0
