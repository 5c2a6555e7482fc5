"""From a submitted notebook to the student's sources, repairing what can be repaired.

Taken from a submission: the source of solution cells, and of cells that the student added or
changed. Everything else (locked cells, points, tags, outputs, the kernel) is the release's.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import flags, written
from .chapters import Chapter, Exercise
from .errors import SubmissionError
from .jail import Cell
from .naming import NO_ANSWER, Named, Namer
from .opened import bounded, opened
from .order import Placed, called, ordered

MAX_CELL = 100_000  # characters; a syntax tree is 500 times as large
MAX_SOURCE = 300_000  # in all cells that are read, or in one answer in words


@dataclass(frozen=True)
class Submission:
    """What of a notebook is run (`cells`, in order) and kept."""

    cells: tuple[Cell, ...]
    sources: dict[str, str]
    texts: dict[str, str]
    attempted: frozenset[str]
    answered: frozenset[str] = frozenset()
    repairs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A fingerprint of what will run: the same sources, the same hidden inputs."""
        sources = [[cell.id, cell.source] for cell in self.cells]
        return hashlib.sha256(json.dumps(sources).encode()).hexdigest()

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Submission":
        """From its fields, of which JSON has made lists and dicts."""
        cells = tuple(Cell(**cell) for cell in data.pop("cells"))
        sets: dict[str, Any] = {n: frozenset(data.pop(n)) for n in ("attempted", "answered")}
        lists: dict[str, Any] = {n: tuple(data.pop(n)) for n in ("repairs", "flags")}
        return cls(cells, **data, **sets, **lists)


NOTHING = Submission((), {}, {}, frozenset())


def read(raw: bytes, chapter: Chapter, template: dict) -> Submission:
    """Extract a submission. `template` is the chapter's source notebook, as JSON.

    Raises SubmissionError for what is no notebook.
    """
    written.forget()
    notebook = opened(raw)
    if sum(len(c.source) for c in notebook.cells if len(c.source) <= written.LONGEST) > MAX_SOURCE:
        raise SubmissionError(f"the notebook's cells hold more than {MAX_SOURCE} characters")
    namer = Namer(chapter, template)
    found = _Intake(chapter, namer.named(notebook.cells), given_cells(template))
    submission = found.submission(namer.notes)
    if notebook.chapter not in ("", chapter.name) and not submission.attempted:
        raise SubmissionError(
            f"this is the notebook of {notebook.chapter}: hand in that of {chapter.name}"
        )
    return submission


def load(path: Path) -> bytes:
    """A notebook's bytes, or just enough of a file that is too large to be told so by `read`."""
    with path.open("rb") as file:
        return bounded(file)


def given_cells(template: dict) -> list[Cell]:
    """Released code cells that stand on their own; those after an exercise only show its work."""
    cells = [c for c in template["cells"] if c["metadata"].get("gradloom", {}).get("after") == []]
    return [Cell(c["id"], "".join(c["source"])) for c in cells]


def needed(given: list[Cell], cells: Iterable[Cell]) -> list[str]:
    """The ids of the given cells that define names which the cells use, directly or not."""
    sources = [cell.source for cell in cells if not written.is_blank(cell.source)]
    if not all(written.tree(source).body for source in sources):
        return [cell.id for cell in given]  # who knows what an unreadable cell uses
    used = {name for source in sources for name in written.names_of(source).used}
    found: list[str] = []
    for cell in reversed(given):
        names = written.names_of(cell.source)
        if names.bound & used:
            found.insert(0, cell.id)
            used |= names.used
    return found


