"""Local gradients, and the tables of the forward pass, the backward pass and the walk."""

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor, no_grad
from gradloom.engine import is_recording
from gradloom.tables import Table, backward_table, forward_table, local_gradients, walk_table
from hypothesis import given
from hypothesis import strategies as st


def number(value):
    return Tensor(np.array(float(value)), requires_grad=True)


def columns(table, *names):
    places = [table.columns.index(name) for name in names]
    return [tuple(row[place] for place in places) for row in table.rows]


def of(table, nodes):
    """The table of the last of the `nodes`, all of them with their names."""
    return table(list(nodes.values())[-1], **nodes)


def two_paths():
    x, y = number(3), number(2)
    a = x + y
    return {"x": x, "y": y, "a": a, "f": a * x}


def sine_of_a_square():
    x = number(np.sqrt(np.pi / 2))
    a = x * x
    return {"x": x, "a": a, "f": gl.sin(a)}


def thermometer():
    celsius, targets = Tensor([[0.0], [100.0]]), Tensor([[32.0], [212.0]])
    w = Tensor([[0.5]], requires_grad=True)
    b = Tensor([10.0], requires_grad=True)
    pred = celsius @ w.T + b
    loss = ((pred - targets) ** 2).mean()
    return {"celsius": celsius, "w": w, "b": b, "pred": pred, "targets": targets, "loss": loss}


@st.composite
def computations(draw):
    """A 0-d result of a few operations on two inputs, and these inputs; nothing cancels."""
    x, y = (number(draw(st.floats(0.5, 1.5))) for _ in range(2))
    nodes = [x, y, x * y]
    for _ in range(draw(st.integers(0, 8))):
        a, b = (draw(st.sampled_from(nodes)) for _ in range(2))
        rule = draw(st.sampled_from([gl.add, gl.mul, lambda a, b: gl.tanh(a) + b]))
        nodes.append(rule(a, b))
    return nodes[-1] * x + y, x, y


# Local gradients


@pytest.mark.parametrize(
    ("f", "values", "expected"),
    [
        (lambda x, y: x + y, (3, 2), [1, 1]),
        (lambda x, y: x - y, (3, 2), [1, -1]),
        (lambda x, y: x * y, (3, 2), [2, 3]),
        (lambda x, y: x / y, (3, 2), [1 / 2, -3 / 4]),
        (lambda x: x**3, (2,), [12]),
        (gl.exp, (1.5,), [np.exp(1.5)]),
        (gl.log, (4,), [1 / 4]),
        (gl.sin, (0.5,), [np.cos(0.5)]),
        (gl.relu, (2,), [1]),
        (gl.relu, (-2,), [0]),
    ],
)
def test_seed_002_local_gradients(f, values, expected):
    inputs = [number(value) for value in values]
    pairs = local_gradients(f(*inputs))
    assert [parent for parent, _ in pairs] == inputs
    assert [local for _, local in pairs] == pytest.approx(expected, rel=1e-12)


def test_seed_002_a_square_is_two_uses():
    x = number(3)
    assert local_gradients(x * x) == [(x, 3), (x, 3)]


def test_a_leaf_has_no_local_gradients():
    assert local_gradients(number(3)) == []
    assert local_gradients(Tensor(2.0)) == []


@pytest.mark.parametrize(
    "f", [lambda x, c: x * c, lambda x, c: c * x, lambda x, c: x**c, lambda x, c: c / x]
)
def test_what_needs_no_gradient_gets_no_pair(f):
    x, constant = number(2), Tensor(np.array(3.0))
    ((parent, _),) = local_gradients(f(x, constant))
    assert parent is x


def test_local_gradients_record_nothing_and_keep_nothing():
    x = number(2)
    y = gl.exp(x)
    ((_, local),) = local_gradients(y)
    assert type(local) is float
    assert (x.grad, y.grad) == (None, None)
    assert is_recording()


def test_local_gradients_are_numbers_in_float32_too():
    x = Tensor(2.0, requires_grad=True)
    assert local_gradients(x * 3) == [(x, 3.0)]


def test_local_gradients_know_assigned_data():
    x = number(2)
    y = x * x
    x.data = np.array(5.0)
    with pytest.raises(RuntimeError, match="'mul' was assigned"):
        local_gradients(y)


