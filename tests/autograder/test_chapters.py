"""An author's mistakes are told with file and line; a course is read as it was meant."""

import shutil
import textwrap

import pytest
from gradloom_grader import chapters, holes
from gradloom_grader.chapters import find_course, read_course
from gradloom_grader.errors import AuthorError, SetupError

BLOCK = '```python exercise="{id}" hole="{hole}" points=7 difficulty=2 minutes=10\n```\n'
MUL = BLOCK.format(id="mul-backward", hole="ops.Mul.backward")
DIV = BLOCK.format(id="div-backward", hole="ops.Div.backward")
TOP = "# Chapter\n\nText.\n\n"  # so that a block behind it starts on line 5


@pytest.fixture
def page(tmp_path):
    folder = tmp_path / "chapters" / "04_elementwise"
    folder.mkdir(parents=True)
    return folder / "chapter.md"


@pytest.fixture
def read(page):
    """Read a course whose one chapter has this page."""

    def read(text: str, **files: str):
        page.write_text(text, "utf-8")
        for name, content in files.items():
            (page.parent / f"{name}.py").write_text(textwrap.dedent(content), "utf-8")
        return read_course(page.parents[2])

    return read


@pytest.fixture
def refused(read, page):
    """Read a page that must be refused; the error names it and this line."""

    def refused(text: str, line: int, match: str, **files: str) -> None:
        with pytest.raises(AuthorError, match=match) as error:
            read(text, **files)
        assert (error.value.path, error.value.line) == (page, line)
        assert str(error.value).startswith(f"{page}:{line}: ")

    return refused


class TestHoles:
    @pytest.mark.parametrize(
        ("hole", "message"),
        [
            ("ops.Mull.backward", "no 'Mull'"),
            ("ops.Mul.backwards", "no 'backwards'"),
            ("opps.Mul.backward", "no module 'opps'"),
            ("ops.Mul", "not a `def`"),
            ("ops", "no ''"),
            ("ops.{Mul,Nul}.backward", "no 'Nul'"),
            ("ops.AddScalar.__init__", "docstring"),
            ("tensor.Tensor", "not a `def`"),
            ("", "name the hole"),
            ("ops.{Mul,Mul}.backward", "names a hole twice"),
        ],
    )
    def test_that_cannot_be_cut(self, refused, hole, message):
        refused(TOP + BLOCK.format(id="mul-backward", hole=hole), 5, message)

    def test_an_alias(self, refused):
        pieces = '''
            def first(x):
                """First."""
                return x


            second = first
            '''
        text = TOP + BLOCK.format(id="second", hole="pieces.second")
        refused(text, 5, "second is an alias", pieces=pieces)

    def test_sixteen_lines(self, refused):
        lines = "".join(f"                x += {n}\n" for n in range(15))
        pieces = (
            '\n            def long(x):\n                """Long."""\n'
            + lines
            + "                return x\n"
        )
        text = TOP + BLOCK.format(id="long", hole="pieces.long")
        refused(text, 5, "at most 15 lines", pieces=pieces)

    def test_claimed_twice(self, refused):
        text = TOP + MUL + "\n" + BLOCK.format(id="again", hole="ops.{Div,Mul}.backward")
        refused(text, 8, "ops.Mul.backward already belongs to mul-backward")

    def test_a_class_around_a_claimed_hole(self, refused):
        text = TOP + MUL + "\n" + BLOCK.format(id="all-of-it", hole="ops.Mul")
        refused(text, 8, "not a `def`")

    def test_claimed_twice_in_two_chapters(self, read, page):
        other = page.parents[1] / "05_more" / "chapter.md"
        other.parent.mkdir()
        other.write_text(TOP + BLOCK.format(id="mul-again", hole="ops.Mul.backward"), "utf-8")
        with pytest.raises(AuthorError, match="already belongs to mul-backward") as error:
            read(TOP + MUL)
        assert (error.value.path, error.value.line) == (other, 5)

    def test_pieces_of_two_chapters_do_not_collide(self, read, page):
        other = page.parents[1] / "05_more" / "chapter.md"
        other.parent.mkdir()
        piece = 'def walk(x):\n    """Walk."""\n    return x\n'
        text = TOP + BLOCK.format(id="walk", hole="pieces.walk")
        other.write_text(text, "utf-8")
        (other.parent / "pieces.py").write_text(piece, "utf-8")
        assert len(read(text, pieces=piece).chapters) == 2


