"""What is handed in beside, around and instead of a notebook: a whole class of it, graded at once.

The honest students before and after keep their marks, and each of the others gets what is fair:
a mark, a rejection that says what to do, or a line for the instructor.
"""

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from gradloom_grader import bulk, collected
from gradloom_grader.errors import SetupError, SubmissionError
from gradloom_grader.report import Store
from nbgrader.api import Gradebook

CHAPTER = "04_elementwise"
NOTEBOOK = f"{CHAPTER}.ipynb"


@dataclass(frozen=True)
class Handed:
    """One hostile or unlucky submission: what is planted, and what becomes of it.

    `score` is the mark; without one, `says` is in the reason for rejecting it, or for skipping it.
    """

    row: str
    tries: str
    student: str
    plant: Callable[[Any, Path], None]
    score: float | None = None
    skipped: str = ""
    rejected: str = ""
    control: Callable[[Path], bool] = Path.exists


HANDED: list[Handed] = []


def handed(row: str, student: str, **expected) -> Callable:
    """Put a function that plants something at the notebook's path into the table."""

    def keep(plant: Callable[[Any, Path], None]) -> Callable:
        HANDED.append(Handed(row, (plant.__doc__ or "").rstrip("."), student, plant, **expected))
        return plant

    return keep


def write(path: Path, content: dict | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def solution(site) -> Path:
    """What must not be graded as somebody's work: it is worth all points."""
    return site.course / "source" / CHAPTER / NOTEBOOK


def is_worth_something(path: Path) -> bool:
    """The control: whoever just opened this path would find a notebook."""
    return "cells" in json.loads(path.read_bytes())


LINK = "is a link or no"


@handed("F1", "link", skipped=LINK, control=is_worth_something)
def link(site, path):
    """The notebook is a symbolic link to the solution."""
    path.parent.mkdir(parents=True)
    path.symlink_to(solution(site))


@handed("F1", "link-to-zero", skipped=LINK)
def link_to_zero(site, path):
    """The notebook is a link to a device that never ends."""
    path.parent.mkdir(parents=True)
    path.symlink_to("/dev/zero")


@handed("F1", "linked-folder", skipped=LINK, control=is_worth_something)
def linked_folder(site, path):
    """The folder of the chapter is a link to the course's source."""
    path.parent.parent.mkdir()
    path.parent.symlink_to(solution(site).parent)


@handed("F1", "linked-student", skipped=LINK, control=is_worth_something)
def linked_student(site, path):
    """The student's folder is a link to another student's."""
    path.parent.parent.symlink_to(path.parents[2] / "ada")


@handed("F1", "hard-link", skipped=LINK, control=is_worth_something)
def hard_link(site, path):
    """The notebook is another name of the solution's file."""
    path.parent.mkdir(parents=True)
    path.hardlink_to(solution(site))


@handed("F1", "pipe", skipped=LINK, control=lambda p: stat.S_ISFIFO(p.stat().st_mode))
def pipe(site, path):
    """The notebook is a pipe, from which nothing ever comes."""
    path.parent.mkdir(parents=True)
    os.mkfifo(path)


@handed("F1", "socket", skipped=LINK, control=lambda p: stat.S_ISSOCK(p.stat().st_mode))
def socket(site, path):
    """The notebook is a socket."""
    path.parent.mkdir(parents=True)
    os.mknod(path, stat.S_IFSOCK | 0o600)


@handed("F1", "folder", skipped=LINK, control=Path.is_dir)
def folder(site, path):
    """The notebook is a folder."""
    path.mkdir(parents=True)


@handed("F1", "file-for-folder", skipped=LINK, control=Path.exists)
def file_for_folder(site, path):
    """The folder of the chapter is a file."""
    write(path.parent, b"")
    HIDDEN.append(path.parent)


if os.geteuid() == 0:

    @handed("F1", "device", skipped=LINK, control=lambda p: stat.S_ISCHR(p.stat().st_mode))
    def device(site, path):
        """The notebook is a device."""
        path.parent.mkdir(parents=True)
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))


