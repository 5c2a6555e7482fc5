"""Elementwise operations: forward computes on arrays, backward on tensors, for second gradients.

A rule is written as if nothing had been broadcast: `Function.gradients` undoes that for them all.
"""

import numpy as np

from .arrays import NDArray
from .function import Function, Gradients
from .tensor import Operand, Tensor

# Two operands


class Add(Function):
    """a + b."""

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Two arrays that broadcast; returns their sum, a new array."""
        return np.add(a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        return out_grad, out_grad


class Mul(Function):
    """a * b, entry by entry."""

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Two arrays that broadcast; returns their product, a new array."""
        return np.multiply(a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        a, b = node._inputs
        return out_grad * b, out_grad * a


class Sub(Function):
    """a - b."""

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Two arrays that broadcast; returns their difference, a new array."""
        return np.subtract(a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        return out_grad, -out_grad


class Div(Function):
    """a / b, entry by entry."""

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Two arrays that broadcast; returns their quotient, a new array."""
        return np.divide(a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        _, b = node._inputs
        grad_a = out_grad / b
        return grad_a, -grad_a * node


class Pow(Function):
    """a ** b, entry by entry: a base and an exponent."""

    def forward(self, a: NDArray, b: NDArray) -> NDArray:
        """Two arrays that broadcast, base and exponent; returns the power, a new array."""
        return np.power(a, b)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradients of a and b, both of the shape of `out_grad`.

        None stands for one that nobody needs: bases below zero, for example, have no logarithm.
        """
        a, b = node._inputs
        grad_a = out_grad * b * a ** (b - 1) if a.requires_grad else None
        grad_b = out_grad * node * log(a) if b.requires_grad else None
        return grad_a, grad_b


def add(a: Operand, b: Operand) -> Tensor:
    """`a + b`, entry by entry; the shapes broadcast."""
    return Add()(a, b)


def mul(a: Operand, b: Operand) -> Tensor:
    """`a * b`, entry by entry; the shapes broadcast."""
    return Mul()(a, b)


def sub(a: Operand, b: Operand) -> Tensor:
    """`a - b`, entry by entry; the shapes broadcast."""
    return Sub()(a, b)


def divide(a: Operand, b: Operand) -> Tensor:
    """`a / b`, entry by entry; the shapes broadcast."""
    return Div()(a, b)


def power(a: Operand, b: Operand) -> Tensor:
    """`a ** b`, entry by entry; the shapes broadcast."""
    return Pow()(a, b)


# One operand, entry by entry


class Negate(Function):
    """-a."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the array with every sign turned, a new array."""
        return np.negative(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return -out_grad


class Log(Function):
    """The natural logarithm."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the natural logarithm of every entry, a new array."""
        return np.log(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad / node._inputs[0]


class Exp(Function):
    """e to the power of a."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns e to the power of every entry, a new array."""
        return np.exp(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * node


class Sqrt(Function):
    """The square root."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the square root of every entry, a new array."""
        return np.sqrt(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad / (2 * node)


class Abs(Function):
    """The absolute value."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the absolute value of every entry, a new array."""
        return np.abs(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`; at zero it is 0."""
        return out_grad * np.sign(node._inputs[0].data)


class Sin(Function):
    """The sine."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the sine of every entry, a new array."""
        return np.sin(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * cos(node._inputs[0])


class Cos(Function):
    """The cosine."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the cosine of every entry, a new array."""
        return np.cos(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return -out_grad * sin(node._inputs[0])


class ReLU(Function):
    """The rectified linear unit: a where it is above zero, else 0."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the array with 0 in place of every negative entry, a new array."""
        return np.maximum(a, 0)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`; at zero it is 0."""
        return out_grad * (node._inputs[0].data > 0)


class Sigmoid(Function):
    """1 / (1 + e ** -a)."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the sigmoid of every entry, a new array; right and silent at 800 and -800 too."""
        small = np.exp(-np.abs(a))
        return np.where(a >= 0, 1, small) / (1 + small)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`.

        Where the sigmoid is close to 1 it is tiny, but not 0.
        """
        return out_grad * node * sigmoid(-node._inputs[0])


class Tanh(Function):
    """The hyperbolic tangent."""

    def forward(self, a: NDArray) -> NDArray:
        """Returns the hyperbolic tangent of every entry, a new array."""
        return np.tanh(a)

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * (1 - node * node)


def negate(a: Operand) -> Tensor:
    """`-a`, in the shape of a."""
    return Negate()(a)


def log(a: Operand) -> Tensor:
    """The natural logarithm of every entry, in the shape of a."""
    return Log()(a)


def exp(a: Operand) -> Tensor:
    """e to the power of every entry, in the shape of a."""
    return Exp()(a)


def sqrt(a: Operand) -> Tensor:
    """The square root of every entry, in the shape of a."""
    return Sqrt()(a)


def sin(a: Operand) -> Tensor:
    """The sine of every entry, in the shape of a."""
    return Sin()(a)


def cos(a: Operand) -> Tensor:
    """The cosine of every entry, in the shape of a."""
    return Cos()(a)


def relu(a: Operand) -> Tensor:
    """Every entry that is above zero and 0 for the others, in the shape of a."""
    return ReLU()(a)


def sigmoid(a: Operand) -> Tensor:
    """1 / (1 + e ** -a), entry by entry, in the shape of a."""
    return Sigmoid()(a)


def tanh(a: Operand) -> Tensor:
    """The hyperbolic tangent of every entry, in the shape of a."""
    return Tanh()(a)


# A tensor and a number that is no tensor; float(), as a NumPy number would widen float32


class AddScalar(Function):
    """a + scalar."""

    def __init__(self, scalar: float) -> None:
        self.scalar = float(scalar)

    def forward(self, a: NDArray) -> NDArray:
        """Returns the sum of every entry and `self.scalar`, a new array."""
        return a + self.scalar

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad


class MulScalar(Function):
    """a * scalar."""

    def __init__(self, scalar: float) -> None:
        self.scalar = float(scalar)

    def forward(self, a: NDArray) -> NDArray:
        """Returns the product of every entry and `self.scalar`, a new array."""
        return a * self.scalar

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * self.scalar


class DivScalar(Function):
    """a / scalar."""

    def __init__(self, scalar: float) -> None:
        self.scalar = float(scalar)

    def forward(self, a: NDArray) -> NDArray:
        """Returns the quotient of every entry and `self.scalar`, a new array."""
        return a / self.scalar

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad / self.scalar


class PowerScalar(Function):
    """a ** scalar."""

    def __init__(self, scalar: float) -> None:
        self.scalar = float(scalar)

    def forward(self, a: NDArray) -> NDArray:
        """Returns every entry to the power of `self.scalar`, a new array."""
        return a**self.scalar

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Returns the gradient of a, of the shape of `out_grad`.

        The exponent 0 has the gradient 0 everywhere, at entries that are zero too.
        """
        n = self.scalar
        return out_grad * n * power_scalar(node._inputs[0], n - 1 if n else 0)


def add_scalar(a: Operand, scalar: float) -> Tensor:
    """`a + scalar`, in the shape of a."""
    return AddScalar(scalar)(a)


def mul_scalar(a: Operand, scalar: float) -> Tensor:
    """`a * scalar`, in the shape of a."""
    return MulScalar(scalar)(a)


def div_scalar(a: Operand, scalar: float) -> Tensor:
    """`a / scalar`, in the shape of a."""
    return DivScalar(scalar)(a)


def power_scalar(a: Operand, scalar: float) -> Tensor:
    """`a ** scalar`, in the shape of a."""
    return PowerScalar(scalar)(a)
