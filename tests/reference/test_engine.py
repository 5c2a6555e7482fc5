"""The backward walk, gradients on leaves, recording and its switch, assigned data."""

import gc
import threading
import weakref

import gradloom as gl
import numpy as np
import pytest
from gradloom import Function, Tensor, no_grad
from gradloom.engine import backpropagate, is_recording


def leaf(*entries):
    return Tensor(np.array(entries), requires_grad=True)


def test_each_node_comes_out_once_with_its_final_gradient():
    a, constant = leaf(2.0), Tensor(np.array([3.0]))
    b = a * constant
    c = b + a
    d = c * b
    walk = list(backpropagate(d, Tensor(np.array([10.0]))))
    found = {node: gradient.item() for node, gradient in walk}
    assert len(walk) == len(found) == 4
    assert walk[0][0] is d
    assert found == {d: 10.0, c: 60.0, b: 60.0 + 80.0, a: 60.0 + 3 * 140.0}


@pytest.mark.parametrize(
    "f",
    [
        lambda a, b: (a + b) + a,
        lambda a, b: a + (b + a),
        lambda a, b: a * b + a,
        lambda a, b: (a * b) * (a * b) * a,
        lambda a, b: ((a + b) * a).exp() / (a * a + b * b),
        lambda a, b: (a - b) * (b - a),
    ],
)
def test_diamonds(f):
    gl.check_gradients(f, leaf(0.7, -0.4), leaf(0.3, 1.2), order=2)


def test_forty_doublings_take_eighty_steps():
    x = y = leaf(1.0)
    for _ in range(40):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**40
    assert len(list(backpropagate(y, Tensor(np.ones(1))))) == 41


def test_a_chain_of_a_hundred_thousand_nodes_goes_forward_back_and_away():
    x = y = leaf(1.0)
    for _ in range(100_000):
        y = -y
    y.backward()
    assert x.grad.item() == 1
    last = weakref.ref(y)
    del y
    assert last() is None


def test_a_graph_is_no_reference_cycle():
    gc.collect()
    gc.disable()
    try:
        x = leaf(1.0)
        y = (x * x).exp() + x
        y.backward()
        inner = weakref.ref(y._inputs[0])
        del y
        assert inner() is None
    finally:
        gc.enable()


def test_a_root_that_is_a_leaf():
    x = leaf(3.0, 4.0)
    x.backward([5.0, 6.0])
    np.testing.assert_array_equal(x.grad.data, [5, 6])


def test_branches_that_the_root_does_not_use_get_nothing():
    x = leaf(1.0)
    unused = leaf(2.0)
    x * unused
    (x * 2).backward()
    assert unused.grad is None


def test_constants_get_nothing():
    x, constant = leaf(1.0), Tensor([2.0])
    (x * constant).backward()
    assert constant.grad is None


def test_a_second_backward_adds():
    x = leaf(1.0, 2.0)
    y = (x * x).exp()
    y.backward()
    once = x.grad.data.copy()
    y.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * once)
    x.zero_grad()
    assert x.grad is None
    y.backward()
    np.testing.assert_array_equal(x.grad.data, once)


def test_adding_leaves_an_older_gradient_alone():
    x = leaf(1.0)
    y = x * 3
    y.backward()
    kept = x.grad
    y.backward()
    assert (kept.item(), x.grad.item()) == (3, 6)


def test_only_leaves_keep_gradients_unless_asked():
    x = leaf(2.0)
    y, z = x * 3, x * 5
    z.retain_grad()
    (y * z).backward()
    assert y.grad is None
    assert z.grad.item() == 6
    assert x.grad.item() == 60


def test_gradients_share_memory_with_nobody_and_can_be_written():
    a, b, seed = leaf(1.0, 2.0), leaf(3.0, 4.0), Tensor(np.ones(2))
    c = a + b
    c.retain_grad()
    c.backward(seed)
    arrays = [a.grad.data, b.grad.data, c.grad.data, seed.data, a.data, b.data, c.data]
    for i, one in enumerate(arrays):
        assert not any(np.shares_memory(one, other) for other in arrays[i + 1 :])
    s = a.reshape(2, 1).broadcast_to(2, 3).sum()
    a.zero_grad()
    s.backward()
    a.grad.data[:] = 0


