"""As many processes as can be forked, then as many threads as can be started."""

ROW = "D5"
EXERCISE = "mul-backward"
SOURCE = """
import ctypes, os, subprocess, threading, time

refused = []
libc = ctypes.CDLL(None, use_errno=True)
for start in (
    os.fork,
    lambda: os.posix_spawn("/bin/true", ["true"], {}),
    lambda: subprocess.run(["true"]),
    lambda: os.execv("/proc/self/exe", ["python"]),
):
    try:
        start()
    except OSError as error:
        refused.append(error.strerror)
for number in (57, 58, 435):  # fork, vfork, clone3
    refused.append(os.strerror(ctypes.get_errno()) if libc.syscall(number, 0, 0) < 0 else "done")
print("refused:", refused)
threads = 0
try:
    while threads < 5000:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        threads += 1
except RuntimeError:
    pass
print("threads:", 0 < threads < 64)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
CONTROL = {
    "printed": [
        f"refused: {['Operation not permitted'] * 6 + ['Function not implemented']}",
        "threads: True",
    ]
}
SCORE = 0
