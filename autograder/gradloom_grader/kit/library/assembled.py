"""What came of assembling a library: whose each part is, what does not work, what it can do."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..check import _wrapped
from . import digits
from .modules import PACKAGE
from .source import module_of
from .together import COURSE, MISSING, YOURS, Exercise, Library

LONGEST = 300  # characters of a problem that are shown


@dataclass
class Assembled:
    """A library that was written, and what there is to say about it."""

    folder: Path
    library: Library
    found: Sequence[str]  # the chapters whose notebooks could be read
    notes: list[str] = field(default_factory=list)
    tried: Sequence[Exercise] = ()
    failures: Mapping[Exercise, str] = field(default_factory=dict)
    training: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<library in {_shown(self.folder)}>"

    def _repr_png_(self) -> tuple[bytes, dict[str, int]] | None:
        """The loss curve of the training, which a notebook shows at the end of the cell."""
        picture = self.folder / digits.PICTURE
        if not self.training or not picture.exists():
            return None
        return picture.read_bytes(), {"width": 640}

    @property
    def is_all_yours(self) -> bool:
        return len(self.library.exercises(YOURS)) == len(self.library.states)

    def lines(self) -> list[str]:
        """The report, in lines of at most 80 characters."""
        parts = [self._table(), self._whose(), self._examples(), self._notes(), self.training]
        lines = _wrapped(f"Your library is in {_shown(self.folder)}")
        return lines + [line for part in parts if part for line in ["", *part]]

    def _table(self) -> list[str]:
        chapters = list(dict.fromkeys(chapter for chapter, _ in self.library.states))
        width = max(map(len, chapters))
        lines = [f"{'chapter':{width}}  {YOURS}  {COURSE}  {MISSING}"]
        for chapter in chapters:
            states = [self.library.state(e) for e in self.library.states if e[0] == chapter]
            yours, course, missing = (states.count(state) for state in (YOURS, COURSE, MISSING))
            line = f"{chapter:{width}}  {yours:5}  {course:15}  {missing:7}"
            lines.append(line if chapter in self.found else f"{line}  no notebook")
        return lines

    def _whose(self) -> list[str]:
        if self.is_all_yours:
            return ["All yours: every exercise in it is your own code."]
        words = {MISSING: "Still to write", COURSE: "The course's own code stands in for"}
        lines = []
        for state, start in words.items():
            named = [
                f"{name} ({c})" for c, name in self.library.exercises(state) if c in self.found
            ]
            lines += _wrapped(f"{start}: {', '.join(named)}.", later="  ") if named else []
        return lines

    def _examples(self) -> list[str]:
        if not self.tried:
            return ["It imports."]
        count, wrong = len(self.tried), len(self.failures)
        passed = f"your {count} exercises pass their" if count > 1 else "your exercise passes its"
        share = "" if count == 1 and not wrong else f"{count - wrong} of " if wrong else "all "
        text = f"It imports, and {share}{passed} examples on it"
        lines = _wrapped(f"{text}. These do not:" if wrong else f"{text}.")
        for (chapter, name), problem in self.failures.items():
            holes = self.library.states[chapter, name]
            files = ", ".join(sorted({f"{PACKAGE}/{module_of(hole)}.py" for hole in holes}))
            text = f"{name} ({chapter}), in {files}: {_cut(problem)}"
            lines += ["  " + line for line in _wrapped(text, later="    ")]
        return lines

    def _notes(self) -> list[str]:
        notes = [*self.notes, *self.library.notes]
        return [line for note in notes for line in _wrapped(note, later="  ")]


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."


def _shown(path: Path) -> str:
    """The path from here, unless that is far."""
    try:
        near = os.path.relpath(path)
    except ValueError:  # on another drive
        return str(path)
    return near if near.count("..") < 2 else str(path)
