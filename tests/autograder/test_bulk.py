"""A whole class at once: reports, gradebook and pages agree, and a second run finishes a first."""

import json
import os
import subprocess
import sys

import pytest
from gradloom_grader import bulk, gradebook
from gradloom_grader.errors import SetupError
from gradloom_grader.pages import Pages
from gradloom_grader.report import Store
from gradloom_grader.session import Client
from nbgrader.api import Gradebook

CHAPTER = "04_elementwise"


@pytest.fixture
def classroom(own_course, rehearsal):
    """A copy of the course with six submissions, one of them no notebook."""
    wrong = [a for a in rehearsal.answers if not a.right][10:40:10]
    some = [rehearsal.released, rehearsal.solved(), *(rehearsal.solved(a) for a in wrong)]
    notebooks = dict(zip(("ada", "alan", "emmy", "grace", "tony"), some, strict=True))
    for student, notebook in notebooks.items():
        path = own_course / "submitted" / student / CHAPTER / f"{CHAPTER}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), "utf-8")
    broken = own_course / "submitted" / "zuse" / CHAPTER
    broken.mkdir(parents=True)
    (broken / f"{CHAPTER}.ipynb").write_bytes(b"\x00")
    return own_course


def scores(course) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {s.student.id: s.score for s in book.assignment_submissions(CHAPTER)}


def test_reports_gradebook_and_pages_agree(classroom):
    done = []
    graded = bulk.grade_class(classroom, CHAPTER, done=done.append)
    assert not graded.failures
    assert sorted(done) == sorted(graded.reports) == sorted(bulk.submissions(classroom, CHAPTER))
    assert scores(classroom) == {s: r.score for s, r in graded.reports.items()}
    for student, found in graded.reports.items():
        assert Store(classroom).read(CHAPTER, student) == found
        assert (classroom / "autograded" / student / CHAPTER / f"{CHAPTER}.ipynb").exists()
    assert graded.reports["zuse"].rejected


def test_a_mistake_of_the_grader_costs_nobody_else(classroom, monkeypatch):
    publish = Pages.publish

    def failing(self, student, submission, found):
        if student == "emmy":
            raise RuntimeError("not thought of")
        return publish(self, student, submission, found)

    monkeypatch.setattr(Pages, "publish", failing)
    graded = bulk.grade_class(classroom, CHAPTER, done=lambda student: None)
    assert graded.failures == {"emmy": "the grader failed: RuntimeError: not thought of"}
    assert graded.reports.keys() == bulk.submissions(classroom, CHAPTER).keys() - {"emmy"}


def test_links_are_no_submissions(own_course, tmp_path):
    folder = own_course / "submitted" / "eve" / CHAPTER
    folder.mkdir(parents=True)
    (folder / f"{CHAPTER}.ipynb").symlink_to(own_course / "source" / CHAPTER / f"{CHAPTER}.ipynb")
    other = own_course / "submitted" / "mallory"
    other.mkdir()
    (other / CHAPTER).symlink_to(own_course / "source" / CHAPTER)
    os.mkfifo(own_course / "submitted" / "mallory" / "pipe")
    assert bulk.submissions(own_course, CHAPTER) == {}


def test_a_linked_student_is_no_submission(own_course, tmp_path):
    (tmp_path / "elsewhere" / CHAPTER).mkdir(parents=True)
    (tmp_path / "elsewhere" / CHAPTER / f"{CHAPTER}.ipynb").write_text("{}")
    (own_course / "submitted").mkdir()
    (own_course / "submitted" / "eve").symlink_to(tmp_path / "elsewhere")
    assert bulk.submissions(own_course, CHAPTER) == {}


def test_nothing_to_grade_is_told(own_course):
    with pytest.raises(SetupError, match="nothing to grade"):
        bulk.grade_class(own_course, CHAPTER, done=lambda _: None)


def test_a_chapter_that_is_not_released_is_told(own_course):
    (own_course / "gradebook.db").unlink()
    folder = own_course / "submitted" / "ada" / CHAPTER
    folder.mkdir(parents=True)
    (folder / f"{CHAPTER}.ipynb").write_text("{}")
    with pytest.raises(SetupError, match="gradloom release"):
        bulk.grade_class(own_course, CHAPTER, done=lambda _: None)
    assert not (own_course / "reports").exists()


def test_referees_that_have_started_end_where_the_gradebook_cannot_be_had(classroom, monkeypatch):
    started, start = [], Client._start

    def noted(self):
        start(self)
        started.append(self._process)

    monkeypatch.setattr(Client, "_start", noted)
    (classroom / "gradebook.db").write_text("no gradebook")
    with pytest.raises(SetupError, match="gradebook"):
        bulk.grade_class(classroom, CHAPTER, done=lambda _: None)
    assert len(started) == min(len(os.sched_getaffinity(0)), 6)
    assert all(process.returncode is not None for process in started)
    assert not (classroom / "reports").exists()


def test_nbgrader_is_not_imported_before_referees_start():
    code = "import sys, gradloom_grader.cli as _; sys.exit('nbgrader' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


STAMPS = {
    "2026-11-20 10:00:00 UTC": "2026-11-20 10:00:00",
    "no time at all": None,
    "": None,
    "9" * 5000: None,
}


@pytest.mark.parametrize(("text", "time"), STAMPS.items(), ids=lambda v: str(v)[:20])
def test_a_timestamp_is_read_or_left(tmp_path, text, time):
    (tmp_path / "timestamp.txt").write_text(text)
    found = gradebook.submitted_at(tmp_path / "any.ipynb")
    assert (str(found) if found else None) == time


def test_a_timestamp_of_bytes_a_folder_and_a_link_say_no_time(tmp_path):
    notebook = tmp_path / "any.ipynb"
    assert gradebook.submitted_at(notebook) is None
    stamp = tmp_path / "timestamp.txt"
    stamp.write_bytes(b"\xff\xfe\x00")
    assert gradebook.submitted_at(notebook) is None
    stamp.unlink()
    stamp.symlink_to("/etc/hostname")
    assert gradebook.submitted_at(notebook) is None
    stamp.unlink()
    stamp.mkdir()
    assert gradebook.submitted_at(notebook) is None
