"""Answers as long as the wire carries, which the feedback would quote."""

ROW = "D7"
EXERCISE = "sin-cos-sigmoid-tanh-backward"
SOURCE = r"""
class Long:
    def backward(self, out_grad, node):
        return "\x01" * 240_000

for name in ("Sin", "Cos", "Sigmoid", "Tanh"):
    weave(type(name, (Function,), {"backward": Long.backward}))
"""
CONTROL = {"answered": r"came: gradient: '\x01\x01"}
SCORE = 0
