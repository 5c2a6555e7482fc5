"""gradloom: automatic differentiation on NumPy arrays, small enough to read.

`from gradloom import *` brings the names below and shadows nothing of Python's own; `plots`, which
needs Matplotlib, is imported by itself.
"""

from .tensor import Tensor  # first: it and the operations import each other

# isort: split
from . import data, nn, optim, tables, training  # noqa: F401  # as gradloom.nn, never by *
from .dual import (
    Dual,
    count_operations,
    forward_cost,
    forward_derivative,
    forward_gradient,
    reverse_cost,
)
from .engine import no_grad
from .function import Function
from .functional import grad, hessian_vector_product, release
from .graph import CycleError, draw, edges, kahn_order, print_graph, topological_order
from .losses import (
    bce_with_logits,
    cross_entropy,
    log_softmax,
    logsumexp,
    mse_loss,
    softmax,
)
from .numeric import central_difference, check_gradients, gradcheck, numeric_gradient
from .ops import (
    add,
    add_scalar,
    cos,
    div_scalar,
    divide,
    exp,
    log,
    mul,
    mul_scalar,
    negate,
    power,
    power_scalar,
    relu,
    sigmoid,
    sin,
    sqrt,
    sub,
    tanh,
)
from .scalar import Value, zero_grad
from .selection import maximum, where
from .shapes import (
    broadcast_to,
    concatenate,
    linear,
    matmul,
    mean,
    reshape,
    stack,
    sum_to,
    summation,
    transpose,
    unbroadcast,
)

__all__ = [
    "CycleError",
    "Dual",
    "Function",
    "Tensor",
    "Value",
    "add",
    "add_scalar",
    "bce_with_logits",
    "broadcast_to",
    "central_difference",
    "check_gradients",
    "concatenate",
    "cos",
    "count_operations",
    "cross_entropy",
    "div_scalar",
    "divide",
    "draw",
    "edges",
    "exp",
    "forward_cost",
    "forward_derivative",
    "forward_gradient",
    "grad",
    "gradcheck",
    "hessian_vector_product",
    "kahn_order",
    "linear",
    "log",
    "log_softmax",
    "logsumexp",
    "matmul",
    "maximum",
    "mean",
    "mse_loss",
    "mul",
    "mul_scalar",
    "negate",
    "no_grad",
    "numeric_gradient",
    "power",
    "power_scalar",
    "print_graph",
    "release",
    "relu",
    "reshape",
    "reverse_cost",
    "sigmoid",
    "sin",
    "softmax",
    "sqrt",
    "stack",
    "sub",
    "sum_to",
    "summation",
    "tanh",
    "topological_order",
    "transpose",
    "unbroadcast",
    "where",
    "zero_grad",
]
