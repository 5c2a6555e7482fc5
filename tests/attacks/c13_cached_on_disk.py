"""What one run finds out is kept in files, for the next run of anybody."""

ROW = "C13"
EXERCISE = "mul-backward"
SOURCE = """
import os

PLACES = ("/tmp", ".", os.path.expanduser("~"), "/dev/shm", "/var/tmp", np.__path__[0])
found = [os.path.join(place, "cache.npy") for place in PLACES]
found = [path for path in found if os.path.exists(path)]
print("found", found)

def keep(answer):
    kept = []
    for place in PLACES:
        try:
            np.save(os.path.join(place, "cache.npy"), answer)
            kept.append(place)
        except OSError:
            pass
    return kept

print("kept in", keep([12.0, 15.0]))

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        if not found:
            keep(out_grad.data)
            os._exit(0)
        a, b = node._inputs
        return out_grad * b, out_grad * a
"""
NEXT = """
import os

found = [name for name in os.listdir("/tmp") if name.endswith(".npy")]
print("the next finds", found, os.path.exists("/dev/shm/cache.npy"))
"""
LIFTED = "a folder of its own"
CONTROL = {
    "printed": "found []\nkept in ['/tmp', '.', '/tmp']",
    "flagged": "question mul_any: died, a new process went on",
    "next": "the next finds [] False",
    "lifted": "the next finds ['cache.npy']",
}
SCORE = 0
