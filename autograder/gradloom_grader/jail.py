"""The referee's side of the jail: runs submissions in a worker and believes only values.

All deaths, deadlines and caps are dealt with here; whoever asks sees an Outcome.
"""

import contextlib
import itertools
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gradloom_grader import memory, walls, wire
from gradloom_grader.faults import Fault
from gradloom_grader.limits import Limits
from gradloom_grader.replies import PICTURES, PIXELS, Reply, death, pictures
from gradloom_grader.walls import JailError

__all__ = ["Cell", "CellResult", "Fault", "Jail", "JailError", "Limits", "Outcome", "Question"]

_LIMITS = Limits()
_START_SECONDS = 60.0
_GRACE = 0.5  # between the alarm inside the worker and the kill from outside
_BIG = 2**31
_AHEAD, _MOST_AHEAD = 16 * 1024, 8  # sent before answers are read: a third of what a socket takes


@dataclass(frozen=True)
class Cell:
    id: str
    source: str


@dataclass(frozen=True)
class Question:
    """One probe: `source` is a bare `def name(gl, a, b): ...`, called with `inputs`."""

    key: str
    source: str
    inputs: dict[str, object]

    @cached_property
    def frame(self) -> bytes:
        """It as a request, ready to be sent."""
        probe = memory.frozen(self.source, "<probe>")
        return wire.encode({"do": "ask", "probe": probe, "inputs": self.inputs}, _BIG)


@dataclass(frozen=True)
class CellResult:
    id: str
    fault: Fault | None
    output: str
    pictures: Sequence[np.ndarray] = ()


@dataclass
class Outcome:
    cells: dict[str, CellResult] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)  # a value or a Fault by question key
    flags: list[str] = field(default_factory=list)


class _Gone(Exception):
    """The child is no longer usable; the fault says why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


class _ParentDied(Exception):
    """The warm parent is gone, which is nobody's fault."""


class Jail:
    """A warm worker that runs one submission after the other, each in a fresh child.

    `sources` is the kit; the `given` cells are the course's own, and run before any student's.
    Start it from the main thread: it dies with the thread that started it. Raises JailError if
    there is no bubblewrap, if it may not make user namespaces, or if the kit does not load.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        limits: Limits = _LIMITS,
        unsafe: bool = False,
        given: Sequence[Cell] = (),
    ) -> None:
        self.limits, self._unsafe = limits, unsafe
        self.until = float("inf")  # the monotonic time at which the submission's time is used up
        self._home = tempfile.TemporaryDirectory(prefix="gradloom-") if unsafe else None
        self.description = walls.description(unsafe)
        self._given = given
        self._setup = self._setup_frame(dict(sources), given)
        self._start()

    def __enter__(self) -> "Jail":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker and everything in it."""
        self._stop()
        if self._home:
            self._home.cleanup()

    def run(
        self,
        cells: Sequence[Cell],
        rounds: Sequence[Sequence[Question]],
        *,
        filled: Mapping[str, str] | None = None,
        changes: Mapping[str, str] | None = None,
        given: Collection[str] | None = None,
        skip: Collection[str] = (),
    ) -> Outcome:
        """Run the cells on the kit, then ask the questions round by round.

        A cell that timed out or brought the child down is left out when the others are replayed;
        cells in `skip` do not run at all. Before any of them, the holes in `filled` get what it
        says (see `holes.alone`), and keep it whatever a cell weaves. With `changes`, modules by
        their path, the kit is another, on which given cells run anew: those that `given` names,
        or all.
        """
        kept = [cell for cell in cells if cell.id not in skip]
        pieces = {hole: memory.frozen(text, f"<{hole}>") for hole, text in (filled or {}).items()}
        again = [cell.id for cell in self._given if given is None or cell.id in given]
        load = {"do": "load", "filled": pieces, "changes": dict(changes or {}), "given": again}
        for _ in range(2):
            try:
                return _Run(self, load, kept, rounds).outcome()
            except _ParentDied:
                self._stop()
                self._start()
        raise JailError("The worker was killed twice from outside. Is the machine out of memory?")

    def _setup_frame(self, sources: dict[str, str], given: Sequence[Cell]) -> bytes:
        program = b"" if self._unsafe else walls.system_call_filter()
        setup = {
            "sources": sources,
            "given": [{"id": cell.id, "source": cell.source} for cell in given],
            "confined": not self._unsafe,
            "home": self._home.name if self._home else "/tmp",
            "filter": np.frombuffer(program, np.uint8),
            "cpu_seconds": int(self.limits.submission_seconds) + 2,
            "limits": asdict(self.limits),
        }
        return wire.encode(setup, _BIG)

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                self._unsafe_command() if self._unsafe else walls.command(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=self._unsafe_environment() if self._unsafe else None,
                start_new_session=True,
            )
        try:
            deadline = time.monotonic() + _START_SECONDS
            wire.send(self._control, self._setup, deadline)
            problem = wire.receive(self._control, deadline)
        except (OSError, EOFError, wire.Garbled):
            raise walls.explain(self._last_words()) from None
        if problem is not None:
            self.close()
            raise JailError(f"The kit does not load: {problem}")

    def _unsafe_command(self) -> list[str]:
        return [sys.executable, *walls.ARGUMENTS]

    def _unsafe_environment(self) -> dict[str, str]:
        assert self._home
        ours = str(Path(__file__).parents[1])
        own = {"HOME": self._home.name, "MPLCONFIGDIR": self._home.name, "PYTHONPATH": ours}
        return {**walls.ENVIRONMENT, **own}

    def _last_words(self) -> str:
        self._control.close()
        self._process.kill()
        assert self._process.stderr
        words = self._process.stderr.read().decode(errors="replace")[-2000:]
        self.close()
        return words

    def _stop(self) -> None:
        self._control.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    @contextlib.contextmanager
    def _child(self) -> Iterator["_Child"]:
        """A fresh child, dead at the end."""
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs:
                    socket.send_fds(self._control, [b"r"], [theirs.fileno()])
                yield _Child(self, ours)
            finally:
                self._kill_child()

    def _kill_child(self) -> int:
        """Its wait status; killing a child that is dead already changes nothing."""
        try:
            self._control.settimeout(_START_SECONDS)
            self._control.sendall(b"k")
            status = self._control.recv(4, socket.MSG_WAITALL)
        except OSError:
            raise _ParentDied from None
        if len(status) < 4:
            raise _ParentDied
        return struct.unpack(">i", status)[0]


