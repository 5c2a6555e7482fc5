"""The referee, its parents and everybody else are sent signals, and traced."""

ROW = "E7"
EXERCISE = "mul-backward"
SOURCE = """
import ctypes, os, signal

libc = ctypes.CDLL(None, use_errno=True)

def tried(call):
    try:
        call()
        return "done"
    except OSError as error:
        return error.strerror

print("referee:", tried(lambda: os.kill(@PID@, 0)))
if @JAILED@:
    print("everybody:", tried(lambda: os.kill(-1, signal.SIGKILL)))
    others = [pid for pid in range(2, 5000) if tried(lambda: os.kill(pid, 0)) == "done"]
    print("others:", others, "me:", os.getpid(), "my parent:", os.getppid())
    for pid in (@PID@, os.getppid()):
        libc.ptrace(16, pid, 0, 0)
        print("traced:", os.strerror(ctypes.get_errno()))
    print("priority:", tried(lambda: os.setpriority(os.PRIO_USER, 0, -20)))
    print("pidfd:", tried(lambda: os.pidfd_open(@PID@)))

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": [
        "referee: No such process",
        "everybody: No such process",
        "others: [] me: 1 my parent: 0",
        "traced: Operation not permitted\ntraced: Operation not permitted",
        "pidfd: No such process",
    ],
    "without a jail": ["referee: done"],
}
SCORE = 0
