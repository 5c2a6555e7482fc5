"""Operations that move, repeat, pick and sum entries, and the matrix product."""

import copy
import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from types import EllipsisType, NoneType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .arrays import Axes, NDArray, Shape
from .function import Function, Gradients, as_tensors
from .selection import where
from .tensor import Operand, Tensor


class Reshape(Function):
    """The same entries, in the same order, in another shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def forward(self, a: NDArray) -> NDArray:
        """Returns the entries of a in the shape `self.shape`, in which one length may be -1."""
        return a.reshape(self.shape)

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
            return a.swapaxes(-1, -2)
        return a.transpose(self.axes)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the axes in the new order; returns the gradient of a, in the old one.

        `self.axes` is None, or a sequence with one entry per axis, some perhaps negative.
        """
        if self.axes is None:
            return transpose(out_grad)
        places = np.argsort([axis % out_grad.ndim for axis in self.axes])
        return transpose(out_grad, tuple(places.tolist()))


def _without_lists(axes: Axes) -> int | tuple[int, ...] | None:
    """NumPy takes a tuple of axes, but no list."""
    return tuple(axes) if isinstance(axes, Sequence) else axes


class Summation(Function):
    """The sum along `axes`: None for all of them, a number, or a tuple."""

    def __init__(self, axes: Axes = None, keepdims: bool = False) -> None:
        self.axes = _without_lists(axes)
        self.keepdims = keepdims

    def forward(self, a: NDArray) -> NDArray:
        """Returns the sums along `self.axes`, which vanish, or stay as 1 with `self.keepdims`."""
        return a.sum(axis=self.axes, keepdims=self.keepdims)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the shape of the sums; returns the gradient of a, in the shape of a.

        `self.axes` is None, a number or a tuple in any order; axes may be negative.
        """
        shape = node._inputs[0].shape
        if self.axes is None:
            return broadcast_to(out_grad, shape)
        kept = list(shape)
        for axis in self.axes if isinstance(self.axes, tuple) else [self.axes]:
            kept[axis] = 1
        return broadcast_to(reshape(out_grad, kept), shape)


class Max(Function):
    """The largest entry along `axes`: None for all of them, a number, or a tuple.

    Entries that tie for the largest share its gradient equally; a NaN counts as the largest.
    """

    def __init__(self, axes: Axes = None, keepdims: bool = False) -> None:
        self.axes = _without_lists(axes)
        self.keepdims = keepdims

    def forward(self, a: NDArray) -> NDArray:
        """Returns the largest entries along `self.axes`, which vanish, or stay as 1."""
        return a.max(axis=self.axes, keepdims=self.keepdims)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the shape of the result; returns the gradient of a, in the shape of a."""
        a = node._inputs[0].data
        picked = (a == a.max(axis=self.axes, keepdims=True)) | np.isnan(a)
        ties = picked.sum(axis=self.axes, keepdims=True)
        return where(picked, reshape(out_grad, ties.shape) / ties, 0)


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


