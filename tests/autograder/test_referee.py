"""What one submission is worth, and what is said about it: through a referee, as in use."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from gradloom_grader import build, holes, intake, probes, referee, report
from gradloom_grader.chapters import read_course
from gradloom_grader.jail import Jail, Limits, Outcome, Question
from gradloom_grader.rehearsal import Rehearsal
from gradloom_grader.session import Client

COURSE = Path(__file__).parents[2] / "course"
SCHEMA = json.loads(Path(report.__file__).with_name("report.schema.json").read_text("utf-8"))
WRONG_NEGATE = {"ops.Negate.forward": "def forward(self, a):\n    return 2 * a"}
BEYOND_THE_REFERENCE = {
    "ops.Exp.forward": "def forward(self, a):\n    return 0 * a",
    "ops.Sub.backward": (
        "def backward(self, out_grad, node):\n"
        "    one = Exp()(0 * out_grad)\n"
        "    return out_grad * one, -out_grad * one"
    ),
}
WRONG_MUL = {"ops.Mul.backward": "def backward(self, out_grad, node):\n    return None, None"}


def statuses(found) -> dict[str, str]:
    return {e.id: e.status for e in found.exercises}


@pytest.fixture(scope="module")
def broken_negate(grade, rehearsal):
    return grade(rehearsal.filled(WRONG_NEGATE))


def test_a_mistake_that_only_the_student_s_way_meets_is_carried_too(grade, rehearsal, result):
    """The reference of `sub-backward` knows no exp; a group that needs it has it filled."""
    found = result(grade(rehearsal.filled(BEYOND_THE_REFERENCE)), "sub-backward")
    assert found.status == "carried"
    assert "only because of unary-forward" in found.because


def replaced(notebook: dict, name: str, source: str) -> dict:
    cells = [{**c, "source": source} if c["id"] == name else c for c in notebook["cells"]]
    return {**notebook, "cells": cells}


def test_the_release_scores_exactly_nothing(grade, release):
    found = grade(release)
    assert found.score == 0.0
    assert set(statuses(found).values()) == {"not attempted"}
    assert not found.repairs
    assert not found.rejected


def test_the_solution_scores_everything(solved_report, chapter):
    assert solved_report.score == solved_report.max_score == chapter.max_score
    assert set(statuses(solved_report).values()) == {"passed"}
    assert not solved_report.repairs
    assert not solved_report.flags


def test_the_same_notebook_gives_the_same_report_to_the_byte(grade, rehearsal, broken_negate):
    again = grade(rehearsal.filled(WRONG_NEGATE))
    assert again.to_json() == broken_negate.to_json()


def test_outputs_ids_and_metadata_do_not_change_the_report(grade, rehearsal, solved_report):
    notebook = rehearsal.solved()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "100"}]
            cell["execution_count"] = 7
    notebook["metadata"]["kernelspec"]["name"] = "another"
    again = grade(notebook)
    assert again == replace(solved_report, key=again.key)


@pytest.mark.parametrize("exercise", ["unary-forward", "pow-backward", "chain-by-hand"])
def test_a_syntax_error_costs_its_own_cell_only(grade, rehearsal, result, exercise):
    notebook = rehearsal.solved()
    source = next(c["source"] for c in notebook["cells"] if c["id"] == exercise)
    found = grade(replaced(notebook, exercise, source + "\n)\n"))
    assert found.score == found.max_score - result(found, exercise).max_points
    assert result(found, exercise).points == 0
    assert "SyntaxError" in result(found, exercise).because


def test_a_cell_that_raises_keeps_what_it_defined_before(grade, rehearsal, solved_report):
    notebook = rehearsal.solved()
    source = next(c["source"] for c in notebook["cells"] if c["id"] == "mul-backward")
    found = grade(replaced(notebook, "mul-backward", source + "\nraise ValueError('later')\n"))
    assert found.score == solved_report.score


def test_a_cell_that_never_ends_costs_its_own_exercise(grade, rehearsal, result):
    notebook = rehearsal.solved()
    found = grade(replaced(notebook, "chain-by-hand", "while True:\n    pass\n"))
    assert found.score == found.max_score - 10
    assert "took longer than" in result(found, "chain-by-hand").because


class TestErrorCarriedForward:
    def test_dependents_keep_their_marks_and_name_the_guilty(self, broken_negate, result):
        guilty = result(broken_negate, "unary-forward")
        assert guilty.points < guilty.max_points
        assert broken_negate.score == broken_negate.max_score - guilty.max_points / 10
        carried = [e for e in broken_negate.exercises if e.status == "carried"]
        assert carried
        assert all("unary-forward" in e.because for e in carried)
        assert all(e.points == e.max_points for e in carried)

    def test_also_where_the_dependency_was_not_attempted(self, grade, rehearsal, release, result):
        stub = next(c["source"] for c in release["cells"] if c["id"] == "unary-forward")
        found = grade(replaced(rehearsal.solved(), "unary-forward", stub))
        assert statuses(found)["unary-forward"] == "not attempted"
        assert found.score == found.max_score - 15
        carried = [e for e in found.exercises if e.status == "carried"]
        assert "sub-backward" in {e.id for e in carried}
        assert all("unary-forward" in e.because for e in carried)

    def test_a_mistake_of_ones_own_is_not_carried(self, grade, rehearsal, result):
        own = {"ops.Sub.backward": "def backward(self, out_grad, node):\n    return -1, -1"}
        found = grade(rehearsal.filled(WRONG_NEGATE | own))
        assert result(found, "sub-backward").points == 0
        assert result(found, "sub-backward").status == "failed"

    def test_it_helps_in_the_other_direction_of_the_page_too(self, grade, rehearsal, result):
        found = grade(rehearsal.filled(WRONG_MUL))
        assert result(found, "chain-by-hand").status == "carried"
        assert "mul-backward" in result(found, "chain-by-hand").because

    def test_what_came_out_of_an_alone_run_is_not_told(self, grade, rehearsal, result):
        """In it the reference fills other holes: only pass or fail leave it."""
        tell = (
            "def chain_by_hand(d, out_grad):\n"
            "    c, _ = d._inputs\n"
            "    grad_c, grad_w = d._op.backward(out_grad, d)\n"
            "    print('CANARY', grad_w.data)\n"
            "    raise ValueError(f'CANARY {grad_w.data}')\n"
        )
        found = grade(rehearsal.filled(WRONG_MUL | {"pieces.chain_by_hand": tell}))
        assert result(found, "chain-by-hand").points == 0
        assert "CANARY" not in found.to_json()

    def test_the_reference_of_a_hole_never_grades_that_hole(self, grade, rehearsal, result):
        """A wrong hole fails alone as well, whatever else is filled."""
        everything = {
            hole: "def forward(self, *arrays):\n    return 0 * arrays[0] - 7"
            for hole in rehearsal.chapter.exercise_of
            if hole.endswith("forward") and "Scalar" not in hole
        }
        found = grade(rehearsal.filled(everything))
        assert result(found, "arithmetic-forward").points == 0
        assert result(found, "unary-forward").points == 0
        assert result(found, "mul-backward").points == 7


GATED = '''

@probe("chain-by-hand", gate=True, a=[2.0], b=[3.0], w=[4.0], g=[9.0])
def test_gate(gl, a, b, w, g):
    """What is right has to pass."""
    x, y, z = (gl.Tensor(v, requires_grad=True) for v in (a, b, w))
    d = gl.ops.Mul()(gl.ops.Mul()(x, y), z)
    return gl.pieces.chain_by_hand(d, gl.Tensor(g))
'''
CHAIN = (
    "def chain_by_hand(d, out_grad):\n"
    "    c, _ = d._inputs\n"
    "    {0}\n"
    "    grad_c, grad_w = d._op.backward(out_grad, d)\n"
    "    return (*c._op.backward(grad_c, c), grad_w)"
)
SHUTS_THE_GATE = CHAIN.format("if out_grad.data.flat[0] == 9:\n        raise ValueError")
MISSES_A_PART = CHAIN.format("if d.shape == (2,):\n        raise ValueError")


@pytest.fixture(scope="module")
def gated(course_folder, tmp_path_factory):
    """A referee of a chapter in which chain-by-hand has two parts and a gate."""
    folder = shutil.copytree(course_folder, tmp_path_factory.mktemp("gates") / "course")
    checks = folder / "chapters" / "04_elementwise" / "checks.py"
    text = checks.read_text("utf-8")
    for name, part in (("a=[2.0, 3.0], b=[4.0, 5.0], w", "numbers"), ("**{name:", "any")):
        text = text.replace(f'"chain-by-hand", {name}', f'"chain-by-hand", part="{part}", {name}')
    checks.write_text(text + GATED, "utf-8")
    with Client(folder, "04_elementwise") as client:
        yield client


class TestGates:
    """A bank exercise earns the share of bugs that it catches, and nothing behind a gate."""

    @pytest.fixture
    def chain(self, gated, rehearsal, result):
        """The result of chain-by-hand with this piece, and others in other holes."""

        def chain(piece=None, others=WRONG_MUL):
            pieces = {"pieces.chain_by_hand": piece} if piece else {}
            notebook = rehearsal.filled({**others, **pieces})
            return result(gated.grade(json.dumps(notebook).encode()), "chain-by-hand")

        return chain

    def test_what_is_right_passes(self, chain):
        assert chain(others={}).status == "passed"

    def test_a_part_that_is_missed_costs_its_share(self, chain):
        found = chain(MISSES_A_PART, others={})
        assert (found.points, found.status) == (5, "partly")

    def test_behind_a_gate_nothing_is_earned(self, chain):
        found = chain(SHUTS_THE_GATE, others={})
        assert (found.points, found.status) == (0, "failed")
        assert found.because == "What is right has to pass."
        assert [probe.name for probe in found.probes if not probe.passed] == ["gate"]

    def test_a_gate_shut_by_another_exercise_is_carried(self, chain):
        found = chain()
        assert (found.points, found.status) == (10, "carried")

    def test_alone_a_missed_part_costs_its_share_too(self, chain):
        assert chain(MISSES_A_PART).points == 5

    def test_alone_nothing_is_earned_behind_a_gate_either(self, chain):
        assert chain(SHUTS_THE_GATE).points == 0


def test_misconceptions_are_not_sought_where_all_is_carried(
    course, chapter, cases, rehearsal, monkeypatch
):
    """They take their time, and the guilty exercise has its own."""

    runs = []

    class FakeJail:
        limits, description, until = Limits(), "a jail", 0.0

        def run(self, cells, questions, **how):
            runs.append(how)
            alone = {case.key: expected[case.key] for case in cases} if "filled" in how else {}
            return Outcome(cells={}, answers=alone, flags=[])

    judge = lambda cases, finding: {c.key: f for c in cases if (f := finding(c))}  # noqa: E731
    graded = referee.Referee(course, chapter, rehearsal.source, FakeJail(), cases, judge)
    raw = json.dumps(rehearsal.solved()).encode()
    grading = referee.Grading(graded, intake.read(raw, chapter, rehearsal.source), {})
    expected = grading.expected
    report = grading.report(key="")
    carried = {e.id for e in report.exercises if e.status == "carried"}
    assert "sub-backward" in carried
    assert not carried & grading.matches.keys()
    assert len(runs) == 1 + len(graded.groups), "whoever can runs alone side by side"


class TestInputs:
    ECHO = "def backward(self, out_grad, node):\n    raise ValueError(list(out_grad.data.flat))"
    PRINT = (
        "def backward(self, out_grad, node):\n"
        "    print('seen', float(out_grad.data.flat[0]))\n    return None"
    )

    def test_hidden_inputs_differ_between_submissions(self, cases, course_folder):
        case = next(c for c in cases if c.key == "mul_any")
        one, other, same = (case.inputs(seed)["a"] for seed in (b"one", b"two", b"one"))
        assert (one != other).all()
        assert (one == same).all()

    def test_the_seed_is_the_submission_and_the_secret(self, course, rehearsal, release, grade):
        """Nothing is asked of a submission that differs only where nothing runs."""
        keys = {grade(n).key for n in (release, rehearsal.solved(), rehearsal.filled(WRONG_MUL))}
        assert len(keys) == 3

    def test_hidden_messages_hold_no_number_of_inputs_or_expected_values(
        self, grade, rehearsal, cases
    ):
        """Not even where the student's code raises them."""
        found = grade(rehearsal.filled({"ops.Mul.backward": self.ECHO}))
        hidden = {c.key for c in cases if not c.visible}
        messages = [p.message for e in found.exercises for p in e.probes if p.name in hidden]
        assert messages
        assert not [m for m in messages if re.search(r"\d\.\d", m)]

    def test_a_class_name_is_told_only_if_it_is_builtin(self, grade, rehearsal, cases):
        piece = (
            "def backward(self, out_grad, node):\n"
            "    raise type(f'E{out_grad.data.flat[0]}', (Exception,), {})"
        )
        found = grade(rehearsal.filled({"ops.Mul.backward": piece}))
        hidden = {c.key for c in cases if not c.visible}
        messages = [p.message for e in found.exercises for p in e.probes if p.name in hidden]
        assert any("an error of its own" in m for m in messages)
        assert not [m for m in messages if re.search(r"E-?\d", m)]

    def test_a_returned_shape_does_not_come_back(self, grade, rehearsal, cases):
        piece = (
            "def backward(self, out_grad, node):\n"
            "    n = int(abs(out_grad.data.flat[0]) * 10)\n"
            "    return Tensor(np.zeros((n + 70, 1))), node"
        )
        found = grade(rehearsal.filled({"ops.Mul.backward": piece}))
        probe = next(p for e in found.exercises for p in e.probes if p.name == "mul_any")
        assert not probe.passed
        assert set(re.findall(r"\d+", probe.message)) <= {"64", "32", "3", "5", "4"}

    def test_a_visible_probe_shows_what_was_asked_came_and_was_expected(
        self, grade, rehearsal, result
    ):
        found = grade(rehearsal.filled({"ops.Mul.backward": _keeps_factors()}))
        probe = next(p for p in result(found, "mul-backward").probes if p.name == "mul_numbers")
        for word in ("asked: a = [2., 3.]", "came:", "expected:", "they part"):
            assert word in probe.message


