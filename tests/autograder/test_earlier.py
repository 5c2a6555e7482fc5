"""An exercise that is graded twice: on the course's engine, and on the student's own library."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from gradloom_grader import build, bulk, cli, configured, earlier, holes, intake, probes
from gradloom_grader.chapters import read_course
from gradloom_grader.jail import Jail
from gradloom_grader.notebook import make_notebook, text_of
from gradloom_grader.referee import Referee
from gradloom_grader.rehearsal import Rehearsal
from gradloom_grader.report import Report, Store

COURSE = Path(__file__).parents[2] / "course"
CHAPTER, EXERCISE = "08_training", "classify-digits"
HALVED = """
@weave
def halved(self: Tensor):
    return self / 2
"""
MATMUL = """
@weave
class MatMul(Function):
    def backward(self, out_grad, node):
        a, b = node._inputs
        return {} * matmul(out_grad, b.T), matmul(a.T, out_grad)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("twice") / "course"
    for part in ("chapters", "data"):
        shutil.copytree(COURSE / part, folder / part)
    return read_course(folder)


@pytest.fixture(scope="module")
def chapter(course):
    return course.chapter(CHAPTER)


@pytest.fixture(scope="module")
def rehearsal(course, chapter):
    return Rehearsal(course, chapter)


@pytest.fixture(scope="module")
def solved(course, chapter):
    """All earlier notebooks, right: chapter -> bytes."""
    chapters = course.earlier(chapter)
    return {each.name: text_of(make_notebook(course, each)).encode() for each in chapters}


@pytest.fixture(scope="module")
def referee(course, chapter, rehearsal):
    given = intake.given_cells(rehearsal.source)
    cases = probes.collect(chapter.checks)
    judge = lambda cases, finding: {c.key: f for c in cases if (f := finding(c))}  # noqa: E731
    with Jail(build.kit_sources(course, chapter), given=given) as jail:
        yield Referee(course, chapter, rehearsal.source, jail, cases, judge)


def with_cell(notebook: bytes, name: str, source: str) -> bytes:
    """The notebook with another source in the cell of that name."""
    page = json.loads(notebook)
    next(cell for cell in page["cells"] if cell["id"] == name)["source"] = source
    return json.dumps(page).encode()


@pytest.fixture(scope="module")
def grade(referee, rehearsal, result):
    """The report of a notebook, otherwise the solved one, and what it says of the exercise."""
    known = {}

    def grade(earlier, notebook=None):
        raw = json.dumps(notebook or rehearsal.solved()).encode()
        asked = raw, *earlier.items()
        if asked not in known:
            known[asked] = referee.grade(raw, earlier)
        return known[asked], result(known[asked], EXERCISE)

    return grade


@pytest.fixture
def with_matmul(solved):
    """The earlier notebooks with this rule for MatMul, and this before it in the cell."""

    def with_matmul(factor="1", before=""):
        source = before + MATMUL.format(factor)
        chapter = with_cell(solved["05_shapes"], "matmul-backward", source)
        return {**solved, "05_shapes": chapter}

    return with_matmul


def test_a_library_of_ones_own_pieces_earns_the_badge(grade, solved):
    found, digits = grade(solved)
    assert (found.score, found.badges) == (found.max_score, ("all mine",))
    assert "All mine" in digits.because
    assert found.summary() == "all right; all mine"
    assert Report.from_json(found.to_json()) == found


def test_without_earlier_notebooks_the_first_run_counts(grade):
    found, digits = grade({})
    assert (digits.points, found.badges) == (40, ())
    assert "lacks all of 03_tensors; all of 04" in digits.because


def test_a_chapter_that_is_missing_is_named(grade, solved):
    found, digits = grade({name: raw for name, raw in solved.items() if name != "07_losses"})
    assert (digits.points, found.badges) == (40, ())
    assert digits.because.endswith("Not all yours yet: your own library lacks all of 07_losses.")


def test_so_is_an_exercise(grade, solved):
    stub = "@weave\ndef mse_loss(prediction, target):\n    raise NotImplementedError\n"
    losses = with_cell(solved["07_losses"], "mse-loss", stub)
    found, digits = grade({**solved, "07_losses": losses})
    assert (digits.points, found.badges) == (40, ())
    assert digits.because.endswith("your own library lacks mse-loss (07_losses).")


def test_a_broken_piece_costs_the_badge_only(grade, with_matmul):
    assert grade(with_matmul("1"))[0].badges
    found, digits = grade(with_matmul("-1"))
    assert (digits.points, digits.status, found.badges) == (40, "passed", ())
    assert "On your own library it earns " in digits.because


@pytest.mark.parametrize(
    "before",
    [
        "def ever():\n    while True:\n        pass\n\n\nKEPT = ever()\n",
        "import os\nKEPT = os._exit(0)\n",
        f"KEPT = {'-' * 50_000}1\n",
        "def kept():\n    class A:\n        return 1\n\n\nKEPT = kept()\n",
    ],
    ids=["hangs", "dies", "is too deep to be read", "does not compile"],
)
def test_whatever_an_earlier_notebook_does_costs_the_badge_only(grade, with_matmul, before):
    found, digits = grade(with_matmul("(KEPT or 1)", before))
    assert digits.because != grade(with_matmul())[1].because
    assert (found.score, digits.status, found.badges) == (found.max_score, "passed", ())


