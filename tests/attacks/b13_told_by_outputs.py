"""Hidden inputs are printed, displayed, plotted, and put into names of files and of figures."""

ROW = "B13"
EXERCISE = "mul-backward"
SOURCE = """
import os, sys

import matplotlib.pyplot as plt

def tell(text):
    print(text)
    print(text, file=sys.stderr)
    display(text)
    os.write(1, text.encode())
    os.makedirs(text[:200], exist_ok=True)
    sys.modules["__main__"].__doc__ = text
    plt.figure(text)
    plt.title(text)
    plt.savefig("told.png")
    warnings_of = __import__("warnings")
    warnings_of.warn(text)

tell("told of a cell")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        tell("leak" + "ed " + repr(out_grad.data.tolist()))
        return out_grad, out_grad
"""
CONTROL = {"printed": ["told of a cell\ntold of a cell\n'told of a cell'", "UserWarning: told"]}
HIDDEN = "leaked"
SCORE = 0
