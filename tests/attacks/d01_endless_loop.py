"""A loop in Python that never ends."""

ROW = "D1"
EXERCISE = "mul-backward"
SOURCE = """
print("before the loop")
while True:
    pass
"""
CONTROL = {
    "printed": "before the loop",
    "told": "it took longer than the 5 seconds of computing (15 by the clock) a cell may take",
}
SCORE = 0
