"""What a name in a student's cell means: something of the engine, of others, or of their own."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .modules import PACKAGE, Modules, Origin, imported
from .names import binds, reads, reads_now
from .notebook import Cell, Statement, name_of
from .pieces import Member

MOST_COMPARED = 100  # names that a helper leads to, before it is taken for one of a kind


class Own(NamedTuple):
    """A name that a cell of the student's binds: a helper, or a constant."""

    chapter: str
    cell: int
    name: str


Meaning = Origin | Own


class Meanings:
    """Looks names up in notebooks. `engine` are the statements whose names mean the engine's."""

    def __init__(
        self,
        modules: Modules,
        notebooks: Mapping[str, Sequence[Cell]],
        engine: Mapping[Statement, Origin],
    ):
        self.modules, self.notebooks, self.engine = modules, notebooks, engine
        self._same: dict[object, Own] = {}
        self._known: dict[Own, Own] = {}
        self._binders: dict[tuple[str, str], list[Statement]] = defaultdict(list)
        self._makers: dict[Own, list[Statement]] = defaultdict(list)
        for chapter, cells in notebooks.items():
            for statement in (s for cell in cells for s in cell.statements):
                for name in self._bound(statement):
                    self._binders[chapter, name].append(statement)
                for name in self._made(statement):
                    self._makers[Own(chapter, statement.cell, name)].append(statement)
        self._homes = Counter(own.name for own in self._makers)

    def _bound(self, statement: Statement) -> Iterable[str]:
        node = statement.node
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            return self._public() if node.module == PACKAGE else ()
        return binds(statement.text)

    def _made(self, statement: Statement) -> frozenset[str]:
        """Names of the student's own that a statement gives a value, or changes."""
        if isinstance(statement.node, ast.Import | ast.ImportFrom) or statement in self.engine:
            return frozenset()
        return binds(statement.text) | _changed(statement.node)

    def _public(self) -> list[str]:
        """What `from gradloom import *` brings."""
        for node in ast.parse(self.modules.sources["__init__"]).body:
            if isinstance(node, ast.Assign) and name_of(node.targets[0]) == "__all__":
                return list(ast.literal_eval(node.value))
        return []

    def of(self, text: Statement | Member, name: str) -> Meaning | None:
        """What a text means by a name: as its cell says, a cell before it, or one after."""
        meaning = self._of(text, name)
        if not isinstance(meaning, Own):
            return meaning
        if meaning not in self._known:
            self._known[meaning] = self._same.setdefault(self._code(meaning), meaning)
        return self._known[meaning]  # the first of all that stand for the same code

    def _of(self, text: Statement | Member | Own, name: str) -> Meaning | None:
        binders = self._binders.get((text.chapter, name), [])
        own = [s for s in binders if s.cell == text.cell]
        before = [s for s in binders if s.cell < text.cell]
        if not binders:
            return None
        statement = (own or before or binders)[-1]
        if statement in self.engine:
            return self.engine[statement]
        if isinstance(statement.node, ast.Import | ast.ImportFrom):
            return self._imported(statement.node, name)
        return Own(statement.chapter, statement.cell, name)

    def _imported(self, node: ast.Import | ast.ImportFrom, name: str) -> Origin | None:
        origin = dict(imported(node)).get(name, Origin("", name))
        origin = self.modules.resolved(origin)
        known = not origin.module or origin.module in self.modules.sources
        missing = not origin.module and origin.name  # such as `pieces`, which the library has not
        if origin.module == "__future__" or (origin.ours and (missing or not known)):
            return None
        return origin

    def statements(self, own: Own) -> list[Statement]:
        """What makes a name of the student's what it is, in the cell that binds it."""
        makers = self._makers[own]
        starts = [n for n, s in enumerate(makers) if _makes_anew(s, own.name)]
        return makers[starts[-1] if starts else 0 :]

    def _code(self, own: Own) -> object:
        """What is equal for equal code: its text, that of all it uses, and what else it means."""
        found: dict[Own, object] = {}
        left = [own] if self._homes[own.name] > 1 else []
        while left and len(found) < MOST_COMPARED:
            last = left.pop()
            texts = tuple(statement.text for statement in self.statements(last))
            read = {name: self._of(last, name) for text in texts for name in reads(text)}
            left += [m for m in read.values() if isinstance(m, Own) and m not in found]
            others = [(n, m) for n, m in read.items() if not isinstance(m, Own)]
            found[last] = last.name, texts, frozenset(others)
        if left or not found or len({each.name for each in found}) < len(found):
            return own  # there is no other, or it is too much to compare
        return own.name, frozenset(found.values())


def _makes_anew(statement: Statement, name: str) -> bool:
    """Whether nothing is left of what the name was before."""
    node = statement.node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name and name not in reads_now(statement.text)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        plain = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        return plain and name not in reads(statement.text)
    return False


def _changed(node: ast.stmt) -> set[str]:
    """Names of what a statement changes: an entry or attribute of it, or it by a method."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return set()
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            part = part.value.func
        elif not isinstance(getattr(part, "ctx", None), ast.Store | ast.Del):
            continue
        if isinstance(part, ast.Subscript | ast.Attribute):
            found.add(_root(part))
    return found - {""}


def _root(node: Any) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
