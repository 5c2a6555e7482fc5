"""The answers make up their minds only when they are looked at: generators, properties, hooks."""

ROW = "A20"
EXERCISE = "sin-cos-sigmoid-tanh-backward"
SOURCE = """
looks = []

def looked(shape):
    looks.append(shape)
    return np.full(shape, float(len(looks)))

class Lazy:
    def __init__(self, shape): self.shape = shape
    def __array__(self, *args, **kwargs): return looked(self.shape)
    def __iter__(self): return iter(looked(self.shape))
    def __len__(self): return len(looked(self.shape))

class Late(list):
    def __iter__(self): return iter(looked(2))
    def __getitem__(self, n): return looked(())
    def __len__(self): return len(looked(2))

Unsteady = type("Tensor", (), {"data": property(lambda self: looked(2))})

def endless():
    while True:
        yield looked(())

lazy = Lazy(3)
print("each look is another:", [np.sum(np.asarray(lazy)) for _ in range(2)], Unsteady().data)

def put(name, answer):
    weave(type(name, (Function,), {"backward": lambda self, out_grad, node: answer(out_grad)}))

put("Sin", lambda out_grad: Lazy(out_grad.shape))
put("Cos", lambda out_grad: endless())
put("Sigmoid", lambda out_grad: Unsteady())
put("Tanh", lambda out_grad: Late([0.0]))
"""
CONTROL = {
    "printed": "each look is another: [np.float64(3.0), np.float64(6.0)] [3. 3.]",
    "answered": [
        "came: gradient: NotAValue(type_name='Lazy')",
        "came: gradient: NotAValue(type_name='generator')",
        "came: gradient: [4., 4.]",
        "came: gradient: 0.0",
    ],
}
SCORE = 0
