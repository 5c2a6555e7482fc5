"""Around the engine: engines to break, what they have to remember, and a line learned by hand."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np

from .arrays import NDArray
from .engine import backpropagate, tracked_inputs
from .graph import topological_order
from .numeric import gradcheck
from .tensor import Tensor

Shares: TypeAlias = tuple[Tensor | None, ...]
Rule: TypeAlias = Callable[[Tensor, Tensor], Shares]
Engine: TypeAlias = Callable[..., list[NDArray]]


def make_engine(answer: Callable[[Rule, Tensor, Tensor], Shares] | None = None) -> Engine:
    """An engine: `engine(f, *arrays)` lists the gradients of `f`, an array for each of the arrays.

    `f` is a function of as many tensors, and returns a tensor with one entry. The walk is yours.
    With `answer` the engine may be broken: wherever the walk asks an operation, it is told what
    `answer(gradients, out_grad, node)` returns; `gradients(out_grad, node)` would be right.
    """

    def engine(f: Callable[..., Tensor], *arrays: NDArray) -> list[NDArray]:
        tensors = [Tensor(np.asarray(array, "float64"), requires_grad=True) for array in arrays]
        out = f(*tensors)
        for node in topological_order(out, tracked_inputs):
            if answer and node._op:
                node._op.gradients = partial(answer, node._op.gradients)  # type: ignore[method-assign]
        found = dict(backpropagate(out, Tensor(np.ones_like(out.data))))
        return [found[t].data if t in found else np.zeros_like(t.data) for t in tensors]

    return engine


def find_bug(engine: Engine) -> bool:
    """Say whether an engine makes mistakes: True if it has a bug, False if it is right.

    `engine(f, *arrays)` lists the gradients of `f`, an array for each of the float64 arrays; `f`
    is a function of as many tensors and returns a tensor with one entry. Ask it as often as you
    like. No engine raises an error; a right one may round differently from yours.
    """
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)), rng.uniform(1, 2, (3, 3)), rng.uniform(1, 2, 3)]

    def f(x: Tensor, y: Tensor, b: Tensor) -> Tensor:
        h = (x @ y + b).tanh() / b
        k = (h @ y - b).exp() * (x / y - h * b).tanh()
        p = (k * k + (x + x) - y).exp() / y * k
        return p.sum() * (h * x).sum()

    for _ in range(3):
        grads = engine(f, *arrays)
        if not gradcheck(lambda *xs: f(*map(Tensor, xs)).item(), arrays, grads)[0]:
            return True
    return False


def looks_up(operation: str) -> str:
    """Say what the backward of an operation needs of the forward: an entry of your table.

    `operation` is the name of one of the classes in the table, such as "Mul". Returns "nothing" if
    shapes and the operation's own parameters are enough, "output" if the numbers of its result
    are, by + - * / and comparisons alone, and "inputs" otherwise.
    """
    inputs = ["Mul", "Div", "Pow", "Log", "Abs", "Sin", "Cos", "MatMul", "PowerScalar"]
    output = ["Exp", "Sqrt", "ReLU", "Sigmoid", "Tanh"]
    return "inputs" if operation in inputs else "output" if operation in output else "nothing"


def kept_numbers(
    steps: dict[str, list[str]], looks_up: dict[str, str], sizes: dict[str, int]
) -> int:
    """Count the numbers that a program has to keep in memory until its backward.

    `steps` maps each result to the operation that made it, followed by its inputs. `looks_up` maps
    each operation to "inputs", "output" or "nothing", and `sizes` each name to how many numbers
    its array holds. An array that several operations look up is kept once.
    """
    kept = set()
    for result, (operation, *inputs) in steps.items():
        if looks_up[operation] == "inputs":
            kept.update(inputs)
        elif looks_up[operation] == "output":
            kept.add(result)
    return sum(sizes[name] for name in kept)


def fit_line(
    celsius: NDArray, targets: NDArray, lr: float, steps: int
) -> tuple[float, float, list[float]]:
    """Learn the line from `celsius` to `targets`, two arrays of shape (N,), by gradient descent.

    The model sees hundreds of degrees: x is `celsius` / 100, as a column (N, 1). The prediction
    is x @ w.T + b, where w has shape (1, 1), b has shape (1,), and both start as zeros; the loss
    is the mean of the squared differences. In each of `steps` steps w and b move against their
    gradients, `lr` times as far.

    Returns (slope, intercept, losses): the line for plain degrees Celsius, as two Python numbers,
    and a list of the loss of each step, as Python numbers, computed before its update.
    """
    x, y = Tensor(celsius[:, None] / 100), Tensor(targets[:, None])
    w, b = Tensor(np.zeros((1, 1)), requires_grad=True), Tensor(np.zeros(1), requires_grad=True)
    losses = []
    for _ in range(steps):
        loss = ((x @ w.T + b - y) ** 2).mean()
        loss.backward()
        for parameter in (w, b):
            assert parameter.grad is not None
            parameter.data = parameter.data - lr * parameter.grad.data
            parameter.zero_grad()
        losses.append(loss.item())
    return w.item() / 100, b.item(), losses
