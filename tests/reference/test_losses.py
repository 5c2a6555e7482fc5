"""Losses and softmax: closed forms, both orders of gradients, extremes, and laws."""

import numpy as np
import pytest
from gradloom import Tensor, check_gradients
from gradloom.losses import (
    CrossEntropy,
    Softmax,
    bce_with_logits,
    cross_entropy,
    log_softmax,
    logsumexp,
    mse_loss,
    softmax,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

INF = np.inf
BITS = st.integers(0, 1)
RNG = np.random.default_rng(11)
LOGITS = RNG.normal(size=(5, 4))
CUBE = RNG.normal(size=(2, 3, 4))
LABELS = np.array([3, 0, 0, 2, 1])
TARGETS = RNG.uniform(size=(5, 4))
FAR = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1001.0, -INF]])

LOSSES = {
    "mse": lambda x: mse_loss(x, TARGETS.astype(x.dtype)),
    "bce": lambda x: bce_with_logits(x, TARGETS.astype(x.dtype)),
    "cross_entropy": lambda x: cross_entropy(x, LABELS),
}
OTHERS = {
    "logsumexp": logsumexp,
    "logsumexp-rows": lambda x: logsumexp(x, 1),
    "logsumexp-keepdims": lambda x: logsumexp(x, 0, keepdims=True),
    "logsumexp-both": lambda x: logsumexp(x, (0, -1)),
    "log_softmax": log_softmax,
    "log_softmax-0": lambda x: log_softmax(x, 0),
    "softmax": softmax,
    "softmax-0": lambda x: softmax(x, axis=0),
}
ALL = LOSSES | OTHERS


def functions(table):
    return pytest.mark.parametrize("f", table.values(), ids=table)


def np_softmax(x, axis=-1):
    powers = np.exp(x)
    return powers / powers.sum(axis=axis, keepdims=True)


def gradient(f, x):
    """The value of `f` at the array `x`, and the gradient of its sum, as arrays."""
    leaf = Tensor(x, requires_grad=True)
    out = f(leaf)
    out.backward()
    return out.data, leaf.grad.data


def close(actual, expected, rtol=1e-9, atol=1e-12):
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)


@pytest.fixture(autouse=True)
def noisy():
    """NumPy's every complaint is an error, but for numbers too small to tell from 0."""
    with np.errstate(all="raise", under="ignore"):
        yield


# All of them


@functions(ALL)
@pytest.mark.parametrize("x", [LOGITS, np.zeros((5, 4)), 50 * LOGITS], ids=["random", "0", "far"])
def test_gradients_of_both_orders(f, x):
    check_gradients(f, Tensor(x), order=2)


@functions(ALL)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept_and_nothing_else_changes(f, dtype):
    x = LOGITS.astype(dtype)
    value, grad = gradient(f, x)
    assert value.dtype == grad.dtype == dtype
    assert grad.shape == x.shape
    np.testing.assert_array_equal(x, LOGITS.astype(dtype))


@functions(LOSSES)
def test_a_loss_is_one_number_with_a_graph(f):
    loss = f(Tensor(LOGITS, requires_grad=True))
    assert loss.shape == ()
    assert not loss.is_leaf
    assert f(LOGITS).is_leaf
    assert f(LOGITS).item() == loss.item()


# Mean squared error


def test_mse_is_the_mean_over_all_entries():
    value, grad = gradient(lambda x: mse_loss(x, [[1, 2, 3], [4, 5, 6]]), np.zeros((2, 3)))
    close(value, 91 / 6)
    close(grad, -np.array([[1, 2, 3], [4, 5, 6]]) / 3)


@pytest.mark.parametrize("loss", [mse_loss, bce_with_logits])
def test_targets_are_data(loss):
    x, target = Tensor(LOGITS, requires_grad=True), Tensor(TARGETS, requires_grad=True)
    loss(x, target).backward()
    assert target.grad is None
    assert x.grad is not None
    assert not loss(LOGITS, target).requires_grad


@pytest.mark.parametrize("loss", [mse_loss, bce_with_logits])
@pytest.mark.parametrize(("pred", "target"), [((4, 1), (4,)), ((4,), (4, 1)), ((2, 3), ())])
def test_shapes_that_would_broadcast_are_refused(loss, pred, target):
    with pytest.raises(ValueError, match=r"predictions have shape .* targets .* reshape"):
        loss(Tensor(np.zeros(pred)), np.zeros(target))


@pytest.mark.parametrize("loss", [mse_loss, bce_with_logits])
def test_integer_targets_take_the_dtype_of_the_predictions(loss):
    x = Tensor(LOGITS, requires_grad=True, dtype="float32")
    out = loss(x, np.ones((5, 4), dtype=int))
    out.backward()
    assert (out.dtype, x.grad.dtype) == (np.float32, np.float32)


