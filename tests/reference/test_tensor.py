"""Tensors: what they take and keep, operators with anything on either side, the graph's views."""

import builtins

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor
from gradloom.arrays import floating


def test_public_names_exist_and_shadow_no_builtin():
    assert sorted(set(gl.__all__)) == sorted(gl.__all__)
    assert all(hasattr(gl, name) for name in gl.__all__)
    assert not set(gl.__all__) & set(dir(builtins))


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (3, "float32"),
        (True, "float32"),
        (2.5, "float32"),
        (np.float64(2.5), "float32"),
        ([1, 2], "float32"),
        ([[1.0], [2.0]], "float32"),
        (np.arange(3), "float32"),
        (np.array([True]), "float32"),
        (np.ones(2), "float64"),
        (np.ones((), np.float32), "float32"),
        (np.ones(2, np.float16), "float16"),
        (Tensor(np.ones(2)), "float64"),
        ([], "float32"),
    ],
)
def test_what_becomes_which_dtype(data, dtype):
    assert Tensor(data).dtype == dtype
    assert Tensor(data, dtype="float64").dtype == "float64"
    assert Tensor(data).requires_grad is False
    assert Tensor(data).grad is None


@pytest.mark.parametrize("data", [1j, "3", None, object(), np.array([1j]), {"a": 1}])
def test_what_is_not_real_numbers_is_refused(data):
    with pytest.raises(TypeError, match="real numbers"):
        Tensor(data)


def test_a_dtype_that_is_not_floating_is_refused():
    with pytest.raises(TypeError, match="int64"):
        Tensor([1.0], dtype=np.int64)


def test_floating_refuses_a_tensor_and_names_the_way_out():
    for tensor in (Tensor([1.0]), gl.nn.Parameter([1.0])):
        with pytest.raises(TypeError, match=r"pass its \.data"):
            floating(tensor)


def test_ragged_lists_are_refused():
    with pytest.raises(ValueError, match="inhomogeneous"):
        Tensor([[1.0], [2.0, 3.0]])


@pytest.mark.parametrize("wrap", [np.asarray, Tensor])
def test_the_constructor_copies(wrap):
    array = np.ones(3)
    assert not np.shares_memory(Tensor(wrap(array)).data, array)
    assert Tensor(array).data.flags.writeable


def test_subclasses_of_arrays_become_plain_arrays():
    assert type(Tensor(np.ma.masked_array([1.0])).data) is np.ndarray


def test_views_of_the_array():
    x = Tensor([[1.0, 2.0, 3.0]])
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((1, 3), 2, 3, np.float32, 1)
    assert x.numpy() is x.data
    assert Tensor([2.5]).item() == 2.5
    assert isinstance(Tensor(1.0).item(), float)
    assert isinstance(Tensor(1.0).data, np.ndarray)
    with pytest.raises(ValueError, match="size 1"):
        x.item()


def test_repr():
    assert repr(Tensor([1, 2, 3], requires_grad=True)) == "Tensor([1. 2. 3.], requires_grad=True)"
    assert repr(Tensor([[1, 2], [3, 4]])) == (
        "Tensor([[1. 2.]\n        [3. 4.]], requires_grad=False)"
    )


# Operators

