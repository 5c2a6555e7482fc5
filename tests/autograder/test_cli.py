"""The command: where it finds the course, what it writes, and how it fails."""

import errno
import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner
from gradloom_grader import build as builder
from gradloom_grader import bulk, cli, tables
from gradloom_grader.report import Report

CHAPTER = "04_elementwise"


@pytest.fixture
def gradloom(monkeypatch):
    """Run the command in this process; returns exit code, output and error output."""
    monkeypatch.setattr(cli.console, "width", 200)

    def gradloom(*arguments, cwd=None):
        if cwd:
            monkeypatch.chdir(cwd)
        return CliRunner().invoke(cli.main, [str(a) for a in arguments])

    return gradloom


@pytest.fixture
def notebook(rehearsal, tmp_path):
    """A file with a notebook in it."""

    def notebook(content=None, name="work.ipynb"):
        content = rehearsal.solved() if content is None else content
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return notebook


@pytest.fixture
def fake_client(monkeypatch, solved_report):
    """A referee that answers at once; the chapter it was started for is noted."""
    asked = []

    class Fake:
        def __init__(self, folder, chapter, unsafe=False):
            asked.append((folder, chapter, unsafe))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def grade(self, raw, earlier):
            return solved_report

    monkeypatch.setattr(cli, "Client", Fake)
    return asked


class TestCheck:
    def test_exits_0_whatever_the_score(self, gradloom, notebook, course_folder, grade, release):
        for content, score in ((release, 0), (b"no notebook", 0)):
            path = notebook(content, f"{CHAPTER}.ipynb")
            done = gradloom("check", path, "--course", course_folder)
            assert done.exit_code == 0
            found = Report.from_json(done.stdout)
            assert found.score == score
            assert found.to_json() == grade(path.read_bytes()).to_json()

    def test_writes_to_a_file(self, gradloom, notebook, course_folder, fake_client, solved_report):
        path = notebook()
        target = path.with_name("report.json")
        done = gradloom("check", path, "--json", target, "--course", course_folder)
        assert (done.exit_code, done.output) == (0, "")
        assert target.read_text("utf-8") == solved_report.to_json()

    def test_touches_no_gradebook_and_no_report(self, gradloom, notebook, own_course, fake_client):
        before = (own_course / "gradebook.db").read_bytes()
        assert gradloom("check", notebook(), "--course", own_course).exit_code == 0
        assert (own_course / "gradebook.db").read_bytes() == before
        assert not (own_course / "reports").exists()

    def test_finds_the_course_by_option_here_above_and_beside(
        self, gradloom, notebook, course_folder, fake_client, tmp_path
    ):
        beside = tmp_path / "repo"
        beside.mkdir()
        shutil.copytree(course_folder, beside / "course")
        path = notebook()
        assert gradloom("check", path, "--course", course_folder, cwd=tmp_path).exit_code == 0
        for cwd in (course_folder, course_folder / "chapters" / CHAPTER, beside):
            assert gradloom("check", path, cwd=cwd).exit_code == 0
        found = [folder for folder, *_ in fake_client]
        assert found == [course_folder] * 3 + [beside / "course"]

    def test_takes_the_chapter_from_the_notebook_else_from_its_name(
        self, gradloom, notebook, course_folder, fake_client, rehearsal
    ):
        named = rehearsal.solved()
        bare = {**named, "metadata": {}}
        assert (
            gradloom("check", notebook(named, "x.ipynb"), "--course", course_folder).exit_code == 0
        )
        path = notebook(bare, f"{CHAPTER}.ipynb")
        assert gradloom("check", path, "--course", course_folder).exit_code == 0
        assert [chapter for _, chapter, _ in fake_client] == [CHAPTER] * 2

    def test_no_chapter_of_that_name_is_one_line(self, gradloom, notebook, course_folder):
        done = gradloom("check", notebook(b"{}", "essay.ipynb"), "--course", course_folder)
        assert done.exit_code == 1
        assert done.output.startswith("Error: there is no chapter 'essay'")
        assert done.output.count("\n") == 1

    def test_unsafe_is_handed_on(self, gradloom, notebook, course_folder, fake_client):
        gradloom("check", notebook(), "--course", course_folder, "--unsafe")
        assert fake_client[0][2] is True

    def test_no_course_is_one_line(self, gradloom, notebook, monkeypatch):
        monkeypatch.setattr("gradloom_grader.chapters.Path.is_dir", lambda self: False)
        done = gradloom("check", notebook())
        assert done.exit_code == 1
        assert "--course" in done.output
        assert done.output.count("\n") == 1

    def test_a_file_that_is_not_there(self, gradloom):
        assert gradloom("check", "nowhere.ipynb").exit_code == 2


