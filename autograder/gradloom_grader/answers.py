"""Read a chapter's `answers.py`: misconceptions with their hints, and right alternatives.

The file is read as text and never imported: a function fills the hole (or each of the holes) that
its decorator names, whatever it is called itself; a class fills several holes at once with the
functions in it, nested in classes as the holes are.
"""

import ast
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from . import holes
from .errors import AuthorError
from .kit.library.source import dedented, parse


def wrong(*names: str):
    """Mark a function or class in `answers.py` as a misconception; its docstring is the hint."""
    return lambda piece: piece


def right(*names: str):
    """Mark a function or class in `answers.py` as an alternative that must get full marks."""
    return lambda piece: piece


@dataclass(frozen=True)
class Answer:
    """A named filling of one or more holes."""

    name: str
    right: bool
    hint: str
    pieces: dict[str, str]
    line: int
    imports: str = ""  # of the file it stands in: what a notebook's cell imports, too

    @cached_property
    def holes(self) -> frozenset[str]:
        return frozenset(self.pieces)


def read_answers(path: Path) -> list[Answer]:
    """All answers of one file. Raises AuthorError with file and line for what cannot be read."""
    if not path.exists():
        return []
    text = path.read_text("utf-8")
    try:
        body = parse(text).body
    except SyntaxError as error:
        raise AuthorError(path, error.lineno or 1, f"this is not Python: {error.msg}") from None
    nodes = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    imports = _imports(body)
    answers = [replace(_answer(path, text, node), imports=imports) for node in nodes]
    names = [a.name for a in answers]
    for answer in answers:
        if names.count(answer.name) > 1:
            raise AuthorError(path, answer.line, f"{answer.name} is given twice")
    return answers


def _imports(body: list[ast.stmt]) -> str:
    """The import statements but for that of `wrong` and `right`."""
    found = [n for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
    return "\n".join(t for t in map(ast.unparse, found) if "gradloom_grader" not in t)


def _answer(path: Path, text: str, node: ast.FunctionDef | ast.ClassDef) -> Answer:
    kind, names = _decoration(path, node)
    hint = " ".join((ast.get_docstring(node) or "").split())
    if kind == "wrong" and not hint:
        raise AuthorError(path, node.lineno, f"{node.name} needs a docstring: it is the hint")
    pieces = {hole: _piece(path, text, node, hole) for hole in names}
    return Answer(node.name.replace("_", "-"), kind == "right", hint, pieces, node.lineno)


def _decoration(path: Path, node: ast.FunctionDef | ast.ClassDef) -> tuple[str, list[str]]:
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
    if len(calls) == 1 and isinstance(calls[0].func, ast.Name):
        names = [str(a.value) for a in calls[0].args if isinstance(a, ast.Constant)]
        if calls[0].func.id in ("wrong", "right") and names:
            return calls[0].func.id, [hole for name in names for hole in holes.expand(name)]
    raise AuthorError(path, node.lineno, f'mark {node.name} with @wrong("hole") or @right("hole")')


def _piece(path: Path, text: str, node: ast.FunctionDef | ast.ClassDef, hole: str) -> str:
    """The `def` that fills `hole`, dedented and under the hole's own name."""
    if isinstance(node, ast.ClassDef):
        node = _member(path, node, hole)
        start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    else:
        start = node.lineno
    first = node.body[0]
    hint = range(first.lineno, (first.end_lineno or 0) + 1) if ast.get_docstring(node) else ()
    lines = dedented(text, start - 1, node.end_lineno or 0).split("\n")
    piece = [line for number, line in enumerate(lines, start) if number not in hint]
    at = node.lineno - start
    piece[at] = piece[at].replace(f"def {node.name}", f"def {hole.rsplit('.')[-1]}", 1)
    return "\n".join(piece)


def _member(path: Path, node: ast.ClassDef, hole: str) -> ast.FunctionDef:
    scope: ast.AST = node
    for name in hole.split(".")[1:]:
        found = [n for n in scope.body if getattr(n, "name", "") == name]  # type: ignore[attr-defined]
        if not found:
            raise AuthorError(path, node.lineno, f"{node.name} has nothing for {hole}")
        scope = found[0]
    if not isinstance(scope, ast.FunctionDef):
        raise AuthorError(path, node.lineno, f"{hole} in {node.name} is not a function")
    return scope
