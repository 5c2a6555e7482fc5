"""Values: the seeds' numbers, the laws of every operation, and graphs that are deep or wide."""

import gc
import math
import weakref

import numpy as np
import pytest
from gradloom.graph import edges, print_graph, topological_order
from gradloom.numeric import central_difference
from gradloom.scalar import Value, zero_grad
from hypothesis import given
from hypothesis import strategies as st

NUMBER = st.floats(-3, 3).filter(lambda x: abs(x) > 0.1)
POSITIVE = st.floats(0.3, 3)


def grads(f, *args):
    values = [Value(x) for x in args]
    f(*values).backward()
    return [value.grad for value in values]


def reachable(root):
    return topological_order(root, lambda node: node.parents)


# seed 001: the numbers and the trace


def seed_001(a=2, b=3, c=10):
    a, b, c = Value(a), Value(b), Value(c)
    ab = a * b
    return a, b, c, ab, ab + c


def test_seed_001_forward_builds_the_graph():
    a, b, c, ab, d = seed_001()
    assert (ab.data, d.data) == (6.0, 16.0)
    assert ab._prev == (a, b)
    assert d._prev == (ab, c)
    assert (ab._op, d._op) == ("*", "+")
    assert len(reachable(d)) == 5
    assert edges(d) == [(a, ab), (b, ab), (ab, d), (c, d)]


def test_seed_001_a_leaf_has_nothing_before_it():
    a = Value(2)
    assert a._prev == ()
    assert a._op == ""
    assert a._backward() is None
    assert a.grad == 0.0
    assert isinstance(a.data, float)


def test_seed_001_trace_of_the_backward_walk():
    a, b, c, ab, d = seed_001()
    d.backward()
    assert (a.grad, b.grad, c.grad, ab.grad, d.grad) == (3.0, 2.0, 1.0, 1.0, 1.0)


def test_seed_001_each_closure_by_hand_in_the_order_of_the_trace():
    a, b, c, ab, d = seed_001()
    d.grad = 1.0
    d._backward()
    assert (ab.grad, c.grad, a.grad) == (1.0, 1.0, 0.0)
    c._backward()
    ab._backward()
    assert (a.grad, b.grad) == (3.0, 2.0)


@pytest.mark.parametrize("b", [3.0, -0.5])
def test_seed_001_diamond_in_slow_motion(b):
    a, b = Value(2), Value(b)
    ab = a * b
    d = ab + a
    assert len([edge for edge in edges(d) if edge[0] is a]) == 2
    d.grad = 1.0
    d._backward()
    assert (ab.grad, a.grad) == (1.0, 1.0)
    ab._backward()
    assert (a.grad, b.grad) == (1 + b.data, 2.0)


def test_seed_001_diamond_end_to_end_with_the_operands_in_both_orders():
    assert grads(lambda a, b: a * b + a, 2, 3) == [4.0, 2.0]
    assert grads(lambda a, b: a + a * b, 2, 3) == [4.0, 2.0]


# seed 001: the pitfalls


def test_seed_001_pitfall_a_second_call_without_zeroing_adds():
    a = Value(2)
    b = a * 1
    c = b * 1
    c.backward()
    assert a.grad == 1.0
    c.backward()
    assert (a.grad, b.grad, c.grad) == (3.0, 2.0, 1.0)
    zero_grad(c)
    assert (a.grad, b.grad, c.grad) == (0.0, 0.0, 0.0)
    c.backward()
    assert a.grad == 1.0


def test_seed_001_pitfall_leaves_double_in_a_graph_of_one_operation():
    a, b = Value(2), Value(3)
    d = a * b
    d.backward()
    d.backward()
    assert (a.grad, b.grad) == (6.0, 4.0)


def test_seed_001_pitfall_data_is_read_when_the_closure_is_called():
    a, b, _, _, d = seed_001()
    b.data = 100.0
    d.backward()
    assert (a.grad, d.data) == (100.0, 16.0)


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x**3, 27.0),
        (lambda x: x.log(), 1 / 3),
        (lambda x: x.sin(), math.cos(3)),
        (lambda x: x.cos(), -math.sin(3)),
        (lambda x: x.relu(), 1.0),
    ],
)
def test_seed_001_pitfall_unary_closures_read_data_late_too(f, slope):
    x = Value(2)
    out = f(x)
    x.data = 3.0
    out.backward()
    assert x.grad == pytest.approx(slope)


