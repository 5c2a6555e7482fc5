"""Cells in an order in which every name means what it meant to the student.

The given cells have run before any of the student's, wherever they stand in the notebook; and the
probes come after all of them. So a name may have been taken meanwhile: by a cell that stands above
the given one, or by one below the function that uses it.
"""

import builtins
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import written
from .jail import Cell
from .written import Names

BUILTIN, NOWHERE = -1, -2  # where a name is from that no cell binds
MOST = 100_000  # characters that are run once more


@dataclass(frozen=True)
class Placed:
    """A cell at its place in the notebook: the student's own, or the release's."""

    cell: Cell
    own: bool
    ran: bool = False  # a given cell that runs before all others
    kits: frozenset[str] = frozenset()  # names that stay the kit's own, whatever is written here


def ordered(placed: Sequence[Placed]) -> tuple[list[Cell], list[str]]:
    """The student's cells with what gives names back, and notes on what was done."""
    names = [written.names_of(p.cell.source) for p in placed]
    late = _Late(placed, names)
    order = _Order([placed[n] for n in late.places], [names[n] for n in late.places])
    return order.cells, late.notes + order.notes


def called(cell: Cell) -> str:
    """What to call a cell in a note to the student."""
    return "A cell of your own" if cell.id.startswith("added-") else cell.id


class _Late:
    """Puts a cell behind the one that binds what it uses at once: it was run out of order."""

    def __init__(self, placed: Sequence[Placed], names: Sequence[Names]):
        self.notes: list[str] = []
        self.names = names
        known = set(dir(builtins)).union(
            *(n.bound for n, p in zip(self.names, placed, strict=True) if not p.own)
        )
        own = [place for place, p in enumerate(placed) if p.own]
        everything = [n for n in own if written.imports_all(placed[n].cell.source)]
        own = [place for place in own if place <= min(everything, default=place)]
        missing: dict[int, frozenset[str]] = {}
        for place in own:
            missing[place] = self.names[place].now - self.names[place].bound - known
            known |= self.names[place].bound
        keys: list[tuple[int, ...]] = [(place,) for place in range(len(placed))]
        below: dict[str, int] = {}
        for place in reversed(own):
            helpers = {below[n]: n for n in sorted(missing[place]) if n in below}
            if helpers and not self._needed_by(helpers, place):
                keys[place] = (*max(keys[n] for n in helpers), place)
                self._tell(placed[place].cell, helpers.values())
            below |= dict.fromkeys(self.names[place].bound, place)
        self.places = sorted(range(len(placed)), key=keys.__getitem__)

    def _needed_by(self, others: Iterable[int], place: int) -> bool:
        return any(self.names[n].now & self.names[place].bound for n in others)

    def _tell(self, cell: Cell, names: Iterable[str]) -> None:
        self.notes.append(
            f"{called(cell)} uses {', '.join(names)}, which a cell further down defines; "
            "it was run after that cell."
        )


class _Order:
    def __init__(self, placed: Sequence[Placed], names: Sequence[Names]):
        self.placed, self.names, self.notes = placed, names, list[str]()
        self.bound = [self._bound(place) for place in range(len(placed))]
        self.binders: dict[str, list[int]] = {}
        for place, bound in enumerate(self.bound):
            for name in bound:
                self.binders.setdefault(name, []).append(place)
        self.now = {n: place for place, p in enumerate(placed) if p.ran for n in self.bound[place]}
        self.cells: list[Cell] = []
        self.room = MOST
        for place in (n for n, p in enumerate(placed) if p.own):
            self._run(place)
        self._give_back()

    def _bound(self, place: int) -> frozenset[str]:
        placed, bound = self.placed[place], self.names[place].bound - self.placed[place].kits
        if placed.own and written.imports_all(placed.cell.source):
            ran = [names.bound for p, names in zip(self.placed, self.names, strict=True) if p.ran]
            return bound.union(*ran)
        return bound

    def _run(self, place: int) -> None:
        used = self.names[place].now | self.names[place].later
        for name in sorted(used & self.binders.keys()):
            meant, now = self._meant(name, place), self.now.get(name, NOWHERE)
            missing = now == NOWHERE or self.placed[now].own
            if meant >= 0 and not self.placed[meant].own and missing:
                self._restore(name, meant)
        self.cells.append(self.placed[place].cell)
        self.now |= dict.fromkeys(self.bound[place], place)

    def _meant(self, name: str, place: int) -> int:
        """Where a cell has a name from: itself, or the last cell above it that binds it."""
        binders = self.binders.get(name, [])
        above = bisect_right(binders, place)
        return binders[above - 1] if above else BUILTIN if hasattr(builtins, name) else NOWHERE

    def _restore(self, name: str, meant: int) -> bool:
        if meant == BUILTIN:
            source = f"globals().pop({name!r}, None)"
        else:
            source = self._statement(name, meant)
        self.room -= len(source)
        restored = bool(source) and self.room >= 0
        if restored:
            self.cells.append(Cell(f"restored-{len(self.cells)}", source))
            self.now[name] = meant
        return restored

    def _give_back(self) -> None:
        """Restore names that functions use, and that a cell further down uses for a variable."""
        users: dict[str, list[int]] = {}
        for place, names in enumerate(self.names):
            for name in names.later if self.placed[place].own else ():
                users.setdefault(name, []).append(place)
        told, starred = [], False
        for name, places in sorted(users.items()):
            meant, now = self._meant(name, places[0]), self.now.get(name, NOWHERE)
            taken = meant != NOWHERE and places[-1] < now and self.placed[now].own
            if taken and self._is_taken(name, meant, now):
                star = name not in self.names[now].bound
                restored = self._restore(name, meant)
                told += [name] if restored and not star else []
                starred = starred or (restored and star)
        if told:
            self.notes.append(
                f"Further down you gave {', '.join(told)} another meaning; "
                "the checks were made with the former one."
            )
        if starred:
            self.notes.append(
                "Further down you imported everything with `*`; "
                "the checks were made with the names as they were before."
            )

    def _statement(self, name: str, place: int) -> str:
        return written.statement(self.placed[place].cell.source, name)

    def _is_taken(self, name: str, meant: int, now: int) -> bool:
        """Whether a variable hides what is not the student's, or a function of theirs."""
        own = meant >= 0 and self.placed[meant].own
        if own and not written.defines(self.placed[meant].cell.source, name):
            return False
        if written.defines(self.placed[now].cell.source, name):
            return False  # a better version of it
        text = self._statement(name, now)
        return not (text and meant >= 0 and text == self._statement(name, meant))
