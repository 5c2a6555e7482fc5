"""Dual numbers against closed forms, nudging and the other direction; and the costs, counted."""

import math

import numpy as np
import pytest
from gradloom.dual import (
    Dual,
    count_operations,
    forward_cost,
    forward_derivative,
    forward_gradient,
    reverse_cost,
)
from gradloom.numeric import central_difference
from gradloom.scalar import Value
from hypothesis import given
from hypothesis import strategies as st

NUMBER = st.floats(-3, 3).filter(lambda x: abs(x) > 0.1)
POSITIVE = st.floats(0.3, 3)


def parts(dual):
    return dual.value, dual.tangent


def reverse_gradient(f, *args):
    values = [Value(x) for x in args]
    f(*values).backward()
    return [value.grad for value in values]


# operations

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
    lambda x, y: (x - y) * (x + y) / x - y**3,
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
    lambda x: x**-1,
    lambda x: 2**x,
]


@pytest.mark.parametrize(("name", "f", "numbers"), UNARY, ids=[row[0] for row in UNARY])
@given(data=st.data(), tangent=NUMBER)
def test_unary(name, f, numbers, data, tangent):
    x = data.draw(numbers)
    out = getattr(Dual(x, tangent), name)()
    slope = central_difference(f, x)
    assert out.value == pytest.approx(f(x), rel=1e-12)
    assert out.tangent == pytest.approx(tangent * slope, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("f", ARITHMETIC)
@given(x=NUMBER, y=NUMBER, dx=NUMBER, dy=NUMBER)
def test_both_operands_move(f, x, y, dx, dy):
    out = f(Dual(x, dx), Dual(y, dy))
    by_x, by_y = (central_difference(f, x, y, arg=arg) for arg in (0, 1))
    assert out.value == pytest.approx(f(x, y), rel=1e-12, abs=1e-12)
    assert out.tangent == pytest.approx(by_x * dx + by_y * dy, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("f", WITH_A_NUMBER)
@given(x=NUMBER, tangent=NUMBER)
def test_a_number_on_either_side_is_a_constant(f, x, tangent):
    out = f(Dual(x, tangent))
    assert out.value == pytest.approx(f(x), rel=1e-12)
    slope = central_difference(f, x)
    assert out.tangent == pytest.approx(tangent * slope, rel=1e-6, abs=1e-6)


def test_the_product_rule_has_two_terms():
    assert parts(Dual(2, 5) * Dual(3, 7)) == (6.0, 29.0)
    assert parts(Dual(2, 5) * Dual(3)) == (6.0, 15.0)
    assert parts(Dual(2) * Dual(3, 7)) == (6.0, 14.0)


def test_a_constant_does_not_move():
    assert Dual(3).tangent == 0.0
    assert parts(Dual(2, 5) + 10) == (12.0, 5.0)
    assert parts(10 * Dual(2, 5)) == (20.0, 50.0)
    assert parts(sum([Dual(1, 2), Dual(3, 4)])) == (4.0, 6.0)


@given(NUMBER, NUMBER, NUMBER)
def test_tangents_are_linear(x, tangent, factor):
    def f(x):
        return (x.sin() * x + 2).tanh() / (x**2 + 1)

    one, other = f(Dual(x, tangent)), f(Dual(x, factor * tangent))
    assert other.value == one.value
    assert other.tangent == pytest.approx(factor * one.tangent, rel=1e-9, abs=1e-12)


def test_operations_change_no_operand_and_make_python_floats():
    x, y = Dual(2, 5), Dual(3, 7)
    for out in (x + y, x - y, x * y, x / y, -x, x**2, x.exp(), x.relu(), x.sigmoid(), 1 - x):
        assert [type(part) for part in parts(out)] == [float, float]
    assert (parts(x), parts(y)) == ((2.0, 5.0), (3.0, 7.0))


NUMPY_NUMBERS = [np.float64(3), np.float32(3), np.int64(3), np.uint8(3), np.array(3.0)]


@pytest.mark.parametrize("number", NUMPY_NUMBERS, ids=lambda number: type(number).__name__)
def test_a_numpy_number_on_either_side(number):
    x = Dual(2, 5)
    right = [x + number, x - number, x * number, x / number, x**number]
    left = [number + x, number - x, number * x, number / x, number**x]
    assert all(type(part) is float for out in right + left for part in parts(out))
    assert [out.value for out in right] == pytest.approx([5, -1, 6, 2 / 3, 8])
    assert [out.tangent for out in right] == pytest.approx([5, 5, 15, 5 / 3, 60])
    assert [out.value for out in left] == pytest.approx([5, 1, 6, 1.5, 9])
    assert [out.tangent for out in left] == pytest.approx([5, -5, 15, -3.75, 45 * math.log(3)])


@pytest.mark.parametrize(
    ("exponent", "value", "slope"), [(0, 1.0, 0.0), (1, 0.0, 1.0), (2, 0.0, 0.0)]
)
def test_powers_of_0(exponent, value, slope):
    assert parts(Dual(0, 3) ** exponent) == (value, 3 * slope)


@given(x=POSITIVE, exponent=st.floats(-3, 3))
def test_powers_that_are_no_integers(x, exponent):
    slope = central_difference(lambda x: x**exponent, x)
    out = Dual(x, 2) ** exponent
    assert out.value == x**exponent
    assert out.tangent == pytest.approx(2 * slope, rel=1e-6, abs=1e-6)


def test_a_dual_as_exponent_is_refused_with_a_way_out():
    x, n = Dual(2, 1), Dual(3)
    with pytest.raises(TypeError, match=r"exponent is a Dual.*\(exponent \* x\.log\(\)\)\.exp\(\)"):
        x**n
    assert parts((n * x.log()).exp()) == pytest.approx((8, 12))


def test_relu_looks_at_the_value_and_not_at_the_tangent():
    assert parts(Dual(-2, 5).relu()) == (0.0, 0.0)
    assert parts(Dual(0, 5).relu()) == (0.0, 0.0)
    assert parts(Dual(3, -5).relu()) == (3.0, -5.0)


@pytest.mark.parametrize("x", [30, 710, 1e4, math.inf])
def test_sigmoid_and_tanh_of_large_numbers(x):
    assert parts(Dual(x, 1).sigmoid()) == pytest.approx((1, 0), abs=1e-12)
    assert parts(Dual(-x, 1).sigmoid()) == pytest.approx((0, 0), abs=1e-12)
    assert parts(Dual(x, 1).tanh()) == (1.0, 0.0)
    assert parts(Dual(-x, 1).tanh()) == (-1.0, 0.0)


@pytest.mark.parametrize("x", [Dual(2), 1j, "two", None])
def test_only_a_number_becomes_a_dual(x):
    with pytest.raises((TypeError, ValueError)):
        Dual(x)


def test_repr():
    assert repr(Dual(2, 5)) == "Dual(2.0, tangent=5.0)"


# derivatives


def test_seed_001_by_forward_mode():
    assert forward_gradient(lambda a, b, c: a * b + c, 2, 3, 10) == [3.0, 2.0, 1.0]
    assert forward_gradient(lambda a, b: a * b + a, 2, 3) == [4.0, 2.0]


def test_seed_002_by_forward_mode():
    assert forward_gradient(lambda x, y: (x + y) * x, 3, 2) == [8.0, 3.0]
    top = math.sqrt(math.pi / 2)
    assert forward_derivative(lambda x: (x**2).sin(), top) == pytest.approx(0, abs=1e-12)
    assert forward_gradient(lambda x, y, z: (x + y) * z, 2, 3, 4) == [4.0, 4.0, 5.0]


def test_one_pass_gives_the_derivative_by_one_argument():
    seen = []

    def f(x, y, z):
        seen.append([parts(x), parts(y), parts(z)])
        return x * y**2 * z

    args = [2.0, 3.0, 5.0]
    assert forward_derivative(f, *args, arg=1) == 60.0
    assert seen == [[(2.0, 0.0), (3.0, 1.0), (5.0, 0.0)]]
    assert forward_derivative(f, *args) == 45.0
    assert args == [2.0, 3.0, 5.0]


def test_a_gradient_takes_a_pass_for_each_argument():
    passes = []

    def f(*xs):
        passes.append([x.tangent for x in xs])
        return sum(x * x for x in xs)

    assert forward_gradient(f, 1, 2, 3, 4) == [2.0, 4.0, 6.0, 8.0]
    assert passes == np.eye(4).tolist()


def test_an_argument_that_does_not_matter_has_derivative_0():
    assert forward_gradient(lambda x, y: x * x, 3, 4) == [6.0, 0.0]


STEPS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / (y * y + 1),
    "3-": lambda x, y: 3 - x,
    "2/": lambda x, y: 2 / (x * x + 0.5),
    "**": lambda x, y: x**3,
    "sin": lambda x, y: x.sin(),
    "cos": lambda x, y: x.cos(),
    "exp": lambda x, y: x.tanh().exp(),
    "log": lambda x, y: (x * x + 0.5).log(),
    "relu": lambda x, y: x.relu(),
    "tanh": lambda x, y: x.tanh(),
    "sigmoid": lambda x, y: x.sigmoid(),
}
PROGRAM = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 99), st.integers(0, 99)),
    min_size=1,
    max_size=8,
)


