"""What a child does: runs cells, answers questions.

Student code shares this process. What is done here is a convenience for honest code; the referee
believes none of it.
"""

import builtins
import importlib
import io
import linecache
import random
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Sequence
from types import CodeType, ModuleType, TracebackType
from typing import Any, NoReturn

import IPython
import matplotlib.pyplot as plt
import numpy as np
from IPython.core.inputtransformer2 import TransformerManager
from matplotlib.backends.backend_agg import FigureCanvasAgg

from gradloom_grader import memory, wire

MINE = 2**31  # the referee's own frames may be as large as they like
_TEXT = 500
_FLOATS: dict[str, Any] = {"divide": "warn", "over": "warn", "invalid": "warn", "under": "ignore"}


def warm_up() -> None:
    """Do once, before forking, what every run would pay for."""
    warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
    plt.figure().gca().plot([0, 1], [0, 1], label="$x$")
    plt.legend()
    plt.savefig(io.BytesIO())
    plt.close("all")
    _transform("f(x)\n%time 1\n")
    _seed()  # numpy imports its random numbers and linear algebra at their first use
    np.linalg.inv(np.ones((1, 1)))


class _TimeUp(BaseException):
    """A BaseException, so that `except Exception` in a student's loop does not swallow it."""


def _ring(number: int, frame: object) -> NoReturn:
    raise _TimeUp


class Child:
    """A notebook on the kit, made in the warm parent; in a child it answers over a socket.

    The given cells, which are the course's own, have run before any child is forked.
    """

    def __init__(self, codes: memory.Codes, given: Sequence[dict], limits: dict) -> None:
        self.codes = codes
        self.given = given
        cell, probe = limits["cell_seconds"], limits["probe_seconds"]
        self.orders = {
            "load": (self._load, cell),
            "cell": (self._cell, cell),
            "ask": (self._ask, probe),
        }
        self.patience = limits["patience"]
        self.sink = _Sink(limits["output_bytes"])
        self.package: ModuleType | None = None
        self.main = ModuleType("__main__")
        self.places: dict[str, str] = {}  # filename -> cell
        shell = _Shell(self._execute)
        IPython.get_ipython = lambda: shell  # type: ignore[assignment, return-value]
        self.main.__dict__.update(get_ipython=lambda: shell, display=_display)
        self._own_main = sys.modules["__main__"]
        sys.modules["__main__"] = self.main
        self._load_package(codes, given)

    def _load_package(self, codes: memory.Codes, given: Sequence[dict]) -> None:
        """Import the kit and run given cells on it."""
        self.package = memory.load(codes, "gradloom")
        for cell in given:
            self._cell({**cell, "figures": (0, 0)})
        _seed()

    def converse(self, sock: socket.socket) -> NoReturn:
        """Load changes, run cells and answer questions until somebody ends the process."""
        _seed()  # Python's own random numbers are seeded anew in every fork
        number = 0
        while True:
            request = wire.receive(sock, header_limit=MINE, tuples=True)
            number += 1
            wire.send(sock, self._reply(number, request))

    def _reply(self, number: int, request: dict) -> bytes:
        order, seconds = self.orders[request["do"]]

        def work() -> bytes:
            value = order(request)
            return wire.encode(self._report(number, value=value))

        self.sink.take()
        sys.stdout = _stream(self.sink)
        sys.stderr = _stream(self.sink)
        done = _limited(seconds, self.patience * seconds, work, self.places)
        return wire.encode(self._report(number, fault=done)) if isinstance(done, dict) else done

    def _report(self, number: int, value: Any = None, fault: Any = None) -> dict:
        output = np.frombuffer(self.sink.take(), np.uint8)
        return {"number": number, "fault": fault, "output": output, "value": value}

    def _load(self, request: dict) -> None:
        if request["changes"]:
            given = [cell for cell in self.given if cell["id"] in request["given"]]
            changed = memory.compile_package(request["changes"])
            self._load_package({**self.codes, **changed}, given)
        kit = importlib.import_module("gradloom.kit.weave")
        for hole, piece in request["filled"].items():
            kit.weave(_defined(memory.thaw(piece), hole))
        kit.__dict__["inert"] = set(request["filled"])

    def _cell(self, request: dict) -> list[np.ndarray]:
        """Run a cell; return the first figures that it leaves open, as pixels."""
        filename = f"<cell {request['id']}>"
        self.places[filename] = request["id"]
        plt.close("all")
        self._execute(request["source"], filename)
        return _drawn(*request["figures"])

    def _execute(self, source: str, filename: str | None = None) -> None:
        filename = filename or next(reversed(self.places))
        code, plain = _compiled(source, filename)
        linecache.cache[filename] = (len(plain), None, plain.splitlines(keepends=True), filename)
        exec(code, self.main.__dict__)

    def _ask(self, request: dict) -> Any:
        _seed()
        namespace: dict[str, Any] = {"np": np, "__name__": "probe"}
        exec(memory.thaw(request["probe"]), namespace)
        *_, body = (thing for name, thing in namespace.items() if name != "__builtins__")
        with np.errstate(**_FLOATS), warnings.catch_warnings():  # whatever a cell has set
            warnings.simplefilter("default")
            return body(gl=self.package, **request["inputs"])


