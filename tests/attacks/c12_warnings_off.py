"""NumPy's warnings are switched off, so that an overflow is not noticed."""

ROW = "C12"
EXERCISE = "unary-forward"
SOURCE = """
import contextlib, warnings

np.seterr(all="ignore")
np.seterrcall(None)
np.errstate = lambda **kwargs: contextlib.nullcontext()
warnings.filterwarnings("ignore")
warnings.warn = lambda *args, **kwargs: None

@weave
class Negate(Function):
    def forward(self, a):
        return -a

for name in ("log", "exp", "sqrt", "abs", "sin", "cos", "tanh"):
    forward = lambda self, a, ufunc=getattr(np, name): ufunc(a)
    weave(type(name.title(), (Function,), {"forward": forward}))

@weave
class ReLU(Function):
    def forward(self, a):
        return np.maximum(a, 0)

@weave
class Sigmoid(Function):
    def forward(self, a):
        return np.exp(a) / (1 + np.exp(a))

with np.errstate(all="raise"):
    print("silently:", ops.Sigmoid().forward(np.array([800.0])))
"""
CONTROL = {
    "printed": "silently: [nan]",
    "answered": "they part: at out[3]: nan came, 1 was expected",
}
SCORE = 13.5
