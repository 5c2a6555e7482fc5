"""Probes: what an author writes, what travels, what is judged."""

import ast
import itertools
import subprocess
import sys

import numpy as np
import pytest
from gradloom_grader import probes
from gradloom_grader.jail import Fault
from gradloom_grader.probes import Case, Drawn, Probe, normal, positive, probe
from hypothesis import given
from hypothesis import strategies as st

SECRET = "canary"


def twice(gl, a, b=None):
    """Twice {name}."""
    # a comment
    return 2 * a


def case(visible: bool = True, verify=None, **params) -> Case:
    inputs = {"a": [1.0, 2.0] if visible else normal(2)}
    return Case("twice", Probe(twice, "double", inputs, "", False, False, verify), params)


class TestGenerators:
    @given(st.binary(max_size=8))
    def test_normal_stays_away_from_zero(self, seed):
        rng = np.random.default_rng(int.from_bytes(seed))
        x = normal(50, 2).draw(rng)
        assert (x.shape, x.dtype) == ((50, 2), np.dtype("float64"))
        assert np.abs(x).min() >= 0.1
        assert (x > 0).any()
        assert (x < 0).any()

    @given(st.binary(max_size=8))
    def test_positive_is_between_a_half_and_two_and_a_half(self, seed):
        x = positive(50, dtype="float32").draw(np.random.default_rng(int.from_bytes(seed)))
        assert x.dtype == "float32"
        assert x.min() >= 0.5
        assert x.max() <= 2.5


class TestInputs:
    def test_written_lists_are_float64_arrays(self):
        a = case().inputs()["a"]
        assert (a.dtype, a.tolist()) == ("float64", [1.0, 2.0])

    def test_numbers_texts_and_tuples_stay(self):
        given_ = {"n": 3, "t": "log", "s": (2, 3), "b": True, "x": 0.5}
        found = Case("k", Probe(twice, "e", given_, "", False, False, None), {}).inputs()
        assert found == given_
        assert [type(v) for v in found.values()] == [type(v) for v in given_.values()]

    def test_the_same_seed_draws_the_same_and_another_does_not(self):
        hidden = case(visible=False)
        one, same, other = (hidden.inputs(s)["a"] for s in (b"1", b"1", b"2"))
        assert (one == same).all()
        assert (one != other).all()

    def test_two_cases_draw_differently_from_one_seed(self):
        marked = case(visible=False).probe
        one, other = (Case(k, marked, {}).inputs(b"1")["a"] for k in ("k", "l"))
        assert (one != other).all()

    def test_each_call_gives_fresh_arrays(self):
        one = case()
        one.inputs()["a"][0] = 99
        assert one.inputs()["a"][0] == 1.0

    def test_a_drawn_parameter_hides_a_probe(self):
        assert case().visible
        assert not case(visible=False).visible
        assert not case(b=normal(2)).visible

    def test_expected_cannot_spoil_the_inputs(self):
        def spoil(gl, a):
            a[:] = 0
            return a

        spoiling = Case("k", Probe(spoil, "e", {"a": [1.0]}, "", False, False, None), {})
        inputs = spoiling.inputs()
        spoiling.expected(None, inputs)
        assert inputs["a"][0] == 1.0

    def test_nor_what_is_nested_in_them(self):
        def spoil(gl, given):
            given["names"].append("b")

        asked = Case("spoil", Probe(spoil, "exercise", {}, "", False, False, None), {})
        inputs = {"given": {"names": ["a"]}}
        asked.expected(None, inputs)
        assert inputs == {"given": {"names": ["a"]}}


