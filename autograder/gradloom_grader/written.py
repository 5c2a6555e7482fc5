"""What the source of one cell says: the pieces it defines, what it forgot, the names it uses."""

import ast
import re
import symtable
import sys
import textwrap
import threading
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from . import holes
from .kit.library.notebook import name_of

LONGEST = 250_000  # characters of a cell that is read; a syntax tree is 500 times as large
_MAGIC = re.compile(r"(\s*+)([%!?]|\w[\w, ]*=\s*[%!]\w|[^#]*\?\s*$)")
_RUN = re.compile(r"\s*%%(time|timeit|capture|prun)\b")  # the cell magics that run it as Python
_FENCES = ("```", "~~~")
_PASTED = {0xA0: " ", 0x202F: " ", 0x2007: " ", 9: "    "} | dict.fromkeys(
    (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD)
)
_WEAVES = re.compile(r"\bweave\s*\(")
_STAR = re.compile(r"\bimport\s*\*")
_AT_ONCE = {"listcomp", "setcomp", "dictcomp", "genexpr"}
_THERE = {*sys.stdlib_module_names, "gradloom", "numpy", "matplotlib", "IPython", ""}
_SHORT = 1_500  # characters
_ALONE = threading.Lock()  # threads share the state of Python's parser and its list of warnings
_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)


@lru_cache(maxsize=4096)  # all cells of a notebook
def tree(source: str) -> ast.Module:
    """The cell's syntax tree; magics are passed over. One that does not parse, or is too long, is
    empty."""
    if len(source) > LONGEST:
        return ast.Module([], [])
    return _tree(source) or _tree(_plain(source)) or ast.Module([], [])


def forget() -> None:
    """Forget the cells of one notebook before another."""
    for known in (tree, pieces, _defined, _statements, _text):
        known.cache_clear()


def _tree(source: str) -> ast.Module | None:
    try:
        with _ALONE, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except _ERRORS:
        return None


def _plain(source: str) -> str:
    """The cell without magics, and at the left margin."""
    lines = source.split("\n")
    if lines[0].lstrip().startswith("%%") and not _RUN.match(lines[0]):
        return ""  # a cell of something else, such as %%bash
    found = ((_MAGIC.match(line), line) for line in lines)
    return textwrap.dedent("\n".join(f"{m[1]}pass" if m else line for m, line in found))


