"""Holes: the pieces of the reference that exercises ask for. Find, cut and fill them in source.

A package is handled as *sources*: a dict from a module's path inside the package, without `.py`
(`"ops"`, `"kit/weave"`), to its text. A hole is named `module.Class.member` or `module.function`.
"""

import ast
import itertools
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from . import memory

Sources = dict[str, str]
Function = ast.FunctionDef

MAX_BODY_LINES = 15


class HoleError(Exception):
    """A hole that cannot be cut; whoever claims it adds file and line."""


@dataclass(frozen=True)
class Definition:
    """Where a hole's `def` stands in its module. Lines count from 0, ends are exclusive."""

    node: Function
    owner: ast.ClassDef | None
    start: int
    body: int
    end: int

    @property
    def indent(self) -> str:
        return " " * self.node.col_offset


def expand(text: str) -> list[str]:
    """`"ops.{Sub,Div}.forward"` -> `["ops.Sub.forward", "ops.Div.forward"]`, for each word."""
    return [hole for word in text.split() for hole in _expand_braces(word)]


def _expand_braces(word: str) -> list[str]:
    parts = [part.split(",") for part in re.split(r"[{}]", word)]
    alternatives = [part if i % 2 else [",".join(part)] for i, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*alternatives)]


def read_sources(folder: Path) -> Sources:
    """Every Python file below `folder`, as sources."""
    files = sorted(folder.rglob("*.py"))
    return {f.relative_to(folder).with_suffix("").as_posix(): f.read_text("utf-8") for f in files}


_serial = itertools.count()


def load(sources: Mapping[str, str]) -> ModuleType:
    """Import a package from sources, under a name of its own beside all others."""
    package = f"gradloom_{next(_serial)}"
    return memory.load(memory.compile_package(sources, package), package)


def module_of(hole: str) -> str:
    return hole.split(".")[0]


@lru_cache(maxsize=512)
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


def find(sources: Mapping[str, str], hole: str) -> Definition:
    """The definition a hole names. Raises HoleError with what is wrong with the name or the def."""
    module, *names = hole.split(".")
    if module not in sources:
        raise HoleError(f"{hole}: there is no module {module!r}")
    return _find(sources[module], hole, tuple(names))


@lru_cache(maxsize=4096)
def _find(text: str, hole: str, names: tuple[str, ...]) -> Definition:
    scope: ast.Module | ast.ClassDef = _parse(text)
    for name in names[:-1]:
        scope = _member(scope, name, ast.ClassDef, hole)
    node = _member(scope, names[-1] if names else "", Function, hole)
    owner = scope if isinstance(scope, ast.ClassDef) else None
    return _locate(text.splitlines(), node, owner)


def _member(scope: ast.Module | ast.ClassDef, name: str, kind: type, hole: str) -> Any:
    for node in scope.body:
        if getattr(node, "name", None) == name:
            if isinstance(node, kind):
                return node
            raise HoleError(f"{hole}: {name} is not a `def`; name one of its functions instead")
    aliases = [n for n in scope.body if isinstance(n, ast.Assign)]
    if any(isinstance(t, ast.Name) and t.id == name for n in aliases for t in n.targets):
        raise HoleError(f"{hole}: {name} is an alias; write it as a `def` of its own")
    raise HoleError(f"{hole}: the reference has no {name!r} there")


def _locate(lines: list[str], node: Function, owner: ast.ClassDef | None) -> Definition:
    start = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
    body = node.body[0].end_lineno if ast.get_docstring(node) else node.body[0].lineno - 1
    end = _through_comments(lines, node.end_lineno or 0, node.col_offset)
    return Definition(node, owner, start, body or 0, end)


def check_cuttable(sources: Mapping[str, str], hole: str) -> None:
    """Raise HoleError unless the hole can be asked for: documented, and short."""
    where = find(sources, hole)
    if not ast.get_docstring(where.node):
        raise HoleError(f"{hole}: give it a docstring; it is all that the student will see")
    if where.node.body[0].lineno == where.node.lineno or len(where.node.body) < 2:
        raise HoleError(f"{hole}: its body must stand on lines of its own, after the docstring")
    if where.end - where.body > MAX_BODY_LINES:
        raise HoleError(f"{hole}: a hole has at most {MAX_BODY_LINES} lines; move the rest out")


