"""Loops below Python: a regular expression, and a product of matrices that sees no signal."""

ROW = "D2"
EXERCISE = "mul-backward"
SOURCE = """
import re

print("matching")
re.match("(a+)+$", "a" * 50 + "b")
"""
ADDED = (
    """
@weave
class Mul(Function):
    def backward(self, out_grad, node):
        if out_grad.data.tolist() == [3, 2]:
            large = np.ones((9000, 9000), "float32")
            large @ large @ large
        return out_grad, out_grad
""",
)
CONTROL = {
    "printed": "matching",
    "told": "it took longer than the 5 seconds of computing (15 by the clock) a cell may take",
    "answered": "longer than the 5 seconds of computing (15 by the clock) an answer may take",
    "flagged": "question mul_numbers: timeout, a new process went on",
}
SCORE = 0