def test_seed_001_pitfall_values_are_told_apart_by_identity():
    a, b = Value(2), Value(2)
    assert a != b
    assert len({a, b}) == 2
    assert grads(lambda a, b: a * b * a, 2, 2) == [8.0, 4.0]


def test_seed_001_pitfall_closures_made_in_a_loop_keep_their_own_operands():
    xs = [Value(x) for x in (1, 2, 3)]
    products = [x * factor for x, factor in zip(xs, (4, 5, 6), strict=True)]
    sum(products).backward()
    assert [x.grad for x in xs] == [4.0, 5.0, 6.0]


# seed 002


def test_seed_002_forward_and_backward_of_x_plus_y_times_x():
    x, y = Value(3), Value(2)
    a = x + y
    f = a * x
    assert (a.data, f.data) == (5.0, 15.0)
    f.backward()
    assert (f.grad, a.grad, x.grad, y.grad) == (1.0, 3.0, 8.0, 3.0)


def test_seed_002_the_two_paths_to_x_arrive_one_after_the_other():
    x, y = Value(3), Value(2)
    a = x + y
    f = a * x
    f.grad = 1.0
    f._backward()
    assert x.grad == 5.0
    a._backward()
    assert x.grad == 5.0 + 3.0


def test_seed_002_sine_of_a_square_at_its_top():
    x = Value(math.sqrt(math.pi / 2))
    a = x**2
    f = a.sin()
    assert x.data == pytest.approx(1.253, abs=5e-4)
    assert a.data == pytest.approx(1.571, abs=5e-4)
    assert f.data == pytest.approx(1)
    f.backward()
    assert a.grad == pytest.approx(0, abs=1e-12)
    assert x.grad == pytest.approx(0, abs=1e-12)


@given(NUMBER, NUMBER, NUMBER)
def test_seed_002_local_gradients(x, y, upstream):
    def shares(f, *args):
        values = [Value(each) for each in args]
        out = f(*values)
        out.backward()
        return [value.grad for value in values]

    p = abs(x)
    table = [
        (shares(lambda x, y: x + y, x, y), [1, 1]),
        (shares(lambda x, y: x - y, x, y), [1, -1]),
        (shares(lambda x, y: x * y, x, y), [y, x]),
        (shares(lambda x, y: x / y, x, y), [1 / y, -x / y**2]),
        (shares(lambda x: x**5, x), [5 * x**4]),
        (shares(lambda x: x.exp(), x), [math.exp(x)]),
        (shares(lambda x: x.log(), p), [1 / p]),
        (shares(lambda x: x.sin(), x), [math.cos(x)]),
        (shares(lambda x: x.relu(), x), [1 if x > 0 else 0]),
    ]
    for got, expected in table:
        assert got == pytest.approx(expected, rel=1e-12)


def test_seed_002_a_square_used_twice_is_computed_once():
    x = Value(2)
    square = x**2
    root = square + square.sin()
    assert [node.grad_fn for node in reachable(root)].count("**") == 1
    root.backward()
    assert x.grad == pytest.approx(4 + math.cos(4) * 4)


def test_seed_002_exercises_1_to_4():
    assert grads(lambda x: (x - 1) * (x + 1), 3) == [6.0]
    assert grads(lambda x: x * x, 3) == [6.0]
    assert grads(lambda x, y, z: (x + y) * z, 2, 3, 4) == [4.0, 4.0, 5.0]
    assert grads(lambda w, x, b: (w * x + b).relu(), 2, 3, 1) == [3.0, 2.0, 1.0]
    assert grads(lambda w, x, b: (w * x + b).relu(), 2, 3, -7) == [0.0, 0.0, 0.0]


# each operation, by its laws

UNARY = [
    ("exp", math.exp, NUMBER),
    ("log", math.log, POSITIVE),
    ("sin", math.sin, NUMBER),
    ("cos", math.cos, NUMBER),
    ("relu", lambda x: max(x, 0.0), NUMBER),
    ("tanh", math.tanh, NUMBER),
    ("sigmoid", lambda x: 1 / (1 + math.exp(-x)), NUMBER),
]
ARITHMETIC = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / y,
    lambda x, y: x * y + x,
    lambda x, y: (x - y) * (x + y) / x,
]
WITH_A_NUMBER = [
    lambda x: x + 5,
    lambda x: 5 + x,
    lambda x: x - 5,
    lambda x: 5 - x,
    lambda x: x * 5,
    lambda x: 5 * x,
    lambda x: x / 5,
    lambda x: 5 / x,
    lambda x: -x,
    lambda x: x**2,
    lambda x: x**3,
    lambda x: x**-1,
    lambda x: x**-2,
    lambda x: 2**x,
    lambda x: 0.5**x,
]


