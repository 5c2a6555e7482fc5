"""Output without end: one line of 20 MB, a representation of 4 GB, a million displays."""

ROW = "D7"
EXERCISE = "mul-backward"
SOURCE = """
import os, sys

class Large:
    def __repr__(self): return "x" * 2**32

print("the line comes now")
try:
    display(Large())
except MemoryError:
    print("too large to show")
print("x" * 20_000_000)
for _ in range(64):
    os.write(1, b"x" * 2**20)
    os.write(2, b"x" * 2**20)
while True:
    display("more")
    sys.stderr.write("and more\\n" * 1000)
"""
CONTROL = {
    "printed": [
        "the line comes now\ntoo large to show\nxxx",
        "\n(output cut: a cell may print 100 KB",
    ],
    "flagged": "cell mul-backward: output cut",
    "told": "it took longer than the 5 seconds of computing (15 by the clock) a cell may take",
}
SCORE = 0
