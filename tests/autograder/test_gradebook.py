"""The gradebook is brought up to the reports: only by what differs, and at any moment again."""

import shutil
from datetime import datetime, timedelta

import pytest
from gradloom_grader import gradebook
from gradloom_grader.errors import GradebookError, SetupError
from gradloom_grader.report import ExerciseResult, QuestionResult, Report
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from sqlalchemy import text
from sqlalchemy.orm import Session
from traitlets.config import Config

CHAPTER = "04_elementwise"


@pytest.fixture
def url(course_folder, tmp_path):
    """A copy of the gradebook with the chapter released."""
    shutil.copy(course_folder / "gradebook.db", tmp_path)
    return f"sqlite:///{tmp_path / 'gradebook.db'}"


@pytest.fixture
def book(url):
    with Gradebook(url) as book:
        yield book


@pytest.fixture
def make(chapter):
    """A report in which every exercise has this share of its points."""

    def make(share=1.0, answered=True, attempted=True) -> Report:
        status = "passed" if attempted else "not attempted"
        results = tuple(
            ExerciseResult(e.id, e.points * share, e.points, status, "") for e in chapter.exercises
        )
        questions = tuple(QuestionResult(q.id, q.points, answered) for q in chapter.questions)
        score = sum(r.points for r in results)
        return Report(
            chapter.name, score, chapter.max_score, 5, "jail", "key",
            exercises=results, questions=questions,
        )  # fmt: skip

    return make


def bring_up(url: str, reports) -> list[str]:
    with Gradebook(url) as book:
        return gradebook.bring_up(book, CHAPTER, reports)


def hand_in(url: str, report, time, method="none") -> bool:
    """Bring up one student's rows, with nbgrader's penalty for being late."""
    config = Config()
    config.LateSubmissionPlugin.penalty_method = method
    with gradebook.opened(url, CHAPTER, config) as ledger:
        return ledger.bring_up("ada", report, time)


def rows(url: str) -> dict:
    """Everything of the class that a run may change."""
    with Gradebook(url) as book:
        return {
            (s.student.id, grade.cell.name): (
                grade.auto_score,
                grade.manual_score,
                grade.needs_manual_grade,
                s.timestamp,
            )
            for s in book.assignment_submissions(CHAPTER)
            for notebook in s.notebooks
            for grade in notebook.grades
        }


def test_scores_are_equal_to_the_last_digit(url, make):
    third = make(share=1 / 3)
    bring_up(url, {"ada": third})
    with Gradebook(url) as book:
        submission = book.find_submission(CHAPTER, "ada")
        assert submission.score == pytest.approx(third.score, abs=0)
        assert submission.max_score == third.max_score + third.manual_max
    found = rows(url)
    for result in third.exercises:
        assert found["ada", f"{result.id}-check"][0] == result.points


def test_a_second_run_changes_nothing(url, make, monkeypatch):
    reports = {"ada": make(), "alan": make(share=0.5)}
    assert bring_up(url, reports) == ["ada", "alan"]
    before = rows(url)
    assert bring_up(url, reports) == []
    assert rows(url) == before


def test_only_who_differs_is_written(url, make):
    reports = {"ada": make(), "alan": make(share=0.5)}
    bring_up(url, reports)
    assert bring_up(url, {**reports, "alan": make(share=0.25)}) == ["alan"]


def test_manual_scores_stay_and_are_flagged_only_if_the_automatic_part_changed(url, make):
    bring_up(url, {"ada": make(share=0.5)})
    with Gradebook(url) as book:
        grade = book.find_grade("mul-backward-check", CHAPTER, CHAPTER, "ada")
        grade.manual_score = 6.25
        grade.needs_manual_grade = False
        book.db.commit()
    bring_up(url, {"ada": make(share=0.5)})
    assert rows(url)["ada", "mul-backward-check"][:3] == (3.5, 6.25, False)
    bring_up(url, {"ada": make(share=1.0)})
    assert rows(url)["ada", "mul-backward-check"][:3] == (7.0, 6.25, True)


def test_a_graded_answer_in_words_stays_graded(url, make):
    bring_up(url, {"ada": make()})
    assert rows(url)["ada", "why-upstream"][:3] == (None, None, True)
    with Gradebook(url) as book:
        grade = book.find_grade("why-upstream", CHAPTER, CHAPTER, "ada")
        grade.manual_score, grade.needs_manual_grade = 4.0, False
        book.db.commit()
    assert bring_up(url, {"ada": make()}) == []
    assert rows(url)["ada", "why-upstream"][:3] == (None, 4.0, False)


def test_no_answer_in_words_is_worth_nothing_and_waits_for_nobody(url, make):
    bring_up(url, {"ada": make(answered=False)})
    assert rows(url)["ada", "why-upstream"][:3] == (0.0, None, False)


def test_a_solution_cell_without_work_says_so(url, make):
    bring_up(url, {"ada": make(share=0.0, attempted=False), "alan": make()})
    with Gradebook(url) as book:
        comments = [
            book.find_comment("mul-backward", CHAPTER, CHAPTER, s).comment for s in ("ada", "alan")
        ]
    assert comments == ["No response.", None]


def test_the_time_of_handing_in_is_kept(url, make):
    when = datetime(2026, 3, 1, 12)
    assert hand_in(url, make(), when)
    assert {row[3] for row in rows(url).values()} == {when}
    assert not hand_in(url, make(), when)
    assert not hand_in(url, make(), None)


