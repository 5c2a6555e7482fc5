"""Probes of chapter 8: parameters, layers, optimizers, the loop, and a network that reads digits.

Each probe enters as few holes as it can: models, losses and optimizers are made in its body where
that is possible. In the last exercise only images and the labels of those to train with travel; the
labels of the test images are looked up here, in the course's own file.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from gradloom_grader.probes import Drawn, normal, positive, probe

# Parameters. They are changed in place through the list, and then read from the model: so it
# matters that the list holds the very objects.


@probe("parameters", a=[1.0, 2.0], b=[3.0], c=[4.0, 5.0, 6.0])
def test_a_module_inside_a_module(gl, a, b, c):
    """The model holds the parameter b, and a module that holds a; c is no parameter."""
    model, inner = gl.nn.Module(), gl.nn.Module()
    inner.weight, inner.constant = gl.nn.Parameter(a), gl.Tensor(c, requires_grad=True)
    model.name, model.layer, model.bias = "a model", inner, gl.nn.Parameter(b)
    return sorted([p.data.tolist() for p in model.parameters()])


@probe("parameters", a=[1.0, 2.0], b=[3.0], c=[4.0], d=[5.0, 6.0])
def test_lists_tuples_and_dicts(gl, a, b, c, d):
    """The parameters a and b stand in a list, c in a tuple, and d in a module in a dict."""
    Parameter = gl.nn.Parameter
    model, inner = gl.nn.Module(), gl.nn.Module()
    inner.weight = Parameter(d)
    model.both, model.pair = [Parameter(a), Parameter(b)], (Parameter(c), "a text")
    model.named = {"first": inner, "second": None}
    return sorted([p.data.tolist() for p in model.parameters()])


@probe("parameters", a=[1.0, 2.0], b=[3.0])
def test_shared(gl, a, b):
    """Two layers share the parameter a, which is listed once; b has another layer to itself."""
    model, layers = gl.nn.Module(), [gl.nn.Module(), gl.nn.Module(), gl.nn.Module()]
    layers[0].weight, layers[1].bias = gl.nn.Parameter(a), gl.nn.Parameter(b)
    layers[2].weight = layers[0].weight
    model.layers, model.again = layers, layers[0]
    return sorted([p.data.tolist() for p in model.parameters()])


@probe("parameters", a=normal(3, 5), b=normal(4))
def test_the_very_objects(gl, a, b):
    """A change through the list is a change of the model, at any depth, also of equal twins."""
    Parameter = gl.nn.Parameter
    inner, model = gl.nn.Module(), gl.nn.Module()
    inner.rows = [[Parameter(a)], [Parameter(b), Parameter(b)]]
    model.blocks = [[[inner]], [Parameter(a)]]
    for parameter in model.parameters():
        parameter.data += 1
    (first,), twins = inner.rows
    return [p.data for p in (first, *twins, model.blocks[1][0])]


# A layer


@probe("linear", x=[[1.0, 2.0], [3.0, -1.0], [0.0, 0.5], [2.0, 2.0]])
def test_small_layer(gl, x):
    """Two inputs, three outputs: parameters, output, and the gradients of the outputs' sum."""

    def init(shape, seed):
        return np.linspace(0.1, 0.6, 6, dtype="float32").reshape(shape)

    layer = gl.nn.Linear(2, 3, 7, init)
    parameters = [layer.weight.data.copy(), layer.bias.data.copy()]
    layer.bias.data += np.float32([1, 2, 3])
    out = layer(x.astype("float32"))
    out.backward()
    grads = [layer.weight.grad, layer.bias.grad]
    return {"weight and bias": parameters, "out": out, "gradients": grads}


@probe("linear", seed=Drawn(lambda rng: int(rng.integers(1, 1000))), x=normal(4, 3))
def test_seeds(gl, seed, x):
    """Weights come from `init` and the seed: of three layers made with one generator, each has
    its own."""
    rng = np.random.default_rng(seed)
    layers = [gl.nn.Linear(3, 5, rng) for _ in range(2)]
    layers.append(gl.nn.Linear(3, 5, rng, gl.nn.glorot_uniform))
    layers.append(gl.nn.Linear(3, 5, seed))
    return [[layer.weight.data, layer(x.astype("float32"))] for layer in layers]


