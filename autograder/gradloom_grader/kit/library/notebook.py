"""What a student wrote in a notebook: its code cells, as statements."""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .names import binds
from .source import dedented, end_line, first_line, lines_of, parse

MAX_BYTES, MAX_SOURCE, MAX_STATEMENTS = 20_000_000, 1_000_000, 5_000
_MAGIC = re.compile(r"(\s*)([%!?]|\w[\w, ]*=\s*[%!]\w|.*\?\s*$)")
_RUN = re.compile(r"\s*%%(time|timeit|capture|prun)\b")  # cell magics that run the cell as Python


class NoNotebook(Exception):
    """A file that cannot be read as one; says what to do."""


@dataclass(frozen=True)
class Statement:
    """One statement at the left margin of a cell. `cell` counts the notebook's code cells."""

    chapter: str
    cell: int
    place: int
    text: str

    @cached_property
    def node(self) -> Any:
        return parse(self.text).body[0]


@dataclass(frozen=True)
class Cell:
    """A code cell: the exercise it belongs to, if its name is one, and what stands in it."""

    name: str
    given: bool
    source: str
    statements: tuple[Statement, ...] = ()
    woven: frozenset[str] = frozenset()
    problem: str = ""


def read(raw: bytes, chapter: str) -> list[Cell]:
    """The code cells of a notebook, in order. Raises NoNotebook."""
    if len(raw) > MAX_BYTES:
        raise NoNotebook(f"it is larger than {MAX_BYTES // 10**6} MB: clear its outputs")
    try:
        cells = json.loads(raw.decode("utf-8-sig"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in code]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoNotebook("it is no notebook: save it from JupyterLab once more") from None
    if sum(map(len, sources)) > MAX_SOURCE:
        raise NoNotebook(f"its cells hold more than {MAX_SOURCE} characters")
    found = [
        _cell(chapter, number, cell, source)
        for number, (cell, source) in enumerate(zip(code, sources, strict=True))
    ]
    if sum(len(cell.statements) for cell in found) > MAX_STATEMENTS:
        raise NoNotebook(f"its cells hold more than {MAX_STATEMENTS} statements")
    return found


def _cell(chapter: str, number: int, cell: dict, source: str) -> Cell:
    marks = cell.get("metadata")
    marks = marks if isinstance(marks, dict) else {}
    graded, own = (marks.get(key) for key in ("nbgrader", "gradloom"))
    graded, own = (part if isinstance(part, dict) else {} for part in (graded, own))
    name = str(graded.get("grade_id") or cell.get("id") or f"cell {number + 1}")
    given = bool(own.get("given")) or bool(graded.get("locked"))
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text = _without_magics(source)
        statements = tuple(_statements(chapter, number, text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        return Cell(name, given, source, problem=f"line {line}: {error.args[0]}" if line else "")
    return Cell(name, given, source, statements, _woven_by_call(text))


def _without_magics(source: str) -> str:
    """The cell as plain Python. Raises SyntaxError, or what else the parser makes of it."""
    if _parses(source):
        return source
    lines = source.split("\n")
    if lines[0].lstrip().startswith("%%") and not _RUN.match(lines[0]):
        return ""  # a cell of something else, such as %%bash
    text = "\n".join(f"{magic[1]}pass" if (magic := _MAGIC.match(line)) else line for line in lines)
    parse(text)
    return text


def _parses(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parse(source)
        except SyntaxError:
            return False
    return True


def _statements(chapter: str, number: int, source: str) -> Iterator[Statement]:
    lines = lines_of(source)
    for place, node in enumerate(parse(source).body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            text = definition(source, node)
        else:
            text = simple(lines, node)
        ast.unparse(node)  # what cannot be worked with is to raise its error here
        binds(text)
        yield Statement(chapter, number, place, text)


def simple(lines: list[str], node: ast.stmt) -> str:
    """A statement that is no definition, with the comment behind it."""
    own = [line.encode() for line in lines[node.lineno - 1 : node.end_lineno]]
    rest = own[-1][node.end_col_offset or 0 :].decode()
    own[-1] = own[-1][: node.end_col_offset]
    own[0] = own[0][node.col_offset :]
    return b"\n".join(own).decode() + (rest if rest.lstrip().startswith("#") else "")


def definition(source: str, node: Any) -> str:
    """A class or function, dedented and without `@weave`."""
    start = first_line(node)
    lines = dedented(source, start, end_line(lines_of(source), node)).split("\n")
    woven = [d for d in node.decorator_list if name_of(d) == "weave"]
    gone = {line - start for d in woven for line in range(d.lineno - 1, d.end_lineno or 0)}
    return "\n".join(line for number, line in enumerate(lines) if number not in gone)


def name_of(node: ast.AST) -> str:
    """The name that an expression is, or says as a text; empty for everything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _woven_by_call(source: str) -> frozenset[str]:
    """Names that `@weave` stands above, or that `weave(...)` is called with."""
    nodes = list(ast.walk(parse(source)))
    calls = [n for n in nodes if isinstance(n, ast.Call) and name_of(n.func) == "weave"]
    named = [name_of(argument) for call in calls for argument in call.args]
    definitions: list[Any] = [n for n in parse(source).body if hasattr(n, "decorator_list")]
    above = [n.name for n in definitions if any(name_of(d) == "weave" for d in n.decorator_list)]
    return frozenset(named + above)
