"""The demo: a class of 24 in a course of its own, and nothing else changes."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from gradloom_grader import cli, demo
from gradloom_grader.chapters import read_course
from gradloom_grader.rehearsal import NAMES, Rehearsal

ROOT = Path(__file__).parents[2]
CHAPTER = "04_elementwise"


def state(folder: Path) -> dict[str, bytes]:
    found = (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


@pytest.fixture(scope="module")
def shown(tmp_path_factory, course_folder):
    """The demo's folder and what it said."""
    folder = tmp_path_factory.mktemp("demo") / "here"
    before, checkout = state(course_folder), sorted((ROOT / "course").iterdir())
    arguments = ["demo", "--folder", str(folder), "--course", str(course_folder)]
    width, cli.console.width = cli.console.width, 160
    try:
        done = CliRunner().invoke(cli.main, arguments)
    finally:
        cli.console.width = width
    assert done.exit_code == 0, done.output
    assert state(course_folder) == before
    assert sorted((ROOT / "course").iterdir()) == checkout
    return folder, done.output


def test_shows_a_table_of_24(shown):
    rows = [line for line in shown[1].splitlines() if line.startswith("│")]
    assert len(rows) == 24
    assert [row.split("│")[1].strip() for row in rows] == sorted(NAMES)


def test_the_class_is_mixed(shown):
    scores = [line.split("│")[2].strip() for line in shown[1].splitlines() if line[:1] == "│"]
    assert "120 / 120" in scores
    assert "0 / 120" in scores
    assert len(set(scores)) > 6


def test_writes_a_page_for_each_and_a_plot(shown):
    folder, _ = shown
    for page in (CHAPTER, "report"):
        assert len(list((folder / "feedback").glob(f"*/{CHAPTER}/{page}.html"))) == 24
    assert (folder / "scores.png").read_bytes().startswith(b"\x89PNG")


def test_works_in_a_folder_of_its_own(shown):
    folder, _ = shown
    assert ROOT not in folder.parents
    assert {p.name for p in (folder / "submitted").iterdir()} == set(NAMES)


def test_the_class_is_the_same_each_time(rehearsal):
    assert rehearsal.students() == rehearsal.students()
    assert len(rehearsal.students(30)) == 30
    assert rehearsal.students(24, seed=5) != rehearsal.students()


def test_the_release_it_makes_is_nbgraders(rehearsal, release):
    """Cell by cell the same sources, but for the answers in words."""
    mine = {c["id"]: "".join(c["source"]) for c in rehearsal.released["cells"]}
    stub = "# your code here\n"
    for cell in release["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            lines = [line for line in source.splitlines() if line.strip() != stub.strip()]
            assert mine[cell["id"]].splitlines() == lines


def test_a_folder_in_use_is_not_written_over(tmp_path, course_folder):
    (tmp_path / "chapters").mkdir()
    with pytest.raises(FileExistsError):
        demo.prepare(course_folder, CHAPTER, tmp_path)


def test_every_answer_fits_into_the_class(course_folder):
    course = read_course(course_folder)
    for answer in Rehearsal(course, course.chapter(CHAPTER)).answers:
        assert answer.holes <= set(course.chapter(CHAPTER).exercise_of)
