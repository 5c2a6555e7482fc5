"""The numbers of the five documents that the course grew from, as far as tensors show them."""

import builtins
from functools import partial

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor, central_difference, edges, print_graph, topological_order
from gradloom.engine import backpropagate


def close(tensor, expected, rtol=1e-6, atol=0.0):
    np.testing.assert_allclose(tensor.data, expected, rtol=rtol, atol=atol)


def leaves(*values):
    return [Tensor(value, requires_grad=True) for value in values]


def same(nodes, others):
    return list(map(id, nodes)) == list(map(id, others))


def parents(node):
    return node.parents


def parents_come_first(order):
    places = {id(node): place for place, node in enumerate(order)}
    return all(places[id(p)] < places[id(node)] for node in order for p in node.parents)


def local_gradients(node):
    """The gradients of the inputs of `node`, a number, if its own is 1."""
    return [grad.item() for grad in node._op.gradients(Tensor(1.0), node)]


# 000: tensors that remember


@pytest.fixture
def thermometer():
    celsius = Tensor([[0.0], [100.0]])
    w = Tensor([[0.5]], requires_grad=True)
    b = Tensor([10.0], requires_grad=True)
    return celsius, w, b


def test_seed_000_a_new_tensor(thermometer):
    celsius, _, _ = thermometer
    assert celsius.data.dtype == np.float32
    assert (celsius.shape, celsius.requires_grad) == ((2, 1), False)
    assert (celsius.grad, celsius.grad_fn, celsius.parents) == (None, None, [])


@pytest.mark.parametrize("name", ["grad_fn", "parents"])
def test_seed_000_the_history_is_read_only(name):
    with pytest.raises(AttributeError):
        setattr(Tensor(1.0), name, None)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize(
    ("f", "name"), [(lambda a, b: a + b, "add"), (lambda a, b: a @ b, "matmul")]
)
def test_seed_000_a_result_is_tracked_if_either_operand_is(f, name, first, second):
    a = Tensor([[1.0]], requires_grad=first)
    b = Tensor([[2.0]], requires_grad=second)
    out = f(a, b)
    tracked = first or second
    assert out.requires_grad is tracked
    assert out.grad_fn == (name if tracked else None)
    assert same(out.parents, [a, b] if tracked else [])


def test_seed_000_operands_that_are_no_tensors_are_wrapped(thermometer):
    celsius, w, _ = thermometer
    close(celsius + 1, [[1], [101]])
    close(celsius @ [[0.5]], [[0], [50]])
    assert [type(parent) for parent in (w + 1).parents] == [Tensor, Tensor]


def test_seed_000_trace_of_the_thermometer(thermometer):
    celsius, w, b = thermometer
    w_t = w.T
    product = celsius @ w_t
    pred = product + b
    assert (w_t.grad_fn, product.grad_fn, pred.grad_fn) == ("transpose", "matmul", "add")
    assert same(w_t.parents, [w])
    assert same(product.parents, [celsius, w_t])
    assert same(pred.parents, [product, b])
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


def test_seed_000_leaves_and_others(thermometer):
    celsius, w, b = thermometer
    pred = celsius @ w.T + b
    loss = gl.mse_loss(pred, [[32.0], [212.0]])
    for leaf in (w, b, celsius):
        assert (leaf.is_leaf, leaf.grad_fn, leaf.parents) == (True, None, [])
    for other in (pred, loss):
        assert not other.is_leaf
        assert other.grad_fn is not None
        assert other.parents


def test_seed_000_loss_and_gradients_of_the_thermometer(thermometer):
    celsius, w, b = thermometer
    targets = Tensor([[32.0], [212.0]])
    loss = gl.mse_loss(celsius @ w.T + b, targets)
    loss.backward()
    close(loss, 11794)
    close(w.grad, [[-15200]])
    close(b.grad, [-174])
    assert celsius.grad is None
    assert targets.grad is None


def test_seed_000_the_way_back_from_the_loss(thermometer):
    celsius, w, b = thermometer
    w_t = w.T
    product = celsius @ w_t
    pred = product + b
    loss = gl.mse_loss(pred, [[32.0], [212.0]])
    walk = [node for node, _ in backpropagate(loss, Tensor(1.0))]
    places = [walk.index(node) for node in (loss, pred, product, w_t, w)]
    assert places == sorted(places)
    assert walk.index(pred) < walk.index(b)
    assert celsius not in walk


