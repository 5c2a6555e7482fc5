"""The loop step by step, what `fit` remembers and when it stops; models that learn."""

import gc
import math
import tracemalloc
import weakref
from pathlib import Path

import numpy as np
import pytest
from gradloom import Tensor
from gradloom.data import celsius, load_digits, minibatches, spirals, train_test_split, xor
from gradloom.engine import is_recording
from gradloom.losses import bce_with_logits, cross_entropy, mse_loss
from gradloom.nn import MLP, Linear, Module, Parameter, Tanh, glorot_uniform
from gradloom.optim import SGD, Adam
from gradloom.training import History, accuracy, evaluate, fit, predict, run_epoch

DIGITS = Path(__file__).parents[2] / "course" / "data" / "digits.npz"


class Constant(Module):
    """A model whose output is its one parameter, whatever comes in."""

    def __init__(self, value=0.0):
        self.value = Parameter(np.array(value))

    def forward(self, x):
        return self.value * np.ones_like(x)


def distance(pred, target):
    return ((pred - target) ** 2).mean()


# One epoch


def test_run_epoch_by_hand():
    """From 0 towards 1, then towards 5: the gradients are -2 and 2 * (0.5 - 5)."""
    model = Constant()
    one = np.ones(1)
    losses = run_epoch(model, SGD(model.parameters(), 0.25), [(one, one), (one, 5 * one)], distance)
    assert losses == [1, 4.5**2]
    assert model.value.item() == 0.5 + 0.25 * 9
    assert model.value.grad.item() == -9


def test_gradients_from_before_do_not_count():
    model = Constant()
    model.value.grad = Tensor(np.array(100.0))
    run_epoch(model, SGD(model.parameters(), 0.25), [(np.ones(1), np.ones(1))], distance)
    assert model.value.item() == 0.5


def test_the_order_of_a_step():
    calls = []

    class Loud(SGD):
        def zero_grad(self):
            calls.append("zero")
            super().zero_grad()

        def step(self):
            calls.append("step" if self.parameters[0].grad is not None else "step too soon")
            super().step()

    def loss_fn(pred, target):
        calls.append("forward")
        return distance(pred, target)

    model = Constant()
    batches = [(np.ones(2), np.ones(2))] * 2
    run_epoch(model, Loud(model.parameters(), 0.1), iter(batches), loss_fn)
    assert calls == ["zero", "forward", "step"] * 2


def test_losses_are_floats_and_no_graph_outlives_its_batch():
    graphs = []

    def loss_fn(pred, target):
        assert all(graph() is None for graph in graphs)
        graphs.append(weakref.ref(pred))
        return distance(pred, target)

    model = Constant()
    batches = [(np.ones(2), np.ones(2))] * 3
    losses = run_epoch(model, SGD(model.parameters(), 0.1), batches, loss_fn)
    assert [type(loss) for loss in losses] == [float] * 3
    assert [graph() for graph in graphs] == [None] * 3


def test_no_batches_no_losses():
    assert run_epoch(Constant(), SGD(Constant().parameters(), 0.1), [], distance) == []


@pytest.mark.parametrize("make", [lambda ps: SGD(ps, 0.01, 0.9, 1e-4), Adam], ids=["sgd", "adam"])
def test_two_hundred_steps_do_not_grow_memory_without_the_garbage_collector(make):
    x, labels = spirals(64)
    model = MLP([2, 16, 2], seed=0)
    optimizer = make(model.parameters())
    batches = list(minibatches(x, labels, 64)) * 100
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        run_epoch(model, optimizer, batches, cross_entropy)
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(2):
            run_epoch(model, optimizer, batches, cross_entropy)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 2000


# fit


def line(n=20):
    x = np.linspace(-1, 1, n, dtype=np.float32)[:, None]
    return x, 3 * x + 1


def fitted(seed=0, **options):
    model = Linear(1, 1, seed=0)
    options = {"epochs": 4, "batch_size": 8, "seed": seed} | options
    return model, fit(model, SGD(model.parameters(), 0.1), line(), mse_loss, **options)


def test_fit_remembers_the_mean_loss_of_each_epoch():
    model = Linear(1, 1, seed=0)
    optimizer = SGD(model.parameters(), 0.1)
    rng = np.random.default_rng(7)
    losses = [run_epoch(model, optimizer, minibatches(*line(), 8, rng), mse_loss) for _ in range(4)]
    twin, history = fitted(seed=7)
    assert history.train_losses == [float(np.mean(epoch)) for epoch in losses]
    assert history.validation_losses == []
    assert history.epochs == 4
    assert history.stopped == "all 4 epochs are done"
    np.testing.assert_array_equal(twin.weight.data, model.weight.data)


def test_the_same_seed_gives_the_same_losses():
    assert fitted(seed=1)[1].train_losses == fitted(seed=1)[1].train_losses
    assert fitted(seed=1)[1].train_losses != fitted(seed=2)[1].train_losses


def test_losses_fall():
    losses = fitted(epochs=30)[1].train_losses
    assert losses[-1] < 1e-2 * losses[0]


def test_callbacks_see_each_epoch_in_order():
    seen = []
    fitted(
        epochs=3,
        validation=line(5),
        callbacks=[
            lambda history: seen.append(("a", len(history.train_losses))),
            lambda history: seen.append(("b", len(history.validation_losses), history.stopped)),
        ],
    )
    assert seen == [
        ("a", 1),
        ("b", 1, ""),
        ("a", 2),
        ("b", 2, ""),
        ("a", 3),
        ("b", 3, "all 3 epochs are done"),
    ]