@lru_cache
def _broadcasts(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    """Whether an array of shape `small` can be broadcast to `large`."""
    pairs = zip(reversed(small), reversed(large), strict=False)
    return len(small) <= len(large) and all(n in (1, m) for n, m in pairs)


class SumTo(Function):
    """The sum over all that a broadcast from `shape` repeats."""

    def __init__(self, shape: Shape) -> None:
        self.shape = tuple(shape)

    def forward(self, a: NDArray) -> NDArray:
        """Returns an array of the shape `self.shape`; ValueError if it does not broadcast to a."""
        if not _broadcasts(self.shape, a.shape):
            raise ValueError(
                f"a gradient of shape {a.shape} cannot belong to an input of shape {self.shape}, "
                "which does not broadcast to it: look at what backward returns for that input"
            )
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
        """Returns the gradients of a and b; None for one that needs no gradient.

        For stacks each has the leading axes of `out_grad`: `gradients` sums them where needed.
        """
        a, b = node._inputs
        rows, columns, grad = a, b, out_grad
        if b.ndim == 1:
            columns, grad = b[:, None], grad[..., None]
        if a.ndim == 1:
            rows, grad = a[None, :], grad[..., None, :]
        grad_a = grad @ transpose(columns) if a.requires_grad else None
        grad_b = transpose(rows) @ grad if b.requires_grad else None
        if a.ndim == 1 and grad_a is not None:
            grad_a = grad_a[..., 0, :]
        if b.ndim == 1 and grad_b is not None:
            grad_b = grad_b[..., 0]
        return grad_a, grad_b


class Affine(Function):
    """x @ weight + bias, in one array: what a layer computes."""

    def forward(self, x: NDArray, weight: NDArray, bias: NDArray) -> NDArray:
        """Arrays (..., n), (n, p) and (p,); returns (..., p), a new array."""
        out: NDArray = np.matmul(x, weight)
        return np.add(out, bias, out=out, casting="same_kind")

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of x, weight and bias; `gradients` sums them where needed."""
        product = Tensor._wrap(node.data)  # stands for x @ weight, whose rule holds for them
        product._inputs = node._inputs[:2]
        return (*MatMul().backward(out_grad, product), out_grad)


class GetItem(Function):
    """a[index], for every index that NumPy knows; an array in it may hold bools."""

    def __init__(self, index: Any) -> None:
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, Tensor) for part in parts):
            raise TypeError(
                "a tensor holds floats and cannot be an index; use an array of integers or bools, "
                "for example index.data.astype(int) or index.data > 0"
            )
        self.index = copy.deepcopy(index)  # the caller may go on changing an array in it

    def forward(self, a: NDArray) -> NDArray:
        """Returns the picked entries, a new array or a view."""
        return a[self.index]

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the shape of the result; returns the gradient of a, in the shape of a."""
        return PutItem(self.index, node._inputs[0].shape)(out_grad)


def _names_no_place_twice(index: Any) -> bool:
    """Whether `index` is certain to: numbers and slices are, arrays and lists may repeat."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, int | slice | EllipsisType | NoneType) for part in parts)


class PutItem(Function):
    """Zeros of `shape` with the entries of a added at `index`, as often as it names a place."""

    def __init__(self, index: Any, shape: Shape) -> None:
        self.index, self.shape = index, shape

    def forward(self, a: NDArray) -> NDArray:
        """Returns an array of the shape `self.shape`."""
        out = np.zeros(self.shape, a.dtype)
        if _names_no_place_twice(self.index):
            out[self.index] = a
        else:
            np.add.at(out, self.index, a)  # 20 times slower
        return out

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """`out_grad` has the shape `self.shape`; returns the gradient of a, in the shape of a."""
        return out_grad[self.index]


class Concatenate(Function):
    """Arrays one after the other along an axis that they have; their other axes agree."""

    def __init__(self, axis: int = 0) -> None:
        self.axis = axis

    def forward(self, *arrays: NDArray) -> NDArray:
        """Returns a new array, along `self.axis` as long as all of them."""
        return np.concatenate(arrays, self.axis)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns one gradient an input, each in its shape."""
        before = (slice(None),) * (self.axis % node.ndim)
        lengths = [tensor.shape[self.axis] for tensor in node._inputs]
        ends = itertools.accumulate(lengths)
        return tuple(
            [out_grad[(*before, slice(end - n, end))] for end, n in zip(ends, lengths, strict=True)]
        )


class Stack(Function):
    """Arrays of one shape one after the other along a new axis, number `axis` of the result."""

    def __init__(self, axis: int = 0) -> None:
        self.axis = axis

    def forward(self, *arrays: NDArray) -> NDArray:
        """Returns a new array with one axis more."""
        return np.stack(arrays, self.axis)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns one gradient an input, each in its shape."""
        before = (slice(None),) * (self.axis % node.ndim)
        return tuple([out_grad[(*before, i)] for i in range(len(node._inputs))])


class Clone(Function):
    """The same values in an array of their own."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns a copy of a."""
        return a.copy()

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad


class Cast(Function):
    """The same values in another floating dtype."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = dtype

    def forward(self, a: NDArray) -> NDArray:
        """Returns a copy of a in the dtype `self.dtype`."""
        return a.astype(self.dtype)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, in the dtype of a."""
        return out_grad.astype(node._inputs[0].dtype)


def reshape(a: Operand, shape: Shape) -> Tensor:
    """The entries of a, in the same order, in another `shape`; one length may be -1."""
    return Reshape(shape)(a)


def transpose(a: Operand, axes: Shape | None = None) -> Tensor:
    """The axes of a in another order; without `axes`, the last two swap."""
    return Transpose(axes)(a)


def summation(a: Operand, axes: Axes = None, keepdims: bool = False) -> Tensor:
    """The sum along `axes`: None for all of them, a number, or a tuple."""
    return Summation(axes, keepdims)(a)


def mean(a: Operand, axes: Axes = None, keepdims: bool = False) -> Tensor:
    """The mean along `axes`: None for all of them, a number, or a tuple."""
    (a,) = as_tensors((a,))
    total = summation(a, axes, keepdims)
    return total / (a.size / max(total.size, 1))


def amax(a: Operand, axes: Axes = None, keepdims: bool = False) -> Tensor:
    """The largest entry along `axes`; entries that tie share the gradient equally."""
    return Max(axes, keepdims)(a)


def broadcast_to(a: Operand, shape: Shape) -> Tensor:
    """a repeated to `shape`; ValueError if it does not broadcast to that."""
    return BroadcastTo(shape)(a)


def sum_to(a: Operand, shape: Shape) -> Tensor:
    """Undo a broadcast of a tensor from `shape`; `a` itself if it has that shape.

    Raises ValueError if `shape` does not broadcast to that of `a`: such a gradient is wrong.
    """
    (a,) = as_tensors((a,))
    shape = tuple(shape)
    return a if a.shape == shape else SumTo(shape)(a)


def matmul(a: Operand, b: Operand) -> Tensor:
    """The matrix product: matrices, vectors, or stacks of matrices that broadcast."""
    return MatMul()(a, b)


def linear(x: Operand, weight: Operand, bias: Operand) -> Tensor:
    """`x @ weight + bias` as one operation, in the dtype of `x @ weight`."""
    return Affine()(x, weight, bias)


def concatenate(tensors: Iterable[Operand], axis: int = 0) -> Tensor:
    """Tensors one after the other along `axis`; ValueError if their other axes differ."""
    return Concatenate(axis)(*tensors)


def stack(tensors: Iterable[Operand], axis: int = 0) -> Tensor:
    """Tensors along a new axis, number `axis` of the result; ValueError if their shapes differ."""
    return Stack(axis)(*tensors)
