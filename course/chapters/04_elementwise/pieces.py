"""The chain rule by hand: the walk of chapter 6, for a graph of two operations."""

from .tensor import Tensor


def chain_by_hand(d: Tensor, out_grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Walk from `d` back to its leaves, one operation after the other.

    `d` was made in two steps from a, b and w, all of one shape: c from a and b, then d from
    c and w. An example is c = a * b, d = c * w; other operations must work as well. `out_grad`
    is the upstream gradient of `d`, a tensor of its shape. Each tensor knows its operation
    (`_op`) and what went into it (`_inputs`).

    Returns the gradients of a, b and w, in this order.
    """
    c, _ = d._inputs
    grad_c, grad_w = d._op.backward(out_grad, d)
    grad_a, grad_b = c._op.backward(grad_c, c)
    return grad_a, grad_b, grad_w
