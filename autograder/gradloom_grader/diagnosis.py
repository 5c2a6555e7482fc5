"""Diagnosis: which misconceptions give exactly the wrong answers that a student's code gave."""

import gc
import re
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from types import ModuleType

import numpy as np

from . import holes, probes
from .answers import Answer
from .chapters import Exercise
from .holes import Sources
from .jail import Fault
from .kit import compare
from .probes import Case, Finding

_DESCRIPTORS = (property, classmethod, staticmethod)  # a piece without decorators keeps the hole's
SECONDS = 1.0  # of computing, for one case of a misconception, some of which never end


@dataclass(frozen=True)
class Evidence:
    """What a submission answered to one case, whether that was found wrong, and which holes the
    reference enters there."""

    case: Case
    inputs: dict
    expected: object
    answer: object
    finding: Finding | None
    enters: frozenset[str]


@dataclass(frozen=True)
class Match:
    """A misconception, and the failed cases that it accounts for."""

    answer: Answer
    cases: frozenset[str]


class Diagnosis:
    """A chapter's misconceptions, which take turns in one engine of the referee's own."""

    def __init__(self, sources: Sources, answers: list[Answer]):
        engine = holes.load(sources)
        self.suspects = [Suspect(engine, answer) for answer in answers if not answer.right]

    def explain(self, exercise: Exercise, evidence: list[Evidence]) -> list[Match]:
        """The misconceptions that explain the findings; each explains parts no other does."""
        mine = [s for s in self.suspects if s.answer.holes & set(exercise.holes)]
        matches = [Match(suspect.answer, suspect.explains(evidence)) for suspect in mine]
        matches.sort(key=lambda match: -len(match.cases))
        found: list[Match] = []
        for match in matches:
            if match.cases and not any(match.cases & other.cases for other in found):
                found.append(match)
        return found


class Suspect:
    """An answer that can take its place in an engine of ours, which it shares with others."""

    def __init__(self, engine: ModuleType, answer: Answer):
        self.engine, self.answer = engine, answer

    @cached_property
    def pieces(self) -> list[tuple[list, str, object, object]]:
        """For each hole its owners (a class, or modules), its name, what is there, the piece."""
        imported = _imported(self.engine, self.answer.imports)
        pieces = self.answer.pieces.items()
        return [_piece(self.engine, hole, text, imported) for hole, text in pieces]

    @contextmanager
    def in_place(self):
        """While this lasts, the engine holds the answer; afterwards it is what it was before."""
        pieces, states = self.pieces, [(state, dict(state)) for state in _states(self.engine)]
        for owners, name, _, piece in pieces:
            _set(owners, name, piece)
        try:
            yield
        finally:
            for owners, name, before, _ in pieces:
                _set(owners, name, before)
            for state, kept in states:
                state.clear()
                state.update(kept)

    def explains(self, evidence: list[Evidence]) -> frozenset[str]:
        """The failed cases it accounts for: it must match in all cases of the parts it spoils."""
        evidence = [e for e in evidence if e.enters & self.answer.holes]
        if not any(e.finding for e in evidence):
            return frozenset()
        alike, spoiled = set(), set()
        for e in sorted(evidence, key=lambda e: e.finding is None):  # most part where it failed
            given = self.answer_to(e.case, e.inputs)
            if same(given, e.answer):
                alike.add(e.case.key)
                spoiled |= {e.case.part} if e.finding else set()
            elif probes.is_wrong(e.case, e.inputs, e.expected, given):
                return frozenset()
        touched = [e for e in evidence if e.case.part in spoiled]
        if not all(e.case.key in alike for e in touched):
            return frozenset()
        return frozenset(e.case.key for e in touched if e.finding)

    def answer_to(self, case: Case, inputs: dict):
        """What it returns there; a Fault if it raises, or does not end in time."""
        try:
            with self.in_place(), _limited(SECONDS):
                return case.expected(self.engine, inputs)
        except _TooLong:
            return Fault("timeout")
        except Exception as error:
            return Fault("error", type(error).__name__)


@lru_cache(maxsize=8)
def _states(engine: ModuleType) -> list[dict]:
    """Where an engine remembers things between calls: its own objects, such as a switch."""
    inside = f"{engine.__name__}."
    modules = [vars(module) for name, module in sys.modules.items() if name.startswith(inside)]
    objects = {id(value): value for module in modules for value in module.values()}
    ours = [o for o in objects.values() if type(o).__module__.startswith(inside)]
    return [vars(value) for value in ours if hasattr(value, "__dict__")]


@lru_cache(maxsize=8)
def _modules(engine: ModuleType) -> list[ModuleType]:
    return [m for name, m in sys.modules.items() if name.split(".")[0] == engine.__name__]


@lru_cache(maxsize=8)
def _imported(engine: ModuleType, imports: str) -> dict[str, object]:
    """What these imports bring where `gradloom` is this engine."""
    names: dict[str, object] = {}
    exec(re.sub(r"\bgradloom\b", engine.__name__, imports), names)
    return names


def _piece(
    engine: ModuleType, hole: str, text: str, imported: dict[str, object]
) -> tuple[list, str, object, object]:
    module = sys.modules[f"{engine.__name__}.{holes.module_of(hole)}"]
    *path, name = hole.split(".")[1:]
    owner = reduce(getattr, path, module)
    before = vars(owner)[name]
    made: dict = {}
    names = {**vars(module), "np": np, **vars(engine), **imported}  # as in a notebook's cell
    exec(compile(text, f"<{hole}>", "exec"), names, made)
    names |= made if not path else {}  # it may call itself
    owners = [owner] if path else [m for m in _modules(engine) if vars(m).get(name) is before]
    piece = made[name]
    if isinstance(before, _DESCRIPTORS) and not isinstance(piece, _DESCRIPTORS):
        piece = type(before)(piece)
    return owners, name, before, piece


def _set(owners: list, name: str, value: object) -> None:
    for owner in owners:
        setattr(owner, name, value)


def same(one, other) -> bool:
    """Whether two answers, or what was raised instead, are equal."""
    if isinstance(one, Fault) and isinstance(other, Fault):
        return (one.kind, one.name) == (other.kind, other.name)
    if isinstance(one, Fault) or isinstance(other, Fault):
        return False
    return compare.difference(one, other) is None


class _TooLong(BaseException):
    pass


@contextmanager
def _limited(seconds: float):
    """Raise _TooLong after so much computing time, and again: what a finaliser swallows is lost.

    Nothing is collected meanwhile: an exception in a callback of the collector goes nowhere.
    """

    def stop(*_):
        raise _TooLong

    before, collecting = signal.signal(signal.SIGPROF, stop), gc.isenabled()
    gc.disable()
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if collecting:
            gc.enable()
