"""The data sets, and cutting them into parts and batches."""

from pathlib import Path

import numpy as np
import pytest
from gradloom.data import celsius, load_digits, minibatches, spirals, train_test_split, xor
from hypothesis import given
from hypothesis import strategies as st

DIGITS = Path(__file__).parents[2] / "course" / "data" / "digits.npz"


def test_celsius_is_a_line_through_freezing_and_boiling():
    degrees, fahrenheit = celsius()
    assert degrees.shape == fahrenheit.shape == (11, 1)
    assert degrees.dtype == fahrenheit.dtype == np.float32
    table = dict(zip(degrees.ravel(), fahrenheit.ravel(), strict=True))
    assert (table[0], table[100]) == (32, 212)


def test_xor():
    x, y = xor()
    assert x.dtype == y.dtype == np.float32
    assert [(*row, target) for row, (target,) in zip(x, y, strict=True)] == [
        (0, 0, 0),
        (0, 1, 1),
        (1, 0, 1),
        (1, 1, 0),
    ]


@pytest.mark.parametrize("n", [0, 1, 7, 300])
def test_spirals(n):
    x, labels = spirals(n, seed=3)
    assert x.shape == (n, 2)
    assert x.dtype == np.float32
    assert labels.shape == (n,)
    assert labels.dtype.kind == "i"
    assert np.bincount(labels, minlength=2).tolist() == [(n + 1) // 2, n // 2]
    assert np.abs(x).max(initial=0) < 1.3


def test_spirals_repeat_with_their_seed():
    np.testing.assert_array_equal(spirals(50, seed=1)[0], spirals(50, seed=1)[0])
    assert not np.array_equal(spirals(50, seed=1)[0], spirals(50, seed=2)[0])


def test_no_line_parts_the_spirals():
    x, labels = spirals(300)
    design = np.c_[x, np.ones(len(x))]
    weights, *_ = np.linalg.lstsq(design, labels - 0.5, rcond=None)
    assert np.mean((design @ weights > 0) == labels) < 0.75


def test_digits_are_the_published_ones():
    images, labels = load_digits(DIGITS)
    assert images.shape == (1797, 64)
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0, 1)
    assert labels.shape == (1797,)
    assert labels.dtype == np.int64
    assert labels[:12].tolist() == [*range(10), 0, 1]
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (images[0, :8] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]


def test_the_file_of_digits_holds_small_integers_only():
    with np.load(DIGITS, allow_pickle=False) as file:
        assert {name: (a.dtype, a.shape) for name, a in file.items()} == {
            "images": (np.uint8, (1797, 8, 8)),
            "labels": (np.uint8, (1797,)),
        }
    assert DIGITS.stat().st_size < 50_000


def test_digits_are_looked_for_beside_the_notebook(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"digits\.npz.* folder data"):
        load_digits()
    (tmp_path / "data").symlink_to(DIGITS.parent)
    assert len(load_digits()[0]) == 1797


@given(n=st.integers(0, 40), fraction=st.floats(0, 1), seed=st.integers(0, 9))
def test_a_split_shares_out_every_row_once(n, fraction, seed):
    x, y = np.arange(n)[:, None], np.arange(n)
    train, test = train_test_split(x, y, fraction, seed)
    assert len(test[0]) == round(n * fraction)
    assert sorted([*train[1], *test[1]]) == list(range(n))
    for rows, labels in (train, test):
        np.testing.assert_array_equal(rows[:, 0], labels)


def test_a_split_repeats_with_its_seed():
    x, y = spirals(30)
    splits = [train_test_split(x, y, 0.2, seed)[1][1].tolist() for seed in (1, 1, 2)]
    assert splits[0] == splits[1] != splits[2]


@given(n=st.integers(0, 40), batch_size=st.integers(1, 50), seed=st.integers(0, 9))
def test_an_epoch_takes_every_row_once(n, batch_size, seed):
    x, y = np.arange(n)[:, None] * 2, np.arange(n)
    batches = list(minibatches(x, y, batch_size, seed))
    assert all(len(rows) == batch_size for rows, _ in batches[:-1])
    assert sorted(int(row) for _, labels in batches for row in labels) == list(range(n))
    for rows, labels in batches:
        np.testing.assert_array_equal(rows[:, 0], labels * 2)


def orders(seed):
    return [
        np.concatenate([y for _, y in minibatches(np.arange(9), np.arange(9), 4, seed)]).tolist()
        for _ in range(2)
    ]


def test_a_number_as_seed_gives_one_order_and_a_generator_a_new_one_each_epoch():
    first, second = orders(5)
    assert first == second
    first, second = orders(np.random.default_rng(5))
    assert first != second
    assert orders(np.random.default_rng(5)) == [first, second]


def test_batches_need_rows_and_a_size():
    with pytest.raises(ValueError, match="batch_size is 0"):
        next(minibatches(np.ones(3), np.ones(3), 0))
    with pytest.raises(ValueError, match="x has 3 rows and y has 2"):
        next(minibatches(np.ones(3), np.ones(2), 1))
    with pytest.raises(ValueError, match="x has 3 rows and y has 2"):
        train_test_split(np.ones(3), np.ones(2))
