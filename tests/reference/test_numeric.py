"""Derivatives by nudging, and the checks: they must catch what is wrong and pass what is right."""

import re

import numpy as np
import pytest
from gradloom import (
    Function,
    Tensor,
    central_difference,
    check_gradients,
    gradcheck,
    numeric_gradient,
)


def test_central_difference_of_a_cubic_is_exact_to_the_square_of_eps():
    slope = central_difference(lambda x: x**3, 2.0, eps=1e-3)
    assert slope == pytest.approx(12 + 1e-6, abs=1e-9)


def test_central_difference_of_any_argument_calls_twice_and_changes_nothing():
    calls = []

    def f(*vals):
        calls.append(vals)
        return vals[0] * vals[1] ** 2

    vals = [3, 5, 7]
    assert central_difference(f, *vals, arg=1) == pytest.approx(30)
    assert len(calls) == 2
    assert {call[0::2] for call in calls} == {(3, 7)}
    assert vals == [3, 5, 7]


def test_numeric_gradient_couples_rows_and_leaves_x_alone():
    x = np.arange(6.0).reshape(2, 3)
    before = x.copy()
    gradient = numeric_gradient(lambda x: (x[0] * x[1]).sum(), x)
    np.testing.assert_allclose(gradient, x[::-1], atol=1e-8)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("x", [np.array([1, 2]), [1, 2], np.array(3), np.zeros((0, 2))])
def test_numeric_gradient_of_integers_numbers_and_nothing(x):
    gradient = numeric_gradient(lambda x: np.asarray((x**2).sum()), x)
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, 2 * np.asarray(x), atol=1e-8)


def f(x, y):
    return (x**2).sum() * 1000 + (x[0] * y).sum() + 0 * y[0]


X, Y = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([0.5, 0.25])
GRADS = [2000 * X + np.array([[0.5, 0.25], [0, 0]]), X[0]]


def test_gradcheck_accepts_right_gradients():
    assert gradcheck(f, [X, Y], GRADS) == (True, "all gradients agree")
    ok, _ = gradcheck(lambda x: 0 * x.sum(), [X], [np.zeros_like(X)])
    assert ok
    ok, _ = gradcheck(lambda x: 1e6 * x.sum(), [X], [np.full_like(X, 1e6)])
    assert ok


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda a, b: (a, b + np.array([1e-3, 0])), r"argument 1: 1 of 2 .* entry \(0,\)"),
        (lambda a, b: (a, b + np.array([1, -1])), "argument 1: 2 of 2"),
        (lambda a, b: (a * 1.001, b), "argument 0"),
        (lambda a, b: (a, b[:, None]), r"shape \(2, 1\) instead of \(2,\)"),
        (lambda a, b: (a, b * np.nan), "nan instead of 1, the gradient is not finite"),
        (lambda a, b: (a, b * np.inf), "inf instead of 1, the gradient is not finite"),
        (lambda a, b: (a, b + np.array([0, np.nan])), r"1 of 2 .* entry \(1,\): nan"),
        (lambda a, b: (0 * a, 0 * b), r"argument 0: 4 of 4 .*\nargument 1"),
    ],
)
def test_gradcheck_names_what_is_off(spoil, words):
    ok, report = gradcheck(f, [X, Y], spoil(*GRADS))
    assert ok is False
    assert re.search(words, report)


@pytest.mark.parametrize(
    ("f", "x", "grad", "words"),
    [
        (lambda x: x.sum(), np.inf, np.inf, ["value of f is inf", "inf instead of nan, f is not"]),
        (lambda x: (x - x / x).sum(), 0.0, 1.0, ["the value of f is nan"]),
        (lambda x: np.log(x).sum(), 0.0, np.inf, ["value of f is -inf", "inf instead of nan"]),
        (lambda x: np.where(x > 0, np.inf, 0).sum(), 0.0, np.inf, ["inf instead of inf, f is not"]),
        (lambda x: np.sqrt(x).sum(), -1.0, 0.5, ["value of f is nan", "0.5 instead of nan"]),
    ],
)
def test_gradcheck_names_nan_and_infinity(f, x, grad, words):
    with np.errstate(all="ignore"):
        ok, report = gradcheck(f, [np.array([x])], [np.array([grad])])
    assert not ok
    assert all(word in report for word in words), report


def test_check_gradients_names_nan():
    x = Tensor([4.0, -1.0])
    with np.errstate(invalid="ignore"), pytest.raises(AssertionError, match="value of f is nan"):
        check_gradients(lambda x: x.sqrt(), x)


def test_gradcheck_uses_its_tolerances():
    near = [GRADS[0], GRADS[1] + 0.01]
    assert not gradcheck(f, [X, Y], near)[0]
    assert gradcheck(f, [X, Y], near, atol=0.1)[0]
    assert gradcheck(f, [X, Y], near, rtol=0.1)[0]


class Square(Function):
    factor, second = 2, True

    def forward(self, a):
        return a * a

    def backward(self, out_grad, node):
        a = node._inputs[0]
        return out_grad * self.factor * (a if self.second else a.detach())


def test_check_gradients_accepts_both_orders_and_leaves_no_trace():
    x = Tensor([[1.0, -2.0]], requires_grad=True)
    check_gradients(lambda x: Square()(x), x, order=2)
    assert x.grad is None


def test_check_gradients_of_a_function_that_ignores_an_argument():
    check_gradients(lambda x, y: x * 2, Tensor([1.0]), Tensor([1.0, 2.0]), order=2)
    check_gradients(lambda x: Tensor([1.0]), Tensor([1.0]), order=2)


def test_check_gradients_reports_a_wrong_first_order():
    class Wrong(Square):
        factor = 2.01

    with pytest.raises(AssertionError, match=r"order 1 .*\n.*argument 1: 2 of 2 entries"):
        check_gradients(lambda x, y: x + Wrong()(y), Tensor([1.0, 2.0]), Tensor([1.0, 2.0]))


def test_check_gradients_reports_a_wrong_second_order():
    class Wrong(Square):
        second = False

    check_gradients(lambda x: Wrong()(x), Tensor([1.0, 2.0]))
    with pytest.raises(AssertionError, match="order 2"):
        check_gradients(lambda x: Wrong()(x), Tensor([1.0, 2.0]), order=2)