# Binary cross-entropy


def test_bce_against_probabilities():
    p = 1 / (1 + np.exp(-LOGITS))
    value, grad = gradient(LOSSES["bce"], LOGITS)
    close(value, -np.mean(TARGETS * np.log(p) + (1 - TARGETS) * np.log(1 - p)))
    close(grad, (p - TARGETS) / p.size)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("logit", "target", "value", "slope"),
    [
        (0, 0, np.log(2), 0.5),
        (0, 1, np.log(2), -0.5),
        (1000, 0, 1000, 1),
        (1000, 1, 0, 0),
        (-1000, 0, 0, 0),
        (-1000, 1, 1000, -1),
        (1000, 0.25, 750, 0.75),
    ],
)
def test_bce_at_zero_and_far_out(dtype, logit, target, value, slope):
    x = np.array([logit], dtype=dtype)
    loss, grad = gradient(lambda x: bce_with_logits(x, [target]), x)
    close(loss, value, rtol=1e-6)
    close(grad, [slope])


def test_bce_of_a_sure_and_right_prediction_is_small_and_not_zero():
    value, _ = gradient(lambda x: bce_with_logits(x, [1]), np.array([5], dtype="float32"))
    close(value, np.log1p(np.exp(-5)), rtol=1e-4)


@given(hnp.arrays(float, 3, elements=st.floats(-40, 40)), hnp.arrays(int, 3, elements=BITS))
def test_bce_is_the_cross_entropy_of_two_classes(x, labels):
    both = np.stack([np.zeros(3), x], axis=1)
    close(bce_with_logits(x, labels).data, cross_entropy(both, labels).data)
    close(bce_with_logits(x, labels).data, bce_with_logits(-x, 1 - labels).data)


# logsumexp, log_softmax, softmax


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_along_axes(axis, keepdims):
    out = logsumexp(CUBE, axis, keepdims)
    expected = np.log(np.exp(CUBE).sum(axis=axis, keepdims=keepdims))
    assert out.shape == expected.shape
    close(out.data, expected)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_along_an_axis(axis):
    close(softmax(CUBE, axis).data, np_softmax(CUBE, axis))
    close(log_softmax(CUBE, axis).data, np.log(np_softmax(CUBE, axis)))


def test_slope_of_logsumexp_is_softmax():
    close(gradient(lambda x: logsumexp(x, 1), LOGITS)[1], np_softmax(LOGITS))


def test_far_out_and_minus_infinity():
    close(logsumexp(FAR, 1).data, [1000, -1000 + np.log1p(np.exp(-1))])
    p = 1 / (1 + np.exp(-1))
    close(softmax(FAR).data, [[1, 0, 0], [p, 1 - p, 0]])
    close(log_softmax(FAR).data, [[0, -1000, -2000], [np.log(p), np.log(1 - p), -INF]])


@pytest.mark.parametrize("f", [lambda x: logsumexp(x, 1), log_softmax, softmax])
def test_gradients_far_out_are_finite(f):
    assert np.isfinite(gradient(f, FAR)[1]).all()


def test_logsumexp_of_nothing_but_minus_infinity():
    x = np.array([[-INF, -INF], [0.0, 0.0]])
    value, grad = gradient(lambda x: logsumexp(x, 1), x)
    close(value, [-INF, np.log(2)])
    close(grad, [[0, 0], [0.5, 0.5]])


def test_softmax_gives_arrays_of_its_own():
    for x in (np.zeros((1, 3)), np.zeros((3, 1)), np.zeros(3)):
        assert not np.shares_memory(Softmax().forward(x), x)


ROWS = hnp.arrays(float, (3, 4), elements=st.floats(-30, 30))
NUMBERS = st.floats(-1000, 1000)


@given(ROWS, st.sampled_from([0, 1]))
def test_softmax_is_a_distribution(x, axis):
    p = softmax(x, axis).data
    assert (p >= 0).all()
    close(p.sum(axis=axis), 1)


@given(ROWS, NUMBERS)
def test_a_shift_of_all_logits(x, shift):
    close(softmax(x + shift).data, softmax(x).data, atol=1e-10)
    close(log_softmax(x + shift).data, log_softmax(x).data, atol=1e-10)
    close(logsumexp(x + shift, 1).data, logsumexp(x, 1).data + shift, atol=1e-10)
    labels = [0, 1, 3]
    close(cross_entropy(x + shift, labels).data, cross_entropy(x, labels).data, atol=1e-10)


