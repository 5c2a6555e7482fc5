"""What hostile, careless or unlucky code does to a jail: nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gradloom_grader import jail as jail_module
from gradloom_grader import replies, walls, wire
from gradloom_grader.jail import Cell, Fault, Jail, JailError, Limits, Question

FINE = "def ask(gl): return 'fine'"


def children(pid=None):
    """The processes below this one (or below `pid`), whatever namespace they are in."""
    below = Path(f"/proc/{pid or os.getpid()}/task")
    found = [int(child) for task in below.glob("*/children") for child in task.read_text().split()]
    return found + [other for child in found for other in children(child)]


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def wait_for(condition):
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


# Deaths and deadlines


def test_a_time_out_costs_its_cell(run):
    found = run("x = 1\n\nimport time; time.sleep(9)", "print(x)", ask=[FINE])
    late = Fault("timeout", text="longer than 0.5 s", line=3, cell="c0")
    assert found.cells["c0"].fault == replace(
        late, limit="the 0.5 seconds of computing (1.5 by the clock) a cell may take"
    )
    assert found.cells["c1"].output == "1\n"
    assert (found.answers["0"], found.flags) == ("fine", [])


SWALLOWED = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
STUCK = "sum(range(10**12))"
UNSET = "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\ntime.sleep(9)"


@pytest.mark.parametrize("source", [SWALLOWED, STUCK, UNSET], ids=["swallowed", "in C", "unset"])
def test_who_ignores_the_alarm_is_killed(run, source):
    start = time.monotonic()
    found = run("x = 1", source, "print(x)", ask=[FINE])
    assert found.cells["c1"].fault.kind == "timeout"
    assert found.cells["c2"].output == "1\n"
    assert found.answers["0"] == "fine"
    assert len(found.flags) == 1 or source == SWALLOWED  # the alarm rings again
    assert time.monotonic() - start < 3


def test_an_exception_handler_does_not_stop_the_alarm(cell):
    found = cell("while True:\n    try:\n        while True: pass\n    except Exception: pass")
    assert (found.fault.kind, found.fault.line) == ("timeout", 3)


DEATHS = {
    "exit": ("import os\nos._exit(3)", "code 3"),
    "segfault": ("import ctypes\nctypes.string_at(0)", "signal 11"),
    "abort": ("import os\nos.abort()", "signal"),
    "forbidden call": ("import ctypes\nctypes.CDLL(None).syscall(0x40000000)", "signal 31"),
    "kill": ("import os, signal\nos.kill(0, signal.SIGKILL)\nos._exit(1)", "code 1"),
}


@pytest.mark.parametrize(("source", "text"), DEATHS.values(), ids=DEATHS)
def test_a_death_costs_its_cell_or_question(run, source, text):
    body = "def ask(gl):\n" + textwrap.indent(source, "    ")
    found = run("x = 1", source, "print(x)", ask=[FINE, body, FINE])
    assert found.cells["c1"].fault.kind == "died"
    assert text in found.cells["c1"].fault.text
    assert found.cells["c2"].output == "1\n"
    assert found.answers["1"].kind == "died"
    assert (found.answers["0"], found.answers["2"]) == ("fine", "fine")
    assert len(found.flags) == 2


EXCEPTIONS = {
    "exit": ("import sys\nsys.exit(0)", "SystemExit", True),
    "quit": ("quit()", "SystemExit", True),
    "interrupt": ("import signal\nsignal.raise_signal(signal.SIGINT)", "KeyboardInterrupt", True),
    "its own": ("class Own(BaseException): pass\nraise Own", "Own", False),
    "a false name": ("class ValueError(Exception): pass\nraise ValueError", "ValueError", False),
    "no text": (
        "class Odd(Exception):\n    def __str__(self): raise KeyError\nraise Odd",
        "Odd",
        False,
    ),
    "a group": ("raise ExceptionGroup('x', [KeyError()])", "ExceptionGroup", True),
    "recursion": ("def f(): f()\nf()", "RecursionError", True),
    "a long chain": (
        "error = None\nfor _ in range(10**5):\n"
        "    new = KeyError(); new.__cause__ = error; error = new\nraise error",
        "KeyError",
        True,
    ),
    "memory": ("x = bytearray(10**10)", "MemoryError", True),
    "memory, slowly": ("x = []\nwhile True: x.append(bytes(10**7))", "MemoryError", True),
}


@pytest.mark.parametrize(("source", "name", "builtin"), EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_exceptions_of_all_sorts(run, source, name, builtin):
    found = run(source, ask=[FINE])
    fault = found.cells["c0"].fault
    assert (fault.kind, fault.name, fault.builtin) == ("error", name, builtin)
    assert (found.answers["0"], found.flags) == ("fine", [])


def test_the_referee_knows_the_builtin_exceptions_itself():
    told = {"kind": "error", "builtin": True, "text": "x" * 999, "line": 1, "cell": None}
    for name, builtin in {"KeyError": True, "SecretValue42": False, "print": False}.items():
        report = {"number": 1, "value": None, "output": np.zeros(0, "u1")}
        reply = replies.Reply({**report, "fault": {**told, "name": name}}, 1)
        assert (reply.fault.builtin, len(reply.fault.text)) == (builtin, 500)


def test_time_is_counted_in_computing(run):
    """Waiting, as for a core on a busy machine, costs nothing, but for three times as long."""
    found = run("import time; time.sleep(0.8)", "while True: pass", ask=[FINE])
    assert [r.fault and r.fault.kind for r in found.cells.values()] == [None, "timeout"]
    assert found.answers["0"] == "fine"


def test_a_class_called_anything_has_another_name(run):
    found = run("raise type('Odd\\n\\x1b[2J', (Exception,), {})('told')", "while True: pass")
    assert [result.fault.name for result in found.cells.values()] == ["Error", ""]


def test_the_whole_submission_has_a_limit(tiny_kit):
    limits = Limits(cell_seconds=0.4, probe_seconds=0.4, submission_seconds=1)
    busy = "while True: pass"
    questions = [Question("a", FINE, {}), Question("b", f"def ask(gl):\n    {busy}", {})]
    with Jail(tiny_kit, limits) as jail:
        start = time.monotonic()
        found = jail.run([Cell(str(n), busy) for n in range(9)], [questions])
        assert time.monotonic() - start < 2
        assert found.cells["0"].fault.kind == "timeout"
        assert found.cells["8"].fault.kind == found.answers["a"].kind == "limit"
        assert found.answers["b"].limit == "the 1 seconds a whole submission may take"
        assert jail.run([], [questions[:1]]).answers == {"a": "fine"}


@pytest.mark.parametrize("seconds", [0, 0.003, 0.006, 0.01, 0.015, 0.02])
def test_a_limit_that_is_met_early_is_no_fault_of_the_kit(tiny_kit, seconds):
    with Jail(tiny_kit) as jail:
        jail.until = time.monotonic() + seconds
        fault = jail.run([Cell("c", "x = 1")], []).cells["c"].fault
    assert fault is None or fault == Limits().used_up()


def test_several_runs_of_one_submission_share_its_deadline(tiny_kit):
    limits = Limits(cell_seconds=5, probe_seconds=5, submission_seconds=60)
    slow = Question("a", "def ask(gl): import time; time.sleep(9)", {})
    with Jail(tiny_kit, limits) as jail:
        jail.until = time.monotonic() + 0.3
        first = jail.run([], [[slow]])
        second = jail.run([], [[Question("a", FINE, {})]])
    assert [found.answers["a"].kind for found in (first, second)] == ["limit", "limit"]


# Rubbish on the wire


RUBBISH = {
    "bytes": "import os\nos.write(3, b'x' * 20)",
    "half a frame": "import os\nos.write(3, b'\\0\\0\\0\\1'); os._exit(0)",
    "too long": "import os\nos.write(3, b'\\xff' * 8)",
    "another value": "from gradloom_grader import wire; import os\nos.write(3, wire.encode(1))",
    "another number": (
        "from gradloom_grader import wire; import os, numpy as np\n"
        "os.write(3, wire.encode(dict(number=99, fault=None, value=1, output=np.zeros(0, 'u1'))))"
    ),
    "no output": (
        "from gradloom_grader import wire; import os\n"
        "for n in range(20): os.write(3, wire.encode(dict(number=n, fault=1, value=1, output=1)))"
    ),
    "a closed socket": "import os\nos.closerange(0, 9)",
    "a thread that talks": (
        "import os, threading, time\n"
        "def talk():\n    while True: os.write(3, b'x'); time.sleep(0)\n"
        "threading.Thread(target=talk, daemon=True).start(); time.sleep(0.05)"
    ),
}


@pytest.mark.parametrize("source", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_costs_its_cell(run, source):
    found = run("x = 1", source, "print(x)", ask=[FINE])
    assert found.cells["c1"].fault.kind in ("garbled", "died")
    assert found.cells["c2"].output == "1\n"
    assert (found.answers["0"], len(found.flags)) == ("fine", 1)


FAULTS = {
    "kind": {"kind": "died"},
    "name": {"name": 3},
    "line": {"line": "1"},
    "a boolean line": {"line": True},
    "cell": {"cell": []},
    "more": {"more": 1},
}


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_malformed_faults_are_garbled(change):
    told = {"kind": "error", "name": "", "builtin": False, "text": "", "line": 1, "cell": None}
    report = {"number": 1, "value": None, "output": np.zeros(0, "u1")}
    assert replies.Reply({**report, "fault": told}, 1).fault
    with pytest.raises(wire.Garbled):
        replies.Reply({**report, "fault": {**told, **change}}, 1)


def test_huge_and_recursive_answers(run):
    found = run(
        ask=[
            "def ask(gl): return np.zeros(10**7)",
            "def ask(gl): return 'x' * 10**6",
            "def ask(gl):\n x = []; x.append(x); return x",
            "def ask(gl):\n x = [1]\n for _ in range(99): x = [x, x]\n return x",
            "def ask(gl):\n x = []\n for _ in range(10**5): x = [x]\n return x",
            FINE,
        ]
    )
    kinds = [answer.kind for answer in found.answers.values() if isinstance(answer, Fault)]
    assert kinds == ["limit"] * 3
    assert found.answers["2"] == [wire.NotAValue("list that contains itself")]
    assert (found.answers["5"], found.flags) == ("fine", [])


def test_all_answers_together_have_a_limit(tiny_kit):
    ask = [Question(str(n), "def ask(gl): return gl.Tensor(np.zeros(10**5))", {}) for n in range(4)]
    with Jail(tiny_kit, Limits(answer_bytes=2_000_000)) as jail:
        answers = jail.run([], [ask]).answers.values()
    assert [isinstance(answer, Fault) for answer in answers] == [False, False, True, True]


def test_monkeypatching_reaches_nobody_else(run):
    found = run(
        "import builtins, sys, signal, socket, json, numpy as np\n"
        "builtins.isinstance = builtins.len = builtins.type = lambda *a: True\n"
        "np.ndarray = np.allclose = np.frombuffer = None\n"
        "sys.modules.clear(); sys.setrecursionlimit(60)\n"
        "socket.socket.sendall = signal.setitimer = None",
        ask=["def ask(gl): return 1"],
    )
    assert found.cells["c0"].id == "c0"
    assert run(ask=[FINE]).answers == {"0": "fine"}


# Floods and bombs


def test_output_is_cut(run):
    found = run("print('x' * 10**6)", "for _ in range(10**5): print('y' * 20)", ask=[FINE])
    for result in found.cells.values():
        cut = "\n(output cut: a cell may print 100 KB, all cells together 1 MB)\n"
        assert result.output.endswith(cut)
        assert len(result.output) < 100_100
    assert (found.answers["0"], len(found.flags)) == ("fine", 2)


def test_an_endless_flood(run):
    found = run("while True: print('x' * 10**5)", "print(1)")
    assert (found.cells["c0"].fault.kind, found.cells["c1"].output) == ("timeout", "1\n")


def test_a_flood_below_python(run):
    found = run("import os\nfor fd in (1, 2): os.write(fd, b'x' * 10**7)", "print(1)")
    assert [result.output for result in found.cells.values()] == ["", "1\n"]


REFUSED = {
    "fork": "import os\nos.fork()",
    "fork bomb": "import os\nwhile True: os.fork()",
    "a command": "import subprocess\nsubprocess.run(['/bin/true'])",
    "exec": "import os, sys\nos.execv(sys.executable, ['python'])",
    "threads": "import threading, time\n"
    "while True: threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "disk": "with open('a', 'wb') as f:\n    while True: f.write(bytes(10**6))",
    "many files on the disk": "for n in range(99):\n open(str(n), 'wb').write(bytes(10**7))",
    "inodes": "for n in range(10**5): open(str(n), 'w').close()",
    "open files": "kept = [open('/dev/null') for _ in range(10**6)]",
    "memory file": "import os\nos.memfd_create('x')",
    "shared memory": "from multiprocessing.shared_memory import SharedMemory\n"
    "SharedMemory(create=True, size=10)",
    "the Internet": "import socket\nsocket.create_connection(('1.1.1.1', 53), 1)",
    "a packet": "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "netlink": "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "vsock": "import socket\nsocket.socket(socket.AF_VSOCK)",
    "packets": "import socket\nsocket.socketpair(socket.AF_INET)",
    "proc": "import os\nos.listdir('/proc')",
    "sys": "import os\nos.listdir('/sys')",
    "home": "import os\nos.listdir('/home')",
    "writing to the system": "open('/usr/lib/x', 'w')",
    "writing to the root": "open('/x', 'w')",
    "writing to packages": "import numpy\nopen(numpy.__file__, 'a')",
    "writing to the worker": "import gradloom_grader.wire as w\nopen(w.__file__, 'a')",
    "setuid": "import os\nos.setuid(0)",
    "chroot": "import os\nos.chroot('/tmp')",
    "more memory": "import resource as r\nr.setrlimit(r.RLIMIT_AS, (-1, -1))",
    "host name": "import socket\nsocket.sethostname('x')",
    "clock": "import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)",
    "the parent": "import os\nos.kill(2, 9)",
    "running a file": "import ctypes, shutil, glob\n"
    "shutil.copy(glob.glob('/usr/lib/*/libm.so.6')[0], 'x.so')\nctypes.CDLL('./x.so')",
    "pytest": "import pytest",
    "nbgrader": "import nbgrader",
    "the grader": "import gradloom_grader.jail",
    "pip": "import pip",
    "setuptools": "import setuptools",
    "hypothesis": "import hypothesis",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(run, source):
    found = run(source, ask=[FINE])
    assert found.cells["c0"].fault.kind == "error", found
    assert (found.answers["0"], found.flags) == ("fine", [])


def test_rare_system_calls_are_refused(cell):
    numbers = {"mount": 165, "unshare": 272, "setns": 308, "ptrace": 101, "bpf": 321, "keyctl": 250}
    numbers |= {"io_uring_setup": 425, "userfaultfd": 323, "perf_event_open": 298, "shmget": 29}
    if os.uname().machine != "x86_64":
        pytest.skip("system call numbers of x86_64")
    found = cell(
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"print({{name: (libc.syscall(n, 0, 0, 0, 0, 0), ctypes.get_errno())"
        f" for name, n in {numbers}.items()}})"
    )
    assert found.output == f"{dict.fromkeys(numbers, (-1, 1))}\n"


def test_sockets_of_the_host_are_out_of_reach(cell):
    name = f"\0gradloom-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        found = cell(f"import socket\nsocket.socket(socket.AF_UNIX).connect({name!r})")
    assert found.fault.name == "ConnectionRefusedError"


def test_the_view(answer):
    see = "__import__('os').listdir"
    assert answer(f"return sorted({see}('/dev'))") == ["null", "random", "urandom", "zero"]
    assert answer(f"return {see}('/tmp')") == []
    top = {"dev", "etc", "lib", "lib64", "site", "tmp", "usr", sys.base_prefix.split("/")[1]}
    assert set(answer(f"return {see}('/')")) <= top
    assert answer(f"return {see}('/etc')") in (["ld.so.cache"], ["alternatives", "ld.so.cache"])
    places = "for place in import_module('sys').path"
    inside = f"[name {places} if place.endswith('-packages') for name in {see}(place)]"
    assert answer(f"from importlib import import_module; return {inside}") == []


def test_the_environment_is_cleared(answer):
    allowed = {*walls.ENVIRONMENT, "PYTHONPATH", "PWD"}
    assert set(answer("return list(__import__('os').environ)")) <= allowed


def test_the_callers_environment_has_no_effect(tiny_kit, monkeypatch):
    for name in ("PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONVERBOSE", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("LD_PRELOAD", "")
    source = "def ask(gl):\n    import sys\n    assert False, sys.flags.optimize"
    with Jail(tiny_kit) as jail:
        assert jail.run([], [[Question("a", source, {})]]).answers["a"].name == "AssertionError"


DESCRIPTORS = """
def ask(gl):
    import os
    found = []
    for number in range(64):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return found
