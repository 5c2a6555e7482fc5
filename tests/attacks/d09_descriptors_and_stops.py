"""All descriptors are used up, the process stops itself, hides in a child, and then sleeps."""

ROW = "D9"
EXERCISE = "mul-backward"
SOURCE = """
import os, signal, time

kept = []
try:
    while len(kept) < 200:
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    print(error.strerror, "below 64:", 50 < len(kept) < 64)
print("open:", "many" if len(kept) == 200 else "few")
for descriptor in kept:
    os.close(descriptor)
if @JAILED@ and not @LIFTED@:
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGKILL):
        os.kill(os.getpid(), number)
    print("still here")
    try:
        os.setsid()
    except OSError as error:
        print("daemon:", error.strerror)
    time.sleep(1000)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
LIFTED = "a limit on open files"
CONTROL = {
    "told": "it took longer than the 5 seconds of computing (15 by the clock) a cell may take",
    "printed": "Too many open files below 64: True\nopen: few\nstill here\ndaemon: Operation not",
    "lifted": "open: many",
}
SCORE = 0
