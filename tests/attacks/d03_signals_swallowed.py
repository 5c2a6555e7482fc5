"""A loop that catches whatever is raised in it, with every signal ignored or blocked."""

ROW = "D3"
EXERCISE = "mul-backward"
SOURCE = """
import signal

print("going deaf")
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
"""
CONTROL = {
    "told": "it took longer than the 5 seconds of computing (15 by the clock) a cell may take",
    "flagged": "cell mul-backward: timeout, a new process went on",
}
SCORE = 0
