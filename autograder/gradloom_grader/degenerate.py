"""Fillings that compute nothing: constants of the right kind, or one of the arguments.

They have to earn nothing. Where one is the right answer all the same, an alternative in
`answers.py` says so: a filling with the same body as the reference or an alternative is left out.
"""

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import holes
from .answers import Answer
from .chapters import Exercise
from .holes import Sources

CONSTANTS = {
    "None": ("None",),
    "bool": ("False", "True"),
    "int": ("0", "1"),
    "float": ("0.0", "1.0"),
    "str": ("''",),
    "list": ("[]",),
    "Sequence": ("[]",),
    "Iterator": ("[]",),
    "dict": ("{}",),
    "tuple": ("()",),
}
NUMBERS = ("0.0", "1.0")  # for a result that is like no argument
LIKE = ("0.0 * {0}", "0.0 * {0} + 1.0")  # for arrays, tensors and values


@dataclass(frozen=True)
class Filling:
    """Pieces for some holes of one exercise, each of which returns `value`."""

    exercise: str
    pieces: dict[str, str]
    value: str

    @property
    def says(self) -> str:
        return f"`return {self.value}` in {', '.join(self.pieces)}"


def fillings(engine: Sources, exercise: Exercise, answers: Iterable[Answer]) -> list[Filling]:
    """Each hole of an exercise filled alone, in each of its ways; then all of its holes at once."""
    right = [answer for answer in answers if answer.right]
    ways = {hole: list(_ways(engine, hole, right)) for hole in exercise.holes}
    alone = [Filling(exercise.id, {h: p}, v) for h, found in ways.items() for v, p in found]
    if len(ways) == 1:
        return alone
    rounds = max(map(len, ways.values()))
    return alone + [_together(exercise, ways, number) for number in range(rounds)]


def _together(exercise: Exercise, ways: dict[str, list], number: int) -> Filling:
    chosen = {hole: found[number % len(found)] for hole, found in ways.items() if found}
    values = dict.fromkeys(value for value, _ in chosen.values())
    return Filling(exercise.id, {h: p for h, (_, p) in chosen.items()}, "; ".join(values))


def _ways(engine: Sources, hole: str, right: list[Answer]) -> Iterator[tuple[str, str]]:
    """What a hole may return without computing it, and the piece that does."""
    node = holes.find(engine, hole).node
    known = {holes.body_shape(node)}
    known |= {_shape(answer.pieces[hole]) for answer in right if hole in answer.pieces}
    for value in dict.fromkeys(_values(engine, hole)):
        piece = _piece(node, value)
        if _shape(piece) not in known:
            yield value, piece


def _shape(piece: str) -> str:
    return holes.body_shape(ast.parse(piece).body[0])  # type: ignore[arg-type]


def _piece(node: ast.FunctionDef, value: str) -> str:
    arguments = copy.deepcopy(node.args)
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return f"def {node.name}({ast.unparse(arguments)}):\n    return {value}"


def _values(engine: Sources, hole: str) -> list[str]:
    """Constants of the kind it returns, then its arguments; several where it returns several."""
    returns, given = holes.find(engine, hole).node.returns, _arguments(engine, hole)
    if _plain(returns) == "None":
        return ["None"]
    parts = _parts(returns) * _operands(engine, hole)
    columns = [_constants(part, given) for part in parts]
    rows = range(max(map(len, columns)))
    constants = [", ".join(column[n % len(column)] for column in columns) for n in rows]
    return [*constants, *(", ".join([name] * len(parts)) for name in given)]


def _parts(returns: ast.expr | None) -> list[ast.expr | None]:
    """The annotations of what a tuple of fixed length holds; else the annotation itself."""
    if isinstance(returns, ast.Subscript) and ast.unparse(returns.value) == "tuple":
        inside = returns.slice.elts if isinstance(returns.slice, ast.Tuple) else [returns.slice]
        if "..." not in map(ast.unparse, inside):
            return list(inside)
    return [returns]


def _constants(returns: ast.expr | None, given: dict[str, str]) -> list[str]:
    """What may stand for a result that is annotated so."""
    if isinstance(returns, ast.BinOp):
        return [*_constants(returns.right, given), *_constants(returns.left, given)]
    kind = _plain(returns.value if isinstance(returns, ast.Subscript) else returns)
    if kind in CONSTANTS:
        return list(CONSTANTS[kind])
    kind = "Tensor" if kind == "Gradients" else kind
    like = [name for name, annotation in given.items() if annotation == kind]
    return [value.format(like[0]) for value in LIKE] if like else list(NUMBERS)


def _arguments(engine: Sources, hole: str) -> dict[str, str]:
    """Names and annotations; `self` counts where one like it is returned, or it stands alone."""
    where = holes.find(engine, hole)
    found = [a for a in ast.walk(where.node.args) if isinstance(a, ast.arg)]
    given = {a.arg: _plain(a.annotation) for a in found}
    if "self" in given and where.owner:
        given["self"] = where.owner.name
        if len(given) > 1 and where.owner.name != _plain(where.node.returns):
            del given["self"]
    return given


def _plain(annotation: ast.expr | None) -> str:
    return ast.unparse(annotation).replace("'", "") if annotation else ""


def _operands(engine: Sources, hole: str) -> int:
    """How many gradients a hole returns: a backward one for each argument of its forward."""
    if _plain(holes.find(engine, hole).node.returns) != "Gradients":
        return 1
    forward = holes.find(engine, hole.rpartition(".")[0] + ".forward").node
    return len(forward.args.args) - 1
