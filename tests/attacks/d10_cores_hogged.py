"""Every core is kept busy by threads that outlive the cell, while others are graded."""

ROW = "D10"
EXERCISE = "mul-backward"
SOURCE = """
import ctypes, glob, threading

def threads():
    found = glob.glob(np.__path__[0] + "/../numpy.libs/*openblas*")
    library = ctypes.CDLL(found[0])
    names = ("scipy_openblas_get_num_threads64_", "openblas_get_num_threads64_")
    return [getattr(library, name)() for name in names if hasattr(library, name)][0]

print("threads of a product:", "one" if threads() == 1 else "one for each core")

def hog():
    large = np.ones((500, 500))
    while True:
        large @ large

if not @LIFTED@:
    for _ in range(8):
        threading.Thread(target=hog, daemon=True).start()
    print("hogs:", threading.active_count() > 8)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
LIFTED = "a single thread for a product"
CONTROL = {
    "printed": "threads of a product: one\nhogs: True",
    "lifted": "threads of a product: one for each core",  # if there is more than one
}
SCORE = 0
