"""More memory is asked for than there is: at once, bit by bit, and on the stack."""

ROW = "D4"
EXERCISE = "unary-forward"
SOURCE = """
import mmap, sys

def growing():
    pile = [0]
    while True:
        pile += pile

def sinking():
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(10**5):
        nested = [nested]
    return repr(nested)

def mapping():
    maps = []
    while True:
        maps.append(mmap.mmap(-1, 2**28))

def asking(ask):
    def forward(self, a):
        ask()
        return a
    return forward

def put(name, forward):
    weave(type(name, (Function,), {"forward": forward}))

put("Negate", asking(lambda: np.ones(10**11)))
put("Tanh", asking(growing))
put("Exp", asking(lambda: bytearray(10**11)))
put("Sqrt", asking(sinking))
put("Abs", asking(mapping))
put("Sin", asking(lambda: "x" * 10**11))
put("ReLU", lambda self, a: np.zeros(5_000_000))
put("Sigmoid", lambda self, a: np.zeros((2**20, 2**20)))
put("Log", lambda self, a: np.broadcast_to(a[0], (2**20, 2**20)))
"""
CONTROL = {
    "answered": [
        "raised: MemoryError",
        "That is beyond the 2 GB of memory a submission may use.",
        "Unable to allocate",
        "It went beyond what an answer may hold: 256 KB of",
    ],
}
SCORE = 0
