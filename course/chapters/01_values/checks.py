"""Probes of chapter 1: what a Value remembers, and what each `_backward` adds to whom.

The walk comes in chapter 2, so `_backward` is called by hand. Operators may be composed in any way,
so their probes go from the result to whatever it was made from; each inner node of such a
composition has one child, and children come first.
"""

import numpy as np
import pytest
from gradloom_grader.probes import Drawn, probe

number = Drawn(lambda rng: float(np.copysign(rng.uniform(0.5, 2.5), rng.standard_normal())))
above_0 = Drawn(lambda rng: float(rng.uniform(0.5, 2.5)))
below_1 = Drawn(lambda rng: float(rng.uniform(0.1, 0.9)))

# value-add


@probe("value-add", part="the new Value", x=6.0, y=10.0)
def test_add_numbers(gl, x, y):
    """x + y: its data, `_op` and `_prev`; x and y keep their numbers. And the data of x + 3."""
    x, y = gl.Value(x), gl.Value(y)
    out = x + y
    if not isinstance(out, gl.Value):
        return f"x + y is {out}"
    prev = sorted(name for p in out._prev for name, v in (("x", x), ("y", y)) if p is v)
    kept = {"x, y afterwards": [x.data, y.data], "(x + 3).data": (x + 3).data}
    return {"data": out.data, "_op": out._op, "_prev": prev, **kept}


@probe("value-add", part="the new Value", a=number, b=number)
def test_add_operands(gl, a, b):
    """x + x, and x plus an int, a bool, a NumPy number: `_prev` has an entry for each operand."""
    x = gl.Value(a)
    outs = [x + x, x + 3, x + True, x + np.float32(b)]
    return [[out.data, *sorted(parent.data for parent in out._prev)] for out in outs]


@probe("value-add", part="its _backward", x=6.0, y=10.0, upstream=2.5)
def test_add_backward(gl, x, y, upstream):
    """What `_backward()` of x + y adds to the grad of x, 1 before, and of y; its own grad stays."""
    x, y = gl.Value(x), gl.Value(y)
    x.grad, out = 1.0, x + y
    out.grad = upstream
    if not callable(out._backward):
        return f"_backward is {out._backward}"
    out._backward()
    return {"x.grad": x.grad, "y.grad": y.grad, "out.grad": out.grad}


@probe("value-add", part="its _backward", a=number, b=number, g=number, h=number, start=number)
def test_add_accumulates(gl, a, b, g, h, start):
    """`_backward()` of x + y called twice, then that of x + x: each adds to what is there."""
    x, y = gl.Value(a), gl.Value(b)
    x.grad = y.grad = start
    out, double = x + y, x + x
    for node, upstream in ((out, g), (out, h), (double, g)):
        node.grad = upstream
        node._backward()
    return [x.grad, y.grad]


# value-mul


@probe("value-mul", part="the new Value", x=2.0, y=3.0)
def test_mul_numbers(gl, x, y):
    """x * y: its data and its `_op`, who stands in its `_prev`; x and y keep their numbers."""
    x, y = gl.Value(x), gl.Value(y)
    out = x * y
    if not isinstance(out, gl.Value):
        return f"x * y is {out}"
    prev = sorted(name for p in out._prev for name, v in (("x", x), ("y", y)) if p is v)
    return {"data": out.data, "_op": out._op, "_prev": prev, "x, y afterwards": [x.data, y.data]}


@probe("value-mul", part="the new Value", a=number, b=number)
def test_mul_operands(gl, a, b):
    """x * x, and x times an int, a bool, a NumPy number: `_prev` has an entry for each operand."""
    x = gl.Value(a)
    outs = [x * x, x * 3, x * True, x * np.float32(b)]
    return [[out.data, *sorted(parent.data for parent in out._prev)] for out in outs]


@probe("value-mul", part="its _backward", x=2.0, y=3.0, upstream=2.5)
def test_mul_backward(gl, x, y, upstream):
    """What `_backward()` of x * y adds to the grad of x, 1 before, and of y; its own grad stays."""
    x, y = gl.Value(x), gl.Value(y)
    x.grad, out = 1.0, x * y
    out.grad = upstream
    if not callable(out._backward):
        return f"_backward is {out._backward}"
    out._backward()
    return {"x.grad": x.grad, "y.grad": y.grad, "out.grad": out.grad}


