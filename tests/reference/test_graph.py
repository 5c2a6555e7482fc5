"""Orders, edges, printing and drawing: on nodes that are no tensors, and on the seeds' graphs."""

import re
from itertools import pairwise

import pytest
from gradloom import Tensor, edges, print_graph, topological_order
from gradloom.graph import (
    CycleError,
    Drawing,
    draw,
    find_cycle,
    kahn_order,
    mermaid,
    names_by_id,
    reachable,
)
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter


class Node:
    """A node that can neither be compared nor hashed: only its identity tells it apart."""

    __hash__ = None

    def __init__(self, name="", parents=(), shape=(), grad_fn=None):
        self.name, self.parents, self.shape, self.grad_fn = name, list(parents), shape, grad_fn

    def __eq__(self, other):
        raise AssertionError("nodes are told apart by identity")

    def __repr__(self):
        return self.name


class Untold(Node):
    """Equal to everything, and of one hash."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


def parents(node):
    return node.parents


def names(nodes):
    return [node.name for node in nodes]


def assert_is_an_order(order, root):
    place = {id(node): i for i, node in enumerate(order)}
    assert len(place) == len(order)
    assert set(place) == {id(node) for node in reachable(root, parents)}
    assert order[-1] is root
    for node in order:
        assert all(place[id(parent)] < place[id(node)] for parent in node.parents)


def diamond():
    a = Node("a")
    b, c = Node("b", [a]), Node("c", [a])
    return Node("d", [b, Node("e", [c]), c, a, a])


def chain(length, uses=1):
    node = Node("first")
    for _ in range(length):
        node = Node("", [node] * uses, grad_fn="add")
    return node


def cycle(*cycle_names):
    nodes = [Node(name) for name in cycle_names]
    for i, node in enumerate(nodes):
        node.parents = [nodes[i - 1]]
    return nodes


def thermometer():
    celsius = Tensor([[0.0], [100.0]])
    w = Tensor([[0.5]], requires_grad=True)
    b = Tensor([10.0], requires_grad=True)
    return celsius, w, b, celsius @ w.T + b


@st.composite
def graphs(draw_from, node=Node, back=False):
    """A root over up to 20 nodes; parents come before their children, unless `back`."""
    count = draw_from(st.integers(1, 20))
    nodes = [node(str(i)) for i in range(count)]
    for i in range(count):
        above = st.integers(0, count - 1 if back else i - 1)
        chosen = draw_from(st.lists(above, max_size=4)) if back or i else []
        nodes[i].parents = [nodes[k] for k in chosen]
    return nodes[-1]


# Both orders

both = pytest.mark.parametrize("order", [topological_order, kahn_order])


@both
@given(root=graphs())
def test_random_graphs(order, root):
    before = [(node, list(node.parents)) for node in reachable(root, parents)]
    assert_is_an_order(order(root, parents), root)
    assert all(list(map(id, node.parents)) == list(map(id, kept)) for node, kept in before)


@both
@given(root=graphs(node=Untold))
def test_equal_nodes_are_not_the_same_node(order, root):
    assert_is_an_order(order(root, parents), root)


@both
def test_a_leaf(order):
    leaf = Node("leaf")
    assert names(order(leaf, parents)) == ["leaf"]


@both
def test_a_diamond_with_paths_of_unequal_length(order):
    root = diamond()
    found = order(root, parents)
    assert sorted(names(found)) == list("abcde")
    assert_is_an_order(found, root)


@both
@pytest.mark.parametrize("uses", [2, 3, 100_000])
def test_the_same_parent_several_times(order, uses):
    x = Node("x")
    assert names(order(Node("y", [x] * uses), parents)) == ["x", "y"]


@both
def test_a_long_way_and_a_short_one_in_both_sequences(order):
    a = Node("a")
    long = Node("c", [Node("b", [a])])
    for inputs in ([long, a], [a, long]):
        root = Node("d", inputs)
        assert names(order(root, parents)) == list("abcd")


@both
def test_nodes_that_nobody_needs_are_left_out(order):
    a, b = Node("a"), Node("b")
    Node("unused", [a, b])
    assert names(order(Node("root", [a]), parents)) == ["a", "root"]


@both
def test_a_hundred_thousand_nodes_deep(order):
    root = chain(100_000)
    found = order(root, parents)
    assert len(found) == 100_001
    assert (found[0].name, found[-1]) == ("first", root)


@both
@pytest.mark.parametrize("root", [chain(60, uses=2), diamond(), Node("y", [Node("x")] * 1000)])
def test_the_work_grows_with_the_edges_not_with_the_paths(order, root):
    asked = []

    def counted(node):
        asked.append(node)
        return node.parents

    found = order(root, counted)
    assert len(asked) <= 3 * len(found)


@both
def test_seed_001_five_nodes_four_edges(order):
    a, b, c = (Tensor(v, requires_grad=True) for v in (2.0, 3.0, 10.0))
    ab = a * b
    d = ab + c
    found = order(d, parents)
    assert_is_an_order(found, d)
    assert {id(node) for node in found} == {id(node) for node in (a, b, c, ab, d)}
    assert len(edges(d)) == 4
    assert sorted(node.grad_fn for node in found if node.grad_fn) == ["add", "mul"]


@both
def test_seed_001_the_diamond(order):
    a, b = Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    ab = a * b
    d = ab + a
    found = order(d, parents)
    assert_is_an_order(found, d)
    assert (found[2], found[3]) == (ab, d)
    assert [child for parent, child in edges(d) if parent is a] == [ab, d]


@both
def test_seed_002_every_node_after_its_parents(order):
    x, y = Tensor(3.0, requires_grad=True), Tensor(2.0, requires_grad=True)
    a = x + y
    f = a * x
    found = order(f, parents)
    assert_is_an_order(found, f)
    assert (found[2], found[3]) == (a, f)


def test_a_million_nodes_deep():
    order = topological_order(0, lambda n: [n + 1] if n < 1_000_000 else [])
    assert order == list(range(1_000_000, -1, -1))


def test_parents_are_asked_for_once_by_depth_first_search():
    asked = []

    def counted(node):
        asked.append(id(node))
        return node.parents

    order = topological_order(diamond(), counted)
    assert sorted(asked) == sorted(map(id, order))


def test_depth_first_search_looks_only_where_parents_says():
    a, b = Node("a"), Node("b")
    root = Node("root", [a, b])
    order = topological_order(root, lambda node: [p for p in node.parents if p is not b])
    assert names(order) == ["a", "root"]


def test_the_nearest_to_the_root_are_reached_first():
    assert names(reachable(diamond(), parents)) == list("dbeca")


# Cycles


def assert_names_a_cycle(message, cycle_names):
    found = re.search(r"\[(.*)\]", message)[1].split(", ")
    assert found[0] == found[-1]
    n = len(cycle_names)
    assert found[:-1] in [[cycle_names[(i + k) % n] for i in range(n)] for k in range(n)]


@pytest.mark.parametrize("cycle_names", ["a", "ab", "abc", "abcdefg"])
def test_a_cycle_is_named(cycle_names):
    nodes = cycle(*cycle_names)
    roots = [*nodes, Node("root", [Node("leaf"), Node("y", [nodes[-1]]), nodes[0]])]
    for root in roots:
        with pytest.raises(CycleError, match="from the one before") as raised:
            kahn_order(root, parents)
        assert_names_a_cycle(str(raised.value), cycle_names)


def test_a_cycle_with_leaves_before_and_nodes_after_it():
    a, b, c = cycle("a", "b", "c")
    x = Node("x")
    a.parents = [x, c, x]
    b.parents = [x, a, Node("z", [x])]
    with pytest.raises(ValueError, match=r"\[.*\]") as raised:
        kahn_order(Node("root", [x, Node("y", [b, c])]), parents)
    assert_names_a_cycle(str(raised.value), "abc")


def test_a_cycle_behind_the_root_is_not_seen():
    root = Node("root", [Node("a")])
    after = Node("after", [root])
    after.parents.append(after)
    assert names(kahn_order(root, parents)) == ["a", "root"]


@given(root=graphs(back=True))
def test_there_is_a_cycle_or_an_order(root):
    found = find_cycle(root, parents)
    if not found:
        return assert_is_an_order(kahn_order(root, parents), root)
    assert found[0] is found[-1]
    assert len({id(node) for node in found}) == len(found) - 1
    for parent, child in pairwise(found):
        assert any(parent is one for one in child.parents)
    with pytest.raises(CycleError):
        kahn_order(root, parents)


@given(root=graphs())
def test_a_graph_without_a_cycle_has_none(root):
    assert find_cycle(root, parents) == []


def test_finding_a_long_cycle():
    nodes = cycle(*map(str, range(100_000)))
    assert len(find_cycle(Node("root", [nodes[7]]), parents)) == 100_001
    assert find_cycle(chain(100_000), parents) == []


def test_looking_for_a_cycle_asks_each_node_once():
    asked = []

    def counted(node):
        asked.append(node)
        return node.parents

    assert find_cycle(chain(60, uses=2), counted) == []
    assert len(asked) == 61


# Edges


def test_edges_are_pairs_of_parent_and_child_one_for_each_use():
    a, b = Node("a"), Node("b")
    root = Node("root", [a, a, b])
    assert [(p.name, c.name) for p, c in edges(root)] == [
        ("a", "root"),
        ("a", "root"),
        ("b", "root"),
    ]
    assert len(edges(diamond())) == 8


def test_a_leaf_has_no_edges():
    assert edges(Node()) == []


def test_thirty_doublings_have_sixty_edges():
    assert len(edges(chain(30, uses=2))) == 60


@given(root=graphs())
def test_as_many_edges_as_inputs(root):
    found = [(id(parent), id(child)) for parent, child in edges(root)]
    inputs = [(id(p), id(node)) for node in reachable(root, parents) for p in node.parents]
    assert sorted(found) == sorted(inputs)


def test_seed_002_a_product_of_a_difference_and_a_sum():
    x, one = Tensor(3.0, requires_grad=True), Tensor(1.0)
    below, above = x - one, x + one
    f = below * above
    assert {(id(p), id(c)) for p, c in edges(f)} == {
        (id(p), id(c))
        for p, c in [(x, below), (one, below), (x, above), (one, above), (below, f), (above, f)]
    }


def test_seed_002_a_neuron(capsys):
    w, x, b = (Tensor(v, requires_grad=True) for v in (2.0, 3.0, 1.0))
    print_graph((w * x + b).relu())
    printed = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert printed == ["() <- relu", "() <- add", "() <- mul", *["() <- leaf"] * 3]


# Printing


def test_seed_000_six_lines_with_their_depths(capsys):
    *_, pred = thermometer()
    print_graph(pred)
    assert capsys.readouterr().out.splitlines() == [
        "(2, 1) <- add",
        "  (2, 1) <- matmul",
        "    (2, 1) <- leaf",
        "    (1, 1) <- transpose",
        "      (1, 1) <- leaf",
        "  (1,) <- leaf",
    ]


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
    print_graph(chain(3000), indent=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "  () <- add"
    assert lines[-1] == "  " * 3001 + "() <- leaf"


# Drawing


def drawn(source):
    """What a drawing shows: its labels with their classes, and its arrows between labels."""
    labels, kinds, arrows = {}, {}, []
    for line in source.splitlines()[1:]:
        for number, label in re.findall(r'(\w+)(?:\(\[|\[)"(.*?)"', line):
            labels[number] = label
        for number, kind in re.findall(r"(\w+)[\[(]+\".*\"[\])]+:::(\w+)$", line):
            kinds[number] = kind
        arrows += re.findall(r"^  (\w+) --> (\w+)", line)
    return (
        {labels[number]: kind for number, kind in kinds.items()},
        sorted((labels[start], labels[end]) for start, end in arrows),
    )


def test_seed_002_values_between_their_operations():
    x, y = Tensor(3.0, requires_grad=True), Tensor(2.0, requires_grad=True)
    a = x + y
    f = a * x
    kinds, arrows = drawn(mermaid(f, {"x": x, "y": y, "a": a, "f": f}))
    assert kinds == {"x": "input", "y": "input", "a": "intermediate", "f": "output"}
    assert arrows == [
        ("a", "mul (*)"),
        ("add (+)", "a"),
        ("mul (*)", "f"),
        ("x", "add (+)"),
        ("x", "mul (*)"),
        ("y", "add (+)"),
    ]


def test_seed_002_the_three_kinds_have_colours():
    source = mermaid(Node(), {})
    assert "classDef input fill:#e3f2fd,stroke:#1976d2," in source
    assert "classDef intermediate fill:#fff3e0,stroke:#f57c00," in source
    assert "classDef output fill:#e8f5e9,stroke:#388e3c," in source


def test_seed_000_the_thermometer():
    celsius, w, b, pred = thermometer()
    kinds, arrows = drawn(mermaid(pred, {"celsius": celsius, "w": w, "b": b, "pred": pred}))
    assert arrows == [
        ("add (+)", "pred<br/>(2, 1)"),
        ("b<br/>(1,)", "add (+)"),
        ("celsius<br/>(2, 1)", "matmul (@)<br/>(2, 1)"),
        ("matmul (@)<br/>(2, 1)", "add (+)"),
        ("transpose<br/>(1, 1)", "matmul (@)<br/>(2, 1)"),
        ("w<br/>(1, 1)", "transpose<br/>(1, 1)"),
    ]
    assert kinds["matmul (@)<br/>(2, 1)"] == "intermediate"


def test_without_names_leaves_are_called_so_and_operations_stand_for_their_results():
    kinds, arrows = drawn(mermaid(thermometer()[-1], {}))
    assert arrows[-1] == ("transpose<br/>(1, 1)", "matmul (@)<br/>(2, 1)")
    assert kinds["leaf<br/>(1,)"] == "input"
    assert kinds["add (+)<br/>(2, 1)"] == "output"


def test_both_uses_of_a_square_are_drawn():
    x = Tensor(3.0, requires_grad=True)
    assert drawn(mermaid(x * x, {"x": x}))[1] == [("x", "mul (*)"), ("x", "mul (*)")]


def test_nothing_in_a_label_is_markup():
    a = Node('<b>"&#; `1.')
    root = Node("", [a], grad_fn="+")
    source = mermaid(root, {a.name: a, "- item": root})
    labels = re.findall(r'\["?(.*?)"?\]', source)
    assert not any(re.search(r'["<>&`.]|^[+*-]', label) for label in labels)
    assert "#60;b#62;#34;#38;#35;#59; #96;1#46;" in source
    assert "#43;" in source


@given(root=graphs())
def test_a_drawing_has_an_arrow_for_each_edge(root):
    source = mermaid(root, {})
    assert len(re.findall(r"^  \w+ --> \w+$", source, re.MULTILINE)) == len(edges(root))
    boxes = len(re.findall(r'^  \w+(?:\(\[|\[)"', source, re.MULTILINE))
    assert boxes == len(reachable(root, parents))


def test_drawing_thirty_doublings_and_a_deep_graph():
    assert len(mermaid(chain(30, uses=2), {}).splitlines()) == 1 + 31 + 60 + 3
    assert len(mermaid(chain(10_000), {}).splitlines()) == 1 + 10_001 + 10_000 + 3


def test_a_name_for_something_else_is_refused():
    x = Tensor(3.0, requires_grad=True)
    f = x * 2
    x = Tensor(3.0, requires_grad=True)
    with pytest.raises(ValueError, match=r"x is no node of this graph.*compute it again"):
        draw(f, x=x)
    with pytest.raises(ValueError, match="nothing was recorded"):
        names_by_id([f], {"y": x})


def test_a_drawing_is_mermaid_to_a_notebook_and_text_elsewhere():
    x = Tensor(3.0, requires_grad=True)
    f = x * x
    drawing = draw(f, x=x, root=f)
    assert isinstance(drawing, Drawing)
    assert str(drawing) == drawing.source
    assert drawing.source.startswith("flowchart LR\n")
    shown, _ = DisplayFormatter().format(drawing)
    assert shown["text/vnd.mermaid"] == shown["text/plain"] == drawing.source