class TestBuild:
    def test_says_what_was_built(self, gradloom, own_course):
        done = gradloom("build", CHAPTER, "--course", own_course)
        assert done.exit_code == 0
        path = own_course / "source" / CHAPTER / f"{CHAPTER}.ipynb"
        assert done.output.replace("\n", "") == f"built {path}"

    def test_without_a_chapter_builds_all_that_have_checks(self, gradloom, own_course, monkeypatch):
        built = []
        monkeypatch.setattr(builder, "build", lambda _, chapter: built.append(chapter.name))
        assert gradloom("build", "--course", own_course).exit_code == 0
        with_checks = [p.parent.name for p in (own_course / "chapters").glob("*/checks.py")]
        assert built == sorted(with_checks)
        assert len(list((own_course / "chapters").glob("*/chapter.md"))) >= len(built)

    def test_a_chapter_without_checks_is_one_line(self, gradloom, own_course):
        (own_course / "chapters" / CHAPTER / "checks.py").unlink()
        done = gradloom("build", CHAPTER, "--course", own_course)
        assert (done.exit_code, done.output.count("\n")) == (1, 1)

    def test_a_full_disk_is_one_line(self, gradloom, own_course, monkeypatch):
        def build(*_):
            raise OSError(errno.ENOSPC, "No space left on device", "some/file")

        monkeypatch.setattr(builder, "build", build)
        done = gradloom("build", CHAPTER, "--course", own_course)
        assert done.exit_code == 1
        assert "No space left on device: 'some/file': mend that" in done.output
        assert "Traceback" not in done.output

    def test_an_authors_mistake_is_one_line_with_file_and_line(self, gradloom, own_course):
        page = own_course / "chapters" / CHAPTER / "chapter.md"
        text = page.read_text("utf-8").replace("ops.Mul.backward", "ops.Mul.backwards")
        page.write_text(text, "utf-8")
        line = text[: text.index("ops.Mul.backwards")].count("\n") + 1
        done = gradloom("build", "--course", own_course)
        assert done.exit_code == 1
        assert done.output.startswith(f"Error: {page}:{line}: exercise mul-backward: ")
        assert done.output.count("\n") == 1


class TestMatrix:
    def test_shows_and_saves_what_rejects_each_answer(self, gradloom, own_course, tmp_path):
        files = ["--html", tmp_path / "m.html", "--csv", tmp_path / "m.csv"]
        only = ["--exercise", "mul-backward", "--course", own_course]
        done = gradloom("matrix", CHAPTER, *only, *files)
        assert done.exit_code == 0, done.output
        (row,) = [line.split() for line in done.output.splitlines() if "float64" in line]
        assert row == ["product-in-float64", "7", "yes", "mul_any"]
        assert "product-in-float64" in (tmp_path / "m.html").read_text("utf-8")
        assert "product-in-float64" in (tmp_path / "m.csv").read_text("utf-8")

    def test_names_what_survives(self, gradloom, own_course):
        checks = own_course / "chapters" / CHAPTER / "checks.py"
        kept = [x for x in checks.read_text("utf-8").splitlines() if "mul_constant" not in x]
        checks.write_text("\n".join(kept) + "\n", "utf-8")
        done = gradloom("matrix", CHAPTER, "--exercise", "mul-backward", "--course", own_course)
        assert done.exit_code == 1
        problem = "product-drops-constants survives: no probe of mul-backward rejects it"
        assert problem in done.output.splitlines()
        assert done.output.endswith("Error: the matrix is not clean: 1 to mend, listed above\n")

    def test_says_which_chapter_cannot_be_tried(self, gradloom, own_course):
        checks = own_course / "chapters" / CHAPTER / "checks.py"
        checks.write_text("nonsense", "utf-8")
        done = gradloom("matrix", CHAPTER, "--course", own_course)
        assert done.exit_code == 1
        assert f"{CHAPTER} cannot be tried: {checks}:1: pytest cannot collect it" in done.output