# 001: the same graphs on tensors; its scalars are in test_scalar.py


def test_seed_001_product_and_sum():
    a, b, c = leaves(2.0, 3.0, 10.0)
    ab = a * b
    ab.retain_grad()
    d = ab + c
    assert (ab.item(), d.item()) == (6, 16)
    order = topological_order(d, parents)
    assert len(order) == 5
    assert order[-1] is d
    assert parents_come_first(order)
    d.backward()
    assert [t.grad.item() for t in (a, b, c, ab)] == [3, 2, 1, 1]


def test_seed_001_edges_lead_from_parents_to_children():
    a, b, c = leaves(2.0, 3.0, 10.0)
    ab = a * b
    d = ab + c
    found = {(id(parent), id(child)) for parent, child in edges(d)}
    assert found == {(id(p), id(n)) for p, n in [(a, ab), (b, ab), (ab, d), (c, d)]}
    assert len(edges(d)) == 4


def test_seed_001_the_diamond_adds_both_paths():
    a, b = leaves(2.0, 3.0)
    d = a * b + a
    assert sum(parent is a for parent, _ in edges(d)) == 2
    d.backward()
    assert (a.grad.item(), b.grad.item()) == (1 + 3, 2)


def test_seed_001_a_second_backward_doubles():
    a, b = leaves(2.0, 3.0)
    d = a * b + a
    d.backward()
    d.backward()
    assert (a.grad.item(), b.grad.item()) == (2 * (1 + 3), 2 * 2)


def test_seed_001_data_changed_in_flight_is_noticed():
    a, b = leaves(2.0, 3.0)
    d = a * b
    a.data = np.array(5.0)
    with pytest.raises(RuntimeError, match="assigned after"):
        d.backward()


def test_seed_001_tensors_go_into_sets():
    a, b = leaves(2.0, 2.0)
    assert len({a, b, a}) == 2


# 002: passes, orders and local gradients; its tables are in test_tables.py


def test_seed_002_two_paths_to_x():
    x, y = leaves(3.0, 2.0)
    a = x + y
    a.retain_grad()
    f = a * x
    f.backward()
    assert (a.item(), f.item()) == (5, 15)
    assert (a.grad.item(), x.grad.item(), y.grad.item()) == (3, 8, 3)
    assert local_gradients(f) == [3, 5]
    assert local_gradients(a) == [1, 1]


def test_seed_002_decompositions():
    (x,) = leaves(0.7)
    f = gl.sin(x * x) + x
    assert [node.grad_fn or "leaf" for node in topological_order(f, parents)] == [
        *("leaf", "mul", "sin", "add")
    ]
    assert f.item() == pytest.approx(np.sin(0.49) + 0.7)
    w, v, b = leaves([[1.0, 2.0], [3.0, 4.0]], [0.5, -1.0], [0.25, 0.5])
    y = gl.sigmoid(w @ v + b)
    c = y.parents[0]
    assert (y.grad_fn, c.grad_fn, c.parents[0].grad_fn) == ("sigmoid", "add", "matmul")
    close(y, 1 / (1 + np.exp([1.25, 2.0])))


@pytest.mark.parametrize(
    ("f", "inputs", "expected"),
    [
        (lambda x, y: x + y, (3.0, 2.0), [1, 1]),
        (lambda x, y: x - y, (3.0, 2.0), [1, -1]),
        (lambda x, y: x * y, (3.0, 2.0), [2, 3]),
        (lambda x, y: x / y, (3.0, 2.0), [1 / 2, -3 / 4]),
        (lambda x: gl.power_scalar(x, 5), (2.0,), [5 * 2**4]),
        (gl.exp, (2.0,), [np.exp(2)]),
        (gl.log, (2.0,), [1 / 2]),
        (gl.sin, (2.0,), [np.cos(2)]),
        (gl.relu, (2.0,), [1]),
        (gl.relu, (-2.0,), [0]),
        (gl.relu, (0.0,), [0]),
    ],
)
def test_seed_002_local_gradients(f, inputs, expected):
    assert local_gradients(f(*leaves(*inputs))) == pytest.approx(expected)