def _keeps_factors() -> str:
    return (
        "def backward(self, out_grad, node):\n    a, b = node._inputs\n"
        "    return out_grad * a, out_grad * b"
    )


def test_large_wrong_answers_cost_no_other_exercise_anything(grade, rehearsal, result):
    """A shape gone wrong makes answers of megabytes; the questions behind them are still heard."""
    piece = (
        "def backward(self, out_grad, node):\n    a, b = node._inputs\n"
        "    return Tensor(np.ones((3000, 1))) * b, out_grad * a"
    )
    found = grade(rehearsal.filled({"ops.Mul.backward": piece}))
    assert found.score == found.max_score - result(found, "mul-backward").max_points
    assert not found.flags


def test_a_large_answer_does_not_block_the_questions_behind_it(jail):
    """Both sides would wait for each other: one to be read, the other to send more."""
    large, small = ("def ask(gl, x): return np.ones(500_000)", "def ask(gl, x): return 1.0")
    questions = [Question("large", large, {"x": np.ones(180)})]
    questions += [Question(str(n), small, {"x": np.ones(180)}) for n in range(60)]
    outcome = jail.run([], [questions])
    assert not outcome.flags
    assert outcome.answers["large"].shape == (500_000,)
    assert outcome.answers["59"] == 1.0


