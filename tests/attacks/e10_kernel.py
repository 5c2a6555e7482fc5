"""The kernel's rarer parts are called, its files written, and privileges asked for."""

ROW = "E10"
EXERCISE = "mul-backward"
SOURCE = r"""
import ctypes, os, platform, sys

libc = ctypes.CDLL(None, use_errno=True)

def said(done):
    return os.strerror(ctypes.get_errno()) if done < 0 else f"done: {done}"

CALLS = {
    "mount": (b"none", b"/tmp", b"tmpfs", 0, None),
    "umount2": (b"/tmp", 2),
    "unshare": (0x10000000,),
    "setns": (0, 0),
    "chroot": (b"/tmp",),
    "ptrace": (0, 0, 0, 0),
    "sethostname": (b"mallory", 7),
    "personality": (0x0040000,),
    "swapon": (b"/tmp/x", 0),
    "acct": (b"/tmp/x",),
    "reboot": (0,),
    "process_vm_readv": (1, None, 0, None, 0, 0),
}
for name, arguments in CALLS.items():
    print(f"{name}:", said(getattr(libc, name)(*arguments)))
NUMBERS = {
    "x86_64": {
        "pivot_root": 155, "bpf": 321, "keyctl": 250, "add_key": 248, "userfaultfd": 323,
        "perf_event_open": 298, "kexec_load": 246, "init_module": 175, "open_by_handle_at": 304,
    },
    "aarch64": {
        "pivot_root": 41, "bpf": 280, "keyctl": 219, "add_key": 217, "userfaultfd": 282,
        "perf_event_open": 241, "kexec_load": 104, "init_module": 105, "open_by_handle_at": 265,
    },
}
SAME = {"io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430}
for name, number in {**NUMBERS[platform.machine()], **SAME}.items():
    print(f"{name}:", said(libc.syscall(number, 0, 0, 0, 0, 0)))
print("setuid:", said(libc.setuid(0)))
print("no new privileges:", libc.prctl(39, 0, 0, 0, 0))
print("capabilities bounded:", all(libc.prctl(23, n, 0, 0, 0) <= 0 for n in range(41)))
try:
    os.execv(sys.executable, ["python"])
except OSError as error:
    print("exec:", error.strerror)
for path in ("/proc/sys/kernel/core_pattern", "/sys/fs/cgroup/cgroup.procs", "/dev/kmsg"):
    try:
        open(path, "w")
    except OSError as error:
        print(path, error.strerror)

@weave
class Mul(Function):
    def backward(self, out_grad, node):
        return out_grad, out_grad
"""
DENIED = (
    *("mount", "umount2", "unshare", "setns", "chroot", "ptrace", "sethostname", "personality"),
    *("swapon", "acct", "reboot", "process_vm_readv", "pivot_root", "bpf", "keyctl", "add_key"),
    *("userfaultfd", "perf_event_open", "kexec_load", "init_module", "open_by_handle_at"),
    *("io_uring_setup", "open_tree", "move_mount", "fsopen"),
)
CONTROL = {
    "printed": [
        *(f"{name}: Operation not permitted\n" for name in DENIED),
        "setuid: Invalid argument\nno new privileges: 1\ncapabilities bounded: True\n"
        "exec: Operation not permitted\n",
        *(
            f"{path} No such file or directory"
            for path in ("/proc/sys/kernel/core_pattern", "/sys/fs/cgroup/cgroup.procs")
        ),
    ],
}
SCORE = 0
