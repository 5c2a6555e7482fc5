"""Laws of the layout of a graph, on random graphs."""

from itertools import pairwise

import numpy as np
import pytest
from gradloom.layout import _apart, layered, port
from hypothesis import given
from hypothesis import strategies as st


@st.composite
def graphs(draw):
    """The inputs of each node, the last of which is the root of all."""
    size = draw(st.integers(1, 14))
    graph = [draw(st.lists(st.integers(0, i - 1), max_size=3)) if i else [] for i in range(size)]
    used = {parent for inputs in graph for parent in inputs}
    graph.append([i for i in range(size) if i not in used])
    return graph


def columns(spots, ways):
    found = {}
    for spot in {*spots, *(spot for way in ways for spot in way)}:
        found.setdefault(spot.layer, []).append(spot)
    return [sorted(found[layer], key=lambda spot: spot.height) for layer in sorted(found)]


@given(graphs())
def test_edges_go_from_layer_to_layer(graph):
    spots, ways = layered(graph)
    edges = [(parent, child) for child, inputs in enumerate(graph) for parent in inputs]
    for way, (parent, child) in zip(ways, edges, strict=True):
        assert (way[0], way[-1]) == (spots[parent], spots[child])
        assert all(b.layer == a.layer + 1 for a, b in pairwise(way))
        assert all(spot.bend for spot in way[1:-1])
    assert min(spot.layer for spot in spots) == 0
    assert all(spot.layer <= spots[-1].layer for spot in spots)


@given(graphs())
def test_nothing_in_a_layer_is_too_close(graph):
    for column in columns(*layered(graph)):
        for a, b in pairwise(column):
            assert b.height - a.height > (0.5 if a.bend or b.bend else 1) - 1e-9


@given(graphs())
def test_the_same_graph_is_laid_out_the_same(graph):
    once, again = ([s.height for s in layered(graph)[0]] for _ in range(2))
    assert once == again


def test_leaves_and_what_hangs_on_them_stand_before_their_first_use():
    spots, _ = layered([[], [0], [1], [], [3], [2, 4]])
    assert [spot.layer for spot in spots] == [0, 1, 2, 1, 2, 3]


def test_inputs_of_a_tree_stand_in_their_order():
    spots, _ = layered([[], [], [1, 0], [], [], [3, 4], [5, 2]])
    heights = [spot.height for spot in spots]
    assert heights[3] < heights[4] < heights[1] < heights[0]
    assert heights[5] < heights[2]


def test_a_chain_is_level():
    spots, _ = layered([[], [0], [1], [2]])
    assert {round(spot.height, 9) for spot in spots} == {0}


def test_ports_are_evenly_spread():
    assert port(0, 1) == 0
    assert [port(k, 3) for k in range(3)] == [-0.25, 0, 0.25]


@pytest.mark.parametrize(
    ("aims", "expected"),
    [([0, 5], [0, 5]), ([0, 0], [-0.5, 0.5]), ([1, 0], [0, 1]), ([0, 0, 9], [-0.5, 0.5, 9])],
)
def test_what_is_too_close_gives_way_on_both_sides(aims, expected):
    np.testing.assert_allclose(_apart(aims, [1.0] * (len(aims) - 1)), expected)
