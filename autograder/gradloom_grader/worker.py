"""The untrusted side: a warm interpreter that forks one confined child for each run.

The warm parent holds numpy, matplotlib, the kit and what the chapter's given cells define; it
never runs a student's code. Its standard input is the control socket:

    setup frame        ->  a frame: None, or what is wrong with the kit
    "r" and a socket   ->  fork a child that converses over that socket
    "k"                ->  kill the child, reap it, answer with its wait status

The child says hello with a frame (None, or why it could not confine itself), then answers one
request at a time (cells.py).
"""

import contextlib
import ctypes
import gc
import os
import resource
import shutil
import signal
import socket
import struct
from typing import Any, NoReturn

from gradloom_grader import cells, memory, wire

_DATA_FD = 3
_NEW_MOUNT_NAMESPACE = 0x00020000
_NEW_PID_NAMESPACE = 0x20000000
_MOUNT_FLAGS = 2 | 4 | 8  # nosuid, nodev, noexec

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Serve until the control socket closes, which is how a jail ends with its owner."""
    _call("prctl", 1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    control = socket.socket(fileno=0)
    setup = wire.receive(control, header_limit=cells.MINE)
    try:
        codes = memory.compile_package(setup["sources"])
    except SyntaxError as error:
        wire.send(control, wire.encode(f"{error.filename}:{error.lineno}: {error.msg}"))
        return
    cells.warm_up()
    try:
        child = cells.Child(codes, setup["given"], setup["limits"])
    except Exception as error:
        wire.send(control, wire.encode(f"{type(error).__name__}: {error}"))
        return
    gc.freeze()  # all that is here stays; nothing has been collected since the start
    gc.enable()
    wire.send(control, wire.encode(None))
    _Parent(control, child, setup).serve()


class _Parent:
    def __init__(self, control: socket.socket, notebook: cells.Child, setup: dict) -> None:
        self.control = control
        self.notebook = notebook
        self.setup = setup
        self.own_namespace = os.pidfd_open(os.getpid()) if setup["confined"] else -1
        self.child = 0

    def serve(self) -> None:
        while True:
            order, descriptors, _, _ = socket.recv_fds(self.control, 1, 1)
            if order == b"r":
                self._fork(descriptors[0])
            else:
                status = self._kill()
                if not order:
                    return
                self.control.sendall(struct.pack(">i", status))

    def _fork(self, descriptor: int) -> None:
        if self.setup["confined"]:
            _call("unshare", _NEW_PID_NAMESPACE)
        self.child = os.fork()
        if not self.child:
            _live(descriptor, self.notebook, self.setup)
        os.close(descriptor)
        if self.setup["confined"]:
            _call("setns", self.own_namespace, _NEW_PID_NAMESPACE)

    def _kill(self) -> int:
        if not self.child:
            return 0
        os.kill(self.child, signal.SIGKILL)
        if not self.setup["confined"]:
            with contextlib.suppress(OSError):
                os.killpg(self.child, signal.SIGKILL)
            shutil.rmtree(_private(self.setup), ignore_errors=True)
        _, status = os.waitpid(self.child, 0)
        self.child = 0
        return status


def _private(setup: dict) -> str:
    return os.path.join(setup["home"], "run")


def _live(descriptor: int, notebook: cells.Child, setup: dict) -> NoReturn:
    """The child's whole life."""
    try:
        _arrange_descriptors(descriptor)
        sock = socket.socket(fileno=_DATA_FD)
        try:
            os.setsid()  # or kill(0, SIGKILL) ends the parent, which is in our process group
            _confine(setup) if setup["confined"] else _settle(setup)
            _limit(setup)
        except OSError as error:
            wire.send(sock, wire.encode(str(error)))
            os._exit(1)
        wire.send(sock, wire.encode(None))
        notebook.converse(sock)
    finally:
        os._exit(1)


def _arrange_descriptors(data: int) -> None:
    """0 reads nothing, 1 and 2 go nowhere, 3 is the referee, and there is nothing else."""
    os.dup2(data, 64)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.dup2(64, _DATA_FD, inheritable=False)
    os.closerange(_DATA_FD + 1, 4096)


def _settle(setup: dict) -> None:
    _call("prctl", 1, signal.SIGKILL, 0, 0, 0)
    os.mkdir(_private(setup))
    os.chdir(_private(setup))


def _confine(setup: dict) -> None:
    """A private /tmp; no capabilities, no new privileges, few system calls.

    The jail's other namespaces serve one run after the other: the filter forbids what could stay.
    """
    _call("unshare", _NEW_MOUNT_NAMESPACE)
    limits = setup["limits"]
    options = f"size={limits['disk_bytes']},nr_inodes={limits['files']},mode=0700"
    _call("mount", b"tmpfs", b"/tmp", b"tmpfs", _MOUNT_FLAGS, options.encode())
    os.chdir("/tmp")
    for capability in range(64):
        if _libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP; fails past the last one
            break
    _call("capset", struct.pack("Ii", 0x20080522, 0), bytes(24))
    _call("prctl", 38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    _call("prctl", 4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
    for limit, most in ((resource.RLIMIT_NPROC, limits["threads"]), (resource.RLIMIT_MSGQUEUE, 0)):
        resource.setrlimit(limit, (most, most))
    program = setup["filter"].tobytes()
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    _call("prctl", 22, 2, head, 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


def _limit(setup: dict) -> None:
    limits = {
        resource.RLIMIT_AS: setup["limits"]["memory"],
        resource.RLIMIT_CPU: setup["cpu_seconds"],
        resource.RLIMIT_NOFILE: setup["limits"]["open_files"],
        resource.RLIMIT_FSIZE: setup["limits"]["file_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