def _defined(code: CodeType, hole: str) -> Any:
    """The class or function that the code defines, in the module that has the hole."""
    names: dict[str, Any] = {}
    exec(code, vars(sys.modules[f"gradloom.{hole.partition('.')[0]}"]), names)
    *_, thing = names.values()
    return thing


def _drawn(most: int, pixels: int) -> list[np.ndarray]:
    """Open figures, none larger than `pixels`; one that cannot be drawn costs nothing."""
    pictures: list[np.ndarray] = []
    try:
        for number in plt.get_fignums()[:most]:
            figure = plt.figure(number)
            figure.set_dpi(figure.dpi * min(1, pixels / max(figure.bbox.size)))
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            pictures.append(np.array(canvas.buffer_rgba())[..., :3])
    except (Exception, _TimeUp):
        _be_silent()
    plt.close("all")
    return pictures


def _seed() -> None:
    random.seed(0)
    np.random.seed(0)


def _ring_after(seconds: float, clock: float) -> None:
    """Ring after so many seconds of computing, or so many by the clock.

    And again and again, as an exception raised in a __del__ is dropped.
    """
    signal.signal(signal.SIGPROF, _ring)
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.1)
    signal.setitimer(signal.ITIMER_REAL, clock, 0.1)


def _be_silent() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _limited(seconds: float, clock: float, work: Callable[[], Any], places: dict[str, str]) -> Any:
    """What `work` returns, or the fault that ended it."""
    try:
        _ring_after(seconds, clock)
        try:
            return _guarded(work, places)
        finally:
            _be_silent()
    except _TimeUp as up:
        _be_silent()  # it may have rung before both were off
        return _fault("timeout", f"longer than {seconds:g} s", _place(up.__traceback__, places))


def _guarded(work: Callable[[], Any], places: dict[str, str]) -> Any:
    try:
        return work()
    except _TimeUp:
        raise
    except wire.TooLarge as error:
        return _fault("limit", f"the answer is too large: {error}")
    except BaseException as error:
        return _described(error, places)


def _described(error: BaseException, places: dict[str, str]) -> dict:
    where = _place(error.__traceback__, places)
    if isinstance(error, SyntaxError) and error.filename in places:
        where = (error.lineno, places[error.filename])
    kind = type(error)
    try:
        text = str(error)
    except Exception:
        text = ""
    fault = _fault("error", text[:_TEXT], where)
    fault["name"] = kind.__name__[:100]
    fault["builtin"] = getattr(builtins, kind.__name__, None) is kind
    return fault


def _fault(kind: str, text: str, where: tuple[int | None, str | None] = (None, None)) -> dict:
    line, cell = where
    return {"kind": kind, "name": "", "builtin": False, "text": text, "line": line, "cell": cell}


def _place(
    traceback: TracebackType | None, places: dict[str, str]
) -> tuple[int | None, str | None]:
    """The last line of a cell that was on the way to the error."""
    found: tuple[int | None, str | None] = (None, None)
    while traceback:
        filename = traceback.tb_frame.f_code.co_filename
        if filename in places:
            found = (traceback.tb_lineno, places[filename])
        traceback = traceback.tb_next
    return found


class _Sink(io.RawIOBase):
    """Keeps the first `most` bytes that are written, until they are taken."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self.kept += view[: max(self.most + 1 - len(self.kept), 0)]  # one more says: there is more
        return len(view)

    def take(self) -> bytes:
        taken, self.kept = bytes(self.kept), bytearray()
        return taken

    def close(self) -> None:
        """Student code may close its stream; the next cell gets a new one on the same sink."""


def _stream(sink: _Sink) -> io.TextIOWrapper:
    raw: Any = sink  # unbuffered, or the rest of a cell's output would be missing
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)


def _compiled(source: str, filename: str) -> tuple[CodeType, str]:
    """A cell's code, and the cell as Python: most cells are that already."""
    try:
        return compile(source, filename, "exec", dont_inherit=True), source
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        plain = _transform(source)
        return compile(plain, filename, "exec", dont_inherit=True), plain


def _transform(source: str) -> str:
    return TransformerManager().transform_cell(source)


class _Shell:
    """As much of IPython's shell as transformed cells call."""

    _RUN = frozenset({"time", "timeit", "capture", "prun"})

    def __init__(self, execute: Callable[[str], None]) -> None:
        self._execute = execute

    def run_line_magic(self, name: str, line: str = "", *_: Any, **__: Any) -> None:
        if name in self._RUN:
            self._execute(_transform(line))
        else:
            print(f"(%{name} does nothing here)")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        if name in self._RUN:
            self._execute("\n" + _transform(cell))
        else:
            print(f"(%%{name} does nothing here: the cell was not run)")

    def magic(self, line: str) -> None:
        name, _, rest = line.lstrip("%").partition(" ")
        self.run_line_magic(name, rest)

    def system(self, command: str) -> None:
        print("(there is no shell here)")

    def getoutput(self, command: str, *_: Any, **__: Any) -> list[str]:
        self.system(command)
        return []


def _display(*things: object, **_: object) -> None:
    for thing in things:
        print(repr(thing))
