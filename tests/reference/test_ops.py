"""Every operation: one table drives values, both orders of gradients, dtypes and side effects."""

import itertools
from dataclasses import dataclass
from typing import Any

import gradloom as gl
import numpy as np
import pytest
from gradloom import Function, Tensor, check_gradients, ops, shapes
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


@dataclass(frozen=True)
class Case:
    name: str
    f: Any  # on tensors
    reference: Any  # the same on arrays
    shapes: tuple = ((3, 4),)
    positive: bool = False

    def arrays(self, dtype=np.float64):
        rng = np.random.default_rng(7)
        drawn = [rng.uniform(0.3, 2.0, shape) for shape in self.shapes]
        signs = [1 if self.positive else rng.choice([-1, 1], shape) for shape in self.shapes]
        return [np.array(a * s, dtype=dtype) for a, s in zip(drawn, signs, strict=True)]


def np_sigmoid(x):
    return 1 / (1 + np.exp(-x))


PAIRS = {
    "same": ((3, 4), (3, 4)),
    "row": ((3, 4), (4,)),
    "column": ((3, 1), (3, 4)),
    "outer": ((2, 1), (1, 3)),
    "deep": ((2, 1, 3), (5, 1, 2, 4, 3)),
    "number": ((), (2, 3)),
    "one": ((2, 3), (1,)),
    "empty": ((0, 3), (1, 3)),
}
BINARY = [
    Case(f"{name}-{pair}", f, reference, shapes, positive)
    for name, f, reference, positive in [
        ("add", gl.add, np.add, False),
        ("sub", gl.sub, np.subtract, False),
        ("mul", gl.mul, np.multiply, False),
        ("divide", gl.divide, np.divide, False),
        ("power", gl.power, np.power, True),
    ]
    for pair, shapes in PAIRS.items()
]
UNARY = [
    Case("negate", gl.negate, np.negative),
    Case("log", gl.log, np.log, positive=True),
    Case("exp", gl.exp, np.exp),
    Case("sqrt", gl.sqrt, np.sqrt, positive=True),
    Case("abs", abs, np.abs),
    Case("sin", gl.sin, np.sin),
    Case("cos", gl.cos, np.cos),
    Case("relu", gl.relu, lambda x: np.where(x > 0, x, 0)),
    Case("sigmoid", gl.sigmoid, np_sigmoid),
    Case("tanh", gl.tanh, np.tanh),
    Case("tanh-0d", gl.tanh, np.tanh, ((),)),
    Case("exp-empty", gl.exp, np.exp, ((0, 3),)),
]
SCALAR = [
    Case("add_scalar", lambda x: gl.add_scalar(x, 3), lambda x: x + 3),
    Case("mul_scalar", lambda x: gl.mul_scalar(x, -2.5), lambda x: x * -2.5),
    Case("div_scalar", lambda x: gl.div_scalar(x, 4), lambda x: x / 4),
    *(
        Case(f"power_scalar-{n}", lambda x, n=n: gl.power_scalar(x, n), lambda x, n=n: x**n)
        for n in (0, 1, 2, 3, -1)
    ),
    Case("power_scalar-0.5", lambda x: gl.power_scalar(x, 0.5), np.sqrt, positive=True),
]
SHAPES = [
    Case("reshape", lambda x: gl.reshape(x, (6, 2)), lambda x: x.reshape(6, 2)),
    Case("reshape-1", lambda x: x.reshape(2, -1), lambda x: x.reshape(2, -1)),
    Case("flatten", lambda x: x.flatten(), np.ravel, ((2, 3, 2),)),
    Case("T", lambda x: x.T, np.transpose, ((2, 3, 4),)),
    Case("T-0d", lambda x: x.T, np.transpose, ((),)),
    Case("transpose", gl.transpose, lambda x: x.swapaxes(-1, -2), ((2, 3, 4),)),
    Case("transpose-1d", gl.transpose, np.transpose, ((3,),)),
    *(
        Case(
            f"transpose-{axes}",
            lambda x, axes=axes: x.transpose(axes),
            lambda x, axes=axes: x.transpose(axes),
            ((3, 2, 5),),
        )
        for axes in [(1, 2, 0), (2, 0, 1), (-1, 0, 1), (0, -1, 1), (2, 1, 0)]
    ),
    Case(
        "transpose-4d",
        lambda x: x.transpose(2, 0, 3, 1),
        lambda x: x.transpose(2, 0, 3, 1),
        ((2, 3, 1, 4),),
    ),
    *(
        Case(
            f"{name}-{axis}-{keepdims}-{len(shape)}d",
            lambda x, n=name, a=axis, k=keepdims: getattr(x, n)(axis=a, keepdims=k),
            lambda x, n=name, a=axis, k=keepdims: getattr(x, n)(axis=a, keepdims=k),
            (shape,),
        )
        for name, keepdims in itertools.product(["sum", "mean"], [False, True])
        for axis, shape in [
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
    ),
    *(
        Case(
            f"broadcast_to-{shape}-{to}",
            lambda x, to=to: gl.broadcast_to(x, to),
            lambda x, to=to: np.broadcast_to(x, to),
            (shape,),
        )
        for shape, to in [
            ((3, 1), (3, 3)),
            ((3,), (2, 3)),
            ((2, 1, 3), (5, 1, 2, 4, 3)),
            ((), (2,)),
        ]
    ),
    Case(
        "sum_to",
        lambda x: gl.sum_to(x, (2, 1, 3)),
        lambda x: x.sum(axis=(0, 1)).sum(axis=1, keepdims=True),
        ((5, 1, 2, 4, 3),),
    ),
    Case("sum_to-same", lambda x: gl.sum_to(x, (3, 4)), lambda x: x),
    Case("row", lambda x: x[1], lambda x: x[1]),
    Case("slice", lambda x: x[::2, 1:], lambda x: x[::2, 1:]),
    Case("pick", lambda x: x[[0, 0, 1]], lambda x: x[[0, 0, 1]]),
    Case("pairs", lambda x: x[[0, 0, 2], [1, 1, 3]], lambda x: x[[0, 0, 2], [1, 1, 3]]),
    Case("newaxis", lambda x: x[..., None], lambda x: x[..., None]),
    Case(
        "mask",
        lambda x: x[np.array([True, False, True])],
        lambda x: x[np.array([True, False, True])],
    ),
    Case("clone", lambda x: shapes.Clone()(x), np.array),
]
MATMUL = [
    Case(f"matmul-{a}-{b}", gl.matmul, np.matmul, (a, b))
    for a, b in [
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
]
CASES = BINARY + UNARY + SCALAR + SHAPES + MATMUL
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every_case
def test_the_value_is_numpys(case):
    arrays = case.arrays()
    out = case.f(*map(Tensor, arrays))
    expected = case.reference(*arrays)
    assert out.shape == np.shape(expected)
    np.testing.assert_allclose(out.data, expected, rtol=1e-12)


@every_case
def test_gradients_of_both_orders_agree_with_nudging(case):
    check_gradients(case.f, *map(Tensor, case.arrays()), order=2)


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_and_shape_are_kept_by_value_and_gradient(case, dtype):
    leaves = [Tensor(a, requires_grad=True) for a in case.arrays(dtype)]
    out = case.f(*leaves)
    assert isinstance(out.data, np.ndarray)
    assert out.dtype == dtype
    out.backward()
    assert [(leaf.grad.shape, leaf.grad.dtype) for leaf in leaves] == [
        (leaf.shape, dtype) for leaf in leaves
    ]


@every_case
def test_nothing_is_written_in_place(case):
    leaves = [Tensor(a, requires_grad=True) for a in case.arrays()]
    out = case.f(*leaves)
    seed = Tensor(np.random.default_rng(1).normal(size=out.shape))
    everything = [*leaves, out, seed]
    before = [t.data.copy() for t in everything]
    for tensor in everything:
        tensor.data.setflags(write=False)
    out.backward(seed)
    for tensor, array in zip(everything, before, strict=True):
        np.testing.assert_array_equal(tensor.data, array)


@every_case
def test_the_gradient_is_linear_in_the_upstream_gradient(case):
    leaves = [Tensor(a, requires_grad=True) for a in case.arrays()]
    out = case.f(*leaves)
    rng = np.random.default_rng(2)
    g, h = rng.normal(size=(2, *out.shape))

    def gradients(upstream):
        for leaf in leaves:
            leaf.zero_grad()
        out.backward(np.asarray(upstream))
        return [leaf.grad.data for leaf in leaves]

    triples = zip(gradients(g), gradients(h), gradients(2 * g - 3 * h), strict=True)
    for one, other, both in triples:
        np.testing.assert_allclose(both, 2 * one - 3 * other, rtol=1e-9, atol=1e-9)


@every_case
def test_an_operand_without_gradient_gets_none(case):
    arrays = case.arrays()
    for chosen in range(len(arrays)):
        leaves = [Tensor(a, requires_grad=i == chosen) for i, a in enumerate(arrays)]
        out = case.f(*leaves)
        out.backward()
        assert [leaf.grad is not None for leaf in leaves] == [
            i == chosen for i in range(len(leaves))
        ]


@pytest.mark.parametrize(
    "name",
    [case.name for case in UNARY if "-" not in case.name] + ["mean", "sum", "flatten", "transpose"],
)
def test_every_unary_operation_is_a_method(name):
    x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    same = {
        "abs": abs,
        "sum": gl.summation,
        "flatten": lambda t: gl.reshape(t, (6,)),
    }
    out = getattr(x, name)()
    expected = same.get(name, getattr(gl, name, None))(x)
    np.testing.assert_array_equal(out.data, expected.data)
    assert out.requires_grad


def test_methods_take_numpys_call_forms():
    x = Tensor(np.arange(24.0).reshape(2, 3, 4))
    assert x.reshape(6, 4).shape == x.reshape((6, 4)).shape == x.reshape([6, 4]).shape == (6, 4)
    assert x.reshape(-1).shape == x.flatten().shape == (24,)
    assert x.transpose(1, 2, 0).shape == x.transpose((1, 2, 0)).shape == (3, 4, 2)
    assert x.transpose().shape == x.transpose(None).shape == (2, 4, 3)
    assert x.T.shape == (4, 3, 2)
    assert x[0, 0].broadcast_to(2, 4).shape == x[0, 0].broadcast_to((2, 4)).shape == (2, 4)
    assert x.sum_to(3, 1).shape == x.sum_to((3, 1)).shape == (3, 1)
    assert x.sum(axis=(-1, 0), keepdims=True).shape == (1, 3, 1)
    assert x.sum([0, 1]).shape == (4,)
    assert x.matmul(Tensor(np.ones((4, 5)))).shape == (2, 3, 5)
    assert x[0, 0, 0].reshape(()).shape == ()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_right_and_silent_far_out(dtype):
    x = Tensor(np.array([-800.0, 0.0, 800.0], dtype), requires_grad=True)
    out = gl.sigmoid(x)
    np.testing.assert_array_equal(out.data, np.array([0, 0.5, 1], dtype))
    out.backward()
    assert np.isfinite(x.grad.data).all()


def test_sigmoid_saturated_at_one_still_has_a_slope():
    x = Tensor(np.array([43.0]), requires_grad=True)
    gl.sigmoid(x).backward()
    np.testing.assert_allclose(x.grad.data, np.exp(-43.0), rtol=1e-12)


@pytest.mark.parametrize(("name", "slope"), [("relu", 0), ("abs", 0)])
def test_the_slope_at_the_kink_is_zero(name, slope):
    x = Tensor([0.0], requires_grad=True)
    getattr(x, name)().backward()
    assert x.grad.data == slope


def test_relu_of_infinities_and_nan():
    out = gl.relu(Tensor([-np.inf, np.inf, np.nan]))
    np.testing.assert_array_equal(out.data, np.array([0, np.inf, np.nan], np.float32))


@pytest.mark.parametrize(("n", "slope"), [(0, 0), (1, 1), (2, 0), (3, 0)])
def test_power_scalar_at_zero(n, slope):
    x = Tensor([0.0], requires_grad=True)
    gl.power_scalar(x, n).backward()
    assert x.grad.data == slope


def test_a_constant_exponent_takes_negative_bases_without_a_warning():
    x = Tensor(np.array([-2.0, 3.0]), requires_grad=True)
    (x**3).backward()
    np.testing.assert_allclose(x.grad.data, [12, 27])


def test_an_operand_used_twice():
    x = Tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True)
    for f in [
        lambda t: t * t,
        lambda t: t + t,
        lambda t: t - t,
        lambda t: t / t,
        lambda t: t**t,
        lambda t: t @ t,
        lambda t: (t + 1) * t,
        lambda t: t[[0, 0, 1]] * t[[0, 1, 1]],
    ]:
        check_gradients(f, x, order=2)


@pytest.mark.parametrize(
    ("a", "b"),
    [((5,), (5,)), ((3, 5), (5,)), ((5,), (5, 4)), ((2, 3, 5), (2, 5, 4)), ((3, 1), (1, 4))],
)
def test_matmul_backward_itself_gives_the_shapes_of_its_inputs(a, b):
    node = Tensor(np.ones(a), requires_grad=True) @ Tensor(np.ones(b), requires_grad=True)
    grad_a, grad_b = node._op.backward(Tensor(np.ones(node.shape)), node)
    assert (grad_a.shape, grad_b.shape) == (a, b)


def test_an_entry_picked_twice_gets_both_gradients():
    x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
    picked = x[[0, 0, 1]]
    (grad,) = picked._op.gradients(Tensor([10.0, 1.0, 5.0]), picked)
    np.testing.assert_array_equal(grad.data, [11, 5, 0])


def test_a_changed_index_array_does_not_reach_the_graph():
    x, index = Tensor([1.0, 2.0, 3.0], requires_grad=True), np.array([0, 1])
    picked = x[index]
    index[:] = 2
    picked.backward()
    np.testing.assert_array_equal(x.grad.data, [1, 1, 0])


def test_a_bias_gets_the_sum_over_rows():
    x, b = Tensor(np.ones((5, 3))), Tensor(np.zeros(3), requires_grad=True)
    (x + b).backward(np.arange(15.0).reshape(5, 3))
    np.testing.assert_array_equal(b.grad.data, [30, 35, 40])


# Function


class Swap(Function):
    """Two inputs, a list-like answer: used to look at `Function` itself."""

    def forward(self, a, b):
        assert type(a) is np.ndarray
        assert type(b) is np.ndarray
        return b - a

    def backward(self, out_grad, node):
        return None, out_grad


def test_a_call_records_only_where_a_gradient_is_needed():
    for a, b in itertools.product([False, True], repeat=2):
        op, x, y = Swap(), Tensor([1.0], requires_grad=a), Tensor([2.0], requires_grad=b)
        out = op(x, y)
        assert out.requires_grad == (a or b)
        assert out._op is (op if a or b else None)
        assert len(out._inputs) == (2 if a or b else 0)
        assert all(one is other for one, other in zip(out._inputs, (x, y), strict=False))


def test_gradients_are_a_tuple_with_none_kept():
    x, y = Tensor([1.0], requires_grad=True), Tensor(np.ones((2, 3)), requires_grad=True)
    out = Swap()(x, y)
    none, grad = out._op.gradients(Tensor(np.ones((2, 3))), out)
    assert none is None
    assert grad.shape == (2, 3)
    out = gl.negate(x)
    assert isinstance(out._op.gradients(Tensor([1.0]), out), tuple)


def test_too_few_gradients_are_an_error():
    class Short(Swap):
        def backward(self, out_grad, node):
            return out_grad

    out = Short()(Tensor([1.0], requires_grad=True), Tensor([2.0], requires_grad=True))
    with pytest.raises(ValueError, match="zip"):
        out.backward()


def test_a_forward_that_returns_a_tensor_is_told_so():
    class Wrong(Function):
        def forward(self, a):
            return Tensor(a)

    with pytest.raises(TypeError, match="arrays"):
        Wrong()(Tensor([1.0]))


def test_an_unfinished_operation_says_what_is_missing():
    class Empty(Function):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        Empty()(Tensor([1.0]))


def test_results_of_views_share_the_array_and_others_do_not():
    x = Tensor(np.ones((2, 3)))
    assert np.shares_memory(x.reshape(3, 2).data, x.data)
    assert np.shares_memory(x.T.data, x.data)
    assert not np.shares_memory((x + 0).data, x.data)
    assert not np.shares_memory(shapes.Clone()(x).data, x.data)


# Laws

broadcast_pairs = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3)


