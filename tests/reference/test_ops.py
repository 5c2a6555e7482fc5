"""Elementwise operations, beyond what the table of operations asks of all of them."""

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp


@pytest.mark.parametrize(
    "name", ["negate", "abs", "log", "exp", "sqrt", "sin", "cos", "relu", "sigmoid", "tanh"]
)
def test_every_unary_operation_is_a_method_too(name):
    x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    out = getattr(x, name)()
    function = abs if name == "abs" else getattr(gl, name)
    np.testing.assert_array_equal(out.data, function(x).data)
    assert out.requires_grad


@pytest.mark.parametrize("name", ["add_scalar", "mul_scalar", "div_scalar", "power_scalar"])
def test_every_scalar_operation_is_a_method_too(name):
    x = Tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(getattr(x, name)(3).data, getattr(gl, name)(x, 3).data)


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


@pytest.mark.parametrize("name", ["relu", "abs"])
def test_the_slope_at_the_kink_is_zero(name):
    x = Tensor([0.0], requires_grad=True)
    getattr(x, name)().backward()
    assert x.grad.data == 0


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


def test_a_constant_base_of_zero_is_not_divided_by():
    x = Tensor([0.5, 2.0], requires_grad=True)
    node = gl.power([0.0, 0.0], x)
    with np.errstate(divide="ignore", invalid="ignore"):  # the logarithm of zero
        grad_base, grad_x = node._op.backward(Tensor([1.0, 1.0]), node)
    assert grad_base is None
    assert grad_x.shape == (2,)


def test_a_mask_is_copied_broadcasts_and_makes_no_floats():
    x, mask = Tensor([1.0, 2.0], requires_grad=True), np.array([[True, False], [True, True]])
    out = x * mask
    mask[:] = False
    out.backward([[1.0, 10.0], [100.0, 1000.0]])
    np.testing.assert_array_equal(out.data, [[1, 0], [1, 2]])
    np.testing.assert_array_equal(x.grad.data, [101, 1000])
    assert out.grad_fn == "mask"


def test_a_bias_gets_the_sum_over_rows():
    x, b = Tensor(np.ones((5, 3))), Tensor(np.zeros(3), requires_grad=True)
    (x + b).backward(np.arange(15.0).reshape(5, 3))
    np.testing.assert_array_equal(b.grad.data, [30, 35, 40])


def test_operands_of_maximum_share_the_gradient_where_they_tie():
    a = Tensor([1.0, 2.0, 3.0, -np.inf], requires_grad=True)
    b = Tensor([3.0, 2.0, 1.0, -np.inf], requires_grad=True)
    gl.maximum(a, b).backward([10.0, 10.0, 10.0, 10.0])
    np.testing.assert_array_equal(a.grad.data, [0, 5, 10, 5])
    np.testing.assert_array_equal(b.grad.data, [10, 5, 0, 5])


def test_maximum_passes_nan_on():
    out = gl.maximum(Tensor([np.nan, 1.0]), 0.0)
    np.testing.assert_array_equal(out.data, np.array([np.nan, 1], np.float32))


def test_where_keeps_what_is_not_picked_out_of_the_gradient():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = Tensor([np.inf, 5.0], requires_grad=True)
    gl.where(np.array([True, False]), x, y).backward([np.inf, 2.0])
    np.testing.assert_array_equal(x.grad.data, [np.inf, 0])
    np.testing.assert_array_equal(y.grad.data, [0, 2])


def test_where_takes_numbers_lists_and_a_condition_of_its_own():
    condition = np.array([True, False])
    x = Tensor(np.ones(2), requires_grad=True)
    out = gl.where(condition, x, 7)
    condition[:] = False
    out.backward()
    np.testing.assert_array_equal(x.grad.data, [1, 0])
    assert out.dtype == np.float64
    assert gl.where([True, False], [1, 2], 0).dtype == np.float32


@pytest.mark.parametrize("condition", [np.array([1, 0]), Tensor([1.0, 0.0]), 1])
def test_where_takes_bools_only(condition):
    with pytest.raises(TypeError, match="array of bools"):
        gl.where(condition, Tensor([1.0, 2.0]), 0)


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3))
@settings(deadline=None)
def test_gradients_have_the_shapes_of_their_inputs(shapes):
    for f in (gl.add, gl.sub, gl.mul, gl.divide, gl.maximum):
        leaves = [Tensor(np.ones(shape), requires_grad=True) for shape in shapes.input_shapes]
        out = f(*leaves)
        assert out.shape == shapes.result_shape
        out.backward()
        assert tuple(leaf.grad.shape for leaf in leaves) == shapes.input_shapes


@pytest.mark.parametrize("f", [gl.add, gl.sub, gl.mul, gl.divide, gl.power, gl.maximum])
def test_a_float32_leaf_that_meets_float64_gets_a_float32_gradient(f):
    x = Tensor(np.array([1.0, 2.0], np.float32), requires_grad=True)
    y = Tensor(np.array([2.0, 1.0]), requires_grad=True)
    out = f(x, y)
    assert out.dtype == np.float64
    out.backward()
    assert (x.grad.dtype, y.grad.dtype) == (np.float32, np.float64)
