"""Probes of chapter 4: every elementwise operation, forward and backward, on equal shapes.

The walk and broadcasting come later, so gradients are asked of `node._op.backward` itself. In each
part the visible example also watches that nothing changes in place, and the hidden probe asks for
shape and dtype: each rejects what the other lets through.
"""

import numpy as np
import pytest
from gradloom_grader.probes import normal, positive, probe

# Forward


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("Sub", [5.0, 2.0], [3.0, 6.0]),
        ("Div", [9.0, 3.0], [2.0, -4.0]),
        ("Pow", [2.0, 5.0], [3.0, 2.0]),
    ],
)
@probe("arithmetic-forward", part="{name}")
def test_arithmetic_numbers(gl, name, a, b):
    """{name}.forward on a few numbers; the operands stay what they were."""
    x, y = gl.Tensor(a), gl.Tensor(b)
    out = getattr(gl.ops, name)()(x, y)
    return {"out": out, "operands afterwards": [x, y]}


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("Sub", normal(3, 5, 4), normal(3, 5, 4)),
        ("Div", normal(3, 5, 4), normal(3, 5, 4)),
        ("Pow", positive(3, 5, 4), normal(3, 5, 4)),
    ],
)
@probe("arithmetic-forward", part="{name}")
def test_arithmetic_dtype(gl, name, a, b):
    """{name}.forward on shapes that broadcast: float64 stays float64, float32 stays float32."""
    pairs = [(a[0, 0], b), (a.astype("float32"), b.astype("float32"))]
    return [getattr(gl.ops, name)()(gl.Tensor(x), gl.Tensor(y)) for x, y in pairs]


@pytest.mark.parametrize(
    ("name", "a"),
    [
        ("Negate", [2.0, -3.0]),
        ("Log", [1.0, 0.5, 20.0]),
        ("Exp", [0.0, 1.0, -2.0]),
        ("Sqrt", [9.0, 2.0]),
        ("Abs", [-3.0, 2.0, 1e200]),
        ("Sin", [0.5, -2.0]),
        ("Cos", [0.5, -2.0]),
        ("ReLU", [-2.0, 3.0, 0.5]),
        ("Sigmoid", [-800.0, -1.0, 2.0, 800.0]),
        ("Tanh", [-1.0, 0.5, 800.0]),
    ],
)
@probe("unary-forward", part="{name}")
def test_unary_numbers(gl, name, a):
    """{name}.forward on a few numbers; the input stays what it was."""
    x = gl.Tensor(a)
    out = getattr(gl.ops, name)()(x)
    return {"out": out, "input afterwards": x}


@pytest.mark.parametrize(
    ("name", "a"),
    [
        ("Negate", normal(3, 5, 4)),
        ("Log", positive(3, 5, 4)),
        ("Exp", normal(3, 5, 4)),
        ("Sqrt", positive(3, 5, 4)),
        ("Abs", normal(3, 5, 4)),
        ("Sin", normal(3, 5, 4)),
        ("Cos", normal(3, 5, 4)),
        ("ReLU", normal(3, 5, 4)),
        ("Sigmoid", normal(3, 5, 4)),
        ("Tanh", normal(3, 5, 4)),
    ],
)
@probe("unary-forward", part="{name}")
def test_unary_dtype(gl, name, a):
    """{name}.forward on any shape: a float64 array gives float64, a float32 array gives float32."""
    return [getattr(gl.ops, name)()(gl.Tensor(x)) for x in (a, a.astype("float32"))]


@probe("unary-forward", part="Sigmoid", minor=True, a=[-800.0, 800.0])
def test_sigmoid_is_silent(gl, a):
    """Sigmoid.forward at -800 and 800 gives NumPy no reason to warn of an overflow."""
    with np.errstate(over="raise"):
        return gl.ops.Sigmoid()(gl.Tensor(a)).shape


# Operators. What they record is followed back to the operands, whichever operations they use.


@pytest.mark.parametrize(
    ("name", "written"),
    [("__sub__", "x -= y"), ("__truediv__", "x /= y"), ("__pow__", "x **= y")],
)
@probe("operators", part="{name}", x=[2.0, 3.0], y=[4.0, 2.0])
def test_two_tensors(gl, name, written, x, y):
    """`{name}`, even in `{written}`: a new tensor that remembers x and y."""
    x, y = gl.Tensor(x, requires_grad=True), gl.Tensor(y, requires_grad=True)
    out = x
    if name == "__sub__":
        out -= y
    elif name == "__truediv__":
        out /= y
    else:
        out **= y
    met = [out]
    for node in met:
        met.extend(node._inputs)
    remembered = [[node.data for node in met[1:] if node is t][:1] for t in (x, y)]
    return {"out": out, "remembered": remembered, "x and y afterwards": [x, y]}


