"""Tell which of the released cells a submitted one stands for, whatever an editor did to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from . import written
from .chapters import Chapter
from .opened import Handed

NO_ANSWER = "YOUR ANSWER HERE"  # what nbgrader leaves in a question's cell


@dataclass(frozen=True)
class Named:
    """A submitted cell: the released one it stands for, if any; whether it is the student's to
    run, or code given to them."""

    name: str
    source: str
    own: bool = False
    given: bool = False


class Namer:
    """Knows the released notebook of a chapter."""

    def __init__(self, chapter: Chapter, template: dict):
        self.notes: list[str] = []
        self.released = {c["id"]: "".join(c["source"]) for c in template["cells"]}
        self.exercises = {e.id for e in chapter.exercises}
        self.questions = {q.id for q in chapter.questions}
        self.owners = {hole.split(".", 1)[1]: e.id for hole, e in chapter.exercise_of.items()}
        given = self.released.keys() - self.exercises - self.questions
        self.by_source = {self.released[name].strip(): name for name in given}
        order = list(self.released)
        self.above = {q: order[order.index(q) - 1] for q in self.questions}

    def named(self, cells: Sequence[Handed]) -> list[Named]:
        """The cells by their names; of names that were lost, by what the cells hold."""
        names = [self._name(cell) for cell in cells]
        if not self.exercises & set(names):
            names = list(self._recognised(names, cells))
        return [self._used(name, cell) for name, cell in zip(names, cells, strict=True)]

    def _name(self, cell: Handed) -> str:
        for name in (cell.grade_id, cell.id):
            if name in self.released:
                return name
        return self.by_source.get(cell.source.strip(), "")

    def _recognised(self, names: Iterable[str], cells: Iterable[Handed]) -> Iterable[str]:
        """Names for cells that have none: an exercise's by the pieces, an answer's by its place."""
        above = ""
        for name, cell in zip(names, cells, strict=True):
            if not name and cell.kind == "code":
                pieces = written.pieces(cell.source, stubs=True)
                owners = {self.owners[piece] for piece in pieces if piece in self.owners}
                name = owners.pop() if len(owners) == 1 else ""
            elif not name:
                name = next((q for q, before in self.above.items() if before == above), "")
            if name in self.exercises and not self.notes:
                self.notes.append(
                    "The cells had lost their names, as happens with some editors; "
                    "they were told by what they hold."
                )
            above = name
            yield name

    def _used(self, name: str, cell: Handed) -> Named:
        """Whether a cell is the student's to run: a solution, or code added or changed."""
        named = Named(name, cell.source)
        if name in self.exercises:
            return replace(self._as_code(name, cell), own=True)
        if cell.kind != "code" or name in self.questions or not cell.source.strip():
            return named
        if name and cell.source == self.released[name]:
            return replace(named, given=True)
        if not name.endswith("-check"):
            return replace(named, own=True)
        if written.pieces(cell.source) & self.owners.keys():
            self.notes.append(f"The cell {name} was changed; what it defines counts.")
            return replace(named, own=True)
        return named

    def _as_code(self, name: str, cell: Handed) -> Named:
        if cell.kind == "code" or not cell.source.strip():
            return Named(name, cell.source)
        self.notes.append(f"The cell of {name} was not a code cell; it was run as one.")
        return Named(name, written.unfenced(cell.source))