def test_seed_002_sine_of_a_square_at_its_top():
    x = Tensor(np.array(np.sqrt(np.pi / 2)), requires_grad=True)
    a = x**2
    a.retain_grad()
    f = gl.sin(a)
    f.backward()
    assert (x.item(), a.item()) == pytest.approx((1.253, 1.571), abs=1e-3)
    assert f.item() == pytest.approx(1)
    assert (a.grad.item(), x.grad.item()) == pytest.approx((0, 0), abs=1e-12)


def test_seed_002_a_shared_square_is_computed_once():
    (x,) = leaves(1.5)
    square = x * x
    f = square + gl.sin(square)
    assert len(topological_order(f, parents)) == 4
    assert len(edges(f)) == 5
    f.backward()
    assert x.grad.item() == pytest.approx(2 * 1.5 * (1 + np.cos(1.5**2)))


def test_seed_002_exercise_1():
    (x,) = leaves(3.0)
    f = (x - 1) * (x + 1)
    f.backward()
    assert (f.item(), x.grad.item()) == (8, 6)


def test_seed_002_exercise_2():
    (x,) = leaves(3.0)
    f = x * x
    assert same(f.parents, [x, x])
    assert local_gradients(f) == [3, 3]
    f.backward()
    assert x.grad.item() == 6


def test_seed_002_exercise_3():
    x, y, z = leaves(2.0, 3.0, 5.0)
    ((x + y) * z).backward()
    assert [t.grad.item() for t in (x, y, z)] == [5, 5, 2 + 3]


@pytest.mark.parametrize(("b", "expected"), [(1.0, [3, 2, 1]), (-7.0, [0, 0, 0])])
def test_seed_002_exercise_4(b, expected):
    w, x, b = leaves(2.0, 3.0, b)
    y = gl.relu(w * x + b)
    assert [node.grad_fn for node in topological_order(y, parents) if not node.is_leaf] == [
        *("mul", "add", "relu")
    ]
    y.backward()
    assert [t.grad.item() for t in (w, x, b)] == expected


# 003: three programs that run as they stand


EXAMPLE_1 = """
tensor_a = Tensor([[1, 2], [3, 4]], requires_grad=True)
tensor_b = Tensor([[5, 6], [7, 8]], requires_grad=True)

tensor_c = tensor_a + tensor_b
tensor_d = tensor_c * 2
loss = sum(tensor_d.flatten())

loss.backward()

print("Gradient of tensor_a:")
print(tensor_a.grad)
print("Gradient of tensor_b:")
print(tensor_b.grad)
"""
EXAMPLE_2 = """
matrix_a = Tensor([[1, 2], [3, 4]], requires_grad=True)
matrix_b = Tensor([[5, 6], [7, 8]], requires_grad=True)

matrix_c = matrix_a @ matrix_b
matrix_d = sigmoid(matrix_c)
loss = sum(matrix_d.flatten())

loss.backward()

print("Gradient of matrix_a:")
print(matrix_a.grad)
print("Gradient of matrix_b:")
print(matrix_b.grad)
"""
EXAMPLE_3 = """
matrix_a = Tensor([[1, 2], [3, 4]], requires_grad=True)
matrix_b = Tensor([[5, 6], [7, 8]], requires_grad=True)
target = Tensor([[0.1, 0.2], [0.3, 0.4]])

matrix_c = matrix_a @ matrix_b
loss = mse_loss(matrix_c, target)

loss.backward()

print("Gradient of matrix_a:")
print(matrix_a.grad)
print("Gradient of matrix_b:")
print(matrix_b.grad)
"""


@pytest.fixture(params=["float32", "float64"])
def run(request):
    """Run a program after `from gradloom import *`; in float64 only the default is another."""

    def run(program):
        names = {}
        exec("from gradloom import *", names)
        if request.param == "float64":
            names["Tensor"] = partial(Tensor, dtype="float64")
        exec(program, names)
        assert names["loss"].dtype == request.param
        assert names["loss"].shape == ()
        return names

    return run


