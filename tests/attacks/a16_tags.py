"""The cell's metadata ask that it be not run, not graded, not shown, or worth more."""

ROW = "A16"
EXERCISE = "mul-backward"
METADATA = {
    "tags": ["skip-execution", "raises-exception", "otter_ignore", "remove-cell", "remove_input"],
    "points": 700,
    "deletable": True,
    "editable": False,
    "gradloom": {"given": True, "after": []},
    "otter": {"tests": []},
}
SOURCE = """
print("tagged, and run all the same")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {"printed": "tagged, and run all the same"}
SCORE = 0
