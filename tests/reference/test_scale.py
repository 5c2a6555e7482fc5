"""Long chains, wide sums, long trainings: time stays linear, memory and recursion stay flat."""

import gc
import sys
import tracemalloc
import weakref
from contextlib import contextmanager

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor, engine, nn, optim

MILLION = 1_000_000


@contextmanager
def collector_off():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.fixture
def x():
    return Tensor(np.ones(1), requires_grad=True)


def test_a_chain_of_a_million_goes_forward_back_and_away(x):
    assert sys.getrecursionlimit() <= 3000  # pytest's own default may be a little above 1000
    one = Tensor(np.ones(1))
    y = x
    with collector_off():
        for _ in range(MILLION):
            y = y + one
        y.backward()
        last = weakref.ref(y)
        del y
    assert x.grad.item() == 1.0
    assert last() is None


def test_one_tensor_used_a_million_times(x):
    y = x
    with collector_off():
        for _ in range(MILLION - 1):
            y = y + x
        y.backward()
    assert x.grad.item() == MILLION


def test_sixty_doublings_are_sixty_steps(x):
    y = x
    for _ in range(60):
        y = y + y
    assert len(list(engine.backpropagate(y, Tensor(np.ones(1))))) == 61
    y.backward()
    assert x.grad.item() == 2.0**60


def training():
    """A step of training, as a function."""
    rng = np.random.default_rng(0)
    inputs, labels = Tensor(rng.random((32, 8))), rng.integers(0, 3, 32)
    model = nn.MLP([8, 16, 3], seed=0)
    optimizer = optim.Adam(model.parameters())

    def step():
        optimizer.zero_grad()
        loss = gl.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()

    return step


def test_training_does_not_grow_memory_without_the_cyclic_collector():
    step = training()
    with collector_off():
        for _ in range(10):
            step()
        tracemalloc.start()
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            step()
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    assert after - before < 2000


def test_an_intermediate_dies_with_the_loss(x):
    with collector_off():
        hidden = x * x
        loss = (hidden * hidden).sum()
        loss.backward()
        gone = weakref.ref(hidden)
        del hidden
        assert gone() is not None
        del loss
        assert gone() is None


def test_a_backward_that_returns_the_wrong_shape_is_named():
    class Turns(gl.Function):
        def forward(self, a):
            return a.copy()

        def backward(self, out_grad, node):
            return out_grad.T

    matrix = Tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(ValueError, match=r"\(3, 2\) cannot belong to an input of shape \(2, 3\)"):
        Turns()(matrix).sum().backward()


def test_nan_and_infinity_pass_through(x):
    y = (x * np.array([np.nan, np.inf, 2.0])).sum()
    y.backward()
    assert np.isnan(x.grad.item())
    ok, report = gl.gradcheck(lambda a: float((a * np.inf).sum()), [np.ones(2)], [np.ones(2)])
    assert not ok
    assert "inf" in report.lower() or "nan" in report.lower()
