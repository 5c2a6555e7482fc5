"""Tensor: an array that remembers how it was computed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import engine
from .arrays import Axes, NDArray, floating, is_floating, unpack

if TYPE_CHECKING:
    from .function import Function

Operand: TypeAlias = Union["Tensor", ArrayLike]

_new = object.__new__
_ndarray = np.ndarray
_switch = engine.switch
_clock = 0  # how often any tensor's data was assigned


def _keeps_gradient(node: "Tensor") -> bool:
    return node._op is None or node._retains_grad


class Tensor:
    """An array, whether it needs a gradient, and the operation and inputs it came from."""

    __array_ufunc__ = None  # NumPy then leaves `array * tensor` to `__rmul__`

    _data: NDArray
    requires_grad: bool = False
    grad: "Tensor | None" = None
    _op: "Function | None" = None
    _inputs: tuple["Tensor", ...] = ()
    _assigned = 0  # the clock when the data was assigned, and when the operation was recorded
    _recorded = 0
    _retains_grad = False

    def __init__(
        self, data: Operand, requires_grad: bool = False, dtype: DTypeLike | None = None
    ) -> None:
        """Keep a copy of `data`: a number, a (nested) list, an array or a tensor.

        Floating arrays and tensors keep their dtype, all else becomes float32, unless `dtype`
        says otherwise; `floating(data, dtype)` does this (not for tensors). There is no gradient
        yet.
        """
        if isinstance(data, Tensor):
            data = data.data
        self.data = np.array(floating(data, dtype))
        self.requires_grad = bool(requires_grad)
        self.grad = None

    @staticmethod
    def _wrap(array: NDArray) -> "Tensor":
        """A tensor around `array` itself, uncopied and without history."""
        tensor = _new(Tensor)
        if type(array) is not _ndarray:  # a NumPy number, where an array has one entry
            if isinstance(array, Tensor):
                raise TypeError("expected an array: a forward computes with arrays, not Tensors")
            array = np.asarray(array)
        tensor._data = array
        return tensor

    def _record(self, op: "Function", inputs: tuple["Tensor", ...]) -> None:
        """Remember that `op` made this tensor from `inputs`, unless recording is switched off."""
        if _switch.recording:
            self.requires_grad = True
            self._op, self._inputs = op, inputs
            self._recorded = _clock

    def _check_versions(self) -> None:
        """Raise RuntimeError if the data that the backward of this node reads was assigned."""
        if self._inputs and any(t._assigned > self._recorded for t in (self, *self._inputs)):
            raise RuntimeError(
                f"`.data` of an input or of the result of {self.grad_fn!r} was assigned after the "
                "operation was recorded; compute the result again, then call backward()"
            )

    @property
    def data(self) -> NDArray:
        """The array. Assigning another one makes the graphs that used the old one unusable."""
        return self._data

    @data.setter
    def data(self, value: Operand) -> None:
        global _clock
        if not is_floating(value):
            value = value.data if isinstance(value, Tensor) else value
            value = np.asarray(value) if isinstance(value, np.generic) else value  # of a 0-d array
            value = floating(value)
        self._data = value
        _clock += 1
        self._assigned = _clock

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis, as a tuple."""
        return self._data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype of the entries."""
        return self._data.dtype

    def numpy(self) -> NDArray:
        """The array itself, not a copy."""
        return self.data

    def item(self) -> float:
        """The only entry as a Python number; ValueError if there are more."""
        return self.data.item()

    def __repr__(self) -> str:
        """`Tensor(<the array as NumPy prints it>, requires_grad=<True or False>)`."""
        array = np.array2string(self.data, prefix="Tensor(")
        return f"Tensor({array}, requires_grad={self.requires_grad})"

    # The graph

    @property
    def grad_fn(self) -> str | None:
        """The lower-case name of the operation in `_op`; None for a leaf, whose `_op` is None."""
        return None if self._op is None else type(self._op).__name__.lower()

    @property
    def parents(self) -> list["Tensor"]:
        """The inputs of the operation that made this tensor, as a new list; [] for a leaf."""
        return list(self._inputs)

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor has no recorded inputs: `_inputs` is () then."""
        return not self._inputs

    def retain_grad(self) -> None:
        """Ask for `.grad` of a tensor that is not a leaf; call it before `backward`."""
        self._retains_grad = True

    def detach(self) -> "Tensor":
        """A tensor on the same array that needs no gradient and has no history."""
        return Tensor._wrap(self.data)

    def zero_grad(self) -> None:
        """Forget the gradient: `.grad` is None again."""
        self.grad = None

    def backward(self, grad: Operand | None = None, create_graph: bool = False) -> None:
        """Add to `.grad` of every leaf that needs it the gradient of sum(grad * self).

        `grad` has this tensor's shape, ones if not given. With `create_graph` the gradients have
        a graph of their own; it leads back to the leaf, a cycle that lasts until `zero_grad()`.
        Raises RuntimeError if this tensor needs no gradient, or if the data of a node of the
        graph was assigned since; no `.grad` has changed then.
        """
        for node, gradient in self._walk(grad, create_graph, keep=_keeps_gradient):
            node._accumulate(gradient)

    def _walk(
        self, grad: Operand | None, create_graph: bool, keep: Callable[["Tensor"], bool]
    ) -> list[tuple["Tensor", "Tensor"]]:
        """Walk the graph; list tensors that `keep` picks, and their gradients in their dtype."""
        if not self.requires_grad:
            raise RuntimeError(
                "a gradient needs a tensor computed from one with requires_grad=True, "
                "outside no_grad()"
            )
        before = engine.set_recording(create_graph)
        try:
            kept = []
            for node, gradient in engine.backpropagate(self, self._seed(grad)):
                if node._recorded != _clock:
                    node._check_versions()
                if keep(node):
                    kept.append((node, gradient.astype(node.dtype)))
            return kept
        finally:
            engine.set_recording(before)

    def _seed(self, grad: Operand | None) -> "Tensor":
        """The gradient to start from, a tensor of this tensor's shape and dtype.

        `grad` is None, which stands for ones, or a tensor, an array or a list;
        ValueError if its shape is not this tensor's.
        """
        if grad is None:
            return Tensor._wrap(np.ones_like(self.data))
        if not isinstance(grad, Tensor):
            grad = Tensor(grad, dtype=self.dtype)
        if grad.shape != self.shape:
            raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
        return grad

    def _accumulate(self, gradient: "Tensor") -> None:
        """Add `gradient`, a tensor of this tensor's shape, to `.grad`, which may still be None.

        The array of `.grad` then belongs to this tensor alone (`shapes.Clone` copies).
        """
        if self.grad is None:
            self.grad = shapes.Clone()(gradient)
        else:
            self.grad = self.grad + gradient

    # Operators; `other` may be a tensor, an array, a list or a number

    def __add__(self, other: Operand) -> "Tensor":
        """`self + other`."""
        return ops.Add()(self, other)

    def __radd__(self, other: Operand) -> "Tensor":
        """`other + self`, where `other` is not a tensor."""
        return ops.Add()(other, self)

    def __mul__(self, other: Operand) -> "Tensor":
        """`self * other`, entry by entry."""
        if isinstance(other, np.ndarray) and other.dtype == bool:
            return selection.Mask(other)(self)
        return ops.Mul()(self, other)

    def __rmul__(self, other: Operand) -> "Tensor":
        """`other * self`, where `other` is not a tensor."""
        return ops.Mul()(other, self)

    def __sub__(self, other: Operand) -> "Tensor":
        """`self - other`."""
        return ops.Sub()(self, other)

    def __rsub__(self, other: Operand) -> "Tensor":
        """`other - self`, where `other` is not a tensor."""
        return ops.Sub()(other, self)

    def __truediv__(self, other: Operand) -> "Tensor":
        """`self / other`, entry by entry."""
        return ops.Div()(self, other)

    def __rtruediv__(self, other: Operand) -> "Tensor":
        """`other / self`, where `other` is not a tensor."""
        return ops.Div()(other, self)

    def __pow__(self, other: Operand) -> "Tensor":
        """`self ** other`, entry by entry."""
        return ops.Pow()(self, other)

    def __rpow__(self, other: Operand) -> "Tensor":
        """`other ** self`, where `other` is not a tensor."""
        return ops.Pow()(other, self)

    def __matmul__(self, other: Operand) -> "Tensor":
        """`self @ other`, the matrix product."""
        return shapes.MatMul()(self, other)

    def __rmatmul__(self, other: Operand) -> "Tensor":
        """`other @ self`, where `other` is not a tensor."""
        return shapes.MatMul()(other, self)

    def __neg__(self) -> "Tensor":
        """`-self`."""
        return ops.Negate()(self)

    def __abs__(self) -> "Tensor":
        """`abs(self)`, entry by entry."""
        return ops.Abs()(self)

    def __len__(self) -> int:
        """The length of the first axis; TypeError if there is none."""
        return len(self.data)

    def __getitem__(self, index: Any) -> "Tensor":
        """What NumPy's `array[index]` picks; an entry picked twice gets both gradients."""
        return shapes.GetItem(index)(self)

    def __iter__(self) -> Iterator["Tensor"]:
        """The slices along the first axis, so that Python's `sum` works."""
        return (self[i] for i in range(len(self)))

    # Operations as methods, in NumPy's call forms

    @property
    def T(self) -> "Tensor":
        """All axes in reverse order, as in NumPy."""
        return shapes.transpose(self, tuple(range(self.ndim))[::-1])

    def negate(self) -> "Tensor":
        """`-self`."""
        return ops.negate(self)

    def abs(self) -> "Tensor":
        """The absolute value of every entry."""
        return abs(self)

    def log(self) -> "Tensor":
        """The natural logarithm of every entry."""
        return ops.log(self)

    def exp(self) -> "Tensor":
        """e to the power of every entry."""
        return ops.exp(self)

    def sqrt(self) -> "Tensor":
        """The square root of every entry."""
        return ops.sqrt(self)

    def sin(self) -> "Tensor":
        """The sine of every entry."""
        return ops.sin(self)

    def cos(self) -> "Tensor":
        """The cosine of every entry."""
        return ops.cos(self)

    def relu(self) -> "Tensor":
        """Every entry that is above zero, and 0 for the others."""
        return ops.relu(self)

    def sigmoid(self) -> "Tensor":
        """1 / (1 + e ** -self), entry by entry."""
        return ops.sigmoid(self)

    def tanh(self) -> "Tensor":
        """The hyperbolic tangent of every entry."""
        return ops.tanh(self)

    def add_scalar(self, scalar: float) -> "Tensor":
        """`self + scalar`."""
        return ops.add_scalar(self, scalar)

    def mul_scalar(self, scalar: float) -> "Tensor":
        """`self * scalar`."""
        return ops.mul_scalar(self, scalar)

    def div_scalar(self, scalar: float) -> "Tensor":
        """`self / scalar`."""
        return ops.div_scalar(self, scalar)

    def power_scalar(self, scalar: float) -> "Tensor":
        """`self ** scalar`, entry by entry."""
        return ops.power_scalar(self, scalar)

    def reshape(self, *shape: Any) -> "Tensor":
        """`x.reshape(6, 2)` or `x.reshape((6, 2))`; one length may be -1."""
        return shapes.reshape(self, unpack(shape))

    def flatten(self) -> "Tensor":
        """All entries on one axis."""
        return shapes.reshape(self, (-1,))

    def transpose(self, *axes: Any) -> "Tensor":
        """`x.transpose(1, 2, 0)` or `x.transpose((1, 2, 0))`; without axes, the last two swap."""
        axes = unpack(axes)
        return shapes.transpose(self, None if axes in ((), (None,)) else axes)

    def sum(self, axis: Axes = None, keepdims: bool = False) -> "Tensor":
        """The sum along `axis`: None for all axes, a number, or a tuple."""
        return shapes.summation(self, axis, keepdims)

    def mean(self, axis: Axes = None, keepdims: bool = False) -> "Tensor":
        """The mean along `axis`: None for all axes, a number, or a tuple."""
        return shapes.mean(self, axis, keepdims)

    def max(self, axis: Axes = None, keepdims: bool = False) -> "Tensor":
        """The largest entry along `axis`: None for all axes, a number, or a tuple."""
        return shapes.amax(self, axis, keepdims)

    def broadcast_to(self, *shape: Any) -> "Tensor":
        """`x.broadcast_to(3, 3)` or `x.broadcast_to((3, 3))`."""
        return shapes.broadcast_to(self, unpack(shape))

    def sum_to(self, *shape: Any) -> "Tensor":
        """`x.sum_to(3, 1)` or `x.sum_to((3, 1))`: undoes a broadcast from that shape."""
        if shape == (self._data.shape,):  # nothing to undo: the common case of the backward walk
            return self
        return shapes.SumTo(unpack(shape))(self)

    def astype(self, dtype: DTypeLike) -> "Tensor":
        """The same values in another floating dtype; this tensor if it has that one."""
        return self if self.dtype == dtype else shapes.Cast(dtype)(self)

    def matmul(self, other: Operand) -> "Tensor":
        """`self @ other`, the matrix product."""
        return shapes.matmul(self, other)


# At the end: operations build on Tensor, and the operators above build on operations.
from . import ops, selection, shapes  # noqa: E402