class TestWhatTravels:
    def test_is_the_bare_function(self):
        source = case().probe.source
        assert source == "def asked(gl, a, b=None):\n    return 2 * a"

    def test_is_nothing_of_what_stands_around_it(self, cases):
        for each in cases:
            tree = ast.parse(each.probe.source)
            assert len(tree.body) == 1
            assert not tree.body[0].decorator_list
            assert not ast.get_docstring(tree.body[0])
            assert "probe" not in each.probe.source.replace("probes", "")

    def test_needs_nothing_but_its_inputs_and_numpy(self, cases):
        """A name of the file's own would be missing in the worker."""
        known = {"np", *dir(__builtins__), *vars(__import__("builtins"))}
        for each in cases:
            function = ast.parse(each.probe.source).body[0]
            nodes = list(ast.walk(function))
            stored = {
                n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            arguments = {n.arg for n in nodes if isinstance(n, ast.arg)}
            loaded = {
                n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
            }
            assert loaded <= known | stored | arguments, each.key


class TestJudging:
    def judged(self, answer, visible=True, **how):
        one = case(visible, name="x", **how)
        inputs = one.inputs(b"s")
        return probes.judge(one, inputs, 2 * inputs["a"], answer), inputs

    def test_a_right_answer_finds_nothing(self):
        assert self.judged(np.array([2.0, 4.0]))[0] is None

    def test_a_visible_one_shows_all(self):
        found, _ = self.judged(np.array([2.0, 5.0]))
        assert found.kind == "value"
        for words in ("Twice x.", "asked: a = [1., 2.]", "came: [2., 5.]", "expected: [2., 4.]"):
            assert words in found.message
        assert "at [1]: 5 came, 4 was expected" in found.message

    @pytest.mark.parametrize(
        "answer",
        [
            np.array([2.25, 5.5]),
            np.ones((17, 3)),
            np.ones(2, "int64"),
            None,
            "canary",
            [1.25, 2.25, 3.25],
            Fault("error", "ValueError", True, "canary 3.25", 3, "cell"),
            Fault("error", "Canary", False, "canary"),
            Fault("timeout", text="canary"),
            Fault("died", text="canary"),
            Fault("limit", text="canary"),
            Fault("garbled", text="canary"),
        ],
    )
    def test_a_hidden_one_tells_no_value_text_or_shape_that_came(self, answer):
        found, inputs = self.judged(answer, visible=False)
        assert "canary" not in found.message.lower()
        assert "17" not in found.message
        assert "25" not in found.message
        for number in inputs["a"]:
            assert f"{number:.3g}" not in found.message
            assert f"{2 * number:.3g}" not in found.message
        assert found.message.startswith("Twice x.")

    def test_a_hidden_one_tells_the_kind_and_the_expected_shape(self):
        found, _ = self.judged(np.ones((17, 3)), visible=False)
        assert found.kind == "shape"
        assert "float64 of shape (2,)" in found.message

    def test_a_builtin_exceptions_name_is_told(self):
        fault = Fault("error", "ZeroDivisionError", True)
        assert "ZeroDivisionError" in self.judged(fault, visible=False)[0].message

    def test_verify_judges_instead_of_comparing(self):
        def verify(expected, answer, **inputs):
            return None if sorted(answer) == sorted(expected) else "not the same numbers"

        assert self.judged([4.0, 2.0], verify=verify)[0] is None
        found, _ = self.judged([4.0, 3.0], verify=verify)
        assert found.message == "Twice x.\nnot the same numbers"

    @pytest.mark.parametrize("answer", [None, 3, [[1.0], None]])
    def test_verify_may_trip_over_an_answer(self, answer):
        def verify(expected, answer, **inputs):
            return None if sorted(answer) == sorted(expected) else "no"

        assert self.judged(answer, verify=verify)[0].kind


class TestUnderPlainPytest:
    def test_the_reference_passes_its_own_checks(self, course_folder, chapter):
        options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--import-mode=importlib"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, str(chapter.checks)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert " passed" in done.stdout
        assert "failed" not in done.stdout

    def test_a_probe_that_disagrees_fails(self):
        counter = itertools.count()

        @probe("e", a=[1.0])
        def test_it(gl, a):
            """Counts."""
            return next(counter)

        with (
            probes.bench.judging(lambda *_: probes.Finding("value", "Counts.")),
            pytest.raises(pytest.fail.Exception, match="Counts"),
        ):
            test_it()

    def test_the_bench_is_given_back(self):
        before = probes.bench.judge
        with pytest.raises(ValueError, match="inside"), probes.bench.judging(lambda *_: None):
            raise ValueError("inside")
        assert probes.bench.judge == before


def test_every_case_has_a_sentence_for_the_student(cases):
    for each in cases:
        assert each.says
        assert "{" not in each.says
        assert not isinstance(each.inputs(), Drawn)
