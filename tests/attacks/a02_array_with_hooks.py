"""The gradients are arrays of a subclass that answers NumPy's comparisons itself."""

ROW = "A2"
EXERCISE = "mul-backward"
SOURCE = """
class Evil(np.ndarray):
    __array_priority__ = 1e9
    def __array_function__(self, function, types, args, kwargs): return True
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.zeros(2)
    def __array_finalize__(self, other): pass
    def __reduce__(self): return print, ("unpickled",)
    def astype(self, *args, **kwargs): return self
    def view(self, *args, **kwargs): return self
    def tobytes(self, *args): return bytes(16)
    def __eq__(self, other): return True

evil = np.ndarray.view(np.full(2, -1.0), Evil)
print("close to everything:", np.allclose(evil, 5), np.array_equal(evil, "five"), evil == 5)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return np.ndarray.view(np.full(out_grad.shape, -1.0), Evil), evil
"""
CONTROL = {"printed": "close to everything: True True True", "answered": "[-1., -1.]"}
SCORE = 0
