"""Probes of chapter 5: operations that change a shape, and gradients brought back to it.

The walk comes later, so gradients are asked of `backward` or `gradients` of one operation. Where a
forward is a hole too, the node is recorded by hand: its backward is then judged by itself. In each
part the visible examples also watch that nothing changes in place, and the hidden ones ask for
other shapes and for the dtype. In float32 all entries are positive: a sum that nearly cancels would
depend on the order in which it was added up.
"""

import numpy as np
import pytest
from gradloom_grader.probes import normal, probe

# Reshape


@probe("reshape", part="forward", a=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], shape=(3, 2))
def test_reshape_numbers(gl, a, shape):
    """Reshape.forward on a small matrix; the input stays what it was."""
    x = gl.Tensor(a)
    out = gl.shapes.Reshape(tuple(shape))(x)
    return {"out": out, "input afterwards": x}


@probe("reshape", part="forward", a=normal(3, 4), shapes=((4, 3), (6, 2), (2, -1), (12,)))
def test_reshape_any(gl, a, shapes):
    """Reshape.forward to other shapes, one with a -1, in float64 and in float32."""
    arrays = (a, a.astype("float32"))
    return [gl.shapes.Reshape(tuple(s))(gl.Tensor(x)) for x in arrays for s in shapes]


@probe(
    "reshape",
    part="backward",
    a=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
    g=[[3.0, -2.0], [1.0, 0.5], [4.0, 7.0]],
)
def test_reshape_back_numbers(gl, a, g):
    """Reshape.backward, from (3, 2) back to (2, 3); nothing is changed in place."""
    x, upstream, op = gl.Tensor(a, requires_grad=True), gl.Tensor(g), gl.shapes.Reshape((3, 2))
    node = gl.Tensor._wrap(a.reshape(g.shape))
    node._record(op, (x,))
    grad = op.backward(upstream, node)
    return {"gradient": grad, "a, g, node afterwards": [x, upstream, node]}


@probe(
    "reshape",
    part="backward",
    a=normal(3, 4),
    g=normal(3, 4),
    shapes=((4, 3), (6, 2), (2, -1), (12,)),
)
def test_reshape_back_any(gl, a, g, shapes):
    """Reshape.backward from other shapes, one with a -1, in float64 and in float32."""
    grads = []
    for dtype in ("float64", "float32"):
        for shape in shapes:
            op = gl.shapes.Reshape(tuple(shape))
            node = gl.Tensor._wrap(a.astype(dtype).reshape(shape))
            node._record(op, (gl.Tensor(a.astype(dtype), requires_grad=True),))
            upstream = gl.Tensor(g.astype(dtype).reshape(shape))
            grads.append(op.backward(upstream, node))
    return grads


# Transpose


@pytest.mark.parametrize(
    ("part", "axes", "shape"),
    [
        ("the last two", None, (3, 2)),
        ("the last two", None, (2, 3, 4)),
        ("given axes", (1, 2, 0), (2, 3, 4)),
        ("given axes", (1, -1, 0), (2, 3, 4)),
    ],
)
@probe("transpose-backward", part="{part}")
def test_transpose_numbers(gl, part, axes, shape):
    """Transpose.backward for axes={axes}, back to the shape {shape}: 1, 2, 3 and so on arrive;
    nothing changes in place."""
    entries = np.arange(1.0, np.prod(shape) + 1)
    x = gl.Tensor(-entries.reshape(shape), requires_grad=True)
    node = gl.shapes.Transpose(axes and tuple(axes))(x)
    upstream = gl.Tensor(entries.reshape(node.shape))
    grad = node._op.backward(upstream, node)
    return {"gradient": grad, "input, upstream, node afterwards": [x, upstream, node]}


@pytest.mark.parametrize(
    ("part", "orders"),
    [
        ("the last two", (((3, 5), None), ((2, 3, 5), None), ((2, 3, 4, 5), None))),
        (
            "given axes",
            (
                ((3, 2, 5), (1, 2, 0)),
                ((3, 2, 5), (2, 0, 1)),
                ((3, 2, 5), (0, 2, 1)),
                ((3, 2, 5), (-1, 0, 1)),
                ((2, 3, 4, 5), (1, 3, 0, 2)),
                ((2, 3, 4, 5), (2, -4, -1, 1)),
            ),
        ),
    ],
)
@probe("transpose-backward", part="{part}", a=normal(120), g=normal(120))
def test_transpose_any(gl, part, orders, a, g):
    """Transpose.backward, {part}: two to four axes, some counted from the end; both dtypes."""
    grads = []
    for dtype in ("float64", "float32"):
        for shape, axes in orders:
            size = int(np.prod(shape))
            x = gl.Tensor(a[:size].reshape(shape).astype(dtype), requires_grad=True)
            node = gl.shapes.Transpose(axes and tuple(axes))(x)
            upstream = gl.Tensor(g[:size].reshape(node.shape).astype(dtype))
            grads.append(node._op.backward(upstream, node))
    return grads


