"""gradloom: automatic differentiation on NumPy arrays, small enough to read."""

from .tensor import Tensor  # first: it and the operations import each other

# isort: split
from .engine import no_grad
from .function import Function
from .graph import edges, print_graph, topological_order
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
from .shapes import (
    broadcast_to,
    matmul,
    mean,
    reshape,
    sum_to,
    summation,
    transpose,
    unbroadcast,
)

__all__ = [
    "Function",
    "Tensor",
    "add",
    "add_scalar",
    "broadcast_to",
    "central_difference",
    "check_gradients",
    "cos",
    "div_scalar",
    "divide",
    "edges",
    "exp",
    "gradcheck",
    "log",
    "matmul",
    "mean",
    "mul",
    "mul_scalar",
    "negate",
    "no_grad",
    "numeric_gradient",
    "power",
    "power_scalar",
    "print_graph",
    "relu",
    "reshape",
    "sigmoid",
    "sin",
    "sqrt",
    "sub",
    "sum_to",
    "summation",
    "tanh",
    "topological_order",
    "transpose",
    "unbroadcast",
]
