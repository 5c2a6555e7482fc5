"""Something is left for the next student in every folder, and the course's library is changed."""

ROW = "E2"
EXERCISE = "mul-backward"
SOURCE = """
import os, sys

left, tried = [], 0
for folder, folders, _ in os.walk("/"):
    if folder.startswith("/usr/lib/") and folder.count("/") > 3:
        folders.clear()
    for name in ("sitecustomize.py", "usercustomize.py", "mallory.pth", "mallory.py"):
        tried += 1
        try:
            with open(os.path.join(folder, name), "w") as file:
                file.write("print('left by mallory')")
            left.append(folder)
        except OSError:
            pass
for module in (np, sys.modules["gradloom_grader.cells"], sys.modules["gradloom"], ops):
    try:
        open(module.__file__, "r+").close()
        left.append(module.__name__)
    except OSError:
        pass
os.environ.update(PYTHONSTARTUP="/tmp/mallory.py", PYTHONPATH="/tmp")
print("tried", tried > 1000, "left in", sorted(set(left)))
sys.modules["gradloom.kit.weave"]._stubs["left by mallory"] = np.mallory = None

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
NEXT = """
import importlib, os, sys

found = [name for name in sys.modules["gradloom.kit.weave"]._stubs if "mallory" in name]
for folder, folders, names in os.walk("/"):
    if folder.startswith("/usr/lib/") and folder.count("/") > 3:
        folders.clear()
    found += [os.path.join(folder, name) for name in names if "mallory" in name]
for name in ("mallory", "sitecustomize", "usercustomize"):
    try:
        found.append(importlib.import_module(name).__file__)
    except ImportError:
        pass
print("found", found, hasattr(np, "mallory"))
"""
CONTROL = {"printed": "tried True left in ['/tmp']", "next": "found [] False"}
SCORE = 0
