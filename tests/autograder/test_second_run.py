"""A class that was graded before: what stands is left alone, what is missing is made, nothing good
is given up before something better is there."""

import errno
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from gradloom_grader import bulk, collected, report
from gradloom_grader.errors import SetupError, SubmissionError
from gradloom_grader.report import Store
from gradloom_grader.session import Client
from nbgrader.api import Gradebook

CHAPTER = "04_elementwise"
STUDENTS = ("ada", "alan", "zuse")
NO_SPACE = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(scope="module")
def graded_course(course_folder, rehearsal, tmp_path_factory):
    """A class of three, graded once: a right notebook, a wrong one, and none at all."""
    folder = shutil.copytree(course_folder, tmp_path_factory.mktemp("graded") / "course")
    wrong = next(a for a in rehearsal.answers if not a.right)
    notebooks = [json.dumps(rehearsal.solved()), json.dumps(rehearsal.solved(wrong)), "no notebook"]
    for student, text in zip(STUDENTS, notebooks, strict=True):
        path = folder / "submitted" / student / CHAPTER / f"{CHAPTER}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    grade(folder)
    return folder


@pytest.fixture
def folder(graded_course, tmp_path):
    return shutil.copytree(graded_course, tmp_path / "course")


@pytest.fixture
def no_referee(monkeypatch):
    def start(self):
        raise AssertionError("a referee was started")

    monkeypatch.setattr(Client, "_start", start)


def grade(folder, done=lambda student: None, **options) -> bulk.Graded:
    return bulk.grade_class(folder, CHAPTER, done, **options)


def page(folder, student: str):
    return folder / "autograded" / student / CHAPTER / f"{CHAPTER}.ipynb"


def made(folder) -> dict[str, bytes]:
    """The reports and pages, and the scores in the gradebook."""
    files = [*(folder / "reports").rglob("*"), *(folder / "autograded").rglob("*")]
    found = {str(p.relative_to(folder)): p.read_bytes() for p in files if p.is_file()}
    return found | {"scores": repr(sorted(scores(folder).items())).encode()}


def scores(folder) -> dict[str, float]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {s.student.id: s.score for s in book.assignment_submissions(CHAPTER)}


def resubmit(folder, student: str) -> None:
    """The same work in a file that differs."""
    path = folder / "submitted" / student / CHAPTER / f"{CHAPTER}.ipynb"
    path.write_bytes(path.read_bytes() + b"\n")


def test_what_stands_is_not_run_again(folder, no_referee):
    before, done = made(folder), []
    again = grade(folder, done.append)
    assert again.unchanged == done == list(STUDENTS)
    assert set(again.reports) == set(STUDENTS)
    assert not again.changes
    assert not again.failures
    assert made(folder) == before


def test_only_what_differs_is_run(folder, monkeypatch):
    started, start = [], Client._start
    monkeypatch.setattr(Client, "_start", lambda self: (started.append(self), start(self)))
    resubmit(folder, "ada")
    again = grade(folder)
    assert len(started) == 1
    assert again.unchanged == ["alan", "zuse"]
    assert again.reports["ada"].key != again.before["ada"].key
    assert not again.changes


@pytest.mark.parametrize("lost", ["page", "second page", "stale page", "grades"])
def test_what_is_missing_is_made_from_the_report(folder, no_referee, lost):
    before = made(folder)
    if lost == "grades":
        with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
            book.remove_submission(CHAPTER, "ada")
    elif lost == "stale page":
        page(folder, "ada").write_text("{}")
    else:
        path = page(folder, "ada")
        (path if lost == "page" else path.with_name("report.html")).unlink()
    assert made(folder) != before
    grade(folder)
    assert made(folder) == before


def test_a_notebook_that_cannot_be_read_starts_no_referee(folder, no_referee, monkeypatch):
    def load(path, original=collected.load):
        if "ada" in path.parts:
            raise SubmissionError("it cannot be read: Permission denied")
        return original(path)

    monkeypatch.setattr(collected, "load", load)
    again = grade(folder)
    assert again.unchanged == ["alan", "zuse"]
    assert again.failures == {"ada": "it cannot be read: Permission denied"}


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"chapter": 4}'])
def test_a_damaged_report_is_none(tmp_path, text):
    report.write_atomically(Store(tmp_path).path(CHAPTER, "zuse"), text)
    assert Store(tmp_path).read(CHAPTER, "zuse") is None


def test_a_damaged_report_is_made_again(folder):
    before, path = made(folder), Store(folder).path(CHAPTER, "zuse")
    path.write_text("{}")
    assert grade(folder).unchanged == ["ada", "alan"]
    assert made(folder) == before


def test_force_runs_all_and_makes_the_same(folder):
    before = made(folder)
    again = grade(folder, force=True)
    assert not again.unchanged
    assert not again.changes
    assert set(again.before) == set(STUDENTS)
    assert made(folder) == before


def test_a_referee_that_fails_costs_no_result(folder, monkeypatch):
    def fail(self, *notebooks):
        raise SetupError("killed")

    before = made(folder)
    monkeypatch.setattr(Client, "graded", fail)
    again = grade(folder, force=True)
    assert again.failures == dict.fromkeys(STUDENTS, "killed")
    assert not again.reports
    assert made(folder) == before


