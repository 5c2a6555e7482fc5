"""The gradebook is brought up to the reports: only by what differs, and at any moment again."""

import shutil
from datetime import datetime

import pytest
from gradloom_grader import gradebook
from gradloom_grader.errors import SetupError
from gradloom_grader.report import ExerciseResult, QuestionResult, Report
from nbgrader.api import Gradebook

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


def bring_up(url: str, reports, **more) -> list[str]:
    with Gradebook(url) as book:
        return gradebook.bring_up(book, CHAPTER, reports, **more)


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
    bring_up(url, {"ada": make()}, timestamps={"ada": when})
    assert {row[3] for row in rows(url).values()} == {when}
    assert bring_up(url, {"ada": make()}, timestamps={"ada": when}) == []
    assert bring_up(url, {"ada": make()}, timestamps={"ada": None}) == []


def test_a_chapter_that_was_never_released_is_told(url, book):
    with pytest.raises(SetupError, match="run `gradloom release 05_shapes`"):
        gradebook.bring_up(book, "05_shapes", {})


@pytest.mark.parametrize("after", range(0, 14, 3))
def test_broken_off_half_way_a_second_run_finishes(url, make, monkeypatch, after, tmp_path):
    """Wherever it stops, the next run makes what an undisturbed one would have made."""
    students = ("ada", "alan", "barbara")
    reports = {s: make(share=n / 4) for n, s in enumerate(students)}
    whole = tmp_path / "whole.db"
    shutil.copy(tmp_path / "gradebook.db", whole)
    bring_up(f"sqlite:///{whole}", reports)
    left = iter(range(after))

    def stop(grade, points, original=gradebook._set_score):
        next(left)
        return original(grade, points)

    with monkeypatch.context() as patch:
        patch.setattr(gradebook, "_set_score", stop)
        with pytest.raises(StopIteration):
            bring_up(url, reports)
    assert rows(url) != rows(f"sqlite:///{whole}")
    bring_up(url, reports)
    assert rows(url) == rows(f"sqlite:///{whole}")


def test_each_submission_is_written_whole_or_not_at_all(url, make, monkeypatch):
    def stop(grade, points, original=gradebook._set_score):
        if grade.cell.name.startswith("sub-backward") and grade.notebook.student.id == "alan":
            raise KeyboardInterrupt
        return original(grade, points)

    with monkeypatch.context() as patch:
        patch.setattr(gradebook, "_set_score", stop)
        with pytest.raises(KeyboardInterrupt):
            bring_up(url, {"ada": make(), "alan": make()})
    found = rows(url)
    assert {v[0] for (s, _), v in found.items() if s == "ada"} >= {7.0}
    assert {v[0] for (s, _), v in found.items() if s == "alan"} == {None}
