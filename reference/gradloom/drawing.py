"""The picture of a graph; of a node only `parents`, `shape` and `grad_fn` are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from .graph import topological_order
from .layout import Spot, layered, port
from .picture import Picture, counted, new_figure

_MOST_NODES, _MOST_TOLD = 200, 40
_FONT = 9  # points
_LINE, _PAD = 0.16, 0.1  # inches: a line of text, the space around a label
_BESIDE, _BELOW = 0.38, 0.16  # inches between boxes
_EDGE = 0.06  # inches around everything


@dataclass(frozen=True)
class _Box:
    title: str
    operation: str
    shape: str
    inputs: list[int]  # places of other boxes, all earlier

    @property
    def label(self) -> str:
        operation = self.operation or ("" if self.title else "leaf")
        return "\n".join(filter(None, (self.title, operation, self.shape)))


def draw_graph(root: Any, /, **names: Any) -> Picture:
    """Draw what `root`, a Tensor or a Value, was computed from: leaves left, `root` right.

    Keywords name nodes: `draw_graph(loss, w=w, b=b)`. Leaves are round and white, results of
    operations grey boxes; the inputs of a box arrive from top to bottom in their order. Shapes are
    left out where all are (). ValueError for more than 200 nodes, and for a name outside the graph.
    """
    boxes = _boxes(root, names)
    return Picture(_draw(boxes), _tell(boxes))


def _boxes(root: Any, names: dict[str, Any]) -> list[_Box]:
    nodes = topological_order(root, lambda node: node.parents)
    if len(nodes) > _MOST_NODES:
        raise ValueError(
            f"{len(nodes)} nodes are too many to read, {_MOST_NODES} is the most: draw an earlier "
            "node of the graph, or the same computation with fewer steps"
        )
    place = {id(node): i for i, node in enumerate(nodes)}
    titles: dict[int, str] = {}
    for name, node in names.items():
        if id(node) not in place:
            raise ValueError(f"{name} is not in this graph: draw a result computed from it")
        titles[place[id(node)]] = name
    shaped = any(node.shape != () for node in nodes)
    return [
        _Box(
            titles.get(i, ""),
            node.grad_fn or "",
            str(node.shape) if shaped else "",
            [place[id(parent)] for parent in node.parents],
        )
        for i, node in enumerate(nodes)
    ]


def _draw(boxes: Sequence[_Box]) -> Figure:
    spots, ways = layered([box.inputs for box in boxes])
    labels = [box.label for box in boxes]
    width = max(_text_width(line) for label in labels for line in label.split("\n")) + 2 * _PAD
    height = _LINE * max(1 + label.count("\n") for label in labels) + _PAD
    every = {spot for way in ways for spot in way} | set(spots)
    top = min(spot.height for spot in every)

    def middle(spot: Spot) -> tuple[float, float]:
        return spot.layer * (width + _BESIDE), (spot.height - top) * (height + _BELOW)

    right, bottom = (max(side) for side in zip(*map(middle, every), strict=True))
    axes = _page(right, bottom, width, height)
    arriving = [port(k, len(box.inputs)) * height for box in boxes for k in range(len(box.inputs))]
    for way, off in zip(ways, arriving, strict=True):
        _arrow(axes, [middle(spot) for spot in way], width, off)
    for spot, box in zip(spots, boxes, strict=True):
        _box(axes, *middle(spot), width, height, box)
    figure = axes.figure
    assert isinstance(figure, Figure)
    return figure


def _text_width(line: str) -> float:
    """In inches."""
    return float(TextPath((0, 0), line, size=_FONT).get_extents().width) / 72


def _page(right: float, bottom: float, width: float, height: float) -> Axes:
    """Axes in inches, y downwards, for boxes with middles between (0, 0) and (right, bottom)."""
    figure = new_figure(right + width + 2 * _EDGE, bottom + height + 2 * _EDGE)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-width / 2 - _EDGE, right + width / 2 + _EDGE)
    axes.set_ylim(bottom + height / 2 + _EDGE, -height / 2 - _EDGE)
    return axes


def _box(axes: Axes, x: float, y: float, width: float, height: float, box: _Box) -> None:
    round_ = f"round,pad=0,rounding_size={min(width, height) / 2.2}"
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="square,pad=0" if box.operation else round_,
            facecolor="0.88" if box.operation else "white",
            edgecolor="black",
        )
    )
    axes.text(x, y, box.label, fontsize=_FONT, ha="center", va="center", linespacing=1.1)


def _arrow(axes: Axes, middles: Sequence[tuple[float, float]], width: float, off: float) -> None:
    """Draw an edge through `middles`, level where it passes them, to `off` below the last."""
    *through, (x, y) = middles
    stops = [(x, y) for middle in through for x, y in _passing(*middle, width)][1:]
    stops.append((x - width / 2, y + off))
    points, codes = [stops[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(stops):
        half = (x0 + x1) / 2
        points += [(half, y0), (half, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    curve = Path(points, codes)
    axes.add_patch(FancyArrowPatch(path=curve, arrowstyle="-|>", mutation_scale=9, color="0.25"))


def _passing(x: float, y: float, width: float) -> list[tuple[float, float]]:
    return [(x - width / 2, y), (x + width / 2, y)]


def _tell(boxes: Sequence[_Box]) -> str:
    """The graph in words: each node and what it was computed from, unless there are too many."""
    nodes, edges = counted(len(boxes), "node"), counted(sum(len(b.inputs) for b in boxes), "edge")
    leaves = counted(sum(not box.inputs for box in boxes), "leaf", "leaves")
    head = f"Graph of {nodes} and {edges}, computed from {leaves}"
    if len(boxes) > _MOST_TOLD:
        return f"{head}."
    names = [box.title or f"node {i}" for i, box in enumerate(boxes, 1)]
    told = [f"{name} = {_told(box, names)}" for name, box in zip(names, boxes, strict=True)]
    return f"{head}: {'; '.join(told)}."


def _told(box: _Box, names: Sequence[str]) -> str:
    inputs = [names[i] for i in box.inputs]
    if len(inputs) == 2 and not box.operation.isidentifier():
        what = f"{inputs[0]} {box.operation} {inputs[1]}"
    else:
        what = f"{box.operation}({', '.join(inputs)})" if box.operation else "leaf"
    return f"{what} of shape {box.shape}" if box.shape else what
