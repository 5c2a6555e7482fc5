"""Wrong answers to chapter 8 with the hint each deserves, and right ones written differently.

Read as text, never imported. A piece may use what its own module holds and the chapter's first
cell imports.
"""

import numpy as np
from gradloom import Tensor, cross_entropy, nn, no_grad, optim, relu
from gradloom.data import minibatches
from gradloom.nn import MLP, Module, Parameter, he_normal
from gradloom.optim import Adam
from gradloom.training import fit, predict, run_epoch
from gradloom_grader.answers import right, wrong

# parameters


@wrong("nn.Module.parameters")
def its_own_attributes_only(self):
    """A model made of layers has no parameter of its own, and this list would be empty. Who asks
    the layers?"""
    return [value for value in vars(self).values() if isinstance(value, Parameter)]


@wrong("nn.Module.parameters")
def asks_one_floor_down_only(self):
    """A module in a module in a module: who asks that one? Let every module answer for what is
    inside it."""
    found = {}
    for value in vars(self).values():
        for entry in vars(value).values() if isinstance(value, Module) else [value]:
            if isinstance(entry, Parameter):
                found[entry] = None
    return list(found)


@wrong("nn.Module.parameters")
def knows_no_lists(self):
    """`self.layers = [first, second]` is a list, neither a parameter nor a module. What is in it is
    never found."""
    found = {}
    for value in vars(self).values():
        if isinstance(value, Parameter):
            found[value] = None
        elif isinstance(value, Module):
            found |= dict.fromkeys(value.parameters())
    return list(found)


@wrong("nn.Module.parameters")
def knows_no_dicts(self):
    """Modules may stand in a dict as well as in a list. Walking over a dict gives its keys; where
    are the modules?"""
    found = {}

    def visit(value):
        if isinstance(value, Parameter):
            found[value] = None
        elif isinstance(value, Module):
            for entry in vars(value).values():
                visit(entry)
        elif isinstance(value, list | tuple):
            for entry in value:
                visit(entry)

    visit(self)
    return list(found)


@wrong("nn.Module.parameters")
def knows_no_tuples(self):
    """A tuple is not a list: `isinstance((1, 2), list)` is False. Both may hold modules."""
    found = {}

    def visit(value):
        if isinstance(value, Parameter):
            found[value] = None
        elif isinstance(value, Module):
            visit(vars(value))
        elif isinstance(value, dict):
            visit(list(value.values()))
        elif isinstance(value, list):
            for entry in value:
                visit(entry)

    visit(self)
    return list(found)


@wrong("nn.Module.parameters")
def lists_are_flat(self):
    """This finds what stands directly in a list. A list in a list, or a list in a dict, stays
    closed."""
    found = {}
    for value in vars(self).values():
        entries = value if isinstance(value, list | tuple) else [value]
        entries = value.values() if isinstance(value, dict) else entries
        for entry in entries:
            if isinstance(entry, Parameter):
                found[entry] = None
            elif isinstance(entry, Module):
                found |= dict.fromkeys(entry.parameters())
    return list(found)


@wrong("nn.Module.parameters")
def counts_a_shared_one_twice(self):
    """Two layers may share a parameter. Listed twice, it would be moved twice in every step."""
    found = []

    def visit(value):
        if isinstance(value, Parameter):
            found.append(value)
        elif isinstance(value, Module):
            visit(vars(value))
        elif isinstance(value, dict):
            visit(list(value.values()))
        elif isinstance(value, list | tuple):
            for entry in value:
                visit(entry)

    visit(self)
    return found


@wrong("nn.Module.parameters")
def one_of_two_equal_ones(self):
    """Two biases that are both zero are still two. The same object is something else than the same
    numbers."""
    found = {}

    def visit(value):
        if isinstance(value, Parameter):
            found.setdefault((value.shape, value.data.tobytes()), value)
        elif isinstance(value, Module):
            visit(vars(value))
        elif isinstance(value, dict):
            visit(list(value.values()))
        elif isinstance(value, list | tuple):
            for entry in value:
                visit(entry)

    visit(self)
    return list(found.values())


@wrong("nn.Module.parameters")
def every_tensor_that_needs_a_gradient(self):
    """A tensor may need a gradient and not be there to be learned. What marks those that are?"""
    found = {}

    def visit(value):
        if isinstance(value, Tensor) and value.requires_grad:
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


