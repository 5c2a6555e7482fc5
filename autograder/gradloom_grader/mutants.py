"""Ordinary mutants: small changes of a hole's body, each of which some probe should notice.

cosmic-ray and mutmut were looked at. Both mutate files on disk and run a test command for each
mutant, neither exchanges names or drops statements, and what is needed of either is this page.
"""

import ast
import copy
import difflib
import multiprocessing
import os
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from . import holes
from .answers import Answer
from .chapters import Chapter, Course, read_course
from .diagnosis import Suspect
from .errors import AuthorError
from .trial import Trial

GOAL = 0.95  # of the mutants that do not do the same
MEMORY = 4 * 2**30
INSTEAD: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}


@dataclass(frozen=True)
class Mutant:
    """A changed piece for one hole."""

    exercise: str
    hole: str
    piece: str
    was: str

    @property
    def change(self) -> str:
        """The lines that differ, before and after."""
        lines = difflib.ndiff(self.was.splitlines(), self.piece.splitlines())
        changed = [line for line in lines if line[0] in "+-"]
        return " ".join(f"{line[0]} {line[2:].strip()}" for line in changed)

    @property
    def name(self) -> str:
        """How `equivalent.txt` calls it."""
        return f"{self.hole}: {self.change}"


def mutants(course: Course, chapter: Chapter) -> list[Mutant]:
    """All mutants of a chapter's holes."""
    sources = course.engine(chapter)
    return [m for e in chapter.exercises for hole in e.holes for m in _of(sources, e.id, hole)]


def _of(sources: holes.Sources, exercise: str, hole: str) -> Iterator[Mutant]:
    node = _bare(holes.find(sources, hole).node)
    was = ast.unparse(node)
    seen = {was}
    for piece in _changed(node):
        if piece not in seen:
            seen.add(piece)
            yield Mutant(exercise, hole, piece, was)


def _bare(node: ast.FunctionDef) -> ast.FunctionDef:
    """The function without docstring, decorators and annotations."""
    plain = ast.parse(holes.without_annotations(ast.unparse(node))).body[0]
    assert isinstance(plain, ast.FunctionDef)
    plain.decorator_list, plain.body = [], plain.body[1:]
    return plain


def _changed(function: ast.FunctionDef) -> Iterator[str]:
    """The function's text after each change of one node of its body."""
    nodes = _body(function)
    for number, node in enumerate(nodes):
        for replacement in [*_instead(node), *_other_names(function, node)]:
            twin = copy.deepcopy(function)
            changed = _Replaced(_body(twin)[number], replacement).visit(twin)
            yield ast.unparse(ast.fix_missing_locations(changed))


def _body(function: ast.FunctionDef) -> list[ast.AST]:
    return [node for statement in function.body for node in _walk(statement)]


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, but for words (f-strings, what is raised, annotations) and guards
    that never come into play (assertions, `strict=`)."""
    guard = isinstance(node, ast.keyword) and node.arg == "strict"
    if guard or isinstance(node, ast.Assert):
        return
    yield node
    for name, value in ast.iter_fields(node):
        below = value if isinstance(value, list) else [value]
        if name != "annotation" and not isinstance(node, ast.JoinedStr | ast.Raise):
            for child in below:
                yield from _walk(child) if isinstance(child, ast.AST) else ()


class _Replaced(ast.NodeTransformer):
    def __init__(self, target: ast.AST, replacement: ast.AST):
        self.target, self.replacement = target, replacement

    def visit(self, node: ast.AST) -> ast.AST:
        return self.replacement if node is self.target else self.generic_visit(node)


def _instead(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    for change in CHANGES.get(type(node), ()):
        yield from change(node)
    if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass):
        yield ast.Pass()


def _other_names(function: ast.FunctionDef, node: ast.AST) -> Iterator[ast.AST]:
    """For a name that is read, each argument, and what was bound on an earlier line."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        known = {a.arg: 0 for a in ast.walk(function.args) if isinstance(a, ast.arg)}
        for other in _body(function):
            if isinstance(other, ast.Name) and isinstance(other.ctx, ast.Store):
                known.setdefault(other.id, other.lineno)
        if node.id in known:
            names = [n for n, line in known.items() if line < node.lineno and n != node.id]
            yield from (ast.Name(name, node.ctx) for name in names)


def _operator(node: ast.BinOp | ast.AugAssign | ast.BoolOp) -> Iterator[ast.AST]:
    for kind in INSTEAD.get(type(node.op), ()):
        yield _with(node, op=kind())


def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for number, op in enumerate(node.ops):
        for kind in INSTEAD.get(type(op), ()):
            yield _with(node, ops=[*node.ops[:number], kind(), *node.ops[number + 1 :]])