@pytest.mark.parametrize("make", [lambda x: x.sum(), lambda x: x * 2, lambda x: x[0] * 2 + x[1]])
@pytest.mark.parametrize("table", [local_gradients, forward_table, backward_table])
def test_only_single_numbers(table, make):
    y = make(Tensor([1.0, 2.0], requires_grad=True))
    if table is local_gradients and y.grad_fn == "add":
        y = y.parents[1]
    with pytest.raises(ValueError, match=r"shape \(2,\).*Tensor\(3\.0\).*walk_table"):
        table(y)


# The forward table


def test_seed_002_forward_at_3_and_2():
    table = of(forward_table, two_paths())
    assert table.columns == ("step", "node", "operation", "value")
    assert table.rows == [
        (1, "x", "input", 3.0),
        (2, "y", "input", 2.0),
        (3, "a", "x + y", 5.0),
        (4, "f", "a * x", 15.0),
    ]


def test_seed_002_forward_of_the_sine_of_a_square():
    table = of(forward_table, sine_of_a_square())
    assert columns(table, "node", "operation") == [
        ("x", "input"),
        ("a", "x * x"),
        ("f", "sin(a)"),
    ]
    values = [value for (value,) in columns(table, "value")]
    assert values == pytest.approx([1.253, 1.571, 1], abs=5e-4)


def test_seed_002_forward_of_a_sine_and_its_argument():
    x = number(2)
    table = forward_table(gl.sin(x**2) + x, x=x)
    assert columns(table, "node", "operation") == [
        ("x", "input"),
        ("v1", "x ** 2"),
        ("v2", "sin(v1)"),
        ("v3", "v2 + x"),
    ]


def test_seed_001_forward_in_the_order_of_the_computation():
    a, b, c = number(2), number(3), number(10)
    table = forward_table(a * b + c, a=a, b=b, c=c)
    assert columns(table, "node", "value") == [
        ("a", 2),
        ("b", 3),
        ("v1", 6),
        ("c", 10),
        ("v2", 16),
    ]


def test_numbers_without_a_name_are_written_out():
    x, two = number(3), Tensor(2.0)
    f = (x - 1) * (x + two)
    assert columns(forward_table(f, x=x), "node", "operation") == [
        ("x", "input"),
        ("v1", "x - 1"),
        ("v2", "x + 2"),
        ("v3", "v1 * v2"),
    ]
    assert columns(forward_table(f, two=two), "node", "operation")[2:4] == [
        ("two", "input"),
        ("v3", "v1 + two"),
    ]


def test_a_name_like_v1_is_not_given_twice():
    x = number(3)
    y = x * 2
    assert columns(forward_table(y + x, v1=y), "node") == [("v2",), ("v1",), ("v3",)]


def test_any_word_can_be_a_name():
    root = number(3)
    assert columns(forward_table(root * 2, root=root), "node") == [("root",), ("v1",)]


def test_a_table_of_a_constant():
    assert forward_table(Tensor(2.0)).rows == [(1, "v1", "input", 2.0)]


@pytest.mark.parametrize("table", [forward_table, backward_table, walk_table])
def test_a_name_for_something_else_is_refused(table):
    x = number(3)
    with pytest.raises(ValueError, match="y is no node of this graph"):
        table(x * 2, x=x, y=number(3))


@pytest.mark.parametrize("table", [forward_table, backward_table, walk_table])
def test_tables_know_assigned_data(table):
    x = number(3)
    f = x * x + x
    x.data = np.array(4.0)
    with pytest.raises(RuntimeError, match="was assigned"):
        table(f)


# The backward table


def test_seed_002_backward_at_3_and_2():
    table = of(backward_table, two_paths())
    assert table.columns == ("step", "node", "via", "local gradient", "contribution", "total")
    assert table.rows == [
        (1, "f", "", "", "1", "1"),
        (2, "a", "f", 3.0, "1 * 3 = 3", "3"),
        (3, "x", "a", 1.0, "3 * 1 = 3", ""),
        (3, "x", "f", 5.0, "1 * 5 = 5", "3 + 5 = 8"),
        (4, "y", "a", 1.0, "3 * 1 = 3", "3"),
    ]