@wrong("nn.Module.parameters")
def copies_of_them(self):
    """An optimizer changes what it finds in this list. Change a copy, and the model stays as it
    was."""
    found = {}

    def visit(value):
        if isinstance(value, Parameter):
            found[value] = Parameter(value.data)
        elif isinstance(value, Module):
            visit(vars(value))
        elif isinstance(value, dict):
            visit(list(value.values()))
        elif isinstance(value, list | tuple):
            for entry in value:
                visit(entry)

    visit(self)
    return list(found.values())


@right("nn.Module.parameters")
def with_a_stack(self):
    found, waiting = [], [self]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Parameter):
            if all(value is not other for other in found):
                found.append(value)
        elif isinstance(value, Module):
            waiting.extend(reversed(vars(value).values()))
        elif isinstance(value, dict):
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list | tuple):
            waiting.extend(reversed(value))
    return found


@right("nn.Module.parameters")
def each_module_asks_its_own(self):
    def inside(value):
        if isinstance(value, Parameter):
            return [value]
        if isinstance(value, Module):
            return value.parameters()
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list | tuple):
            return [p for entry in value for p in inside(entry)]
        return []

    return list({id(p): p for p in inside(vars(self))}.values())


# linear


@wrong("nn.Linear.{__init__,forward}")
class one_bias_for_all:
    """Each output has a bias of its own. How many outputs are there, and how long is the bias?"""

    class Linear:
        def __init__(self, inputs, outputs, seed=None, init=he_normal):
            self.weight = Parameter(init((inputs, outputs), seed))
            self.bias = Parameter(np.zeros(1, np.float32))

        def forward(self, x):
            return x @ self.weight + self.bias


@wrong("nn.Linear.{__init__,forward}")
class transposed_weights:
    """The shape of the weights is (inputs, outputs) here, so that x @ weight fits as it is."""

    class Linear:
        def __init__(self, inputs, outputs, seed=None, init=he_normal):
            self.weight = Parameter(init((outputs, inputs), seed))
            self.bias = Parameter(np.zeros(outputs, np.float32))

        def forward(self, x):
            return x @ self.weight.T + self.bias


@wrong("nn.Linear.{__init__,forward}")
class equal_weights:
    """With equal weights all outputs are equal, and so are their gradients: they stay equal for
    ever. What is `init` for?"""

    class Linear:
        def __init__(self, inputs, outputs, seed=None, init=he_normal):
            self.weight = Parameter(np.full((inputs, outputs), 0.1, np.float32))
            self.bias = Parameter(np.zeros(outputs, np.float32))

        def forward(self, x):
            return x @ self.weight + self.bias


@wrong("nn.Linear.__init__")
def always_the_same_seed(self, inputs, outputs, seed=None, init=he_normal):
    """Two layers of one shape would start with the same weights. Pass the seed on that you were
    given."""
    self.weight = Parameter(init((inputs, outputs), 0))
    self.bias = Parameter(np.zeros(outputs, np.float32))


@wrong("nn.Linear.__init__")
def always_he_normal(self, inputs, outputs, seed=None, init=he_normal):
    """Whoever makes the layer may ask for other weights: that is the argument `init`."""
    self.weight = Parameter(he_normal((inputs, outputs), seed))
    self.bias = Parameter(np.zeros(outputs, np.float32))


@wrong("nn.Linear.__init__")
def plain_tensors(self, inputs, outputs, seed=None, init=he_normal):
    """A plain tensor needs no gradient, so backward passes it by, and `parameters()` does too."""
    self.weight = Tensor(init((inputs, outputs), seed))
    self.bias = Tensor(np.zeros(outputs, np.float32))


@wrong("nn.Linear.__init__")
def bias_of_ones(self, inputs, outputs, seed=None, init=he_normal):
    """A layer starts with biases of 0."""
    self.weight = Parameter(init((inputs, outputs), seed))
    self.bias = Parameter(np.ones(outputs, np.float32))


@wrong("nn.Linear.__init__")
def bias_of_float64(self, inputs, outputs, seed=None, init=he_normal):
    """`np.zeros(n)` is float64, and one float64 array turns all that meets it into float64."""
    self.weight = Parameter(init((inputs, outputs), seed))
    self.bias = Parameter(np.zeros(outputs))


