"""Which misconceptions explain wrong answers: only those that give all of them."""

import ast
import inspect
import textwrap

import numpy as np
import pytest
from gradloom_grader import holes, probes
from gradloom_grader.answers import Answer
from gradloom_grader.chapters import Exercise
from gradloom_grader.diagnosis import Diagnosis, Evidence, Suspect
from gradloom_grader.jail import Fault
from gradloom_grader.probes import Case, Probe, normal

ENGINE = {
    "__init__": "from . import ops\n",
    "ops": (
        "import threading\n\nimport numpy as np\n\n\n"
        "class Switch(threading.local):\n    on = True\n\n\nswitch = Switch()\n\n\n"
        'def double(x):\n    """Twice."""\n    return x + x\n\n\n'
        'def square(x):\n    """Squared."""\n    return x * x\n'
    ),
}
EXERCISE = Exercise("both", ("ops.double", "ops.square"), 4, 1, 1, 1)


def ask_double(gl, x):
    """double"""
    return gl.ops.double(x)


def ask_square(gl, x):
    """square"""
    return gl.ops.square(x)


def wrong(name: str, hole: str, body: str) -> Answer:
    return Answer(name, False, f"hint of {name}", {hole: f"def {hole[4:]}(x):\n    {body}"}, 1)


SUSPECTS = [
    wrong("adds-one", "ops.double", "return x + 1"),
    wrong("returns-x", "ops.double", "return x"),
    wrong("raises", "ops.double", "raise ValueError('mine')"),
    wrong("never-ends", "ops.double", "while True: pass"),
    wrong("doubles", "ops.square", "return x + x"),
    wrong("breaks", "ops.square", "return undefined"),
]
CASES = [
    Case(f"{part}-{n}", Probe(body, "both", {"x": x}, part, False, False, None), {})
    for part, body in (("double", ask_double), ("square", ask_square))
    for n, x in enumerate(([1.5, 2.0], normal(2)))
]


@pytest.fixture
def explain(monkeypatch):
    monkeypatch.setattr("gradloom_grader.diagnosis.SECONDS", 0.05)
    diagnosis = Diagnosis(ENGINE, SUSPECTS)

    def explain(double=lambda x: x + x, square=lambda x: x * x) -> list[str]:
        evidence = []
        for case in CASES:
            x = case.inputs(b"seed")["x"]
            right = x + x if case.part == "double" else x * x
            answer = double(x) if case.part == "double" else square(x)
            finding = probes.judge(case, {"x": x}, right, answer)
            enters = frozenset({f"ops.{case.part}"})
            evidence.append(Evidence(case, {"x": x}, right, answer, finding, enters))
        return sorted(found.answer.name for found in diagnosis.explain(EXERCISE, evidence))

    return explain


def test_equal_answers_are_recognised(explain):
    assert explain(double=lambda x: x + 1) == ["adds-one"]
    assert explain(square=lambda x: x + x) == ["doubles"]


def test_two_parts_can_have_two_misconceptions(explain):
    assert explain(lambda x: x, lambda x: x + x) == ["doubles", "returns-x"]


def test_an_error_equals_an_error_of_the_same_name(explain):
    assert explain(double=lambda x: Fault("error", "ValueError", True, "other words")) == ["raises"]
    assert explain(double=lambda x: Fault("error", "TypeError", True)) == []


def test_one_that_never_ends_is_stopped_and_recognised(explain):
    assert explain(double=lambda x: Fault("timeout")) == ["never-ends"]


def test_what_goes_on_after_it_was_stopped_is_stopped_again(monkeypatch):
    monkeypatch.setattr("gradloom_grader.diagnosis.SECONDS", 0.05)
    stubborn = "try:\n        while True: pass\n    except BaseException:\n        while True: pass"
    suspect = Suspect(holes.load(ENGINE), wrong("stubborn", "ops.double", stubborn))
    assert suspect.answer_to(CASES[0], {"x": 1}) == Fault("timeout")


@pytest.mark.parametrize(
    "double",
    [
        lambda x: x + 1.0001,
        lambda x: np.where(x == 1.5, x + 1, x + x),  # like one in some cases only
        lambda x: None,
        lambda x: Fault("died"),
    ],
)
def test_what_nothing_explains_stays_unexplained(explain, double):
    assert explain(double=double) == []


@pytest.mark.parametrize("body", ["switch.on = False", "switch.on = False\n    raise ValueError"])
def test_what_an_answer_switches_off_is_on_for_the_next(body):
    engine = holes.load(ENGINE)
    Suspect(engine, wrong("leaves-it-off", "ops.double", body)).answer_to(CASES[0], {"x": 1})
    assert engine.ops.switch.on


def test_an_answer_has_what_its_file_imports():
    pieces = {"ops.double": "def double(x):\n    return twice(square(x)) + pi"}
    imports = "from math import pi\nfrom gradloom.ops import double as twice, square"
    suspect = Suspect(holes.load(ENGINE), Answer("imports", False, "", pieces, 1, imports))
    assert suspect.answer_to(CASES[0], {"x": 1}) == 2 + np.pi


def test_nothing_wrong_needs_no_explanation(explain):
    assert explain() == []


def test_the_module_runs_no_students_code():
    """It imports nothing that could ask a worker."""
    source = textwrap.dedent(inspect.getsource(inspect.getmodule(Diagnosis)))
    names = {n.name for x in ast.walk(ast.parse(source)) if isinstance(x, ast.ImportFrom)
             for n in x.names}  # fmt: skip
    assert "Jail" not in names
