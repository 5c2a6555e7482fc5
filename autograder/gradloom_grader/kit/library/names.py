"""Names of its module that a piece of source reads, those it binds, and other names for them."""

import ast
import re
import symtable
from collections.abc import Iterable, Mapping
from functools import lru_cache

from .source import parse

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@lru_cache(maxsize=4096)
def reads(text: str) -> frozenset[str]:
    """Names that the text looks up in its module or among the builtins, in functions too."""
    found: set[str] = set()
    tables = [symtable.symtable(text, "<source>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if _looked_up(s, top)}
    return frozenset(found)


def _looked_up(symbol: symtable.Symbol, top: bool) -> bool:
    return symbol.is_referenced() if top else symbol.is_global()


@lru_cache(maxsize=4096)
def reads_now(text: str) -> frozenset[str]:
    """Those of them that are looked up when the text itself runs, and not when it is called."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            node.body = [ast.Pass()]
    return reads(ast.unparse(tree))


@lru_cache(maxsize=4096)
def reads_in_annotations(text: str) -> frozenset[str]:
    """Those of them that annotations of functions look up."""
    found = [
        getattr(node, "returns" if isinstance(node, _FUNCTIONS) else "annotation")
        for node in ast.walk(parse(text))
        if isinstance(node, _FUNCTIONS | ast.arg)
    ]
    return frozenset().union(*(reads(ast.unparse(node)) for node in found if node))


@lru_cache(maxsize=4096)
def binds(text: str) -> frozenset[str]:
    """Names that the text gives a value in its module."""
    table = symtable.symtable(text, "<source>", "exec")
    found = [s for s in table.get_symbols() if s.is_assigned() or s.is_imported()]
    return frozenset(symbol.get_name() for symbol in found)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with other names where it means its module's; local names stay as they are.

    A new name may be dotted where the text only reads it.
    """
    finder = _Finder(text, {old: new for old, new in names.items() if old != new})
    if finder.names:
        for statement in parse(text).body:
            finder.visit(statement, frozenset(), frozenset())
    raw = text.encode()
    for start, end, new in sorted(finder.edits, reverse=True):
        raw = raw[:start] + new.encode() + raw[end:]
    return raw.decode()


class _Finder:
    """Finds what to write where. `here` are names that a scope around hides, `inside` those that
    are hidden in a function which begins here: it does not see the names of a class.
    """

    def __init__(self, text: str, names: Mapping[str, str]):
        self.names = names
        self.edits: list[tuple[int, int, str]] = []
        self.raw = text.encode()
        self.starts = [0]
        for line in self.raw.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def visit(self, node: ast.AST, here: frozenset[str], inside: frozenset[str]) -> None:
        shown = {old: new for old, new in self.names.items() if old not in here}
        if isinstance(node, ast.Name):
            if node.id in shown:
                self._replace(node, shown[node.id])
        elif isinstance(node, ast.JoinedStr):  # names in it have no places before Python 3.12
            self._rewrite(node, shown)
        elif isinstance(node, ast.Global | ast.Import | ast.ImportFrom):
            self._rewrite(node, self.names if isinstance(node, ast.Global) else shown)
        elif isinstance(node, _FUNCTIONS | ast.ClassDef | ast.Lambda):
            self._definition(node, here, inside, shown)
        elif isinstance(node, _COMPREHENSIONS):
            first = node.generators[0].iter
            self.visit(first, here, inside)
            own = inside | _stored(part.target for part in node.generators)
            self._each((n for n in _children(node) if n is not first), own, own)
        else:
            self._each(ast.iter_child_nodes(node), here, inside)

    def _each(self, nodes: Iterable[ast.AST], here: frozenset[str], inside: frozenset[str]) -> None:
        for node in nodes:
            self.visit(node, here, inside)

    def _definition(self, node, here, inside, shown) -> None:
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        around = [n for n in ast.iter_child_nodes(node) if n not in body]
        self._each(around, here, inside)
        if getattr(node, "name", None) in shown:
            self._replace_name(node, shown[node.name])
        stored = _stored(body) | _arguments(node)
        hidden = (inside | stored) - _declared_global(body)
        self._each(body, hidden, inside if isinstance(node, ast.ClassDef) else hidden)

    def _replace(self, node, new: str) -> None:
        self.edits.append((*self._place(node), new))

    def _replace_name(self, node, new: str) -> None:
        start, _ = self._place(node)
        found = re.compile(rb"(?:async\s+)?(?:def|class)\s+(\w+)").match(self.raw, start)
        if found:
            self.edits.append((*found.span(1), new))

    def _rewrite(self, node, names: Mapping[str, str]) -> None:
        """Write a whole expression or statement anew."""
        new = ast.unparse(_Renamed(names).visit(ast.parse(ast.unparse(node))))
        if new != ast.unparse(node):
            self._replace(node, new)

    def _place(self, node) -> tuple[int, int]:
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]):
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_Global(self, node: ast.Global) -> ast.Global:
        node.names = [self.names.get(name, name) for name in node.names]
        return node

    def visit_alias(self, node: ast.alias) -> ast.alias:
        node.asname = self.names.get(node.asname or node.name, node.asname)
        return node


def _children(node: ast.AST) -> list[ast.AST]:
    """The parts of a comprehension, its generators taken apart."""
    direct = [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.comprehension)]
    parts = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.comprehension)]
    return direct + [n for part in parts for n in ast.iter_child_nodes(part)]


def _arguments(node: ast.AST) -> frozenset[str]:
    arguments = getattr(node, "args", None)
    found = ast.walk(arguments) if arguments else ()
    return frozenset(n.arg for n in found if isinstance(n, ast.arg))


def _declared_global(body: Iterable[ast.AST]) -> frozenset[str]:
    found = [n for statement in body for n in ast.walk(statement) if isinstance(n, ast.Global)]
    return frozenset(name for node in found for name in node.names)


def _stored(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Names that are given a value there, not counting what functions and classes keep inside."""
    found: set[str] = set()
    left = list(nodes)
    while left:
        node = left.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, _FUNCTIONS | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            found.add(node.name or "")
        if isinstance(node, _COMPREHENSIONS):
            left += [n.target for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
        elif not isinstance(node, _FUNCTIONS | ast.ClassDef | ast.Lambda):
            left += ast.iter_child_nodes(node)
    return frozenset(found)
