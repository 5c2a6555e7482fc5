"""Stock nbgrader, with the course's configuration, gives what `gradloom check` gives."""

import copy
import csv
import dataclasses
import html
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from gradloom_grader import bridge, pages, report
from gradloom_grader.chapters import read_course
from gradloom_grader.report import Report
from nbgrader.api import Gradebook

CHAPTER = "04_elementwise"
EVIL = "<script>alert(1)</script>"
BIN = Path(sys.executable).parent


def hand_in(course: Path, student: str, notebook: dict | bytes) -> None:
    path = course / "submitted" / student / CHAPTER / f"{CHAPTER}.ipynb"
    path.parent.mkdir(parents=True)
    raw = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    path.write_bytes(raw)


@pytest.fixture(scope="module")
def classroom(rehearsal):
    """All right, one that shouts, nothing at all, careless accidents, and a broken file."""
    shouting = (
        f"def backward(self, out_grad, node):\n    print('{EVIL}')\n    raise ValueError('{EVIL}')"
    )
    notebook = rehearsal.filled({"ops.Mul.backward": shouting})
    added = [f"import os  # {EVIL}", f"print('{EVIL}')"]
    notebook["cells"] += [nbformat.v4.new_code_cell(source) for source in added]
    careless = copy.deepcopy(rehearsal.solved())
    cells = careless["cells"]
    twin = next(c for c in cells if c["id"] == "mul-backward")
    cells[:] = [c for c in cells if c["id"] not in ("sub-backward", "pow-backward-check")]
    cells.append(copy.deepcopy(twin))
    cells[3]["metadata"]["nbgrader"] = {"schema_version": 1, "grade_id": "x", "points": 999}
    return {
        "ada": rehearsal.solved(),
        "boole": notebook,
        "church": rehearsal.released,
        "dijkstra": careless,
    }


