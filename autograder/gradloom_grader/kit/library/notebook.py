"""What a student wrote in a notebook: its cells as statements, and which of them fill holes."""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .modules import Modules, Origin
from .names import binds
from .source import dedented, end_line, first_line, is_untouched, lines_of, parse

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


@dataclass(frozen=True)
class Member:
    """A piece for one name of a class or module of the engine: `def`s, or an assignment."""

    module: str
    owner: str  # a class, or nothing
    name: str
    cell: int
    text: str

    @property
    def path(self) -> str:
        return ".".join(filter(None, (self.module, self.owner, self.name)))


@dataclass
class Written:
    """What a notebook has for the engine, by the names of what it fills; later cells win."""

    pieces: dict[str, Member] = field(default_factory=dict)
    extras: dict[str, Member] = field(default_factory=dict)  # what no hole of the chapter asks for
    engine: dict[Statement, Origin] = field(default_factory=dict)  # whose names mean the engine's


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
            text = _definition(source, node)
        else:
            text = _simple(lines, node)
        ast.unparse(node)  # what cannot be worked with is to raise its error here
        binds(text)
        yield Statement(chapter, number, place, text)


def _simple(lines: list[str], node: ast.stmt) -> str:
    """A statement that is no definition, with the comment behind it."""
    own = [line.encode() for line in lines[node.lineno - 1 : node.end_lineno]]
    rest = own[-1][node.end_col_offset or 0 :].decode()
    own[-1] = own[-1][: node.end_col_offset]
    own[0] = own[0][node.col_offset :]
    return b"\n".join(own).decode() + (rest if rest.lstrip().startswith("#") else "")


def _definition(source: str, node: Any) -> str:
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


def written(
    cells: Iterable[Cell], exercises: Mapping[str, Iterable[str]], modules: Modules
) -> Written:
    """Sort out what fills the holes of a chapter's exercises, and what comes with it.

    What is woven counts, and what stands in the cell of its exercise; for a hole that has nothing
    there, what stands in a cell of the student's own. Neither stubs nor the course's cells count.
    """
    found = Written()
    holes = {hole for names in exercises.values() for hole in names}
    others: list[tuple[Statement, Member]] = []
    for cell in cells:
        own = set(exercises.get(cell.name, ()))
        for statement in cell.statements:
            members = list(_members(statement, holes, modules))
            woven = getattr(statement.node, "name", "") in cell.woven
            if members and (woven or any(member.path in own for member in members)):
                found.engine |= _meant(statement, members[0])
                for member in members if not cell.given else ():
                    _keep(found, member, holes)
            elif not cell.given:
                others += [(statement, member) for member in members if member.path in holes]
    sure = set(found.pieces)
    for statement, member in others:
        if member.path not in sure:
            found.engine |= _meant(statement, member)
            _keep(found, member, holes)
    return found


def _meant(statement: Statement, member: Member) -> dict[Statement, Origin]:
    """What of the engine the name of a class or function means, once it is woven."""
    name = getattr(statement.node, "name", "")
    return {statement: Origin(member.module, name)} if name == (member.owner or member.name) else {}


def _keep(found: Written, member: Member, holes: set[str]) -> None:
    if not is_untouched(parse(member.text).body[0]):
        (found.pieces if member.path in holes else found.extras)[member.path] = member


def _members(statement: Statement, holes: set[str], modules: Modules) -> Iterator[Member]:
    """The engine's own classes and functions in a statement, member by member."""
    node, text = statement.node, statement.text
    if isinstance(node, ast.ClassDef):
        module = _class_module(node.name, holes, modules)
        for name, member in _class_members(node, text).items() if module else ():
            yield Member(module, node.name, name, statement.cell, member)
    elif isinstance(node, ast.FunctionDef):
        if owner := _self_type(node):
            if module := _class_module(owner, holes, modules):
                plain = _without_self_type(text, node)
                yield Member(module, owner, node.name, statement.cell, plain)
        else:
            asked = [hole.split(".")[0] for hole in holes if hole.split(".")[1:] == [node.name]]
            if module := next(iter(asked), modules.functions.get(node.name, "")):
                yield Member(module, "", node.name, statement.cell, text)
    elif isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Attribute):
        owner = name_of(target.value)
        if module := _class_module(owner, holes, modules):
            text = f"{target.attr} = {ast.unparse(node.value)}"
            yield Member(module, owner, target.attr, statement.cell, text)


def _class_module(name: str, holes: set[str], modules: Modules) -> str:
    asked = [hole.split(".")[0] for hole in sorted(holes) if hole.split(".")[1] == name]
    return next(iter(asked), modules.classes.get(name, ""))


def _class_members(node: ast.ClassDef, text: str) -> dict[str, str]:
    """The `def`s, classes and assignments in a class; a property and its setter are one."""
    found: dict[str, str] = {}
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            again = any(_extends(decorator, member.name) for decorator in member.decorator_list)
            before = [found[member.name]] if again and member.name in found else []
            found[member.name] = "\n\n".join([*before, _definition(text, member)])
        elif isinstance(member, ast.Assign | ast.AnnAssign) and member.value:
            targets = member.targets if isinstance(member, ast.Assign) else [member.target]
            if len(targets) == 1 and isinstance(targets[0], ast.Name):
                found[targets[0].id] = _simple(lines_of(text), member)
    return found


def _extends(decorator: ast.expr, name: str) -> bool:
    """Whether it is `@name.setter` or the like."""
    return isinstance(decorator, ast.Attribute) and name_of(decorator.value) == name


def _self_type(node: ast.FunctionDef) -> str:
    """The class that `self: Tensor` names, if the function is written as a method."""
    first = node.args.args[0] if node.args.args else None
    if first is None or first.arg != "self" or first.annotation is None:
        return ""
    return name_of(first.annotation)


def _without_self_type(text: str, node: ast.FunctionDef) -> str:
    first = node.args.args[0]
    lines = text.split("\n")
    line = lines[first.lineno - 1].encode()
    if first.annotation and first.annotation.end_lineno == first.lineno:
        rest = line[first.annotation.end_col_offset or 0 :]
        lines[first.lineno - 1] = (line[: first.col_offset + len("self")] + rest).decode()
    return "\n".join(lines)
