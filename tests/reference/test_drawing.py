"""Drawn graphs: of tensors, of values and of anything that has their three views."""

from dataclasses import dataclass, field

import pytest
from gradloom import Tensor
from gradloom.drawing import draw_graph
from gradloom.scalar import Value
from matplotlib import pyplot
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch


@dataclass(eq=True)
class Node:
    grad_fn: str | None = None
    parents: list = field(default_factory=list)
    shape: tuple = ()


def shown(picture):
    """The texts of the boxes and the number of arrows; the picture is drawn once."""
    picture._repr_mimebundle_()
    assert pyplot.get_fignums() == []
    (axes,) = picture.figure.axes
    arrows = sum(isinstance(patch, FancyArrowPatch) for patch in axes.patches)
    assert sum(isinstance(patch, FancyBboxPatch) for patch in axes.patches) == len(axes.texts)
    return sorted(text.get_text() for text in axes.texts), arrows


def test_the_thermometer():
    celsius, w, b = Tensor([[0.0], [100.0]]), Tensor([[0.5]], requires_grad=True), Tensor([10.0])
    picture = draw_graph(celsius @ w.T + b, celsius=celsius, w=w, b=b)
    texts = ["add\n(2, 1)", "b\n(1,)", "celsius\n(2, 1)", "matmul\n(2, 1)", "transpose\n(1, 1)"]
    assert shown(picture) == (sorted([*texts, "w\n(1, 1)"]), 5)
    assert "6 nodes and 5 edges, computed from 3 leaves" in picture.alt
    assert "w = leaf of shape (1, 1)" in picture.alt
    assert "= transpose(w) of shape (1, 1)" in picture.alt


def test_values_leave_out_their_shapes():
    x, y = Value(2.0), Value(3.0)
    total = x + y
    picture = draw_graph(total * x, x=x, y=y, total=total)
    assert shown(picture) == (["*", "total\n+", "x", "y"], 4)
    assert "total = x + y; node 4 = total * x." in picture.alt


def test_a_square_has_two_arrows():
    x = Value(3.0)
    assert shown(draw_graph(x * x)) == (["*", "leaf"], 2)


def test_a_leaf_alone():
    picture = draw_graph(Node())
    assert shown(picture) == (["leaf"], 0)
    assert picture.alt == "Graph of 1 node and 0 edges, computed from 1 leaf: node 1 = leaf."


def test_equal_nodes_are_not_the_same_node():
    assert shown(draw_graph(Node("+", [Node(), Node()]))) == (["+", "leaf", "leaf"], 2)


def test_a_box_holds_its_text():
    picture = draw_graph(Node("an_operation_with_a_long_name", [Node(shape=(1000, 1000, 1000))]))
    picture.figure.set_dpi(200)
    (axes,) = picture.figure.axes
    boxes = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    for text, box in zip(axes.texts, boxes, strict=True):
        inner, outer = text.get_window_extent(), box.get_window_extent()
        assert outer.x0 < inner.x0 < inner.x1 < outer.x1
        assert outer.y0 < inner.y0 < inner.y1 < outer.y1


def chain(length):
    node = Node()
    for _ in range(length - 1):
        node = Node("-", [node])
    return node


def test_200_nodes_are_drawn_and_counted():
    picture = draw_graph(chain(200))
    assert shown(picture)[1] == 199
    assert picture.alt == "Graph of 200 nodes and 199 edges, computed from 1 leaf."


def test_more_nodes_are_refused_with_advice():
    with pytest.raises(ValueError, match=r"100000 nodes are too many .* draw an earlier node"):
        draw_graph(chain(100_000))


def test_a_name_outside_the_graph_is_refused():
    with pytest.raises(ValueError, match="w is not in this graph"):
        draw_graph(Node(), w=Node())


def test_root_is_a_name_like_any_other():
    root = Node("+", [Node()])
    assert shown(draw_graph(root, root=root))[0] == ["leaf", "root\n+"]
