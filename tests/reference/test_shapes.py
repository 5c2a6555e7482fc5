"""Operations that move entries, beyond what the table of operations asks of all of them."""

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor, shapes
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


@pytest.mark.parametrize(
    ("method", "function"),
    [
        ("sum", gl.summation),
        ("mean", gl.mean),
        ("max", shapes.amax),
        ("transpose", gl.transpose),
        ("flatten", lambda t: gl.reshape(t, (6,))),
    ],
)
def test_operations_of_one_tensor_are_methods_too(method, function):
    x = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    out = getattr(x, method)()
    np.testing.assert_array_equal(out.data, function(x).data)
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
    assert x.matmul(Tensor(np.ones((4, 5)))).shape == (2, 3, 5)
    assert x[0, 0, 0].reshape(()).shape == ()


@pytest.mark.parametrize("name", ["sum", "mean", "max"])
def test_axes_are_given_as_in_numpy_and_as_a_list(name):
    x = Tensor(np.arange(24.0).reshape(2, 3, 4), requires_grad=True)
    reduce = getattr(x, name)
    assert reduce(1).shape == reduce(axis=-2).shape == reduce(axis=np.int64(1)).shape == (2, 4)
    assert reduce(axis=(-1, 0), keepdims=True).shape == (1, 3, 1)
    for out in (reduce([0, 1]), reduce(np.int64(1))):
        out.backward()
    with pytest.raises(ValueError, match="axis 3 is out of bounds"):
        reduce(3)


def test_entries_that_tie_for_the_largest_share_the_gradient():
    x = Tensor([[1.0, 3.0, 3.0], [3.0, 2.0, 1.0]], requires_grad=True)
    for axis, expected in [
        (1, [[0, 6, 6], [12, 0, 0]]),
        (0, [[0, 12, 12], [12, 0, 0]]),
        (None, [[0, 4, 4], [4, 0, 0]]),
    ]:
        x.zero_grad()
        out = x.max(axis)
        out.backward(np.full(out.shape, 12.0))
        np.testing.assert_array_equal(x.grad.data, expected)


def test_the_gradient_of_max_goes_to_nan():
    x = Tensor([[1.0, np.nan], [1.0, 2.0]], requires_grad=True)
    x.max(axis=1).backward()
    np.testing.assert_array_equal(x.grad.data, [[0, 1], [0, 1]])


def test_the_largest_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="zero-size"):
        Tensor(np.zeros((0, 2))).max(axis=0)


@pytest.mark.parametrize(
    ("a", "b"),
    [((5,), (5,)), ((3, 5), (5,)), ((2, 3, 5), (2, 5, 4)), ((3, 1), (1, 4))],
)
def test_matmul_backward_itself_gives_the_shapes_of_its_inputs(a, b):
    node = Tensor(np.ones(a), requires_grad=True) @ Tensor(np.ones(b), requires_grad=True)
    grad_a, grad_b = node._op.backward(Tensor(np.ones(node.shape)), node)
    assert (grad_a.shape, grad_b.shape) == (a, b)


@pytest.mark.parametrize(("a", "b"), [((3, 5), (5, 4)), ((5,), (5,)), ((2, 3, 5), (5,))])
@pytest.mark.parametrize("needs", [(True, False), (False, True)])
def test_matmul_computes_no_gradient_that_nobody_needs(a, b, needs):
    node = Tensor(np.ones(a), needs[0]) @ Tensor(np.ones(b), needs[1])
    grads = node._op.backward(Tensor(np.ones(node.shape)), node)
    assert tuple(grad is not None for grad in grads) == needs


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


@pytest.mark.parametrize("index", [Tensor([0.0]), (0, Tensor([0.0])), (Tensor(1.0), slice(None))])
def test_a_tensor_as_index_is_told_what_to_do(index):
    with pytest.raises(TypeError, match=r"astype\(int\)"):
        Tensor([[1.0, 2.0]])[index]


def test_iteration_gives_slices_that_remember():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = x
    (first * second).backward()
    np.testing.assert_array_equal(x.grad.data, [[3, 4], [1, 2]])
    with pytest.raises(TypeError):
        iter(Tensor(1.0)).__next__()


def test_concatenate_and_stack_take_whatever_becomes_a_tensor():
    x = Tensor(np.ones(2), requires_grad=True)
    assert gl.concatenate([x, [1.0], np.zeros(3)]).shape == (6,)
    assert gl.stack((x, [1, 2])).dtype == np.float64
    assert gl.stack(x).shape == gl.concatenate([x]).shape == (2,)


def test_what_does_not_fit_together_is_refused():
    x, y = Tensor(np.ones((2, 3))), Tensor(np.ones((2, 2)))
    with pytest.raises(ValueError, match="same shape"):
        gl.stack([x, y])
    with pytest.raises(ValueError, match="must match exactly"):
        gl.concatenate([x, y])
    with pytest.raises(ValueError, match="at least one"):
        gl.concatenate([])


def test_results_of_views_share_the_array_and_others_do_not():
    x = Tensor(np.ones((2, 3)))
    assert np.shares_memory(x.reshape(3, 2).data, x.data)
    assert np.shares_memory(x.T.data, x.data)
    assert not np.shares_memory((x + 0).data, x.data)
    assert not np.shares_memory(shapes.Clone()(x).data, x.data)


# Laws


@st.composite
def broadcasts(draw):
    """A shape, and one that it broadcasts to."""
    drawn = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3))
    return drawn.input_shapes[0], drawn.result_shape


@given(broadcasts(), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_unbroadcast_is_the_adjoint_of_broadcasting(pair, seed):
    small, large = pair
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=small), rng.normal(size=large)
    back = gl.unbroadcast(g, small)
    assert np.shape(back) == small
    np.testing.assert_allclose(
        np.sum(np.broadcast_to(x, large) * g), np.sum(x * back), rtol=1e-9, atol=1e-9
    )


@given(broadcasts())
@settings(deadline=None)
def test_sum_to_and_broadcast_to_undo_each_others_shape(pair):
    small, large = pair
    x = Tensor(np.ones(small))
    assert gl.sum_to(gl.broadcast_to(x, large), small).shape == small
    assert gl.sum_to(x, small) is gl.sum_to(x, list(small)) is x


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


@given(st.data())
@settings(deadline=None)
def test_what_was_put_together_comes_apart_again(data):
    shape = data.draw(hnp.array_shapes(max_dims=3, max_side=3))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    pieces = [Tensor(np.full(shape, i), requires_grad=True) for i in range(3)]
    for join in (gl.stack, gl.concatenate):
        out = join(pieces, axis)
        for piece in pieces:
            piece.zero_grad()
        out.backward(out.detach())
        assert all(np.array_equal(piece.grad.data, piece.data) for piece in pieces)
