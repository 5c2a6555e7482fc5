"""Optimizers against recurrences worked out by hand, and what a step must leave alone."""

import math

import numpy as np
import pytest
from gradloom import Tensor
from gradloom.nn import Parameter
from gradloom.optim import SGD, Adam, Optimizer, clip_grad_norm
from hypothesis import given
from hypothesis import strategies as st

OPTIMIZERS = {
    "sgd": lambda ps: SGD(ps, 0.1),
    "momentum": lambda ps: SGD(ps, 0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda ps: Adam(ps, 0.1),
}
each_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)


def parameter(*entries, grad=None, dtype=np.float64):
    made = Parameter(np.array(entries, dtype))
    made.grad = None if grad is None else Tensor(np.array(grad, dtype))
    return made


def trace(optimizer, p, grads):
    """Where `p` is after each step."""
    places = []
    for grad in grads:
        p.grad = Tensor(np.array(grad))
        optimizer.step()
        places.append(p.data.tolist())
    return places


def test_sgd_goes_against_the_gradient():
    p = parameter(1.0, -2.0)
    assert trace(SGD([p], lr=0.5), p, [[2.0, 4.0], [0.0, -4.0]]) == [[0.0, -4.0], [0.0, -2.0]]


def test_momentum_by_hand():
    # velocities 1, 1.5, 0.75 + 2
    p = parameter(0.0)
    places = trace(SGD([p], lr=1.0, momentum=0.5), p, [[1.0], [1.0], [2.0]])
    assert places == [[-1.0], [-2.5], [-5.25]]


def test_without_momentum_a_velocity_forgets():
    p = parameter(0.0)
    sgd = SGD([p], lr=1.0)
    assert trace(sgd, p, [[np.inf], [2.0]]) == [[-np.inf], [-np.inf]]
    assert sgd.velocities[0].tolist() == [2.0]
    assert not np.shares_memory(sgd.velocities[0], p.grad.data)


def test_weight_decay_by_hand():
    # gradients 0 + 0.5 * 8, then 1 + 0.5 * 6
    p = parameter(8.0)
    assert trace(SGD([p], lr=0.5, weight_decay=0.5), p, [[0.0], [1.0]]) == [[6.0], [4.0]]


def test_momentum_carries_weight_decay_along():
    # velocities 0.5 * 4 = 2, then 0.5 * 2 + 0.5 * 2 = 2
    p = parameter(4.0)
    sgd = SGD([p], lr=1.0, momentum=0.5, weight_decay=0.5)
    assert trace(sgd, p, [[0.0], [0.0]]) == [[2.0], [0.0]]


@given(
    lr=st.floats(1e-3, 1),
    momentum=st.floats(0, 0.95),
    grads=st.lists(st.floats(-10, 10), min_size=1, max_size=8),
)
def test_momentum_in_closed_form(lr, momentum, grads):
    """A gradient moves the parameter at each later step, weaker by `momentum` each time."""
    p = parameter(3.0)
    ((place,),) = trace(SGD([p], lr, momentum), p, [[g] for g in grads])[-1:]
    moves = [sum(momentum**k for k in range(len(grads) - i)) for i in range(len(grads))]
    assert place == pytest.approx(3 - lr * np.dot(moves, grads), rel=1e-9, abs=1e-9)


def test_adam_by_hand():
    # step 1: m = 0.5 and v = 0.25, both corrected to 1, so the move is 1 / (1 + 1)
    # step 2: m = -1.25 / 0.75 = -5/3, v = 2.4375 / 0.4375 = 39/7
    p = parameter(0.0)
    adam = Adam([p], lr=1.0, betas=(0.5, 0.75), eps=1.0)
    first, second = trace(adam, p, [[1.0], [-3.0]])
    assert first == [-0.5]
    assert second == pytest.approx([-0.5 + (5 / 3) / (math.sqrt(39 / 7) + 1)])
    assert adam.t == 2


@given(scale=st.floats(1e-3, 1e3), sign=st.sampled_from([-1, 1]), lr=st.floats(1e-3, 1))
def test_the_first_step_of_adam_is_as_long_as_the_learning_rate(scale, sign, lr):
    p = parameter(0.0)
    assert trace(Adam([p], lr), p, [[sign * scale]])[0] == pytest.approx([-sign * lr], rel=1e-4)


def test_adam_with_a_constant_gradient_walks_in_equal_steps():
    """Corrected means of a constant are that constant."""
    p = parameter(0.0)
    places = np.ravel(trace(Adam([p], lr=0.1), p, [[4.0]] * 20))
    np.testing.assert_allclose(places, -0.1 * np.arange(1, 21), rtol=1e-6)


