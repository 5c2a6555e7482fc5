"""The right numbers in other types and shapes, which broadcasting and casting would let pass."""

ROW = "C10"
EXERCISE = "unary-forward"
SOURCE = """
from fractions import Fraction

def put(name, function):
    weave(type(name, (Function,), {"forward": lambda self, a: function(a)}))

objects = np.negative(np.array([2.0, -3.0])).astype(object)
print("close all the same:", np.allclose(objects.astype(float), [-2, 3]), objects.dtype)

put("Negate", lambda a: np.negative(a).astype(object))
put("Log", lambda a: np.log(a.astype("longdouble")))
put("Exp", lambda a: np.exp(a).astype("float16"))
put("Sqrt", lambda a: np.sqrt(a)[None])
put("Abs", lambda a: np.ma.masked_array(np.abs(a), mask=np.ones(a.shape)).astype(complex))
put("Sin", lambda a: np.sin(a).tolist())
put("Cos", lambda a: [Fraction(x) for x in np.cos(a).ravel().tolist()])
put("ReLU", lambda a: np.maximum(a, 0).astype(str))
put("Sigmoid", lambda a: np.broadcast_to((1 / (1 + np.exp(-a)))[..., None], (*a.shape, 2)))
put("Tanh", lambda a: np.asmatrix(np.tanh(a).ravel()))
"""
CONTROL = {"printed": "close all the same: True object"}
SCORE = 0