@pytest.mark.parametrize(("name", "f", "numbers"), UNARY, ids=[row[0] for row in UNARY])
@given(data=st.data(), upstream=NUMBER)
def test_unary(name, f, numbers, data, upstream):
    x = Value(data.draw(numbers))
    out = getattr(x, name)()
    assert out.data == pytest.approx(f(x.data), rel=1e-12)
    assert (out._prev, out._op) == ((x,), name)
    out.grad = upstream
    out._backward()
    slope = central_difference(f, x.data)
    assert x.grad == pytest.approx(upstream * slope, rel=1e-6, abs=1e-8)
    assert out.grad == upstream


@pytest.mark.parametrize("f", ARITHMETIC)
@given(x=NUMBER, y=NUMBER)
def test_arithmetic_of_two_values(f, x, y):
    assert f(Value(x), Value(y)).data == pytest.approx(f(x, y), rel=1e-12, abs=1e-12)
    expected = [central_difference(f, x, y, arg=arg) for arg in (0, 1)]
    assert grads(f, x, y) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("f", WITH_A_NUMBER)
@given(x=NUMBER)
def test_arithmetic_with_a_number_on_either_side(f, x):
    out = f(Value(x))
    assert out.data == pytest.approx(f(x), rel=1e-12)
    assert grads(f, x) == pytest.approx([central_difference(f, x)], rel=1e-6, abs=1e-6)


@given(x=POSITIVE, exponent=st.floats(-3, 3))
def test_powers_that_are_no_integers(x, exponent):
    assert (Value(x) ** exponent).data == x**exponent
    assert grads(lambda x: x**exponent, x) == pytest.approx(
        [central_difference(lambda x: x**exponent, x)], rel=1e-6, abs=1e-6
    )


@pytest.mark.parametrize("f", [lambda x, y: x + y, lambda x, y: x * y])
@given(x=NUMBER, y=NUMBER, upstream=NUMBER)
def test_a_closure_multiplies_by_out_grad_and_adds_each_time(f, x, y, upstream):
    x, y = Value(x), Value(y)
    x.grad = 10.0
    out = f(x, y)
    out.grad = upstream
    out._backward()
    first = x.grad - 10, y.grad
    out._backward()
    assert (x.grad - 10, y.grad) == pytest.approx((2 * first[0], 2 * first[1]))
    slope = 1.0 if out._op == "+" else x.data
    assert y.grad == pytest.approx(2 * upstream * slope)


@given(x=NUMBER, y=NUMBER)
def test_the_gradient_of_a_sum_is_the_sum_of_the_gradients(x, y):
    def f(x, y):
        return x.sin() * y

    def g(x, y):
        return x / y + x.tanh()

    both = grads(lambda x, y: f(x, y) + g(x, y), x, y)
    parts = [a + b for a, b in zip(grads(f, x, y), grads(g, x, y), strict=True)]
    assert both == pytest.approx(parts)


def test_nothing_happens_to_the_operands():
    a, b = Value(2), Value(3)
    outs = [a + b, a - b, a * b, a / b, -a, a**2, a.exp(), 1 - a, 1 / a]
    assert all(out is not a and out is not b for out in outs)
    assert (a.data, b.data, a.grad, b.grad) == (2.0, 3.0, 0.0, 0.0)
    assert (a._prev, b._prev) == ((), ())


def test_a_number_becomes_a_leaf():
    a = Value(2)
    for out in (a + 5, 5 + a, a * 5, 5 * a):
        assert sorted(parent.data for parent in out._prev) == [2.0, 5.0]
        assert all(isinstance(parent, Value) and parent._prev == () for parent in out._prev)


NUMPY_NUMBERS = [np.float64(3), np.float32(3), np.int64(3), np.uint8(3), np.array(3.0)]


@pytest.mark.parametrize("number", NUMPY_NUMBERS, ids=lambda number: type(number).__name__)
def test_a_numpy_number_on_either_side(number):
    x = Value(2)
    right = [x + number, x - number, x * number, x / number, x**number]
    left = [number + x, number - x, number * x, number / x, number**x]
    assert all(isinstance(out, Value) and type(out.data) is float for out in right + left)
    assert [out.data for out in right] == pytest.approx([5, -1, 6, 2 / 3, 8])
    assert [out.data for out in left] == pytest.approx([5, 1, 6, 1.5, 9])


