"""Where the nodes of a graph stand in a drawing: in layers, with few crossings.

The method is that of K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of
Hierarchical System Structures", 1981: layers by depth, bends where an edge passes a layer, an order
in each layer by the mean place of the neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

_SWEEPS = 25  # the last one, as the first, looks to the right, where inputs have their order


@dataclass(eq=False)
class Spot:
    """A node, or a bend of an edge that passes a layer; its neighbours, and how far off to aim."""

    layer: int
    bend: bool = False
    height: float = 0.0
    left: list[tuple["Spot", float]] = field(default_factory=list)
    right: list[tuple["Spot", float]] = field(default_factory=list)


def layered(parents: Sequence[Sequence[int]]) -> tuple[list[Spot], list[list[Spot]]]:
    """Place the nodes of a graph, of which `parents[i]` are the inputs of node i, all below i.

    Returns the spots of the nodes, and for each input of each node, in order, the way of its edge:
    the parent's spot, bends, the node's own spot. Layers count from 0 on the left, heights grow
    downwards; nodes of a layer are at least 1 apart, bends at least half of that.
    """
    spots = [Spot(layer) for layer in _layers(parents)]
    ways = [
        _way(spots[parent], spots[child], port(k, len(inputs)))
        for child, inputs in enumerate(parents)
        for k, parent in enumerate(inputs)
    ]
    columns: list[list[Spot]] = [[] for _ in range(max(spot.layer for spot in spots) + 1)]
    for spot in [*spots, *(bend for way in ways for bend in way[1:-1])]:
        columns[spot.layer].append(spot)
    _order(columns)
    _settle(columns)
    return spots, ways


def port(k: int, count: int) -> float:
    """How far below a node's middle its input `k` of `count` arrives, in heights of a node."""
    return (k + 1) / (count + 1) - 0.5


def _layers(parents: Sequence[Sequence[int]]) -> list[int]:
    """A node's layer is one above its highest input; what hangs on one leaf moves to its use."""
    layers: list[int] = []
    loose: list[bool] = []
    for inputs in parents:
        layers.append(1 + max((layers[parent] for parent in inputs), default=-1))
        loose.append(len(inputs) <= 1 and all(loose[parent] for parent in inputs))
    first_use: dict[int, int] = {}
    for child in reversed(range(len(parents))):
        if loose[child] and child in first_use:
            layers[child] = first_use[child] - 1
        for parent in parents[child]:
            first_use[parent] = min(layers[child], first_use.get(parent, layers[child]))
    return layers


def _way(parent: Spot, child: Spot, offset: float) -> list[Spot]:
    bends = [Spot(layer, bend=True) for layer in range(parent.layer + 1, child.layer)]
    way = [parent, *bends, child]
    for a, b in pairwise(way):
        a.right.append((b, offset if b is child else 0))
        b.left.append((a, -offset if b is child else 0))
    return way


def _there_and_back(columns: list[list[Spot]]) -> Iterator[tuple[list[Spot], bool]]:
    """Every column many times, from the right (True: look to the right) and from the left."""
    for sweep in range(_SWEEPS):
        backwards = sweep % 2 == 0
        for column in reversed(columns) if backwards else columns:
            yield column, backwards


def _order(columns: list[list[Spot]]) -> None:
    """Sort each column by the mean height of the neighbours on one side."""
    for column, backwards in _there_and_back(columns):
        aims = {spot: _mean(spot.right if backwards else spot.left, spot) for spot in column}
        column.sort(key=aims.__getitem__)
        for place, spot in enumerate(column):
            spot.height = place - (len(column) - 1) / 2


def _settle(columns: list[list[Spot]]) -> None:
    """Bring each spot near the mean height of all its neighbours, keeping order and distance."""
    for column, _ in _there_and_back(columns):
        aims = [_mean(spot.left + spot.right, spot) for spot in column]
        gaps = [0.5 if a.bend or b.bend else 1.0 for a, b in pairwise(column)]
        for spot, height in zip(column, _apart(aims, gaps), strict=True):
            spot.height = height


def _mean(neighbours: list[tuple[Spot, float]], spot: Spot) -> float:
    if not neighbours:
        return spot.height
    return sum(other.height + offset for other, offset in neighbours) / len(neighbours)


def _apart(aims: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Heights at least `gaps` apart, with the least sum of squared distances from `aims`.

    Pooling: neighbours that are too close are moved as one block, to the mean of its aims.
    """
    shifts = [0.0, *accumulate(gaps)]
    blocks: list[tuple[float, int]] = []  # sum of the shifted aims, number of spots
    for aim, shift in zip(aims, shifts, strict=True):
        total, count = aim - shift, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            more, members = blocks.pop()
            total, count = total + more, count + members
        blocks.append((total, count))
    means = [total / count for total, count in blocks for _ in range(count)]
    return [mean + shift for mean, shift in zip(means, shifts, strict=True)]
