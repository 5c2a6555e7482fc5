"""Three cells print a lot, before very many that are short; nothing in it is slow."""

ROW = "D7"
EXERCISE = "mul-backward"
SOURCE = """
print("a" * 99_000)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        a, b = node._inputs
        return out_grad * b, out_grad * a
"""
ADDED = ("print('b' * 99_000)", "print('c' * 99_000)", *["x = 1"] * 400)
CONTROL = {"printed": ["aaa", "bbb", "ccc"]}
SCORE = 7
