"""The gradients are objects that claim to be equal to whatever they are compared with."""

ROW = "A1"
EXERCISE = "mul-backward"
SOURCE = """
class Yes:
    shape, dtype, ndim, size = (2,), np.dtype("float64"), 1, 2
    def __eq__(self, other): return True
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__
    def __ne__(self, other): return False
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __array__(self, *args, **kwargs): return np.zeros(2)
    __hash__ = object.__hash__

print("equal to everything:", Yes() == 1, Yes() == "one", Yes() == None)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return Yes(), Yes()
"""
CONTROL = {"printed": "equal to everything: True True True", "answered": "type_name='Yes'"}
SCORE = 0
