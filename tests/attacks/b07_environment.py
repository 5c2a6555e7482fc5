"""Environment, arguments and the cloud's metadata service are asked for tokens."""

ROW = "B7"
EXERCISE = "mul-backward"
SOURCE = """
import ctypes, os, socket, sys

libc = ctypes.CDLL(None)
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
os.environ["DECOY"] = "a decoy"
raw, n = [], 0
while environ[n]:
    raw.append(environ[n].split(b"=")[0].decode())
    n += 1
known = {"HOME", "LANG", "PATH", "PWD", "PYTHONPATH", "LD_LIBRARY_PATH", "MPLBACKEND",
         "MPLCONFIGDIR", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
         "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
         "PYTHONHASHSEED", "PYTHONUTF8", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"}
print("beside the usual:", sorted({*os.environ, *raw} - known))
print("arguments:", [word for word in sys.orig_argv if "gradloom" in word][:1])
try:
    socket.create_connection(("169.254.169.254", 80), 1)
except OSError as error:
    print("metadata:", error.strerror)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": [
        "beside the usual: ['DECOY']",
        "arguments: ['import gc; gc.disable(); from gradloom_grader.worker import main; main()']",
        "metadata: Operation not permitted",
    ],
}
SCORE = 0
