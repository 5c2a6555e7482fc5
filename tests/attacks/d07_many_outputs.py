"""Very many cells each print as much as one cell may."""

ROW = "D7"
EXERCISE = "mul-backward"
SOURCE = """
@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
ADDED = ("print('x' * 99_000)",) * 200
CONTROL = {"printed": "xxx"}
SCORE = 0
