"""Parameters, the modules that hold them, and what they start from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from .arrays import NDArray
from .ops import relu, sigmoid, tanh
from .shapes import linear
from .tensor import Operand, Tensor

Seed: TypeAlias = int | np.random.Generator | None


class Parameter(Tensor):
    """A tensor that is learned: it needs a gradient, and `Module.parameters` finds it."""

    def __init__(self, data: Operand, dtype: DTypeLike | None = None) -> None:
        """Keep a copy of `data`, as `Tensor` does."""
        super().__init__(data, requires_grad=True, dtype=dtype)


class Module:
    """A function with parameters: a layer, or a model made of layers.

    A subclass sets parameters and other modules as attributes, by themselves or in lists, tuples
    and dicts, and has a `forward`.
    """

    def __call__(self, *inputs: Any) -> Tensor:
        """What `forward` returns."""
        return self.forward(*inputs)

    def forward(self, *inputs: Any) -> Tensor:
        """Compute the output; each kind of module has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def parameters(self) -> list[Parameter]:
        """List every `Parameter` that this module holds, each once, always in the same order.

        It may be an attribute (`vars(self)` has them all), or stand at any depth in the modules,
        lists, tuples and dicts that are attributes. Layers may share one: it is listed where it
        is found first.
        """
        found: dict[Parameter, None] = {}

        def visit(value: object) -> None:
            if isinstance(value, Parameter):
                found[value] = None
            elif isinstance(value, Module):
                visit(vars(value))
            elif isinstance(value, dict):
                visit(list(value.values()))
            elif isinstance(value, list | tuple):
                for entry in value:
                    visit(entry)

        visit(self)
        return list(found)

    def named_parameters(self) -> dict[str, Parameter]:
        """`parameters()` under their names: the first path to each, such as `layers.0.weight`.

        Raises ValueError if two have the same name.
        """
        names: dict[Parameter, str] = {}
        for name, parameter in _paths(self):
            names.setdefault(parameter, name)
        named = {names[parameter]: parameter for parameter in self.parameters()}
        if len(named) < len(names):
            raise ValueError(f"two parameters have the same name, one of {list(named)}")
        return named

    def state_dict(self) -> dict[str, NDArray]:
        """A copy of each parameter's array, by name."""
        return {name: p.data.copy() for name, p in self.named_parameters().items()}

    def load_state_dict(self, state: Mapping[str, NDArray]) -> None:
        """Give each parameter a copy of the array with its name, in the parameter's dtype.

        Raises ValueError, and changes nothing, if a name is missing, unexpected, or a shape wrong.
        """
        named = self.named_parameters()
        wrong = [f"{name} is missing" for name in named.keys() - state.keys()]
        wrong += [f"{name} is unexpected" for name in state.keys() - named.keys()]
        wrong += [
            f"{name} has shape {state[name].shape}, not {named[name].shape}"
            for name in named.keys() & state.keys()
            if state[name].shape != named[name].shape
        ]
        if wrong:
            raise ValueError(f"this is not the state of such a model: {', '.join(sorted(wrong))}")
        for name, parameter in named.items():
            parameter.data = state[name].astype(parameter.dtype)

    def save(self, path: str | Path) -> None:
        """Write `state_dict()` to the file `path`, in NumPy's .npz format."""
        with open(path, "wb") as file:
            np.savez(file, **self.state_dict())  # type: ignore[arg-type]  # its allow_pickle

    def load(self, path: str | Path) -> None:
        """Read what `save` wrote, as `load_state_dict` does; nothing in the file is executed."""
        with np.load(path, allow_pickle=False) as file:
            self.load_state_dict(dict(file))


def _paths(value: object, path: str = "") -> Iterator[tuple[str, Parameter]]:
    """Every path from `value` to a parameter, and that parameter."""
    if isinstance(value, Parameter):
        yield path, value
    elif isinstance(value, Module):
        value = vars(value)
    elif isinstance(value, list | tuple):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _paths(child, f"{path}.{key}" if path else f"{key}")


# Where weights start. Their scale keeps that of the signals, however wide the layers are.

Initializer: TypeAlias = Callable[[tuple[int, int], Seed], NDArray]


def he_normal(shape: tuple[int, int], seed: Seed = None) -> NDArray:
    """Weights (inputs, outputs) for layers before a ReLU: normal, float32, variance 2 / inputs.

    K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", ICCV 2015.
    """
    scale = np.float32(np.sqrt(2 / shape[0]))
    return np.random.default_rng(seed).standard_normal(shape, np.float32) * scale


def glorot_uniform(shape: tuple[int, int], seed: Seed = None) -> NDArray:
    """Weights (inputs, outputs) for layers before tanh or sigmoid: uniform, float32, variance
    2 / (inputs + outputs).

    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010.
    """
    limit = np.sqrt(6 / sum(shape))
    return np.random.default_rng(seed).uniform(-limit, limit, shape).astype(np.float32)


# Layers and models


class Linear(Module):
    """A layer: each output is a weighted sum of the inputs, plus a bias of its own."""

    def __init__(
        self, inputs: int, outputs: int, seed: Seed = None, init: Initializer = he_normal
    ) -> None:
        """Set the parameters `weight` and `bias`, both float32.

        `weight` has shape (inputs, outputs) and is `init(shape, seed)`; the bias of each output
        is 0.
        """
        self.weight = Parameter(init((inputs, outputs), seed))
        self.bias = Parameter(np.zeros(outputs, np.float32))

    def forward(self, x: Operand) -> Tensor:
        """Turn a batch (rows, inputs) into outputs (rows, outputs), from weight and bias."""
        return linear(x, self.weight, self.bias)


class ReLU(Module):
    """`relu` as a module."""

    def forward(self, x: Operand) -> Tensor:
        """A tensor of the shape of `x`."""
        return relu(x)


class Sigmoid(Module):
    """`sigmoid` as a module."""

    def forward(self, x: Operand) -> Tensor:
        """A tensor of the shape of `x`."""
        return sigmoid(x)


class Tanh(Module):
    """`tanh` as a module."""

    def forward(self, x: Operand) -> Tensor:
        """A tensor of the shape of `x`."""
        return tanh(x)


class Sequential(Module):
    """Modules one after the other: each gets what the one before it returned."""

    def __init__(self, *layers: Module) -> None:
        """Keep the modules as the list `layers`."""
        self.layers = list(layers)

    def forward(self, x: Tensor) -> Tensor:
        """What the last module returns; the first one gets `x`."""
        for layer in self.layers:
            x = layer(x)
        return x


class MLP(Sequential):
    """A multilayer perceptron: linear layers with an activation between each two."""

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Callable[[], Module] = ReLU,
        seed: Seed = None,
        init: Initializer = he_normal,
    ) -> None:
        """`MLP([64, 128, 10])` has 64 inputs, 128 hidden units and 10 outputs.

        `activation` is a class such as `Tanh`, `init` makes the weights. Nothing follows the last
        linear layer.
        """
        rng = np.random.default_rng(seed)
        layers: list[Module] = []
        for inputs, outputs in pairwise(sizes):
            layers += [Linear(inputs, outputs, rng, init), activation()]
        super().__init__(*layers[:-1])