@dataclass
class _Intake:
    """What a student's cells are, once it is known which of the released cells they stand for."""

    chapter: Chapter
    named: Sequence[Named]
    given: Sequence[Cell]
    repairs: list[str] = field(default_factory=list)

    def submission(self, notes: Iterable[str]) -> Submission:
        self.repairs += notes
        self.exercises = {e.id: e for e in self.chapter.exercises}
        self.holes = {hole.split(".", 1)[1] for hole in self.chapter.exercise_of}
        placed = self._without_doubles(self._placed())
        attempted = {e.id for e in self.chapter.exercises if self._attempts(placed, e)}
        self._note_missing(attempted)
        found = [flag for p in placed if p.own for flag in _flags(p.cell)]
        sources = {name: self._source(name, placed) for name in self.exercises}
        cells, notes = ordered(self._woven(placed))
        texts = {q.id: self._text(q.id) for q in self.chapter.questions}
        self.repairs += notes
        return Submission(
            tuple(_numbered(cells)),
            sources,
            texts,
            frozenset(attempted),
            frozenset(name for name, text in texts.items() if text.strip() not in ("", NO_ANSWER)),
            tuple(self.repairs),
            tuple(found),
        )

    def _placed(self) -> list[Placed]:
        """The student's own cells and the given ones, in the notebook's order."""
        ran = {cell.id for cell in self.given}
        there = {n.name for n in self.named if not n.own}
        placed = [Placed(cell, own=False, ran=True) for cell in self.given if cell.id not in there]
        for number, each in enumerate(self.named, 1):
            name = each.name if each.name in self.exercises else f"added-{number}"
            if each.own and not written.is_blank(each.source):
                cell = self._plain(Cell(name, each.source))
                if len(cell.source) <= MAX_CELL:
                    placed.append(Placed(cell, own=True, kits=self._kits(cell)))
            elif each.given:
                placed.append(Placed(Cell(each.name, each.source), False, ran=each.name in ran))
        return placed

    def _plain(self, cell: Cell) -> Cell:
        if len(cell.source) > MAX_CELL:
            self.repairs.append(
                f"{called(cell)} is longer than {MAX_CELL:,} characters; it was left out."
            )
            return cell
        source = written.made_plain(cell.source)
        if source != cell.source:
            self.repairs.append(
                f"{called(cell)} held characters that cannot be seen, as pasted text does; "
                "they were made plain spaces."
            )
        return Cell(cell.id, source)

    def _kits(self, cell: Cell) -> frozenset[str]:
        tops = {hole.split(".")[0] for hole in self.holes}
        return frozenset(name for name in tops if written.defines(cell.source, name))

    def _without_doubles(self, placed: list[Placed]) -> list[Placed]:
        """Leave out what is there twice, and stubs: they would undo work done elsewhere."""
        seen: set[Cell] = set()
        kept: list[Placed] = []
        for p in reversed(placed):
            if not p.own or not (p.cell in seen or self._is_stub(p.cell)):
                kept.insert(0, p)
            seen |= {p.cell} if p.own else set()
        for name in self.exercises:
            cells = [p.cell for p in kept if p.own and p.cell.id == name]
            distinct = sum(cell.id == name for cell in seen)
            if len(cells) > 1:
                self.repairs.append(_of_several(name, cells))
            elif distinct > 1:
                self.repairs.append(
                    f"There were {distinct} cells for {name}; what is as released was left out."
                )
        return kept

    def _is_stub(self, cell: Cell) -> bool:
        ours = cell.id in self.exercises or self.holes & written.pieces(cell.source, stubs=True)
        return bool(ours) and written.is_stub_cell(cell.source)

    def _attempts(self, placed: Iterable[Placed], exercise: Exercise) -> bool:
        """Whether the student wrote anything for it: in its own cell, or elsewhere."""
        own = [p.cell for p in placed if p.own]
        if any(cell.id == exercise.id for cell in own):
            return True
        pieces = {name for cell in own for name in written.pieces(cell.source)}
        return any(hole.split(".", 1)[1] in pieces for hole in exercise.holes)

    def _note_missing(self, attempted: set[str]) -> None:
        there = {n.name for n in self.named}
        for name in (name for name in self.exercises if name not in there):
            elsewhere = "what another cell has for it counts"
            what = elsewhere if name in attempted else "nothing was found for it"
            self.repairs.append(f"The cell of {name} was missing; {what}.")
        for question in self.chapter.questions:
            if question.id not in there:
                self.repairs.append(f"The cell of {question.id} was missing; it was left empty.")

    def _woven(self, placed: Iterable[Placed]) -> list[Placed]:
        """Add what was forgotten around a piece, without moving any line."""
        done = {p.cell.id for p in placed if p.own}
        return [replace(p, cell=self._mended(p.cell, done)) if p.own else p for p in placed]

    def _mended(self, cell: Cell, done: set[str]) -> Cell:
        asked = self._asked(cell.id, done)
        source = written.without_parentheses(cell.source)
        if source != cell.source:
            self.repairs.append("@weave() has no parentheses; they were left out.")
        source, idle = written.without_idle_imports(source)
        for name in idle:
            self.repairs.append(
                f"{called(cell)} imports {name}, which is not there when it is graded, "
                "and does not use it; that line was left out."
            )
        source, bare = written.with_class_lines(source, _owners(asked))
        for name in bare:
            self.repairs.append(
                f"The line above {name} that begins with `class` was missing; it was added."
            )
        tops = {hole.split(".")[0] for hole in asked}
        forgotten = [name for name in written.unwoven(source) if name in tops]
        for name in forgotten:
            self.repairs.append(f"@weave was missing above {name}; it was added.")
        return Cell(cell.id, source + "".join(f"\n{n} = weave({n})" for n in forgotten))

    def _asked(self, cell_id: str, done: set[str]) -> list[str]:
        """What must be woven in a cell: its exercise's holes, or of exercises done in no cell."""
        if cell_id in self.exercises:
            exercises = [self.exercises[cell_id]]
        else:
            exercises = [e for e in self.exercises.values() if e.id not in done]
        return [hole.split(".", 1)[1] for e in exercises for hole in e.holes]

    def _source(self, name: str, placed: Sequence[Placed]) -> str:
        """The solution's source as the student left it: all its cells, or the last that counts."""
        cells = [p.cell for p in placed if p.own and p.cell.id == name]
        if not cells:  # still as released, or empty
            return next((n.source for n in self.named if n.name == name), "")
        return cells[-1].source if _overlap(cells) else "\n\n\n".join(c.source for c in cells)

    def _text(self, name: str) -> str:
        """The answer in words, with what goes on in new cells below its own."""
        places = [place for place, n in enumerate(self.named) if n.name == name]
        if not places:
            return ""
        parts = [self.named[places[0]].source]
        for each in self.named[places[0] + 1 :]:
            if each.name or each.own:
                break
            parts.append(each.source)
        first, *more = [part for part in parts if part.strip()] or [""]
        if more and first.strip() == NO_ANSWER:
            self.repairs.append(f"The answer to {name} stood in a cell of its own; it counts.")
            first, *more = more
        return "\n\n".join([first, *more])[:MAX_SOURCE]


