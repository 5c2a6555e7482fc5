"""The table of operations: each row one expression, for gradloom, NumPy and PyTorch to agree on.

A test with an argument `row` runs once for every row of `ROWS`; one with an argument `family` once
for every entry of `FAMILIES`, strategies that draw rows of random shapes and axes.
"""

import itertools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import gradloom as gl
import numpy as np
from gradloom import shapes
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


def pytest_generate_tests(metafunc):
    if "row" in metafunc.fixturenames:
        metafunc.parametrize("row", ROWS, ids=lambda row: row.name)
    if "family" in metafunc.fixturenames:
        metafunc.parametrize("family", FAMILIES.values(), ids=FAMILIES)


@dataclass(frozen=True)
class Row:
    name: str
    f: Callable[..., Any]  # f(xp, *operands), where xp has gradloom's names
    shapes: tuple[tuple[int, ...], ...] = ((3, 4),)
    positive: bool = False

    def arrays(self, dtype=np.float64):
        """The operands: all entries differ, in size too, and keep away from zero."""
        rng = np.random.default_rng(7)
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        entries = rng.permutation(np.linspace(0.4, 2.0, sum(sizes)))
        if not self.positive:
            entries *= rng.choice([-1, 1], entries.shape)
        pieces = np.split(entries, np.cumsum(sizes)[:-1])
        return [
            np.array(piece.reshape(shape), dtype)
            for piece, shape in zip(pieces, self.shapes, strict=True)
        ]

    def on_tensors(self, *tensors):
        return self.f(GRADLOOM, *tensors)

    def on_arrays(self, *arrays):
        return self.f(NUMPY, *arrays)


GRADLOOM = SimpleNamespace(
    **vars(gl)
    | {
        "abs": abs,
        "amax": shapes.amax,
        "array": np.array,
        "clone": lambda x: shapes.Clone()(x),
    }
)


def np_transpose(x, axes=None):
    """Without axes the last two change places, as for a PyTorch `mT`, unlike in NumPy."""
    return np.swapaxes(x, -1, -2) if axes is None and x.ndim > 1 else np.transpose(x, axes)


def np_reduction(f):
    return lambda x, axes=None, keepdims=False: f(x, axis=axes, keepdims=keepdims)


def np_logsumexp(x, axes=None, keepdims=False):
    return np.log(np.exp(x).sum(axis=axes, keepdims=keepdims))


def np_sum_to(x, shape):
    extra = x.ndim - len(shape)
    stretched = tuple(i for i, n in enumerate(shape) if n == 1)
    return x.sum(axis=tuple(range(extra))).sum(axis=stretched, keepdims=True)


NUMPY = SimpleNamespace(
    **vars(np)
    | {
        "mul": np.multiply,
        "sub": np.subtract,
        "negate": np.negative,
        "relu": lambda x: np.where(x > 0, x, 0),
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        "summation": np_reduction(np.sum),
        "mean": np_reduction(np.mean),
        "amax": np_reduction(np.max),
        "transpose": np_transpose,
        "sum_to": np_sum_to,
        "clone": np.array,
        "linear": lambda x, weight, bias: x @ weight + bias,
        "logsumexp": np_logsumexp,
        "softmax": lambda x, axis: np.exp(x - np_logsumexp(x, axis, True)),
        "log_softmax": lambda x, axis: x - np_logsumexp(x, axis, True),
        "add_scalar": operator.add,
        "mul_scalar": operator.mul,
        "div_scalar": operator.truediv,
        "power_scalar": operator.pow,
    }
)


def call(name, xp, *arguments):
    return getattr(xp, name)(*arguments)


BINARY = {"add": False, "sub": False, "mul": False, "divide": False, "power": True}
BINARY |= {"maximum": False}  # whether the operands have to be positive
UNARY = {"negate": False, "exp": False, "abs": False, "sin": False, "cos": False, "relu": False}
UNARY |= {"sigmoid": False, "tanh": False, "log": True, "sqrt": True}
SCALARS = {"add_scalar": [3], "mul_scalar": [-2.5], "div_scalar": [4]}
SCALARS |= {"power_scalar": [0, 1, 2, 3, -1, 0.5]}

