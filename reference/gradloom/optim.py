"""Optimizers: how a step changes parameters, given their gradients."""

import math
from collections.abc import Iterable

import numpy as np

from .tensor import Tensor


class Optimizer:
    """Parameters and the rule by which `step` changes them."""

    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        """Keep the `parameters`, each once, and the learning rate `lr`."""
        self.parameters = list(dict.fromkeys(parameters))
        self.lr = lr
        if not self.parameters:
            raise ValueError("no parameters to train; pass model.parameters()")

    def zero_grad(self) -> None:
        """Forget the gradients: the next backward starts anew."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Change each parameter that has a gradient; each optimizer has its own rule."""
        raise NotImplementedError(f"{type(self).__name__} has no step")


class SGD(Optimizer):
    """Gradient descent with momentum and weight decay.

    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        """Start with the velocity of every parameter, an array of its shape, at zero."""
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocities = [np.zeros_like(p.data) for p in self.parameters]

    def step(self) -> None:
        """Change each parameter's array in place; one whose `.grad` is None stays as it is.

        A parameter's gradient is `.grad` plus `weight_decay` times the parameter itself. Its
        velocity, in the list `velocities`, keeps the share `momentum` of what it was and gains
        that gradient; the parameter then moves against its velocity, `lr` times as far.
        """
        for p, velocity in zip(self.parameters, self.velocities, strict=True):
            if p.grad is None:
                continue
            if self.momentum:
                velocity *= self.momentum
                velocity += p.grad.data
            else:
                velocity[...] = p.grad.data
            if self.weight_decay:
                velocity += self.weight_decay * p.data
            p.data -= self.lr * velocity


class Adam(Optimizer):
    """Steps scaled by running means of each entry's gradient and of its square.

    D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """Start at time 0, with both running means of every parameter, `m` and `v`, at zero."""
        super().__init__(parameters, lr)
        self.beta1, self.beta2 = betas
        self.eps = eps
        self.t = 0
        self.m = [np.zeros_like(p.data) for p in self.parameters]
        self.v = [np.zeros_like(p.data) for p in self.parameters]

    def step(self) -> None:
        """Change each parameter's array in place; one whose `.grad` is None stays as it is.

        The names are those of the paper's algorithm 1: the time `t` counts the steps, the lists
        `m` and `v` hold the running means for each parameter, `lr` stands for alpha.
        """
        self.t += 1
        for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
            if p.grad is None:
                continue
            g = p.grad.data
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g * g - v)
            m_hat = m / (1 - self.beta1**self.t)
            v_hat = v / (1 - self.beta2**self.t)
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Shorten the gradients, all by one factor, so that their common norm is at most `max_norm`.

    Returns the norm they had. A norm that is not finite leaves them as they are.
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013.
    """
    grads = [p.grad.data for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(float(np.square(g, dtype=np.float64).sum()) for g in grads))
    if max_norm < norm < math.inf:
        for g in grads:
            g *= max_norm / norm
    return norm