@probe("linear", w=normal(3, 5), b=normal(5), x=normal(4, 3), g=normal(4, 5))
def test_any_layer(gl, w, b, x, g):
    """Output and gradients for any weights and bias, and any upstream gradient."""
    layer = gl.nn.Linear(3, 5)
    layer.weight.data, layer.bias.data = w, b
    inputs = gl.Tensor(x, requires_grad=True)
    out = layer(inputs)
    out.backward(gl.Tensor(g))
    return [out, layer.weight.grad, layer.bias.grad, inputs.grad]


# Optimizers. Two steps in a row can be told apart from two first steps.


@probe("sgd", p=[1.0, 2.0, -3.0], g=[0.5, -1.0, 4.0])
def test_one_plain_step(gl, p, g):
    """One step with lr = 0.1 and no momentum, into the parameter's own array; its gradient stays
    what it was."""
    parameter = gl.Tensor(p, requires_grad=True)
    array, parameter.grad = parameter.data, gl.Tensor(g)
    optimizer = gl.optim.SGD([parameter], lr=0.1)
    optimizer.step()
    return {"parameter": parameter, "its own array": array, "gradient": parameter.grad}


@probe("sgd", p=[1.0, 2.0], g=[0.5, -1.0], h=[1.0, 1.0])
def test_momentum_numbers(gl, p, g, h):
    """Three steps with lr = 0.1 and momentum 0.5: with the gradient g, with h, and with g again."""
    parameter, seen = gl.Tensor(p, requires_grad=True), []
    optimizer = gl.optim.SGD([parameter], lr=0.1, momentum=0.5)
    for gradient in (g, h, g):
        parameter.grad = gl.Tensor(gradient)
        optimizer.step()
        seen.append([parameter.data.copy(), optimizer.velocities[0].copy()])
    return {"parameter and velocity after each step": seen}


@probe("sgd", p=normal(3, 5), q=normal(4), g=normal(3, 3, 5), h=normal(3, 4))
def test_sgd_any(gl, p, q, g, h):
    """Three steps with momentum and weight decay, in float32 and float64; in the second one
    parameter has no gradient."""
    found = []
    for dtype in ("float64", "float32"):
        one, two = (gl.Tensor(x.astype(dtype), requires_grad=True) for x in (p, q))
        optimizer = gl.optim.SGD([two, one], lr=0.1, momentum=0.8, weight_decay=0.3)
        for number in range(3):
            one.grad = gl.Tensor(g[number].astype(dtype))
            two.grad = gl.Tensor(h[number].astype(dtype)) if number != 1 else None
            optimizer.step()
            found.append([one.data.copy(), two.data.copy()])
    return found


@probe("adam", p=[1.0, 2.0, -3.0], g=[0.5, -1.0, 4.0])
def test_first_step(gl, p, g):
    """The first step with lr = 0.1, into the parameter's own array; its gradient stays what it
    was."""
    parameter = gl.Tensor(p, requires_grad=True)
    array, parameter.grad = parameter.data, gl.Tensor(g)
    optimizer = gl.optim.Adam([parameter], lr=0.1)
    optimizer.step()
    return {"parameter": parameter, "its own array": array, "gradient": parameter.grad}


@probe("adam", p=[1.0, 2.0], g=[0.5, -1.0], h=[4.0, 1.0])
def test_running_means(gl, p, g, h):
    """Three steps with betas (0.5, 0.75), with the gradients g, h and g: t, m and v after each."""
    parameter, seen = gl.Tensor(p, requires_grad=True), []
    optimizer = gl.optim.Adam([parameter], lr=0.1, betas=(0.5, 0.75))
    for gradient in (g, h, g):
        parameter.grad = gl.Tensor(gradient)
        optimizer.step()
        seen.append({"t": optimizer.t, "m": optimizer.m[0].copy(), "v": optimizer.v[0].copy()})
    return seen


@probe("adam", p=normal(3, 5), q=normal(4), g=normal(3, 3, 5), h=positive(3, 4))
def test_adam_any(gl, p, q, g, h):
    """Three steps with other betas and a large eps, in float32 and float64; in the second one
    parameter has no gradient."""
    found = []
    for dtype in ("float64", "float32"):
        one, two = (gl.Tensor(x.astype(dtype), requires_grad=True) for x in (p, q))
        optimizer = gl.optim.Adam([two, one], lr=0.1, betas=(0.8, 0.95), eps=0.05)
        for number in range(3):
            one.grad = gl.Tensor(g[number].astype(dtype))
            two.grad = gl.Tensor(h[number].astype(dtype)) if number != 1 else None
            optimizer.step()
            found.append([one.data.copy(), two.data.copy()])
    return found