# Summation


@pytest.mark.parametrize("keepdims", [False, True])
@probe(
    "summation",
    part="forward",
    a=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
    axes=(None, 0, 1, (1, 0)),
)
def test_summation_numbers(gl, a, axes, keepdims):
    """Summation.forward along no axis named, 0, 1 and both, with keepdims={keepdims}; the input
    stays what it was."""
    x = gl.Tensor(a)
    sums = [gl.shapes.Summation(axis, keepdims)(x) for axis in axes]
    return {"sums": sums, "input afterwards": x}


@probe(
    "summation",
    part="forward",
    a=normal(3, 5, 4),
    axes=(None, 0, 1, -1, (0, 2), (-1, 1)),
)
def test_summation_any(gl, a, axes):
    """Summation.forward, and the mean made from it: any axes, with and without keepdims."""
    found = []
    for x in (a, abs(a).astype("float32")):
        for axis in axes:
            found.append(gl.shapes.Summation(axis)(gl.Tensor(x)))
            found.append(gl.shapes.Summation(axis, keepdims=True)(gl.Tensor(x)))
        found.append(gl.shapes.mean(gl.Tensor(x), (0, 2)))
    return found


@pytest.mark.parametrize(
    ("part", "axes", "keepdims", "a", "g"),
    [
        ("all axes", None, False, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 2.5),
        ("one axis", 1, False, [[1.0, 2.0], [3.0, 4.0]], [3.0, -2.0]),
        ("one axis", 0, False, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [3.0, -2.0, 0.5]),
        ("several axes", (1, 0), False, [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]], [3.0, -2.0, 0.5]),
        ("keepdims", 1, True, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[3.0], [-2.0]]),
    ],
)
@probe("summation", part="{part}")
def test_summation_back_numbers(gl, part, axes, keepdims, a, g):
    """Summation.backward for axes={axes}, keepdims={keepdims}; nothing is changed in place."""
    axes = tuple(axes) if isinstance(axes, list) else axes
    x = gl.Tensor(a, requires_grad=True)
    upstream, op = gl.Tensor(g, dtype="float64"), gl.shapes.Summation(axes, keepdims)
    node = gl.Tensor._wrap(np.array(a).sum(axis=axes, keepdims=keepdims))
    node._record(op, (x,))
    grad = op.backward(upstream, node)
    return {"gradient": grad, "a, g, node afterwards": [x, upstream, node]}


@pytest.mark.parametrize(
    ("part", "asked"),
    [
        ("all axes", (((3, 5), None), ((4,), None), ((3, 5, 4), None))),
        ("one axis", (((3, 5), 0), ((4, 4), -1), ((4,), 0), ((3, 5, 4), 1), ((3, 5, 4), -2))),
        ("several axes", (((3, 5, 4), (0, 2)), ((3, 5, 4), (1, -3)), ((2, 3, 4, 5), (3, 0, -2)))),
        ("keepdims", (((3, 5, 4), 0), ((3, 5, 4), (2, -3)), ((3, 5), None))),
    ],
)
@probe("summation", part="{part}", a=normal(120), g=normal(120))
def test_summation_back_any(gl, part, asked, a, g):
    """Summation.backward, {part}: one to four axes, also counted from the end; both dtypes."""
    grads = []
    for cast in (np.copy, lambda v: abs(v).astype("float32")):
        for shape, axes in asked:
            axes = tuple(axes) if isinstance(axes, list) else axes
            x = gl.Tensor(cast(a[: int(np.prod(shape))].reshape(shape)), requires_grad=True)
            op = gl.shapes.Summation(axes, keepdims=part == "keepdims")
            node = gl.Tensor._wrap(x.data.sum(axis=axes, keepdims=op.keepdims))
            node._record(op, (x,))
            upstream = gl.Tensor(cast(g[: node.size].reshape(node.shape)))
            grads.append(op.backward(upstream, node))
    return grads


# unbroadcast


