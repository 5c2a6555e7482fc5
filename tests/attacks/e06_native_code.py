"""Code that no Python sees: a library written to the disk, and instructions put into memory."""

ROW = "E6"
EXERCISE = "mul-backward"
SOURCE = r"""
import ctypes, glob, mmap, os, platform, shutil

def tried(call):
    try:
        return call() and "done"
    except OSError as error:
        return (error.strerror or str(error)).split(": ")[-1]

library = [*glob.glob("/usr/lib*/*/libm.so.6"), *glob.glob("/usr/lib*/libm.so.6")][0]
shutil.copy(library, "mallory.so")
print("library:", tried(lambda: ctypes.CDLL("/tmp/mallory.so").cos and True))
with open("mallory.so", "r+b") as file:
    inside = mmap.PROT_READ | mmap.PROT_EXEC
    print("mapped:", tried(lambda: mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, inside)))
os.chmod("mallory.so", 0o755)
if not @LIFTED@:
    print("started:", tried(lambda: os.execv("/tmp/mallory.so", ["mallory"])))

# mov eax, 57 (fork); syscall; ret, or the like of ARM (clone)
CODES = {
    "x86_64": "b8390000000f05c3",
    "aarch64": "881b80d2200280d2010080d2010000d4c0035fd6",
}
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(bytes.fromhex(CODES[platform.machine()]))
function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
if not @LIFTED@:
    print("instructions:", os.strerror(-function()))

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
LIFTED = "a folder from which nothing runs"
CONTROL = {
    "printed": (
        "library: failed to map segment from shared object\nmapped: Operation not permitted\n"
        "started: Operation not permitted\ninstructions: Operation not permitted"
    ),
    "lifted": "library: done\nmapped: done",
}
SCORE = 0
