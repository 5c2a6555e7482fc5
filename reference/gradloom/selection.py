"""Operations that select one of two values, entry by entry."""

import numpy as np
from numpy.typing import ArrayLike

from .arrays import NDArray
from .function import Function, Gradients
from .tensor import Operand, Tensor


class Maximum(Function):
    """The larger of a and b, entry by entry; each gets half the gradient where they are equal."""

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Two arrays that broadcast; returns the larger entries, a new array."""
        return np.maximum(a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        a, b = (tensor.data for tensor in node._inputs)
        share = where(a == b, out_grad / 2, out_grad)
        return where(a < b, 0, share), where(b < a, 0, share)


class Where(Function):
    """The entries of a where `condition`, an array of bools, holds, and those of b elsewhere."""

    def __init__(self, condition: ArrayLike) -> None:
        self.condition = np.array(condition)  # a copy: the caller may go on changing its own
        if self.condition.dtype != bool:
            raise TypeError("the condition of where is an array of bools, for example x.data > 0")

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Two arrays that broadcast with the condition; returns the chosen entries, a new array."""
        return np.where(self.condition, a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        return where(self.condition, out_grad, 0), where(self.condition, 0, out_grad)


class Mask(Function):
    """a times `condition`, an array of bools, without making floats of it."""

    def __init__(self, condition: NDArray) -> None:
        self.condition = condition.copy()

    def forward(self, a: NDArray) -> NDArray:
        """Returns a where the condition holds and 0 elsewhere, a new array."""
        return a * self.condition

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * self.condition


def maximum(a: Operand, b: Operand) -> Tensor:
    """The larger of a and b, entry by entry; where they are equal, they share the gradient."""
    return Maximum()(a, b)


def where(condition: ArrayLike, a: Operand, b: Operand) -> Tensor:
    """The entries of a where `condition` holds, and those of b elsewhere.

    `condition` is an array of bools, else TypeError; the three shapes broadcast.
    """
    return Where(condition)(a, b)