@probe("value-mul", part="its _backward", a=number, b=number, g=number, h=number, start=number)
def test_mul_accumulates(gl, a, b, g, h, start):
    """`_backward()` of x * y called twice, then that of x * x: each adds to what is there."""
    x, y = gl.Value(a), gl.Value(b)
    x.grad = y.grad = start
    out, square = x * y, x * x
    for node, upstream in ((out, g), (out, h), (square, g)):
        node.grad = upstream
        node._backward()
    return [x.grad, y.grad]


@probe("value-mul", part="its _backward", minor=True, a=number, b=number, c=number, d=number)
def test_mul_reads_late(gl, a, b, c, d):
    """`_backward()` of x * y reads the data that x and y have when it is called."""
    x, y = gl.Value(a), gl.Value(b)
    out = x * y
    x.data, y.data, out.grad = c, d, 1.0
    out._backward()
    return [x.grad, y.grad]


# by-hand. A wrong order costs half: it is asked beside the gradients in the visible example only.


@probe("by-hand", minor=True, a=2.0, b=3.0, c=10.0)
def test_by_hand_numbers(gl, a, b, c):
    """The gradients for a = 2, b = 3, c = 10, and in which order the two results were called."""
    gradients, order = gl.pieces.by_hand(a, b, c)
    plain = {k: repr(v) if isinstance(v, gl.Value) else float(v) for k, v in gradients.items()}
    return {"gradients": plain, "order": [str(name) for name in order]}


@probe("by-hand", a=number, b=number, c=number)
def test_by_hand_any(gl, a, b, c):
    """The gradients by a, b, c, ab and d for other numbers."""
    return {k: float(v) for k, v in gl.pieces.by_hand(a, b, c)[0].items()}


# power


@probe("power", x=2.0, exponent=3, upstream=2.5)
def test_pow_numbers(gl, x, exponent, upstream):
    """x ** 3: its data and its `_op`, who stands in its `_prev`, what `_backward()` adds to x."""
    x = gl.Value(x)
    out = x**exponent
    if not isinstance(out._prev, tuple | list | set):
        return f"_prev is {out._prev}, no tuple"
    out.grad = upstream
    out._backward()
    prev = ["x" for parent in out._prev if parent is x]
    kept = {"x.grad": x.grad, "x afterwards": x.data}
    return {"data": out.data, "_op": out._op, "_prev": prev, **kept}


@probe("power", a=above_0, g=number, h=number)
def test_pow_exponents(gl, a, g, h):
    """x to the power of 2, -1, 0.5 and 1: `_backward()` adds, for any upstream gradient."""
    x = gl.Value(a)
    found = []
    for exponent in (2, -1, 0.5, 1):
        out = x**exponent
        for upstream in (g, h):
            out.grad = upstream
            out._backward()
        found.extend([out.data, x.grad])
    return found


@probe("power", minor=True, upstream=2.5)
def test_pow_edges(gl, upstream):
    """x ** 0 at x = 0 has the gradient 0; a Value as exponent is refused with a TypeError."""
    x = gl.Value(0.0)
    out = x**0
    out.grad = upstream
    out._backward()
    try:
        refused = repr(gl.Value(2.0) ** gl.Value(3.0))
    except (TypeError, NotImplementedError) as error:
        refused = type(error).__name__
    return {"data": out.data, "x.grad": x.grad, "a Value as exponent": refused}


# operators


@pytest.mark.parametrize(("name", "x", "y"), [("__sub__", 7.0, 2.0), ("__truediv__", 3.0, 4.0)])
@probe("operators", part="{name}", upstream=2.5)
def test_two_values(gl, name, x, y, upstream):
    """`{name}` of two Values: data, and the gradients of both."""
    x, y = gl.Value(x), gl.Value(y)
    out = x - y if name == "__sub__" else x / y
    out.grad, met = upstream, [out]
    for node in met:
        node._backward()
        met.extend(parent for parent in node._prev if parent not in met)
    grads = {"x.grad": x.grad, "y.grad": y.grad}
    return {"data": out.data, **grads, "x, y afterwards": [x.data, y.data]}


@pytest.mark.parametrize("name", ["__sub__", "__truediv__"])
@probe("operators", part="{name}", a=number, g=number)
def test_number_on_the_right(gl, name, a, g):
    """`{name}` with an int, a bool or a NumPy number on the right."""
    found = []
    for y in (3, True, np.float32(-4)):  # a float32 with an exact reciprocal
        x = gl.Value(a)
        out = x - y if name == "__sub__" else x / y
        out.grad, met = g, [out]
        for node in met:
            node._backward()
            met.extend(parent for parent in node._prev if parent not in met)
        found.append([out.data, x.grad])
    return found