@st.composite
def broadcasts(draw):
    """A shape, and one that it broadcasts to."""
    shapes = draw(broadcast_pairs)
    return shapes.input_shapes[0], shapes.result_shape


@given(broadcasts(), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_unbroadcast_is_the_adjoint_of_broadcasting(shapes, seed):
    small, large = shapes
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=small), rng.normal(size=large)
    back = gl.unbroadcast(g, small)
    assert np.shape(back) == small
    np.testing.assert_allclose(
        np.sum(np.broadcast_to(x, large) * g), np.sum(x * back), rtol=1e-9, atol=1e-9
    )


@given(broadcast_pairs, st.sampled_from([gl.add, gl.sub, gl.mul, gl.divide]))
@settings(deadline=None)
def test_gradients_have_the_shapes_of_their_inputs(shapes, f):
    leaves = [Tensor(np.ones(shape), requires_grad=True) for shape in shapes.input_shapes]
    out = f(*leaves)
    assert out.shape == shapes.result_shape
    out.backward()
    assert tuple(leaf.grad.shape for leaf in leaves) == shapes.input_shapes


@given(st.permutations(range(4)), st.lists(st.booleans(), min_size=4, max_size=4))
@settings(deadline=None)
def test_transposing_a_gradient_brings_every_entry_home(order, negative):
    axes = tuple(a - 4 if minus else a for a, minus in zip(order, negative, strict=True))
    x = Tensor(np.arange(120.0).reshape(2, 3, 4, 5), requires_grad=True)
    out = x.transpose(axes)
    out.backward(out.detach())
    np.testing.assert_array_equal(x.grad.data, x.data)


@given(st.data(), st.booleans())
@settings(deadline=None)
def test_the_gradient_of_a_sum_repeats_it(data, keepdims):
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=3))
    axes = data.draw(st.none() | hnp.valid_tuple_axes(len(shape)))
    x = Tensor(np.zeros(shape), requires_grad=True)
    out = x.sum(axes, keepdims)
    upstream = np.random.default_rng(0).normal(size=out.shape)
    out.backward(upstream)
    kept = np.sum(x.data, axis=axes, keepdims=True).shape
    np.testing.assert_array_equal(x.grad.data, np.broadcast_to(upstream.reshape(kept), shape))


@given(broadcasts())
@settings(deadline=None)
def test_sum_to_and_broadcast_to_undo_each_others_shape(shapes):
    small, large = shapes
    x = Tensor(np.ones(small))
    out = gl.sum_to(gl.broadcast_to(x, large), small)
    assert out.shape == small
    assert gl.sum_to(x, small) is x