REDUCTIONS = ["summation", "mean", "amax", "logsumexp"]

PAIRS = {
    "same": ((3, 4), (3, 4)),
    "bias": ((3, 4), (4,)),
    "column": ((3, 1), (3, 4)),
    "outer": ((2, 1), (1, 3)),
    "deep": ((2, 1, 3), (5, 1, 2, 4, 3)),
    "0d": ((), (2, 3)),
    "0d-both": ((), ()),
    "one": ((2, 3), (1,)),
    "one-both": ((1,), (1, 1)),
    "empty": ((0, 3), (1, 3)),
}
MATRICES = [
    ((3, 5), (5, 4)),
    ((1, 1), (1, 1)),
    ((5,), (5,)),
    ((3, 5), (5,)),
    ((5,), (5, 4)),
    ((2, 3, 5), (5, 4)),
    ((3, 5), (2, 5, 4)),
    ((2, 1, 3, 4), (5, 4, 6)),
    ((2, 3, 5), (5,)),
    ((5,), (2, 5, 4)),
    ((2, 0), (0, 3)),
]
AXES = [
    (None, (2, 3)),
    (None, ()),
    (0, (3, 3)),
    (1, (3, 3)),
    (-1, (2, 3)),
    (0, (4,)),
    ((), (2, 3)),
    ((0, 2), (2, 3, 4)),
    ((-1, 0), (2, 3, 4)),
]
PERMUTATIONS = [(1, 2, 0), (2, 0, 1), (-1, 0, 1), (0, -1, 1), (2, 1, 0)]
CONDITION = np.array([[True], [False], [True]])
INDICES = {
    "row": 1,
    "slices": (slice(None, None, 2), slice(1, None)),
    "again": [0, 0, 1],
    "pairs": ([0, 0, 2], [1, 1, 3]),
    "newaxis": (..., None),
    "mixed": (slice(None), [0, 0]),
    "mask": np.array([True, False, True]),
    "nothing": [],
}

OPERATORS = {
    "5 - x": lambda xp, x: 5 - x,
    "2 / x": lambda xp, x: 2 / x,
    "2 ** x": lambda xp, x: 2**x,
    "x ** 3": lambda xp, x: x**3,
    "x ** 0": lambda xp, x: x**0,
    "array * x": lambda xp, x: xp.array([[0.5], [1.5], [-2.0]]) * x,
    "array - x": lambda xp, x: xp.array([0.5, 1.5, -2.0]) - x,
    "array @ x": lambda xp, x: xp.array([[0.5, 1.5, -2.0]]) @ x,
    "x @ array": lambda xp, x: x @ xp.array([0.5, 1.5, -2.0]),
    "x * mask": lambda xp, x: x * xp.array([[True], [False], [True]]),
    "mask * x": lambda xp, x: xp.array([[True], [False], [True]]) * x,
    "x + x": lambda xp, x: x + x,
    "x - x": lambda xp, x: x - x,
    "x / x": lambda xp, x: x / x,
    "x @ x": lambda xp, x: x @ x,
    "(x * x + x).sum()": lambda xp, x: xp.summation(x * x + x),
    "h + f(h)": lambda xp, x: (h := x * x) + xp.tanh(h),
    "f(h) + h": lambda xp, x: xp.tanh(h := x * x) + h,
    "x[again] * x[again]": lambda xp, x: x[[0, 0, 1]] * x[[0, 1, 1]],
    "x[:2] @ x[1:].T": lambda xp, x: x[:2] @ xp.transpose(x[1:]),
    "builtin sum": lambda xp, x: sum(x),
    "x / x.sum(1)": lambda xp, x: x / xp.summation(x * x, 1, keepdims=True),
    "x.T": lambda xp, x: x.T,
}

