"""Tables of a graph: what was computed, how the gradients came about, the walk step by step."""

import html
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

import numpy as np

from .engine import backpropagate, no_grad
from .graph import SYMBOLS, names_by_id, topological_order
from .tensor import Tensor

Names: TypeAlias = dict[int, str]  # by the identity of a node


@dataclass(frozen=True, repr=False)
class Table:
    """Rows under named columns; a notebook shows it as HTML, `print` as aligned text.

    A cell is a text, a number, a tensor, or a list of (name, tensor) pairs.
    """

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]

    def __repr__(self) -> str:
        lines = [self.columns, *self._texts()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, tuple("-" * width for width in widths))
        return "\n".join(
            "  ".join(map(str.ljust, line, widths)).rstrip()  # columns stand two blanks apart
            for line in lines
        )

    def _repr_html_(self) -> str:
        head = _html_row("th", self.columns)
        body = "".join(_html_row("td", texts) for texts in self._texts())
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def _texts(self) -> list[tuple[str, ...]]:
        return [tuple(map(_text, row)) for row in self.rows]


def _html_row(tag: str, texts: tuple[str, ...]) -> str:
    cells = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for text in texts)
    return f"<tr>{cells}</tr>"


def _text(cell: object) -> str:
    """A cell as one line: six digits of a number, the corners of a large array."""
    if isinstance(cell, list):
        return ", ".join(f"{name}: {_text(tensor)}" for name, tensor in cell)
    if isinstance(cell, Tensor):
        if cell.shape == ():
            return _text(cell.item())
        array = np.array2string(cell.data, precision=4, threshold=24, edgeitems=2)
        return " ".join(array.split())
    if isinstance(cell, float):
        return f"{cell + 0.0:.6g}"  # -0.0 + 0.0 is 0.0
    return str(cell)


# Numbers: graphs of 0-d tensors


def local_gradients(node: Tensor) -> list[tuple[Tensor, float]]:
    """What one unit of gradient at `node` gives each input that needs one: (input, number) pairs.

    They come in the order of the operation's inputs, one for each use: x * x has two. ValueError
    if `node` or an input is not 0-d, RuntimeError if its data was assigned since.
    """
    _check_numbers([node, *node._inputs])
    with no_grad():
        return [(parent, share.item()) for parent, share in _shares(node, _ones(node))]


def forward_table(root: Tensor, /, **names: Tensor) -> Table:
    """Show how the value of `root` came about: `forward_table(f, x=x, y=y, f=f)`.

    The columns are step, node, operation, value; a node comes after its parents. What has no
    name is called v1, v2, ...; a constant without a name is written as its number, and has no row.
    ValueError if a node is not 0-d, RuntimeError if data was assigned since.
    """
    nodes, called = _named(root, names)
    _check_numbers(nodes)
    rows: list[tuple[object, ...]] = []
    for step, node in enumerate(nodes, 1):
        node._check_versions()
        rows.append((step, called[id(node)], _formula(node, called), node.item()))
    return Table(("step", "node", "operation", "value"), rows)


def backward_table(root: Tensor, /, **names: Tensor) -> Table:
    """Show how the gradients of `root` came about: `backward_table(f, x=x, y=y, f=f)`.

    A node has one row for each of its uses: the child that it goes to `root` via, the local
    gradient there, and the contribution, which is the child's gradient times the local one. In
    its last row stands the total, the sum over these paths. Names are as in `forward_table`;
    leaves come last. ValueError if a node is not 0-d or `root` needs no gradient, RuntimeError if
    data was assigned since.
    """
    nodes, called = _named(root, names)
    _check_numbers(nodes)
    _check_gradient(root)
    uses: dict[int, list[tuple[Tensor, float]]] = {id(node): [] for node in nodes}
    for child in nodes:
        for parent, local in local_gradients(child):
            uses[id(parent)].append((child, local))
    totals = {id(root): 1.0}
    rows: list[tuple[object, ...]] = [(1, called[id(root)], "", "", "1", "1")]
    for step, node in enumerate(_backwards(nodes)[1:], 2):
        paths = [(child, local, totals[id(child)]) for child, local in uses[id(node)]]
        shares = [arriving * local for _, local, arriving in paths]
        totals[id(node)] = sum(shares)
        for (child, local, arriving), share in zip(paths, shares, strict=True):
            product = f"{_text(arriving)} * {_text(local)} = {_text(share)}"
            rows.append((step, called[id(node)], called[id(child)], local, product, ""))
        if paths:
            rows[-1] = (*rows[-1][:-1], _sum(shares))
    return Table(("step", "node", "via", "local gradient", "contribution", "total"), rows)