@pytest.fixture(scope="module")
def graded(course_folder, classroom, tmp_path_factory):
    """The class graded by nbgrader's own commands."""
    folder = tmp_path_factory.mktemp("stock") / "course"
    shutil.copytree(course_folder, folder)
    for student, notebook in classroom.items():
        hand_in(folder, student, notebook)
    (folder / "submitted" / "boole" / CHAPTER / pages.PAGE).write_text(EVIL)
    for command in (
        ["autograde", CHAPTER],
        ["generate_feedback", CHAPTER],
        ["export", "--to", "grades.csv"],
    ):
        subprocess.run([BIN / "nbgrader", *command], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def checked(graded, classroom, grade):
    """The same notebooks as the referee judges them; one of them through `gradloom check`."""
    reports = {s: grade(notebook) for s, notebook in classroom.items() if s != "boole"}
    notebook = graded / "submitted" / "boole" / CHAPTER / f"{CHAPTER}.ipynb"
    target = graded / "boole.json"
    command = [BIN / "gradloom", "check", notebook, "--json", target, "--course", graded]
    subprocess.run(command, check=True, capture_output=True, cwd=graded)
    return reports | {"boole": Report.from_json(target.read_text("utf-8"))}


class TestStockNbgrader:
    def test_stores_the_same_reports_to_the_byte(self, graded, checked):
        for student, found in checked.items():
            stored = graded / "reports" / CHAPTER / f"{student}.json"
            assert stored.read_text("utf-8") == found.to_json()

    def test_scores_exercise_by_exercise_what_check_says(self, graded, checked):
        with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as book:
            for student, found in checked.items():
                for result in found.exercises:
                    name = f"{result.id}-check"
                    grade = book.find_grade(name, CHAPTER, CHAPTER, student)
                    assert grade.auto_score == result.points
                    assert grade.max_score == result.max_points
                    assert not grade.needs_manual_grade

    def test_exports_the_sums(self, graded, checked):
        with (graded / "grades.csv").open(newline="") as file:
            rows = {row["student_id"]: row for row in csv.DictReader(file)}
        assert rows.keys() == checked.keys()
        for student, found in checked.items():
            assert float(rows[student]["score"]) == found.score
            assert float(rows[student]["max_score"]) == found.max_score + found.manual_max

    def test_the_class_spans_everything_and_nothing(self, checked):
        assert [checked[s].score for s in ("ada", "church", "dijkstra")] == [120, 0, 113]
        assert 0 < checked["boole"].score < 120
        assert checked["dijkstra"].repairs


class TestFeedback:
    @pytest.fixture
    def pages(self, graded, checked):
        folder = graded / "feedback"
        return {s: (folder / s / CHAPTER / f"{CHAPTER}.html").read_text("utf-8") for s in checked}

    def test_shows_marks_and_reasons(self, pages, checked):
        for student, found in checked.items():
            for result in found.exercises:
                points = f"{report.number(result.points)} of {report.number(result.max_points)}"
                assert f"{result.id}: {points} points" in pages[student]
            assert all(html.escape(r) in pages[student] for r in found.repairs)
        assert "Nothing was written here" in pages["church"]

    def test_has_our_page_beside_nbgraders(self, graded, checked):
        for student, found in checked.items():
            page = (graded / "feedback" / student / CHAPTER / pages.PAGE).read_text("utf-8")
            assert f"<strong>{report.number(found.score)}</strong> of 120 points" in page
            assert EVIL not in page  # not even one that was handed in under its name

    def test_never_shows_flags(self, pages, checked):
        assert any("uses os" in flag for flag in checked["boole"].flags)
        assert "uses os" not in pages["boole"]

    def test_shows_students_text_as_text(self, pages):
        assert EVIL not in pages["boole"]
        assert "&lt;script&gt;alert(1)" in pages["boole"]

    def test_shows_no_hidden_input(self, pages, cases, checked):
        hidden = {c.key for c in cases if not c.visible}
        for found in checked["boole"].exercises:
            for probe in found.probes:
                if probe.name in hidden and not probe.passed:
                    assert "asked:" not in probe.message


class TestTheGradedNotebook:
    def test_is_the_release_with_the_students_work_and_the_results(self, graded, classroom):
        path = graded / "autograded" / "boole" / CHAPTER / f"{CHAPTER}.ipynb"
        notebook = nbformat.read(path, 4)
        nbformat.validate(notebook)
        cells = {c.id: c for c in notebook.cells}
        assert EVIL in cells["mul-backward"].source
        assert "html" in str(cells["mul-backward-check"].outputs[0].data)
        assert "BEGIN SOLUTION" not in json.dumps(notebook)

    @pytest.mark.parametrize("raw", [b"not a notebook", b'{"cells": []}', b'{"nbformat": 3}'])
    def test_holds_no_solution_where_there_is_no_work(self, course, chapter, grade, raw, tmp_path):
        folder = dataclasses.replace(course, folder=tmp_path)
        shutil.copytree(course.folder / "source", tmp_path / "source")
        ours = pages.Pages(folder, chapter)
        shown, before = json.dumps(ours.publish("ada", ours.read(raw), grade(raw))), ours.template
        assert before == pages.Pages(folder, chapter).template  # it serves the next one, too
        assert "SOLUTION" not in shown
        assert "Rubric" in (tmp_path / "source" / CHAPTER / f"{CHAPTER}.ipynb").read_text("utf-8")
        assert "Rubric" not in shown
        assert "could not be graded" in shown or "cells" in json.loads(raw)
        nbformat.validate(nbformat.from_dict(json.loads(shown)))


def test_a_client_is_kept_while_the_chapter_is_the_same_and_renewed_when_it_is_not(
    own_course, monkeypatch
):
    closed = []

    class Fake:
        def __init__(self, *_):
            pass

        def close(self):
            closed.append(self)

    monkeypatch.setattr(bridge, "Client", Fake)
    monkeypatch.setattr(bridge, "_clients", {})
    course = read_course(own_course)
    first = bridge.client(course, course.chapter(CHAPTER))
    assert bridge.client(course, course.chapter(CHAPTER)) is first
    page = own_course / "chapters" / CHAPTER / "chapter.md"
    page.write_text(page.read_text("utf-8") + "\nMore.\n", "utf-8")
    changed = read_course(own_course)
    assert bridge.client(changed, changed.chapter(CHAPTER)) is not first
    assert closed == [first]


def test_configuring_puts_the_environments_commands_first(monkeypatch):
    from traitlets.config import Config

    monkeypatch.setenv("PATH", "/nowhere")
    config = Config()
    bridge.configure(config, "/a/course")
    assert os.environ["PATH"] == f"{BIN}{os.pathsep}/nowhere"
    assert config.CourseDirectory.root == "/a/course"
