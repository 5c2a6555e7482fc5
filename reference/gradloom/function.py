"""Function: what all operations have in common."""

from typing import Any, TypeAlias

import numpy as np

from .arrays import NDArray, floating, is_floating
from .tensor import Operand, Tensor

Gradients: TypeAlias = Tensor | tuple[Tensor | None, ...]


def as_tensors(values: tuple[Operand, ...]) -> tuple[Tensor, ...]:
    """Wrap as constants the `values` that are not tensors; returns a tuple of tensors.

    Numbers, lists and integer arrays take the dtype of the tensors they meet.
    """
    for value in values:
        if not isinstance(value, Tensor):
            break
    else:
        return values  # type: ignore[return-value]  # all are tensors
    dtypes = {value.dtype for value in values if isinstance(value, Tensor)}
    dtype = np.result_type(*dtypes) if len(dtypes) > 1 else next(iter(dtypes), None)
    return tuple([_constant(value, dtype) for value in values])


def _constant(value: Operand, dtype: np.dtype[Any] | None) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (float, int)):
        return Tensor._wrap(np.asarray(value, dtype or np.float32))
    if is_floating(value):
        return Tensor._wrap(value.copy())
    if isinstance(value, np.ndarray) and value.dtype == bool:
        return Tensor._wrap(value.astype(dtype or np.float32))
    return Tensor._wrap(floating(value, dtype))


class Function:
    """One operation. Each call needs an object of its own, which holds the parameters."""

    def __call__(self, *args: Operand) -> Tensor:
        """Apply the operation to `args`: tensors, or what `as_tensors` can wrap as constants.

        Returns a new tensor on the array that `forward` makes of the inputs' arrays
        (`Tensor._wrap`). If any input needs a gradient, `out._record(self, inputs)`
        remembers where it came from.
        """
        arrays, tracked = [], False
        for tensor in args:
            if not isinstance(tensor, Tensor):
                return self(*as_tensors(args))
            arrays.append(tensor._data)
            if tensor.requires_grad:
                tracked = True
        out = Tensor._wrap(self.forward(*arrays))
        if tracked:
            out._record(self, args)  # type: ignore[arg-type]  # all are tensors
        return out

    def forward(self, *arrays: Any) -> NDArray:
        """Compute the result, a new array or a view; the `arrays` stay as they are."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, out_grad: Tensor, node: Tensor) -> Gradients:
        """Turn the gradient of `node`, the result, into those of `node._inputs`.

        Returns one tensor per input, a tuple if there are several; None stands for no gradient.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def gradients(self, out_grad: Tensor, node: Tensor) -> tuple[Tensor | None, ...]:
        """What `backward` returns, always as a tuple, each entry summed to its input's shape.

        `out_grad` has the shape of `node`. A None from `backward` stays None; `sum_to` sums.
        """
        grads = self.backward(out_grad, node)
        if isinstance(grads, Tensor):
            grads = (grads,)
        summed = []
        for grad, tensor in zip(grads, node._inputs, strict=True):
            summed.append(None if grad is None else grad.sum_to(tensor.shape))
        return tuple(summed)
