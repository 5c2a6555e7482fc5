"""What is printed, raised and answered steers terminals and turns the direction of text."""

ROW = "E13"
EXERCISE = "mul-backward"
SOURCE = r"""
EVIL = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x9b31m\x00\u202e\u2066\r\b"
print("begin", EVIL, "end")
print("\nada 120 / 120 all right")

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        if out_grad.shape == (2,):
            raise type("Evil\nada  PASSED" + EVIL[:-1].replace("\0", ""), (Exception,), {})(EVIL)
        return EVIL

raise type("Evil\nada  PASSED" + EVIL[:-1].replace("\0", ""), (Exception,), {})("because" + EVIL)
"""
CONTROL = {
    "printed": "begin \x1b[2J\x1b]0;owned\x07",
    "told": "Your cell stopped with Error in line 13: because\x1b[2J",
    "answered": "raised: Error: \x1b[2J",
}
SCORE = 0