ROWS = [
    *(
        Row(f"{name}-{pair}", partial(call, name), shapes, positive)
        for name, positive in BINARY.items()
        for pair, shapes in PAIRS.items()
    ),
    *(
        Row(f"{name}-{len(shape)}d", partial(call, name), (shape,), positive)
        for name, positive in UNARY.items()
        for shape in [(), (0, 3), (2, 1, 4)]
    ),
    *(
        Row(f"{name}-{c}", lambda xp, x, f=name, c=c: call(f, xp, x, c), positive=c == 0.5)
        for name, constants in SCALARS.items()
        for c in constants
    ),
    *(Row(name, f, ((3, 3),)) for name, f in OPERATORS.items()),
    Row("(a + b) + a", lambda xp, a, b: (a + b) + a, ((3, 4), (4,))),
    Row("x ** x", lambda xp, x: x**x, positive=True),
    Row("where", lambda xp, a, b: xp.where(xp.array(CONDITION), a, b), ((3, 4), (4,))),
    Row("where-0", lambda xp, a: xp.where(xp.array(CONDITION), a * a, 0.0)),
    *(
        Row(
            f"{name}-{axis}-{keepdims}-{len(shape)}d",
            lambda xp, x, f=name, a=axis, k=keepdims: call(f, xp, x, a, k),
            (shape,),
        )
        for name, keepdims in itertools.product(REDUCTIONS, [False, True])
        for axis, shape in AXES
    ),
    *(
        Row(f"{name}-{axis}", lambda xp, x, f=name, a=axis: call(f, xp, x, a), ((3, 4),))
        for name, axis in itertools.product(["softmax", "log_softmax"], [0, 1, -1])
    ),
    Row("summation-empty", lambda xp, x: xp.summation(x, 0), ((0, 3),)),
    Row("reshape", lambda xp, x: xp.reshape(x, (6, 2))),
    Row("reshape-1", lambda xp, x: xp.reshape(x, (2, -1))),
    Row("reshape-0d", lambda xp, x: xp.reshape(x, ()), ((1, 1),)),
    *(
        Row(f"transpose-{axes}", lambda xp, x, a=axes: xp.transpose(x, a), ((3, 2, 5),))
        for axes in [None, *PERMUTATIONS]
    ),
    Row("transpose-4d", lambda xp, x: xp.transpose(x, (2, 0, 3, 1)), ((2, 3, 1, 4),)),
    Row("transpose-1d", lambda xp, x: xp.transpose(x), ((3,),)),
    *(
        Row(f"broadcast_to-{shape}", lambda xp, x, to=to: xp.broadcast_to(x, to), (shape,))
        for shape, to in [
            ((3, 1), (3, 3)),
            ((3,), (2, 3)),
            ((2, 1, 3), (5, 1, 2, 4, 3)),
            ((), (2,)),
        ]
    ),
    Row("sum_to", lambda xp, x: xp.sum_to(x, (2, 1, 3)), ((5, 1, 2, 4, 3),)),
    Row("sum_to-same", lambda xp, x: xp.sum_to(x, (3, 4))),
    *(
        Row(f"matmul-{a}-{b}".replace(" ", ""), lambda xp, x, y: xp.matmul(x, y), (a, b))
        for a, b in MATRICES
    ),
    Row("linear", lambda xp, *xs: xp.linear(*xs), ((3, 5), (5, 4), (4,))),
    Row("linear-vector", lambda xp, *xs: xp.linear(*xs), ((5,), (5, 4), (4,))),
    Row("linear-stack", lambda xp, *xs: xp.linear(*xs), ((2, 3, 5), (5, 4), (4,))),
    *(Row(f"index-{name}", lambda xp, x, i=i: x[i]) for name, i in INDICES.items()),
    *(
        Row(f"concatenate-{axis}", lambda xp, *xs, axis=axis: xp.concatenate(xs, axis), shapes)
        for axis, shapes in [
            (0, ((2, 3), (1, 3), (0, 3))),
            (1, ((2, 3), (2, 1))),
            (-1, ((1, 2, 3), (1, 2, 2))),
        ]
    ),
    *(
        Row(f"stack-{axis}", lambda xp, *xs, axis=axis: xp.stack(xs, axis), ((2, 3),) * 3)
        for axis in (0, 1, 2, -1)
    ),
    Row("concatenate-x-x", lambda xp, x: xp.concatenate([x, x, x])),
    Row("stack-0d", lambda xp, *xs: xp.stack(xs), ((), ())),
    Row("clone", lambda xp, x: xp.clone(x)),
]