@pytest.mark.parametrize(
    ("part", "grad", "shape"),
    [
        ("axes in front", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], (3,)),
        ("stretched axes", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], (3, 1)),
        ("both at once", [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]], (2, 1)),
        ("a single number", [[1.0, 2.0], [3.0, 4.0]], ()),
        ("what was not stretched", [[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]], (1, 3)),
    ],
)
@probe("unbroadcast", part="{part}")
def test_unbroadcast_numbers(gl, part, grad, shape):
    """unbroadcast, {part}: down to the shape {shape}; `grad` stays what it was."""
    found = gl.shapes.unbroadcast(grad, tuple(shape))
    return {"sums": found, "grad afterwards": grad}


@pytest.mark.parametrize(
    ("part", "pairs"),
    [
        ("axes in front", (((4, 3, 5), (5,)), ((4, 3, 5), (3, 5)), ((5, 5), (5,)))),
        ("stretched axes", (((3, 10), (3, 1)), ((3, 5, 4), (1, 5, 1)), ((3, 5, 4), (3, 1, 4)))),
        ("both at once", (((5, 1, 2, 4, 3), (2, 1, 3)), ((4, 2, 3), (1, 3)), ((3, 3, 3), (3, 1)))),
        ("a single number", (((3, 5), ()), ((4,), ()), ((3, 5), (1,)), ((3, 5), (1, 1)))),
        (
            "what was not stretched",
            (((5, 2, 1, 3), (2, 1, 3)), ((4, 1), (1,)), ((3, 5, 4), (3, 5, 4)), ((1, 4), (1, 4))),
        ),
    ],
)
@probe("unbroadcast", part="{part}", entries=normal(120))
def test_unbroadcast_any(gl, part, pairs, entries):
    """unbroadcast, {part}: other shapes, in float64 and in float32."""
    found = []
    for cast in (np.copy, lambda v: abs(v).astype("float32")):
        for large, small in pairs:
            grad = entries[: int(np.prod(large))].reshape(large)
            found.append(gl.shapes.unbroadcast(cast(grad), tuple(small)))
    return found


# gradients


