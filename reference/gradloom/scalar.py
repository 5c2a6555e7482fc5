"""The engine on single numbers: values that remember what they were computed from."""

import math
from collections.abc import Callable

from .graph import topological_order


class Value:
    """A number in a graph.

    `data` is a Python float and `grad` the derivative of the root by it, 0.0 at first.
    `_prev` is the tuple of the values it was computed from, with repetitions, `_op` the name of
    the operation. `_backward()` adds this node's share to the `grad` of each value in `_prev`.
    """

    __array_ufunc__ = None  # NumPy numbers on the left leave the operation to Value

    def __init__(self, data: float, _prev: tuple["Value", ...] = (), _op: str = "") -> None:
        self.data = float(data)
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        # The closure of an operation reads `out.grad`, so it and `out` hold each other until the
        # garbage collector comes by; a way out would burden every operation that students write.
        self._backward: Callable[[], None] = lambda: None

    @property
    def shape(self) -> tuple[int, ...]:
        """Always (), the shape of a single number."""
        return ()

    @property
    def grad_fn(self) -> str | None:
        """The name of the operation, None for a leaf."""
        return self._op or None

    @property
    def parents(self) -> list["Value"]:
        """The values it was computed from, with repetitions."""
        return list(self._prev)

    def __repr__(self) -> str:
        return f"Value({self.data}, grad={self.grad})"

    def __add__(self, other: "Value | float") -> "Value":
        """Add a Value or a number, which becomes a leaf.

        Returns a new Value with both operands in `_prev`, the `_op` "+", and a `_backward` that
        adds to the `grad` of both operands, from the new Value's `grad`.
        """
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other: "Value | float") -> "Value":
        """Multiply by a Value or a number, which becomes a leaf.

        Returns a new Value with both operands in `_prev`, the `_op` "*", and a `_backward` that
        adds to the `grad` of both operands, from the new Value's `grad` and from what `data` the
        operands have when it is called.
        """
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __neg__(self) -> "Value":
        """Return `-self`, connected to this Value."""
        return self * -1

    def __sub__(self, other: "Value | float") -> "Value":
        """Return `self - other`, for a Value or a number, connected to both."""
        return self + other * -1.0  # `-other` wraps around where it is an unsigned NumPy number

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return `self / other`, for a Value or a number, connected to both."""
        return self * other**-1.0  # NumPy's integers have no power of -1

    def __pow__(self, exponent: float) -> "Value":
        """Raise to the power of a constant number.

        Returns a new Value with this one in `_prev`, the `_op` "**", and its `_backward`. To the
        power of 0 the derivative is 0 everywhere. Raises TypeError if the exponent is a Value.
        """
        if isinstance(exponent, Value):
            raise TypeError("the exponent is a Value: use a number, or (exponent * x.log()).exp()")
        out = Value(self.data**exponent, (self,), "**")

        def _backward() -> None:
            if exponent != 0:
                self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._backward = _backward
        return out

    def __radd__(self, other: float) -> "Value":
        """Return `other + self`; Python comes here when a number stands on the left."""
        return self + other

    def __rmul__(self, other: float) -> "Value":
        """Return `other * self`; Python comes here when a number stands on the left."""
        return self * other

    def __rsub__(self, other: float) -> "Value":
        """Return `other - self`; Python comes here when a number stands on the left."""
        return -self + other

    def __rtruediv__(self, other: float) -> "Value":
        """Return `other / self`; Python comes here when a number stands on the left."""
        return self**-1 * other

    def __rpow__(self, base: float) -> "Value":
        """Return `base ** self` for a number above 0; ValueError for others."""
        return (self * math.log(base)).exp()

    def exp(self) -> "Value":
        """Return e to the power of this Value: `_op` "exp", this Value in `_prev`, `_backward`."""
        out = Value(math.exp(self.data), (self,), "exp")

        def _backward() -> None:
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def log(self) -> "Value":
        """Return the natural logarithm: `_op` "log", this Value in `_prev`, `_backward`."""
        out = Value(math.log(self.data), (self,), "log")

        def _backward() -> None:
            self.grad += out.grad / self.data

        out._backward = _backward
        return out

    def sin(self) -> "Value":
        """Return the sine, of radians: `_op` "sin", this Value in `_prev`, `_backward`."""
        out = Value(math.sin(self.data), (self,), "sin")

        def _backward() -> None:
            self.grad += math.cos(self.data) * out.grad

        out._backward = _backward
        return out

    def cos(self) -> "Value":
        """Return the cosine, of radians: `_op` "cos", this Value in `_prev`, `_backward`."""
        out = Value(math.cos(self.data), (self,), "cos")

        def _backward() -> None:
            self.grad -= math.sin(self.data) * out.grad

        out._backward = _backward
        return out

    def relu(self) -> "Value":
        """Return this Value if it is above 0, and 0 if not: `_op` "relu", `_prev`, `_backward`.

        At 0 itself the derivative counts as 0.
        """
        out = Value(max(self.data, 0.0), (self,), "relu")

        def _backward() -> None:
            self.grad += out.grad if self.data > 0 else 0.0

        out._backward = _backward
        return out

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent: `_op` "tanh", this Value in `_prev`, `_backward`.

        Finite for every number.
        """
        out = Value(math.tanh(self.data), (self,), "tanh")

        def _backward() -> None:
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def sigmoid(self) -> "Value":
        """Return 1 / (1 + exp(-self)): `_op` "sigmoid", this Value in `_prev`, `_backward`.

        Finite for every number: `math.exp` overflows above 709, so give it no large one.
        """
        small = math.exp(-abs(self.data))
        out = Value((1 if self.data >= 0 else small) / (1 + small), (self,), "sigmoid")

        def _backward() -> None:
            self.grad += out.data * (1 - out.data) * out.grad

        out._backward = _backward
        return out

    def backward(self) -> None:
        """Add to the `grad` of every value this one was computed from what this one gives it.

        This Value's own `grad` becomes 1.0. Each node's `_backward` is called once, when its own
        `grad` is complete; `topological_order(root, parents)` of chapter 2 helps. The time grows
        with the number of nodes, and the graph may be any number of nodes deep.
        """
        self.grad = 1.0
        for node in reversed(topological_order(self, lambda node: node._prev)):
            node._backward()


def zero_grad(root: Value) -> None:
    """Set the `grad` of `root`, and of every value it was computed from, to 0.0."""
    for node in topological_order(root, lambda node: node._prev):
        node.grad = 0.0