@wrong("nn.Linear.forward")
def forgets_the_bias(self, x):
    """Without its bias a layer answers 0 to an input of zeros, whatever it has learned."""
    return x @ self.weight


@wrong("nn.Linear.forward")
def computes_with_arrays(self, x):
    """`.data` is a bare array: what is computed from it remembers nothing, and no gradient finds
    its way back to the weights."""
    x = x.data if isinstance(x, Tensor) else x
    return Tensor(x @ self.weight.data + self.bias.data)


@wrong("nn.Linear.forward")
def adds_an_activation(self, x):
    """A linear layer is a weighted sum and nothing more. The activation is a module of its own,
    between two of them."""
    return relu(x @ self.weight + self.bias)


@wrong("nn.Linear.forward")
def passes_no_gradient_to_x(self, x):
    """In a network, x is the output of the layer before. If it is cut off here, that layer never
    learns."""
    x = x.detach() if isinstance(x, Tensor) else x
    return x @ self.weight + self.bias


@right("nn.Linear.{__init__,forward}")
class with_matmul:
    class Linear:
        def __init__(self, inputs, outputs, seed=None, init=he_normal):
            shape = inputs, outputs
            self.bias = Parameter([0.0] * outputs)
            self.weight = Parameter(init(shape, seed), dtype="float32")

        def forward(self, x):
            return x @ self.weight + self.bias


@right("nn.Linear.{__init__,forward}")
class bias_first:
    class Linear:
        def __init__(self, inputs, outputs, seed=None, init=he_normal):
            self.weight, bias = Parameter(init((inputs, outputs), seed=seed)), np.zeros((outputs,))
            self.bias = Parameter(bias.astype("float32"))

        def forward(self, x):
            return self.bias + x @ self.weight


# sgd


@wrong("optim.SGD.step")
def climbs(self):
    """The gradient points to where the loss grows. Which way do you want to go?"""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity *= self.momentum
        velocity += p.grad.data + self.weight_decay * p.data
        p.data += self.lr * velocity


@wrong("optim.SGD.step")
def moves_a_copy(self):
    """`p = p - ...` makes a new tensor and gives it the name p. The model still holds the old one,
    which nothing has moved."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity *= self.momentum
        velocity += p.grad.data + self.weight_decay * p.data
        p = p - self.lr * Tensor(velocity)


@wrong("optim.SGD.step")
def puts_a_new_array_in_place(self):
    """`p.data = p.data - ...` makes a new array. Whoever holds the old one no longer sees the
    parameter move. Which operator writes into an array?"""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity *= self.momentum
        velocity += p.grad.data + self.weight_decay * p.data
        p.data = p.data - self.lr * velocity


@wrong("optim.SGD.step")
def forgets_the_momentum(self):
    """This step knows nothing of the steps before it. What are `self.momentum` and
    `self.velocities` for?"""
    for p in self.parameters:
        if p.grad is not None:
            p.data -= self.lr * (p.grad.data + self.weight_decay * p.data)


@wrong("optim.SGD.step")
def velocity_is_not_kept(self):
    """`velocity = ...` binds a name that is gone after the loop; the array in the list is still 0.
    The next step starts from rest again."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity = self.momentum * velocity + p.grad.data + self.weight_decay * p.data
        p.data -= self.lr * velocity


@wrong("optim.SGD.step")
def a_mean_instead_of_a_sum(self):
    """The velocity gains the whole gradient here, not the share 1 - momentum of it. (Adam's running
    means are the other kind.)"""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity *= self.momentum
        velocity += (1 - self.momentum) * (p.grad.data + self.weight_decay * p.data)
        p.data -= self.lr * velocity


@wrong("optim.SGD.step")
def never_slows_down(self):
    """The velocity keeps only a share of what it was, in every step. Here it keeps all."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity += p.grad.data + self.weight_decay * p.data
        p.data -= self.lr * velocity


@wrong("optim.SGD.step")
def learning_rate_in_the_velocity(self):
    """The parameter moves as it should, but a velocity is made of gradients alone: the learning
    rate comes in with the move. It makes a difference once somebody changes `lr` on the way."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity *= self.momentum
        velocity += self.lr * (p.grad.data + self.weight_decay * p.data)
        p.data -= velocity


