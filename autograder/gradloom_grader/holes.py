"""Holes: the pieces of the reference that exercises ask for. What sources are, and how a piece is
found and put into a hole, is the kit's `source`: a student's library is put together with it too.
"""

import ast
import itertools
import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from . import memory
from .kit.library.source import (
    Function,
    HoleError,
    Sources,
    dedented,
    fill,
    find,
    indented,
    lines_of,
    module_of,
)
from .kit.library.source import definition_source as definition_source  # one place for all of it
from .kit.library.source import is_untouched as is_untouched

MAX_BODY_LINES = 15


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


def check_cuttable(sources: Mapping[str, str], hole: str) -> None:
    """Raise HoleError unless the hole can be asked for: documented, and short."""
    where = find(sources, hole)
    if not ast.get_docstring(where.node):
        raise HoleError(f"{hole}: give it a docstring; it is all that the student will see")
    if where.node.body[0].lineno == where.node.lineno or len(where.node.body) < 2:
        raise HoleError(f"{hole}: its body must stand on lines of its own, after the docstring")
    if where.end - where.body > MAX_BODY_LINES:
        raise HoleError(f"{hole}: a hole has at most {MAX_BODY_LINES} lines; move the rest out")


def signature(sources: Mapping[str, str], hole: str) -> str:
    """The hole's decorators, `def` line and docstring, dedented."""
    where = find(sources, hole)
    return dedented(sources[module_of(hole)], where.start, where.body)


def body(sources: Mapping[str, str], hole: str) -> str:
    """What stands in the hole below its docstring, dedented."""
    where = find(sources, hole)
    return dedented(sources[module_of(hole)], where.body, where.end)


def cut(sources: Mapping[str, str], messages: Mapping[str, str]) -> Sources:
    """The sources with each hole's body replaced by `raise NotImplementedError(message)`."""
    stubs = {hole: stub(sources, hole, message) for hole, message in messages.items()}
    return fill(sources, stubs)


def stub(sources: Mapping[str, str], hole: str, message: str) -> str:
    """The hole's signature and docstring, and a body that raises."""
    return f"{signature(sources, hole)}\n    raise NotImplementedError({message!r})"


def alone(sources: Mapping[str, str], hole: str) -> str:
    """What the hole holds as a module of its own: a method stands in a class that is called so."""
    piece, owner = definition_source(sources, hole), find(sources, hole).owner
    text = f"class {owner.name}:\n{indented(piece, 4)}" if owner else piece
    return f"from __future__ import annotations\n\n{text}\n"


def decorated(sources: Mapping[str, str], hole: str, piece: str) -> str:
    """A piece under the hole's decorators, unless it has its own."""
    if piece.startswith("@"):
        return piece
    where = find(sources, hole)
    marks = lines_of(sources[module_of(hole)])[where.start : where.node.lineno - 1]
    return textwrap.dedent("\n".join(marks)) + "\n" * bool(marks) + piece


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
