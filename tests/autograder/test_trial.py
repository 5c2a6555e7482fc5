"""What is known of answers without a notebook."""

import pytest
from gradloom_grader import trial
from gradloom_grader.errors import AuthorError
from gradloom_grader.trial import Trial


@pytest.fixture(scope="module")
def tried(course, chapter):
    return Trial(course, chapter)


@pytest.fixture
def exercise(chapter):
    return lambda name: next(e for e in chapter.exercises if e.id == name)


def test_parts_and_the_holes_of_the_exercise_that_their_probes_enter(tried, exercise):
    assert tried.parts(exercise("mul-backward")) == {"": {"ops.Mul.backward"}}
    parts = tried.parts(exercise("arithmetic-forward"))
    assert parts == {name: {f"ops.{name}.forward"} for name in ("Sub", "Div", "Pow")}


def test_a_wrong_answer_fails_and_a_right_one_does_not(tried):
    (case,) = [c for c in tried.cases if c.key == "mul_numbers"]
    assert tried.fails(tried.suspects["keeps-its-own-factor"], case)
    assert not tried.fails(tried.suspects["product-by-index"], case)


def test_slow_exercises_are_left_out_only_where_nobody_needs_them(course, chapter, monkeypatch):
    monkeypatch.setattr(trial, "SLOW", -1.0)
    slow = Trial(course, chapter).slow
    assert "chain-by-hand" in slow
    assert not slow & {"mul-backward", "unary-forward", "operators"}


def test_an_exercise_that_is_left_out_is_not_attempted(rehearsal, grade):
    found = grade(rehearsal.solved(without={"chain-by-hand"}))
    assert {e.id for e in found.exercises if e.status != "passed"} == {"chain-by-hand"}
    assert {e.status for e in found.exercises} == {"passed", "not attempted"}


def test_an_answer_to_no_exercise_of_the_chapter_is_refused(course_folder):
    with trial.snapshot(course_folder, "04_elementwise") as course:
        chapter = course.chapter("04_elementwise")
        text = '@right("ops.Add.forward")\ndef plus(self, a, b):\n    return a + b\n'
        chapter.answers.write_text(text, "utf-8")
        with pytest.raises(AuthorError, match=r"answers.py:2: plus fills ops.Add.forward, which"):
            Trial(course, chapter)