def honest(site, path: Path) -> None:
    write(path, site.honest)


NAMES = {
    "F2": {
        "a backslash": "..\\x",
        "a drive": "C:x",
        "a hidden name": ".x",
        "dots": "...",
        "an option": "-rf",
        "a tilde": "~root",
        "a newline": "x\ny",
        "colours of a terminal": "\x1b[31mx",
        "too many letters": "x" * 65,
        "as many letters as a file system takes": "x" * 255,
        "bytes that are no text": os.fsdecode(b"x\xff"),
    },
    "F4": {
        "a composed letter": unicodedata.normalize("NFC", "zoé"),
        "its decomposed twin": unicodedata.normalize("NFD", "zoé"),
        "a Cyrillic letter that looks Latin": "\u0430da",
        "an override of the writing direction": "ada\u202egnp",
        "a zero-width space": "ada\u200b",
        "a picture": "\U0001f984",
    },
    "F10": {
        "a star": "*",
        "a range of letters": "[a-z]da",
        "a plus": "ada+04",
        "a comma": "ada,120",
        "a quote": 'ada"',
        "a formula": "=cmd()",
        "a formula that begins with @": "@SUM(A1)",
        "markup": "[bold]ada[",
    },
}
for row, names in NAMES.items():
    for what, name in names.items():
        HANDED.append(
            Handed(row, f"The student's id has {what}", name, honest, skipped="rename the folder")
        )


@handed("F5", "no-json", rejected="not a notebook")
def no_json(site, path):
    """The file is no JSON."""
    write(path, b"print('hello')")


@handed("F5", "empty", rejected="the file is empty")
def empty(site, path):
    """The file is empty."""
    write(path, b"")


@handed("F5", "truncated", rejected="the file is damaged")
def truncated(site, path):
    """The file ends in the middle."""
    write(path, json.dumps(site.honest).encode()[:-1000])


@handed("F5", "truncated-large", rejected="the file is damaged")
def truncated_large(site, path):
    """A large file ends in the middle."""
    write(path, json.dumps({**site.honest, "x": "A" * 8_000_000}).encode()[:-1000])


@handed("F5", "conflict", rejected="marks of a merge")
def conflict(site, path):
    """The file holds the marks of a merge conflict."""
    text = json.dumps(site.honest, indent=1)
    write(path, f"<<<<<<< HEAD\n{text}\n=======\n{text}\n>>>>>>> main\n".encode())


@handed("F5", "mark", score=120)
def mark(site, path):
    """The file begins with a byte-order mark."""
    write(path, json.dumps(site.honest).encode("utf-8-sig"))


@handed("F5", "utf-16", rejected="not UTF-8")
def utf_16(site, path):
    """The file is UTF-16."""
    write(path, json.dumps(site.honest).encode("utf-16"))


@handed("F5", "format-3", score=120)
def format_3(site, path):
    """The notebook has the format of 2013."""
    notebook = nbformat.reads(json.dumps(site.honest), 4)
    write(path, dict(nbformat.convert(notebook, 3)))


@handed("F5", "format-5", score=120)
def format_5(site, path):
    """The notebook has a format that there is not yet."""
    write(path, {**site.honest, "nbformat": 5, "nbformat_minor": 99})


@handed("F5", "no-list", rejected="has no cells")
def no_list(site, path):
    """The cells are a number."""
    write(path, {**site.honest, "cells": 3})


@handed("F5", "junk", score=120)
def junk(site, path):
    """Among the cells are things that are none, and cells of things that are no text."""
    others = [3, None, [], {}, {"cell_type": 3, "source": {"a": 1}, "metadata": [], "id": {}}]
    write(path, {**site.honest, "cells": [*others, *site.honest["cells"], *others]})