@wrong("optim.SGD.step")
def looks_ahead(self):
    """That is Nesterov's momentum, a cousin: it moves by the gradient and the velocity to come.
    Here the parameter moves by the velocity alone."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data + self.weight_decay * p.data
        velocity *= self.momentum
        velocity += g
        p.data -= self.lr * (g + self.momentum * velocity)


@wrong("optim.SGD.step")
def no_weight_decay(self):
    """The gradient of a parameter is `.grad` and something more: read the docstring again."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity *= self.momentum
        velocity += p.grad.data
        p.data -= self.lr * velocity


@wrong("optim.SGD.step")
def decay_beside_the_velocity(self):
    """Here the decay is part of the gradient, so it goes through the velocity too."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        velocity *= self.momentum
        velocity += p.grad.data
        p.data -= self.lr * (velocity + self.weight_decay * p.data)


@wrong("optim.SGD.step")
def trips_over_none(self):
    """A parameter that the loss does not use has no gradient: its `.grad` is None, and None has no
    `.data`."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        velocity *= self.momentum
        velocity += p.grad.data + self.weight_decay * p.data
        p.data -= self.lr * velocity


@wrong("optim.SGD.step")
def rolls_on_without_a_gradient(self):
    """Without a gradient a parameter stays where it is. Here its velocity carries it on."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        velocity *= self.momentum
        if p.grad is not None:
            velocity += p.grad.data + self.weight_decay * p.data
        p.data -= self.lr * velocity


@wrong("optim.SGD.step")
def writes_into_the_gradient(self):
    """The move is right, but the gradient was changed on the way. `g` and `p.grad.data` are two
    names of one array."""
    for p, velocity in zip(self.parameters, self.velocities, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        g += self.weight_decay * p.data
        velocity *= self.momentum
        velocity += g
        g *= 0
        p.data -= self.lr * velocity


@right("optim.SGD.step")
def by_number(self):
    for i in range(len(self.parameters)):
        p = self.parameters[i]
        if p.grad is not None:
            g = p.grad.data + self.weight_decay * p.data
            self.velocities[i] = self.momentum * self.velocities[i] + g
            p.data[...] = p.data - self.lr * self.velocities[i]


@right("optim.SGD.step")
def by_numpy_functions(self):
    moving = [(p, v) for p, v in zip(self.parameters, self.velocities) if p.grad is not None]
    for p, velocity in moving:
        np.multiply(velocity, self.momentum, out=velocity)
        np.add(velocity, p.grad.numpy(), out=velocity)
        np.add(velocity, p.data * self.weight_decay, out=velocity)
        np.subtract(p.data, velocity * self.lr, out=p.data)


# adam


@wrong("optim.Adam.step")
def no_bias_correction(self):
    """Both means start at 0, and after one step they are still close to it. Work out the first step
    for a gradient of 1: how far should it go, and how far does this one?"""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        p.data -= self.lr * m / (np.sqrt(v) + self.eps)


@wrong("optim.Adam.step")
def corrects_the_first_mean_only(self):
    """The mean of the squares starts at 0 as well, and its share beta2 is even closer to 1."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        p.data -= self.lr * m / (1 - self.beta1**self.t) / (np.sqrt(v) + self.eps)


@wrong("optim.Adam.step")
def time_stands_still(self):
    """`t` counts the steps. If it stays at 1, every step is corrected as if it were the first."""
    self.t = 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("optim.Adam.step")
def a_tick_for_each_parameter(self):
    """`t` counts steps, and a step moves all parameters. Here the clock runs faster the more
    parameters there are."""
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        self.t += 1
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("optim.Adam.step")
def one_step_late(self):
    """In the first step t is 1. With t = 0 the correction divides by 1 - 1, which is 0."""
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
    self.t += 1


@wrong("optim.Adam.step")
def eps_inside_the_root(self):
    """eps is added to the root and not under it. With eps = 1e-8 the difference hides; under the
    root it is as large as 1e-4."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / np.sqrt(v_hat + self.eps)


@wrong("optim.Adam.step")
def forgets_eps(self):
    """Where a gradient has been 0 all the time, this divides 0 by 0. What is `self.eps` for?"""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / np.sqrt(v_hat)


@wrong("optim.Adam.step")
def sizes_instead_of_squares(self):
    """The second mean is one of squares, and its root comes later. A mean of sizes |g| is something
    else."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (np.abs(g) - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (v_hat + self.eps)