def program(steps):
    """A function of any number of arguments: each step works on two of the numbers so far."""

    def f(*args):
        numbers = list(args)
        for name, i, j in steps:
            x, y = numbers[i % len(numbers)], numbers[j % len(numbers)]
            numbers.append(STEPS[name](x, y).tanh())  # keeps everything small
        return sum(numbers)

    return f


@given(PROGRAM, st.lists(NUMBER, min_size=1, max_size=4))
def test_both_directions_agree_on_random_programs(steps, args):
    f = program(steps)
    forward, reverse = forward_gradient(f, *args), reverse_gradient(f, *args)
    assert forward == pytest.approx(reverse, rel=1e-9, abs=1e-12)


# costs


def polynomial(*xs):
    return sum(x**2 + x for x in xs)


@pytest.mark.parametrize(
    ("f", "args", "operations"),
    [
        (lambda a, b, c: a * b + c, (2, 3, 10), 2),
        (lambda x, y: (x + y) * x, (3, 2), 2),
        (lambda x: (x**2).sin() + x, (2,), 3),
        (lambda x: x * x + x * x, (2,), 3),
        (lambda x: x, (2,), 0),
        (lambda x: x + 1, (2,), 1),
    ],
)
def test_operations_and_both_costs(f, args, operations):
    assert count_operations(f(*map(Value, args))) == operations
    assert forward_cost(f, *args) == len(args) * operations
    assert reverse_cost(f, *args) == 2 * operations


