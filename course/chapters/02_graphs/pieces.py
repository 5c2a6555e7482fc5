"""Stand-ins: graphs that are written down instead of computed, and two tools to look at them."""

import contextlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np


class Node:
    """A node that only stands there: nothing is computed by it.

    `value` is a number or an array, `parents` are the nodes it was computed from, `operation` is
    the name of what made it, None for a leaf. `children` fills itself, with one entry for each
    use. The `name` is what is printed.
    """

    def __init__(
        self,
        value: Any,
        parents: Sequence["Node"] = (),
        operation: str | None = None,
        name: str = "",
    ) -> None:
        self.value = value
        self.grad = 0.0
        self.parents = list(parents)
        self.children: list[Node] = []
        self.operation = operation
        self.name = name
        for parent in parents:
            parent.children.append(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its value, () for a number."""
        return np.shape(self.value)

    @property
    def grad_fn(self) -> str | None:
        """The name of the operation, None for a leaf."""
        return self.operation

    def __repr__(self) -> str:
        return self.name or f"Node({self.value})"


def build(graph: Mapping[str, Sequence[str]]) -> dict[str, Node]:
    """Make the nodes of a graph from the names of each node's parents, under these names.

    `build({"a": [], "b": ["a"]})`: b was computed from a. Any node may come first, so that even a
    cycle can be built. The values count from 1.
    """
    nodes = {name: Node(float(i), name=name) for i, name in enumerate(graph, 1)}
    for name, inputs in graph.items():
        nodes[name].operation = "op" if inputs else None
        for parent in inputs:
            nodes[name].parents.append(nodes[parent])
            nodes[parent].children.append(nodes[name])
    return nodes


def names(nodes: Iterable[object], **called: object) -> list[str]:
    """Say which nodes these are: `names(order, a=a, d=d)`; what has no name is a "?"."""
    known = {id(node): name for name, node in called.items()}
    return [known.get(id(node), "?") for node in nodes]


def printed(function: Callable[..., object], *arguments: object) -> list[str]:
    """Call `function` with `arguments` and return the lines that it prints, instead of printing."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        function(*arguments)
    return text.getvalue().splitlines()