@pytest.mark.parametrize("name", ["__sub__", "__truediv__", "__pow__"])
@probe("operators", part="{name}", a=positive(3, 5, 4), b=normal(3, 5, 4))
def test_other_operands(gl, name, a, b):
    """`{name}` with an int, a NumPy number, a bool or an array on the right."""
    x = gl.Tensor(a)
    apply = {"__sub__": lambda y: x - y, "__truediv__": lambda y: x / y, "__pow__": lambda y: x**y}
    return [apply[name](y) for y in (3, np.float32(0.5), True, b)]


@pytest.mark.parametrize("name", ["__neg__", "__abs__"])
@probe("operators", part="{name}", x=[2.0, -3.0])
def test_signs(gl, name, x):
    """`{name}`: a new tensor that remembers x."""
    x = gl.Tensor(x, requires_grad=True)
    out = -x if name == "__neg__" else abs(x)
    met = [out]
    for node in met:
        met.extend(node._inputs)
    remembered = [node.data for node in met[1:] if node is x][:1]
    return {"out": out, "remembered": remembered, "x afterwards": x}


@pytest.mark.parametrize("name", ["__neg__", "__abs__"])
@probe("operators", part="{name}", a=normal(3, 5, 4))
def test_signs_dtype(gl, name, a):
    """`{name}` keeps shape and dtype, float64 as well as float32."""
    tensors = gl.Tensor(a), gl.Tensor(a.astype("float32"))
    return [-x if name == "__neg__" else abs(x) for x in tensors]


@pytest.mark.parametrize("name", ["__radd__", "__rmul__", "__rsub__", "__rtruediv__", "__rpow__"])
@probe("operators", part="{name}", x=[1.0, 4.0])
def test_number_on_the_left(gl, name, x):
    """`{name}`, a number on the left: a new tensor that remembers x."""
    x = gl.Tensor(x, requires_grad=True)
    out = {
        "__radd__": lambda: 5 + x,
        "__rmul__": lambda: 5 * x,
        "__rsub__": lambda: 5 - x,
        "__rtruediv__": lambda: 2 / x,
        "__rpow__": lambda: 2**x,
    }[name]()
    met = [out]
    for node in met:
        met.extend(node._inputs)
    remembered = [node.data for node in met[1:] if node is x][:1]
    return {"out": out, "remembered": remembered, "x afterwards": x}


@pytest.mark.parametrize("name", ["__radd__", "__rmul__", "__rsub__", "__rtruediv__", "__rpow__"])
@probe("operators", part="{name}", a=normal(3, 5, 4), b=positive(3, 5, 4))
def test_array_on_the_left(gl, name, a, b):
    """`{name}` with an array, a NumPy number or a bool on the left: one tensor."""
    x = gl.Tensor(a)
    apply = {
        "__radd__": lambda y: y + x,
        "__rmul__": lambda y: y * x,
        "__rsub__": lambda y: y - x,
        "__rtruediv__": lambda y: y / x,
        "__rpow__": lambda y: y**x,
    }[name]
    return [apply(b), apply(np.float32(0.5)), apply(True)]


@probe(
    "operators",
    part="__rmatmul__",
    array=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
    x=[[1.0, 0.0, 2.0, 1.0], [0.0, 1.0, 3.0, 1.0]],
)
def test_array_at_tensor(gl, array, x):
    """`__rmatmul__`, an array on the left: a new tensor that remembers x."""
    x = gl.Tensor(x, requires_grad=True)
    out = array @ x
    met = [out]
    for node in met:
        met.extend(node._inputs)
    remembered = [node.data for node in met[1:] if node is x][:1]
    return {"out": out, "remembered": remembered, "x afterwards": x}


@probe("operators", part="__rmatmul__", a=normal(3, 5), b=normal(5, 4))
def test_array_at_tensor_dtype(gl, a, b):
    """`__rmatmul__` for other shapes keeps the dtype, float64 as well as float32."""
    return [x @ gl.Tensor(y) for x, y in [(a, b), (a.astype("float32"), b.astype("float32"))]]


# Backward, two operands of one shape. The slot of a constant operand is never looked at.