def test_a_shared_node_counts_once():
    root = Value(1)
    for _ in range(40):
        root = root + root
    assert count_operations(root) == 40


@pytest.mark.parametrize("n", [1, 2, 3, 10, 50])
def test_n_forward_passes_against_one_reverse(n):
    operations = 3 * n  # a square, a sum, and its addition to the total
    args = [0.5] * n
    assert forward_cost(polynomial, *args) == n * operations
    assert reverse_cost(polynomial, *args) == 2 * operations
    assert forward_cost(polynomial, *args) * 2 == reverse_cost(polynomial, *args) * n


def counted(monkeypatch, owner, names):
    """Count the calls of these members of a class in the list that is returned."""
    calls = []
    for name in names:
        original = getattr(owner, name)

        def member(*args, original=original, name=name):
            calls.append(name)
            return original(*args)

        monkeypatch.setattr(owner, name, member)
    return calls


def mixed(*xs):
    return (xs[0] * xs[-1]).sin() * 2 + sum((x**3).tanh() + x.exp() for x in xs[1:]) + 1


@pytest.mark.parametrize("f", [polynomial, mixed])
@pytest.mark.parametrize("n", [2, 5])
def test_forward_cost_is_what_dual_numbers_really_do(monkeypatch, f, n):
    calls = counted(monkeypatch, Dual, ["__add__", "__mul__", "__pow__", "sin", "tanh", "exp"])
    args = [0.5 + i for i in range(n)]
    forward_gradient(f, *args)
    assert len(calls) == forward_cost(f, *args)


@pytest.mark.parametrize("f", [polynomial, mixed])
@pytest.mark.parametrize("n", [2, 5])
def test_reverse_cost_is_what_values_really_do(f, n):
    steps = []

    def armed(node, closure):
        return lambda: (steps.append(node), closure())

    args = [0.5 + i for i in range(n)]
    root = f(*map(Value, args))
    seen = [root]
    for node in seen:
        seen.extend(parent for parent in node._prev if parent not in seen)
    made = [node for node in seen if node._prev]
    for node in made:
        node._backward = armed(node, node._backward)
    root.backward()
    assert len(made) + len(steps) == reverse_cost(f, *args)
