"""Forward mode: derivatives that travel along with the values, and what each direction costs."""

import math
from collections.abc import Callable

from .graph import topological_order
from .scalar import Value


class Dual:
    """A number and how fast it moves: `value`, and `tangent`, its derivative by one input.

    Both are Python floats. A plain number in an operation is a constant.
    """

    __array_ufunc__ = None  # NumPy numbers on the left leave the operation to Dual

    def __init__(self, value: float, tangent: float = 0.0) -> None:
        self.value = float(value)
        self.tangent = float(tangent)

    def __repr__(self) -> str:
        return f"Dual({self.value}, tangent={self.tangent})"

    def __add__(self, other: "Dual | float") -> "Dual":
        """Return the sum with a Dual or a constant, and its tangent."""
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other: "Dual | float") -> "Dual":
        """Return the product with a Dual or a constant, and its tangent."""
        other = other if isinstance(other, Dual) else Dual(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return Dual(self.value * other.value, tangent)

    def __neg__(self) -> "Dual":
        """Return `-self`, and its tangent."""
        return Dual(-self.value, -self.tangent)

    def __sub__(self, other: "Dual | float") -> "Dual":
        """Return the difference from a Dual or a constant, and its tangent."""
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value - other.value, self.tangent - other.tangent)

    def __truediv__(self, other: "Dual | float") -> "Dual":
        """Return the quotient by a Dual or a constant, and its tangent."""
        other = other if isinstance(other, Dual) else Dual(other)
        value = self.value / other.value
        return Dual(value, (self.tangent - value * other.tangent) / other.value)

    def __pow__(self, exponent: float) -> "Dual":
        """Return the power with a constant exponent, and its tangent.

        To the power of 0 the derivative is 0 everywhere. Raises TypeError if the exponent is a
        Dual.
        """
        if isinstance(exponent, Dual):
            raise TypeError("the exponent is a Dual: use a number, or (exponent * x.log()).exp()")
        slope = exponent * self.value ** (exponent - 1) if exponent != 0 else 0.0
        return Dual(self.value**exponent, slope * self.tangent)

    def __radd__(self, other: float) -> "Dual":
        """Return `other + self`."""
        return Dual(other) + self

    def __rmul__(self, other: float) -> "Dual":
        """Return `other * self`."""
        return Dual(other) * self

    def __rsub__(self, other: float) -> "Dual":
        """Return `other - self`."""
        return Dual(other) - self

    def __rtruediv__(self, other: float) -> "Dual":
        """Return `other / self`."""
        return Dual(other) / self

    def __rpow__(self, base: float) -> "Dual":
        """Return `base ** self` for a number above 0; ValueError for others."""
        return (math.log(base) * self).exp()

    def exp(self) -> "Dual":
        """Return e to the power of this number, and its tangent."""
        value = math.exp(self.value)
        return Dual(value, value * self.tangent)

    def log(self) -> "Dual":
        """Return the natural logarithm, and its tangent."""
        return Dual(math.log(self.value), self.tangent / self.value)

    def sin(self) -> "Dual":
        """Return the sine, of radians, and its tangent."""
        return Dual(math.sin(self.value), math.cos(self.value) * self.tangent)

    def cos(self) -> "Dual":
        """Return the cosine, of radians, and its tangent."""
        return Dual(math.cos(self.value), -math.sin(self.value) * self.tangent)

    def relu(self) -> "Dual":
        """Return this number if it is above 0, and 0 if not; at 0 itself the derivative is 0."""
        return Dual(max(self.value, 0.0), self.tangent if self.value > 0 else 0.0)

    def tanh(self) -> "Dual":
        """Return the hyperbolic tangent, finite for every number, and its tangent."""
        value = math.tanh(self.value)
        return Dual(value, (1 - value**2) * self.tangent)

    def sigmoid(self) -> "Dual":
        """Return 1 / (1 + exp(-self)), finite for every number, and its tangent."""
        small = math.exp(-abs(self.value))
        value = (1 if self.value >= 0 else small) / (1 + small)
        return Dual(value, value * (1 - value) * self.tangent)


def forward_derivative(f: Callable[..., Dual], *args: float, arg: int = 0) -> float:
    """The derivative of `f(*args)` by its argument number `arg`, in one pass.

    `f` is called once, with a Dual for each of the numbers `args`, and returns a Dual.
    """
    duals = [Dual(value) for value in args]
    duals[arg].tangent = 1.0
    return f(*duals).tangent


def forward_gradient(f: Callable[..., Dual], *args: float) -> list[float]:
    """The derivatives of `f(*args)` by each of its arguments, in as many passes.

    `f` gets a Dual for each of the numbers `args`, and returns a Dual.
    """
    return [forward_derivative(f, *args, arg=arg) for arg in range(len(args))]


def count_operations(root: Value) -> int:
    """How many operations `root` was computed with: the nodes of its graph that are no leaves."""
    order = topological_order(root, lambda node: node._prev)
    return sum(1 for node in order if node._prev)


def forward_cost(f: Callable[..., Value], *args: float) -> int:
    """How many operations forward mode evaluates for the whole gradient of `f(*args)`.

    An operation of the graph that `f` builds from Values counts once for each pass, value and
    tangent together; a leaf costs nothing.
    """
    return len(args) * count_operations(f(*map(Value, args)))


def reverse_cost(f: Callable[..., Value], *args: float) -> int:
    """How many operations reverse mode evaluates for the whole gradient of `f(*args)`.

    An operation of the graph that `f` builds from Values counts once when the graph is built, and
    once when `backward` calls its `_backward`; a leaf costs nothing.
    """
    return 2 * count_operations(f(*map(Value, args)))