def test_validation_losses_are_those_of_the_model_after_each_epoch():
    model, history = fitted(validation=line(5))
    assert len(history.validation_losses) == 4
    assert history.validation_losses[-1] == evaluate(model, *line(5), mse_loss)


def test_validating_records_nothing_and_changes_nothing():
    def loss_fn(pred, target):
        assert not is_recording()
        assert not pred.requires_grad
        return mse_loss(pred, target)

    model = Linear(1, 1, seed=0)
    evaluate(model, *line(), loss_fn)
    assert is_recording()
    assert model.weight.grad is None


VALIDATION = np.ones(1), np.full(1, 2.0)


def passing(**options):
    """A constant pulled from 0 towards 10 (1, 1.9, 2.71, ...), passing its validation target 2."""
    model = Constant()
    train = np.ones(1), np.full(1, 10.0)
    optimizer = SGD(model.parameters(), 0.05)
    options = {"epochs": 50, "validation": VALIDATION} | options
    return model, fit(model, optimizer, train, mse_loss, **options)


def test_early_stopping_restores_the_best_parameters():
    model, history = passing(patience=3)
    assert history.best_epoch == 2
    assert len(history.train_losses) == len(history.validation_losses) == 2 + 3
    assert history.stopped == "no lower validation loss than in epoch 2, the best"
    assert model.value.item() == pytest.approx(1.9)
    assert min(history.validation_losses) == evaluate(model, *VALIDATION, mse_loss)


def test_the_best_parameters_come_back_when_the_epochs_run_out_too():
    model, history = passing(patience=30, epochs=5)
    assert history.stopped == "all 5 epochs are done"
    assert model.value.item() == pytest.approx(1.9)


def test_without_patience_the_last_parameters_stay():
    model, history = passing(epochs=5)
    assert history.best_epoch == 2
    assert model.value.item() == pytest.approx(10 * (1 - 0.9**5))


@pytest.mark.parametrize("options", [{"patience": 0}, {"patience": 2, "validation": None}])
def test_patience_needs_validation_and_an_epoch(options):
    with pytest.raises(ValueError, match="patience"):
        passing(**options)


def test_a_loss_that_is_not_finite_ends_it():
    model = Constant()
    train = (np.ones(1), np.ones(1))

    def broken(pred, target):
        return distance(pred, target) * (math.nan if model.value.item() > 0.8 else 1.0)

    history = fit(model, SGD(model.parameters(), 0.25), train, broken, epochs=50)
    assert history.train_losses[:2] == [1, 0.25]
    assert len(history.train_losses) == 4
    assert history.stopped == "a loss of epoch 4 is not finite: try a smaller learning rate"


def test_the_best_epoch():
    assert History(9).best_epoch == 0
    assert History(9, validation_losses=[3.0, 1.0, 2.0, 1.0]).best_epoch == 2
    assert History(9, validation_losses=[math.nan, 1.0]).best_epoch == 2


# Predictions


def test_predictions_and_accuracy():
    def classes(x):
        return Tensor(x)

    def logits(x):
        return Tensor(x[:, :1])

    x = np.array([[3.0, 1.0], [-1.0, 2.0], [0.5, 0.0]])
    assert predict(classes, x).tolist() == [0, 1, 0]
    assert predict(logits, x).tolist() == [1, 0, 1]
    assert accuracy(classes, x, np.array([0, 0, 0])) == pytest.approx(2 / 3)
    assert accuracy(logits, x, np.array([[1.0], [0.0], [1.0]])) == 1


# Models that learn


def test_celsius_is_recovered():
    degrees, fahrenheit = celsius()
    model = Linear(1, 1, seed=0)
    optimizer = SGD(model.parameters(), 0.5, momentum=0.5)
    fit(model, optimizer, (degrees / 100, fahrenheit), mse_loss, epochs=300, batch_size=11)
    assert model.weight.item() / 100 == pytest.approx(1.8, rel=1e-4)
    assert model.bias.item() == pytest.approx(32, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_xor_is_learned(seed):
    x, y = xor()
    model = MLP([2, 8, 1], Tanh, seed, glorot_uniform)
    history = fit(
        model, Adam(model.parameters(), 0.05), (x, y), bce_with_logits, epochs=200, batch_size=4
    )
    assert history.train_losses[-1] < 0.1
    assert accuracy(model, x, y) == 1


def test_spirals_are_learned():
    x, labels = spirals(300, seed=0)
    model = MLP([2, 32, 32, 2], seed=0)
    fit(model, Adam(model.parameters(), 0.01), (x, labels), cross_entropy, epochs=60)
    assert accuracy(model, *spirals(300, seed=1)) > 0.95


def test_digits_are_learned():
    train, test = train_test_split(*load_digits(DIGITS), seed=0)
    model = MLP([64, 128, 64, 10], seed=0)
    history = fit(model, Adam(model.parameters(), 0.003), train, cross_entropy, epochs=25)
    assert history.train_losses[-1] < 0.02 * history.train_losses[0]
    assert all(0 < np.linalg.norm(p.grad.data) < 10 for p in model.parameters())
    assert accuracy(model, *test) >= 0.96
