"""The answers are scores: not a number, infinite, negative, or more than there is."""

ROW = "A15"
CHAPTER = "06_engine"
EXERCISE = "find-bug"
SOURCE = """
from itertools import cycle

class Full(float):
    def __eq__(self, other): return True
    __le__ = __ge__ = __lt__ = __gt__ = __eq__
    __hash__ = float.__hash__

scores = cycle([np.nan, np.inf, -1e308, 10**18, Full(25), "25/25", {"points": 25.0}, 1e308])
print("scores:", [next(scores) for _ in range(8)])

@weave
def find_bug(engine):
    return next(scores)
"""
CONTROL = {"printed": "scores: [nan, inf, -1e+308, 1000000000000000000, 25.0, '25/25',"}
SCORE = 0