def test_seed_003_example_1(run, capsys):
    names = run(EXAMPLE_1)
    close(names["tensor_c"], [[6, 8], [10, 12]])
    close(names["loss"], 72)
    close(names["tensor_a"].grad, np.full((2, 2), 2))
    close(names["tensor_b"].grad, np.full((2, 2), 2))
    gradient = "Tensor([[2. 2.]\n        [2. 2.]], requires_grad=False)\n"
    assert capsys.readouterr().out == (
        f"Gradient of tensor_a:\n{gradient}Gradient of tensor_b:\n{gradient}"
    )


def test_seed_003_example_2(run):
    names = run(EXAMPLE_2)
    close(names["matrix_c"], [[19, 22], [43, 50]])
    close(names["loss"], 3.999999994, rtol=1e-6 if names["loss"].dtype == "float32" else 1e-10)
    close(names["matrix_a"].grad, [[2.97e-8, 4.15e-8], [1.06e-18, 1.48e-18]], rtol=5e-3)
    close(names["matrix_b"].grad, [[5.60e-9, 2.79e-10], [1.12e-8, 5.58e-10]], rtol=5e-3)


def test_seed_003_example_3(run):
    names = run(EXAMPLE_3)
    close(names["loss"], 1278.975)
    close(names["matrix_a"].grad, [[112.65, 153.35], [255.55, 347.85]])
    close(names["matrix_b"].grad, [[73.5, 85.3], [104.3, 121.0]])
    assert names["target"].grad is None
    c = Tensor(names["matrix_c"], requires_grad=True)
    gl.mse_loss(c, names["target"]).backward()
    close(c.grad, [[9.45, 10.9], [21.35, 24.8]])


def test_seed_003_the_names_leave_builtins_alone():
    names = {}
    exec("from gradloom import *", names)
    assert not names.keys() & set(dir(builtins))
    assert names["__builtins__"]["sum"] is sum


# 004: operations


def test_seed_004_addition_and_repr():
    a, b = leaves([1, 2, 3], [2, 3, 4])
    c = a + b
    close(c, [3, 5, 7])
    assert isinstance(c._op, gl.ops.Add)
    assert same(c._inputs, [a, b])
    assert repr(a) == "Tensor([1. 2. 3.], requires_grad=True)"
    assert repr(b.detach()) == "Tensor([2. 3. 4.], requires_grad=False)"
    assert a.dtype == np.float32
    assert Tensor([2, 3], dtype="float32").dtype == np.float32


def test_seed_004_a_function_says_what_it_lacks():
    with pytest.raises(NotImplementedError, match="no forward"):
        gl.Function()(Tensor(1.0))
    with pytest.raises(NotImplementedError, match="no backward"):
        gl.Function().backward(Tensor(1.0), Tensor(1.0))


def test_seed_004_a_call_hands_arrays_to_forward_and_keeps_the_tensors():
    seen = []

    class Double(gl.Function):
        def forward(self, a):
            seen.append(a)
            return a * 2

    (x,), op = leaves([1.0, 2.0]), Double()
    out = op(x)
    assert seen[0] is x.data
    assert (out._op, out.requires_grad) == (op, True)
    assert same(out._inputs, [x])
    assert Double()(Tensor([1.0]))._op is None