class _Child:
    """The conversation with one child; whatever goes wrong with it becomes a _Gone."""

    def __init__(self, jail: Jail, sock: socket.socket) -> None:
        self._jail = jail
        self._sock = sock
        self._number = 0
        try:
            problem = wire.receive(sock, time.monotonic() + _START_SECONDS)
        except (OSError, EOFError, wire.Garbled) as error:
            raise _ParentDied from error
        if problem is not None:
            raise walls.explain(str(problem))

    def ask(
        self, requests: Iterable[bytes], step: Literal["cell", "answer"], end: float
    ) -> Iterator[Reply]:
        """The replies to frames, in order; at `end` (monotonic) the submission's time is used up.

        Some requests are sent ahead, never more than fit into the socket's buffer: both sides
        would wait for each other.
        """
        limits, seconds = self._jail.limits, self._jail.limits.seconds(step)
        frames, ahead = deque(requests), deque[int]()
        while frames or ahead:
            self._number += 1
            deadline = min(time.monotonic() + limits.patience * seconds + _GRACE, end)
            try:
                while frames and (
                    not ahead
                    or (len(ahead) < _MOST_AHEAD and sum(ahead) + len(frames[0]) <= _AHEAD)
                ):
                    ahead.append(len(frames[0]))
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        wire.send(self._sock, frames.popleft(), deadline)
                reply = Reply(wire.receive(self._sock, deadline), self._number)
            except TimeoutError:
                late = limits.name(Fault("timeout"), step)
                raise _Gone(limits.used_up() if deadline == end else late) from None
            except wire.Garbled as error:
                raise _Gone(Fault("garbled", text=str(error))) from None
            except (OSError, EOFError):
                raise _Gone(Fault("died", text=death(self._jail._kill_child()))) from None
            ahead.popleft()
            reply.fault = reply.fault and limits.name(reply.fault, step)
            yield reply