def test_seed_002_backward_of_the_sine_of_a_square():
    table = of(backward_table, sine_of_a_square())
    locals_ = [local for (local,) in columns(table, "local gradient")[1:]]
    assert locals_ == pytest.approx([0, 1.253, 1.253], abs=5e-4)
    totals = [text.split()[-1] for (text,) in columns(table, "total") if text]
    assert [float(total) for total in totals] == pytest.approx([1, 0, 0], abs=1e-12)


def test_seed_002_three_partials():
    x, y, z = number(2), number(3), number(4)
    table = backward_table((x + y) * z, x=x, y=y, z=z)
    totals = {node: total for node, total in columns(table, "node", "total") if node in "xyz"}
    assert totals == {"x": "4", "y": "4", "z": "5"}


def test_seed_002_a_product_of_a_difference_and_a_sum():
    x = number(3)
    table = backward_table((x - 1) * (x + 1), x=x)
    assert columns(table, "node", "total")[-2:] == [("x", ""), ("x", "4 + 2 = 6")]


def test_seed_001_backward_of_a_product_and_a_sum():
    a, b, c = number(2), number(3), number(10)
    table = backward_table(a * b + c, a=a, b=b, c=c)
    totals = dict(columns(table, "node", "total"))
    assert totals == {"v2": "1", "v1": "1", "a": "3", "b": "2", "c": "1"}


def test_seed_001_the_diamond_adds_both_paths():
    a, b = number(2), number(3)
    ab = a * b
    table = backward_table(ab + a, a=a, b=b, ab=ab)
    assert columns(table, "node", "via", "total")[2:4] == [
        ("a", "ab", ""),
        ("a", "v1", "3 + 1 = 4"),
    ]


def test_a_square_has_two_paths_via_one_child():
    x = number(3)
    assert backward_table(x * x, x=x).rows[1:] == [
        (2, "x", "v1", 3.0, "1 * 3 = 3", ""),
        (2, "x", "v1", 3.0, "1 * 3 = 3", "3 + 3 = 6"),
    ]


def test_what_needs_no_gradient_has_no_row_backwards():
    x, constant = number(3), Tensor(np.array(2.0))
    f = x * constant
    assert columns(backward_table(f, x=x, c=constant, f=f), "node") == [("f",), ("x",)]


def test_a_root_that_is_a_leaf():
    x = number(3)
    assert backward_table(x, x=x).rows == [(1, "x", "", "", "1", "1")]
    ((step, *_, gets, pending),) = walk_table(x, x=x).rows
    assert (step, gets, pending) == (1, [], [])


@pytest.mark.parametrize("table", [backward_table, walk_table])
def test_a_result_that_needs_no_gradient_is_refused(table):
    with pytest.raises(ValueError, match="requires_grad=True"):
        table(Tensor(2.0))
    with pytest.raises(ValueError, match="no_grad"), no_grad():
        table(number(3) * 2)


@given(computations())
def test_totals_are_the_gradients(case):
    f, x, y = case
    f.backward()
    found = {}
    for node, total in columns(backward_table(f, x=x, y=y), "node", "total"):
        found[node] = total.rpartition("= ")[2]
    for name, tensor in (("x", x), ("y", y)):
        assert float(found[name]) == pytest.approx(tensor.grad.item(), rel=1e-5)


def test_tables_of_thirty_doublings():
    x = y = number(1)
    for _ in range(30):
        y = y + y
    assert len(forward_table(y).rows) == 31
    assert backward_table(y, x=x).rows[-1][-1].endswith(f"= {2**30:.6g}")
    assert walk_table(y).rows[-1][3].item() == 2**30


def test_tables_of_a_deep_graph():
    y = number(1)
    for _ in range(5000):
        y = -y
    for table in (forward_table, backward_table, walk_table):
        assert len(table(y).rows) == 5001


# The walk


def as_lists(pairs):
    return [(name, tensor.data.tolist()) for name, tensor in pairs]


