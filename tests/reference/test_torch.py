"""The table of operations once more, beside PyTorch in float64; `make test-torch` installs it."""

import operator
from types import SimpleNamespace

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor, shapes
from gradloom.functional import grad
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")


def reduction(f):
    """PyTorch sums over every axis where it is given none; here () is no axis."""

    def reduce(x, axes=None, keepdims=False):
        axes = tuple(range(x.ndim)) if axes is None else axes
        return x * 1 if axes == () else f(x, dim=axes, keepdim=keepdims)

    return reduce


def transpose(x, axes=None):
    if axes is None:
        return x.mT if x.ndim > 1 else x
    return x.permute(axes)


TORCH = SimpleNamespace(
    **vars(torch)
    | {
        "array": lambda x: torch.from_numpy(np.array(x)),
        "power": torch.pow,
        "negate": torch.neg,
        "summation": reduction(torch.sum),
        "mean": reduction(torch.mean),
        "amax": reduction(torch.amax),
        "transpose": transpose,
        "logsumexp": reduction(torch.logsumexp),
        "linear": lambda x, weight, bias: x @ weight + bias,
        "sum_to": torch.Tensor.sum_to_size,
        "add_scalar": operator.add,
        "mul_scalar": operator.mul,
        "div_scalar": operator.truediv,
        "power_scalar": operator.pow,
    }
)


def by_gradloom(f, arrays, cotangents):
    """The value, the gradients, and the gradients of the gradients, weighed by `cotangents`."""
    xs = [Tensor(array, requires_grad=True) for array in arrays]
    weigh = [Tensor(c, requires_grad=True) for c in cotangents]
    out = f(*xs)
    first = grad(out, xs, weigh[0], create_graph=True)
    total = sum((a * b).sum() for a, b in zip(first, weigh[1:], strict=True))
    return [t.data for t in (out, *first, *grad(total, [*xs, *weigh]))]


def by_torch(f, arrays, cotangents):
    xs = [torch.tensor(array, requires_grad=True) for array in arrays]
    weigh = [torch.tensor(c, requires_grad=True) for c in cotangents]
    out = f(*xs)
    first = torch.autograd.grad(out, xs, weigh[0], create_graph=True, materialize_grads=True)
    total = sum((a * b).sum() for a, b in zip(first, weigh[1:], strict=True))
    second = torch.autograd.grad(total, [*xs, *weigh], materialize_grads=True)
    return [t.numpy(force=True) for t in (out, *first, *second)]


def assert_same(f, g, arrays):
    """`f` on tensors and `g` on PyTorch's agree to 1e-10 in value, first and second gradients."""
    rng = np.random.default_rng(3)
    shape = f(*map(Tensor, arrays)).shape
    cotangents = [np.asarray(rng.normal(size=s)) for s in (shape, *(a.shape for a in arrays))]
    ours, theirs = by_gradloom(f, arrays, cotangents), by_torch(g, arrays, cotangents)
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


def test_every_row(row):
    assert_same(row.on_tensors, lambda *xs: row.f(TORCH, *xs), row.arrays())


@given(data=st.data())
@settings(deadline=None)
def test_random_shapes_and_axes(family, data):
    test_every_row(data.draw(family))


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_ties_of_max(axis):
    x = np.array([[1.0, 3.0, 3.0], [3.0, 2.0, 2.0]])
    theirs = reduction(torch.amax)
    assert_same(lambda x: shapes.amax(x, axis), lambda x: theirs(x, axis), [x])


def test_ties_of_maximum():
    x, y = np.array([1.0, 2.0, 3.0, -np.inf]), np.array([3.0, 2.0, 1.0, -np.inf])
    assert_same(gl.maximum, torch.maximum, [x, y])


@pytest.mark.parametrize(("f", "g"), [(gl.relu, torch.relu), (abs, torch.abs)])
def test_kinks(f, g):
    assert_same(f, g, [np.array([-1.0, 0.0, 1.0])])