DUE = datetime(2026, 3, 1, 12)
LATE = DUE + timedelta(seconds=1)


@pytest.fixture
def due(url):
    """The chapter is due, and the plug-in takes everything from who is late."""
    with Gradebook(url) as book:
        book.update_or_create_assignment(CHAPTER, duedate=DUE)


def penalty(url: str) -> float | None:
    with Gradebook(url) as book:
        return book.find_submission_notebook(CHAPTER, CHAPTER, "ada").late_submission_penalty


@pytest.mark.parametrize(
    ("time", "method", "taken"),
    [(LATE, "zero", 60.0), (LATE, "none", None), (DUE, "zero", None), (None, "zero", None)],
)
def test_who_is_late_pays_what_the_plug_in_says(url, due, make, time, method, taken):
    hand_in(url, make(share=0.5), time, method)
    assert penalty(url) == taken
    assert not hand_in(url, make(share=0.5), time, method)


def test_an_extension_and_better_marks_change_the_penalty(url, due, make):
    hand_in(url, make(share=0.5), LATE, "zero")
    assert hand_in(url, make(), LATE, "zero")
    assert penalty(url) == 120
    with Gradebook(url) as book:
        book.find_grade("mul-backward-check", CHAPTER, CHAPTER, "ada").extra_credit = 3.0
        book.db.commit()
    assert hand_in(url, make(), LATE, "zero")
    assert penalty(url) == 123
    with Gradebook(url) as book:
        book.grant_extension(CHAPTER, "ada", minutes=1)
    assert hand_in(url, make(), LATE, "zero")
    assert penalty(url) is None


def test_a_plug_in_of_ones_own_takes_at_most_everything(url, due, make):
    config = Config()
    config.AssignLatePenalties.plugin_class = Harsh
    with gradebook.opened(url, CHAPTER, config) as ledger:
        ledger.bring_up("ada", make(share=0.25), LATE)
    assert penalty(url) == 30


class Harsh(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score + total_seconds_late


def test_an_exercise_that_came_with_a_new_release_gets_its_row(url, make):
    bring_up(url, {"ada": make()})
    with Gradebook(url) as book:
        book.db.delete(book.find_grade("mul-backward-check", CHAPTER, CHAPTER, "ada"))
        book.db.delete(book.find_comment("mul-backward", CHAPTER, CHAPTER, "ada"))
        book.db.commit()
    assert bring_up(url, {"ada": make()}) == ["ada"]
    assert rows(url)["ada", "mul-backward-check"][:3] == (7.0, None, False)


def test_marks_given_while_a_class_is_graded_are_seen(url, make):
    bring_up(url, {"ada": make(share=0.5)})
    with gradebook.opened(url, CHAPTER, Config()) as ledger:
        with Gradebook(url) as book:
            grade = book.find_grade("mul-backward-check", CHAPTER, CHAPTER, "ada")
            grade.manual_score, grade.needs_manual_grade = 6.25, False
            book.db.commit()
        ledger.bring_up("ada", make())
    assert rows(url)["ada", "mul-backward-check"][:3] == (7.0, 6.25, True)


def test_a_gradebook_that_breaks_off_says_what_to_do_and_keeps_the_rest(url, make, monkeypatch):
    with gradebook.opened(url, CHAPTER, Config()) as ledger:
        ledger.bring_up("ada", make())
        with Gradebook(url) as book, monkeypatch.context() as patch:
            patch.setattr(ledger.db, "commit", lambda: book.db.execute(text("SELECT * FROM gone")))
            with pytest.raises(GradebookError, match=r"no such table.*next `gradloom grade`"):
                ledger.bring_up("alan", make())
        assert {student for student, _ in rows(url)} == {"ada"}
        ledger.bring_up("alan", make())
    assert {student for student, _ in rows(url)} == {"ada", "alan"}


def test_a_chapter_that_was_never_released_is_told(url, book):
    with pytest.raises(SetupError, match="run `gradloom release 05_shapes`"):
        gradebook.bring_up(book, "05_shapes", {})


@pytest.fixture
def break_off(monkeypatch):
    """Bring up reports, and break off at this statement."""

    def break_off(url, reports, after: int) -> None:
        left = iter(range(after))

        def stop(self, *args, original=Session.execute, **kwargs):
            if next(left, None) is None:
                raise KeyboardInterrupt
            return original(self, *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(Session, "execute", stop)
            with pytest.raises(KeyboardInterrupt):
                bring_up(url, reports)

    return break_off


@pytest.mark.parametrize("after", range(3, 30, 4))
def test_broken_off_half_way_a_second_run_finishes(url, make, break_off, after, tmp_path):
    """Wherever it stops, each submission is written whole or not at all, and the next run makes
    what an undisturbed one would have made."""
    reports = {s: make(share=n / 4) for n, s in enumerate(("ada", "alan", "barbara"))}
    whole = tmp_path / "whole.db"
    shutil.copy(tmp_path / "gradebook.db", whole)
    bring_up(f"sqlite:///{whole}", reports)
    expected = rows(f"sqlite:///{whole}")
    break_off(url, reports, after)
    found = rows(url)
    assert found != expected
    assert found == {key: expected[key] for key in expected if key[0] in {s for s, _ in found}}
    bring_up(url, reports)
    assert rows(url) == expected