def test_gradients_have_no_history_unless_asked_for():
    x = leaf(2.0)
    y = x * x * x
    y.backward()
    assert x.grad.is_leaf
    assert not x.grad.requires_grad
    x.zero_grad()
    y.backward(create_graph=True)
    gradient = x.grad
    assert gradient.requires_grad
    x.zero_grad()
    gradient.backward()
    assert x.grad.item() == 12


def test_a_third_derivative():
    x = leaf(0.5)
    y = gl.sin(x)
    for expected in (np.cos(0.5), -np.sin(0.5), -np.cos(0.5)):
        x.zero_grad()
        y.backward(create_graph=True)
        y = x.grad
        np.testing.assert_allclose(y.data, expected, rtol=1e-12)


def test_accumulated_gradients_keep_their_history():
    x = leaf(2.0)
    y = x * x * x
    y.backward(create_graph=True)
    y.backward(create_graph=True)
    gradient = x.grad
    x.zero_grad()
    gradient.backward()
    assert x.grad.item() == 24


@pytest.mark.parametrize("make", [list, np.array, Tensor])
def test_a_seed_may_be_a_list_an_array_or_a_tensor(make):
    x = Tensor([1.0, 2.0], requires_grad=True)
    (x * 2).backward(make([3.0, 4.0]))
    np.testing.assert_array_equal(x.grad.data, [6, 8])


@pytest.mark.parametrize("grad", [1.0, [1.0], [[1.0, 1.0]], np.ones((2, 1)), Tensor([1.0] * 3)])
def test_a_seed_of_another_shape_is_refused(grad):
    x = leaf(1.0, 2.0)
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        (x * 2).backward(grad)
    assert x.grad is None


def test_backward_where_nothing_needs_a_gradient_is_refused():
    with pytest.raises(RuntimeError, match="requires_grad=True"):
        (Tensor([1.0]) * 2).backward()
    with pytest.raises(RuntimeError, match="no_grad"), no_grad():
        (leaf(1.0) * 2).backward()


def test_a_walk_that_fails_changes_no_gradient():
    class Broken(Function):
        def forward(self, a):
            return a + 0

        def backward(self, out_grad, node):
            raise ZeroDivisionError

    x, y = leaf(1.0), leaf(2.0)
    with pytest.raises(ZeroDivisionError):
        (y + Broken()(x)).backward()
    assert x.grad is None
    assert y.grad is None
    assert is_recording()


def test_assigned_data_makes_the_graph_unusable():
    x, w = leaf(1.0), leaf(2.0)
    y = x * w + x
    w.data = w.data + 1
    with pytest.raises(RuntimeError, match="'mul' was assigned"):
        y.backward()
    assert x.grad is None
    (x * w + x).backward()
    assert x.grad.item() == 4


def test_assigned_data_of_a_result_counts_too():
    x = leaf(1.0)
    y = gl.exp(x)
    y.data = np.zeros(1)
    with pytest.raises(RuntimeError, match="'exp'"):
        y.backward()


def test_assigning_after_backward_is_how_one_trains():
    w = leaf(1.0)
    for _ in range(3):
        w.zero_grad()
        ((w - 3) * (w - 3)).backward()
        w.data = w.data - 0.25 * w.grad.data
    np.testing.assert_allclose(w.data, 2.75)


# The switch


def test_nothing_is_recorded_within_no_grad():
    x = leaf(1.0)
    with no_grad():
        y = x * 2
        assert Tensor([1.0], requires_grad=True).requires_grad
    assert (y.requires_grad, y.is_leaf, y._op) == (False, True, None)
    assert (x * 2).requires_grad


def test_no_grad_nests_and_the_same_block_can_be_entered_again():
    block = no_grad()
    with block:
        with block, no_grad():
            assert not is_recording()
        assert not is_recording()
    assert is_recording()
    with block:
        assert not is_recording()
    assert is_recording()


def test_no_grad_ends_with_an_exception_which_passes_through():
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert is_recording()


def test_backward_within_no_grad_walks_a_graph_made_before():
    x = leaf(3.0)
    y = x * x
    with no_grad():
        y.backward()
        assert not is_recording()
    assert x.grad.item() == 6


def test_each_thread_has_its_own_switch():
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(is_recording()))
        thread.start()
        thread.join()
    assert seen == [True]