def _with(node: ast.AST, **fields) -> ast.AST:
    twin = copy.copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        others = (value + 1, -value, type(value)(0))
        yield from (ast.Constant(other) for other in others if other != value)
    elif isinstance(value, str):
        yield ast.Constant(value + "x")


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _test(node: ast.If | ast.While | ast.IfExp) -> Iterator[ast.AST]:
    yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _filter(node: ast.comprehension) -> Iterator[ast.AST]:
    if node.ifs:
        yield _with(node, ifs=[])


def _call(node: ast.Call) -> Iterator[ast.AST]:
    """Two arguments exchanged; a keyword left out."""
    if len(node.args) >= 2:
        yield _with(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for keyword in (k for k in node.keywords if k.arg != "strict"):
        yield _with(node, keywords=[k for k in node.keywords if k is not keyword])


def _operands(node: ast.BinOp) -> Iterator[ast.AST]:
    """Operands exchanged, where that matters, and each of them alone."""
    if not isinstance(node.op, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr):
        yield _with(node, left=node.right, right=node.left)
    yield from (node.left, node.right)


def _assigned(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Assign([node.target], node.value)


def _tuple(node: ast.Tuple) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield _with(node, elts=node.elts[::-1])


def _leap(node: ast.Break | ast.Continue) -> Iterator[ast.AST]:
    yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


CHANGES: dict[type[ast.AST], tuple[Callable, ...]] = {
    ast.BinOp: (_operator, _operands),
    ast.AugAssign: (_operator, _assigned),
    ast.BoolOp: (_operator,),
    ast.Compare: (_comparison,),
    ast.Constant: (_constant,),
    ast.UnaryOp: (_unary,),
    ast.If: (_test,),
    ast.While: (_test,),
    ast.IfExp: (_test,),
    ast.comprehension: (_filter,),
    ast.Call: (_call,),
    ast.Tuple: (_tuple,),
    ast.Break: (_leap,),
    ast.Continue: (_leap,),
}


@dataclass(frozen=True)
class Result:
    """What became of a chapter's mutants."""

    chapter: str
    killed: int
    equivalent: list[Mutant]
    survivors: list[Mutant]
    stale: list[str]

    @property
    def share(self) -> float:
        """Of those that are not equivalent, the share that is killed."""
        return self.killed / max(1, self.killed + len(self.survivors))


def run(course: Course, name: str, done: Callable[[int], object] = lambda _: None) -> Result:
    """Let the probes judge all mutants of a chapter; `done(of how many)` after each."""
    chapter = course.chapter(name)
    found, equivalent = mutants(course, chapter), read_equivalent(chapter.folder)
    spawn = multiprocessing.get_context("spawn")
    survivors = []
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), spawn) as pool:
        judge = partial(_is_killed, course.folder, name)
        for mutant, killed in zip(found, pool.map(judge, found, chunksize=4), strict=True):
            done(len(found))
            survivors += [] if killed else [mutant]
    return Result(
        chapter=name,
        killed=len(found) - len(survivors),
        equivalent=[m for m in survivors if any(_tells(line, m) for line in equivalent)],
        survivors=[m for m in survivors if not any(_tells(line, m) for line in equivalent)],
        stale=[line for line in equivalent if not any(_tells(line, m) for m in survivors)],
    )


def read_equivalent(folder: Path) -> list[str]:
    """The mutants that a chapter's `equivalent.txt` says do the same, each with a reason.

    A line is what `gradloom mutants` prints of a mutant, two blanks, `# ` and the reason. One that
    ends in `*` stands for all mutants that begin so.
    """
    path, found = folder / "equivalent.txt", []
    for number, line in enumerate(path.read_text("utf-8").splitlines() if path.exists() else [], 1):
        name, _, reason = line.partition("  # ")
        if line.strip() and not reason.strip():
            raise AuthorError(path, number, "say why it does the same: `the mutant  # the reason`")
        found += [name.strip()] if line.strip() else []
    return found


def _tells(line: str, mutant: Mutant) -> bool:
    return mutant.name.startswith(line[:-1]) if line.endswith("*") else mutant.name == line


def _is_killed(folder: Path, chapter: str, mutant: Mutant) -> bool:
    """Whether a probe of the hole's exercise rejects it; runs in a process of its own."""
    trial = _trial(folder, chapter)
    suspect = Suspect(trial.stage, Answer("mutant", False, "", {mutant.hole: mutant.piece}, 1))
    cases = [c for c in trial.cases_of(mutant.exercise) if mutant.hole in trial.enters[c.key]]
    return any(trial.fails(suspect, c) for c in sorted(cases, key=lambda c: not c.visible))


@lru_cache
def _trial(folder: Path, chapter: str) -> Trial:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    course = read_course(folder)
    return Trial(course, course.chapter(chapter))
