"""The engine's speed and memory, beside hand-written NumPy and, where it is installed, PyTorch.

Contestants take turns on every workload, in one process, on one thread (`make bench-engine` sees to
it). Printed are medians, of the times and of the ratios within a round. All compute in float32.
"numpy" is written by hand for each workload, with no engine at all.
"""

import gc
import itertools
import statistics
import time
import tracemalloc
from collections.abc import Callable

import gradloom as gl
import numpy as np
from rich.console import Console
from rich.table import Table

try:
    import torch
except ImportError:
    torch = None

Step = Callable[[], object]
ROUNDS = 15
RATE = np.float32(0.05)


def images(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of 64 numbers and a label each, as the 8x8 digits have them."""
    rng = np.random.default_rng(0)
    return rng.random((rows, 64), dtype=np.float32), rng.integers(0, 10, rows)


def layers(*sizes: int) -> list[np.ndarray]:
    """Weights and biases in turn."""
    rng = np.random.default_rng(1)
    arrays = []
    for n, m in itertools.pairwise(sizes):
        arrays.append((rng.standard_normal((n, m)) * np.sqrt(2 / n)).astype(np.float32))
        arrays.append(np.zeros(m, np.float32))
    return arrays


# W1, W2: one training step of an MLP: forward, cross-entropy, backward, SGD


def numpy_step(x: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Step:
    rows = np.arange(len(x))

    def step() -> float:
        kept, h = [x], x
        for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = np.maximum(h @ weight + bias, 0)
            kept.append(h)
        logits = h @ parameters[-2] + parameters[-1]
        shifted = logits - logits.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        totals = exps.sum(axis=1, keepdims=True)
        loss = (np.log(totals[:, 0]) - shifted[rows, labels]).mean()
        grad = exps / totals
        grad[rows, labels] -= 1
        grad /= len(x)
        for i in range(len(parameters) - 2, -1, -2):
            h = kept.pop()
            grad_weight, grad_bias = h.T @ grad, grad.sum(axis=0)
            if i:
                grad = (grad @ parameters[i].T) * (h > 0)
            parameters[i] -= RATE * grad_weight
            parameters[i + 1] -= RATE * grad_bias
        return float(loss)

    return step


def basic_step(x: np.ndarray, labels: np.ndarray, arrays: list[np.ndarray]) -> Step:
    """With `@ + - * relu exp log sum` only."""
    parameters = [gl.Tensor(array, requires_grad=True) for array in arrays]
    inputs, one_hot = gl.Tensor(x), gl.Tensor(np.eye(10, dtype=np.float32)[labels] / len(x))

    def step() -> float:
        h = inputs
        for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = gl.relu(h @ weight + bias)
        logits = h @ parameters[-2] + parameters[-1]
        shifted = logits - logits.data.max(axis=1, keepdims=True)
        log_totals = gl.log(gl.exp(shifted).sum(axis=1, keepdims=True))
        loss = ((log_totals - shifted) * one_hot).sum()
        loss.backward()
        for parameter in parameters:
            parameter.data -= RATE * parameter.grad.data
            parameter.zero_grad()
        return loss.item()

    return step


def torch_basic_step(x: np.ndarray, labels: np.ndarray, arrays: list[np.ndarray]) -> Step:
    parameters = [torch.tensor(array, requires_grad=True) for array in arrays]
    inputs, one_hot = torch.tensor(x), torch.tensor(np.eye(10, dtype=np.float32)[labels] / len(x))

    def step() -> float:
        h = inputs
        for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = torch.relu(h @ weight + bias)
        logits = h @ parameters[-2] + parameters[-1]
        shifted = logits - logits.detach().amax(dim=1, keepdim=True)
        log_totals = torch.log(torch.exp(shifted).sum(dim=1, keepdim=True))
        loss = ((log_totals - shifted) * one_hot).sum()
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter -= float(RATE) * parameter.grad
                parameter.grad = None
        return loss.item()

    return step


def module_step(x: np.ndarray, labels: np.ndarray, arrays: list[np.ndarray]) -> Step:
    """With `Linear`, `cross_entropy` and `SGD`."""
    sizes = [len(arrays[0]), *(len(bias) for bias in arrays[1::2])]
    model = gl.nn.MLP(sizes)
    for parameter, array in zip(model.parameters(), arrays, strict=True):
        parameter.data = array.copy()
    optimizer = gl.optim.SGD(model.parameters(), lr=float(RATE))
    inputs = gl.Tensor(x)

    def step() -> float:
        optimizer.zero_grad()
        loss = gl.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def torch_module_step(x: np.ndarray, labels: np.ndarray, arrays: list[np.ndarray]) -> Step:
    linears = []
    for weight, bias in zip(arrays[::2], arrays[1::2], strict=True):
        linears += [torch.nn.Linear(*weight.shape), torch.nn.ReLU()]
        with torch.no_grad():
            linears[-2].weight.copy_(torch.tensor(weight.T))
            linears[-2].bias.copy_(torch.tensor(bias))
    model = torch.nn.Sequential(*linears[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=float(RATE))
    inputs, targets = torch.tensor(x), torch.tensor(labels)

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


# W3, W4, W5: many small operations, one much used tensor, one large broadcast


def chain(x, constant) -> Step:
    def step() -> None:
        y = x
        for _ in range(5000):
            y = (y + constant) * constant
        y.sum().backward()
        x.grad = None

    return step


def reuse(x) -> Step:
    def step() -> None:
        y = x
        for _ in range(10_000):
            y = y + x
        y.sum().backward()
        x.grad = None

    return step


def outer(a, b) -> Step:
    def step() -> None:
        (a * b).sum().backward()
        a.grad = b.grad = None

    return step


def numpy_chain(x: np.ndarray, constant: np.ndarray) -> Step:
    def step() -> np.ndarray:
        y = x
        for _ in range(5000):
            y = (y + constant) * constant
        y.sum()
        grad = np.ones_like(y)
        for _ in range(5000):
            grad = grad * constant
        return grad

    return step


def numpy_reuse(x: np.ndarray) -> Step:
    def step() -> np.ndarray:
        y = x
        for _ in range(10_000):
            y = y + x
        y.sum()
        ones = np.ones_like(y)
        total = ones
        for _ in range(10_000):
            total = total + ones
        return total

    return step


def numpy_outer(a: np.ndarray, b: np.ndarray) -> Step:
    def step() -> tuple[np.ndarray, np.ndarray]:
        product = a * b
        product.sum()
        grad = np.ones_like(product)
        return (grad * b).sum(axis=1, keepdims=True), (grad * a).sum(axis=0, keepdims=True)

    return step


def workloads() -> dict[str, dict[str, Step]]:
    """From a workload's name to each contestant's step."""
    small, large = (64, 128, 64, 10), (64, 1024, 1024, 10)
    few, many = images(64), images(1797)
    x, constant = np.ones(16, np.float32), np.full(16, 1.0001, np.float32)
    a, b = images(1024)[0][:, :1], images(1024)[0][:, 1:2].T.copy()
    table = {
        "W1 MLP, basic operations": {
            "numpy": numpy_step(*few, layers(*small)),
            "gradloom": basic_step(*few, layers(*small)),
        },
        "W1 MLP, modules": {
            "numpy": numpy_step(*few, layers(*small)),
            "gradloom": module_step(*few, layers(*small)),
        },
        "W2 wide MLP, full batch": {
            "numpy": numpy_step(*many, layers(*large)),
            "gradloom": module_step(*many, layers(*large)),
        },
        "W3 chain of 10,000": {
            "numpy": numpy_chain(x, constant),
            "gradloom": chain(gl.Tensor(x, requires_grad=True), gl.Tensor(constant)),
        },
        "W4 one tensor used 10,000 times": {
            "numpy": numpy_reuse(x),
            "gradloom": reuse(gl.Tensor(x, requires_grad=True)),
        },
        "W5 (1024,1)*(1,1024), sum": {
            "numpy": numpy_outer(a, b),
            "gradloom": outer(*(gl.Tensor(v, requires_grad=True) for v in (a, b))),
        },
    }
    if torch:
        torch.set_num_threads(1)
        tensor = {
            k: torch.tensor(v, requires_grad=k != "c")
            for k, v in {"x": x, "c": constant, "a": a, "b": b}.items()
        }
        rivals = [
            torch_basic_step(*few, layers(*small)),
            torch_module_step(*few, layers(*small)),
            torch_module_step(*many, layers(*large)),
            chain(tensor["x"], tensor["c"]),
            reuse(tensor["x"]),
            outer(tensor["a"], tensor["b"]),
        ]
        for steps, rival in zip(table.values(), rivals, strict=True):
            steps["torch"] = rival
    return table


def rounds(steps: dict[str, Step]) -> list[dict[str, float]]:
    """Seconds of one step of each contestant, in each round."""
    repeats = max(1, int(0.02 / _seconds(steps["gradloom"], 2)))
    return [{name: _seconds(step, repeats) for name, step in steps.items()} for _ in range(ROUNDS)]


def _ratio(found: list[dict[str, float]], rival: str) -> str:
    if rival not in found[0]:
        return ""
    return f"{statistics.median(r['gradloom'] / r[rival] for r in found):.2f}"


def _seconds(step: Step, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - start) / repeats


def peak(step: Step) -> float:
    """Bytes that a step takes at its worst, on top of what stays."""
    step()
    tracemalloc.start()
    step()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    step()
    most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return most


def main() -> None:
    table = Table("one step", "gradloom", "to numpy", "to torch")
    steps = workloads()
    gc.collect()
    gc.freeze()  # what the imports made is no contestant's garbage
    for name, contestants in steps.items():
        found = rounds(contestants)
        ours = statistics.median(r["gradloom"] for r in found) * 1e3
        table.add_row(
            name, f"{ours:.3f} ms", *(_ratio(found, rival) for rival in ("numpy", "torch"))
        )
    wide = steps["W2 wide MLP, full batch"]
    ours, theirs = peak(wide["gradloom"]), peak(wide["numpy"])
    table.add_row("W6 peak memory of W2", f"{ours / 1e6:.1f} MB", f"{ours / theirs:.2f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