class TestTheReport:
    def test_validates_against_its_schema(self, grade, rehearsal, release, solved_report):
        reports = [
            solved_report,
            grade(release),
            grade(b"not a notebook"),
            grade(rehearsal.filled(WRONG_NEGATE | WRONG_MUL)),
        ]
        for found in reports:
            jsonschema.validate(json.loads(found.to_json()), SCHEMA)

    def test_the_schema_rejects_what_is_no_report(self, solved_report):
        data = json.loads(solved_report.to_json())
        data["exercises"][0]["status"] = "splendid"
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(data, SCHEMA)

    def test_an_unreadable_notebook_is_worth_nothing_and_is_told_why(self, grade):
        found = grade(b"\x00")
        assert found.score == 0
        assert "hand in the .ipynb file" in found.rejected
        assert set(statuses(found).values()) == {"not attempted"}

    def test_names_the_jail(self, solved_report):
        assert "bubblewrap" in solved_report.jail

    def test_the_sum_of_the_exercises_is_the_score(self, broken_negate):
        assert broken_negate.score == pytest.approx(sum(e.points for e in broken_negate.exercises))


@pytest.mark.parametrize(
    ("exercise", "needs"),
    [
        ("sub-backward", "ops.Negate.forward"),
        ("chain-by-hand", "ops.Mul.backward"),
        ("log-exp-sqrt-backward", "tensor.Tensor.__truediv__"),
    ],
)
def test_what_an_exercise_enters_is_recorded(course, chapter, cases, exercise, needs):
    class FakeJail:
        limits, description = "limits", "a jail"

    judge = referee.Referee(course, chapter, {"cells": []}, FakeJail, cases, lambda *_: {})
    entered = judge.needs[exercise]
    assert needs in entered
    assert not entered & set(next(e for e in chapter.exercises if e.id == exercise).holes)
    assert entered <= set(chapter.exercise_of)


def test_the_kit_of_the_worker_holds_no_reference(course, chapter):
    """Every hole of this and later chapters is a stub in what the jail is given."""
    kit = build.kit_sources(course, chapter)
    for hole in course.due(chapter):
        assert holes.is_untouched(holes.find(kit, hole).node), hole


@pytest.mark.parametrize("name", [each.name for each in read_course(COURSE).chapters])
def test_a_kit_with_its_holes_filled_is_right(name):
    """Each of a chapter's holes can be filled where it stands, and then all is as expected."""
    course = read_course(COURSE)
    chapter = course.chapter(name)
    given = intake.given_cells(Rehearsal(course, chapter).source)
    cases = probes.collect(chapter.checks)
    with Jail(build.kit_sources(course, chapter), given=given) as jail:
        filled = referee.Referee(course, chapter, {"cells": []}, jail, cases, None)
        asked = {case.key: filled.drawn(case, b"some seed") for case in cases}
        questions = [question for question, _ in asked.values()]
        answers = jail.run([], [questions], filled=filled.pieces).answers
    judged = [
        probes.judge(c, asked[c.key][0].inputs, asked[c.key][1], answers[c.key]) for c in cases
    ]
    assert judged == [None] * len(cases)
