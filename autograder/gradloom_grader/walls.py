"""What the jail is made of: the visible files, bubblewrap, the filter of system calls."""

import errno
import glob
import importlib.metadata
import itertools
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from gradloom_grader.errors import SetupError

_PREFIX = os.path.realpath(sys.base_prefix)

VISIBLE = ("numpy", "matplotlib", "msgpack", "IPython")  # and what they depend on
ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "LD_LIBRARY_PATH": f"{_PREFIX}/lib",  # some builds of Python do not find their own library
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}
ALIKE = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES")  # in rounding
ENVIRONMENT |= {name: os.environ[name] for name in ALIKE if name in os.environ}
_START = "import gc; gc.disable(); from gradloom_grader.worker import main; main()"
ARGUMENTS = ("-s", "-P", "-B", "-c", _START)

_CLONE_THREAD = 0x00010000
_NOBODY = "65534"
_SITE = "/site"
_HINT = (
    "Install bubblewrap (apt install bubblewrap) and allow user namespaces"
    " (sysctl kernel.unprivileged_userns_clone=1; on Ubuntu also"
    " kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for bwrap),"
    " or grade with --unsafe on a machine that you can afford to lose."
)


class JailError(SetupError):
    """The jail cannot be had; the text says what to do about it."""


def command() -> list[str]:
    """The command that starts a worker in a jail; raises JailError without bubblewrap.

    Root makes the mounts and then steps down, because the limit on processes does not count for
    root; the inner bubblewrap is then the same that an ordinary user runs.
    """
    bwrap = _program("bwrap")
    if os.geteuid():
        return [bwrap, *_namespaces(), *_mounts(""), *_seal(), *_python()]
    room = "/tmp/jail"
    return [
        *(bwrap, "--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", "/tmp"),
        *("--dir", room, *_mounts(room), "--"),
        *(_program("setpriv", "util-linux"), "--reuid", _NOBODY, "--regid", _NOBODY),
        "--clear-groups",
        *(bwrap, *_namespaces(), "--dev-bind", room, "/", *_seal(), *_python()),
    ]


def description(unsafe: bool = False) -> str:
    if unsafe:
        return "none (--unsafe)"
    version = subprocess.run([_program("bwrap"), "--version"], capture_output=True, text=True)
    return f"{version.stdout.strip()}, user namespaces, seccomp"


def explain(message: str) -> JailError:
    """The error for a jail that did not start and said `message`."""
    return JailError(f"The jail does not start: {message.strip() or 'no reason given'}. {_HINT}")


def _program(name: str, package: str = "bubblewrap") -> str:
    found = shutil.which(name)
    if found is None:
        raise JailError(f"There is no {name} here, which {package} brings. {_HINT}")
    return found


def _namespaces() -> list[str]:
    kinds = ("user", "pid", "net", "ipc", "uts", "cgroup-try")
    capabilities = ("--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETPCAP")
    return [
        *(f"--unshare-{kind}" for kind in kinds),
        *("--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"),
        *("--cap-drop", "ALL", *capabilities, "--clearenv"),
    ]


def _seal() -> list[str]:
    """The writable /tmp, everything else read-only, and the environment."""
    environment = {**ENVIRONMENT, "PYTHONPATH": _SITE}
    settings = [part for pair in environment.items() for part in ("--setenv", *pair)]
    return ["--tmpfs", "/tmp", "--remount-ro", "/", "--chdir", "/tmp", *settings, "--"]


def _python() -> list[str]:
    return [_interpreter(), *ARGUMENTS]


def _interpreter() -> str:
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


@lru_cache
def _mounts(root: str) -> tuple[str, ...]:
    """Bind what a worker needs, each at its own path below `root`."""
    binds = dict(_binds())
    folders = {str(parent) for path in binds for parent in Path(path).parents} - {"/"}
    arguments = [part for path in sorted(folders) for part in ("--dir", root + path)]
    arguments += ["--dir", f"{root}/tmp"]
    for path, source in binds.items():
        arguments += ["--ro-bind", source, root + path]
        found = (glob.glob(f"{path}/{deeper}[sd]i[ts]*-packages") for deeper in ("", "python3*/"))
        for packages in sorted(itertools.chain(*found)):
            arguments += ["--tmpfs", root + packages, "--remount-ro", root + packages]
    for link in filter(os.path.islink, ("/lib", "/lib64")):
        arguments += ["--symlink", os.readlink(link), root + link]
    for device in ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"):
        arguments += ["--dev-bind", device, root + device]
    return ("--dir", f"{root}/dev", *arguments)


