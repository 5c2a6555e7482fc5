"""Definitions in Python source: find them, take them out, put others in their place.

A package is handled as *sources*: a dict from a module's path inside the package, without `.py`
(`"ops"`, `"kit/weave"`), to its text. A definition is named `module.Class.member` or
`module.function`.
"""

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Sources = dict[str, str]
Function = ast.FunctionDef

_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class HoleError(Exception):
    """A definition that is not there, or that cannot be cut; whoever names it adds the place."""


@dataclass(frozen=True)
class Definition:
    """Where a `def` stands in its module. Lines count from 0, ends are exclusive."""

    node: Function
    owner: ast.ClassDef | None
    start: int
    body: int
    end: int


def module_of(name: str) -> str:
    return name.split(".")[0]


@lru_cache(maxsize=512)
def parse(text: str) -> ast.Module:
    """The text's tree, shared by all who ask: it is not to be changed."""
    return ast.parse(text)


def lines_of(text: str) -> list[str]:
    """The lines as Python counts them; `str.splitlines` cuts at other characters too."""
    return text.removesuffix("\n").split("\n")


def find(sources: Mapping[str, str], name: str) -> Definition:
    """The definition of that name. Raises HoleError with what is wrong with the name or the def."""
    module, *names = name.split(".")
    if module not in sources:
        raise HoleError(f"{name}: there is no module {module!r}")
    return _find(sources[module], name, tuple(names))


@lru_cache(maxsize=4096)
def _find(text: str, name: str, names: tuple[str, ...]) -> Definition:
    scope: ast.Module | ast.ClassDef = parse(text)
    for part in names[:-1]:
        scope = _member(scope, part, ast.ClassDef, name)
    node = _member(scope, names[-1] if names else "", Function, name)
    owner = scope if isinstance(scope, ast.ClassDef) else None
    return _locate(lines_of(text), node, owner)


def _member(scope: ast.Module | ast.ClassDef, part: str, kind: type, name: str) -> Any:
    for node in scope.body:
        if getattr(node, "name", None) == part:
            if isinstance(node, kind):
                return node
            raise HoleError(f"{name}: {part} is not a `def`; name one of its functions instead")
    aliases = [n for n in scope.body if isinstance(n, ast.Assign)]
    if any(isinstance(t, ast.Name) and t.id == part for n in aliases for t in n.targets):
        raise HoleError(f"{name}: {part} is an alias; write it as a `def` of its own")
    raise HoleError(f"{name}: the reference has no {part!r} there")


def _locate(lines: list[str], node: Function, owner: ast.ClassDef | None) -> Definition:
    body = node.body[0].end_lineno if ast.get_docstring(node) else node.body[0].lineno - 1
    return Definition(node, owner, first_line(node), body or 0, end_line(lines, node))


def first_line(node: ast.stmt) -> int:
    """The line of its first decorator, if it has any, counted from 0."""
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)]) - 1


def end_line(lines: list[str], node: ast.stmt) -> int:
    """The line after a definition's last; comments below that are indented deeper belong to it."""
    end = node.end_lineno or 0
    for number in range(end, len(lines)):
        text = lines[number].lstrip()
        if text and not (text.startswith("#") and len(lines[number]) - len(text) > node.col_offset):
            break
        end = number + 1 if text else end
    return end


def definition_source(sources: Mapping[str, str], name: str) -> str:
    """The whole `def` of that name, dedented."""
    where = find(sources, name)
    return dedented(sources[module_of(name)], where.start, where.end)


def fill(sources: Mapping[str, str], pieces: Mapping[str, str]) -> Sources:
    """The sources with each definition replaced by a piece, itself a dedented `def`.

    A piece without decorators keeps those of the definition.
    """
    filled = dict(sources)
    edits = sorted(((find(sources, name).start, name) for name in pieces), reverse=True)
    for _, name in edits:
        where = find(sources, name)
        start = where.start if pieces[name].startswith("@") else where.node.lineno - 1
        lines = lines_of(filled[module_of(name)])
        lines[start : where.end] = lines_of(indented(pieces[name], where.node.col_offset))
        filled[module_of(name)] = "\n".join(lines) + "\n"
    return filled


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


# Moving lines: what stands inside a string stays as it is


def dedented(text: str, start: int, end: int) -> str:
    """Some lines of a module, moved left by the indentation of the first."""
    lines, inside = lines_of(text)[start:end], _inside_strings(text)
    width = next((_margin(line) for line in lines if line.strip()), 0)
    return "\n".join(
        line if start + number in inside else line[min(width, _margin(line)) :]
        for number, line in enumerate(lines)
    )


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def indented(text: str, width: int) -> str:
    """The text moved right."""
    inside = _inside_strings(text)
    return "\n".join(
        " " * width + line if line.strip() and number not in inside else line
        for number, line in enumerate(lines_of(text))
    )


@lru_cache(maxsize=1024)
def _inside_strings(text: str) -> frozenset[int]:
    """Lines, from 0, that start inside a string. Docstrings do not count: they move with the code.

    Empty for what is not Python.
    """
    if not any(mark in text for mark in ('"""', "'''", "\\\n")):
        return frozenset()
    try:
        tree, tokens = parse(text), list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, tokenize.TokenError):
        return frozenset()
    inside: set[int] = set()
    opened: list[int] = []  # from Python 3.12 on, an f-string is many tokens
    for token in tokens:
        kind = tokenize.tok_name[token.type]
        if kind.endswith("STRING_START"):
            opened.append(token.start[0])
        elif kind.endswith("STRING_END"):
            inside.update(range(opened.pop(), token.end[0]))
        elif kind == "STRING":
            inside.update(range(token.start[0], token.end[0]))
    return frozenset(inside - {line for node in ast.walk(tree) for line in _docstring(node)})


def _docstring(node: ast.AST) -> range:
    if not isinstance(node, _DOCUMENTED) or ast.get_docstring(node, clean=False) is None:
        return range(0)
    return range(node.body[0].lineno, node.body[0].end_lineno or 0)