@wrong("optim.Adam.step")
def forgets_the_root(self):
    """m is as large as a gradient, v as a squared one. Divide by v, and a gradient ten times as
    large makes a step a tenth as long."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (v_hat + self.eps)


@wrong("optim.Adam.step")
def betas_exchanged(self):
    """beta1 belongs to the mean of the gradients, beta2 to the mean of their squares."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta2) * (g - m)
        v += (1 - self.beta1) * (g * g - v)
        m_hat = m / (1 - self.beta2**self.t)
        v_hat = v / (1 - self.beta1**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("optim.Adam.step")
def keeps_the_wrong_share(self):
    """A running mean keeps the share beta of what it was and takes 1 - beta of what is new. Here it
    is the other way round."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += self.beta1 * (g - m)
        v += self.beta2 * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("optim.Adam.step")
def means_are_not_kept(self):
    """`m = ...` binds a name that is gone after the loop; the arrays in the lists `self.m` and
    `self.v` are still 0."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("optim.Adam.step")
def sums_instead_of_means(self):
    """The parameter moves as it should, but `m` and `v` are sums here and no means: a mean takes
    the share 1 - beta of what is new."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m *= self.beta1
        m += g
        v *= self.beta2
        v += g * g
        m_hat = m * (1 - self.beta1) / (1 - self.beta1**self.t)
        v_hat = v * (1 - self.beta2) / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("optim.Adam.step")
def corrects_what_it_keeps(self):
    """The corrected means are for this step only. Kept in place of the running ones, they are
    corrected again and again."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m /= 1 - self.beta1**self.t
        v /= 1 - self.beta2**self.t
        p.data -= self.lr * m / (np.sqrt(v) + self.eps)


@wrong("optim.Adam.step")
def stumbles_over_none(self):
    """A parameter that the loss does not use has no gradient: its `.grad` is None, and None has no
    `.data`."""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@wrong("optim.Adam.step")
def a_new_array_for_the_parameter(self):
    """`p.data = p.data - ...` makes a new array. Whoever holds the old one no longer sees the
    parameter move. Which operator writes into an array?"""
    self.t += 1
    for p, m, v in zip(self.parameters, self.m, self.v, strict=True):
        if p.grad is None:
            continue
        g = p.grad.data
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_hat = m / (1 - self.beta1**self.t)
        v_hat = v / (1 - self.beta2**self.t)
        p.data = p.data - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


@right("optim.Adam.step")
def line_by_line_from_the_paper(self):
    self.t = self.t + 1
    for i, p in enumerate(self.parameters):
        if p.grad is not None:
            g = p.grad.data
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g**2
            m_hat = self.m[i] / (1 - self.beta1**self.t)
            v_hat = self.v[i] / (1 - self.beta2**self.t)
            p.data -= self.lr * m_hat / (v_hat**0.5 + self.eps)


@right("optim.Adam.step")
def correction_in_the_step_size(self):
    self.t += 1
    one, two = 1 - self.beta1**self.t, 1 - self.beta2**self.t
    for p, m, v in zip(self.parameters, self.m, self.v):
        if p.grad is None:
            continue
        m *= self.beta1
        m += (1 - self.beta1) * p.grad.data
        v *= self.beta2
        v += (1 - self.beta2) * np.square(p.grad.data)
        step = self.lr * two**0.5 / one
        np.subtract(p.data, step * m / (np.sqrt(v) + two**0.5 * self.eps), out=p.data)


# run-epoch


@wrong("training.run_epoch")
def zero_after_backward(model, optimizer, batches, loss_fn):
    """The gradients are thrown away right after they were computed, and the step finds none. When
    do the old ones have to be gone?"""
    losses = []
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def never_zero(model, optimizer, batches, loss_fn):
    """backward adds to the gradients that are there. Without a fresh start each step uses those of
    all batches before it too."""
    losses = []
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def zero_once(model, optimizer, batches, loss_fn):
    """The gradients are new for the first batch only. For the second one, those of the first are
    still there."""
    losses = []
    optimizer.zero_grad()
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def zero_at_the_end(model, optimizer, batches, loss_fn):
    """Nearly: from the second batch on this is right. But what does the first one find, if somebody
    has called backward before?"""
    losses = []
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def step_before_backward(model, optimizer, batches, loss_fn):
    """The step comes before the gradients that it needs."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        optimizer.step()
        loss.backward()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def the_old_graph_again(model, optimizer, batches, loss_fn):
    """This loss was computed with the parameters as they were before the first step. Each batch
    needs a forward of its own: the graph is new each time."""
    losses = []
    batches = list(batches)
    x, y = batches[0]
    loss = loss_fn(model(x), y)
    for _ in batches:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def one_step_an_epoch(model, optimizer, batches, loss_fn):
    """One step for each batch, not one for all of them."""
    losses = []
    optimizer.zero_grad()
    for x, y in batches:
        loss = loss_fn(model(x), y)
        loss.backward()
        losses.append(loss.item())
    optimizer.step()
    return losses


@wrong("training.run_epoch")
def forgets_the_step(model, optimizer, batches, loss_fn):
    """Gradients are computed, and nobody moves the parameters."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def loss_after_the_step(model, optimizer, batches, loss_fn):
    """The loss of a batch is the one that backward starts from, before the step. Computing it once
    more costs another forward, too."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
        losses.append(loss_fn(model(x), y).item())
    return losses


@wrong("training.run_epoch")
def keeps_the_tensors(model, optimizer, batches, loss_fn):
    """A loss remembers its whole graph, with every array in it. Keep the number; the graph may
    go."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss)
    return losses


@wrong("training.run_epoch")
def the_last_loss_only(model, optimizer, batches, loss_fn):
    """There is a loss for each batch. Return them all."""
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
    return [loss.item()]


@wrong("training.run_epoch")
def the_mean_of_all(model, optimizer, batches, loss_fn):
    """The losses are wanted one by one. Whoever needs their mean can take it."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


@wrong("training.run_epoch")
def counts_the_batches_first(model, optimizer, batches, loss_fn):
    """Batches may come one at a time, from a generator, which has no length and no places. A `for`
    loop is all that one may ask of them."""
    losses = []
    for i in range(len(batches)):
        x, y = batches[i]
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@wrong("training.run_epoch")
def without_recording(model, optimizer, batches, loss_fn):
    """Under `no_grad` nothing is recorded, and there is no graph to walk back. It is meant for
    testing a model, not for training it."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        with no_grad():
            loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@right("training.run_epoch")
def forward_first(model, optimizer, batches, loss_fn):
    losses = []
    for batch in batches:
        loss = loss_fn(model(batch[0]), batch[1])
        optimizer.zero_grad()
        loss.backward()
        losses += [float(loss.data)]
        optimizer.step()
    return losses


@right("training.run_epoch")
def with_a_step_of_its_own(model, optimizer, batches, loss_fn):
    def step(x, y):
        for p in optimizer.parameters:
            p.grad = None
        loss = loss_fn(model.forward(x), y)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return [step(x, y) for x, y in batches]


# classify-digits


@wrong("pieces.classify_digits")
def a_single_epoch(train_images, train_labels, test_images, seed):
    """One walk through the data is a beginning. Look at your loss curve: is it flat yet?"""
    model = MLP([64, 128, 10], seed=seed)
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, epochs=1, batch_size=64, seed=seed)
    return predict(model, test_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def one_layer_only(train_images, train_labels, test_images, seed):
    """A single linear layer gets this far and no further. What is there between the layers of an
    MLP, and why?"""
    model = nn.Linear(64, 10, seed)
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    return predict(model, test_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def prepares_the_test_images_differently(train_images, train_labels, test_images, seed):
    """The network was trained on images that you had shifted and scaled. It has to see the test
    images in the same way, with the same two numbers for each pixel."""
    mean, spread = train_images.mean(axis=0), train_images.std(axis=0) + 0.01
    train_images = (train_images - mean) / spread
    model = MLP([64, 128, 10], seed=seed)
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    return predict(model, test_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def shifts_the_images_in_place(train_images, train_labels, test_images, seed):
    """The digits are read well, but the caller's own images were changed on the way. Work on an
    array of your own."""
    mean = train_images.mean(axis=0)
    train_images -= mean
    test_images -= mean
    model = MLP([64, 128, 10], seed=seed)
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    return predict(model, test_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def always_the_most_frequent(train_images, train_labels, test_images, seed):
    """That is the best guess of somebody who may not look at the image. You may. Train a network,
    and ask it."""
    digit = np.bincount(train_labels).argmax()
    return np.full(len(test_images), digit), [2.3, 2.3], [0.0, 0.0]


@wrong("pieces.classify_digits")
def the_best_image_of_each_digit(train_images, train_labels, test_images, seed):
    """`argmax(axis=0)` goes down a column: which image looks most like a 3? Asked is, for each
    image, which digit it looks like."""
    model = MLP([64, 128, 10], seed=seed)
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    return model(test_images).data.argmax(axis=0), history.train_losses, norms


@wrong("pieces.classify_digits")
def predicts_for_the_training_images(train_images, train_labels, test_images, seed):
    """These are the digits of the images that it was trained on. It is asked about others."""
    model = MLP([64, 128, 10], seed=seed)
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    return predict(model, train_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def norms_of_the_last_step(train_images, train_labels, test_images, seed):
    """The norms are those of the last step, when there is hardly anything left to learn. Those of
    the first step are asked for."""
    model = MLP([64, 128, 10], seed=seed)
    optimizer = Adam(model.parameters(), lr=0.01)
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    return predict(model, test_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def its_own_seed(train_images, train_labels, test_images, seed):
    """Every seed gives the same network here. Where does the seed that you were given go in?"""
    model = MLP([64, 128, 10], seed=0)
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, 0))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed=0)
    return predict(model, test_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def all_weights_zero(train_images, train_labels, test_images, seed):
    """Where all weights are 0, hardly any gradient gets through the layers. That is what `init` is
    for, and the norms show it."""
    model = MLP([64, 128, 10], init=lambda shape, seed: np.zeros(shape, np.float32))
    optimizer = Adam(model.parameters(), lr=0.01)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    return predict(model, test_images), history.train_losses, norms


@wrong("pieces.classify_digits")
def far_too_small_a_step(train_images, train_labels, test_images, seed):
    """The loss falls, but so slowly that it is still high at the end. Draw its curve, and take
    larger steps."""
    model = MLP([64, 128, 10], seed=seed)
    optimizer = Adam(model.parameters(), lr=0.0001)
    first = next(minibatches(train_images, train_labels, 64, seed))
    run_epoch(model, optimizer, [first], cross_entropy)
    norms = [float(np.linalg.norm(p.grad.data)) for p in model.parameters()]
    train = train_images, train_labels
    history = fit(model, optimizer, train, cross_entropy, 20, 64, seed)
    return predict(model, test_images), history.train_losses, norms


@right("pieces.classify_digits")
def deeper_and_by_hand(train_images, train_labels, test_images, seed):
    rng = np.random.default_rng(seed)
    model = MLP([64, 128, 64, 10], seed=rng)
    optimizer = Adam(model.parameters(), lr=0.003)
    losses, norms = [], []
    for _ in range(25):
        epoch = []
        for batch in minibatches(train_images, train_labels, 32, rng):
            epoch += run_epoch(model, optimizer, [batch], cross_entropy)
            norms = norms or [np.sqrt((p.grad.data**2).sum()).item() for p in model.parameters()]
        losses.append(sum(epoch) / len(epoch))
    with no_grad():
        return model(test_images).data.argmax(axis=1), losses, norms


@right("pieces.classify_digits")
def momentum_on_shifted_images(train_images, train_labels, test_images, seed):
    mean = train_images.mean(axis=0)
    x, y = train_images - mean, train_labels
    model = nn.Sequential(nn.Linear(64, 128, seed), nn.ReLU(), nn.Linear(128, 10, seed + 1))
    cross_entropy(model(x[:32]), y[:32]).backward()
    norms = [float((p.grad.data.astype(float) ** 2).sum() ** 0.5) for p in model.parameters()]
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    history = fit(model, optimizer, (x, y), cross_entropy, epochs=20, seed=seed)
    return predict(model, test_images - mean), history.train_losses, norms