@handed("F5", "no-cells", score=0)
def no_cells(site, path):
    """There are no cells."""
    write(path, {**site.honest, "cells": []})


@handed("F5", "other-language", score=120)
def other_language(site, path):
    """The notebook says that it is written in R."""
    about = {"kernelspec": {"name": "ir", "language": "R"}, "language_info": {"name": "R"}}
    write(path, {**site.honest, "metadata": {**site.honest["metadata"], **about}})


@handed("F5", "other-chapter", rejected="this is the notebook of 01_values")
def other_chapter(site, path):
    """The notebook of another chapter was handed in."""
    write(path, {"cells": [], "metadata": {"gradloom": {"chapter": "01_values"}}})


@handed("F5", "another-name", score=120)
def another_name(site, path):
    """The notebook has another name."""
    write(path.with_name("mine (1).ipynb"), site.honest)
    write(path.parent / ".ipynb_checkpoints" / "mine (1)-checkpoint.ipynb", {"cells": []})
    HIDDEN.append(path.with_name("mine (1).ipynb"))


@handed("F5", "deeper", score=120)
def deeper(site, path):
    """The notebook is in a folder of its own."""
    write(path.parent / "work" / NOTEBOOK, site.honest)
    HIDDEN.append(path.parent / "work" / NOTEBOOK)


@handed("F5", "two", skipped="2 notebooks, and which one")
def two(site, path):
    """Two notebooks were handed in, and neither is called as it should be."""
    write(path.with_name("one.ipynb"), site.honest)
    write(path.with_name("two.ipynb"), site.honest)
    HIDDEN.append(path.with_name("two.ipynb"))


@handed("F5", "none", skipped="no notebook: ask for")
def none(site, path):
    """Everything but a notebook was handed in."""
    write(path.with_name("notes.txt"), b"I could not save it.")
    HIDDEN.append(path.with_name("notes.txt"))


STAMPS = {
    "past": ("A time long ago", b"1999-01-01 00:00:00 UTC"),
    "future": ("A time to come", b"2999-01-01 00:00:00 UTC"),
    "garbage": ("No time", b"\xff\xfe\x00 yesterday"),
    "long": ("Megabytes of digits", b"9" * 10**7),
}
for name, (what, stamp) in STAMPS.items():

    def stamped(site, path, stamp=stamp):
        honest(site, path)
        path.with_name("timestamp.txt").write_bytes(stamp)

    HANDED.append(Handed("F6", f"{what} in timestamp.txt", f"stamp-{name}", stamped, score=120))


@handed("F6", "stamp-link", score=120)
def stamp_link(site, path):
    """timestamp.txt is a link to the course's secret."""
    honest(site, path)
    path.with_name("timestamp.txt").symlink_to(site.course / ".secret")


@handed("F6", "stamp-pipe", score=120)
def stamp_pipe(site, path):
    """timestamp.txt is a pipe."""
    honest(site, path)
    os.mkfifo(path.with_name("timestamp.txt"))


@handed("F9", "friend", score=0)
def friend(site, path):
    """The released notebook with the outputs of a friend's graded one."""
    release = site.course / "release" / CHAPTER / NOTEBOOK
    notebook = json.loads(release.read_text("utf-8"))
    marks = "<p>10 of 10 points</p>"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "display_data", "data": {"text/html": marks}, "metadata": {}},
                {"output_type": "execute_result", "data": {"text/plain": "10"}, "metadata": {}},
            ]
    write(path, notebook)


@handed("F11", "many", score=120)
def many(site, path):
    """Three thousand files lie beside the notebook."""
    honest(site, path)
    for number in range(3_000):
        path.with_name(f"{number}.ipynb").touch()


@handed("F11", "many-others", skipped="1000 notebooks")
def many_others(site, path):
    """Three thousand files are there, and none is the notebook."""
    path.parent.mkdir(parents=True)
    for number in range(3_000):
        path.with_name(f"{number}.ipynb").touch()
    HIDDEN.append(path.with_name("0.ipynb"))