def test_seed_000_the_walk_of_the_thermometer():
    table = of(walk_table, thermometer())
    assert table.columns == ("step", "node", "operation", "gradient", "inputs get", "pending")
    rows = {node: tuple(rest) for _, node, *rest in table.rows}
    assert table.rows[0][1] == "loss"
    assert [step for step, *_ in table.rows] == list(range(1, 10))
    assert "celsius" not in rows
    assert "targets" not in rows
    operation, gradient, gets, pending = rows["pred"]
    assert operation.endswith("+ b")
    assert gradient.data.tolist() == [[-22], [-152]]
    assert as_lists(gets)[1] == ("b", [-174])
    assert as_lists(pending) == as_lists(gets)
    for name, expected in [("w", [[-15200]]), ("b", [-174])]:
        operation, gradient, gets, _ = rows[name]
        assert (operation, gets) == ("input", [])
        np.testing.assert_allclose(gradient.data, expected, rtol=1e-6)
    assert table.rows[-1][-1] == []


def test_seed_002_the_ledger_adds_what_arrives_by_two_paths():
    table = of(walk_table, two_paths())
    assert [
        (node, as_lists(gets), as_lists(left)) for _, node, _, _, gets, left in table.rows[:2]
    ] == [
        ("f", [("a", 3), ("x", 5)], [("a", 3), ("x", 5)]),
        ("a", [("x", 3), ("y", 3)], [("x", 8), ("y", 3)]),
    ]
    finals = {node: gradient.item() for _, node, _, gradient, _, _ in table.rows}
    assert finals == {"f": 1, "a": 3, "x": 8, "y": 3}


def test_a_square_gives_its_input_twice():
    x = Tensor([2.0, 3.0], requires_grad=True)
    (_, *_, gets, pending), _ = walk_table(x * x, x=x).rows
    assert as_lists(gets) == [("x", [2, 3]), ("x", [2, 3])]
    assert as_lists(pending) == [("x", [4, 6])]


def test_the_walk_changes_nothing():
    nodes = thermometer()
    walk_table(nodes["loss"])
    assert [node.grad for node in nodes.values()] == [None] * 6
    assert is_recording()


@given(computations())
def test_the_walk_ends_with_the_gradients(case):
    f, x, y = case
    f.backward()
    finals = {node: gradient.item() for _, node, _, gradient, _, _ in walk_table(f, x=x, y=y).rows}
    assert (finals["x"], finals["y"]) == (x.grad.item(), y.grad.item())


@given(computations())
def test_what_is_pending_is_what_arrives(case):
    waiting = {}
    for _, node, _, gradient, _, pending in walk_table(case[0]).rows:
        assert waiting.get(node, gradient).item() == gradient.item()
        waiting = dict(pending)
        assert node not in waiting
    assert waiting == {}


# How a table looks


def test_a_table_as_text():
    assert str(of(forward_table, two_paths())).splitlines() == [
        "step  node  operation  value",
        "----  ----  ---------  -----",
        "1     x     input      3",
        "2     y     input      2",
        "3     a     x + y      5",
        "4     f     a * x      15",
    ]


def test_a_table_as_html():
    table = Table(("a", "<b>"), [(1, 'x < "y" & z'), (2.5, "")])
    assert table._repr_html_() == (
        "<table><thead><tr><th>a</th><th>&lt;b&gt;</th></tr></thead><tbody>"
        "<tr><td>1</td><td>x &lt; &quot;y&quot; &amp; z</td></tr>"
        "<tr><td>2.5</td><td></td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3, "3"),
        (3.0, "3"),
        (-0.0, "0"),
        (1 / 3, "0.333333"),
        (-15200.0, "-15200"),
        (6.123e-17, "6.123e-17"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (Tensor(2.5), "2.5"),
        (Tensor([1.0, 2.0]), "[1. 2.]"),
        (Tensor([[1.0], [2.0]]), "[[1.] [2.]]"),
        ([("x", Tensor(2.0)), ("y", Tensor([0.25]))], "x: 2, y: [0.25]"),
    ],
)
def test_a_cell_as_text(cell, text):
    assert str(Table(("",), [(cell,)])).splitlines()[2:] == [text]


def test_of_a_large_array_the_corners_are_shown():
    table = Table(("t",), [(Tensor(np.arange(10_000.0).reshape(100, 100)),)])
    text = str(table).splitlines()[2]
    assert text.startswith("[[")
    assert "..." in text
    assert len(text) < 200


def test_a_table_without_rows():
    assert str(Table(("a", "bc"), [])) == "a  bc\n-  --"
    assert Table(("a",), [])._repr_html_().endswith("<tbody></tbody></table>")
