"""Files beside the notebook, and in the working folder, have the names of modules to come."""

ROW = "E3"
EXERCISE = "mul-backward"
SOURCE = """
import importlib, sys

for name in ("colorsys", "numpy", "random", "typing", "wave"):
    with open(name + ".py", "w") as file:
        file.write("raise SystemExit('shadowed')")
sys.modules.pop("random")
modules = [importlib.import_module(name) for name in ("colorsys", "random")]
print("from here:", [module.__file__.startswith("/tmp") for module in modules])

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
MALLORY = "open(@EVIDENCE@, 'w').close()\nraise SystemExit('shadowed')\n"
FILES = {
    **dict.fromkeys(("numpy.py", "random.py", "typing.py", "json.py", "pytest.py"), MALLORY),
    **dict.fromkeys(("conftest.py", "sitecustomize.py", "usercustomize.py"), MALLORY),
    **dict.fromkeys(("nbgrader_config.py", "jupyter_config.py", "checks.py"), MALLORY),
    **dict.fromkeys(("gradloom/__init__.py", "gradloom/kit/weave.py", "nbformat.py"), MALLORY),
    "mallory.pth": "import mallory",
    "pytest.ini": "[pytest]\naddopts = --collect-only\n",
    "gradebook.db": "",
}
CONTROL = {"printed": "from here: [False, False]"}
SCORE = 0