@pytest.mark.parametrize(
    ("part", "a", "b"),
    [
        ("axes in front", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [10.0, 20.0, 30.0]),
        ("stretched axes", [[2.0], [3.0]], [[4.0, 5.0, 6.0]]),
    ],
)
@probe("gradients", part="{part}", g=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
def test_gradients_numbers(gl, part, a, b, g):
    """gradients of a sum and a product, {part}; nothing is changed in place."""
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
    upstream, total, product = gl.Tensor(g), x + y, x * y
    found = [node._op.gradients(upstream, node) for node in (total, product)]
    return {"sum, product": found, "a, b, g afterwards": [x, y, upstream]}


@pytest.mark.parametrize(
    ("part", "pairs"),
    [
        (
            "axes in front",
            (((2, 3), (3,)), ((3,), (2, 3)), ((), (2, 3)), ((3, 5, 4), ()), ((2, 3), (2, 3))),
        ),
        ("stretched axes", (((2, 1), (1, 3)), ((5, 1, 4), (3, 1)), ((3, 5, 4), (3, 1, 1)))),
    ],
)
@probe("gradients", part="{part}", a=normal(60), b=normal(60), g=normal(60))
def test_gradients_any(gl, part, pairs, a, b, g):
    """gradients of products and quotients, {part}: each in its operand's own shape and dtype."""
    found = []
    for cast in (np.copy, lambda v: abs(v).astype("float32")):
        for left, right in pairs:
            x = gl.Tensor(cast(a[: int(np.prod(left))].reshape(left)), requires_grad=True)
            y = gl.Tensor(cast(b[: int(np.prod(right))].reshape(right)), requires_grad=True)
            for node in (x * y, x / y):
                upstream = gl.Tensor(cast(g[: node.size].reshape(node.shape)))
                found.extend(node._op.gradients(upstream, node))
    return found


@probe("gradients", part="a tuple", a=[[2.0, -3.0], [0.5, 4.0], [1.0, 5.0]], g=[3.0, -2.0])
def test_gradients_of_one(gl, a, g):
    """gradients of an operation with one input: a tuple with one entry."""
    x = gl.Tensor(a, requires_grad=True)
    node = gl.ops.Exp()(x)
    grads = node._op.gradients(gl.Tensor(np.multiply.outer([1.0, 2.0, 3.0], g)), node)
    return {"how many": len(grads), "gradients": grads}


@probe("gradients", part="a tuple", a=[2.0, -3.0, 0.5], g=[1.0, 2.0, 3.0])
def test_gradients_of_a_square(gl, a, g):
    """gradients of x ** 2: backward returns None for the constant 2, and None keeps its place."""
    node = gl.Tensor(a, requires_grad=True) ** 2
    grads = node._op.gradients(gl.Tensor(g), node)
    return {"how many": len(grads), "gradients": grads}


@probe("gradients", part="a tuple", a=normal(3), b=normal(2, 3), c=normal(3), g=normal(2, 3))
def test_gradients_with_none(gl, a, b, c, g):
    """gradients of an operation with three inputs; its backward gives None for the first two, or
    for the last."""

    class Chosen(gl.Function):
        def __init__(self, last):
            self.last = last

        def forward(self, x, y, z):
            return x + y * z

        def backward(self, out_grad, node):
            _, y, z = node._inputs
            return (None, None, out_grad * y) if self.last else (out_grad, out_grad * z, None)

    inputs = [gl.Tensor(v, requires_grad=True) for v in (a, b, c)]
    found = []
    for last in (True, False):
        node = Chosen(last)(*inputs)
        found.extend(node._op.gradients(gl.Tensor(g), node))
    return found


# BroadcastTo


@pytest.mark.parametrize(
    ("part", "a", "g"),
    [
        (
            "stretched axes",
            [[10.0], [20.0], [30.0]],
            [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],
        ),
        ("axes in front", [10.0, 20.0, 30.0], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    ],
)
@probe("broadcast-to-backward", part="{part}")
def test_broadcast_numbers(gl, part, a, g):
    """BroadcastTo.backward, {part}; nothing is changed in place."""
    x, upstream = gl.Tensor(a, requires_grad=True), gl.Tensor(g)
    node = gl.shapes.BroadcastTo(g.shape)(x)
    grad = node._op.backward(upstream, node)
    return {"gradient": grad, "a, g, node afterwards": [x, upstream, node]}


@pytest.mark.parametrize(
    ("part", "pairs"),
    [
        ("stretched axes", (((3, 1), (3, 10)), ((1, 5, 1), (3, 5, 4)), ((1, 1), (3, 5)))),
        ("axes in front", (((5,), (4, 3, 5)), ((), (3, 5)), ((2, 1, 3), (5, 1, 2, 4, 3)))),
    ],
)
@probe("broadcast-to-backward", part="{part}", a=normal(15), g=normal(120))
def test_broadcast_any(gl, part, pairs, a, g):
    """BroadcastTo.backward, {part}: other shapes, in float64 and in float32."""
    grads = []
    for cast in (np.copy, lambda v: abs(v).astype("float32")):
        for small, large in pairs:
            x = gl.Tensor(cast(a[: int(np.prod(small))].reshape(small)), requires_grad=True)
            node = gl.shapes.BroadcastTo(tuple(large))(x)
            upstream = gl.Tensor(cast(g[: node.size].reshape(large)))
            grads.append(node._op.backward(upstream, node))
    return grads


# MatMul. A gradient may still have the leading axes of the result: they are summed here, as
# `gradients` does. The slot of a constant operand is never looked at.


@probe(
    "matmul-backward",
    part="matrices",
    a=[[1.0, 2.0], [3.0, 4.0]],
    b=[[5.0, 6.0], [7.0, 8.0]],
    g=[[9.45, 10.9], [21.35, 24.8]],
)
def test_matmul_numbers(gl, a, b, g):
    """MatMul.backward for two square matrices; nothing is changed in place."""
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
    upstream, node = gl.Tensor(g), x @ y
    grads = node._op.backward(upstream, node)
    return {"gradients": grads, "a, b, g, node afterwards": [x, y, upstream, node]}


@probe("matmul-backward", part="matrices", a=normal(3, 5), b=normal(5, 4), g=normal(3, 4))
def test_matmul_any(gl, a, b, g):
    """MatMul.backward for matrices that are not square, in float64 and in float32."""
    grads = []
    for cast in (np.copy, lambda v: abs(v).astype("float32")):
        x, y = (gl.Tensor(cast(v), requires_grad=True) for v in (a, b))
        node = x @ y
        grads.extend(node._op.backward(gl.Tensor(cast(g)), node))
    return grads


@probe(
    "matmul-backward",
    part="matrices",
    a=normal(4, 4),
    b=normal(3, 4),
    c=normal(4, 2),
    g=normal(4, 4),
)
def test_matmul_twice_and_constant(gl, a, b, c, g):
    """MatMul.backward for x @ x, whose two gradients differ, and with a constant on either side."""
    x = gl.Tensor(a, requires_grad=True)
    square, left, right = x @ x, x @ gl.Tensor(c), gl.Tensor(b) @ x
    both = square._op.backward(gl.Tensor(g), square)
    first = left._op.backward(gl.Tensor(g[:, :2]), left)[0]
    second = right._op.backward(gl.Tensor(g[:3]), right)[1]
    return [both, first, second]


@pytest.mark.parametrize(
    ("what", "a", "b", "g"),
    [
        ("two vectors", [1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 2.5),
        ("matrix @ vector", [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [7.0, 8.0], [1.0, -2.0, 3.0]),
        ("vector @ matrix", [7.0, 8.0], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [1.0, -2.0, 3.0]),
        ("stack @ matrix", [[[1.0, 2.0]], [[3.0, 4.0]]], [[5.0], [6.0]], [[[3.0]], [[-2.0]]]),
    ],
)
@probe("matmul-backward", part="vectors and stacks")
def test_matmul_more_numbers(gl, what, a, b, g):
    """MatMul.backward, {what}; nothing is changed in place."""
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
    upstream, node = gl.Tensor(g, dtype="float64"), x @ y
    grads = node._op.backward(upstream, node)
    pairs = zip(grads, (x, y), strict=True)
    summed = [gl.shapes.sum_to(grad, tensor.shape) for grad, tensor in pairs]
    return {"gradients": summed, "a, b, g, node afterwards": [x, y, upstream, node]}


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param((((5,), (5,)), ((3, 5), (5,)), ((5,), (5, 4))), id="vectors"),
        pytest.param((((2, 3, 5), (5, 4)), ((2, 1, 3, 4), (5, 4, 6))), id="stacks"),
    ],
)
@probe("matmul-backward", part="vectors and stacks", a=normal(30), b=normal(120), g=normal(180))
def test_matmul_more(gl, pairs, a, b, g):
    """MatMul.backward for vectors, or stacks of matrices; each gradient summed to its shape."""
    found = []
    for cast in (np.copy, lambda v: abs(v).astype("float32")):
        for left, right in pairs:
            x = gl.Tensor(cast(a[: int(np.prod(left))].reshape(left)), requires_grad=True)
            y = gl.Tensor(cast(b[: int(np.prod(right))].reshape(right)), requires_grad=True)
            node = x @ y
            upstream = gl.Tensor(cast(g[: node.size].reshape(node.shape)))
            grads = node._op.backward(upstream, node)
            found.extend(
                gl.shapes.sum_to(grad, tensor.shape)
                for grad, tensor in zip(grads, (x, y), strict=True)
            )
    return found


@probe(
    "matmul-backward",
    part="vectors and stacks",
    a=normal(4, 3),
    v=normal(3),
    u=normal(4),
    g=normal(4),
    h=normal(3),
)
def test_matmul_constant_vector(gl, a, v, u, g, h):
    """MatMul.backward for a matrix, where the vector on its other side needs no gradient."""
    x = gl.Tensor(a, requires_grad=True)
    left, right = x @ gl.Tensor(v), gl.Tensor(u) @ x
    first = left._op.backward(gl.Tensor(g), left)[0]
    second = right._op.backward(gl.Tensor(h), right)[1]
    return [gl.shapes.sum_to(grad, x.shape) for grad in (first, second)]


@pytest.mark.parametrize(
    ("what", "a", "b", "g"),
    [
        pytest.param(
            "stack @ vector",
            [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 0.0], [1.0, 2.0]]],
            [3.0, -1.0],
            [[1.0, -2.0, 3.0], [4.0, 0.5, -1.0]],
            id="numbers",
        ),
        pytest.param("stack @ vector", normal(2, 3, 5), normal(5), normal(2, 3), id="right"),
        pytest.param("vector @ stack", normal(3), normal(2, 3, 5), normal(2, 5), id="left"),
    ],
)
@probe("matmul-backward", part="vectors and stacks", minor=True)
def test_matmul_stack_with_vector(gl, what, a, b, g):
    """MatMul.backward, {what}: a stack of matrices with a vector on one side."""
    x, y = gl.Tensor(a, requires_grad=True), gl.Tensor(b, requires_grad=True)
    node = x @ y
    pairs = zip(node._op.backward(gl.Tensor(g), node), (x, y), strict=True)
    return [gl.shapes.sum_to(grad, tensor.shape) for grad, tensor in pairs]
