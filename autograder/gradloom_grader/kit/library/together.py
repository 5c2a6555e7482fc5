"""A student's library: their pieces in the holes of the engine, with all that the pieces use."""

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .carry import Luggage
from .meaning import Meanings
from .modules import Modules
from .names import binds, reads
from .notebook import Cell
from .pieces import Member, Written, written
from .source import (
    HoleError,
    Sources,
    end_line,
    fill,
    find,
    indented,
    is_untouched,
    lines_of,
    module_of,
    parse,
)

Index = Mapping[str, Mapping[str, Sequence[str]]]  # chapter -> exercise -> its holes
Exercise = tuple[str, str]  # chapter and id

YOURS, COURSE, MISSING = "yours", "from the course", "missing"


@dataclass(frozen=True)
class Library:
    """The package's sources, whose each hole's piece is, and what the student should know.

    `parts` are the exercises (and other cells) that something was taken from: any of them could be
    left out.
    """

    sources: Sources
    states: Mapping[Exercise, Mapping[str, str]]
    notes: Sequence[str]
    parts: Sequence[Exercise]

    def state(self, exercise: Exercise) -> str:
        """Yours if all of it is; else missing if a hole of it is empty."""
        states = set(self.states[exercise].values())
        return next(state for state in (MISSING, COURSE, YOURS) if state in states)

    def exercises(self, state: str) -> list[Exercise]:
        return [exercise for exercise in self.states if self.state(exercise) == state]


def put_together(
    kit: Sources,
    index: Index,
    notebooks: Mapping[str, Sequence[Cell]],
    leave_out: Collection[Exercise] = (),
) -> Library:
    """Fill the holes of a kit from the notebooks of its chapters.

    What no notebook fills stays as it is in the kit, and so do the parts in `leave_out`.
    """
    index = {
        chapter: {name: _of_engine(holes) for name, holes in exercises.items()}
        for chapter, exercises in index.items()
    }
    notebooks = {chapter: notebooks[chapter] for chapter in index if chapter in notebooks}
    modules = Modules(_engine(kit))
    found = {c: written(cells, index[c], modules) for c, cells in notebooks.items()}
    members, notes = _members(index, notebooks, found)
    kept = {m.path: m for part, m in members if part not in leave_out}
    engine = {statement: o for each in found.values() for statement, o in each.engine.items()}
    sources, told = _with_pieces(modules, Meanings(modules, notebooks, engine), kept)
    states = {
        (chapter, name): {hole: _state(modules.sources, hole, kept) for hole in holes}
        for chapter, exercises in index.items()
        for name, holes in exercises.items()
        if holes
    }
    return Library(sources, states, notes + told, list(dict.fromkeys(part for part, _ in members)))


def _members(
    index: Index, notebooks: Mapping[str, Sequence[Cell]], found: Mapping[str, Written]
) -> tuple[list[tuple[Exercise, Member]], list[str]]:
    """What the notebooks have for the engine, with the part that each is of; and notes."""
    holes = {
        hole: (chapter, name)
        for chapter, exercises in index.items()
        for name, names in exercises.items()
        for hole in names
    }
    members: list[tuple[Exercise, Member]] = []
    notes = []
    for chapter, has in found.items():
        members += [(holes[path], member) for path, member in has.pieces.items()]
        for path, member in has.extras.items():
            if path in holes:
                notes.append(f"{path} stands in {chapter} too; here is that of {holes[path][0]}.")
            else:
                members.append(((chapter, notebooks[chapter][member.cell].name), member))
    return members, notes


def _with_pieces(
    modules: Modules, meanings: Meanings, members: Mapping[str, Member]
) -> tuple[Sources, list[str]]:
    """The modules with members in their places, and all that these need; and notes."""
    luggage = {name: Luggage(name, modules, meanings) for name in modules.sources}
    for member in members.values():
        luggage[member.module].add(member)
    places = modules.places({name: each.modules_needed() for name, each in luggage.items()})
    for each in luggage.values():
        each.places = places
    fitted = {path: luggage[member.module].fitted(member) for path, member in members.items()}
    filled = _filled(modules.sources, fitted)
    packed = {name: luggage[name].packed(text) for name, text in filled.items()}
    return packed, [note for each in luggage.values() for note in each.notes]


def _state(sources: Sources, hole: str, yours: Collection[str]) -> str:
    if hole in yours:
        return YOURS
    return MISSING if is_untouched(find(sources, hole).node) else COURSE


def _of_engine(holes: Sequence[str]) -> list[str]:
    """Without the chapter's own pieces, which are no part of the engine."""
    return [hole for hole in holes if module_of(hole) != "pieces"]


def _engine(kit: Sources) -> Sources:
    """The kit without what belongs to chapters and not to the engine."""
    engine = {name: text for name, text in kit.items() if "/" not in name and name != "pieces"}
    start = lines_of(engine["__init__"])
    engine["__init__"] = "\n".join(x for x in start if x != "from . import pieces").rstrip() + "\n"
    return engine


def _filled(sources: Sources, pieces: Mapping[str, str]) -> Sources:
    """The sources with every piece in its place: where a `def` is, or else at its class's edges."""
    there = {path for path in pieces if _is_there(sources, path)}
    defs = {p for p in pieces if isinstance(parse(pieces[p]).body[0], ast.FunctionDef)}
    sources = fill(sources, {path: pieces[path] for path in pieces if path in there & defs})
    others: dict[str, dict[str, str]] = {}
    for path, piece in pieces.items():
        if path not in there & defs:
            sources = _removed(sources, path) if path in there else sources
            owner, _, name = path.rpartition(".")
            others.setdefault(owner, {})[name] = piece
    for owner, members in others.items():
        sources = _inserted(sources, owner, members)
    return sources


def _is_there(sources: Sources, path: str) -> bool:
    try:
        find(sources, path)
    except HoleError:
        return False
    return True


def _removed(sources: Sources, path: str) -> Sources:
    where = find(sources, path)
    lines = lines_of(sources[module_of(path)])
    del lines[where.start : where.end]
    return {**sources, module_of(path): "\n".join(lines) + "\n"}


def _inserted(sources: Sources, owner: str, members: Mapping[str, str]) -> Sources:
    """Put new members into a class: below its docstring what others may read while the class is
    made, and all else at its end.
    """
    module, _, name = owner.partition(".")
    text = sources[module]
    node = next(n for n in parse(text).body if isinstance(n, ast.ClassDef) and n.name == name)
    lines, column = lines_of(text), node.body[0].col_offset
    taken = set(binds("\n".join(ast.unparse(member) for member in node.body)))
    first: list[str] = []
    last: list[str] = []
    for member, piece in members.items():
        assigned = isinstance(parse(piece).body[0], ast.Assign | ast.AnnAssign)
        if assigned and member not in taken and not reads(piece) & taken:
            first.append(indented(piece, column))
        else:
            last += ["", indented(piece, column)]
            taken.add(member)
    end = end_line(lines, node)
    lines[end:end] = last
    documented = ast.get_docstring(node) is not None
    start = (node.body[0].end_lineno or 0) if documented else node.body[0].lineno - 1
    lines[start:start] = [""] * (documented and bool(first)) + first
    return {**sources, module: "\n".join(lines) + "\n"}