def test_adam_follows_the_paper_over_many_steps_and_parameters():
    rng = np.random.default_rng(0)
    grads = rng.normal(size=(30, 2, 3))
    a, b = parameter(0.0, 0.0, 0.0), parameter(0.0, 0.0, 0.0)
    adam = Adam([a, b])
    m = v = np.zeros((2, 3))
    theta = np.zeros((2, 3))
    for t, g in enumerate(grads, start=1):
        a.grad, b.grad = map(Tensor, g)
        adam.step()
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta = theta - 0.001 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose([a.data, b.data], theta, rtol=1e-9)


@each_optimizer
def test_a_step_writes_in_place_and_keeps_dtype_and_gradient(make):
    p = parameter(1.0, 2.0, grad=[0.5, -0.5], dtype=np.float32)
    array, grad = p.data, p.grad
    make([p]).step()
    assert p.data is array
    assert p.dtype == np.float32
    assert not np.array_equal(array, [1, 2])
    assert p.is_leaf
    assert p.requires_grad
    assert p.grad is grad
    np.testing.assert_array_equal(grad.data, [0.5, -0.5])


@each_optimizer
def test_learning_rates_may_be_numpy_numbers(make):
    p = parameter(1.0, grad=[1.0], dtype=np.float32)
    optimizer = make([p])
    optimizer.lr = np.float64(0.1)
    optimizer.step()
    assert p.dtype == np.float32


@each_optimizer
@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (2, 3)])
def test_parameters_of_any_shape(make, shape):
    p = Parameter(np.ones(shape))
    p.grad = Tensor(np.ones(shape))
    make([p]).step()
    assert p.shape == shape
    assert (p.data < 1).all()


@each_optimizer
def test_parameters_without_a_gradient_stay(make):
    p, idle = parameter(1.0, grad=[1.0]), parameter(5.0)
    optimizer = make([idle, p])
    optimizer.step()
    optimizer.step()
    assert idle.data == [5.0]
    assert p.data < 1


@each_optimizer
def test_a_step_makes_recorded_graphs_unusable(make):
    p = parameter(3.0)
    y = p * p
    y.backward()
    make([p]).step()
    with pytest.raises(RuntimeError, match="assigned"):
        y.backward()


@each_optimizer
def test_zero_grad(make):
    p, idle = parameter(1.0, grad=[1.0]), parameter(5.0)
    make([p, idle]).zero_grad()
    assert p.grad is idle.grad is None


@each_optimizer
def test_a_parameter_given_twice_moves_once(make):
    once, twice = parameter(1.0, grad=[1.0]), parameter(1.0, grad=[1.0])
    make(p for p in [once]).step()
    make([twice, twice]).step()
    assert once.data == twice.data


def test_there_must_be_parameters():
    with pytest.raises(ValueError, match=r"model\.parameters\(\)"):
        SGD([], 0.1)


def test_an_optimizer_without_a_rule():
    with pytest.raises(NotImplementedError, match="Optimizer has no step"):
        Optimizer([parameter(1.0)], 0.1).step()


@each_optimizer
def test_the_bottom_of_a_parabola_is_found(make):
    p = parameter(3.0, -2.0)
    optimizer = make([p])
    for _ in range(300):
        optimizer.zero_grad()
        ((p - [1.0, 0.5]) ** 2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(p.data, [1, 0.5], atol=0.02)


# Clipping


def test_clipping_by_hand():
    a, b, idle = parameter(0.0, grad=[3.0]), parameter(0.0, 0.0, grad=[0.0, 4.0]), parameter(0.0)
    assert clip_grad_norm([a, idle, b], max_norm=1.0) == 5
    np.testing.assert_allclose(a.grad.data, [0.6])
    np.testing.assert_allclose(b.grad.data, [0, 0.8])
    assert idle.grad is None


@given(
    grads=st.lists(st.lists(st.floats(-(2.0**66), 2.0**66, width=32), min_size=1), max_size=4),
    max_norm=st.floats(1e-3, 1e3),
)
def test_clipping_keeps_directions_and_shortens_only_what_is_too_long(grads, max_norm):
    parameters = [parameter(*grad, grad=grad, dtype=np.float32) for grad in grads]
    before = np.array([g for grad in grads for g in grad])
    norm = clip_grad_norm(iter(parameters), max_norm)
    after = np.array([g for p in parameters for g in p.grad.data.tolist()])
    assert norm == pytest.approx(np.sqrt(np.sum(before**2)))
    np.testing.assert_allclose(after, before * min(1, max_norm / (norm or 1)), 1e-4, 1e-30)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_a_norm_that_is_not_finite_is_reported_and_not_spread(bad):
    p = parameter(0.0, 0.0, grad=[1.0, bad])
    assert not math.isfinite(clip_grad_norm([p], 1.0))
    np.testing.assert_array_equal(p.grad.data, [1.0, bad])
