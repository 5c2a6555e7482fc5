"""Points, names, locks and the kernel are edited in the metadata; cells are doubled and forged."""

ROW = "A17"
EXERCISE = "mul-backward"
NAMED = {"schema_version": 99, "solution": True, "grade": True, "locked": False, "points": 700}
METADATA = {
    "nbgrader": {**NAMED, "grade_id": "mul-backward", "task": True, "cell_type": "markdown"},
    "points": "1e9",
}
NOTEBOOK = {
    "kernelspec": {"name": "bash", "language": "bash", "display_name": "Bash"},
    "language_info": {"name": "bash"},
    "gradloom": {"chapter": "../../00_nudges", "points": {"mul-backward": 700}},
    "celltoolbar": "Create Assignment",
}
SOURCE = """
print("edited, and run all the same")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
FORGED = {"cell_type": "code", "execution_count": 1, "outputs": []}
ADDED = (
    {
        **FORGED,
        "id": "mul-backward-check",
        "metadata": {"nbgrader": {**NAMED, "grade_id": "mul-backward-check", "solution": False}},
        "source": "score = 700",
    },
    {
        **FORGED,
        "id": "mul-backward",
        "metadata": {"nbgrader": {**NAMED, "grade_id": "another", "solution": False}},
        "source": "print('doubled')\n@weave\nclass Mul(Function):\n"
        "    def backward(self, out_grad, node):\n        return None, None",
    },
)
CONTROL = {
    "printed": ["edited, and run all the same", "doubled"],
    "repaired": "There were 2 cells for mul-backward; the last one counts.",
}
SCORE = 0
