"""The numbers of the five documents that the course grew from, as far as tensors show them."""

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor, central_difference, edges, print_graph, topological_order


@pytest.fixture
def thermometer():
    celsius = Tensor([[0.0], [100.0]])
    w = Tensor([[0.5]], requires_grad=True)
    b = Tensor([10.0], requires_grad=True)
    return celsius, w, b


def mse(pred, target):
    return ((pred - target) ** 2).mean()


def close(tensor, expected, rtol=1e-6, atol=0.0):
    np.testing.assert_allclose(tensor.data, expected, rtol=rtol, atol=atol)


def test_seed_000_trace_of_the_thermometer(thermometer):
    celsius, w, b = thermometer
    w_t = w.T
    product = celsius @ w_t
    pred = product + b
    assert (w_t.grad_fn, product.grad_fn, pred.grad_fn) == ("transpose", "matmul", "add")
    for node, parents in [(w_t, [w]), (product, [celsius, w_t]), (pred, [product, b])]:
        assert [id(parent) for parent in node.parents] == [id(parent) for parent in parents]
    close(pred, [[10], [60]])


def test_seed_000_six_printed_lines_with_their_depths(thermometer, capsys):
    celsius, w, b = thermometer
    print_graph(celsius @ w.T + b)
    lines = capsys.readouterr().out.splitlines()
    depths = [(len(line) - len(line.lstrip())) // 2 for line in lines]
    assert list(zip(depths, map(str.strip, lines), strict=True)) == [
        (0, "(2, 1) <- add"),
        (1, "(2, 1) <- matmul"),
        (2, "(2, 1) <- leaf"),
        (2, "(1, 1) <- transpose"),
        (3, "(1, 1) <- leaf"),
        (1, "(1,) <- leaf"),
    ]


def test_seed_000_only_what_needs_a_gradient_is_tracked(thermometer):
    celsius, w, b = thermometer
    pred = celsius @ w.T + b
    assert [t.requires_grad for t in (celsius, w, b, pred)] == [False, True, True, True]
    assert [t.is_leaf for t in (celsius, w, b, pred)] == [True, True, True, False]
    assert (celsius + 1).grad_fn is None
    assert (celsius + 1).parents == []


def test_seed_000_loss_and_gradients_of_the_thermometer(thermometer):
    celsius, w, b = thermometer
    loss = mse(celsius @ w.T + b, Tensor([[32.0], [212.0]]))
    loss.backward()
    close(loss, 11794)
    close(w.grad, [[-15200]])
    close(b.grad, [-174])
    assert celsius.grad is None


def test_seed_001_product_and_sum():
    a, b, c = (Tensor(v, requires_grad=True) for v in (2.0, 3.0, 10.0))
    ab = a * b
    d = ab + c
    assert (ab.item(), d.item()) == (6, 16)
    assert len(topological_order(d, lambda node: node.parents)) == 5
    assert len(edges(d)) == 4
    d.backward()
    assert [t.grad.item() for t in (a, b, c)] == [3, 2, 1]


def test_seed_001_the_diamond_adds_both_paths():
    a, b = Tensor(2.0, requires_grad=True), Tensor(3.0, requires_grad=True)
    (a * b + a).backward()
    assert (a.grad.item(), b.grad.item()) == (1 + 3, 2)


def test_seed_002_two_paths_to_x():
    x, y = Tensor(3.0, requires_grad=True), Tensor(2.0, requires_grad=True)
    a = x + y
    a.retain_grad()
    f = a * x
    f.backward()
    assert (a.item(), f.item()) == (5, 15)
    assert (a.grad.item(), x.grad.item(), y.grad.item()) == (3, 8, 3)


def test_seed_002_sine_of_a_square_at_its_top():
    x = Tensor(np.array(np.sqrt(np.pi / 2)), requires_grad=True)
    a = x**2
    f = gl.sin(a)
    f.backward()
    assert a.item() == pytest.approx(1.571, abs=1e-3)
    assert f.item() == pytest.approx(1)
    assert x.grad.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_seed_003_example_1(dtype):
    a = Tensor([[1, 2], [3, 4]], requires_grad=True, dtype=dtype)
    b = Tensor([[5, 6], [7, 8]], requires_grad=True, dtype=dtype)
    c = a + b
    loss = sum((c * 2).flatten())
    loss.backward()
    close(c, [[6, 8], [10, 12]])
    close(loss, 72)
    close(a.grad, np.full((2, 2), 2))
    close(b.grad, np.full((2, 2), 2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_seed_003_example_2(dtype):
    a = Tensor([[1, 2], [3, 4]], requires_grad=True, dtype=dtype)
    b = Tensor([[5, 6], [7, 8]], requires_grad=True, dtype=dtype)
    c = a @ b
    loss = sum(gl.sigmoid(c).flatten())
    loss.backward()
    close(c, [[19, 22], [43, 50]])
    close(loss, 3.999999994, rtol=1e-6 if dtype == "float32" else 1e-9)
    close(a.grad, [[2.97e-8, 4.15e-8], [1.06e-18, 1.48e-18]], rtol=5e-3)
    close(b.grad, [[5.60e-9, 2.79e-10], [1.12e-8, 5.58e-10]], rtol=5e-3)


def test_seed_003_example_3():
    a = Tensor([[1, 2], [3, 4]], requires_grad=True, dtype="float64")
    b = Tensor([[5, 6], [7, 8]], requires_grad=True, dtype="float64")
    target = Tensor([[0.1, 0.2], [0.3, 0.4]], dtype="float64")
    c = a @ b
    c.retain_grad()
    loss = mse(c, target)
    loss.backward()
    close(loss, 1278.975)
    close(c.grad, [[9.45, 10.9], [21.35, 24.8]])
    close(a.grad, [[112.65, 153.35], [255.55, 347.85]])
    close(b.grad, [[73.5, 85.3], [104.3, 121.0]])
    assert target.grad is None


def test_seed_004_addition_and_repr():
    a, b = Tensor([1, 2, 3], requires_grad=True), Tensor([2, 3, 4], requires_grad=True)
    c = a + b
    close(c, [3, 5, 7])
    assert isinstance(c._op, gl.ops.Add)
    assert c._inputs[0] is a
    assert c._inputs[1] is b
    assert repr(a) == "Tensor([1. 2. 3.], requires_grad=True)"
    assert a.dtype == np.float32


def test_seed_004_a_chain_of_two_products():
    a, b, w = (Tensor(v, requires_grad=True) for v in ([2.0, 3.0], [4.0, 5.0], [3.0, 2.0]))
    c = a * b
    d = c * w
    d.backward()
    close(c, [8, 15])
    close(d, [24, 30])
    close(a.grad, [12, 10])
    close(b.grad, [6, 6])
    close(w.grad, [8, 15])


def test_seed_004_nudges():
    a, b, w = np.array([2.01, 3.0]), np.array([4.0, 5.0]), np.array([3.0, 2.0])
    c = Tensor(a) * Tensor(b)
    d = c * Tensor(w)
    assert (c.data[0], d.data[0]) == pytest.approx((8.04, 24.12))
    assert central_difference(lambda a, b, w: a * b * w, 2.0, 4.0, 3.0) == pytest.approx(12)
    assert (Tensor([4.01]) * Tensor([3.0])).item() == pytest.approx(12.03)
    assert (Tensor([4.0]) * Tensor([3.01])).item() == pytest.approx(12.04)


def test_seed_004_gradient_of_a_sum():
    x = Tensor([1, 2, 3], requires_grad=True)
    total = x.sum()
    total.backward()
    assert total.item() == 6
    close(x.grad, [1, 1, 1])


def test_seed_004_sums_along_axes():
    a = Tensor([[1, 2, 3], [4, 5, 6]])
    close(gl.summation(a), 21)
    close(gl.summation(a, 0), [5, 7, 9])
    close(gl.summation(a, 1), [6, 15])
    assert gl.summation(a).shape == ()


@pytest.mark.parametrize(("axes", "shape"), [(None, ()), (0, (3,)), (1, (3,))])
def test_seed_004_gradients_of_sums_of_a_square(axes, shape):
    a = Tensor(np.zeros((3, 3)), requires_grad=True)
    out = gl.summation(a, axes)
    upstream = np.arange(1.0, 1 + out.size).reshape(shape)
    out.backward(upstream)
    close(a.grad, np.broadcast_to(upstream[:, None] if axes == 1 else upstream, (3, 3)))


def test_seed_004_reshapes_and_transposes():
    a = Tensor(np.arange(1.0, 13.0).reshape(3, 4), requires_grad=True)
    close(gl.reshape(a, (4, 3)), [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]])
    assert gl.reshape(a, (6, 2)).shape == (6, 2)
    x = Tensor(np.zeros((3, 2, 5)), requires_grad=True)
    out = gl.transpose(x, (1, 2, 0))
    assert out.shape == (2, 5, 3)
    back = out._op.backward(Tensor(np.zeros((2, 5, 3))), out)
    assert back.shape == (3, 2, 5)
    close(gl.transpose(out, (2, 0, 1)), x.data)
    assert gl.transpose(x).shape == (3, 5, 2)


def test_seed_004_broadcasting_a_column():
    x = Tensor([[1.0], [2.0], [3.0]], requires_grad=True)
    out = gl.broadcast_to(x, (3, 3))
    out.backward(np.arange(9.0).reshape(3, 3))
    close(out, [[1, 1, 1], [2, 2, 2], [3, 3, 3]])
    close(x.grad, [[3], [12], [21]])


def test_seed_004_shapes_of_matrix_gradients():
    a = Tensor(np.ones((2, 3)), requires_grad=True)
    b = Tensor(np.ones((3, 4)), requires_grad=True)
    (a @ b).backward()
    assert (a.grad.shape, b.grad.shape) == ((2, 3), (3, 4))


def test_seed_004_scalar_operations():
    x = Tensor([1, 2, 3], requires_grad=True)
    close(x + 1, [2, 3, 4])
    close(gl.add_scalar(x, 1), [2, 3, 4])
    close(x * 0.5, [0.5, 1, 1.5])