@given(ROWS, ROWS, ROWS, NUMBERS)
def test_softmax_is_linear_in_the_upstream_gradient(x, g, h, factor):
    out = softmax(Tensor(x, requires_grad=True))

    def passed(upstream):
        (grad,) = out._op.gradients(Tensor(upstream), out)
        return grad.data

    close(passed(g + factor * h), passed(g) + factor * passed(h), atol=1e-8)


# Cross-entropy


def test_cross_entropy_against_probabilities():
    p = np_softmax(LOGITS)
    value, grad = gradient(LOSSES["cross_entropy"], LOGITS)
    close(value, -np.log(p[np.arange(5), LABELS]).mean())
    close(grad, (p - np.eye(4)[LABELS]) / 5)


@given(ROWS, hnp.arrays(int, 3, elements=st.integers(0, 3)))
def test_cross_entropy_is_the_mean_of_log_softmax_at_the_labels(x, labels):
    def composed(x):
        return -log_softmax(x)[np.arange(3), labels].mean()

    for one, other in zip(
        gradient(lambda x: cross_entropy(x, labels), x), gradient(composed, x), strict=True
    ):
        close(one, other)


@given(ROWS, NUMBERS)
def test_cross_entropy_is_linear_in_the_upstream_gradient(x, factor):
    out = cross_entropy(Tensor(x, requires_grad=True), [3, 0, 0])
    (one,) = out._op.gradients(Tensor(np.array(1.0)), out)
    (other,) = out._op.gradients(Tensor(np.array(factor)), out)
    close(one.data.sum(axis=1), 0)
    close(other.data, factor * one.data)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cross_entropy_far_out(dtype):
    x = np.array([[1000, -1000, 0], [-1000, 0, 1000]], dtype=dtype)
    value, grad = gradient(lambda x: cross_entropy(x, [0, 0]), x)
    close(value, 1000)
    close(grad, [[0, 0, 0], [-0.5, 0, 0.5]])


def test_cross_entropy_of_a_sure_and_right_prediction_is_small_and_not_zero():
    value, _ = gradient(lambda x: cross_entropy(x, [0]), np.array([[9, 0]], dtype="float32"))
    close(value, np.log1p(np.exp(-9)), rtol=1e-3)


@pytest.mark.parametrize("labels", [[1, 0], (1, 0), np.array([1, 0], np.uint8)])
def test_labels_are_any_integers(labels):
    assert cross_entropy([[0, 2], [2, 0]], labels).item() == pytest.approx(np.log1p(np.exp(-2)))


def test_labels_may_change_afterwards():
    labels = LABELS.copy()
    x = Tensor(LOGITS, requires_grad=True)
    loss = cross_entropy(x, labels)
    labels[:] = 0
    loss.backward()
    close(x.grad.data, (np_softmax(LOGITS) - np.eye(4)[LABELS]) / 5)


def test_one_operation_holds_the_labels():
    op = CrossEntropy(LABELS)
    node = op(Tensor(LOGITS, requires_grad=True))
    assert node._op is op
    assert node.grad_fn == "crossentropy"
    assert len(node.parents) == 1


@pytest.mark.parametrize(
    ("labels", "error", "words"),
    [
        ([0.0, 1.0], TypeError, r"not float64: .* labels.astype\(int\)"),
        ([True, False], TypeError, "not bool: "),
        (Tensor([0, 1]), TypeError, "not float32: "),
        ([[0], [1]], ValueError, r"shape \(2, 1\): .* of shape \(2,\)"),
        (np.eye(2, 3), ValueError, r"one-hot rows, labels.argmax\(axis=1\)"),
        ([0, 1, 2], ValueError, r"shape \(3,\)"),
        (1, ValueError, r"shape \(\)"),
        ([0, 3], ValueError, "from 0 to 3, but logits of 3 columns know the classes 0 to 2"),
        ([-1, 2], ValueError, "from -1 to 2"),
    ],
)
def test_labels_that_do_not_fit(labels, error, words):
    with pytest.raises(error, match=words):
        cross_entropy(Tensor(np.zeros((2, 3))), labels)


@pytest.mark.parametrize("shape", [(3,), (1, 2, 3)])
def test_logits_have_rows_and_classes(shape):
    with pytest.raises(ValueError, match=r"reshape them to \(rows, classes\)"):
        cross_entropy(np.zeros(shape), [0])


def test_training_on_cross_entropy_finds_the_classes():
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.normal(-2, 1, (20, 2)), rng.normal(2, 1, (20, 2))])
    labels = np.repeat([0, 1], 20)
    w = Tensor(np.zeros((2, 2)), requires_grad=True)
    for _ in range(20):
        w.zero_grad()
        cross_entropy(x @ w, labels).backward()
        w.data -= w.grad.data
    assert (np.argmax(x @ w.data, axis=1) == labels).mean() > 0.95