class TestMarks:
    @pytest.mark.parametrize(
        ("marks", "message"),
        [
            ('exercise=mul hole="ops.Mul.backward" points=7 difficulty=2 minutes=9', "cannot read"),
            ('exercise="mul" hole="ops.Mul.backward" points=six difficulty=2 minutes=9', "cannot"),
            ('exercise="mul" hole="ops.Mul.backward" points=6, difficulty=2 minutes=9', "cannot"),
            ('exercise="mul" hole="ops.Mul.backward" points=6.5 difficulty=2 minutes=9', "cannot"),
            ('exercise="mul" hole="ops.Mul.backward" points=-6 difficulty=2 minutes=9', "cannot"),
            ('exercise="mul" hole="ops.Mul.backward" points="6" difficulty=2 minutes=9', "number"),
            ('exercise=3 hole="ops.Mul.backward" points=6 difficulty=2 minutes=9', "text in quo"),
            ("exercise='mul' hole='ops.Mul.backward' points=6 difficulty=2 minutes=9", "cannot"),
            ('exercise="mul" hole="ops.Mul.backward points=6 difficulty=2 minutes=9', "cannot"),
            ('exercise="mul" hole="ops.Mul.backward" difficulty=2 minutes=9', "lacks points"),
            ('exercise="mul"', "lacks hole, points, difficulty, minutes"),
            ('hole="ops.Mul.backward" points=6 difficulty=2 minutes=9', "lacks exercise"),
            ('exercise="mul" hole="a" points=6 difficulty=2 minutes=9 hint="x"', "key 'hint'"),
            ('exercise="mul" hole="a" points=6 points=6 difficulty=2 minutes=9', "given twice"),
            (
                'exercise="m" hole="a" points=6 difficulty=2 minutes=9 library_from=4',
                "library_from= is the number of an earlier chapter",
            ),
            ('exercise="Mul!" hole="ops.Mul.backward" points=6 difficulty=2 minutes=9', "is no id"),
            ('exercise="mul_x" hole="ops.Mul.backward" points=6 difficulty=2 minutes=9', "no id"),
            ('exercise="" hole="ops.Mul.backward" points=6 difficulty=2 minutes=9', "is no id"),
            ('exercise="-a" hole="ops.Mul.backward" points=6 difficulty=2 minutes=9', "is no id"),
            (
                f'exercise="{"a" * 50}" hole="ops.Mul.backward" points=6 difficulty=2 minutes=9',
                "id",
            ),
            ("after=mul-backward", "cannot read"),
            ('after="mul-backward" points=3', "unknown key 'points'"),
        ],
    )
    def test_malformed(self, refused, marks, message):
        refused(TOP + f"```python {marks}\n```\n", 5, message)

    @pytest.mark.parametrize(
        ("opening", "closing"),
        [
            ("```py {}", "```"),
            ("```Python {}", "```"),
            ("```{{python}} {}", "```"),
            ("```{{python {}}}", "```"),
            ("~~~python {}", "~~~"),
            ("````python {}", "````"),
            ("   ```python {}", "   ```"),
            ("- ```python {}", "  ```"),
            ("> ```python {}", "> ```"),
            ("```bash {}", "```"),
            ("``` python {}", "```"),
        ],
    )
    def test_in_fences_that_jupytext_does_not_read(self, refused, opening, closing):
        marks = 'exercise="mul-backward" hole="ops.Mul.backward" points=7 difficulty=2 minutes=10'
        text = TOP + f"{opening.format(marks)}\n{closing}\n"
        refused(text, 5, "starts with ```python")

    def test_a_block_that_is_not_empty(self, refused):
        refused(TOP + MUL.replace("\n```", "\nx = 1\n```"), 6, "leave an exercise's block empty")

    def test_an_id_given_twice(self, refused):
        text = TOP + MUL + "\n" + BLOCK.format(id="mul-backward", hole="ops.Div.backward")
        refused(text, 8, "the id mul-backward is taken")

    def test_an_id_that_is_that_of_a_check(self, refused):
        text = TOP + MUL + "\n" + BLOCK.format(id="mul-backward-check", hole="ops.Div.backward")
        refused(text, 8, "taken")

    def test_a_question_with_the_id_of_an_exercise(self, refused):
        question = '\n<!-- #region question="mul-backward" points=5 -->\nA\n<!-- #endregion -->\n'
        refused(TOP + MUL + question, 8, "taken")

    @pytest.mark.parametrize(
        ("marks", "message"),
        [
            ("question=why points=5", "cannot read"),
            ('question="why"', "lacks points"),
            ('question="why" points="5"', "number"),
            ('question="Why?" points=5', "is no id"),
            ('question="why" points=5 minutes=3', "unknown key 'minutes'"),
        ],
    )
    def test_malformed_questions(self, refused, marks, message):
        refused(TOP + f"<!-- #region {marks} -->\nA\n<!-- #endregion -->\n", 5, message)

    def test_marks_inside_another_block_are_text(self, read):
        example = "````\n" + MUL + "````\n"
        assert not read(TOP + example).chapters[0].exercises

    def test_a_folder_without_a_number(self, page, read):
        other = page.parents[1] / "shapes" / "chapter.md"
        other.parent.mkdir()
        other.write_text("# Shapes\n", "utf-8")
        with pytest.raises(AuthorError, match="name a chapter's folder like 04_elementwise"):
            read(TOP)


