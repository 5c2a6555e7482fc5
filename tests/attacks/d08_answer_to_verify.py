"""A probe whose answer the author judges in code of their own gets a wrong kind of thing."""

ROW = "D8"
EXERCISE = "chain-by-hand"
SOURCE = """
import sys

@weave
def chain_by_hand(d, out_grad):
    return 0

sys.modules["gradloom.pieces"].__doc__ = None
print("nothing to read")
"""
CONTROL = {"printed": "nothing to read", "answered": "Another kind of thing came"}
SCORE = 0
