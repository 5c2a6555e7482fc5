"""Orders and pictures of a graph; of a node only `parents`, `shape` and `grad_fn` are known."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Node(Protocol):
    """What a picture asks of a node; tensors and values have it."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def grad_fn(self) -> str | None: ...
    @property
    def parents(self) -> Sequence["Node"]: ...


class CycleError(ValueError):
    """A node that is computed from itself: such a graph has no order."""


# Orders. Nodes are told apart by identity: two that are equal are still two.


def topological_order(root: T, parents: Callable[[T], Sequence[T]]) -> list[T]:
    """List the nodes that `root` was computed from, each once, by depth-first search.

    `parents(node)` gives the inputs of a node. Every node stands after its parents, so `root`
    comes last. Nodes are told apart by identity, and a graph may be a million nodes deep.
    """
    order: list[T] = []
    seen = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:  # all parents of the node below are in the order
            order.append(stack.pop())
        elif id(node) not in seen:
            seen.add(id(node))
            stack += (node, None, *parents(node))
    return order


def kahn_order(root: T, parents: Callable[[T], Sequence[T]]) -> list[T]:
    """List the nodes that `root` was computed from, each once, by Kahn's algorithm.

    `parents(node)` gives the inputs of a node, one entry for each use. Every node stands after
    its parents. `reachable(root, parents)` collects the nodes. A graph with a cycle raises
    CycleError; `find_cycle(root, parents)` lists the nodes that its message names.
    """
    nodes = reachable(root, parents)
    waiting = {id(node): len(parents(node)) for node in nodes}
    children: dict[int, list[T]] = {id(node): [] for node in nodes}
    for node in nodes:
        for parent in parents(node):
            children[id(parent)].append(node)
    order = [node for node in nodes if waiting[id(node)] == 0]
    for node in order:
        for child in children[id(node)]:
            waiting[id(child)] -= 1
            if waiting[id(child)] == 0:
                order.append(child)
    if len(order) < len(nodes):
        raise CycleError(f"a cycle, each node from the one before: {find_cycle(root, parents)}")
    return order


def reachable(root: T, parents: Callable[[T], Sequence[T]]) -> list[T]:
    """List `root` and all it was computed from, each once, the nearest to `root` first."""
    nodes, seen = [root], {id(root)}
    for node in nodes:
        for parent in parents(node):
            if id(parent) not in seen:
                seen.add(id(parent))
                nodes.append(parent)
    return nodes


def find_cycle(root: T, parents: Callable[[T], Sequence[T]]) -> list[T]:
    """List the nodes of a cycle, each computed from the one before; the first is also the last.

    Looks through all that `root` was computed from; returns [] if there is no cycle.
    """
    seen = set()
    path: dict[int, T] = {}  # from `root` to the node at hand, in this order
    stack = [root]
    while stack:
        node = stack[-1]
        if id(node) in seen:
            path.pop(id(stack.pop()), None)
            continue
        seen.add(id(node))
        path[id(node)] = node
        for parent in parents(node):
            if id(parent) in path:
                turn = list(path).index(id(parent))
                return [parent, *reversed(list(path.values())[turn:])]
            stack.append(parent)
    return []


# Pictures


def print_graph(root: Node, indent: int = 0) -> None:
    """Print one line a node, `<shape> <- <grad_fn, or leaf>`, and below it its parents.

    Parents stand two spaces further to the right than their node, in the order of the
    operation's inputs. A node that is used twice is printed twice. `indent` is the depth of `root`.
    """
    stack = [(root, indent)]
    while stack:
        node, depth = stack.pop()
        print(f"{'  ' * depth}{node.shape} <- {node.grad_fn or 'leaf'}")
        stack.extend((parent, depth + 1) for parent in reversed(node.parents))


def edges(root: Node) -> list[tuple[Node, Node]]:
    """List the pairs (parent, child) of the graph of `root`, one for each use of a parent."""
    order = topological_order(root, lambda node: node.parents)
    return [(parent, child) for child in order for parent in child.parents]


def names_by_id(nodes: Sequence[object], names: Mapping[str, object]) -> dict[int, str]:
    """Turn `names`, from name to node, around; ValueError for one that is not of the `nodes`."""
    known = {id(node) for node in nodes}
    for name, node in names.items():
        if id(node) not in known:
            raise ValueError(
                f"{name} is no node of this graph: the result was computed from something else, "
                "or where nothing was recorded; compute it again from what you name here"
            )
    return {id(node): name for name, node in names.items()}


SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "matmul": "@"}

# Dark text on light fills, in a dark notebook too.
_CLASSES = """\
  classDef input fill:#e3f2fd,stroke:#1976d2,stroke-width:2px,color:#000
  classDef intermediate fill:#fff3e0,stroke:#f57c00,stroke-width:2px,color:#000
  classDef output fill:#e8f5e9,stroke:#388e3c,stroke-width:4px,color:#000"""


def mermaid(root: Node, names: Mapping[str, Node]) -> str:
    """Draw the graph of `root` as the source of a Mermaid flowchart.

    Operations are boxes, leaves are rounded; the result of an operation is drawn, rounded too,
    if `names` (from name to node) has it. A shape () is left out, and each use is an arrow.
    """
    nodes = reachable(root, lambda node: node.parents)
    called = names_by_id(nodes, names)
    ends = {
        id(node): f"op{number}" if node.parents and id(node) not in called else f"v{number}"
        for number, node in enumerate(nodes)
    }
    lines = ["flowchart LR"]
    for number, node in enumerate(nodes):
        kind = "input" if not node.parents else "output" if node is root else "intermediate"
        lines += [f"  {box}" for box in _boxes(node, number, called.get(id(node)), kind)]
        lines += [f"  {ends[id(parent)]} --> op{number}" for parent in node.parents]
    return "\n".join([*lines, _CLASSES])


def _boxes(node: Node, number: int, name: str | None, kind: str) -> list[str]:
    if not node.parents:
        return [f"v{number}([{_label(name or 'leaf', node.shape)}]):::{kind}"]
    operation = node.grad_fn or ""
    if operation in SYMBOLS:
        operation += f" ({SYMBOLS[operation]})"
    if name is None:
        return [f"op{number}[{_label(operation, node.shape)}]:::{kind}"]
    return [
        f"op{number}[{_label(operation, ())}]",
        f"op{number} --> v{number}([{_label(name, node.shape)}]):::{kind}",
    ]


def _label(text: str, shape: tuple[int, ...]) -> str:
    # Signs are escaped that end a label, or that Mermaid or HTML would read as markup.
    text = re.sub(r"[^\w ()+*/@-]|^[+*-]", lambda sign: f"#{ord(sign[0])};", text)
    return f'"{text}<br/>{shape}"' if shape else f'"{text}"'


@dataclass(frozen=True)
class Drawing:
    """A Mermaid flowchart, which JupyterLab draws where a cell ends with it."""

    source: str

    def __str__(self) -> str:
        return self.source

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/vnd.mermaid": self.source, "text/plain": self.source}


def draw(root: Node, /, **names: Node) -> Drawing:
    """Draw the graph of `root`: `draw(f, x=x, y=y, f=f)`, with the names that you give to nodes."""
    return Drawing(mermaid(root, names))
