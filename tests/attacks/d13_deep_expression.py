"""A short expression whose syntax tree is very deep."""

ROW = "D13"
EXERCISE = "mul-backward"
SOURCE = """
print("deep")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
ADDED = ("x" + ".copy()" * 400, "f" + "(1)" * 900, "@a" + ".b" * 900 + "\ndef f(): pass")
CONTROL = {"printed": "deep"}
SCORE = 0
