"""Which holes of a chapter the reference enters while it runs a case, and what follows of it."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType

from . import holes
from .chapters import Chapter, Exercise
from .holes import Sources
from .probes import Case


def entered_holes(
    chapter: Chapter, sources: Sources, engine: ModuleType, cases: Iterable[Case]
) -> dict[str, frozenset[str]]:
    """For each case, the chapter's holes that `engine`, loaded from `sources`, enters in it."""
    starts = {
        (f"{holes.module_of(h)}.py", holes.find(sources, h).start + 1): h
        for h in chapter.exercise_of
    }
    return {case.key: _entered(engine, case, starts) for case in cases}


def _entered(engine: ModuleType, case: Case, starts: dict[tuple[str, int], str]) -> frozenset[str]:
    """Which of the functions that start at these places (file, line) a case calls."""
    seen: set[str] = set()

    def note(frame, event, _):
        code = frame.f_code
        place = os.path.basename(code.co_filename), code.co_firstlineno
        if event == "call" and place in starts:
            seen.add(starts[place])

    inputs = case.inputs()
    sys.setprofile(note)
    try:
        case.expected(engine, inputs)
    finally:
        sys.setprofile(None)
    return frozenset(seen)


@dataclass
class Group:
    """Exercises that run alone together: none has a hole that another one needs."""

    exercises: list[str]
    holes: set[str]
    needs: set[str]

    def accepts(self, other: "Group") -> bool:
        return not (self.holes | other.holes) & (self.needs | other.needs)

    def take(self, other: "Group") -> None:
        self.exercises += other.exercises
        self.holes |= other.holes
        self.needs |= other.needs


def groups(exercises: Iterable[Exercise], needs: Mapping[str, Iterable[str]]) -> list[Group]:
    """Those that need holes of others, in as few groups as one finds by taking them in order."""
    found: list[Group] = []
    for exercise in exercises:
        if not needs[exercise.id]:
            continue
        own = Group([exercise.id], set(exercise.holes), set(needs[exercise.id]))
        group = next((group for group in found if group.accepts(own)), None)
        if group is None:
            found.append(own)
        else:
            group.take(own)
    return found
