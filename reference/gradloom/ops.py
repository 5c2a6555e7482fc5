"""Every operation: what it computes, on arrays, and how a gradient passes it, on tensors.

`backward` is written with tensor operations, so that gradients have gradients, and as if nothing
had been broadcast: `Function.gradients` undoes that, once, for all of them.
"""

import copy

import numpy as np

from .tensor import Tensor, as_tensors


class Function:
    """One operation. Each call needs an object of its own, which holds the parameters."""

    def __call__(self, *args):
        """Apply the operation to `args`: tensors, or what `as_tensors` can wrap as constants.

        Returns a new tensor on the array that `forward` makes of the inputs' arrays
        (`Tensor._wrap`). If any input needs a gradient, `out._record(self, inputs)`
        remembers where it came from.
        """
        inputs = as_tensors(args)
        out = Tensor._wrap(self.forward(*(tensor.data for tensor in inputs)))
        if any(tensor.requires_grad for tensor in inputs):
            out._record(self, inputs)
        return out

    def forward(self, *arrays):
        """Compute the result, a new array or a view; the `arrays` stay as they are."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, out_grad, node):
        """Turn the gradient of `node`, the result, into those of `node._inputs`.

        Returns one tensor per input, a tuple if there are several; None stands for no gradient.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def gradients(self, out_grad, node):
        """What `backward` returns, always as a tuple, each entry summed to its input's shape.

        `out_grad` has the shape of `node`. A None from `backward` stays None; `sum_to` sums.
        """
        grads = self.backward(out_grad, node)
        if not isinstance(grads, tuple | list):
            grads = (grads,)
        return tuple(
            None if grad is None else sum_to(grad, tensor.shape)
            for grad, tensor in zip(grads, node._inputs, strict=True)
        )


# Two operands


class Add(Function):
    """a + b."""

    def forward(self, a, b):
        """Two arrays that broadcast; returns their sum, a new array."""
        return np.add(a, b)

    def backward(self, out_grad, node):
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        return out_grad, out_grad


class Mul(Function):
    """a * b, entry by entry."""

    def forward(self, a, b):
        """Two arrays that broadcast; returns their product, a new array."""
        return np.multiply(a, b)

    def backward(self, out_grad, node):
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        a, b = node._inputs
        return out_grad * b, out_grad * a


class Sub(Function):
    """a - b."""

    def forward(self, a, b):
        """Two arrays that broadcast; returns their difference, a new array."""
        return np.subtract(a, b)

    def backward(self, out_grad, node):
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        return out_grad, -out_grad


class Div(Function):
    """a / b, entry by entry."""

    def forward(self, a, b):
        """Two arrays that broadcast; returns their quotient, a new array."""
        return np.divide(a, b)

    def backward(self, out_grad, node):
        """Returns the gradients of a and b, both of the shape of `out_grad`."""
        _, b = node._inputs
        grad_a = out_grad / b
        return grad_a, -grad_a * node


class Pow(Function):
    """a ** b, entry by entry: a base and an exponent."""

    def forward(self, a, b):
        """Two arrays that broadcast, base and exponent; returns the power, a new array."""
        return np.power(a, b)

    def backward(self, out_grad, node):
        """Returns the gradients of a and b, both of the shape of `out_grad`.

        The second is None where b needs no gradient: bases below zero have no logarithm.
        """
        a, b = node._inputs
        grad_a = out_grad * b * a ** (b - 1)
        grad_b = out_grad * node * log(a) if b.requires_grad else None
        return grad_a, grad_b


def add(a, b):
    return Add()(a, b)


def mul(a, b):
    return Mul()(a, b)


def sub(a, b):
    return Sub()(a, b)


def divide(a, b):
    return Div()(a, b)


def power(a, b):
    return Pow()(a, b)


# One operand, entry by entry


