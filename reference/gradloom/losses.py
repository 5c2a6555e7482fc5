"""Losses, and what classifying ones are made of: logsumexp and softmax.

Labels and targets are data: no gradient flows into them. Whatever takes an exponential is finite
for logits as large as 1000 and -1000; how, and how exact that is: Blanchard, Higham and Higham,
"Accurately computing the log-sum-exp and softmax functions", IMA J. Numer. Anal. 41, 2021.
"""

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Axes, NDArray
from .function import Function, as_tensors
from .ops import exp, log
from .tensor import Operand, Tensor


def same_shape(pred: Operand, target: Operand) -> tuple[Tensor, ...]:
    """Both as tensors; ValueError if their shapes differ, which NumPy would broadcast in silence.

    (N, 1) against (N,) would make (N, N) of them.
    """
    pred, target = as_tensors((pred, target))
    if pred.shape != target.shape:
        raise ValueError(
            f"predictions have shape {pred.shape}, targets {target.shape}: "
            "they must agree, so reshape one of them first"
        )
    return pred, target


def mse_loss(pred: Operand, target: Operand) -> Tensor:
    """The mean squared error of `pred`, a tensor of shape ().

    `target` is a tensor, an array or a list of the shape of `pred`, which `same_shape` sees to.
    The mean is over all entries. Gradients flow into `pred` and never into `target`.
    """
    pred, target = same_shape(pred, target)
    error = pred - target.detach()
    return (error * error).mean()


def bce_with_logits(logits: Operand, targets: Operand) -> Tensor:
    """The binary cross-entropy, a tensor of shape (): the mean over all entries.

    A logit is the number whose sigmoid is the probability of 1. `targets` has the shape of
    `logits` (see `same_shape`) and holds 0, 1 or probabilities; no gradient flows into it.
    Value and gradient are right, and NumPy stays silent, for logits of 0, 1000 and -1000 too.
    """
    logits, targets = same_shape(logits, targets)
    shift: NDArray = np.maximum(logits.data, 0)
    log_total = log(exp(logits - shift) + np.exp(-shift))
    return (log_total - (logits * targets.detach() - shift)).mean()


def logsumexp(x: Operand, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The logarithm of the sum of e to the power of x, a tensor or an array, along `axis`.

    `axis` is None for all axes, a number or a tuple; what was summed vanishes, or stays as 1 with
    `keepdims`. Right for entries as large as 1000 and -1000 too, and whichever of them are -inf:
    if all are, so is the result, and no NaN.
    """
    (x,) = as_tensors((x,))
    top: NDArray = x.data.max(axis=axis, keepdims=True)
    total = exp(x - np.where(np.isfinite(top), top, 0)).sum(axis, keepdims)
    empty = total.data == 0  # every entry is -inf
    return log(total + empty) + top.reshape(total.shape)


def log_softmax(x: Operand, axis: int = -1) -> Tensor:
    """The logarithm of the softmax of x, a tensor or an array, along `axis`, in the shape of x.

    Right for entries as large as 1000 and -1000 too; an entry of -inf stays -inf, as long as
    another one along `axis` is finite.
    """
    (x,) = as_tensors((x,))
    top: NDArray = x.data.max(axis=axis, keepdims=True)
    shifted = x - top
    return shifted - log(exp(shifted).sum(axis, keepdims=True))


class Softmax(Function):
    """e to the power of a, divided by the sum of that along `axis`."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, a: NDArray) -> NDArray:
        """Returns a new array of the shape of a, whose sums along `self.axis` are 1."""
        out = a.swapaxes(0, self.axis).copy()  # NumPy reduces a first axis faster than short rows
        out -= out.max(axis=0)
        np.exp(out, out=out)
        out /= out.sum(axis=0)
        return out.swapaxes(0, self.axis)

    def backward(self, out_grad: Tensor, node: Tensor) -> Tensor:
        """Returns the gradient of a, of the shape of `out_grad`.

        Every result along `self.axis` depends on every entry along it; `node` holds the results.
        """
        return node * (out_grad - (out_grad * node).sum(self.axis, keepdims=True))


def softmax(x: Operand, axis: int = -1) -> Tensor:
    """Probabilities along `axis` from the logits x, in the shape of x."""
    return Softmax(axis)(x)


class CrossEntropy(Function):
    """The mean over the rows of minus the log of the probability that softmax gives the label."""

    def __init__(self, labels: ArrayLike) -> None:
        self.labels = np.array(labels)  # a copy: the caller may go on changing its own

    def forward(self, logits: NDArray) -> NDArray:
        """Logits of shape (rows, classes); returns the loss, a number.

        `self.labels` holds one integer a row, the number of its class. The loss is right for
        logits as large as 1000 and -1000 too.
        """
        columns = logits.T.copy()  # NumPy reduces a first axis faster than short rows
        columns -= columns.max(axis=0)
        picked = columns[self.labels, np.arange(len(logits))]
        losses = np.log(np.exp(columns).sum(axis=0)) - picked
        return np.asarray(losses.sum() / len(losses))

    def backward(self, out_grad: Tensor, node: Tensor) -> Tensor:
        """`out_grad` has the shape (); returns the gradient of the logits, (rows, classes).

        `self.labels` holds one integer a row, the number of its class.
        """
        logits = node._inputs[0]
        rows, classes = logits.shape
        one_hot: NDArray = self.labels[:, None] == np.arange(classes)
        return (softmax(logits) - one_hot) * (out_grad / rows)


def cross_entropy(logits: Operand, labels: ArrayLike | Tensor) -> Tensor:
    """The cross-entropy of logits (rows, classes), a tensor of shape (): the mean over the rows.

    `labels` holds one integer a row, the number of its class. Raises ValueError for logits or
    labels of another shape and for numbers that are no class, TypeError for labels of floats.
    """
    (logits,) = as_tensors((logits,))
    return CrossEntropy(_class_numbers(labels, logits.shape))(logits)


def _class_numbers(labels: ArrayLike | Tensor, shape: tuple[int, ...]) -> NDArray:
    """`labels` as an array that fits logits of `shape`; an error says what to do."""
    labels = labels.data if isinstance(labels, Tensor) else np.asarray(labels)
    if len(shape) != 2:
        raise ValueError(f"logits have shape {shape}: reshape them to (rows, classes)")
    rows, classes = shape
    if labels.shape != (rows,):
        raise ValueError(
            f"labels have shape {labels.shape}: pass one class number a row, an array of shape "
            f"({rows},); of one-hot rows, labels.argmax(axis=1)"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"labels are class numbers, not {labels.dtype}: pass an array of integers, "
            "for example labels.astype(int)"
        )
    if rows and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"labels go from {labels.min()} to {labels.max()}, but logits of {classes} columns "
            f"know the classes 0 to {classes - 1}"
        )
    return labels