def _backwards(nodes: list[Tensor]) -> list[Tensor]:
    """The nodes that need a gradient, children first, the leaves at the end as they stood."""
    tracked = [node for node in nodes if node.requires_grad]
    inner = [node for node in reversed(tracked) if not node.is_leaf]
    return inner + [node for node in tracked if node.is_leaf]


def _sum(shares: list[float]) -> str:
    terms = " + ".join(map(_text, shares))
    return terms if len(shares) == 1 else f"{terms} = {_text(sum(shares))}"


# Arrays: tensors of any shape


def walk_table(root: Tensor, /, **names: Tensor) -> Table:
    """Show `backward()` step by step, from a gradient of ones: `walk_table(loss, w=w, b=b)`.

    Each row has the gradient that arrives at a node, what each of its inputs gets of it, and what
    is pending after that: gradients that wait for their node's turn. No `.grad` is changed.
    Names are as in `forward_table`. ValueError if `root` needs no gradient, RuntimeError if data
    was assigned since.
    """
    _, called = _named(root, names)
    _check_gradient(root)
    pending: dict[int, Tensor] = {}
    rows: list[tuple[object, ...]] = []
    with no_grad():
        for step, (node, gradient) in enumerate(backpropagate(root, _ones(root)), 1):
            pending.pop(id(node), None)
            given = _shares(node, gradient)
            for parent, share in given:
                before = pending.get(id(parent))
                pending[id(parent)] = share if before is None else before + share
            gets = [(called[id(parent)], share) for parent, share in given]
            left = [(called[key], share) for key, share in pending.items()]
            rows.append((step, called[id(node)], _formula(node, called), gradient, gets, left))
    return Table(("step", "node", "operation", "gradient", "inputs get", "pending"), rows)


def _shares(node: Tensor, gradient: Tensor) -> list[tuple[Tensor, Tensor]]:
    """What each input that needs a gradient gets of the `gradient` of `node`."""
    if node._op is None:
        return []
    node._check_versions()
    shares = node._op.gradients(gradient, node)
    return [
        (parent, share)
        for parent, share in zip(node._inputs, shares, strict=True)
        if parent.requires_grad and share is not None
    ]


# Names and checks


def _named(root: Tensor, names: dict[str, Tensor]) -> tuple[list[Tensor], Names]:
    """The nodes that have a row, parents first, and what each node of the graph is called."""
    # Reversed, because a depth-first search by stack comes to the last input first.
    nodes = topological_order(root, lambda node: node.parents[::-1])
    called = names_by_id(nodes, names)
    constants = {id(node) for node in nodes if node.shape == () and not node.requires_grad}
    constants -= {*called, id(root)}
    fresh = (name for i in count(1) if (name := f"v{i}") not in names)
    for node in nodes:
        if id(node) in constants:
            called[id(node)] = _text(node)
        elif id(node) not in called:
            called[id(node)] = next(fresh)
    return [node for node in nodes if id(node) not in constants], called


def _formula(node: Tensor, called: Names) -> str:
    """The operation that made `node`, written with names: `x + y`, `sin(x)`, or `input`."""
    if node.grad_fn is None:
        return "input"
    operands = [called[id(parent)] for parent in node.parents]
    if node.grad_fn in SYMBOLS:
        return f" {SYMBOLS[node.grad_fn]} ".join(operands)
    return f"{node.grad_fn}({', '.join(operands)})"


def _ones(node: Tensor) -> Tensor:
    return Tensor._wrap(np.ones_like(node.data))


def _check_numbers(nodes: list[Tensor]) -> None:
    for node in nodes:
        if node.shape != ():
            raise ValueError(
                f"only single numbers fit here, and {node.grad_fn or 'a leaf'} has shape "
                f"{node.shape}: compute with 0-d tensors, such as Tensor(3.0), or use walk_table, "
                "which takes any shape"
            )


def _check_gradient(root: Tensor) -> None:
    if not root.requires_grad:
        raise ValueError(
            "this needs no gradient: compute it from a tensor with requires_grad=True, "
            "outside no_grad()"
        )
