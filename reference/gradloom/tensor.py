"""Tensor: an array that remembers how it was computed."""

import numpy as np

from . import engine


def floating(data, dtype=None):
    """`data` as an array of floats, uncopied if it is one; lists and numbers become float32.

    Raises TypeError for data (or a `dtype`) that is not made of real numbers.
    """
    if isinstance(data, Tensor):
        data = data.data
    array = np.asarray(data)
    if dtype is None:
        dtype = array.dtype if _is_floating_array(data) else np.float32
    if array.dtype.kind not in "biuf" or np.dtype(dtype).kind != "f":
        raise TypeError(
            f"a tensor holds real numbers as floats: cannot make {np.dtype(dtype)} of "
            f"{array.dtype}; pass numbers, lists of numbers or a floating array"
        )
    return array.astype(dtype, copy=False)


def _is_floating_array(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def as_tensors(values):
    """Wrap as constants the `values` that are not tensors; returns a tuple of tensors.

    Numbers, lists and integer arrays take the dtype of the tensors they meet.
    """
    dtypes = [value.dtype for value in values if isinstance(value, Tensor)]
    dtype = np.result_type(*dtypes) if dtypes else None
    return tuple(
        value
        if isinstance(value, Tensor)
        else Tensor(value, dtype=None if _is_floating_array(value) else dtype)
        for value in values
    )


def _unpack(args):
    """NumPy's two call forms: `f(6, 2)` and `f((6, 2))` both give (6, 2)."""
    return tuple(args[0]) if len(args) == 1 and np.iterable(args[0]) else args


class Tensor:
    """An array, whether it needs a gradient, and the operation and inputs it came from."""

    __array_ufunc__ = None  # NumPy then leaves `array * tensor` to `__rmul__`

    requires_grad = False
    grad = None
    _op = None
    _inputs = ()
    _versions = ()
    _version = 0
    _retains_grad = False

    def __init__(self, data, requires_grad=False, dtype=None):
        """Keep a copy of `data`: a number, a (nested) list, an array or a tensor.

        Floating arrays and tensors keep their dtype, all else becomes float32, unless `dtype`
        says otherwise; `floating(data, dtype)` does this. There is no gradient yet.
        """
        self.data = np.array(floating(data, dtype))
        self.requires_grad = bool(requires_grad)
        self.grad = None

    @classmethod
    def _wrap(cls, array):
        """A tensor around `array` itself, uncopied and without history."""
        if isinstance(array, Tensor):
            raise TypeError("expected an array, got a Tensor; a forward computes with arrays only")
        tensor = cls.__new__(cls)
        tensor._data = np.asarray(array)
        return tensor

    def _record(self, op, inputs):
        """Remember that `op` made this tensor from `inputs`, unless recording is switched off."""
        if engine.is_recording():
            self.requires_grad = True
            self._op, self._inputs = op, tuple(inputs)
            self._versions = tuple(tensor._version for tensor in (self, *inputs))

    def _check_versions(self):
        """Raise RuntimeError if the data that the backward of this node reads was assigned."""
        if self._versions and self._versions != tuple(
            tensor._version for tensor in (self, *self._inputs)
        ):
            raise RuntimeError(
                f"`.data` of an input or of the result of {self.grad_fn!r} was assigned after the "
                "operation was recorded; compute the result again, then call backward()"
            )

    @property
    def data(self):
        """The array. Assigning another one makes the graphs that used the old one unusable."""
        return self._data

    @data.setter
    def data(self, value):
        if isinstance(value, np.generic):  # arithmetic on 0-d arrays gives these
            value = np.asarray(value)
        self._data = floating(value)
        self._version += 1

    @property
    def shape(self):
        """The length of each axis, as a tuple."""
        return self.data.shape

    @property
    def ndim(self):
        """The number of axes."""
        return self.data.ndim

    @property
    def size(self):
        """The number of entries."""
        return self.data.size

    @property
    def dtype(self):
        """The NumPy dtype of the entries."""
        return self.data.dtype

    def numpy(self):
        """The array itself, not a copy."""
        return self.data

    def item(self):
        """The only entry as a Python number; ValueError if there are more."""
        return self.data.item()

    def __repr__(self):
        """`Tensor(<the array as NumPy prints it>, requires_grad=<True or False>)`."""
        array = np.array2string(self.data, prefix="Tensor(")
        return f"Tensor({array}, requires_grad={self.requires_grad})"

    # The graph

    @property
    def grad_fn(self):
        """The lower-case name of the operation that made this tensor, or None."""
        return None if self._op is None else type(self._op).__name__.lower()

    @property
    def parents(self):
        """The inputs of the operation that made this tensor, as a new list."""
        return list(self._inputs)

    @property
    def is_leaf(self):
        """Whether this tensor has no recorded inputs."""
        return not self._inputs

    def retain_grad(self):
        """Ask for `.grad` of a tensor that is not a leaf; call it before `backward`."""
        self._retains_grad = True

    def detach(self):
        """A tensor on the same array that needs no gradient and has no history."""
        return Tensor._wrap(self.data)

    def zero_grad(self):
        """Forget the gradient: `.grad` is None again."""
        self.grad = None

    def backward(self, grad=None, create_graph=False):
        """Add to `.grad` of every leaf that needs it the gradient of sum(grad * self).

        `grad` has this tensor's shape, ones if not given. With `create_graph` the gradients have
        a graph of their own; it leads back to the leaf, a cycle that lasts until `zero_grad()`.
        Raises RuntimeError if this tensor needs no gradient, or if the data of a node of the
        graph was assigned since; no `.grad` has changed then.
        """
        if not self.requires_grad:
            raise RuntimeError(
                "backward() needs a tensor computed from one with requires_grad=True, "
                "outside no_grad()"
            )
        before = engine.set_recording(create_graph)
        try:
            kept = []
            for node, gradient in engine.backpropagate(self, self._seed(grad)):
                node._check_versions()
                if node.is_leaf or node._retains_grad:
                    kept.append((node, gradient))
            for node, gradient in kept:
                node._accumulate(gradient)
        finally:
            engine.set_recording(before)

    def _seed(self, grad):
        """The gradient to start from, a tensor of this tensor's shape and dtype.

        `grad` is None, which stands for ones, or a tensor, an array or a list
        (`as_tensors` wraps it); ValueError if its shape is not this tensor's.
        """
        if grad is None:
            return Tensor._wrap(np.ones_like(self.data))
        _, grad = as_tensors((self, grad))
        if grad.shape != self.shape:
            raise ValueError(f"grad has shape {grad.shape}, pass one of shape {self.shape}")
        return grad

    def _accumulate(self, gradient):
        """Add `gradient`, a tensor of this tensor's shape, to `.grad`, which may still be None.

        The array of `.grad` then belongs to this tensor alone (`ops.Clone` copies).
        """
        if self.grad is None:
            self.grad = ops.Clone()(gradient)
        else:
            self.grad = self.grad + gradient

    # Operators; `other` may be a tensor, an array, a list or a number

    def __add__(self, other):
        """`self + other`."""
        return ops.Add()(self, other)

    def __radd__(self, other):
        """`other + self`, where `other` is not a tensor."""
        return ops.Add()(other, self)

    def __mul__(self, other):
        """`self * other`, entry by entry."""
        return ops.Mul()(self, other)

    def __rmul__(self, other):
        """`other * self`, where `other` is not a tensor."""
        return ops.Mul()(other, self)

    def __sub__(self, other):
        """`self - other`."""
        return ops.Sub()(self, other)

    def __rsub__(self, other):
        """`other - self`, where `other` is not a tensor."""
        return ops.Sub()(other, self)

    def __truediv__(self, other):
        """`self / other`, entry by entry."""
        return ops.Div()(self, other)

    def __rtruediv__(self, other):
        """`other / self`, where `other` is not a tensor."""
        return ops.Div()(other, self)

    def __pow__(self, other):
        """`self ** other`, entry by entry."""
        return ops.Pow()(self, other)

    def __rpow__(self, other):
        """`other ** self`, where `other` is not a tensor."""
        return ops.Pow()(other, self)

    def __matmul__(self, other):
        """`self @ other`, the matrix product."""
        return ops.MatMul()(self, other)

    def __rmatmul__(self, other):
        """`other @ self`, where `other` is not a tensor."""
        return ops.MatMul()(other, self)

    def __neg__(self):
        """`-self`."""
        return ops.Negate()(self)

    def __abs__(self):
        """`abs(self)`, entry by entry."""
        return ops.Abs()(self)

    def __len__(self):
        """The length of the first axis; TypeError if there is none."""
        return len(self.data)

    def __getitem__(self, index):
        """What NumPy's `array[index]` picks; an entry picked twice gets both gradients."""
        return ops.GetItem(index)(self)

    def __iter__(self):
        """The slices along the first axis, so that Python's `sum` works."""
        return (self[i] for i in range(len(self)))

    # Operations as methods, in NumPy's call forms

    @property
    def T(self):
        """All axes in reverse order, as in NumPy."""
        return ops.transpose(self, tuple(range(self.ndim))[::-1])

    def negate(self):
        return ops.negate(self)

    def abs(self):
        return abs(self)

    def log(self):
        return ops.log(self)

    def exp(self):
        return ops.exp(self)

    def sqrt(self):
        return ops.sqrt(self)

    def sin(self):
        return ops.sin(self)

    def cos(self):
        return ops.cos(self)

    def relu(self):
        return ops.relu(self)

    def sigmoid(self):
        return ops.sigmoid(self)

    def tanh(self):
        return ops.tanh(self)

    def add_scalar(self, scalar):
        return ops.add_scalar(self, scalar)

    def mul_scalar(self, scalar):
        return ops.mul_scalar(self, scalar)

    def div_scalar(self, scalar):
        return ops.div_scalar(self, scalar)

    def power_scalar(self, scalar):
        return ops.power_scalar(self, scalar)

    def reshape(self, *shape):
        """`x.reshape(6, 2)` or `x.reshape((6, 2))`; one length may be -1."""
        return ops.reshape(self, _unpack(shape))

    def flatten(self):
        """All entries on one axis."""
        return ops.reshape(self, (-1,))

    def transpose(self, *axes):
        """`x.transpose(1, 2, 0)` or `x.transpose((1, 2, 0))`; without axes, the last two swap."""
        axes = _unpack(axes)
        return ops.transpose(self, None if axes in ((), (None,)) else axes)

    def sum(self, axis=None, keepdims=False):
        """The sum along `axis`: None for all axes, a number, or a tuple."""
        return ops.summation(self, axis, keepdims)

    def mean(self, axis=None, keepdims=False):
        """The mean along `axis`: None for all axes, a number, or a tuple."""
        return ops.mean(self, axis, keepdims)

    def broadcast_to(self, *shape):
        """`x.broadcast_to(3, 3)` or `x.broadcast_to((3, 3))`."""
        return ops.broadcast_to(self, _unpack(shape))

    def sum_to(self, *shape):
        """`x.sum_to(3, 1)` or `x.sum_to((3, 1))`: undoes a broadcast from that shape."""
        return ops.sum_to(self, _unpack(shape))

    def matmul(self, other):
        return ops.matmul(self, other)


# At the end: ops builds on Tensor, and the operators above build on ops.
from . import ops  # noqa: E402