class Negate(Function):
    """-a."""

    def forward(self, a):
        """Returns the array with every sign turned, a new array."""
        return np.negative(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return -out_grad


class Log(Function):
    """The natural logarithm."""

    def forward(self, a):
        """Returns the natural logarithm of every entry, a new array."""
        return np.log(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad / node._inputs[0]


class Exp(Function):
    """e to the power of a."""

    def forward(self, a):
        """Returns e to the power of every entry, a new array."""
        return np.exp(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * node


class Sqrt(Function):
    """The square root."""

    def forward(self, a):
        """Returns the square root of every entry, a new array."""
        return np.sqrt(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad / (2 * node)


class Abs(Function):
    """The absolute value."""

    def forward(self, a):
        """Returns the absolute value of every entry, a new array."""
        return np.abs(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`; at zero it is 0."""
        return out_grad * np.sign(node._inputs[0].data)


class Sin(Function):
    """The sine."""

    def forward(self, a):
        """Returns the sine of every entry, a new array."""
        return np.sin(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * cos(node._inputs[0])


class Cos(Function):
    """The cosine."""

    def forward(self, a):
        """Returns the cosine of every entry, a new array."""
        return np.cos(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return -out_grad * sin(node._inputs[0])


class ReLU(Function):
    """The rectified linear unit: a where it is above zero, else 0."""

    def forward(self, a):
        """Returns the array with 0 in place of every negative entry, a new array."""
        return np.maximum(a, 0)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`; at zero it is 0."""
        return out_grad * (node._inputs[0].data > 0)


class Sigmoid(Function):
    """1 / (1 + e ** -a)."""

    def forward(self, a):
        """Returns the sigmoid of every entry, a new array.

        Right for entries as large as 800 and -800 too, and without a warning from NumPy.
        """
        small = np.exp(-np.abs(a))
        return np.where(a >= 0, 1, small) / (1 + small)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`.

        Where the sigmoid is close to 1 it is tiny, but not 0.
        """
        return out_grad * node * sigmoid(-node._inputs[0])


class Tanh(Function):
    """The hyperbolic tangent."""

    def forward(self, a):
        """Returns the hyperbolic tangent of every entry, a new array."""
        return np.tanh(a)

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * (1 - node * node)


def negate(a):
    return Negate()(a)


def log(a):
    return Log()(a)


def exp(a):
    return Exp()(a)


def sqrt(a):
    return Sqrt()(a)


def sin(a):
    return Sin()(a)


def cos(a):
    return Cos()(a)


def relu(a):
    return ReLU()(a)


def sigmoid(a):
    return Sigmoid()(a)


def tanh(a):
    return Tanh()(a)


# A tensor and a number that is no tensor; float(), as a NumPy number would widen float32


class AddScalar(Function):
    """a + scalar."""

    def __init__(self, scalar):
        self.scalar = float(scalar)

    def forward(self, a):
        """Returns the sum of every entry and `self.scalar`, a new array."""
        return a + self.scalar

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad


class MulScalar(Function):
    """a * scalar."""

    def __init__(self, scalar):
        self.scalar = float(scalar)

    def forward(self, a):
        """Returns the product of every entry and `self.scalar`, a new array."""
        return a * self.scalar

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad * self.scalar


class DivScalar(Function):
    """a / scalar."""

    def __init__(self, scalar):
        self.scalar = float(scalar)

    def forward(self, a):
        """Returns the quotient of every entry and `self.scalar`, a new array."""
        return a / self.scalar

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`."""
        return out_grad / self.scalar


class PowerScalar(Function):
    """a ** scalar."""

    def __init__(self, scalar):
        self.scalar = float(scalar)

    def forward(self, a):
        """Returns every entry to the power of `self.scalar`, a new array."""
        return a**self.scalar

    def backward(self, out_grad, node):
        """Returns the gradient of a, of the shape of `out_grad`.

        The exponent 0 has the gradient 0 everywhere, at entries that are zero too.
        """
        n = self.scalar
        return out_grad * n * power_scalar(node._inputs[0], n - 1 if n else 0)


def add_scalar(a, scalar):
    return AddScalar(scalar)(a)


def mul_scalar(a, scalar):
    return MulScalar(scalar)(a)


def div_scalar(a, scalar):
    return DivScalar(scalar)(a)


def power_scalar(a, scalar):
    return PowerScalar(scalar)(a)


# Shapes


class Reshape(Function):
    """The same entries, in the same order, in another shape."""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, a):
        """Returns the entries of a in the shape `self.shape`, in which one length may be -1."""
        return np.reshape(a, self.shape)

    def backward(self, out_grad, node):
        """`out_grad` has the new shape; returns the gradient of a, in the shape of a."""
        return reshape(out_grad, node._inputs[0].shape)


class Transpose(Function):
    """The axes in another order: at each place the old axis; None swaps the last two."""

    def __init__(self, axes=None):
        self.axes = axes

    def forward(self, a):
        """Returns a view of a with its axes in the new order."""
        if self.axes is None and a.ndim > 1:
            return np.swapaxes(a, -1, -2)
        return np.transpose(a, self.axes)

    def backward(self, out_grad, node):
        """`out_grad` has the axes in the new order; returns the gradient of a, in the old one.

        `self.axes` is None, or a sequence with one entry per axis, some perhaps negative.
        """
        if self.axes is None:
            return transpose(out_grad)
        places = np.argsort([axis % out_grad.ndim for axis in self.axes])
        return transpose(out_grad, tuple(places.tolist()))


class Summation(Function):
    """The sum along `axes`: None for all of them, a number, or a tuple."""

    def __init__(self, axes=None, keepdims=False):
        self.axes = tuple(axes) if isinstance(axes, list) else axes
        self.keepdims = keepdims

    def forward(self, a):
        """Returns the sums along `self.axes`, which vanish, or stay as 1 with `self.keepdims`."""
        return np.sum(a, axis=self.axes, keepdims=self.keepdims)

    def backward(self, out_grad, node):
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

    def __init__(self, shape):
        self.shape = shape

    def forward(self, a):
        """Returns a read-only view of a in the shape `self.shape`."""
        return np.broadcast_to(a, self.shape)

    def backward(self, out_grad, node):
        """`out_grad` has the shape `self.shape`; returns the gradient of a, in the shape of a."""
        return sum_to(out_grad, node._inputs[0].shape)


def unbroadcast(grad, shape):
    """Undo, for a gradient, the broadcast of an array of `shape` to the shape of `grad`.

    `grad` is an array. Returns an array of `shape`, in which each entry has the sum of all entries
    of `grad` that its copies received.
    """
    extra = grad.ndim - len(shape)
    grad = grad.sum(axis=tuple(range(extra)))
    stretched = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return grad.sum(axis=stretched, keepdims=True)


class SumTo(Function):
    """The sum over all that a broadcast from `shape` repeats."""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, a):
        """Returns an array of the shape `self.shape`."""
        return unbroadcast(a, self.shape)

    def backward(self, out_grad, node):
        """`out_grad` has the shape `self.shape`; returns the gradient of a, in the shape of a."""
        return broadcast_to(out_grad, node._inputs[0].shape)


class MatMul(Function):
    """a @ b: matrices, vectors, or stacks of matrices that broadcast."""

    def forward(self, a, b):
        """Arrays (..., m, n) and (..., n, p), or (n,) in place of either; returns the product."""
        return np.matmul(a, b)

    def backward(self, out_grad, node):
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

    def __init__(self, index):
        self.index = copy.deepcopy(index)  # the caller may go on changing an array in it

    def forward(self, a):
        return a[self.index]

    def backward(self, out_grad, node):
        return PutItem(self.index, node._inputs[0].shape)(out_grad)


class PutItem(Function):
    """Zeros of `shape` with the entries of a added at `index`, as often as it names a place."""

    def __init__(self, index, shape):
        self.index, self.shape = index, shape

    def forward(self, a):
        out = np.zeros(self.shape, a.dtype)
        np.add.at(out, self.index, a)
        return out

    def backward(self, out_grad, node):
        return out_grad[self.index]


class Clone(Function):
    """The same values in an array of their own."""

    def forward(self, a):
        return np.array(a)

    def backward(self, out_grad, node):
        return out_grad


def reshape(a, shape):
    return Reshape(shape)(a)


def transpose(a, axes=None):
    return Transpose(axes)(a)


def summation(a, axes=None, keepdims=False):
    return Summation(axes, keepdims)(a)


def mean(a, axes=None, keepdims=False):
    """The mean along `axes`: None for all of them, a number, or a tuple."""
    (a,) = as_tensors((a,))
    total = summation(a, axes, keepdims)
    return total / (a.size / max(total.size, 1))


def broadcast_to(a, shape):
    return BroadcastTo(shape)(a)


def sum_to(a, shape):
    """Undo a broadcast of a tensor from `shape`; `a` itself if it has that shape."""
    return a if a.shape == tuple(shape) else SumTo(shape)(a)


def matmul(a, b):
    return MatMul()(a, b)