def test_the_sum_of_a_list_works():
    xs = [Value(x) for x in (1, 2, 3)]
    total = sum(xs)
    assert total.data == 6.0
    total.backward()
    assert [x.grad for x in xs] == [1.0, 1.0, 1.0]


def test_augmented_assignment_makes_a_new_value():
    x = y = Value(2)
    y += 3
    y *= x
    assert (x.data, y.data) == (2.0, 10.0)
    y.backward()
    assert x.grad == 7.0


@pytest.mark.parametrize(("f", "slope"), [(lambda x: x * x, 6.0), (lambda x: x + x, 2.0)])
def test_the_same_operand_twice(f, slope):
    x = Value(3)
    out = f(x)
    assert out._prev == (x, x)
    out.backward()
    assert x.grad == slope
    assert grads(lambda x: x - x, 3) == [0.0]
    assert grads(lambda x: x / x, 3) == pytest.approx([0.0])


# edges of the domains


def test_relu_on_both_sides_and_at_0():
    assert [Value(x).relu().data for x in (-2, 0, 3)] == [0.0, 0.0, 3.0]
    for x, slope in ((-2, 0.0), (0, 0.0), (3, 1.0)):
        value = Value(x)
        out = value.relu()
        out.grad = -3.0  # the sign of the upstream gradient decides nothing
        out._backward()
        assert value.grad == -3.0 * slope


@pytest.mark.parametrize("x", [30, 710, 1e4, 1e308, math.inf])
def test_sigmoid_and_tanh_of_large_numbers(x):
    assert Value(x).sigmoid().data == pytest.approx(1)
    assert Value(-x).sigmoid().data == pytest.approx(math.exp(-x), rel=1e-12)
    assert (Value(x).tanh().data, Value(-x).tanh().data) == (1.0, -1.0)
    for sign in (1, -1):
        assert grads(lambda x: x.sigmoid(), sign * x) == pytest.approx([0], abs=1e-12)
        assert grads(lambda x: x.tanh(), sign * x) == pytest.approx([0], abs=1e-12)


@given(x=st.floats(-700, 700))
def test_sigmoid_keeps_its_precision(x):
    assert Value(x).sigmoid().data == pytest.approx(1 / (1 + math.exp(-x)), rel=1e-12)


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "exp", "log"])
def test_nan_passes_through(name):
    x = Value(math.nan)
    assert math.isnan(getattr(x, name)().data)
    assert math.isnan((x * 0 + 1).data)


@pytest.mark.parametrize(
    ("exponent", "value", "slope"), [(0, 1.0, 0.0), (1, 0.0, 1.0), (2, 0.0, 0.0), (3, 0.0, 0.0)]
)
def test_powers_of_0(exponent, value, slope):
    x = Value(0)
    out = x**exponent
    assert out.data == value
    out.backward()
    assert x.grad == slope


def test_a_value_as_exponent_is_refused_with_a_way_out():
    x, n = Value(2), Value(3)
    with pytest.raises(
        TypeError, match=r"exponent is a Value.*\(exponent \* x\.log\(\)\)\.exp\(\)"
    ):
        x**n
    out = (n * x.log()).exp()
    out.backward()
    assert out.data == pytest.approx(8)
    assert (x.grad, n.grad) == pytest.approx((12, 8 * math.log(2)))


@pytest.mark.parametrize("data", [Value(2), 1j, "two", None, [1.0, 2.0]])
def test_only_a_number_becomes_a_value(data):
    with pytest.raises((TypeError, ValueError)):
        Value(data)


def test_python_s_own_errors_for_what_has_no_value():
    with pytest.raises(ZeroDivisionError):
        1 / Value(0)
    with pytest.raises(ValueError, match=r"domain|positive"):
        Value(-1).log()
    with pytest.raises(ValueError, match=r"domain|positive"):
        (-2) ** Value(2)
    with pytest.raises(TypeError):
        Value(-1) ** 0.5  # a complex number is no Value


# the walk


def test_the_root_is_a_leaf():
    a = Value(2)
    a.backward()
    assert a.grad == 1.0
    zero_grad(a)
    assert a.grad == 0.0


def test_the_root_starts_at_1_whatever_it_was():
    a = Value(2)
    out = a * 3
    out.grad = 50.0
    out.backward()
    assert (out.grad, a.grad) == (1.0, 3.0)