@probe("operators", part="__neg__", x=2.0, y=-3.0, upstream=2.5)
def test_neg_numbers(gl, x, y, upstream):
    """-x, and -y: data, gradient, and the operand afterwards."""
    found = []
    for operand in (gl.Value(x), gl.Value(y)):
        out = -operand
        out.grad, met = upstream, [out]
        for node in met:
            node._backward()
            met.extend(parent for parent in node._prev if parent not in met)
        kept = {"its grad": operand.grad, "it afterwards": operand.data}
        found.append({"data": out.data, **kept})
    return found


@probe("operators", part="__neg__", a=above_0, g=number, start=number)
def test_neg_accumulates(gl, a, g, start):
    """-x adds to the grad that x has already."""
    x = gl.Value(a)
    x.grad, out = start, -x
    out.grad, met = g, [out]
    for node in met:
        node._backward()
        met.extend(parent for parent in node._prev if parent not in met)
    return [out.data, x.grad]


@pytest.mark.parametrize("name", ["__radd__", "__rmul__", "__rsub__", "__rtruediv__"])
@probe("operators", part="{name}", x=4.0, upstream=2.5)
def test_number_on_the_left(gl, name, x, upstream):
    """`{name}`, with 5 on the left: data, gradient, and x afterwards."""
    x = gl.Value(x)
    out = {
        "__radd__": lambda: 5 + x,
        "__rmul__": lambda: 5 * x,
        "__rsub__": lambda: 5 - x,
        "__rtruediv__": lambda: 5 / x,
    }[name]()
    out.grad, met = upstream, [out]
    for node in met:
        node._backward()
        met.extend(parent for parent in node._prev if parent not in met)
    return {"data": out.data, "x.grad": x.grad, "x afterwards": x.data}


@pytest.mark.parametrize("name", ["__rmul__", "__rsub__", "__rtruediv__"])
@probe("operators", part="{name}", a=number, b=number, g=number)
def test_any_number_on_the_left(gl, name, a, b, g):
    """`{name}` with a float, a bool or a NumPy number on the left."""
    found = []
    for left in (b, True, np.float32(b)):
        x = gl.Value(a)
        out = left * x if name == "__rmul__" else left - x if name == "__rsub__" else left / x
        out.grad, met = g, [out]
        for node in met:
            node._backward()
            met.extend(parent for parent in node._prev if parent not in met)
        found.append([out.data, x.grad])
    return found


@probe("operators", part="__radd__", a=number, b=number, g=number)
def test_sum(gl, a, b, g):
    """sum([x, y, x]), and a bool or a NumPy number on the left."""
    found = []
    for form in ("sum", "bool", "NumPy"):
        x, y = gl.Value(a), gl.Value(b)
        out = sum([x, y, x]) if form == "sum" else (True if form == "bool" else np.float32(b)) + x
        out.grad, met = g, [out]
        for node in met:
            node._backward()
            met.extend(parent for parent in node._prev if parent not in met)
        found.append([out.data, x.grad, y.grad])
    return found


# The functions of one Value


def small_one(gl, name, x, upstream):
    """{name}(): its data and its `_op`, who stands in its `_prev`, what `_backward()` adds to x."""
    x = gl.Value(x)
    out = getattr(x, name)()
    if not isinstance(out, gl.Value):
        return f"x.{name}() is {out}"
    if not isinstance(out._prev, tuple | list | set):
        return f"_prev is {out._prev}, no tuple"
    out.grad = upstream
    out._backward()
    prev = ["x" for parent in out._prev if parent is x]
    kept = {"x.grad": x.grad, "out.grad": out.grad, "x afterwards": x.data}
    return {"data": out.data, "_op": out._op, "_prev": prev, **kept}


def any_one(gl, name, x, g, h, start):
    """{name}() of other numbers: `_backward()` adds to what is there, for any upstream gradient."""
    x = gl.Value(x)
    x.grad = start
    out = getattr(x, name)()
    for upstream in (g, h):
        out.grad = upstream
        out._backward()
    return [out.data, x.grad]


def each(**inputs):
    """Parametrize over functions; each has an input `x` of its own."""
    return pytest.mark.parametrize(("name", "x"), list(inputs.items()))


OTHERS = {"g": number, "h": number, "start": number}

test_exp_log_numbers = each(exp=1.0, log=20.0)(
    probe("exp-log", part="{name}", upstream=3.0)(small_one)
)
test_exp_log_any = each(exp=number, log=above_0)(probe("exp-log", part="{name}", **OTHERS)(any_one))