A = np.array([1.5, -2.0, 3.0])
OTHERS = {
    "int": 5,
    "float": 2.0,
    "bool": True,
    "numpy-number": np.float64(2.0),
    "0d-array": np.array(2.0),
    "array": np.array([2.0, 4.0, 0.5]),
    "int-array": np.array([2, 4, 1]),
    "list": [2.0, 4.0, 0.5],
}
SYMBOLS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("operator", SYMBOLS.values(), ids=SYMBOLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_operators_with_something_else_on_either_side(operator, other, dtype):
    array = np.abs(A).astype(dtype)
    x, plain = Tensor(array, requires_grad=True), np.asarray(other, np.float64)
    wide = isinstance(other, np.ndarray) and other.dtype == np.float64
    for out, expected in [
        (operator(x, other), operator(array, plain)),
        (operator(other, x), operator(plain, array)),
    ]:
        assert type(out) is Tensor
        assert out.dtype == (np.float64 if wide else dtype)
        np.testing.assert_allclose(out.data, expected, rtol=1e-6)
        assert out.requires_grad
        assert any(parent is x for parent in out.parents)


def test_what_does_not_commute():
    x = Tensor([4.0], requires_grad=True)
    for out, value, slope in [(5 - x, 1, -1), (2 / x, 0.5, -0.125), (2**x, 16, 16 * np.log(2))]:
        x.zero_grad()
        out.backward()
        np.testing.assert_allclose([out.item(), x.grad.item()], [value, slope], rtol=1e-6)


def test_matrix_products_with_arrays_on_either_side():
    array = np.arange(6.0).reshape(2, 3)
    x = Tensor(array, requires_grad=True)
    np.testing.assert_array_equal((array.T @ x).data, array.T @ array)
    np.testing.assert_array_equal((x @ array.T).data, array @ array.T)
    np.testing.assert_array_equal(([1.0, 2.0] @ x).data, [1, 2] @ array)


def test_an_array_leaves_the_operation_to_the_tensor():
    assert type(np.ones(3) * Tensor([1.0, 2.0, 3.0])) is Tensor
    with pytest.raises(TypeError):
        np.sin(Tensor([1.0]))


def test_augmented_assignment_makes_a_new_tensor():
    x = y = Tensor([1.0], requires_grad=True)
    x += 1
    assert x is not y
    assert y.item() == 1
    assert x.parents[0] is y


def test_what_is_no_number_is_refused_by_operators():
    for other in (None, "2", 1j):
        with pytest.raises(TypeError, match="real numbers"):
            Tensor([1.0]) + other


def test_tensors_are_compared_by_identity_and_can_be_keys():
    a, b = Tensor([1.0]), Tensor([1.0])
    assert a != b
    assert {a: 1, b: 2}[a] == 1


def test_iteration_stops_and_builtin_sum_works():
    x = Tensor(np.arange(6.0).reshape(3, 2), requires_grad=True)
    rows = list(x)
    assert [row.shape for row in rows] == [(2,)] * 3
    builtins.sum(x).backward(np.array([2.0, 3.0]))
    np.testing.assert_array_equal(x.grad.data, [[2, 3]] * 3)
    assert builtins.sum(Tensor(np.zeros((0, 2)))) == 0


def test_a_number_has_no_length():
    for f in (len, iter, list):
        with pytest.raises(TypeError):
            f(Tensor(1.0))
    with pytest.raises(IndexError):
        Tensor([1.0])[1]


# The graph's views


def test_grad_fn_parents_and_leaves():
    a, b = Tensor([1.0], requires_grad=True), Tensor([2.0])
    c = a * b
    assert (a.grad_fn, a.parents, a.is_leaf) == (None, [], True)
    assert (c.grad_fn, c.is_leaf) == ("mul", False)
    assert c.parents[0] is a
    assert c.parents[1] is b
    c.parents.clear()
    assert len(c.parents) == 2
    assert (b + b).is_leaf
    for name in ("grad_fn", "parents", "is_leaf"):
        with pytest.raises(AttributeError):
            setattr(c, name, None)


@pytest.mark.parametrize(
    ("f", "name"),
    [(lambda x: x.T, "transpose"), (lambda x: x @ x.T, "matmul"), (abs, "abs"), (gl.relu, "relu")],
)
def test_names_of_operations(f, name):
    assert f(Tensor([[1.0, 2.0]], requires_grad=True)).grad_fn == name


def test_detach_shares_the_array_and_cuts_the_history():
    x = Tensor([1.0], requires_grad=True)
    y = (x * 2).detach()
    assert (y.requires_grad, y.is_leaf, y.grad) == (False, True, None)
    assert np.shares_memory(x.detach().data, x.data)
    z = x * x.detach()
    z.backward()
    assert x.grad.item() == 1


def test_assigning_data_keeps_an_array_and_its_dtype():
    x = Tensor(np.array(3.0))
    x.data = x.data - 1
    assert isinstance(x.data, np.ndarray)
    assert x.dtype == np.float64
    array = np.zeros(2)
    x.data = array
    assert x.data is array
    x.data = [1, 2]
    assert x.dtype == np.float32
    x.data = Tensor([5.0])
    assert type(x.data) is np.ndarray
    with pytest.raises(TypeError, match="real numbers"):
        x.data = "no"