@handed("F11", "deep", skipped="no notebook: ask for")
def deep(site, path):
    """Folders are in folders, as deep as a path can say."""
    path.parent.mkdir(parents=True)
    here = path.parent
    with contextlib.suppress(OSError):
        while True:
            here /= "x" * 20
            here.mkdir()
    HIDDEN.append(here.parent)


@handed("F11", "ADA", score=0)
def other_case(site, path):
    """Another student's id differs from a neighbour's in its letters' case only."""
    write(path, json.loads((site.course / "release" / CHAPTER / NOTEBOOK).read_text("utf-8")))


HIDDEN: list[Path] = []  # what was planted elsewhere than at the notebook's path


@dataclass
class Collected:
    """A class that was collected and graded, and how long that took."""

    site: Any
    graded: bulk.Graded
    seconds: float
    swapped: list[float]

    def path(self, student: str) -> Path:
        return self.site.course / "submitted" / student / CHAPTER / NOTEBOOK


@pytest.fixture(scope="module")
def collection(site, tmp_path_factory) -> Iterator[Collected]:
    """The class, graded at once; meanwhile somebody replaces their notebook again and again."""
    own = type(site)(shutil.copytree(site.folder, tmp_path_factory.mktemp("files") / "site"))
    shutil.rmtree(own.course / "submitted")
    every = own.course / "submitted"
    for student in ("ada", "zoe", "eve"):
        write(every / student / CHAPTER / NOTEBOOK, own.honest)
    for each in HANDED:
        each.plant(own, every / each.student / CHAPTER / NOTEBOOK)
    with replacing(own, every / "eve" / CHAPTER / NOTEBOOK) as swapped:
        start = time.monotonic()
        graded = bulk.grade_class(own.course, CHAPTER, lambda student: None)
        seconds = time.monotonic() - start
    yield Collected(own, graded, seconds, swapped)
    for path in every.rglob("*"):
        if path.is_fifo():
            path.unlink()


@contextlib.contextmanager
def replacing(site, path: Path) -> Iterator[list[float]]:
    """Replace a file meanwhile: by an untouched notebook, by a link, by the honest one, ..."""
    released = (site.course / "release" / CHAPTER / NOTEBOOK).read_bytes()
    contents = [released, json.dumps(site.honest).encode()]
    done, swapped = threading.Event(), []
    spare = path.with_name("spare")

    def work() -> None:
        while not done.wait(0.001):
            spare.write_bytes(contents[len(swapped) % 2])
            os.replace(spare, path)
            swapped.append(time.monotonic())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield swapped
    finally:
        done.set()
        thread.join()


def marked() -> list:
    return [
        pytest.param(each, id=each.tries, marks=pytest.mark.row(each.row, f"{each.tries}."))
        for each in HANDED
    ]


@pytest.mark.parametrize("each", marked())
def test_it_gets_what_is_fair(collection, each):
    """It is marked, rejected or skipped, with a reason; and it was there to be found."""
    graded, path = collection.graded, collection.path(each.student)
    report = graded.reports.get(each.student)
    reason = graded.skipped.get(ascii(each.student)[1:-1][:80], "")
    if each.skipped:
        assert not report
        assert each.skipped in reason
    else:
        assert not reason
        assert each.rejected in (report.rejected or "")
        assert bool(report.rejected) == bool(each.rejected)
        assert report.score == (each.score or 0)
    assert each.control(path) or any(path.parent in (p, *p.parents) for p in HIDDEN)


def test_the_neighbours_keep_their_marks(collection):
    graded = collection.graded
    for student in ("ada", "zoe"):
        assert graded.reports[student].score == graded.reports[student].max_score
        assert graded.reports[student].to_json() == graded.reports["ada"].to_json()
    assert not graded.failures
    assert collection.seconds < 60


