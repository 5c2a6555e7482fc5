"""Something is left running after the notebook has been graded."""

ROW = "E11"
EXERCISE = "mul-backward"
SOURCE = """
import ctypes, os, signal, threading, time

libc = ctypes.CDLL(None)

def linger():
    libc.prctl(15, @COMM@.encode(), 0, 0, 0)  # PR_SET_NAME
    for number in (signal.SIGHUP, signal.SIGTERM):
        libc.signal(number, 1)
    time.sleep(10)

try:
    if not os.fork():
        os.setsid()
        linger()
        os._exit(0)
    print("forked")
except OSError as error:
    print("fork:", error.strerror)
if @JAILED@:
    thread = threading.Thread(target=linger)
    thread.start()
    print("thread:", thread.is_alive())

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": ["fork: Operation not permitted", "thread: True"],
    "without a jail": ["forked"],
}
SCORE = 0
