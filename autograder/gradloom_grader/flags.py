"""What in a cell an instructor may want to look at. It costs no marks: honest code does it too."""

import ast
import re
from collections.abc import Iterable, Iterator

SUSPICIOUS = {
    *("builtins", "ctypes", "gc", "importlib", "inspect", "mmap", "multiprocessing", "os"),
    *("pickle", "pty", "resource", "shutil", "signal", "socket", "subprocess", "sys", "threading"),
    *("traceback", "urllib", "pytest", "nbgrader", "torch", "jax", "tensorflow", "autograd"),
    *("tinygrad", "__import__", "eval", "exec", "open", "globals", "setattr"),
}
OURS = {"check", "weave"}  # names of the kit that a notebook has no reason to give to other things

_TELLING = SUSPICIOUS | OURS | {"forward"}
_WORDS = re.compile(r"\w+")
_USUAL = re.compile(r"@weave\b|\bdef forward\b")  # of which nothing is said
_COMPLEX = re.compile(r"[\d.][jJ]")


def may_have_flags(source: str) -> bool:
    """Whether a cell is worth a look at its tree, as most are not: a word gives away all that has
    flags, unless letters that are not ASCII hide it."""
    words = _WORDS.findall(_USUAL.sub("", source))
    telling = not _TELLING.isdisjoint(words)
    return telling or bool(_COMPLEX.search(source)) or not source.isascii()


def flags(tree: ast.AST) -> Iterator[str]:
    """What is said of a cell's syntax tree: `uses os, sys`, `replaces check`."""
    nodes = list(ast.walk(tree))
    names = {name for node in nodes for name in _used(node)}
    if found := sorted(names & SUSPICIOUS):
        yield f"uses {', '.join(found)}"
    bound = {name for node in nodes for name in _bound(node)}
    for name in sorted(bound & OURS):
        yield f"replaces {name}"
    inside = list(_inside(_backwards(nodes)))
    if any(isinstance(node, ast.Attribute) and node.attr == "forward" for node in inside):
        yield "computes a forward in its backward, as finite differences do"
    if any(isinstance(node, ast.Constant) and isinstance(node.value, complex) for node in inside):
        yield "uses complex numbers in its backward"


def _used(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").split(".")[0]]
    return [node.id] if isinstance(node, ast.Name) else []


def _bound(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
        return [node.id if isinstance(node, ast.Name) else node.attr]
    return []


def _backwards(nodes: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """The functions in which gradients are computed."""
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return [f for f in functions if f.name in ("backward", "_backward", "backpropagate")]


def _inside(functions: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All that is in functions, some of which may stand in others that come before them."""
    seen: set[int] = set()
    for function in functions:
        if id(function) not in seen:
            found = list(ast.walk(function))
            seen.update(map(id, found))
            yield from found
