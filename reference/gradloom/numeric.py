"""Derivatives by nudging, and checks of gradients against them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .arrays import NDArray
from .engine import backpropagate
from .tensor import Tensor

Number: TypeAlias = float | NDArray  # an array of shape ()


def central_difference(
    f: Callable[..., float], *vals: float, arg: int = 0, eps: float = 1e-6
) -> float:
    """Estimate the derivative of `f(*vals)`, a number, by its argument number `arg`.

    Calls `f` twice, with that argument `eps` higher and `eps` lower, and changes no value.
    """
    above, below = list(vals), list(vals)
    above[arg] = vals[arg] + eps
    below[arg] = vals[arg] - eps
    return (f(*above) - f(*below)) / (2 * eps)


def numeric_gradient(f: Callable[[NDArray], Number], x: ArrayLike, eps: float = 1e-6) -> NDArray:
    """Estimate the gradient of `f(x)`, a number, by every entry of the array `x`.

    Returns a float64 array of the shape of `x`, which may hold integers and does not change.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += eps
        below[index] -= eps
        gradient[index] = (f(above) - f(below)) / (2 * eps)
    return gradient


def gradcheck(
    f: Callable[..., Number],
    args: Sequence[ArrayLike],
    grads: Sequence[ArrayLike],
    rtol: float = 1e-5,
    atol: float = 1e-6,
) -> tuple[bool, str]:
    """Compare `grads`, one array for each of the arrays `args`, with the nudged gradients.

    `f(*args)` is a number. Returns (ok, report): ok is True if each gradient has the shape of its
    argument and each entry is at most `atol + rtol * abs(true)` away from the truth; the report
    is a text that names the arguments and entries that are not, and by how much they are off.
    A value `f(*args)`, gradient or estimate that is NaN or infinite is never right, and named.
    (`of_argument` makes of `f` a function of one argument, `worst_entry` words a finding.)
    """
    value = f(*args)
    faults = [] if np.isfinite(value) else [f"the value of f is {value}"]
    for i, (x, grad) in enumerate(zip(args, grads, strict=True)):
        expected = numeric_gradient(of_argument(f, args, i), x)
        if np.shape(grad) != expected.shape:
            faults.append(f"argument {i}: shape {np.shape(grad)} instead of {expected.shape}")
            continue
        right = np.isclose(grad, expected, rtol=rtol, atol=atol) & np.isfinite(expected)
        if not right.all():
            faults.append(f"argument {i}: {worst_entry(np.asarray(grad), expected, ~right)}")
    return not faults, "\n".join(faults) or "all gradients agree"


def of_argument(
    f: Callable[..., Number], args: Sequence[ArrayLike], i: int
) -> Callable[[NDArray], Number]:
    """Make of `f` a function of its argument number `i` alone; the others stay as in `args`."""
    return lambda x: f(*args[:i], x, *args[i + 1 :])


def worst_entry(grad: NDArray, expected: NDArray, wrong: NDArray) -> str:
    """Say in words which of the `wrong` entries is furthest off, relative to its size."""
    with np.errstate(invalid="ignore"):
        error = np.abs(grad - expected) / np.maximum(np.abs(expected), 1)
    error = np.where(wrong, np.where(np.isfinite(error), error, np.inf), -1)
    at = np.unravel_index(np.argmax(error), error.shape)
    if not np.isfinite(expected[at]):
        how = "f is not finite where it was nudged"
    elif not np.isfinite(grad[at]):
        how = "the gradient is not finite"
    else:
        how = f"a relative error of {error[at]:.1e}"
    return (
        f"{wrong.sum()} of {wrong.size} entries are off, most of all entry "
        f"{tuple(map(int, at))}: {grad[at]:.6g} instead of {expected[at]:.6g}, {how}"
    )


def check_gradients(f: Callable[..., Any], *tensors: Tensor, order: int = 1) -> None:
    """Check what the engine makes of `f(*tensors)`, a tensor of any shape, by nudging.

    Every entry of every tensor is nudged, in float64 copies; the upstream gradient is random, and
    the same each time. `order=2` checks the gradients of the gradients too.
    Raises AssertionError with the order, argument, entry and error.
    """
    arrays = [np.array(tensor.data, dtype=np.float64) for tensor in tensors]
    for level in range(1, order + 1):
        number = _weighed(f)
        f = _differentiated(number)
        grads = [grad.data for grad in f(*_leaves(arrays))]
        ok, report = gradcheck(lambda *xs, g=number: g(*_leaves(xs)).item(), arrays, grads)
        if not ok:
            raise AssertionError(f"gradients of order {level} are wrong\n{report}")


def _leaves(arrays: Sequence[NDArray]) -> list[Tensor]:
    return [Tensor(array, requires_grad=True) for array in arrays]


def _weighed(f: Callable[..., Any]) -> Callable[..., Tensor]:
    """Make of `f`, a function to a tensor or a list, one to a number: a randomly weighed sum."""

    def number(*tensors: Tensor) -> Tensor:
        rng = np.random.default_rng(0)  # the same weights each time
        out = f(*tensors)
        outs = [out] if isinstance(out, Tensor) else out
        total = Tensor(np.zeros(()))
        for each in outs:
            total = total + (each * rng.standard_normal(each.shape)).sum()
        return total

    return number


def _differentiated(f: Callable[..., Tensor]) -> Callable[..., list[Tensor]]:
    """Make of `f`, a function to a number, one to its gradients, a list with a graph of its own."""

    def gradients(*tensors: Tensor) -> list[Tensor]:
        out = f(*tensors)
        found = dict(backpropagate(out, Tensor(np.ones(())))) if out.requires_grad else {}
        return [found.get(tensor, Tensor(np.zeros(tensor.shape))) for tensor in tensors]

    return gradients
