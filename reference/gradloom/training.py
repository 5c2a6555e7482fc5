"""The training loop, and what it remembers."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from .arrays import NDArray
from .data import Pair, Seed, minibatches
from .engine import no_grad
from .nn import Module
from .optim import Optimizer
from .tensor import Operand, Tensor

Loss: TypeAlias = Callable[[Tensor, Any], Tensor]


@dataclass
class History:
    """How a training went. The lists grow by one number an epoch; callbacks see it grow."""

    epochs: int  # at most so many
    train_losses: list[float] = field(default_factory=list)  # the mean over an epoch's batches
    validation_losses: list[float] = field(default_factory=list)  # empty without validation data
    stopped: str = ""  # why it stopped; empty while it goes on

    @property
    def best_epoch(self) -> int:
        """The epoch with the lowest validation loss, counted from 1; 0 if there is none."""
        finite = [math.inf if math.isnan(loss) else loss for loss in self.validation_losses]
        return finite.index(min(finite)) + 1 if finite else 0


Callback: TypeAlias = Callable[[History], object]


def run_epoch(
    model: Module, optimizer: Optimizer, batches: Iterable[tuple[Any, Any]], loss_fn: Loss
) -> list[float]:
    """Make one step of `optimizer` for each batch; returns the batches' losses, as floats.

    A batch is a pair (x, y); `loss_fn(model(x), y)` is its loss, a tensor of one entry, taken
    before the step. Each step uses the gradients of its own batch, and those only. No tensor is
    kept.
    """
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        del loss  # or its graph would live on while the next one is built
    return losses


def fit(
    model: Module,
    optimizer: Optimizer,
    train: Pair,
    loss_fn: Loss,
    epochs: int,
    batch_size: int = 32,
    seed: Seed = 0,
    validation: Pair | None = None,
    patience: int | None = None,
    callbacks: Sequence[Callback] = (),
) -> History:
    """Train `model` on the pair `train` of arrays (x, y), shuffled anew with `seed` each epoch.

    With a pair `validation` the loss on it is taken after each epoch. With `patience` training
    stops when that loss has not been lower than its best for so many epochs, and the model ends
    with the parameters of its best epoch (L. Prechelt, "Early Stopping - But When?", 1998). It
    also stops when a loss is not finite. After each epoch every callback gets the history.
    """
    if patience is not None and (validation is None or patience < 1):
        raise ValueError("patience is a number of epochs, at least 1, and needs validation=(x, y)")
    rng = np.random.default_rng(seed)
    history = History(epochs)
    best: dict[str, NDArray] = {}
    for _ in range(epochs):
        losses = run_epoch(model, optimizer, minibatches(*train, batch_size, rng), loss_fn)
        history.train_losses.append(float(np.mean(losses)))
        if validation is not None:
            history.validation_losses.append(evaluate(model, *validation, loss_fn))
        if patience is not None and history.best_epoch == len(history.train_losses):
            best = model.state_dict()
        history.stopped = _why_stop(history, patience)
        for callback in callbacks:
            callback(history)
        if history.stopped:
            break
    if best:
        model.load_state_dict(best)
    return history


def _why_stop(history: History, patience: int | None) -> str:
    """Why there is no next epoch; empty if there is one."""
    done = len(history.train_losses)
    if not all(map(math.isfinite, history.train_losses[-1:] + history.validation_losses[-1:])):
        return f"a loss of epoch {done} is not finite: try a smaller learning rate"
    if patience is not None and done - history.best_epoch >= patience:
        return f"no lower validation loss than in epoch {history.best_epoch}, the best"
    return f"all {done} epochs are done" if done >= history.epochs else ""


def evaluate(model: Module, x: Operand, y: Any, loss_fn: Loss) -> float:
    """The loss on all of `x` and `y` at once, without a graph."""
    with no_grad():
        return loss_fn(model(x), y).item()


def predict(model: Module, x: Operand) -> NDArray:
    """The class of each row of `x`, as an integer array (rows,).

    It is the column of the largest of the model's outputs; where there is one column only, a
    logit, it is 1 where that is positive and else 0.
    """
    with no_grad():
        logits = model(x).data
    return logits.argmax(axis=1) if logits.shape[1] > 1 else (logits[:, 0] > 0).astype(np.int64)


def accuracy(model: Module, x: Operand, labels: NDArray) -> float:
    """The share of rows of `x` that `predict` gives the class in `labels`, of any shape."""
    return float(np.mean(predict(model, x) == np.ravel(labels)))
