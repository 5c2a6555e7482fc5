"""Operations that move, repeat, pick and sum entries, and the matrix product."""

import copy
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from .arrays import Axes, NDArray
from .function import Function, Gradients, as_tensors
from .tensor import Operand, Tensor

Shape: TypeAlias = Sequence[int]


class Reshape(Function):
    """The same entries, in the same order, in another shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def forward(self, a: NDArray) -> NDArray:
        """Returns the entries of a in the shape `self.shape`, in which one length may be -1."""
        return np.reshape(a, self.shape)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the new shape; returns the gradient of a, in the shape of a."""
        return reshape(out_grad, node._inputs[0].shape)


class Transpose(Function):
    """The axes in another order: at each place the old axis; None swaps the last two."""

    def __init__(self, axes: Shape | None = None) -> None:
        self.axes = axes

    def forward(self, a: NDArray) -> NDArray:
        """Returns a view of a with its axes in the new order."""
        if self.axes is None and a.ndim > 1:
            return np.swapaxes(a, -1, -2)
        return np.transpose(a, self.axes)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the axes in the new order; returns the gradient of a, in the old one.

        `self.axes` is None, or a sequence with one entry per axis, some perhaps negative.
        """
        if self.axes is None:
            return transpose(out_grad)
        places = np.argsort([axis % out_grad.ndim for axis in self.axes])
        return transpose(out_grad, tuple(places.tolist()))


class Summation(Function):
    """The sum along `axes`: None for all of them, a number, or a tuple."""

    def __init__(self, axes: Axes = None, keepdims: bool = False) -> None:
        self.axes = tuple(axes) if isinstance(axes, list) else axes
        self.keepdims = keepdims

    def forward(self, a: NDArray) -> NDArray:
        """Returns the sums along `self.axes`, which vanish, or stay as 1 with `self.keepdims`."""
        return np.sum(a, axis=self.axes, keepdims=self.keepdims)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the shape of the sums; returns the gradient of a, in the shape of a.

        `self.axes` is None, a number or a tuple in any order; axes may be negative.
        """
        shape = node._inputs[0].shape
        axes = range(len(shape)) if self.axes is None else np.atleast_1d(self.axes)
        summed = [axis % len(shape) for axis in axes]
        kept = tuple(1 if axis in summed else n for axis, n in enumerate(shape))
        return broadcast_to(reshape(out_grad, kept), shape)


class BroadcastTo(Function):
    """The array repeated along new axes in front and along axes of length 1."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def forward(self, a: NDArray) -> NDArray:
        """Returns a read-only view of a in the shape `self.shape`."""
        return np.broadcast_to(a, self.shape)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the shape `self.shape`; returns the gradient of a, in the shape of a."""
        return sum_to(out_grad, node._inputs[0].shape)


def unbroadcast(grad: NDArray, shape: Shape) -> NDArray:
    """Undo, for a gradient, the broadcast of an array of `shape` to the shape of `grad`.

    `grad` is an array. Returns an array of `shape`, in which each entry has the sum of all entries
    of `grad` that its copies received.
    """
    extra = grad.ndim - len(shape)
    stretched = [extra + axis for axis, n in enumerate(shape) if n == 1]
    return grad.sum(axis=(*range(extra), *stretched)).reshape(shape)


class SumTo(Function):
    """The sum over all that a broadcast from `shape` repeats."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def forward(self, a: NDArray) -> NDArray:
        """Returns an array of the shape `self.shape`."""
        return unbroadcast(a, self.shape)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the shape `self.shape`; returns the gradient of a, in the shape of a."""
        return broadcast_to(out_grad, node._inputs[0].shape)


class MatMul(Function):
    """a @ b: matrices, vectors, or stacks of matrices that broadcast."""

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Arrays (..., m, n) and (..., n, p), or (n,) in place of either; returns the product."""
        return np.matmul(a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b.

        For stacks each has the leading axes of `out_grad`: `gradients` sums them where needed.
        """
        a, b = node._inputs
        rows = a if a.ndim > 1 else a[None, :]
        columns = b if b.ndim > 1 else b[:, None]
        grad = out_grad if b.ndim > 1 else out_grad[..., None]
        grad = grad if a.ndim > 1 else grad[..., None, :]
        grad_a = grad @ transpose(columns)
        grad_b = transpose(rows) @ grad
        return (
            grad_a if a.ndim > 1 else grad_a[..., 0, :],
            grad_b if b.ndim > 1 else grad_b[..., 0],
        )


class GetItem(Function):
    """a[index], for every index that NumPy knows."""

    def __init__(self, index: Any) -> None:
        self.index = copy.deepcopy(index)  # the caller may go on changing an array in it

    def forward(self, a: NDArray) -> NDArray:
        return a[self.index]

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        return PutItem(self.index, node._inputs[0].shape)(out_grad)


class PutItem(Function):
    """Zeros of `shape` with the entries of a added at `index`, as often as it names a place."""

    def __init__(self, index: Any, shape: Shape) -> None:
        self.index, self.shape = index, shape

    def forward(self, a: NDArray) -> NDArray:
        out = np.zeros(self.shape, a.dtype)
        np.add.at(out, self.index, a)
        return out

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        return out_grad[self.index]


class Clone(Function):
    """The same values in an array of their own."""

    def forward(self, a: NDArray) -> NDArray:
        return np.array(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        return out_grad


class Cast(Function):
    """The same values in another floating dtype."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = dtype

    def forward(self, a: NDArray) -> NDArray:
        return a.astype(self.dtype)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        return out_grad.astype(node._inputs[0].dtype)


def reshape(a: Operand, shape: Shape) -> Tensor:
    return Reshape(shape)(a)


def transpose(a: Operand, axes: Shape | None = None) -> Tensor:
    return Transpose(axes)(a)


def summation(a: Operand, axes: Axes = None, keepdims: bool = False) -> Tensor:
    return Summation(axes, keepdims)(a)


def mean(a: Operand, axes: Axes = None, keepdims: bool = False) -> Tensor:
    """The mean along `axes`: None for all of them, a number, or a tuple."""
    (a,) = as_tensors((a,))
    total = summation(a, axes, keepdims)
    return total / (a.size / max(total.size, 1))


def broadcast_to(a: Operand, shape: Shape) -> Tensor:
    return BroadcastTo(shape)(a)


def sum_to(a: Operand, shape: Shape) -> Tensor:
    """Undo a broadcast of a tensor from `shape`; `a` itself if it has that shape."""
    (a,) = as_tensors((a,))
    return a if a.shape == tuple(shape) else SumTo(shape)(a)


def matmul(a: Operand, b: Operand) -> Tensor:
    return MatMul()(a, b)
