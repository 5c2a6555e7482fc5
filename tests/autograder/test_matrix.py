"""The kill matrix: in every chapter the probes reject each wrong piece and accept each right one.

One row is one notebook, graded as a student's would be. A chapter's rows are graded side by side
when the first of them is asked for; a chapter that cannot be read breaks no other's rows.
"""

import csv
import io
import shutil
from functools import cache
from pathlib import Path

import pytest
from gradloom_grader import matrix
from gradloom_grader.answers import Answer, read_answers
from gradloom_grader.chapters import read_chapter
from gradloom_grader.degenerate import Filling
from gradloom_grader.errors import AuthorError, SetupError
from gradloom_grader.matrix import Blank
from gradloom_grader.report import ExerciseResult
from gradloom_grader.trial import snapshot

COURSE = Path(__file__).parents[2] / "course"
WITH_CHECKS = [path.parent for path in sorted(COURSE.glob("chapters/*/checks.py"))]
CHAPTERS = [folder for folder in WITH_CHECKS if (folder / "chapter.md").exists()]


def named(read):
    """Parametrize by chapter and what `read` finds in it; what cannot be read is one row."""

    def names(folder: Path) -> list[str]:
        try:
            return read(folder)
        except AuthorError as error:
            return [str(error)]

    rows = [(folder.name, name) for folder in CHAPTERS for name in names(folder)]
    return pytest.mark.parametrize(("chapter", "name"), rows)


def answers(right: bool):
    return named(lambda f: [a.name for a in read_answers(f / "answers.py") if a.right is right])


exercises = named(lambda folder: [e.id for e in read_chapter(folder).exercises])


class Matrices:
    """A chapter's matrix, run once; what it raises is raised for each of its rows."""

    @cache  # noqa: B019 - it lives as long as the session
    def _run(self, chapter: str) -> matrix.Matrix | Exception:
        try:
            with snapshot(COURSE, chapter) as course:
                return matrix.run(course, chapter)
        except Exception as error:
            return error

    def __call__(self, chapter: str) -> matrix.Matrix:
        found = self._run(chapter)
        if isinstance(found, Exception):
            raise found
        return found

    def row(self, chapter: str, name: str) -> matrix.Row:
        return next(row for row in self(chapter).rows if row.answer.name == name)


@pytest.fixture(scope="session")
def matrices():
    return Matrices()


@pytest.mark.parametrize("chapter", [folder.name for folder in CHAPTERS])
def test_the_reference_passes(matrices, chapter):
    assert not matrices(chapter).broken


@answers(right=False)
def test_a_misconception_costs_marks_where_it_was_made_and_nowhere_else(matrices, chapter, name):
    row = matrices.row(chapter, name)
    assert all(e.points < e.max_points for e in row.own)
    assert not [e.id for e in row.others if e.points < e.max_points]


@answers(right=False)
def test_no_misconception_survives_by_luck(matrices, chapter, name):
    """Whatever the hidden inputs are."""
    assert not matrices.row(chapter, name).lucky


@answers(right=False)
def test_a_misconception_is_recognised(matrices, chapter, name):
    """By its name, or by that of another which gives the same answers."""
    assert matrices.row(chapter, name).recognised


@answers(right=True)
def test_an_alternative_keeps_full_marks(matrices, chapter, name):
    row = matrices.row(chapter, name)
    assert {e.status for e in (*row.own, *row.others)} == {"passed"}


@exercises
def test_a_piece_that_computes_nothing_earns_nothing(matrices, chapter, name):
    """Constants, an argument, the upstream gradient; and what does not enter it keeps its marks,
    though every other exercise is filled with the like at the same time."""
    blanks = [b for b in matrices(chapter).blanks if b.filling.exercise == name]
    assert blanks
    assert not [(b.filling.says, b.problems) for b in blanks if b.problems]


@exercises
def test_an_exercise_has_three_misconceptions_and_two_alternatives(matrices, chapter, name):
    rows = [row for row in matrices(chapter).rows if name in {e.id for e in row.own}]
    assert sum(not row.answer.right for row in rows) >= 3
    assert sum(row.answer.right for row in rows) >= 2


SPOILT_CHECKS = """
test_mul_constant = probe("mul-backward", name="Mul", **ANY)(any_pair)
"""
SPOILT_ANSWERS = '''

@wrong("ops.Mul.backward")
def is_right_after_all(self, out_grad, node):
    """A hint."""
    a, b = node._inputs
    return out_grad * b, out_grad * a


@wrong("ops.Mul.backward")
def is_right_where_the_first_is_positive(self, out_grad, node):
    """A hint."""
    a, b = node._inputs
    return out_grad * b, out_grad * (a if out_grad.data.flat[0] > 0 else b)


@wrong("ops.Mul.backward")
def never_answers_twice_the_same(self, out_grad, node):
    """A hint."""
    return out_grad * id(node), out_grad * id(out_grad)


@right("ops.Mul.backward")
def is_wrong_after_all(self, out_grad, node):
    return out_grad, out_grad
'''


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


