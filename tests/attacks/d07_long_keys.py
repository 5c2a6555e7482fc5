"""Answers with keys as long as the wire carries, which the feedback would name."""

ROW = "D7"
EXERCISE = "sin-cos-sigmoid-tanh-backward"
SOURCE = r"""
class Long:
    def backward(self, out_grad, node):
        return {"\x01" * 240_000: 1}

for name in ("Sin", "Cos", "Sigmoid", "Tanh"):
    weave(type(name, (Function,), {"backward": Long.backward}))
"""
CONTROL = {"answered": "came: gradient: "}
SCORE = 0
