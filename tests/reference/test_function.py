"""Function: what it records, and what it makes of a backward's answer."""

import itertools

import gradloom as gl
import numpy as np
import pytest
from gradloom import Function, Tensor


class Swap(Function):
    """Two inputs, a list-like answer: used to look at `Function` itself."""

    def forward(self, a, b):
        assert type(a) is np.ndarray
        assert type(b) is np.ndarray
        return b - a

    def backward(self, out_grad, node):
        return None, out_grad


def test_a_call_records_only_where_a_gradient_is_needed():
    for a, b in itertools.product([False, True], repeat=2):
        op, x, y = Swap(), Tensor([1.0], requires_grad=a), Tensor([2.0], requires_grad=b)
        out = op(x, y)
        assert out.requires_grad == (a or b)
        assert out._op is (op if a or b else None)
        assert len(out._inputs) == (2 if a or b else 0)
        assert all(one is other for one, other in zip(out._inputs, (x, y), strict=False))


def test_gradients_are_a_tuple_with_none_kept():
    x, y = Tensor([1.0], requires_grad=True), Tensor(np.ones((2, 3)), requires_grad=True)
    out = Swap()(x, y)
    none, grad = out._op.gradients(Tensor(np.ones((2, 3))), out)
    assert none is None
    assert grad.shape == (2, 3)
    out = gl.negate(x)
    assert isinstance(out._op.gradients(Tensor([1.0]), out), tuple)


def test_too_few_gradients_are_an_error():
    class Short(Swap):
        def backward(self, out_grad, node):
            return out_grad

    out = Short()(Tensor([1.0], requires_grad=True), Tensor([2.0], requires_grad=True))
    with pytest.raises(ValueError, match="zip"):
        out.backward()


def test_a_forward_that_returns_a_tensor_is_told_so():
    class Wrong(Function):
        def forward(self, a):
            return Tensor(a)

    with pytest.raises(TypeError, match="arrays"):
        Wrong()(Tensor([1.0]))


def test_an_unfinished_operation_says_what_is_missing():
    class Empty(Function):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        Empty()(Tensor([1.0]))
