"""The kill matrix of chapter 4: the checks reject every wrong piece and accept every right one.

One row is one notebook, graded as a student's would be.
"""

import itertools
from pathlib import Path

import pytest
from gradloom_grader import holes, probes
from gradloom_grader.answers import read_answers
from gradloom_grader.chapters import read_chapter
from gradloom_grader.kit import compare

CHAPTER = Path(__file__).parents[2] / "course" / "chapters" / "04_elementwise"
ANSWERS = {answer.name: answer for answer in read_answers(CHAPTER / "answers.py")}
WRONG = [name for name, answer in ANSWERS.items() if not answer.right]
RIGHT = [name for name, answer in ANSWERS.items() if answer.right]
EXERCISE_OF = read_chapter(CHAPTER).exercise_of
DEGENERATE = {
    "zeros": "0.0 * {0}",
    "ones": "0.0 * {0} + 1.0",
    "first": "{0}",
    "last": "{1}",
}


@pytest.fixture(scope="module")
def reports(referees, rehearsal):
    """A report for each answer alone in a notebook that is otherwise right."""
    futures = {n: referees.submit(rehearsal.solved(a)) for n, a in ANSWERS.items()}
    return {name: future.result() for name, future in futures.items()}


def exercises_of(name: str) -> set[str]:
    return {EXERCISE_OF[hole].id for hole in ANSWERS[name].holes}


@pytest.mark.parametrize("name", WRONG)
def test_a_misconception_costs_marks_where_it_was_made_and_nowhere_else(reports, name):
    lost = {e.id for e in reports[name].exercises if e.points < e.max_points}
    assert lost == exercises_of(name)


@pytest.mark.parametrize("name", WRONG)
def test_no_misconception_survives_by_luck(engine, cases, name):
    """Whatever the hidden inputs are."""
    mine = [c for c in cases if c.probe.exercise in exercises_of(name)]
    piece = holes.load(_runnable(engine, ANSWERS[name].pieces))
    right = holes.load(engine)
    for seed in range(20):
        assert any(_fails(case, piece, right, bytes([seed])) for case in mine), seed


def _runnable(engine, pieces):
    """The engine with pieces; their modules know what the chapter's first cell imports."""
    filled = holes.fill(engine, pieces)
    for module in {holes.module_of(hole) for hole in pieces} - {"ops"}:
        filled[module] += "\nimport numpy as np\nfrom . import ops\nfrom .ops import *\n"
    return filled


def _fails(case, piece, right, seed: bytes) -> bool:
    inputs = case.inputs(seed)
    try:
        answer = case.expected(piece, inputs)
    except Exception:
        return True
    return bool(probes.judge(case, inputs, case.expected(right, inputs), answer))


@pytest.mark.parametrize("name", RIGHT)
def test_an_alternative_keeps_full_marks(reports, name):
    assert reports[name].score == reports[name].max_score
    assert {e.status for e in reports[name].exercises} == {"passed"}


@pytest.mark.parametrize("name", WRONG)
def test_a_misconception_is_recognised(reports, name, engine, cases):
    """By its name, or by that of another which gives the same answers."""
    for result in reports[name].exercises:
        if result.id in exercises_of(name):
            assert result.hint
            assert result.misconception == name or _answer_alike(
                engine, [c for c in cases if c.probe.exercise == result.id], name, result
            )


def _answer_alike(engine, cases, name, result) -> bool:
    one, other = (
        holes.load(_runnable(engine, ANSWERS[n].pieces)) for n in (name, result.misconception)
    )
    return all(_same(case, one, other) for case in cases)


def _same(case, one, other) -> bool:
    answers = []
    for gl in (one, other):
        try:
            answers.append(case.expected(gl, case.inputs()))
        except Exception as error:
            answers.append(type(error).__name__)
    return compare.difference(*answers) is None


def _degenerate(engine, hole: str, body: str) -> str:
    """A piece that returns something of the right shape and nothing else."""
    where = holes.find(engine, hole)
    names = [a.arg for a in where.node.args.args]
    arguments = [n for n in names if n != "self" or hole.startswith("tensor.")]
    if hole.endswith(".backward"):
        arguments = arguments[:1]
    value = body.format(arguments[0], arguments[-1])
    count = {"chain_by_hand": 3, "backward": _operands(engine, hole)}.get(hole.split(".")[-1], 1)
    return f"def {where.node.name}({', '.join(names)}):\n    return {', '.join([value] * count)}"


def _operands(engine, hole: str) -> int:
    """How many gradients a backward returns: one for each argument of its forward."""
    forward = holes.find(engine, hole.replace("backward", "forward")).node
    return len(forward.args.args) - 1


def _rounds() -> list[list[str]]:
    """The holes, at most one of an exercise in a round."""
    exercises = [e.holes for e in read_chapter(CHAPTER).exercises]
    return [[h for h in row if h] for row in itertools.zip_longest(*exercises)]


ROUNDS = _rounds()


@pytest.fixture(scope="module")
def degenerate(referees, rehearsal, engine):
    """Reports on notebooks with one degenerate hole in every exercise that has so many."""

    def notebook(number, kind):
        pieces = {h: _degenerate(engine, h, DEGENERATE[kind]) for h in ROUNDS[number]}
        return rehearsal.filled(pieces)

    rows = itertools.product(range(len(ROUNDS)), DEGENERATE)
    futures = {row: referees.submit(notebook(*row)) for row in rows}
    return {row: future.result() for row, future in futures.items()}


@pytest.mark.parametrize("kind", DEGENERATE)
@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_a_piece_that_computes_nothing_loses_its_whole_part(degenerate, cases, number, kind):
    """Zeros, ones, the input or the upstream gradient earn nothing; all the rest keeps its marks,
    though every exercise stands on broken ones."""
    touched = {EXERCISE_OF[hole].id for hole in ROUNDS[number]}
    for result in degenerate[number, kind].exercises:
        parts = {c.part for c in cases if c.probe.exercise == result.id}
        share = 1 / len(parts) if result.id in touched else 0
        expected = result.max_points * (1 - share)
        assert result.points == pytest.approx(expected, abs=1e-6), (result.id, ROUNDS[number])