def test_where_no_referee_starts_nothing_is_graded(folder, monkeypatch):
    def ready(self):
        raise SetupError("no jail")

    before = made(folder)
    monkeypatch.setattr(Client, "ready", property(ready))
    with pytest.raises(SetupError, match="no jail"):
        grade(folder, force=True)
    assert made(folder) == before


def test_a_full_disk_stops_nobody_else_and_a_second_run_finishes(folder, monkeypatch):
    before = made(folder)
    shutil.rmtree(folder / "reports")
    shutil.rmtree(folder / "autograded")

    def write(path, text, original=report.write_atomically):
        if path.name == "alan.json" or "ada" in path.parts:
            raise NO_SPACE
        original(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(report, "write_atomically", write)
        first = grade(folder)
    assert first.failures == {
        "ada": "its pages cannot be written: No space left on device",
        "alan": "No space left on device",
    }
    assert set(first.reports) == {"ada", "zuse"}
    assert page(folder, "zuse").exists()
    assert grade(folder).unchanged == ["ada", "zuse"]
    assert made(folder) == before


@pytest.mark.parametrize("failing", ["write", "close"])
def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch, failing):
    path = tmp_path / "ada.json"
    report.write_atomically(path, "old")

    class Full:
        def __init__(self, handle, *_, **__):
            self.handle = handle

        def __enter__(self):
            return self

        def __exit__(self, *_):
            os.close(self.handle)
            if failing != "write":
                raise NO_SPACE

        def write(self, text):
            os.write(self.handle, text[:1].encode())
            if failing == "write":
                raise NO_SPACE

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", Full)
        with pytest.raises(OSError, match="No space"):
            report.write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["ada.json"]


def test_what_the_dead_left_is_cleared(tmp_path):
    dead, alive = 2**22 + 1, os.getpid()  # no process has a number as large
    for name in (
        f".ada.json.{dead}.abcd_123",
        f".ada.json.{alive}.abcd_123",
        ".hidden",
        "ada.json",
    ):
        (tmp_path / name).touch()
    report.clear_remains(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [f".ada.json.{alive}.abcd_123", ".hidden", "ada.json"]


def test_a_gradebook_that_is_locked_meanwhile_is_brought_up_by_a_second_run(folder):
    before = made(folder)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        for student in STUDENTS:
            book.remove_submission(CHAPTER, student)
    shutil.rmtree(folder / "reports")
    with (folder / "nbgrader_config.py").open("a") as config:
        url = f"sqlite:///{folder / 'gradebook.db'}?timeout=0.1"
        config.write(f"\nc = get_config()\nc.CourseDirectory.db_url = {url!r}\n")
    with closing(sqlite3.connect(folder / "gradebook.db")) as other:
        first = grade(folder, lambda _: other.in_transaction or other.execute("BEGIN IMMEDIATE"))
        other.rollback()
    assert "database is locked" in first.gradebook
    assert "next `gradloom grade`" in first.gradebook
    assert set(first.reports) == set(STUDENTS)
    assert not first.failures
    assert set(scores(folder)) == {"ada"}
    second = grade(folder)
    assert second.unchanged == list(STUDENTS)
    assert not second.gradebook
    assert made(folder) == before


@pytest.fixture
def older(folder):
    """The folder with a report of ada's that other checks made."""
    store = Store(folder)
    data = json.loads(store.path(CHAPTER, "ada").read_text("utf-8"))
    exercise = next(e for e in data["exercises"] if e["id"] == "mul-backward")
    data["score"], exercise["points"], data["key"] = 116.5, 3.5, "older"
    exercise["probes"][0]["passed"] = False
    exercise["probes"][1]["name"] = "asked_before"
    store.path(CHAPTER, "ada").write_text(json.dumps(data), "utf-8")
    return folder


def test_a_preview_tells_what_would_change_and_writes_nothing(older):
    before = made(older)
    found = bulk.preview(older, CHAPTER, lambda student: None)
    assert made(older) == before
    assert found.unchanged == ["alan", "zuse"]
    now = found.reports["ada"].exercises
    probes = next(e for e in now if e.id == "mul-backward").probes
    [change] = found.changes["ada"]
    assert (change.exercise, change.before, change.after) == ("mul-backward", 3.5, 7.0)
    assert change.because == (
        f"{probes[0].name} passes, {probes[1].name}, new, passes, asked_before is gone"
    )
    assert grade(older).changes == found.changes


def test_points_may_change_without_a_probe(graded_course):
    now = Store(graded_course).read(CHAPTER, "ada")
    first, *rest = now.exercises
    make = lambda **values: replace(now, exercises=(replace(first, **values), *rest))  # noqa: E731
    because = {
        "worth 10 instead of 20": make(points=20.0, max_points=20.0),
        "passed instead of carried": make(points=5.0, status="carried"),
        "it is new": replace(now, exercises=tuple(rest)),
    }
    for words, before in because.items():
        [change] = report.changes(before, now)
        assert (change.exercise, change.after, change.because) == (first.id, 10.0, words)
    assert report.changes(now, replace(now, exercises=tuple(rest)))[0].because == "it is gone"
    assert report.changes(now, now) == []