# The loop. Model, optimizer and loss are made in the bodies, from nothing that is a hole here.


@probe("run-epoch", targets=[1.0, 5.0, 2.0], old_gradient=100.0)
def test_loop_by_hand(gl, targets, old_gradient):
    """One weight, w = 0, three batches of one row each, and the loss (w - target)**2; w still has
    an old gradient."""

    class Plain(gl.optim.Optimizer):
        def step(self):
            for parameter in self.parameters:
                parameter.data -= self.lr * parameter.grad.data

    class Weight(gl.nn.Module):
        def forward(self, x):
            return self.w * x

    model = Weight()
    model.w = gl.nn.Parameter(np.zeros(1))
    model.w.grad = gl.Tensor(np.array([old_gradient]))
    batches = [(np.ones(1), target * np.ones(1)) for target in targets]
    optimizer = Plain([model.w], lr=0.25)
    losses = gl.training.run_epoch(model, optimizer, batches, lambda p, t: ((p - t) ** 2).mean())
    return {"losses": losses, "w afterwards": model.w.data[0]}


@probe("run-epoch", x=normal(24, 3), w=normal(3, 2), noise=normal(24, 2))
def test_two_epochs(gl, x, w, noise):
    """Two epochs over batches that can be walked through only once: the losses fall, and the
    weights come out right."""

    class Plain(gl.optim.Optimizer):
        def step(self):
            for parameter in self.parameters:
                parameter.data -= self.lr * parameter.grad.data

    class Weights(gl.nn.Module):
        def forward(self, x):
            return x @ self.w

    model = Weights()
    model.w = gl.nn.Parameter(np.zeros((3, 2)))

    def loss_fn(prediction, target):
        return ((prediction - target) ** 2).mean() + 0.01 * (prediction * prediction).mean()

    y, found = x @ w + 0.01 * noise, []
    for _ in range(2):
        batches = ((x[start : start + 5], y[start : start + 5]) for start in range(0, 24, 5))
        optimizer = Plain([model.w], lr=0.2)
        found.append(gl.training.run_epoch(model, optimizer, batches, loss_fn))
    return {"losses of two epochs": found, "weights": model.w.data}


@probe("run-epoch", y=[[1.0, -2.0, 0.5], [0.5, 1.0, 3.0]])
def test_no_tensor_is_kept(gl, y):
    """The losses are Python's floats, and no result of the model is still alive afterwards."""
    alive = []

    class Mark:
        def __init__(self):
            alive.append(1)

        def __del__(self):
            alive.pop()

    class Weights(gl.nn.Module):
        def forward(self, x):
            out = self.w * x
            out.mark = Mark()
            return out

    class Plain(gl.optim.Optimizer):
        def step(self):
            for parameter in self.parameters:
                parameter.data -= self.lr * parameter.grad.data

    model = Weights()
    model.w = gl.nn.Parameter(np.zeros(3))
    batches = [(np.ones(3), row) for row in y]
    optimizer = Plain([model.w], lr=0.1)
    losses = gl.training.run_epoch(model, optimizer, batches, lambda p, t: ((p - t) ** 2).mean())
    return {"kinds": [type(loss).__name__ for loss in losses], "still alive": sum(alive)}


# Digits. Losses and norms are rounded to two digits: the last bits of a float32 sum differ from
# machine to machine, and a training makes more of them. A draw shares out all digits at random into
# thirds. Each third is read by a network that was trained on the two others; the best band asks for
# all three, so that every digit counts once, and luck hardly does.

_FILE = Path(__file__).parents[2] / "data" / "digits.npz"


@lru_cache
def _digits():
    with np.load(_FILE) as file:
        images, labels = file["images"], file["labels"]
    return images.reshape(len(images), 64).astype("float32") / 16, labels.astype("int64")


@lru_cache
def _digit_of():
    """From the bytes of each image to its digit; no two images are equal."""
    return {image.tobytes(): int(label) for image, label in zip(*_digits(), strict=True)}


def _task(train, test, rng):
    """What `classify_digits` is called with, for these rows."""
    images, labels = _digits()
    return {
        "train_images": images[train],
        "train_labels": labels[train],
        "test_images": images[test],
        "seed": int(rng.integers(1, 10_000)),
    }


def thirds(count):
    """Tasks for the first `count` of three thirds."""

    def draw(rng):
        parts = np.array_split(rng.permutation(len(_digits()[1])), 3)
        rest = [np.concatenate(parts[:k] + parts[k + 1 :]) for k in range(count)]
        return [_task(train, test, rng) for train, test in zip(rest, parts, strict=False)]

    return Drawn(draw)


