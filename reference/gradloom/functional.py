"""Gradients as values, of gradients too, and the end of a graph."""

from collections.abc import Callable, Sequence

import numpy as np

from .graph import topological_order
from .tensor import Operand, Tensor


def grad(
    output: Tensor,
    inputs: Tensor | Sequence[Tensor],
    out_grad: Operand | None = None,
    create_graph: bool = False,
) -> Tensor | tuple[Tensor, ...]:
    """The gradients of sum(out_grad * output) by `inputs`, leaves or not; no `.grad` changes.

    Returns a tensor for a tensor and a tuple for a sequence, each of its input's shape; zeros
    where `output` does not depend on the input. `out_grad` and `create_graph` are those of
    `Tensor.backward`. Raises RuntimeError as it does, and ValueError for an input that needs no
    gradient.
    """
    if isinstance(inputs, Tensor):
        return _gradients(output, (inputs,), out_grad, create_graph)[0]
    return _gradients(output, tuple(inputs), out_grad, create_graph)


def _gradients(
    output: Tensor, inputs: tuple[Tensor, ...], out_grad: Operand | None, create_graph: bool
) -> tuple[Tensor, ...]:
    for number, tensor in enumerate(inputs):
        if not tensor.requires_grad:
            raise ValueError(f"input {number} needs no gradient: make it with requires_grad=True")
    wanted = set(inputs)
    found = dict(output._walk(out_grad, create_graph, keep=wanted.__contains__))
    return tuple(found.get(x, Tensor._wrap(np.zeros_like(x.data))) for x in inputs)


def hessian_vector_product(f: Callable[[Tensor], Tensor], x: Tensor, vector: Operand) -> Tensor:
    """The Hessian of `f` at `x`, times `vector`, without ever making the Hessian.

    `f` turns a tensor that needs a gradient into one with a single entry; `x` and `vector` have
    the same shape, and so has the result. `x.grad` stays as it is. Pearlmutter (1994), "Fast
    exact multiplication by the Hessian".
    """
    x = Tensor(x, requires_grad=True)
    (gradient,) = grad(f(x), [x], create_graph=True)
    if not gradient.requires_grad:  # f is linear
        return Tensor(np.zeros_like(x.data))
    (product,) = grad(gradient, [x], vector)
    return product


def release(root: Tensor) -> None:
    """Cut the graph of `root`: every result in it forgets its operation and its inputs.

    Leaves and gradients stay as they are; a later `root.backward()` raises RuntimeError.
    """
    for node in topological_order(root, lambda node: node._inputs):
        if node._op is not None:
            node._op, node._inputs = None, ()
            node.requires_grad = False