def test_reports_and_gradebook_hold_the_marked_ones_only(collection):
    expected = {name: report.score for name, report in collection.graded.reports.items()}
    assert {each.student for each in HANDED if each.skipped}.isdisjoint(expected)
    with Gradebook(f"sqlite:///{collection.site.course / 'gradebook.db'}") as book:
        assert {s.student.id: s.score for s in book.assignment_submissions(CHAPTER)} == expected
    stored = {
        p.stem for p in Store(collection.site.course).path(CHAPTER, "x").parent.glob("*.json")
    }
    assert stored == expected.keys()


def test_what_is_said_can_be_printed(collection):
    """F2, F4: names come from anybody, and go to a terminal."""
    for name, reason in collection.graded.skipped.items():
        assert (name + reason).isascii()
        assert (name + reason).isprintable()


@pytest.mark.row("F12", "The notebook is replaced again and again while the class is graded.")
def test_report_and_page_are_of_the_same_bytes(collection):
    """Whichever version was read, it was read once."""
    assert len(collection.swapped) > 100
    report = collection.graded.reports["eve"]
    assert report.score in (0, report.max_score)
    page = collection.site.course / "autograded" / "eve" / CHAPTER / NOTEBOOK
    shown = {c["id"]: c["source"] for c in json.loads(page.read_text("utf-8"))["cells"]}
    assert ("NotImplementedError" in shown["mul-backward"]) == (report.score == 0)


def test_where_all_are_skipped_it_is_said_why(tmp_path):
    (tmp_path / "submitted" / "a,b" / CHAPTER).mkdir(parents=True)
    with pytest.raises(SetupError, match=r"nothing to grade(.|\n)*a,b: a student's id has"):
        bulk.grade_class(tmp_path, CHAPTER, lambda student: None)


@pytest.mark.row("F1", "The notebook is a link to the solution, and nbgrader's own command grades.")
def test_stock_nbgrader_grades_no_link(empty_site):
    course = empty_site.course
    empty_site.hand_in("zoe", empty_site.honest)
    path = course / "submitted" / "eve" / CHAPTER / NOTEBOOK
    link(empty_site, path)
    command = [Path(sys.executable).with_name("nbgrader"), "autograde", CHAPTER]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert "it cannot be read" in done.stderr
    store = Store(course)
    assert store.read(CHAPTER, "zoe").score == 120
    assert not store.read(CHAPTER, "eve")
    assert is_worth_something(path)


@pytest.fixture
def collected_one(site, tmp_path) -> tuple[Path, Path]:
    """A course with one submission, and its notebook as it was collected."""
    write(tmp_path / "submitted" / "eve" / CHAPTER / NOTEBOOK, site.honest)
    return tmp_path, collected.collect(tmp_path, CHAPTER).notebooks["eve"]


@pytest.mark.row("F12", "The notebook becomes a link after it was looked at.")
def test_a_link_that_was_a_file(site, collected_one):
    _, path = collected_one
    assert collected.load(path) == path.read_bytes()
    path.unlink()
    path.symlink_to(solution(site))
    with pytest.raises(SubmissionError, match="cannot be read"):
        collected.load(path)
    assert is_worth_something(path)


@pytest.mark.row("F12", "A folder above the notebook becomes a link after it was looked at.")
def test_a_linked_folder_that_was_one(site, collected_one):
    _, path = collected_one
    shutil.rmtree(path.parent)
    path.parent.symlink_to(solution(site).parent)
    with pytest.raises(SubmissionError, match="replaced while it was collected"):
        collected.load(path)
    assert is_worth_something(path)


@pytest.mark.row("F12", "The notebook becomes a pipe after it was looked at.")
def test_a_pipe_that_was_a_file(collected_one):
    _, path = collected_one
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SubmissionError, match="replaced while it was collected"):
        collected.load(path)
