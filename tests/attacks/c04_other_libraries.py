"""Another library for gradients is asked, installed or brought along as text."""

ROW = "C4"
EXERCISE = "mul-backward"
SOURCE = """
import importlib, sys, types

tried = ("torch", "jax", "autograd", "tinygrad", "tensorflow", "pip", "hypothesis", "pytest")
present = []
for name in tried:
    try:
        present.append(importlib.import_module(name).__name__)
    except ImportError:
        pass
print("tried", len(tried), "present", present)

vendored = types.ModuleType("autograd")
exec("def grad(f): return lambda x: x * 0 + 1", vars(vendored))
sys.modules["autograd"] = vendored

import autograd
import tinygrad

print(tinygrad)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad * autograd.grad(None)(1.0), out_grad
"""
CONTROL = {
    "printed": "tried 8 present []",
    "told": "Your cell stopped with ModuleNotFoundError",
    "flagged": "autograd, exec, importlib, sys, tinygrad",
    "without a jail": "'hypothesis', 'pytest']",
}
SCORE = 0