def small_pair(gl, name, a, b, out_grad):
    """Both gradients, on a few numbers; nothing is changed in place."""
    x, y, upstream = (
        gl.Tensor(a, requires_grad=True),
        gl.Tensor(b, requires_grad=True),
        gl.Tensor(out_grad),
    )
    node = getattr(gl.ops, name)()(x, y)
    grads = node._op.backward(upstream, node)
    return {"gradients": grads, "a, b, out_grad, node afterwards": [x, y, upstream, node]}


def any_pair(gl, name, a, b, g):
    """Two gradients, of the operands' shape and dtype, even where one tensor is both operands."""
    grads = []
    for dtype in ("float64", "float32"):
        x, y = (gl.Tensor(v.astype(dtype), requires_grad=True) for v in (a, b))
        for second in (y, x):
            node = getattr(gl.ops, name)()(x, second)
            grads.extend(node._op.backward(gl.Tensor(g.astype(dtype)), node))
    return grads


def with_a_constant(gl, name, a, b, c, d, g):
    """The gradient of one operand while the other is a constant, which needs no gradient."""
    left = getattr(gl.ops, name)()(gl.Tensor(a, requires_grad=True), gl.Tensor(b))
    right = getattr(gl.ops, name)()(gl.Tensor(c), gl.Tensor(d, requires_grad=True))
    first = left._op.backward(gl.Tensor(g), left)[0]
    return [first, right._op.backward(gl.Tensor(g), right)[1]]


SMALL = {"a": [2.0, 3.0], "b": [4.0, 5.0], "out_grad": [3.0, 2.0]}
ANY = {name: normal(3, 5, 4) for name in "abg"}
ONE_CONSTANT = {name: normal(3, 5, 4) for name in "abcdg"}
POWERS = {**ANY, "a": positive(3, 5, 4)}
NEGATIVE_BASE = {"a": [-2.0, 3.0, -0.5, -1.5], "b": [3.0, 2.0, 1.0, 4.0]}

test_mul_numbers = probe("mul-backward", name="Mul", **SMALL)(small_pair)
test_mul_any = probe("mul-backward", name="Mul", **ANY)(any_pair)
test_mul_constant = probe("mul-backward", name="Mul", **ONE_CONSTANT)(with_a_constant)

test_sub_numbers = probe("sub-backward", name="Sub", **SMALL)(small_pair)
test_sub_any = probe("sub-backward", name="Sub", **ANY)(any_pair)
test_sub_constant = probe("sub-backward", name="Sub", **ONE_CONSTANT)(with_a_constant)

test_div_numbers = probe("div-backward", name="Div", **SMALL)(small_pair)
test_div_any = probe("div-backward", name="Div", **ANY)(any_pair)
test_div_constant = probe("div-backward", name="Div", **ONE_CONSTANT)(with_a_constant)

test_pow_numbers = probe("pow-backward", name="Pow", **SMALL)(small_pair)
test_pow_any = probe("pow-backward", name="Pow", **POWERS)(any_pair)
test_pow_constant = probe(
    "pow-backward", name="Pow", **NEGATIVE_BASE, c=positive(4), d=normal(4), g=normal(4)
)(with_a_constant)


# Backward, one operand. In float32 the inputs are halved: far out, 1 - tanh**2 is all round-off.


def small_one(gl, name, a, out_grad):
    """{name}.backward on a few numbers; nothing is changed in place."""
    x, upstream = gl.Tensor(a, requires_grad=True), gl.Tensor(out_grad)
    node = getattr(gl.ops, name)()(x)
    grad = node._op.backward(upstream, node)
    return {"gradient": grad, "a, out_grad, node afterwards": [x, upstream, node]}


def any_one(gl, name, a, g):
    """{name}.backward for any upstream gradient, with the shape and dtype of the input."""
    grads = []
    for x, upstream in [(a, g), ((a / 2).astype("float32"), g.astype("float32"))]:
        node = getattr(gl.ops, name)()(gl.Tensor(x, requires_grad=True))
        grads.append(node._op.backward(gl.Tensor(upstream), node))
    return grads


def each(**inputs):
    """Parametrize over operations; each has an input `a` of its own."""
    return pytest.mark.parametrize(("name", "a"), list(inputs.items()))


test_negate_abs_relu_numbers = each(Negate=[-2.0, 3.0], Abs=[-2.0, 3.0], ReLU=[-2.0, 3.0])(
    probe("negate-abs-relu-backward", part="{name}", out_grad=[3.0, -2.0])(small_one)
)
test_negate_abs_relu_any = each(Negate=normal(3, 5, 4), Abs=normal(3, 5, 4), ReLU=normal(3, 5, 4))(
    probe("negate-abs-relu-backward", part="{name}", g=normal(3, 5, 4))(any_one)
)