@pytest.mark.parametrize("raw", [b"\xff", b"[" * 100_000])
def test_so_does_what_is_no_notebook(grade, solved, raw):
    found, digits = grade({**solved, "05_shapes": raw})
    assert (found.score, found.badges) == (found.max_score, ())
    assert "matmul-backward (05_shapes)" in digits.because


def test_notebooks_may_be_large(grade, solved):
    found, _ = grade({name: raw + b" " * 10_000_000 for name, raw in solved.items()})
    assert found.badges == ("all mine",)


def test_a_walk_that_never_ends_leaves_the_first_run_alone(
    grade, with_matmul, referee, monkeypatch
):
    """The time of a submission is for both runs, and the first one is over by then."""
    limits = replace(referee.jail.limits, submission_seconds=8)
    monkeypatch.setattr(referee.jail, "limits", limits)
    found, digits = grade(with_matmul("sum(iter(int, 1))"))
    assert (found.score, digits.status, found.badges) == (found.max_score, "passed", ())


def test_of_two_runs_the_better_one_counts(grade, solved, rehearsal):
    """What a student added to Tensor in an earlier chapter is in their own library only."""
    tensors = json.loads(solved["03_tensors"])
    cell = {"cell_type": "code", "id": "mine", "metadata": {}, "source": HALVED}
    tensors["cells"].append(cell)
    piece = holes.definition_source(rehearsal.engine, "pieces.classify_digits")
    piece = piece.replace("    optimizer =", "    model.parameters()[0].halved()\n    optimizer =")
    notebook = rehearsal.filled({"pieces.classify_digits": piece})
    before = {**solved, "03_tensors": json.dumps(tensors).encode()}
    found, digits = grade(before, notebook)
    assert (digits.points, digits.status, found.badges) == (40, "passed", ("all mine",))
    assert not any(probe.passed for probe in digits.probes)
    assert "On your own library it earns 40 points, on the course's engine 0." in digits.because
    del before["07_losses"]
    found, digits = grade(before, notebook)
    assert (digits.points, found.badges) == (40, ())
    assert "lacks all of 07_losses" in digits.because


class TestTheReport:
    def test_is_the_same_to_the_byte_for_the_same_notebooks(
        self, grade, solved, referee, rehearsal
    ):
        again = referee.grade(json.dumps(rehearsal.solved()).encode(), solved)
        assert again.to_json() == grade(solved)[0].to_json()

    def test_has_another_key_with_other_pieces(self, grade, solved, with_matmul):
        keys = [grade(each)[0].key for each in (solved, with_matmul("1"), with_matmul("-1"), {})]
        assert len(set(keys)) == 4


def test_an_exercise_that_was_not_tried_needs_no_library(grade, solved, rehearsal, monkeypatch):
    monkeypatch.setattr(earlier, "own_library", None)
    found, digits = grade(solved, rehearsal.released)
    assert (digits.status, found.badges) == ("not attempted", ())


class TestWhereTheyAre:
    @pytest.fixture
    def home(self, course, solved):
        home = course.folder / "submitted" / "ada"
        for name, raw in solved.items():
            (home / name).mkdir(parents=True)
            (home / name / f"{name}.ipynb").write_bytes(raw)
        yield home
        shutil.rmtree(home)

    def test_in_folders_beside_the_submission(self, course, home, solved):
        assert earlier.submitted(course, "ada", CHAPTER) == solved
        assert earlier.submitted(course, "ada", "09_directions") == {}
        assert earlier.submitted(course, "emmy", CHAPTER) == {}

    def test_what_is_no_plain_file_is_not_there(self, course, home, solved):
        names = list(solved)
        for name in names[:4]:
            (home / name / f"{name}.ipynb").unlink()
        (home / names[0] / f"{names[0]}.ipynb").symlink_to(course.folder / ".secret")
        (home / names[1] / f"{names[1]}.ipynb").mkdir()
        os.mkfifo(home / names[2] / f"{names[2]}.ipynb")
        (home / names[3] / f"{names[3]}.ipynb").write_bytes(b" " * (earlier.MAX_BYTES + 1))
        assert list(earlier.submitted(course, "ada", CHAPTER)) == names[4:]


def test_the_commands_and_nbgrader_take_them_along(own_course):
    """Here on another chapter, which is built and released: the mark is all that it takes."""
    name = "04_elementwise"
    page = own_course / "chapters" / name / "chapter.md"
    mark = 'exercise="mul-backward"'
    page.write_text(page.read_text("utf-8").replace(mark, f"{mark} library_from=3"), "utf-8")
    course = read_course(own_course)
    paths = {}
    for each in (course.chapter("03_tensors"), course.chapter(name)):
        paths[each.name] = own_course / "submitted" / "ada" / each.name / f"{each.name}.ipynb"
        paths[each.name].parent.mkdir(parents=True)
        paths[each.name].write_text(text_of(make_notebook(course, each)), "utf-8")
    report = bulk.grade_class(own_course, name, lambda _: None).reports["ada"]
    assert report.badges == ("all mine",)
    told = CliRunner().invoke(cli.main, ["check", str(paths[name]), "--course", str(own_course)])
    assert Report.from_json(told.output).badges == report.badges
    shutil.rmtree(own_course / "reports")
    assert configured.nbgrader_api(own_course).autograde(name, "ada")["success"]
    assert Store(own_course).read(name, "ada").badges == report.badges
