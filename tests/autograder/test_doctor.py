"""The doctor sees what is there, says what to do about what is not, and changes nothing."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from gradloom_grader import bulk, cli, doctor
from gradloom_grader.jail import Jail
from gradloom_grader.limits import Limits

HINT = "apt install bubblewrap"


@pytest.fixture
def remedies(own_course, monkeypatch):
    """What is missing, with what to do about it; the jail is taken to be all right."""
    monkeypatch.setattr(doctor, "_jail", lambda limits: doctor.Check("jail", "it starts"))
    return lambda: {c.what: c.remedy for c in doctor.examine(own_course) if not c.ok}


@pytest.fixture
def looked(own_course, monkeypatch):
    """Run the command."""
    monkeypatch.setattr(cli.console, "width", 200)
    return lambda: CliRunner().invoke(cli.main, ["doctor", "--course", str(own_course)])


def test_all_is_well(looked, own_course):
    before = {path: path.stat().st_mtime_ns for path in own_course.rglob("*")}
    done = looked()
    assert done.exit_code == 0, done.output
    assert "missing" not in done.output
    for text in ("bubblewrap 0.", "refuses a second process, the network", "nbgrader 0.9", "60 s"):
        assert text in done.output
    assert {path: path.stat().st_mtime_ns for path in own_course.rglob("*")} == before


def test_without_bubblewrap(looked, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    done = looked()
    assert done.exit_code == 1
    assert HINT in done.output
    assert "2 missing" in done.output


def test_a_jail_that_is_open(monkeypatch):
    monkeypatch.setattr(doctor, "Jail", partial(Jail, unsafe=True))
    found = doctor._jail(Limits())
    assert not found.ok
    for what in ("a second process", "the network", "other people's files"):
        assert what in found.remedy


def test_a_package_too_old(remedies, monkeypatch):
    monkeypatch.setattr(doctor, "_version", {"numpy": "1.26"}.get)
    assert "'numpy<3,>=2'" in remedies()["packages"]


def test_a_gradebook_that_is_damaged(remedies, own_course):
    assert not remedies()
    (own_course / "gradebook.db").write_bytes(b"no database" * 1000)
    assert "not a database" in remedies()["gradebook"]


def test_a_server_that_does_not_answer(remedies, own_course):
    with (own_course / "nbgrader_config.py").open("a") as file:
        file.write("\nget_config().CourseDirectory.db_url = 'postgresql://u:word@127.0.0.1:9/x'\n")
    found = list(doctor._course(own_course))[-1]
    assert not found.ok
    assert "word" not in f"{found.found}{found.remedy}"


def test_no_gradebook_yet(remedies, own_course):
    (own_course / "gradebook.db").unlink()
    assert not remedies()
    assert not (own_course / "gradebook.db").exists()


def test_nbgrader_that_does_not_know_the_grader(remedies, own_course):
    (own_course / "nbgrader_config.py").write_text("get_config()\n")
    assert "gradloom_grader.bridge.configure" in remedies()["nbgrader"]


def test_a_course_that_cannot_be_read(remedies, own_course):
    page = next((own_course / "chapters").glob("04*/chapter.md"))
    page.write_text(page.read_text("utf-8").replace("points=7", "points=many", 1), "utf-8")
    assert str(page) in remedies()["course"]


def test_no_course():
    assert "name its folder with --course" in list(doctor.examine(Path("/usr")))[-1].remedy


def test_a_course_is_found_from_within(own_course):
    found = list(doctor._course(own_course / "chapters" / "04_elementwise"))
    assert len(found) == 3
    assert all(check.ok for check in found)


def test_grading_refuses_without_bubblewrap(own_course, monkeypatch, release_folder):
    handed_in = own_course / "submitted" / "ada" / "04_elementwise"
    shutil.copytree(release_folder, handed_in)
    monkeypatch.setenv("PATH", "/nowhere")
    grade = ["grade", "04_elementwise", "--course", str(own_course)]
    done = CliRunner().invoke(cli.main, grade)
    assert done.exit_code == 1
    assert HINT in " ".join(done.output.split())
    assert not (own_course / "reports").exists()
    done = CliRunner().invoke(cli.main, [*grade, "--unsafe"])
    assert done.exit_code == 0, done.output
    stored = bulk.Store(own_course).read("04_elementwise", "ada")
    assert stored.jail == "none (--unsafe)"
