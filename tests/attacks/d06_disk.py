"""The disk is filled: with one file, with many, with empty ones, and with holes."""

ROW = "D6"
EXERCISE = "mul-backward"
SOURCE = """
import os

def fill(text, most):
    written = 0
    try:
        for number in range(most):
            with open(f"mallory-{number}", "wb") as file:
                file.write(text)
            written += 1
    except OSError as error:
        print(error.strerror, "after", written)

fill(b"x" * 2**26, 1)
fill(b"x" * 2**20, 1000)
for name in os.listdir():
    os.remove(name)
fill(b"", 100_000)
try:
    os.truncate("mallory-0", 2**40)
except OSError as error:
    print(error.strerror)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": ["File too large after 0\nNo space left on device after ", "File too large\n"],
}
SCORE = 0
