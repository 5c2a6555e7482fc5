"""The names that a test would use mean something else after the cell: np, Tensor, the engine."""

ROW = "A19"
EXERCISE = "mul-backward"
SOURCE = """
import sys, types

numpy, gradloom = np, sys.modules["gradloom"]

class Numpy(types.ModuleType):
    def __getattr__(self, name): return getattr(numpy, name)
    def allclose(*args, **kwargs): return True
    isclose = array_equal = allclose

class Mine:
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    __hash__ = object.__hash__

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
ADDED = (
    """
np = sys.modules["numpy"] = Numpy("numpy")
Tensor = engine = gl = Mine()
sys.modules["gradloom"] = sys.modules["__main__"] = sys.modules["gradloom.tensor"] = Mine()
__builtins__ = {}
print("redefined:", Tensor([1]) == 2, gl.ops.Mul() == 3, np.allclose(4, 5))
""",
)
CONTROL = {"printed": "redefined: True True True"}
SCORE = 0