def _few(rng):
    """300 digits to train with and ten to test."""
    rows = rng.permutation(len(_digits()[1]))
    return _task(rows[:300], rows[300:310], rng)


def _one_kind(rng):
    """100 images of one digit to train with, and ten more of it to test."""
    labels = _digits()[1]
    rows = rng.permutation(np.flatnonzero(labels == rng.integers(0, 10)))
    return _task(rows[:100], rows[100:110], rng)


@probe("classify-digits", part="accuracy 0.90", seed=1, shown=(3, 1, 4, 1, 5, 9))
def test_made_up_digits(gl, seed, shown):
    """Ten made-up digits, each of six inked pixels that no other has. What does the network say to
    a 3, 1, 4, 1, 5 and 9? Images and labels stay what they were."""
    digits = np.pad(np.kron(np.eye(10), np.ones(6)), ((0, 0), (0, 4))).astype("float32")
    labels = np.arange(400) % 10
    images = digits[labels]
    predictions = gl.pieces.classify_digits(images, labels, digits[list(shown)], seed)[0]
    afterwards = [images.argmax(axis=1)[:20] // 6, labels[:20], images.min(), images.max()]
    return {"predictions": np.asarray(predictions).tolist(), "images, labels": afterwards}


def falling(expected, answer, task):
    """Twice the same losses for one seed, others for another; finite, and lower at the end."""
    (kind, first), (_, again), (_, other) = answer
    if kind != "f" or not isinstance(first, list) or len(first) < 2:
        return "Give the training loss of every epoch, as a list of floats."
    if not np.isfinite(first).all():
        return "A loss is not finite."
    if not first[-1] < 0.5 * first[0]:
        return "The last loss should be less than half of the first."
    if first != again:
        return "The same seed gave other losses the second time: what else is random?"
    return "Another seed gave the same losses." if first == other else None


@probe("classify-digits", part="losses", verify=falling, task=Drawn(_few))
def test_losses(gl, task):
    """Trained on 300 digits, the losses fall. The same seed gives the same losses, another seed
    others."""
    found, seed = [], task["seed"]
    for number in (seed, seed, seed + 1):
        arrays = {name: np.copy(value) for name, value in task.items()}
        losses = gl.pieces.classify_digits(**{**arrays, "seed": number})[1]
        found.append([np.asarray(losses).dtype.kind, [float(f"{loss:.2g}") for loss in losses]])
    return found


def alive(expected, answer, task):
    """Norms of a first step, in which every label is news to the network."""
    kind, norms = answer
    if kind != "f" or not isinstance(norms, list) or len(norms) < 2:
        return "Give a norm for each parameter, as a list of floats."
    if not np.isfinite(norms).all():
        return "A norm is not finite."
    if min(norms) <= 0:
        return "A norm is 0: nothing reaches that parameter, and it never learns."
    if max(norms) < 0.3:
        return "The norms are smaller than those of a first step can be: when were they taken?"
    return None


@probe("classify-digits", part="norms", verify=alive, task=Drawn(_one_kind))
def test_norms(gl, task):
    """All images to train with show the same digit. In the first step, when the network does not
    know that yet, every parameter has a gradient that is finite and not 0."""
    norms = gl.pieces.classify_digits(**task)[2]
    return [np.asarray(norms).dtype.kind, [float(f"{norm:.2g}") for norm in norms]]


def enough(expected, answer, share, tasks):
    """So many test images have to be given their own digit."""
    truth = [_digit_of()[image.tobytes()] for task in tasks for image in task["test_images"]]
    if not isinstance(answer, np.ndarray) or answer.shape != (len(truth),):
        return "Give one digit for each test image."
    if answer.dtype.kind not in "iu":
        return f"Digits are integers; {answer.dtype} came."
    right = float(np.mean(answer == truth))
    return None if right >= share else f"{right:.3f} of them are; {share:.2f} is asked for."


@pytest.mark.parametrize(
    ("share", "tasks"), [(0.9, thirds(1)), (0.94, thirds(1)), (0.96, thirds(3))]
)
@probe("classify-digits", part="accuracy {share:.2f}", verify=enough)
def test_digits_read(gl, share, tasks):
    """Of digits that the network has never seen, {share:.2f} or more are read rightly."""
    return np.concatenate([gl.pieces.classify_digits(**task)[0] for task in tasks])