def _flags(cell: Cell) -> list[str]:
    if not flags.may_have_flags(cell.source):
        return []
    return [f"cell {cell.id} {text}" for text in flags.flags(written.tree(cell.source))]


def _overlap(cells: Iterable[Cell]) -> bool:
    """Whether two cells define the same piece."""
    found = [name for cell in cells for name in written.pieces(cell.source)]
    return len(found) > len(set(found))


def _of_several(name: str, cells: Sequence[Cell]) -> str:
    if _overlap(cells):
        return f"There were {len(cells)} cells for {name}; the last one counts."
    return f"The work for {name} stood in {len(cells)} cells; all of it counts."


def _owners(asked: Iterable[str]) -> dict[str, str]:
    """The class of each method that only one class is asked for."""
    pairs = [hole.split(".") for hole in asked if "." in hole]
    methods = [method for _, method in pairs]
    return {method: owner for owner, method in pairs if methods.count(method) == 1}


def _numbered(cells: Iterable[Cell]) -> list[Cell]:
    """Give duplicates ids of their own: results are kept by id."""
    seen: dict[str, int] = {}
    numbered = []
    for cell in cells:
        seen[cell.id] = count = seen.get(cell.id, 0) + 1
        numbered.append(cell if count == 1 else Cell(f"{cell.id}.{count}", cell.source))
    return numbered