# Families: the same operations on random shapes, along random axes

any_shape = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
some_shape = hnp.array_shapes(min_dims=1, max_dims=3, max_side=3)  # nothing empty


def broadcasting(operands):
    shapes = hnp.mutually_broadcastable_shapes(
        num_shapes=operands, max_dims=3, min_side=0, max_side=3
    )
    return shapes.map(operator.itemgetter(0))


@st.composite
def elementwise(draw, name, operands, positive):
    return Row(name, partial(call, name), draw(broadcasting(operands)), positive)


@st.composite
def reductions(draw, name):
    shape = draw(some_shape)
    axes = draw(st.none() | st.integers(0, len(shape) - 1) | hnp.valid_tuple_axes(len(shape)))
    keepdims = draw(st.booleans())
    return Row(name, lambda xp, x: call(name, xp, x, axes, keepdims), (shape,))


@st.composite
def choices(draw):
    shapes = draw(broadcasting(3))
    condition = draw(hnp.arrays(bool, shapes[0]))
    return Row("where", lambda xp, a, b: xp.where(xp.array(condition), a, b), shapes[1:])


@st.composite
def transposes(draw):
    shape = draw(some_shape)
    order = draw(st.permutations(range(len(shape))))
    axes = tuple(axis - draw(st.sampled_from([0, len(shape)])) for axis in order)
    return Row("transpose", lambda xp, x: xp.transpose(x, axes), (shape,))


@st.composite
def reshapes(draw):
    shape = draw(some_shape)
    flat = draw(st.sampled_from([(-1,), (1, -1), shape[::-1], (-1, *shape[1:])]))
    return Row("reshape", lambda xp, x: xp.reshape(x, flat), (shape,))


@st.composite
def broadcasts(draw):
    shapes = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)
    (small, _), large = draw(shapes)
    down = Row("sum_to", lambda xp, x: xp.sum_to(x, small), (large,))
    up = Row("broadcast_to", lambda xp, x: xp.broadcast_to(x, large), (small,))
    return draw(st.sampled_from([up, down]))


@st.composite
def products(draw):
    shapes = hnp.mutually_broadcastable_shapes(
        signature=np.matmul.signature, max_dims=2, min_side=0, max_side=3
    )
    return Row("matmul", lambda xp, a, b: xp.matmul(a, b), draw(shapes).input_shapes)


@st.composite
def picks(draw):
    shape = draw(some_shape)
    basic = hnp.basic_indices(shape, allow_newaxis=True).filter(lambda index: not _backwards(index))
    integers = hnp.integer_array_indices(shape)
    index = draw(basic | integers | hnp.arrays(bool, shape))
    return Row("index", lambda xp, x: x[index], (shape,))


def _backwards(index):
    """PyTorch has no slices with a negative step."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, slice) and (part.step or 1) < 0 for part in parts)


@st.composite
def joins(draw, name):
    shape = draw(some_shape)
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    shapes = [shape]
    for length in draw(st.lists(st.integers(0, 3), max_size=2)):
        other = list(shape)
        if name == "concatenate":
            other[axis] = length
        shapes.append(tuple(other))
    return Row(name, lambda xp, *xs: call(name, xp, xs, axis), tuple(shapes))


FAMILIES = {
    **{name: elementwise(name, 1, positive) for name, positive in UNARY.items()},
    **{name: elementwise(name, 2, positive) for name, positive in BINARY.items()},
    **{name: reductions(name) for name in REDUCTIONS},
    "where": choices(),
    "transpose": transposes(),
    "reshape": reshapes(),
    "broadcast": broadcasts(),
    "matmul": products(),
    "index": picks(),
    "concatenate": joins("concatenate"),
    "stack": joins("stack"),
}