@pytest.mark.parametrize(
    ("f", "name", "expected"),
    [
        (lambda a, b: a + b, "add", [6, 2]),
        (lambda a, b: a * b, "mul", [8, -3]),
        (lambda a, b: a - b, "sub", [2, 4]),
        (lambda a, b: a / b, "div", [2, -3]),
        (lambda a, b: a**b, "pow", [16, 1 / 3]),
        (lambda a, b: -a, "negate", [-4, -3]),
        (lambda a, b: abs(b), "abs", [2, 1]),
        (lambda a, b: gl.log(a), "log", np.log([4, 3])),
        (lambda a, b: gl.exp(b), "exp", np.exp([2, -1])),
        (lambda a, b: gl.sqrt(a), "sqrt", [2, np.sqrt(3)]),
        (lambda a, b: gl.relu(b), "relu", [2, 0]),
        (lambda a, b: gl.sigmoid(b), "sigmoid", 1 / (1 + np.exp([-2, 1]))),
        (lambda a, b: gl.tanh(b), "tanh", np.tanh([2, -1])),
    ],
)
def test_seed_004_forward(f, name, expected):
    out = f(*leaves([4.0, 3.0], [2.0, -1.0]))
    assert out.grad_fn == name
    close(out, expected)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (gl.add, ([3, 5], [3, 5])),
        (gl.mul, ([3 * 2, 5 * 8], [3 * 4, 5 * 2])),
        (gl.sub, ([3, 5], [-3, -5])),
        (gl.divide, ([3 / 2, 5 / 8], [-3 * 4 / 2**2, -5 * 2 / 8**2])),
        (gl.power, ([3 * 2 * 4, 5 * 8 * 2**7], [3 * 16 * np.log(4), 5 * 256 * np.log(2)])),
        (lambda a, b: gl.negate(a), ([-3, -5],)),
        (lambda a, b: gl.log(a), ([3 / 4, 5 / 2],)),
        (lambda a, b: gl.exp(a), ([3 * np.exp(4), 5 * np.exp(2)],)),
        (lambda a, b: gl.relu(a), ([3, 5],)),
        (lambda a, b: abs(-a), ([3, 5],)),
        (lambda a, b: gl.sqrt(a), ([3 / 4, 5 / np.sqrt(8)],)),
        (lambda a, b: gl.tanh(a), ([3, 5] / np.cosh([4, 2]) ** 2,)),
        (lambda a, b: gl.sigmoid(a), ([3, 5] / (2 + 2 * np.cosh([4, 2])),)),
    ],
)
def test_seed_004_backward(f, expected):
    a, b = leaves(np.array([4.0, 2.0]), np.array([2.0, 8.0]))
    f(a, b).backward([3.0, 5.0])
    for leaf, gradient in zip((a, b), expected, strict=False):
        close(leaf.grad, gradient)
        assert leaf.grad.shape == leaf.shape


def test_seed_004_a_chain_of_two_products():
    a, b, w = leaves([2, 3], [4, 5], [3, 2])
    c = a * b
    c.retain_grad()
    d = c * w
    d.backward()
    close(c, [8, 15])
    close(d, [24, 30])
    close(c.grad, [3, 2])
    close(a.grad, [12, 10])
    close(b.grad, [6, 6])
    close(w.grad, [8, 15])


def test_seed_004_nudges():
    a, b, w = np.array([2.01, 3.0]), np.array([4.0, 5.0]), np.array([3.0, 2.0])
    c = Tensor(a) * Tensor(b)
    d = c * Tensor(w)
    assert (c.data[0], d.data[0]) == pytest.approx((8.04, 24.12))
    assert (d.data[0] - 24) / 0.01 == pytest.approx(12)
    assert central_difference(lambda a, b, w: a * b * w, 2.0, 4.0, 3.0) == pytest.approx(12)
    assert (Tensor([4.01]) * Tensor([3.0])).item() == pytest.approx(12.03)
    assert (Tensor([4.0]) * Tensor([3.01])).item() == pytest.approx(12.04)


def test_seed_004_gradient_of_a_sum():
    (x,) = leaves([1, 2, 3])
    total = x.sum()
    total.backward()
    assert total.item() == 6
    close(x.grad, [1, 1, 1])


@pytest.mark.parametrize(
    ("shape", "rows"),
    [
        ((4, 3), [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]),
        ((6, 2), [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]]),
    ],
)
def test_seed_004_reshape(shape, rows):
    (a,) = leaves(np.arange(1.0, 13.0).reshape(3, 4))
    out = gl.reshape(a, shape)
    close(out, rows)
    close(a.reshape(*shape), rows)
    out.backward(rows)
    close(a.grad, a.data)


def test_seed_004_transpose():
    (x,) = leaves(np.arange(30.0).reshape(3, 2, 5))
    out = gl.transpose(x, (1, 2, 0))
    assert out.shape == (2, 5, 3)
    assert tuple(np.argsort((1, 2, 0))) == (2, 0, 1)
    close(gl.transpose(out, (2, 0, 1)), x.data)
    out.backward(out.data)
    close(x.grad, x.data)
    assert gl.transpose(x).shape == x.transpose().shape == (3, 5, 2)


