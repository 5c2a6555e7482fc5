"""Killed at any moment, again and again, a class is in the end graded as if nothing had happened.

`GRADLOOM_KILLS` sets how often (`make crash`: a hundred times), `GRADLOOM_SEED` repeats a run.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from gradloom_grader.chapters import read_course
from gradloom_grader.demo import hand_in
from gradloom_grader.pages import Pages
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

CHAPTER = "04_elementwise"
STUDENTS = 40
KILLS = int(os.environ.get("GRADLOOM_KILLS", "10"))
SEED = int(os.environ.get("GRADLOOM_SEED", time.time_ns() % 2**32))
GRADE = [str(Path(sys.executable).with_name("gradloom")), "grade", CHAPTER]


@pytest.fixture(scope="module")
def classroom(course_folder, rehearsal, tmp_path_factory):
    """A course with the submissions of a class, some of them with a time."""
    folder = shutil.copytree(course_folder, tmp_path_factory.mktemp("crash") / "course")
    hand_in(folder, CHAPTER, rehearsal.students(STUDENTS, odd=False))
    for n, path in enumerate(sorted((folder / "submitted").glob("*/*"))):
        if n % 3 == 0:
            (path / "timestamp.txt").write_text(f"2026-11-20 10:00:{n:02} UTC")
    return folder


@pytest.fixture(scope="module")
def undisturbed(classroom):
    """What a run that nobody kills makes of the class."""
    folder = shutil.copytree(classroom, classroom.with_name("undisturbed"))
    finish(folder)
    return made(folder)


def start(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        GRADE,
        cwd=folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def finish(folder: Path) -> None:
    done = subprocess.run(GRADE, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def reports(folder: Path) -> list[Path]:
    return list((folder / "reports" / CHAPTER).glob("[!.]*.json"))


def rows(folder: Path) -> list[tuple]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        found = [
            (s.student.id, s.timestamp, n.late_submission_penalty, cell.name, *values)
            for s in book.assignment_submissions(CHAPTER)
            for n in s.notebooks
            for cell, values in [
                *((g.cell, (g.auto_score, g.manual_score, g.needs_manual_grade)) for g in n.grades),
                *((c.cell, (c.auto_comment,)) for c in n.comments),
            ]
        ]
    return sorted(found, key=repr)


def made(folder: Path) -> dict:
    """All that grading makes: the files to the byte, the gradebook by its rows and its export."""
    files = [*(folder / "reports").rglob("*"), *(folder / "autograded").rglob("*")]
    texts = {str(p.relative_to(folder)): p.read_bytes() for p in files if p.is_file()}
    export = CsvExportPlugin()
    export.to = str(folder / "grades.csv")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        export.export(book)
    return {**texts, "rows": rows(folder), "export": Path(export.to).read_text("utf-8")}


def family(pid: int) -> set[int]:
    """A process and all that it started, directly or not."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
    found, more = {pid}, {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more} - found
        found |= more
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def kill(process: subprocess.Popen) -> None:
    """End the whole process group, and see all of it gone."""
    started = family(process.pid)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while left := {pid for pid in started if is_alive(pid)}:
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.01)


def disturb(folder: Path, rng: random.Random) -> bool:
    """Start grading and kill it at a random moment: on its way to the first report, or as soon as
    some more are there, or a little later. Return whether it was still at work."""
    before, process = len(reports(folder)), start(folder)
    more = rng.choice([0, 1, 1, 2, 3, 5])
    until = time.monotonic() + (rng.uniform(0, 4) if more == 0 else 120)
    while process.poll() is None and time.monotonic() < until:
        if more and len(reports(folder)) >= before + more:
            time.sleep(rng.choice([0, 0, rng.uniform(0, 0.1)]))
            break
        time.sleep(0.001)
    was_at_work = process.poll() is None
    kill(process) if was_at_work else process.wait()
    return was_at_work


def half_done(folder: Path) -> set[str]:
    """Which reports are there without their pages, or without their row in the gradebook."""
    course = read_course(folder)
    graded = {row[0] for row in rows(folder)}
    students = {path.stem for path in reports(folder)}
    pages = Pages(course, course.chapter(CHAPTER))
    return students - (graded & set(filter(pages.is_published, students)))


def test_killed_at_random_moments_the_class_is_graded_as_if_undisturbed(
    classroom, undisturbed, tmp_path
):
    print(f"GRADLOOM_SEED={SEED} GRADLOOM_KILLS={KILLS}")
    assert len(undisturbed["rows"]) > STUDENTS * 10
    assert len(undisturbed["export"].splitlines()) > STUDENTS
    rng, mounts = random.Random(SEED), Path("/proc/self/mountinfo").read_text()
    kills, broken_off, halves, rounds = 0, 0, 0, 0
    while kills < KILLS:
        folder = shutil.copytree(classroom, tmp_path / f"course{rounds}")
        while kills < KILLS and len(reports(folder)) < STUDENTS:
            kills += disturb(folder, rng)
            broken_off += 0 < len(reports(folder)) < STUDENTS
            halves += bool(half_done(folder))
        finish(folder)
        found = made(folder)
        for name, content in undisturbed.items():
            assert found.pop(name, None) == content, f"{name} differs"
        assert not found
        rounds += 1
    print(f"{kills} kills in {rounds} rounds; {broken_off} left some of the class, {halves} halves")
    assert broken_off
    assert halves
    assert Path("/proc/self/mountinfo").read_text() == mounts
