"""Which parameters a module has, their names, saving them, where they start; the layers."""

import gradloom as gl
import numpy as np
import pytest
from gradloom import Tensor, check_gradients
from gradloom.nn import (
    MLP,
    Linear,
    Module,
    Parameter,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    glorot_uniform,
    he_normal,
)


class Bag(Module):
    """A module with whatever attributes it is given."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def number(value=1.0):
    return Parameter([value])


# Parameters


def test_a_parameter_is_a_tensor_that_needs_a_gradient():
    array = np.ones(3)
    p = Parameter(array)
    assert isinstance(p, Tensor)
    assert p.requires_grad
    assert p.is_leaf
    assert p.dtype == np.float64
    assert p.data is not array
    assert Parameter([1, 2]).dtype == np.float32
    assert Parameter([1, 2], dtype="float64").dtype == np.float64
    assert type(p * 2) is Tensor


def test_parameters_in_nested_modules_lists_tuples_and_dicts():
    ps = [number(i) for i in range(7)]
    model = Bag(
        first=ps[0],
        inner=Bag(weight=ps[1], deeper=Bag(weight=ps[2])),
        rows=[ps[3], (ps[4], {"x": Bag(p=ps[5])})],
        table={"y": [ps[6]]},
        other=[1, "text", None, np.ones(2), Tensor([1.0], requires_grad=True)],
    )
    found = model.parameters()
    assert [p.item() for p in found] == list(range(7))
    assert all(p is q for p, q in zip(found, ps, strict=True))


def test_order_follows_assignment_and_is_stable():
    a, b = number(), number()
    assert Bag(b=b, a=a).parameters() == [b, a]
    assert Bag(b=b, a=a).parameters() == [b, a]
    assert Bag(rows=[a, b]).parameters() == [a, b]
    assert Bag().parameters() == []


def test_shared_parameters_count_once_where_they_are_found_first():
    shared, a, b = number(), number(), number()
    layer = Bag(weight=shared)
    model = Bag(a=a, one=layer, two=layer, rows=[shared, b, b], again={"a": a})
    assert model.parameters() == [a, shared, b]
    assert list(model.named_parameters()) == ["a", "one.weight", "rows.1"]


def test_equal_parameters_are_not_the_same():
    assert len(Bag(rows=[number(2.0), number(2.0)]).parameters()) == 2


def test_shared_weights_get_both_gradients():
    shared = Linear(3, 3, seed=0)
    x = np.random.default_rng(0).normal(size=(5, 3))
    Sequential(shared, Tanh(), shared)(x).sum().backward()
    tied = shared.weight.grad.data
    first, second = Linear(3, 3, seed=0), Linear(3, 3, seed=0)
    Sequential(first, Tanh(), second)(x).sum().backward()
    np.testing.assert_allclose(tied, first.weight.grad.data + second.weight.grad.data, rtol=1e-5)


def test_names():
    model = Bag(head=Linear(2, 1), body=MLP([2, 3, 2]), table={"x": [number()], 5: number()})
    assert list(model.named_parameters()) == [
        "head.weight",
        "head.bias",
        "body.layers.0.weight",
        "body.layers.0.bias",
        "body.layers.2.weight",
        "body.layers.2.bias",
        "table.x.0",
        "table.5",
    ]
    assert list(model.named_parameters().values()) == model.parameters()


def test_two_parameters_cannot_have_one_name():
    with pytest.raises(ValueError, match="same name"):
        Bag(table={1: number(), "1": number()}).named_parameters()


def test_a_module_without_forward():
    with pytest.raises(NotImplementedError, match="Bag has no forward"):
        Bag()(1)


# State


def test_a_state_is_a_copy():
    model = Linear(2, 3, seed=0)
    state = model.state_dict()
    assert {name: array.shape for name, array in state.items()} == {"weight": (2, 3), "bias": (3,)}
    state["weight"][:] = 7
    assert not (model.weight.data == 7).any()
    model.load_state_dict(state)
    assert (model.weight.data == 7).all()
    state["weight"][:] = 8
    assert (model.weight.data == 7).all()


def test_loading_keeps_parameters_and_their_dtype():
    model = Linear(2, 1)
    weight = model.weight
    model.load_state_dict({"weight": np.ones((2, 1)), "bias": np.zeros(1)})
    assert model.weight is weight
    assert weight.dtype == np.float32
    assert weight.requires_grad


def test_loading_makes_recorded_graphs_unusable():
    model = Linear(2, 1)
    loss = (model(np.ones((1, 2))) ** 2).sum()
    model.load_state_dict(model.state_dict())
    with pytest.raises(RuntimeError, match="assigned"):
        loss.backward()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bias": None}, "bias is missing"),
        ({"slope": np.ones(1)}, "slope is unexpected"),
        ({"weight": np.ones((3, 2))}, r"weight has shape \(3, 2\), not \(2, 3\)"),
        ({"bias": np.ones((1, 3))}, r"bias has shape \(1, 3\), not \(3,\)"),
        ({"bias": None, "slope": np.ones(1)}, "bias is missing, slope is unexpected"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(changes, message):
    model = Linear(2, 3, seed=0)
    before = model.state_dict()
    wrong = {"weight": np.full((2, 3), 9.0), "bias": np.full(3, 9.0)} | changes
    with pytest.raises(ValueError, match=message):
        model.load_state_dict({name: a for name, a in wrong.items() if a is not None})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_saving_and_loading_go_round(tmp_path):
    saved, loaded = MLP([2, 5, 3], seed=1), MLP([2, 5, 3], seed=2)
    path = tmp_path / "model"  # no suffix is added
    saved.save(path)
    loaded.load(path)
    x = np.ones((4, 2), np.float32)
    np.testing.assert_array_equal(saved(x).data, loaded(x).data)
    with np.load(path, allow_pickle=False) as file:
        assert sorted(file) == sorted(saved.named_parameters())


def test_shared_and_empty_and_number_parameters_go_round(tmp_path):
    def model(value):
        shared = Parameter(value)
        return Bag(a=shared, b=[shared], none=Parameter(np.ones((0, 2))))

    model(3.0).save(tmp_path / "m.npz")
    loaded = model(1.0)
    loaded.load(tmp_path / "m.npz")
    assert loaded.a.item() == 3
    assert loaded.b[0] is loaded.a


def test_loading_executes_nothing(tmp_path):
    np.savez(tmp_path / "m.npz", weight=np.array([print], dtype=object), bias=np.zeros(1))
    with pytest.raises(ValueError, match="allow_pickle"):
        Linear(1, 1).load(tmp_path / "m.npz")


# Where weights start


@pytest.mark.parametrize(
    ("init", "variance"), [(he_normal, 2 / 400), (glorot_uniform, 2 / (400 + 300))]
)
def test_initializers(init, variance):
    weights = init((400, 300), 0)
    assert weights.shape == (400, 300)
    assert weights.dtype == np.float32
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) < 1e-3
    np.testing.assert_array_equal(weights, init((400, 300), 0))
    assert not np.array_equal(weights, init((400, 300), 1))
    rng = np.random.default_rng(0)
    assert not np.array_equal(init((4, 3), rng), init((4, 3), rng))


def test_he_keeps_the_scale_of_signals_through_relu_layers():
    x = np.random.default_rng(0).normal(size=(50, 200)).astype(np.float32)
    out = MLP([200] * 9, seed=1)(x).data
    assert 0.5 < np.square(out).mean() / np.square(x).mean() < 5


# Layers


def test_linear_by_hand():
    layer = Linear(2, 3)
    layer.weight.data = np.array([[1.0, 2, 3], [4, 5, 6]])
    layer.bias.data = np.array([10.0, 20, 30])
    np.testing.assert_array_equal(layer([[1.0, 1], [2, 0]]).data, [[15, 27, 39], [12, 24, 36]])


def test_linear_starts_with_different_weights_and_no_bias():
    layer = Linear(4, 3, seed=0)
    assert layer.weight.shape == (4, 3)
    assert layer.bias.shape == (3,)
    assert len(np.unique(layer.weight.data)) == 12
    assert not layer.bias.data.any()
    assert layer.weight.dtype == layer.bias.dtype == np.float32
    np.testing.assert_array_equal(layer.weight.data, Linear(4, 3, seed=0).weight.data)
    np.testing.assert_array_equal(
        Linear(4, 3, 5, glorot_uniform).weight.data, glorot_uniform((4, 3), 5)
    )


@pytest.mark.parametrize("x", [np.ones((5, 2), np.float32), Tensor(np.ones((5, 2), np.float32))])
def test_arrays_and_tensors_go_in(x):
    out = MLP([2, 4, 3], seed=0)(x)
    assert isinstance(out, Tensor)
    assert out.shape == (5, 3)
    assert out.dtype == np.float32


def test_linear_takes_single_rows_and_stacks():
    layer = Linear(2, 3)
    assert layer(np.ones(2)).shape == (3,)
    assert layer(np.ones((4, 5, 2))).shape == (4, 5, 3)


def test_gradients_of_a_layer():
    rng = np.random.default_rng(0)
    layer = Linear(3, 2)

    def out(x, weight, bias):
        layer.weight, layer.bias = weight, bias
        return layer(x)

    arrays = [rng.normal(size=shape) for shape in [(5, 3), (3, 2), (2,)]]
    check_gradients(out, *(Tensor(a, requires_grad=True) for a in arrays), order=2)


@pytest.mark.parametrize(
    ("module", "function"), [(ReLU, gl.relu), (Sigmoid, gl.sigmoid), (Tanh, gl.tanh)]
)
def test_activations(module, function):
    x = Tensor([[-2.0, 0.5, 3.0]])
    np.testing.assert_array_equal(module()(x).data, function(x).data)
    assert module().parameters() == []


def test_sequential_calls_its_layers_in_order():
    model = Sequential(Linear(1, 1), ReLU(), Linear(1, 1))
    model.load_state_dict(
        {
            "layers.0.weight": np.array([[-1.0]]),
            "layers.0.bias": np.array([1.0]),
            "layers.2.weight": np.array([[2.0]]),
            "layers.2.bias": np.array([5.0]),
        }
    )
    np.testing.assert_array_equal(model([[0.0], [3.0]]).data, [[7], [5]])


def test_mlp_alternates_and_ends_linear():
    model = MLP([64, 128, 64, 10], Tanh, seed=0, init=glorot_uniform)
    kinds = [type(layer) for layer in model.layers]
    assert kinds == [Linear, Tanh, Linear, Tanh, Linear]
    assert [p.shape for p in model.parameters()] == [
        (64, 128),
        (128,),
        (128, 64),
        (64,),
        (64, 10),
        (10,),
    ]


def test_layers_of_an_mlp_start_differently_and_repeat_with_the_seed():
    model = MLP([3, 3, 3], seed=4)
    assert not np.array_equal(model.layers[0].weight.data, model.layers[2].weight.data)
    again = MLP([3, 3, 3], seed=4)
    for p, q in zip(model.parameters(), again.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)