class TestReading:
    def test_an_exercise(self, read):
        chapter = read(TOP + MUL).chapters[0]
        exercise = chapter.exercises[0]
        assert exercise.holes == ("ops.Mul.backward",)
        assert (exercise.points, exercise.difficulty, exercise.minutes) == (7, 2, 10)
        assert exercise.line == 5
        assert (chapter.name, chapter.number, chapter.max_score) == ("04_elementwise", 4, 7)

    def test_several_holes_and_exercises_keep_their_order(self, read):
        text = TOP + BLOCK.format(id="all", hole="ops.{Sub,Div}.{forward,backward}") + MUL
        chapter = read(text).chapters[0]
        assert [e.id for e in chapter.exercises] == ["all", "mul-backward"]
        assert chapter.exercises[0].holes == (
            "ops.Sub.forward",
            "ops.Sub.backward",
            "ops.Div.forward",
            "ops.Div.backward",
        )
        assert list(chapter.exercise_of) == [h for e in chapter.exercises for h in e.holes]

    def test_a_question(self, read):
        text = TOP + '<!-- #region question="why" points=5 -->\nA\n<!-- #endregion -->\n'
        chapter = read(text).chapters[0]
        assert [(q.id, q.points, q.line) for q in chapter.questions] == [("why", 5, 5)]
        assert (chapter.max_score, chapter.manual_max) == (0, 5)

    def test_what_is_due_is_this_chapter_and_all_later_ones(self, read, page):
        other = page.parents[1] / "05_more" / "chapter.md"
        other.parent.mkdir()
        other.write_text(TOP + DIV, "utf-8")
        course = read(TOP + MUL)
        first, second = course.chapters
        assert course.due(first) == {
            "ops.Mul.backward": "you write this in chapter 4: mul-backward",
            "ops.Div.backward": "you write this in chapter 5: div-backward",
        }
        assert list(course.due(second)) == ["ops.Div.backward"]
        kit = course.cut(second)
        assert not holes.is_untouched(holes.find(kit, "ops.Mul.backward").node)

    def test_a_chapters_own_pieces_are_in_its_engine_only(self, read, page):
        other = page.parents[1] / "05_more" / "chapter.md"
        other.parent.mkdir()
        other.write_text(TOP + DIV, "utf-8")
        piece = 'def walk(x):\n    """Walk."""\n    return x\n'
        course = read(TOP + BLOCK.format(id="walk", hole="pieces.walk"), pieces=piece)
        first, second = course.chapters
        assert holes.load(course.engine(first)).pieces.walk(3) == 3
        assert "pieces" not in course.engine(second)
        assert "pieces.walk" in course.due(first)

    def test_an_unknown_chapter_is_told_with_the_known_ones(self, read):
        with pytest.raises(SetupError, match=r"no chapter '09'.*there are: 04_elementwise"):
            read(TOP).chapter("09")


class TestFindCourse:
    def test_from_the_folder_inside_it_and_above_it(self, page):
        course = page.parents[2]
        for start in (course, page.parent, course / "chapters"):
            assert find_course(start) == course
        beside = course.parent / "repo"
        shutil.copytree(course, beside / "course")
        assert find_course(beside) == beside / "course"

    def test_nowhere(self, tmp_path, monkeypatch):
        monkeypatch.setattr(chapters.Path, "is_dir", lambda self: False)
        with pytest.raises(SetupError, match="--course"):
            find_course(tmp_path)
