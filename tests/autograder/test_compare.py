"""What counts as the same answer, and what is said where two part."""

import numpy as np
import pytest
from gradloom_grader.kit import compare
from gradloom_grader.kit.compare import difference
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

ARRAYS = arrays.arrays(
    st.sampled_from(["float64", "float32", "int64", "bool"]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | ARRAYS
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
JUNK = st.sampled_from([object(), object, len, 1j, b"x", {1}, range(3), np.array([None])])


class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data)


def f64(*values):
    return np.array(values, "float64")


class TestLaws:
    @given(VALUES)
    def test_everything_equals_itself(self, value):
        assert difference(value, value) is None

    @given(VALUES, VALUES | JUNK)
    def test_no_answer_makes_it_raise(self, expected, answer):
        found = difference(expected, answer)
        assert found is None or (found.kind and found.text)

    @given(VALUES | JUNK)
    def test_showing_and_outlining_never_raise(self, value):
        assert isinstance(compare.show(value), str)
        assert isinstance(compare.outline(value), str)

    @given(VALUES)
    def test_normal_form_is_normal(self, value):
        once = compare.normal(value)
        assert difference(once, compare.normal(once)) is None

    @given(arrays.arrays("float64", (2, 3), elements=st.floats(-1e6, 1e6)), st.integers(0, 5))
    def test_one_wrong_entry_is_found_and_named(self, x, place):
        y = x.copy()
        y.flat[place] += 1 + abs(y.flat[place])
        found = difference(x, y)
        assert found.kind == "value"
        assert f"at {[int(i) for i in np.unravel_index(place, x.shape)]}" in found.text


class TestTheSame:
    @pytest.mark.parametrize(
        ("expected", "answer"),
        [
            (Tensor([1.0]), f64(1.0)),
            (f64(1.0, 2.0), Tensor(f64(1.0, 2.0))),
            (np.float64(2), np.array(2.0)),
            ((f64(1.0), f64(2.0)), [f64(1.0), f64(2.0)]),
            (f64(1.0), [f64(1.0)]),
            ([f64(1.0)], f64(1.0)),
            (2.0, np.array(2.0, "float32")),
            (np.array(2.0, "float32"), 2.0),
            (3, np.int64(3)),
            (f64(np.nan, np.inf), f64(np.nan, np.inf)),
            (f64(1e9), f64(1e9 + 0.1)),
            (np.float32(1), np.float32(1 + 5e-6)),
            ({"a": (1.0,)}, {"a": 1.0}),
            (None, None),
            ("text", "text"),
        ],
    )
    def test_by_normal_form(self, expected, answer):
        assert difference(expected, answer) is None


class TestNotTheSame:
    @pytest.mark.parametrize(
        ("expected", "answer", "kind"),
        [
            (f64(1.0), None, "structure"),
            (None, f64(1.0), "structure"),
            (f64(1.0, 2.0), [1.0, 2.0], "structure"),
            ([1.0, 2.0], [1.0], "structure"),
            ([1.0, 2.0], (1.0, 2.0, 3.0), "structure"),
            ({"a": 1.0}, {"b": 1.0}, "structure"),
            ({"a": 1.0}, [1.0], "structure"),
            (f64(1.0), "1.0", "structure"),
            (f64(1.0), object(), "structure"),
            (f64(1.0, 2.0), f64(1.0), "shape"),
            (f64(1.0), np.array(1.0), "shape"),
            (np.ones((2, 1)), np.ones((1, 2)), "shape"),
            (f64(1.0), np.array([1.0], "float32"), "dtype"),
            (f64(1.0), np.array([1]), "dtype"),
            (f64(1.0), np.array([True]), "dtype"),
            (np.array(1.0), 1, "dtype"),
            (1, 1.0, "dtype"),
            (True, 1, "dtype"),
            (f64(1.0), f64(1.0 + 1e-8), "value"),
            (np.float32(1), np.float32(1.001), "value"),
            (f64(np.nan), f64(1.0), "value"),
            (f64(1.0), f64(np.nan), "value"),
            (f64(np.inf), f64(-np.inf), "value"),
            (f64(np.inf), f64(1e308), "value"),
            (f64(0.0), f64(1e-6), "value"),
            (True, False, "value"),
            ("a", "b", "value"),
        ],
    )
    def test_kinds(self, expected, answer, kind):
        assert difference(expected, answer).kind == kind

    @pytest.mark.parametrize(
        ("expected", "answer", "words"),
        [
            (
                np.ones((2, 2)),
                np.array([[1, 1], [1, 7.0]]),
                ["at [1, 1]", "7 came", "1 was expect"],
            ),
            (np.ones((2, 3)), np.ones((3, 2)), ["shape (3, 2) came", "(2, 3) was expected"]),
            (f64(1.0), np.array([1]), ["int64 came", "float64 was expected"]),
            ([1.0, {"g": f64(1, 2)}], [1.0, {"g": f64(1, 3)}], ["at [1].g[1]"]),
            (np.array(2.0), np.array(3.0), ["3 came, 2 was expected"]),
            ((1.0, 2.0), None, ["None came, a list of 2 was expected (a function without"]),
            (1.0, None, ["(a function without `return` gives None)"]),
            ([False, True], [False, False], ["at [1]: False came, True was expected"]),
            (
                {"loss": 1.0},
                {"returned": 1.0},
                ["the keys ['returned'] came", "a dict with the keys ['loss'] was expected"],
            ),
        ],
    )
    def test_where_they_part(self, expected, answer, words):
        text = difference(expected, answer).text
        for word in words:
            assert word in text


class TestShow:
    def test_lines_of_arrays_stay_below_each_other(self):
        assert compare.asked("x", np.eye(2)) == "x = [[1., 0.],\n     [0., 1.]]"
        assert compare.show({"a": np.eye(2), "b": 1}) == "a: [[1., 0.],\n    [0., 1.]]\nb: 1"
        assert compare.show([np.eye(2), f64(3)]) == "[[[1., 0.],\n  [0., 1.]],\n [3.]]"


class TestOutline:
    def test_holds_no_numbers_of_the_value(self):
        assert compare.outline(f64(3.25)) == "float64 of shape (1,)"
        assert compare.outline([7.5, 8.5]) == "a list of 2"
        assert "7.5" not in compare.outline({"a": 7.5})

    def test_a_number_is_a_value_of_its_type(self):
        assert compare.outline(7.5) == "a value of type float"


def test_showing_is_short(capsys):
    text = compare.show(np.random.default_rng(0).normal(size=(100, 100)))
    assert len(text) < 1000
    assert all(len(line) <= 80 for line in text.splitlines())