def is_blank(source: str) -> bool:
    """Whether there is nothing in it but comments."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in source.split("\n"))


def unfenced(source: str) -> str:
    """The code inside a Markdown fence that is all there is."""
    _, *code, last = ["", *source.strip().split("\n")]
    if len(code) > 1 and last.lstrip() in _FENCES and code[0].startswith(last.lstrip()):
        return "\n".join(code[1:])
    return source


def made_plain(source: str) -> str:
    """The cell without what a web page or an editor put between its letters, if that helps."""
    if tree(source).body:
        return source
    plain = source.translate(_PASTED)
    return plain if _tree(_plain(plain)) else source


def functions(source: str) -> Iterable[tuple[str, ast.AST]]:
    """Functions of a cell by the name they would have in a hole: `Mul.backward`, `unbroadcast`."""
    for node in tree(source).body:
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{member.name}", member
        elif isinstance(node, ast.FunctionDef):
            owner = _self_annotation(node)
            yield f"{owner}.{node.name}" if owner else node.name, node


def _self_annotation(node: ast.FunctionDef) -> str:
    first = node.args.args[0] if node.args.args else None
    if first is None or first.arg != "self" or first.annotation is None:
        return ""
    return name_of(first.annotation)


def is_stub_cell(source: str) -> bool:
    """Whether every function in the cell is still to be written (and there is one)."""
    found = list(functions(source))
    return bool(found) and all(holes.is_untouched(node) for _, node in found)


@lru_cache(maxsize=8192)
def pieces(source: str, stubs: bool = False) -> frozenset[str]:
    """The functions of a cell, by the name they would have in a hole; stubs only if asked for."""
    names = {name for name, node in functions(source) if stubs or not holes.is_untouched(node)}
    return frozenset(names)


def unwoven(source: str) -> list[str]:
    """Top-level classes and functions without `@weave`, in order."""
    nodes = [n for n in tree(source).body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    there = ast.walk(tree(source)) if _WEAVES.search(source) else ()
    calls = [n for n in there if isinstance(n, ast.Call)]
    named = {name_of(a) for c in calls if name_of(c.func) == "weave" for a in c.args}
    return [n.name for n in nodes if n.name not in named and not _decorators(n)]


def _decorators(node: ast.ClassDef | ast.FunctionDef) -> list[ast.expr]:
    return [d for d in node.decorator_list if name_of(d) == "weave"]


def without_parentheses(source: str) -> str:
    """`@weave()` as `@weave`."""
    return re.sub(r"^@weave\(\s*\)", "@weave", source, flags=re.MULTILINE)


def with_class_lines(source: str, owners: Mapping[str, str]) -> tuple[str, list[str]]:
    """Methods that stand in no class, put into theirs without moving a line; and their names."""
    found = [
        node
        for node in tree(source).body
        if isinstance(node, ast.FunctionDef)
        and node.name in owners
        and not _self_annotation(node)
        and not holes.is_untouched(node)
        and node.name not in names_of(source).now
    ]
    lines = source.split("\n")
    for decorator in (d for node in found for d in _decorators(node)):
        lines[decorator.lineno - 1] = ""
    for node in found:
        name, owner = node.name, owners[node.name]
        lines.append(f'{owner} = weave(type("{owner}", (), {{"{name}": {name}}}))')
    return "\n".join(lines), [node.name for node in found]


def without_idle_imports(source: str) -> tuple[str, list[str]]:
    """The cell without lines that import what nothing in it uses and no jail has; and what."""
    lines, gone, used = source.split("\n"), list[str](), names_of(source).used
    for node in reversed(tree(source).body):  # of two in a line, the second would move
        if not isinstance(node, ast.Import | ast.ImportFrom) or node.lineno != node.end_lineno:
            continue
        roots = {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            roots = {(node.module or "").split(".")[0]}
        bound = {alias.asname or alias.name.split(".")[0] for alias in node.names}
        if not roots & _THERE and not bound & {"*", *used}:
            own = lines[node.lineno - 1].encode()
            rest = own[node.end_col_offset :]
            lines[node.lineno - 1] = (own[: node.col_offset] + b"pass" + rest).decode()
            gone = sorted(roots) + gone
    return "\n".join(lines), gone


@dataclass(frozen=True)
class Names:
    """Names at the left margin: looked up when the cell runs, or when something of it is called;
    bound or deleted by it."""

    now: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()

    @property
    def used(self) -> frozenset[str]:
        return self.now | self.later


def names_of(source: str) -> Names:
    """How a cell uses the names of its notebook."""
    return _known_names(source) if len(source) < _SHORT else _names(source)


def _names(source: str) -> Names:
    top = None if len(source) > LONGEST else _table(source) or _table(_plain(source))
    if not top:
        return Names()
    now: set[str] = set()
    later: set[str] = set()
    tables = [(child, False) for child in top.get_children()]
    while tables:
        table, called = tables.pop()
        called = called or (table.get_type() == "function" and table.get_name() not in _AT_ONCE)
        tables += [(child, called) for child in table.get_children()]
        found = later if called else now
        found.update(s.get_name() for s in _symbols(table) if s.is_global())
    symbols = _symbols(top)
    now |= {s.get_name() for s in symbols if s.is_referenced()}
    bound = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    return Names(frozenset(now), frozenset(later), frozenset(bound))


def _symbols(table: symtable.SymbolTable) -> list[symtable.Symbol]:
    """As `table.get_symbols()`, which looks through all functions inside for each symbol."""
    top = table.get_type() == "module"
    flags = table._table.symbols.items()  # type: ignore[attr-defined]
    return [symtable.Symbol(*each, module_scope=top) for each in flags]


_known_names = lru_cache(maxsize=2500)(_names)  # most cells are the given ones, again and again


def _table(source: str) -> symtable.SymbolTable | None:
    try:
        with _ALONE, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return symtable.symtable(source, "<cell>", "exec")
    except _ERRORS:
        return None


def imports_all(source: str) -> bool:
    """Whether it has an `import *`, which may bind any name."""
    there = ast.walk(tree(source)) if _STAR.search(source) else ()
    found = (n for n in there if isinstance(n, ast.ImportFrom))
    return any(alias.name == "*" for node in found for alias in node.names)


def defines(source: str, name: str) -> bool:
    """Whether a name is that of a function or class of the cell."""
    return name in _defined(source)


@lru_cache(maxsize=4096)
def _defined(source: str) -> frozenset[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return frozenset(n.name for n in tree(source).body if isinstance(n, kinds))


def statement(source: str, name: str) -> str:
    """The statement at the left margin that gives a name its value: an import of it, a function,
    an assignment; empty if there is none of its own, or it is deleted again."""
    node = _statements(source).get(name)
    return _text(node) if node else ""


@lru_cache(maxsize=4096)  # many names may have the same one
def _text(node: ast.stmt) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""


@lru_cache(maxsize=4096)
def _statements(source: str) -> dict[str, ast.stmt]:
    """For each name the last statement that gives it its value."""
    found: dict[str, ast.stmt] = {}
    for node in tree(source).body:
        if isinstance(node, ast.Delete):
            for name in _names_in(node.targets):
                found.pop(name, None)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = _only(node, alias)
        elif _is_plain(node):
            found |= dict.fromkeys(_bound_by(node), node)
    return found


def _only(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import([alias])
    return ast.ImportFrom(node.module, [alias], node.level)


def _is_plain(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) or (
        isinstance(node, ast.FunctionDef) and not node.decorator_list
    )


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    return _names_in(node.targets) if isinstance(node, ast.Assign) else set()


def _names_in(nodes: Iterable[ast.expr]) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}