def _through_comments(lines: list[str], end: int, column: int) -> int:
    """Comments after the last statement belong to the body, but not to its syntax tree."""
    for number in range(end, len(lines)):
        text = lines[number].lstrip()
        if text and not (text.startswith("#") and len(lines[number]) - len(text) > column):
            break
        end = number + 1 if text else end
    return end


def signature(sources: Mapping[str, str], hole: str) -> str:
    """The hole's decorators, `def` line and docstring, dedented."""
    where = find(sources, hole)
    return textwrap.dedent("\n".join(_lines(sources, hole)[where.start : where.body]))


def body(sources: Mapping[str, str], hole: str) -> str:
    """What stands in the hole below its docstring, dedented."""
    where = find(sources, hole)
    return textwrap.dedent("\n".join(_lines(sources, hole)[where.body : where.end]))


def _lines(sources: Mapping[str, str], hole: str) -> list[str]:
    return sources[module_of(hole)].splitlines()


def cut(sources: Mapping[str, str], messages: Mapping[str, str]) -> Sources:
    """The sources with each hole's body replaced by `raise NotImplementedError(message)`."""
    stubs = {hole: stub(sources, hole, message) for hole, message in messages.items()}
    return fill(sources, stubs)


def stub(sources: Mapping[str, str], hole: str, message: str) -> str:
    """The hole's signature and docstring, and a body that raises."""
    return f"{signature(sources, hole)}\n    raise NotImplementedError({message!r})"


def fill(sources: Mapping[str, str], pieces: Mapping[str, str]) -> Sources:
    """The sources with each hole's `def` replaced by a piece, itself a dedented `def`.

    A piece without decorators keeps those of the hole.
    """
    filled = dict(sources)
    edits = sorted(((find(sources, h).start, h) for h in pieces), reverse=True)
    for _, hole in edits:
        where = find(sources, hole)
        start = where.start if pieces[hole].startswith("@") else where.node.lineno - 1
        lines = filled[module_of(hole)].splitlines()
        lines[start : where.end] = textwrap.indent(pieces[hole], where.indent).splitlines()
        filled[module_of(hole)] = "\n".join(lines) + "\n"
    return filled


def decorated(sources: Mapping[str, str], hole: str, piece: str) -> str:
    """A piece under the hole's decorators, unless it has its own."""
    if piece.startswith("@"):
        return piece
    where = find(sources, hole)
    marks = _lines(sources, hole)[where.start : where.node.lineno - 1]
    return textwrap.dedent("\n".join(marks)) + "\n" * bool(marks) + piece


def definition_source(sources: Mapping[str, str], hole: str) -> str:
    """The hole's whole `def`, dedented: the piece that the sources hold there."""
    where = find(sources, hole)
    return textwrap.dedent("\n".join(_lines(sources, hole)[where.start : where.end]))


def without_annotations(source: str) -> str:
    """The source with plain headers, names and defaults, on functions that annotate a result."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, Function)]
    for node in sorted(functions, key=lambda node: -node.lineno):
        if node.returns is None:
            continue
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        header = f"{' ' * node.col_offset}def {node.name}({ast.unparse(node.args)}):"
        lines[node.lineno - 1 : node.returns.end_lineno] = [header]
    return "\n".join(lines)


def is_untouched(node: ast.AST) -> bool:
    """Whether a function is still a stub: a docstring, if any, and `raise NotImplementedError`."""
    if not isinstance(node, Function | ast.AsyncFunctionDef):
        return False
    rest = node.body[1:] if ast.get_docstring(node) else node.body
    return len(rest) == 1 and _raises_not_implemented(rest[0])


def _raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return False
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def body_shape(node: Function) -> str:
    """A function's body as a text that is equal for functions that do the same.

    Names of arguments and local variables do not count, nor does the docstring.
    """
    rest = node.body[1:] if ast.get_docstring(node) else node.body
    arguments = [a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
    local = {n.id for s in rest for n in ast.walk(s) if isinstance(n, ast.Name) and _stores(n)}
    return ast.dump(_Renamed(arguments, local).visit(_copy(rest)))


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _copy(statements: Iterable[ast.stmt]) -> ast.Module:
    return ast.parse("\n".join(ast.unparse(s) for s in statements))


class _Renamed(ast.NodeTransformer):
    def __init__(self, arguments: list[str], local: set[str]):
        self.names = {name: f"_{place}" for place, name in enumerate(arguments)}
        self.local = local

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self.names or node.id in self.local:
            node.id = self.names.setdefault(node.id, f"_{len(self.names)}")
        return node
