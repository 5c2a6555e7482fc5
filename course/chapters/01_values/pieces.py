"""Walks by hand and on paper: from plain numbers to values and gradients."""

import math

from .scalar import Value


def by_hand(a: float, b: float, c: float) -> tuple[dict[str, float], list[str]]:
    """Compute d = a * b + c for three numbers and walk back, one `_backward()` at a time.

    Call the product ab. Returns a dict and a list: the gradients of d by "a", "b", "c", "ab" and
    "d", under these names; and the names of the results ("ab" and "d") in the order in which
    their `_backward` has to be called.
    """
    nodes = {"a": Value(a), "b": Value(b), "c": Value(c)}
    nodes["ab"] = nodes["a"] * nodes["b"]
    nodes["d"] = nodes["ab"] + nodes["c"]
    nodes["d"].grad = 1.0
    order = ["d", "ab"]
    for name in order:
        nodes[name]._backward()
    return {name: node.grad for name, node in nodes.items()}, order


def two_paths(x: float, y: float) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Follow f = a * x, with a = x + y, forward and back, in plain numbers.

    Returns three dicts: the values of "x", "y", "a" and "f"; what each path brings to x, the one
    "via a" and the one that goes to f "directly"; and the gradients of f by "f", "a", "x", "y".
    """
    a = x + y
    forward = {"x": x, "y": y, "a": a, "f": a * x}
    paths = {"via a": x, "directly": a}
    return forward, paths, {"f": 1.0, "a": x, "x": x + a, "y": x}


def three_variables(x: float, y: float, z: float) -> tuple[dict[str, float], dict[str, float]]:
    """Follow f = a * z, with a = x + y, forward and back, in plain numbers.

    Returns two dicts: the values of "x", "y", "z", "a" and "f", and the gradients of f by "f",
    "a", "x", "y" and "z".
    """
    a = x + y
    forward = {"x": x, "y": y, "z": z, "a": a, "f": a * z}
    return forward, {"f": 1.0, "a": z, "x": z, "y": z, "z": a}


def sine_plus_line(x: float) -> tuple[dict[str, float], dict[str, float]]:
    """Follow f = b + x, with b = sin(a) and a = x squared, forward and back, in plain numbers.

    Returns two dicts: the values of "x", "a", "b" and "f", and the gradients of f by "f", "b",
    "a" and "x".
    """
    a = x * x
    forward = {"x": x, "a": a, "b": math.sin(a), "f": math.sin(a) + x}
    return forward, {"f": 1.0, "b": 1.0, "a": math.cos(a), "x": math.cos(a) * 2 * x + 1}


def layer(w: float, x: float, b: float) -> tuple[dict[str, float], dict[str, float]]:
    """Follow y = sigmoid(c), with c = a + b and a = w * x, forward and back, in plain numbers.

    Returns two dicts: the values of "w", "x", "b", "a", "c" and "y", and the gradients of y by
    "y", "c", "a", "b", "w" and "x".
    """
    a = w * x
    c = a + b
    y = 1 / (1 + math.exp(-c))
    slope = y * (1 - y)
    forward = {"w": w, "x": x, "b": b, "a": a, "c": c, "y": y}
    return forward, {"y": 1.0, "c": slope, "a": slope, "b": slope, "w": slope * x, "x": slope * w}
