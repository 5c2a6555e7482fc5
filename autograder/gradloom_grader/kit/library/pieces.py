"""Which of a student's statements fill holes, and what else they give the engine."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .modules import Modules, Origin
from .notebook import Cell, Statement, definition, name_of, simple
from .source import is_untouched, lines_of, parse


@dataclass(frozen=True)
class Member:
    """A piece for one name of a class or module of the engine: `def`s, or an assignment."""

    chapter: str
    cell: int
    module: str
    owner: str  # a class, or nothing
    name: str
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
    """What a statement has for the engine's own classes and functions, member by member."""
    for owner, name, text in _parts(statement.node, statement.text):
        known = modules.classes if owner else modules.functions
        asked = [hole.split(".") for hole in sorted(holes)]
        homes = [module for module, first, *_ in asked if first == (owner or name)]
        if module := next(iter(homes), known.get(owner or name, "")):
            yield Member(statement.chapter, statement.cell, module, owner, name, text)


def _parts(node: ast.stmt, text: str) -> Iterator[tuple[str, str, str]]:
    """What a statement defines: the class it is for, if any, its name there, and its text."""
    if isinstance(node, ast.ClassDef):
        for name, member in _class_members(node, text).items():
            yield node.name, name, member
    elif isinstance(node, ast.FunctionDef):
        owner = _self_type(node)
        yield owner, node.name, _without_self_type(text, node) if owner else text
    elif isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Attribute):
        owner, text = name_of(target.value), f"{target.attr} = {ast.unparse(node.value)}"
        yield from [(owner, target.attr, text)] if owner else ()


def _class_members(node: ast.ClassDef, text: str) -> dict[str, str]:
    """The `def`s, classes and assignments in a class; a property and its setter are one."""
    found: dict[str, str] = {}
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            again = any(_extends(decorator, member.name) for decorator in member.decorator_list)
            before = [found[member.name]] if again and member.name in found else []
            found[member.name] = "\n\n".join([*before, definition(text, member)])
        elif isinstance(member, ast.Assign | ast.AnnAssign) and member.value:
            targets = member.targets if isinstance(member, ast.Assign) else [member.target]
            if len(targets) == 1 and isinstance(targets[0], ast.Name):
                found[targets[0].id] = simple(lines_of(text), member)
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