def test_a_second_root_adds_to_what_they_share():
    a = Value(2)
    b, c = a * 3, a * a
    b.backward()
    c.backward()
    assert a.grad == 7.0
    assert b.grad == 1.0


def test_what_the_root_does_not_need_gets_nothing():
    a = Value(2)
    unused = a * 100
    (a * 3).backward()
    assert (a.grad, unused.grad) == (3.0, 0.0)


@pytest.mark.parametrize("flip", [False, True])
def test_paths_of_unequal_length(flip):
    def f(a, b):
        long = ((a * b).sin() * 2).exp()
        return a * long if flip else long * a

    expected = [
        central_difference(lambda a, b: a * math.exp(2 * math.sin(a * b)), 0.7, 1.3, arg=arg)
        for arg in (0, 1)
    ]
    assert grads(f, 0.7, 1.3) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("flip", [False, True])
def test_a_gradient_of_0_on_the_way_does_not_stop_the_walk(flip):
    def f(a, b, zero):
        gone, kept = (a * b) * zero, a * 5
        return gone + kept if flip else kept + gone

    assert grads(f, 2, 3, 0) == [5.0, 0.0, 6.0]


def test_forty_doublings_call_each_closure_once():
    root = a = Value(1)
    nodes = []
    calls = []
    for _ in range(40):
        root = root + root
        nodes.append(root)

    def counted(node, closure):
        return lambda: (calls.append(node), closure())

    for node in nodes:
        node._backward = counted(node, node._backward)
    root.backward()
    assert calls == nodes[::-1]
    assert a.grad == root.data == 2.0**40
    zero_grad(root)
    assert a.grad == nodes[20].grad == 0.0


def test_a_chain_of_100_000_forward_backward_zeroed_and_deleted():
    a = Value(0.5)
    out = a
    for _ in range(50_000):
        out = out * 1 + 0.25
    assert out.data == 12_500.5
    out.backward()
    assert a.grad == 1.0
    middle = weakref.ref(out._prev[0]._prev[0])
    zero_grad(out)
    assert a.grad == 0.0
    del out
    gc.collect()
    assert middle() is None


def test_one_value_used_100_000_times():
    a = Value(2)
    sum([a] * 100_000).backward()
    assert a.grad == 100_000.0


def test_zero_grad_reaches_inner_nodes_and_no_data():
    a, b, c, ab, d = seed_001()
    d.backward()
    zero_grad(d)
    assert [node.grad for node in (a, b, c, ab, d)] == [0.0] * 5
    assert [node.data for node in (a, b, c, ab, d)] == [2.0, 3.0, 10.0, 6.0, 16.0]


def test_zero_grad_leaves_other_graphs_alone():
    a = Value(2)
    b, c = a * 3, a * 4
    c.backward()
    zero_grad(b)
    assert (a.grad, c.grad) == (0.0, 1.0)


# views


def test_views_and_repr():
    a, b, _, ab, _ = seed_001()
    assert (a.shape, a.grad_fn, a.parents) == ((), None, [])
    assert (ab.shape, ab.grad_fn, ab.parents) == ((), "*", [a, b])
    ab.parents.clear()
    assert ab._prev == (a, b)
    assert repr(a) == "Value(2.0, grad=0.0)"


def test_a_graph_of_values_prints(capsys):
    w, x, b = Value(2), Value(3), Value(1)
    print_graph((w * x + b).relu())
    assert capsys.readouterr().out.splitlines() == [
        "() <- relu",
        "  () <- +",
        "    () <- *",
        "      () <- leaf",
        "      () <- leaf",
        "    () <- leaf",
    ]


# what chapter 2 ends with


def test_xor_is_learned_by_hand_written_updates():
    weights = [Value(w) for w in (0.9, -0.7, 0.1, -0.8, 0.6, 0.2, 1.1, 1.3, -0.2)]
    table = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]

    def predict(x, y):
        a, b, c, d, e, f, g, h, i = weights
        left, right = (a * x + b * y + c).tanh(), (d * x + e * y + f).tanh()
        return (left * g + right * h + i).tanh()

    def loss():
        return sum((predict(x, y) - target) ** 2 for x, y, target in table)

    first = loss().data
    for _ in range(500):
        total = loss()
        zero_grad(total)
        total.backward()
        for weight in weights:
            weight.data -= 0.1 * weight.grad
    assert loss().data < 0.05 < first
