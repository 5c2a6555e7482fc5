"""The answer is the exception by which test runners know that a test is to be skipped."""

ROW = "A10"
EXERCISE = "mul-backward"
SOURCE = """
import unittest

def outcome(name):
    return type(name, (BaseException,), {"__module__": "_pytest.outcomes", "msg": "", "pytrace": 0})

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        if out_grad.shape == (2,):
            raise unittest.SkipTest("not on this machine")
        raise outcome("Skipped" if node.requires_grad else "XFailed")("skip")
"""
CONTROL = {"answered": ["raised: SkipTest: not on this machine", "It raised an error of its own."]}
SCORE = 0