"""


def test_no_descriptors_but_the_wire(run):
    assert run(ask=[DESCRIPTORS]).answers["0"] == [0, 1, 2, 3]


LEFTOVERS = """
def ask(gl):
    import os, sys
    found = os.listdir("/tmp"), hasattr(np, "left"), hasattr(gl, "left")
    np.left = gl.left = open("/tmp/left", "w")
    return found
"""


def test_nothing_stays_from_run_to_run(run):
    for _ in range(2):
        assert run(ask=[LEFTOVERS]).answers["0"] == [[], False, False]


# The life of a jail


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_many_runs_do_not_grow(jail):
    cells, ask = [Cell("c", "x = 1")], [[Question("a", FINE, {})]]
    jail.run(cells, ask)
    before = descriptors(), len(children())
    for _ in range(200):
        assert jail.run(cells, ask).answers == {"a": "fine"}
    assert (descriptors(), len(children())) == before


@pytest.mark.parametrize("unsafe", [False, True])
def test_nobody_survives_a_close(tiny_kit, unsafe, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = descriptors(), Path("/proc/mounts").read_text()
    with Jail(tiny_kit, unsafe=unsafe) as jail:
        jail.run([Cell("c", "x = 1")], [])
        mine = [jail._process.pid, *children(jail._process.pid)]
        assert all(map(is_alive, mine))
    wait_for(lambda: not any(map(is_alive, mine)))
    assert (descriptors(), Path("/proc/mounts").read_text()) == before
    assert list(tmp_path.iterdir()) == []


OWNER = """
import sys
from gradloom_grader.jail import Cell, Jail, Limits
jail = Jail({kit!r}, Limits(cell_seconds=60), unsafe={unsafe})
print(jail._process.pid, flush=True)
jail.run([Cell("c", "while True: pass")], [])
"""


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_jail_dies_with_its_owner(tiny_kit, unsafe):
    script = OWNER.format(kit=tiny_kit, unsafe=unsafe)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as owner:
        outermost = int(owner.stdout.readline())
        wait_for(lambda: len(children(outermost)) >= (1 if unsafe else 3))
        everybody = [outermost, *children(outermost)]
        owner.kill()
    wait_for(lambda: not any(map(is_alive, everybody)))


def kill_all(jail):
    everybody = [*children(jail._process.pid), jail._process.pid]
    for pid in everybody:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(map(is_alive, everybody)))


def test_a_dead_parent_is_replaced_once_per_run(tiny_kit, monkeypatch):
    kills = []

    def kill_first(self, child, questions, ask=jail_module._Run._ask):
        if len(kills) < most:
            kills.append(kill_all(self.jail))
        ask(self, child, questions)

    monkeypatch.setattr(jail_module._Run, "_ask", kill_first)
    with Jail(tiny_kit) as jail:
        most = 1
        found = jail.run([Cell("c", "print(1)")], [[Question("a", FINE, {})]])
        assert (found.cells["c"].output, found.answers, found.flags) == ("1\n", {"a": "fine"}, [])
        most = 3
        with pytest.raises(JailError, match="twice"):
            jail.run([], [[Question("a", FINE, {})]])
        assert jail.run([], [[Question("a", FINE, {})]]).answers == {"a": "fine"}


def test_a_parent_that_died_between_runs_is_replaced(tiny_kit):
    with Jail(tiny_kit) as jail:
        kill_all(jail)
        assert jail.run([], [[Question("a", FINE, {})]]).answers == {"a": "fine"}


def test_the_description(jail):
    assert jail.description.startswith("bubblewrap 0.")
    assert jail.description.endswith(", user namespaces, seccomp")


def test_without_bubblewrap(tiny_kit, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(JailError, match="apt install bubblewrap"):
        Jail(tiny_kit)


def test_without_user_namespaces(tiny_kit, monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    before = descriptors()
    with pytest.raises(JailError, match=r"No permissions(.|\n)*unprivileged_userns_clone"):
        Jail(tiny_kit)
    assert descriptors() == before


@pytest.mark.parametrize(
    ("source", "text"), [("def", "load: gradloom/ops.py:1"), ("1 / 0", "load: ZeroDivision")]
)
def test_a_broken_kit_is_ours(tiny_kit, source, text):
    with pytest.raises(JailError, match=text), Jail({**tiny_kit, "ops": source}) as jail:
        jail.run([], [[Question("a", FINE, {})]])


def test_given_cells_have_run_before_any_student_s(tiny_kit):
    given = [Cell("g", "import gradloom\nfrom gradloom import Mul\nnumber = 41")]
    check = "def ask(gl):\n import __main__ as m; return [m.number, m.Mul is gl.Mul]"
    with Jail(tiny_kit, given=given) as jail:
        for changes in ({}, {"ops": tiny_kit["ops"] + "\nextra = 1\n"}):
            found = jail.run(
                [Cell("c", "number += 1")], [[Question("q", check, {})]], changes=changes
            )
            assert found.answers == {"q": [42, True]}
            assert list(found.cells) == ["c"]


def test_a_given_cell_that_fails_is_ours(tiny_kit):
    with pytest.raises(JailError, match="load: NameError"):
        Jail(tiny_kit, given=[Cell("g", "nothing")])


def test_unsafe(tiny_kit):
    limits = Limits(cell_seconds=0.5, probe_seconds=0.5)
    with Jail(tiny_kit, limits, unsafe=True) as jail:
        assert jail.description == "none (--unsafe)"
        sources = ["x = 1", STUCK, "import os; os._exit(2)", "1 / 0", "while 1: pass", "print(x)"]
        found = jail.run([Cell(s, s) for s in sources], [[Question("a", FINE, {})]])
        faults = [result.fault and result.fault.kind for result in found.cells.values()]
        assert faults == [None, "timeout", "died", "error", "timeout", None]
        assert (found.cells["print(x)"].output, found.answers) == ("1\n", {"a": "fine"})
