"""Which holes of a chapter the reference enters while it runs a case."""

import os
import sys
from collections.abc import Iterable
from types import ModuleType

from . import holes
from .chapters import Chapter
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
