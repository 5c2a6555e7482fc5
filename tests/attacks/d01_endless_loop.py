"""A loop in Python that never ends."""

ROW = "D1"
EXERCISE = "mul-backward"
SOURCE = """
print("before the loop")
while True:
    pass
"""
CONTROL = {"printed": "before the loop", "told": "it took too long and was stopped"}
SCORE = 0