@pytest.fixture(scope="module")
def spoilt(course_folder):
    """A matrix of one exercise, with checks and answers that were spoilt on purpose."""
    with snapshot(course_folder, "04_elementwise") as course:
        chapter = course.chapter("04_elementwise")
        append(chapter.checks, SPOILT_CHECKS)
        append(chapter.answers, SPOILT_ANSWERS)
        return matrix.run(course, chapter.name, "mul-backward")


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("product-drops-constants", "survives: no probe of mul-backward rejects it"),
            ("is-right-after-all", "survives: no probe of mul-backward rejects it"),
            ("is-right-where-the-first-is-positive", "survives on some hidden inputs"),
            ("never-answers-twice-the-same", "is not recognised (nothing was)"),
            ("is-wrong-after-all", "is right, but loses 7 in mul-backward (failed)"),
        ],
    )
    def test_what_an_author_has_to_mend(self, spoilt, name, problem):
        assert any(text.startswith(f"{name} {problem}") for text in spoilt.problems)

    def test_nothing_else(self, spoilt):
        assert len({text.split()[0] for text in spoilt.problems}) == 5, spoilt.problems

    def test_only_the_answers_of_the_exercise_that_was_asked_for(self, spoilt):
        assert {e.id for row in spoilt.rows for e in row.own} == {"mul-backward"}

    def test_a_probe_that_rejects_nothing_of_its_own(self, spoilt):
        assert "mul_any" in spoilt.idle
        assert "mul_numbers" not in spoilt.idle

    def test_a_filling_that_earns_too_much_or_too_little(self):
        filling = Filling("exercise", {"ops.Mul.backward": ""}, "out_grad")
        result = ExerciseResult("exercise", 3.0, 10.0, "partly", "because")
        assert "should not earn more than 0" in Blank(filling, result, 0.0, 0.0).problems[0]
        assert "parts worth 5 do not enter" in Blank(filling, result, 5.0, 5.0).problems[0]
        assert not Blank(filling, result, 3.0, 3.0).problems

    def test_what_is_lost_where_it_is_not_made(self):
        own = ExerciseResult("own", 0.0, 10.0, "failed", "", misconception="takes-a")
        other = ExerciseResult("other", 7.0, 10.0, "partly", "")
        row = matrix.Row(Answer("takes-a", False, "hint", {}, 1), (own,), (other,), True, False)
        assert row.problems == ["loses 3 in other too, where it is not made"]

    def test_an_unknown_exercise(self, course):
        with pytest.raises(SetupError, match="no exercise 'mul'; it has: arithmetic-forward"):
            matrix.run(course, "04_elementwise", "mul")


class TestSaved:
    def test_as_lines_of_answer_and_probe(self, spoilt):
        lines = list(csv.DictReader(io.StringIO(matrix.csv_text([spoilt]))))
        assert len(lines) == len(spoilt.rows) * 3
        found = [line for line in lines if line["answer"] == "product-in-float64"]
        assert {line["probe"]: line["rejects"] for line in found} == {
            "mul_numbers": "0",
            "mul_any": "1",
            "mul_constant": "1",
        }
        assert {(line["kind"], line["lost"], line["recognised"]) for line in found} == {
            ("wrong", "7", "1")
        }

    def test_as_a_page(self, spoilt):
        page = matrix.html_text([spoilt])
        assert "is-right-after-all survives: no probe of mul-backward rejects it" in page
        assert page.count("<tr") == len(spoilt.rows) + 1


class TestSnapshot:
    @pytest.fixture
    def two(self, course_folder, tmp_path):
        """A course whose chapter 5 claims what does not exist."""
        chapters = tmp_path / "chapters"
        shutil.copytree(course_folder / "chapters" / "04_elementwise", chapters / "04_a")
        broken = chapters / "05_b" / "chapter.md"
        broken.parent.mkdir()
        marks = 'exercise="a" hole="ops.Nothing.forward" points=1 difficulty=1 minutes=1'
        broken.write_text(f"```python {marks}\n```\n", "utf-8")
        return tmp_path

    def test_leaves_out_other_chapters_that_are_broken(self, two):
        with snapshot(two, "04_a") as course:
            assert [chapter.name for chapter in course.chapters] == ["04_a"]

    def test_names_the_file_where_this_chapter_is_broken(self, two):
        with pytest.raises(AuthorError) as caught, snapshot(two, "05_b"):
            pass
        assert caught.value.path == str(two / "chapters" / "05_b" / "chapter.md")
