"""Probes of chapter 0: derivatives by nudging, and a check that catches wrong gradients.

Steps are large (0.1, 0.001): what is compared is then the formula and not its round-off.
"""

import numpy as np
from gradloom_grader.probes import Drawn, normal, positive, probe

# central-difference


@probe("central-difference", x=[3.0, 1.0], y=[2.0, 4.0])
def test_calls(gl, x, y):
    """(x + y) * x for two pairs of x and y, nudged by y: `f` is called twice, with one argument
    nudged and the other as it was, and the arrays stay as they are."""
    seen = []

    def f(x, y):
        seen.append([x.copy(), y.copy()])
        return (x + y) * x

    found = gl.central_difference(f, x, y, arg=1, eps=0.1)
    order = sorted(seen, key=lambda pair: float(pair[1].sum()))
    return {"derivative": found, "what f saw": order, "values afterwards": [x, y]}


@probe("central-difference", c=normal(4), at=positive(3))
def test_cubic(gl, c, at):
    """A function of three numbers, bent as x ** 3 is, by each of its arguments, with two steps."""

    def f(x, y, z):
        return c[0] * x**3 + c[1] * x * y**3 + c[2] * y * z**3 + c[3] * z

    steps = [0.1, 0.02]
    return [[gl.central_difference(f, *at, arg=arg, eps=e) for arg in range(3)] for e in steps]


# numeric-gradient


@probe("numeric-gradient", x=[0.7, 0.2])
def test_what_f_gets(gl, x):
    """The gradient of x[0] * x[1] at [0.7, 0.2], with steps of 0.1; and how many entries of what
    `f` gets, in each call, differ from x."""
    before, moved = x.copy(), []

    def f(nudged):
        moved.append(int((np.asarray(nudged) != before).sum()))
        return np.asarray(nudged[0] * nudged[1])

    return {"gradient": gl.numeric_gradient(f, x, eps=0.1), "entries nudged": moved}


@probe("numeric-gradient", x=normal(3, 4), w=normal(4, 3))
def test_rows_that_mix(gl, x, w):
    """An array of three rows and four columns, for a bent function in which every row meets every
    other."""

    def f(x):
        return ((x @ w) ** 3).sum() + (x[0] * x[2]).sum()

    return gl.numeric_gradient(f, x, eps=1e-2)


@probe("numeric-gradient", x=Drawn(lambda rng: rng.integers(1, 9, 5)))
def test_integers(gl, x):
    """An array of whole numbers can be nudged as well, by less than 1; it stays as it is."""
    found = gl.numeric_gradient(lambda x: (x**2).sum(), x, eps=1e-3)
    return {"gradient": found, "x afterwards": x.astype("float64"), "dtype": x.dtype.kind}


# gradcheck: six wrong gradients to flag, four right ones to let pass


@probe("gradcheck", part="a wrong sign", x=[3.0, 2.0], grad=[8.0, -3.0])
def test_wrong_sign(gl, x, grad):
    """Of (x[0] + x[1]) * x[0] at [3, 2], the gradient [8, -3]: it has to be flagged."""
    ok, report = gl.gradcheck(lambda x: (x[0] + x[1]) * x[0], [x], [grad])
    return {"ok": bool(ok), "report": type(report).__name__}


@probe("gradcheck", gate=True, x=[3.0, 2.0], grad=[8.0, 3.0])
def test_right(gl, x, grad):
    """Of (x[0] + x[1]) * x[0] at [3, 2], the gradient [8, 3]: it is right and has to pass."""
    ok, report = gl.gradcheck(lambda x: (x[0] + x[1]) * x[0], [x], [grad])
    return {"ok": bool(ok), "report": type(report).__name__}


@probe("gradcheck", part="errors that cancel", x=positive(4), off=positive())
def test_errors_that_cancel(gl, x, off):
    """Two entries are off, one as much too high as the other is too low."""
    grad = 2 * x + off * np.array([0.0, 1.0, 0.0, -1.0])
    return bool(gl.gradcheck(lambda x: (x * x).sum(), [x], [grad])[0])


@probe(
    "gradcheck",
    part="one bad entry among many",
    x=positive(5, 40),
    y=positive(40),
    at=Drawn(lambda rng: int(rng.integers(200))),
)
def test_one_bad_entry(gl, x, y, at):
    """Two arguments; one entry of 200 in the first one's gradient is off by a thousandth of
    itself."""
    grad = np.broadcast_to(y, x.shape).copy()
    grad.flat[at] *= 1.001
    return bool(gl.gradcheck(lambda x, y: (x * y).sum(), [x, y], [grad, x.sum(axis=0)])[0])


@probe("gradcheck", part="the second argument", x=positive(3), y=positive(2))
def test_second_argument(gl, x, y):
    """Small numbers: the second gradient, all entries about 0.001, is half of what it should be."""

    def f(x, y):
        return x.sum() + 0.001 * (y * y).sum()

    return bool(gl.gradcheck(f, [x, y], [np.ones(3), 0.001 * y])[0])


@probe("gradcheck", part="a wrong shape", x=positive(3, 1))
def test_wrong_shape(gl, x):
    """Right numbers in the wrong shape: (3,) where the argument has (3, 1)."""
    same = np.ones((3, 1))  # equal entries, so that only the shape gives it away
    return bool(gl.gradcheck(lambda x: x.sum(), [x], [same[:, 0]])[0])


@probe("gradcheck", part="NaN", x=positive(3), at=Drawn(lambda rng: int(rng.integers(3))))
def test_not_a_number(gl, x, at):
    """A gradient with one NaN in it."""
    grad = 2 * x
    grad[at] = np.nan
    return bool(gl.gradcheck(lambda x: (x * x).sum(), [x], [grad])[0])


@probe("gradcheck", gate=True, x=normal(3), y=normal(2, 2))
def test_right_zeros_and_two_arguments(gl, x, y):
    """Right: two arguments, and zeros where the function does not depend on an entry."""

    def f(x, y):
        return np.sin(x[0]) * np.exp(y[0, 1]) + y[1, 0] ** 3

    gx = np.array([np.cos(x[0]) * np.exp(y[0, 1]), 0.0, 0.0])
    gy = np.array([[0.0, np.sin(x[0]) * np.exp(y[0, 1])], [3 * y[1, 0] ** 2, 0.0]])
    return bool(gl.gradcheck(f, [x, y], [gx, gy])[0])


@probe("gradcheck", gate=True, x=positive(4))
def test_right_and_large(gl, x):
    """Right, with entries of about a hundred million, where nudging itself is off by more than
    1e-6."""
    return bool(gl.gradcheck(lambda x: 1e8 * (x**3).sum(), [x], [3e8 * x**2])[0])


@probe("gradcheck", gate=True, x=positive(4))
def test_tolerances_asked_for(gl, x):
    """`rtol` is relative to the true entry and `atol` is not: a gradient 1 percent too high, with
    rtol 0.02; and one 0.01 too high where the truth is 0, with atol 0.02."""
    relative = gl.gradcheck(lambda x: (x * x).sum(), [x], [2.02 * x], rtol=0.02, atol=1e-9)
    absolute = gl.gradcheck(lambda x: 0 * x.sum(), [x], [0 * x + 0.01], rtol=1e-9, atol=0.02)
    return [bool(relative[0]), bool(absolute[0])]