def test_seed_004_sums_along_axes():
    a = Tensor([[1, 2, 3], [4, 5, 6]])
    close(gl.summation(a), 21)
    close(gl.summation(a, 0), [5, 7, 9])
    close(gl.summation(a, 1), [6, 15])
    assert gl.summation(a).shape == ()
    close(a.sum(1), [6, 15])


@pytest.mark.parametrize(("axes", "shape"), [(None, ()), (0, (3,)), (1, (3,))])
def test_seed_004_gradients_of_sums_of_a_square(axes, shape):
    (a,) = leaves(np.zeros((3, 3)))
    out = gl.summation(a, axes)
    upstream = np.arange(1.0, 1 + out.size).reshape(shape)
    out.backward(upstream)
    close(a.grad, np.broadcast_to(upstream[:, None] if axes == 1 else upstream, (3, 3)))


def test_seed_004_broadcasting():
    column, row = leaves([[1], [2], [3]], [1, 2, 3])
    square = gl.broadcast_to(column, (3, 3))
    close(square, [[1, 1, 1], [2, 2, 2], [3, 3, 3]])
    square.backward(np.arange(9.0).reshape(3, 3))
    close(column.grad, [[3], [12], [21]])
    column.zero_grad()
    column.broadcast_to(3, 10).backward()
    close(column.grad, [[10], [10], [10]])
    row.broadcast_to((2, 3)).backward([[1, 2, 3], [10, 20, 30]])
    close(row.grad, [11, 22, 33])


def test_seed_004_matrix_product():
    a, b = leaves(np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4))
    upstream = np.array([[1.0, -2, 3, 0.5], [2, 0, -1, 4]])
    out = gl.matmul(a, b)
    close(out, a.data @ b.data)
    close(a.matmul(b), a.data @ b.data)
    out.backward(upstream)
    close(a.grad, upstream @ b.data.T)
    close(b.grad, a.data.T @ upstream)


@pytest.mark.parametrize(
    ("f", "operator", "value", "gradient"),
    [
        (gl.add_scalar, lambda x: x + 2, [3, 4, 5], [3, 5, 7]),
        (gl.mul_scalar, lambda x: x * 2, [2, 4, 6], [6, 10, 14]),
        (gl.div_scalar, lambda x: x / 2, [0.5, 1, 1.5], [1.5, 2.5, 3.5]),
        (gl.power_scalar, lambda x: x**2, [1, 4, 9], [6, 20, 42]),
    ],
)
def test_seed_004_scalar_operations(f, operator, value, gradient):
    for g in (lambda x: f(x, 2), operator):
        (x,) = leaves([1, 2, 3])
        out = g(x)
        close(out, value)
        out.backward([3.0, 5.0, 7.0])
        close(x.grad, gradient)
    assert len(f(x, 2)._inputs) == 1


def test_seed_004_numbers_meet_tensors():
    x = Tensor([1, 2, 3])
    close(x + 1, [2, 3, 4])
    close(1 + x, [2, 3, 4])
    close(x * 0.5, [0.5, 1, 1.5])


def test_seed_004_a_root_of_any_shape_starts_with_ones():
    (x,) = leaves([[1, 2], [3, 4]])
    (x * 3).backward()
    close(x.grad, np.full((2, 2), 3))


def test_seed_004_contributions_from_three_children_are_added():
    (a,) = leaves([0, 0, 0])
    upstream = [1, 2, 3], [3, 4, 5], [4, 5, 6]
    sum(a * weights for weights in upstream).backward()
    close(a.grad, [8, 11, 14])


# What the seeds call things


FUNCTIONS = (
    "add sub mul divide power negate log exp sqrt sin cos relu sigmoid tanh reshape transpose "
    "summation broadcast_to matmul add_scalar mul_scalar div_scalar power_scalar "
    "mse_loss cross_entropy print_graph"
)
METHODS = "negate log exp sqrt sin cos relu sigmoid tanh mean"


def test_public_functions():
    assert set(FUNCTIONS.split()) <= set(gl.__all__)
    assert all(callable(getattr(gl, name)) for name in gl.__all__)


def test_unary_operations_are_methods():
    x = Tensor([0.5, 2.0])
    for name in METHODS.split():
        close(getattr(x, name)(), getattr(gl, name)(x).data)
    close(x.abs(), abs(x).data)
