"""The notebook's own outputs carry something that graders would publish."""

ROW = "B14"
EXERCISE = "mul-backward"
SOURCE = """
print("leak" + "less")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": "leaked by a stream"},
    {
        "output_type": "display_data",
        "metadata": {"leaked": "by metadata"},
        "data": {"text/html": "<b>leaked by HTML</b>", "image/png": "leaked"},
    },
]
NOTEBOOK = {"widgets": {"leaked": {"state": {}}}, "title": "leaked"}
ADDED = (
    {
        "cell_type": "code",
        "id": "mul-backward-check",
        "metadata": {"leaked": True},
        "source": "check('mul-backward')",
        "execution_count": 7,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "leaked: 7 of 7 points"}],
    },
)
CONTROL = {"printed": "leakless"}
HIDDEN = "leaked"
SCORE = 0
