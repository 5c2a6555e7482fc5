"""What configures pytest, Python's packages or nbgrader stands beside the notebook."""

ROW = "E4"
EXERCISE = "mul-backward"
SOURCE = """
@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad

print("a notebook among files")
"""
MALLORY = "open(@EVIDENCE@, 'w').close()\n"
FILES = {
    "conftest.py": MALLORY + "collect_ignore_glob = ['*']\n",
    "mallory.py": MALLORY,
    "pytest.ini": "[pytest]\naddopts = -p mallory --collect-only\n",
    "tox.ini": "[pytest]\naddopts = -p mallory\n",
    "setup.cfg": "[tool:pytest]\naddopts = -p mallory\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-p mallory'\n",
    "mallory-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: mallory\nVersion: 1.0\n",
    "mallory-1.0.dist-info/entry_points.txt": "[pytest11]\nmallory = mallory\n",
    "test_mallory.py": MALLORY,
    "nbgrader_config.py": MALLORY,
    "chapters/04_elementwise/checks.py": MALLORY,
    ".pth": "import mallory\n",
}
CONTROL = {"printed": "a notebook among files"}
SCORE = 0
