"""Orders, edges and printing, on nodes that are no tensors."""

import random
from dataclasses import dataclass, field

import pytest
from gradloom import edges, print_graph, topological_order


@dataclass(eq=True)  # equal nodes are not the same node
class Node:
    name: str = ""
    parents: list = field(default_factory=list)
    shape: tuple = ()
    grad_fn: str | None = None


def parents(node):
    return node.parents


def assert_is_an_order(order, root):
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is root
    for node in order:
        assert all(place[id(parent)] < place[id(node)] for parent in node.parents)


def diamond():
    a = Node("a")
    b, c = Node("b", [a]), Node("c", [a])
    return Node("d", [b, Node("e", [c]), c, a, a])


def test_a_leaf():
    leaf = Node()
    assert topological_order(leaf, parents) == [leaf]
    assert edges(leaf) == []


def test_a_diamond_with_paths_of_unequal_length():
    root = diamond()
    order = topological_order(root, parents)
    assert sorted(node.name for node in order) == list("abcde")
    assert_is_an_order(order, root)


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs(seed):
    rng = random.Random(seed)
    nodes = [Node("same")]
    for _ in range(30):
        nodes.append(Node("same", rng.choices(nodes, k=rng.randint(0, 3))))
    root = Node("root", nodes[-3:])
    assert_is_an_order(topological_order(root, parents), root)


def test_nodes_that_nobody_needs_are_left_out():
    a, b = Node("a"), Node("b")
    Node("unused", [a, b])
    assert [node.name for node in topological_order(Node("root", [a]), parents)] == ["a", "root"]


def test_a_million_nodes_deep():
    order = topological_order(0, lambda n: [n + 1] if n < 1_000_000 else [])
    assert order == list(range(1_000_000, -1, -1))


def test_parents_may_be_any_iterable():
    assert topological_order(3, lambda n: iter(range(n))) == [0, 1, 2, 3]


def test_edges_are_pairs_of_parent_and_child_one_for_each_use():
    a, b = Node("a"), Node("b")
    root = Node("root", [a, a, b])
    assert [(p.name, c.name) for p, c in edges(root)] == [
        ("a", "root"),
        ("a", "root"),
        ("b", "root"),
    ]
    assert len(edges(diamond())) == 8


def test_thirty_doublings_have_sixty_edges():
    node = Node()
    for _ in range(30):
        node = Node("", [node, node])
    assert len(edges(node)) == 60


def test_printing_shows_a_shared_node_twice_below_its_children(capsys):
    a = Node("a", shape=(2, 3))
    b = Node("b", [a], shape=(6,), grad_fn="reshape")
    print_graph(Node("c", [b, a], shape=(), grad_fn="add"))
    assert capsys.readouterr().out.splitlines() == [
        "() <- add",
        "  (6,) <- reshape",
        "    (2, 3) <- leaf",
        "  (2, 3) <- leaf",
    ]


def test_printing_a_deep_graph(capsys):
    node = Node()
    for _ in range(3000):
        node = Node("", [node], grad_fn="add")
    print_graph(node, indent=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  () <- add"
    assert lines[-1] == "  " * 3001 + "() <- leaf"