def _binds() -> Iterator[tuple[str, str]]:
    """(path in the jail, path outside) of every file and folder that is visible."""
    system = ("/lib64", "/usr/lib64", "/etc/ld.so.cache", "/etc/alternatives")
    python = (f"{_PREFIX}/lib", f"{_PREFIX}/lib64")
    own = (sysconfig.get_path("stdlib"),) if _PREFIX == "/usr" else python
    for path in (*system, *_libraries(), *own, _interpreter()):
        if os.path.exists(path) and not os.path.islink(path):
            yield path, path
    here = Path(__file__).parent
    for module in ("cells", "memory", "wire", "worker"):
        yield f"{_SITE}/gradloom_grader/{module}.py", str(here / f"{module}.py")
    for name, path in _packages():
        yield f"{_SITE}/{name}", path


def _libraries() -> Iterator[str]:
    """The system's folders for libraries; Debian has one for each architecture, among much else."""
    for folder in itertools.filterfalse(os.path.islink, ("/lib", "/usr/lib")):
        own = f"{folder}/{sysconfig.get_config_var('MULTIARCH')}"
        yield own if os.path.isdir(own) else folder


def _packages() -> Iterator[tuple[str, str]]:
    """(name in site-packages, path) of everything that the visible distributions brought."""
    for distribution in _closure(VISIBLE):
        for name in sorted(_tops(distribution)):
            path = Path(str(distribution.locate_file(name))).resolve()
            if name not in ("..", "__pycache__") and path.suffix != ".dist-info" and path.exists():
                yield name, str(path)


def _tops(distribution: importlib.metadata.Distribution) -> set[str]:
    """What it brought into site-packages; of thousands of files only the lines are read."""
    record = distribution.read_text("RECORD")
    if record is None:
        return {file.parts[0] for file in distribution.files or ()}
    return {line.split(",")[0].split("/")[0].strip('"') for line in record.splitlines()}


def _closure(names: tuple[str, ...]) -> list[importlib.metadata.Distribution]:
    from packaging.requirements import Requirement

    found: dict[str, importlib.metadata.Distribution] = {}
    todo = list(names)
    while todo:
        try:
            distribution = importlib.metadata.distribution(todo.pop())
        except importlib.metadata.PackageNotFoundError:
            continue
        name = distribution.metadata["Name"]
        if name in found:
            continue
        found[name] = distribution
        for text in distribution.requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                todo.append(needed.name)
    return list(found.values())


# Whatever would make a second process, leave the jail or reach the kernel's rarer parts. New
# processes are denied because memory is limited for each process and not for all together.
_DENIED = """
    fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp
    pidfd_getfd mount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig
    fsmount fspick mount_setattr unshare setns memfd_create memfd_secret io_uring_setup
    io_uring_enter io_uring_register add_key request_key keyctl bpf perf_event_open userfaultfd
    kexec_load kexec_file_load init_module finit_module delete_module open_by_handle_at
    name_to_handle_at quotactl quotactl_fd acct swapon swapoff reboot settimeofday clock_settime
    adjtimex clock_adjtime personality syslog iopl ioperm modify_ldt fanotify_init
    mq_open msgget semget shmget io_setup move_pages migrate_pages vhangup sethostname
    setdomainname listmount statmount
"""


@lru_cache
def system_call_filter() -> bytes:
    """The BPF program that a run installs; raises JailError without libseccomp."""
    try:
        import pyseccomp as seccomp  # type: ignore[import-untyped]
    except (ImportError, RuntimeError) as error:
        raise JailError(f"libseccomp is missing ({error}). Install libseccomp2.") from error
    denied = seccomp.ERRNO(errno.EPERM)
    none = seccomp.ERRNO(errno.ENOSYS)
    is_process = seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0)
    is_odd = seccomp.Arg(0, seccomp.NE, socket.AF_UNIX)
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    known = {
        name for name in _DENIED.split() if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) != -1
    }
    for name in known:
        rules.add_rule(denied, name)
    rules.add_rule(denied, "clone", is_process)
    rules.add_rule(none, "clone3")  # its flags cannot be read here; the C library falls back
    rules.add_rule(denied, "socket", is_odd)
    rules.add_rule(denied, "socketpair", is_odd)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