test_log_exp_sqrt_numbers = each(Log=[2.0, 0.5], Exp=[1.0, -2.0], Sqrt=[4.0, 0.2])(
    probe("log-exp-sqrt-backward", part="{name}", out_grad=[3.0, -2.0])(small_one)
)
test_log_exp_sqrt_any = each(Log=positive(3, 5, 4), Exp=normal(3, 5, 4), Sqrt=positive(3, 5, 4))(
    probe("log-exp-sqrt-backward", part="{name}", g=normal(3, 5, 4))(any_one)
)

test_sin_cos_sigmoid_tanh_numbers = each(
    Sin=[0.5, 2.0], Cos=[0.5, 2.0], Sigmoid=[1.0, -2.0], Tanh=[1.0, -2.0]
)(probe("sin-cos-sigmoid-tanh-backward", part="{name}", out_grad=[3.0, -2.0])(small_one))
test_sin_cos_sigmoid_tanh_any = each(
    Sin=normal(3, 5, 4), Cos=normal(3, 5, 4), Sigmoid=normal(3, 5, 4), Tanh=normal(3, 5, 4)
)(probe("sin-cos-sigmoid-tanh-backward", part="{name}", g=normal(3, 5, 4))(any_one))


# Scalar operations: the number is a constant, only the tensor has a gradient.


@pytest.mark.parametrize(
    ("name", "a", "scalars"),
    [
        ("MulScalar", [2.0, -3.0], [4.0, -0.5]),
        ("DivScalar", [2.0, -3.0], [4.0, -0.5]),
        ("PowerScalar", [0.0, 2.0], [0.0, 1.0, 3.0]),
    ],
)
@probe("scalar-operations", part="{name}", out_grad=[3.0, -2.0])
def test_scalar_numbers(gl, name, a, scalars, out_grad):
    """{name} both ways, on a few numbers; nothing is changed in place."""
    x, upstream = gl.Tensor(a, requires_grad=True), gl.Tensor(out_grad)
    nodes = [getattr(gl.ops, name)(float(scalar))(x) for scalar in scalars]
    outs = [node.data.copy() for node in nodes]
    grads = [node._op.backward(upstream, node) for node in nodes]
    return {"out": outs, "gradients": grads, "afterwards": [x, upstream, *nodes]}


@pytest.mark.parametrize(
    ("name", "scalars"),
    [("MulScalar", [3.5]), ("DivScalar", [3.5]), ("PowerScalar", [3.0, -1.0, 0.5])],
)
@probe("scalar-operations", part="{name}", a=positive(3, 5, 4), g=normal(3, 5, 4))
def test_scalar_any(gl, name, scalars, a, g):
    """{name} both ways for other scalars, with the shape and dtype of the input."""
    found = []
    for x, upstream in [(a, g), (a.astype("float32"), g.astype("float32"))]:
        for scalar in scalars:
            node = getattr(gl.ops, name)(float(scalar))(gl.Tensor(x, requires_grad=True))
            found.extend([node, node._op.backward(gl.Tensor(upstream), node)])
    return found


# The chain by hand


@probe("chain-by-hand", a=[2.0, 3.0], b=[4.0, 5.0], w=[3.0, 2.0], out_grad=[3.0, -2.0])
def test_chain_numbers(gl, a, b, w, out_grad):
    """The gradients of a, b and w, in this order, for d = a * b * w and d = (a + b) * w; nothing is
    changed in place."""
    x, y, z, upstream = (gl.Tensor(v, requires_grad=True) for v in (a, b, w, out_grad))
    add, mul = gl.ops.Add, gl.ops.Mul
    chains = {"a * b * w": mul()(mul()(x, y), z), "(a + b) * w": mul()(add()(x, y), z)}
    grads = {text: gl.pieces.chain_by_hand(d, upstream) for text, d in chains.items()}
    return {**grads, "a, b, w, out_grad afterwards": [x, y, z, upstream]}


@probe("chain-by-hand", **{name: normal(3, 5, 4) for name in "abwg"})
def test_chain_any(gl, a, b, w, g):
    """Any two operations in a row, a product or a sum each, and any upstream gradient."""
    x, y, z = (gl.Tensor(v, requires_grad=True) for v in (a, b, w))
    add, mul = gl.ops.Add, gl.ops.Mul
    chains = [mul()(mul()(x, y), z), mul()(add()(x, y), z), add()(mul()(x, y), z)]
    return [gl.pieces.chain_by_hand(d, gl.Tensor(g)) for d in chains]
