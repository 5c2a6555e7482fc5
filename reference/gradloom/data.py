"""Data to learn from, and how to cut it into parts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np

from .arrays import NDArray

Pair: TypeAlias = tuple[NDArray, NDArray]
Seed: TypeAlias = int | np.random.Generator | None


def celsius() -> Pair:
    """Eleven temperatures from 0 to 100 in degrees Celsius, and the same in Fahrenheit.

    Two float32 arrays of shape (11, 1). The line through them has slope 1.8 and intercept 32.
    """
    degrees = np.linspace(0, 100, 11, dtype=np.float32)[:, None]
    return degrees, degrees * 1.8 + 32


def xor() -> Pair:
    """The four corners of the unit square, and 1 where exactly one coordinate is 1.

    Two float32 arrays of shapes (4, 2) and (4, 1).
    """
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return corners, corners.sum(axis=1, keepdims=True) % 2


def spirals(n: int = 300, seed: Seed = 0) -> Pair:
    """`n` points on two noisy spirals that wind around each other, and which of them each is on.

    A float32 array of shape (n, 2), within about -1.2 to 1.2, and integer labels 0 and 1, (n,).
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    radius = np.sqrt(rng.uniform(0.02, 1, n))  # evenly along the spirals
    angle = 3 * np.pi * radius + np.pi * labels
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (points + rng.normal(0, 0.03, (n, 2))).astype(np.float32), labels


def load_digits(path: str | Path = "data/digits.npz") -> Pair:
    """1797 handwritten digits, 8 by 8 pixels each: the images, and the digits they show.

    A float32 array of shape (1797, 64) with entries from 0 to 1, and integer labels, (1797,).
    Raises FileNotFoundError if the file is not there.

    Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"no file {Path(path).absolute()}: put the course's digits.npz there, which comes in "
            "the folder data beside the notebook, or pass load_digits the path where you have it"
        )
    with np.load(path, allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    return images.reshape(len(images), -1).astype(np.float32) / 16, labels.astype(np.int64)


def train_test_split(
    x: NDArray, y: NDArray, test_fraction: float = 0.2, seed: Seed = 0
) -> tuple[Pair, Pair]:
    """Share out the rows of `x` and `y` at random: ((x, y) to train with, (x, y) to test with).

    Every row lands in exactly one of the two, `test_fraction` of them in the second.
    """
    order = np.random.default_rng(seed).permutation(_common_length(x, y))
    test, train = np.split(order, [round(test_fraction * len(order))])
    return (x[train], y[train]), (x[test], y[test])


def minibatches(x: NDArray, y: NDArray, batch_size: int, seed: Seed = None) -> Iterator[Pair]:
    """One epoch: all rows of `x` and `y`, shuffled, as pairs of `batch_size` rows each.

    The last pair holds what is left. With a generator as `seed` each epoch has its own order.
    Raises ValueError if the lengths differ or `batch_size` is below 1.
    """
    if batch_size < 1:
        raise ValueError(f"a batch holds at least 1 row, batch_size is {batch_size}")
    order = np.random.default_rng(seed).permutation(_common_length(x, y))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


def _common_length(x: NDArray, y: NDArray) -> int:
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} rows and y has {len(y)}; each row of x needs one of y")
    return len(x)