class TestMutants:
    def test_lists_those_that_live(self, gradloom, own_course):
        listed = own_course / "chapters" / CHAPTER / "equivalent.txt"
        listed.write_text("ops.Nothing: - a + b  # a reason\n", "utf-8")
        done = gradloom("mutants", CHAPTER, "--course", own_course)
        assert done.exit_code == 0
        assert "alive in operators: tensor.Tensor.__radd__: - return" in done.output
        assert "no such survivor, remove it: ops.Nothing: - a + b" in done.output

    def test_fails_where_too_many_live(self, gradloom, own_course, monkeypatch):
        monkeypatch.setattr("gradloom_grader.mutants.GOAL", 1.01)
        done = gradloom("mutants", CHAPTER, "--course", own_course)
        assert done.exit_code == 1
        assert f"too many are alive in {CHAPTER}" in done.output


class TestGrade:
    def test_shows_a_table(self, gradloom, own_course, rehearsal):
        for student, content in (("ada", rehearsal.solved()), ("zuse", rehearsal.released)):
            folder = own_course / "submitted" / student / CHAPTER
            folder.mkdir(parents=True)
            (folder / f"{CHAPTER}.ipynb").write_text(json.dumps(content), "utf-8")
        done = gradloom("grade", CHAPTER, "--course", own_course)
        assert done.exit_code == 0
        rows = [line.split("│")[1:4] for line in done.output.splitlines() if line.startswith("│")]
        cells = [[text.strip() for text in row] for row in rows]
        assert ["ada", "120 / 120", "all right"] in cells
        assert ["zuse", "0 / 120", "nothing attempted"] in cells
        assert "2 graded, 0 unchanged and not run again" in done.output

    @pytest.fixture
    def graded(self, solved_report):
        """A class of which one report changed, one is new, one stands, and one failed."""
        first, *rest = solved_report.exercises
        worse = replace(first, points=5.0, status="partly")
        older = replace(solved_report, score=115.0, exercises=(worse, *rest))
        return bulk.Graded(
            reports=dict.fromkeys(("ada", "alan", "emmy"), solved_report),
            before={"ada": older, "alan": solved_report},
            failures={"zuse": "[killed]"},
            gradebook="the gradebook is locked",
        )

    def test_says_what_changed_and_what_to_do(self, gradloom, own_course, monkeypatch, graded):
        monkeypatch.setattr(bulk, "grade_class", lambda *_, force, **__: force and graded)
        done = gradloom("grade", CHAPTER, "--force", "--course", own_course)
        assert done.exit_code == 1
        row = "ada │ 115 → 120 │ arithmetic-forward │ 5 → 10 │ passed instead of partly"
        assert row in " ".join(done.output.split())
        assert "2 graded, 1 unchanged and not run again" in done.output
        assert "the gradebook is locked" in done.output
        assert "zuse is not done: [killed]" in done.output
        assert "run `gradloom grade` again" in done.output

    def test_tells_beforehand_what_would_change(self, gradloom, own_course, monkeypatch, graded):
        monkeypatch.setattr(bulk, "preview", lambda *_, **__: graded)
        done = gradloom("regrade-diff", CHAPTER, "--course", own_course)
        assert done.exit_code == 1
        assert "ada │ 115 → 120" in " ".join(done.output.split())
        assert "emmy would be graded for the first time" in done.output
        assert "1 would change, 1 would stay as they are" in done.output

    def test_nothing_to_grade_is_one_line(self, gradloom, own_course):
        done = gradloom("grade", CHAPTER, "--course", own_course)
        assert done.exit_code == 1
        assert "nothing to grade" in done.output
        assert "Traceback" not in done.output

    def test_students_text_is_no_markup(self, gradloom, own_course, monkeypatch, solved_report):
        loud = replace(solved_report, rejected="[bold]x[/nope]")
        assert "[bold]x[/nope]" in loud.summary()
        with cli.console.capture() as capture:
            cli.console.print(tables.scores({"ada": loud}))
        assert "[bold]x[/nope]" in capture.get()


class TestRelease:
    def test_says_where(self, gradloom, own_course):
        done = gradloom("release", CHAPTER, "--course", own_course)
        assert done.exit_code == 0
        assert f"released {own_course / 'release' / CHAPTER}" in done.output.replace("\n", "")

    def test_an_unknown_chapter_is_one_line(self, gradloom, own_course):
        done = gradloom("release", "12_more", "--course", own_course)
        assert done.exit_code == 1
        assert "there is no chapter '12_more'" in done.output


def test_the_version_is_told(gradloom):
    assert "0." in gradloom("--version").output