test_sin_cos_numbers = each(sin=1.2533, cos=1.2533)(
    probe("sin-cos", part="{name}", upstream=3.0)(small_one)
)
test_sin_cos_any = each(sin=number, cos=number)(probe("sin-cos", part="{name}", **OTHERS)(any_one))

test_relu_tanh_sigmoid_numbers = each(relu=-2.0, tanh=0.5, sigmoid=2.0)(
    probe("relu-tanh-sigmoid", part="{name}", upstream=3.0)(small_one)
)
test_relu_tanh_sigmoid_any = each(relu=above_0, tanh=number, sigmoid=below_1)(
    probe("relu-tanh-sigmoid", part="{name}", **OTHERS)(any_one)
)


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
@probe("relu-tanh-sigmoid", part="{name}", minor=True, x=-800.0, y=800.0, upstream=3.0)
def test_far_out(gl, name, x, y, upstream):
    """{name}() at -800 and at 800: finite, and almost without a slope."""
    found = []
    for operand in (gl.Value(x), gl.Value(y)):
        out = getattr(operand, name)()
        out.grad = upstream
        out._backward()
        found.append([out.data, operand.grad])
    return found


# on-paper. The values are asked in the visible example only, the gradients for other numbers too.


@probe("on-paper", part="two_paths", x=3.0, y=2.0)
def test_two_paths_numbers(gl, x, y):
    """f = (x + y) * x at x = 3, y = 2: values, paths and gradients."""
    found = gl.pieces.two_paths(x, y)
    found = [found] if isinstance(found, dict) else found
    parts = dict(zip(("values", "paths", "gradients"), found, strict=False))
    for part in parts.values():
        part.update((k, repr(v) if isinstance(v, gl.Value) else float(v)) for k, v in part.items())
    return parts


@probe("on-paper", part="two_paths", x=number, y=number)
def test_two_paths_any(gl, x, y):
    """f = (x + y) * x at other numbers: paths and gradients."""
    _, paths, gradients = gl.pieces.two_paths(x, y)
    return [{k: float(v) for k, v in found.items()} for found in (paths, gradients)]


@probe("on-paper", part="three_variables", x=1.0, y=2.0, z=4.0)
def test_three_variables_numbers(gl, x, y, z):
    """f = (x + y) * z at x = 1, y = 2, z = 4: values and gradients."""
    found = gl.pieces.three_variables(x, y, z)
    found = [found] if isinstance(found, dict) else found
    parts = dict(zip(("values", "gradients"), found, strict=False))
    for part in parts.values():
        part.update((k, repr(v) if isinstance(v, gl.Value) else float(v)) for k, v in part.items())
    return parts


@probe("on-paper", part="three_variables", x=number, y=number, z=number)
def test_three_variables_any(gl, x, y, z):
    """f = (x + y) * z at other numbers: gradients."""
    return {k: float(v) for k, v in gl.pieces.three_variables(x, y, z)[1].items()}


@probe("on-paper", part="sine_plus_line", x=1.5)
def test_sine_plus_line_numbers(gl, x):
    """f = sin(x squared) + x at x = 1.5: values and gradients."""
    found = gl.pieces.sine_plus_line(x)
    found = [found] if isinstance(found, dict) else found
    parts = dict(zip(("values", "gradients"), found, strict=False))
    for part in parts.values():
        part.update((k, repr(v) if isinstance(v, gl.Value) else float(v)) for k, v in part.items())
    return parts


@probe("on-paper", part="sine_plus_line", x=number)
def test_sine_plus_line_any(gl, x):
    """f = sin(x squared) + x at other numbers: gradients."""
    return {k: float(v) for k, v in gl.pieces.sine_plus_line(x)[1].items()}


@probe("on-paper", part="layer", w=2.0, x=3.0, b=-5.0)
def test_layer_numbers(gl, w, x, b):
    """y = sigmoid(w * x + b) at w = 2, x = 3, b = -5: values and gradients."""
    found = gl.pieces.layer(w, x, b)
    found = [found] if isinstance(found, dict) else found
    parts = dict(zip(("values", "gradients"), found, strict=False))
    for part in parts.values():
        part.update((k, repr(v) if isinstance(v, gl.Value) else float(v)) for k, v in part.items())
    return parts


@probe("on-paper", part="layer", w=number, x=number, b=number)
def test_layer_any(gl, w, x, b):
    """y = sigmoid(w * x + b) at other numbers: gradients."""
    return {k: float(v) for k, v in gl.pieces.layer(w, x, b)[1].items()}