class _Run:
    """One submission: goes on with a new child until everything has a result."""

    def __init__(
        self,
        jail: Jail,
        load: dict,
        cells: Sequence[Cell],
        rounds: Sequence[Sequence[Question]],
    ) -> None:
        self.jail = jail
        self.limits = jail.limits
        self.load = load
        self.cells = cells
        self.rounds = rounds
        self.left_out: set[str] = set()
        self.room = self.limits.answer_bytes
        self.output_room = self.limits.outputs_bytes
        self.figure_room = self.limits.figures
        self.result = Outcome()
        self.end = min(jail.until, time.monotonic() + self.limits.submission_seconds)

    def outcome(self) -> Outcome:
        while self._is_unfinished():
            if time.monotonic() >= self.end:
                self._finish(self.limits.used_up())
                break
            with contextlib.suppress(_Gone), self.jail._child() as child:
                self._load(child)
                self._play(child)
                for questions in self.rounds:
                    self._ask(child, questions)
        return self.result

    def _is_unfinished(self) -> bool:
        cells = any(cell.id not in self.result.cells for cell in self.cells)
        return cells or any(self._open(questions) for questions in self.rounds)

    def _open(self, questions: Sequence[Question]) -> list[Question]:
        return [question for question in questions if question.key not in self.result.answers]

    def _finish(self, fault: Fault) -> None:
        """Give the fault to everything that has no result yet."""
        for cell in self.cells:
            self.result.cells.setdefault(cell.id, CellResult(cell.id, fault, ""))
        for question in itertools.chain(*self.rounds):
            self.result.answers.setdefault(question.key, fault)

    def _load(self, child: _Child) -> None:
        try:
            fault = next(child.ask([wire.encode(self.load, _BIG)], "cell", self.end)).fault
        except _Gone as gone:
            fault = gone.fault
        if fault and fault != self.limits.used_up() and not self.load["changes"]:
            raise JailError(f"The kit does not load: {fault.name} {fault.text}")
        if fault:
            self._finish(fault)
            raise _Gone(fault)

    def _play(self, child: _Child) -> None:
        cells = [cell for cell in self.cells if cell.id not in self.left_out]
        replies = child.ask(map(self._request, cells), "cell", self.end)
        for cell in cells:
            try:
                self._keep(cell.id, next(replies))
            except _Gone as gone:
                self.left_out.add(cell.id)
                self._flag(gone.fault, f"cell {cell.id}")
                self.result.cells[cell.id] = CellResult(cell.id, gone.fault, "")
                raise

    def _request(self, cell: Cell) -> bytes:
        """With its figures, how many and how large: none where it runs again or on another kit."""
        again = self.load["filled"] or self.load["changes"] or cell.id in self.result.cells
        figures = [0 if again else PICTURES, PIXELS]
        request = {"do": "cell", "id": cell.id, "source": cell.source, "figures": figures}
        return wire.encode(request, _BIG)

    def _keep(self, cell: str, reply: Reply) -> None:
        if reply.fault and reply.fault.kind == "timeout":
            self.left_out.add(cell)  # every replay would wait for it again
        if cell not in self.result.cells:
            output = self._text(reply.output, cell)
            drawn = pictures(reply.value)[: self.figure_room]
            self.figure_room -= len(drawn)
            self.result.cells[cell] = CellResult(cell, reply.fault, output, drawn)

    def _text(self, output: bytes, cell: str) -> str:
        kept = output[: min(self.limits.output_bytes, self.output_room)]
        self.output_room -= len(kept)
        if kept == output:
            return kept.decode(errors="replace")
        self.result.flags.append(f"cell {cell}: output cut")
        return kept.decode(errors="replace") + f"\n(output cut: {self.limits.output})\n"

    def _ask(self, child: _Child, questions: Sequence[Question]) -> None:
        """Ask one round; nothing of the next is sent before all its answers are read."""
        asked = self._open(questions)
        replies = child.ask((question.frame for question in asked), "answer", self.end)
        for question in asked:
            try:
                reply = next(replies)
            except _Gone as gone:
                self._flag(gone.fault, f"question {question.key}")
                self.result.answers[question.key] = gone.fault
                raise
            self.room -= wire.size(reply.value)
            crowded = Fault("limit", limit=self.limits.words["answers"])
            value = reply.value if self.room >= 0 else crowded
            self.result.answers[question.key] = reply.fault or value

    def _flag(self, fault: Fault, where: str) -> None:
        self.result.flags.append(f"{where}: {fault.kind}, a new process went on")
