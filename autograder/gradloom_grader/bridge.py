"""nbgrader's side: its configuration, and preprocessors that are thin clients of the referee."""

import atexit
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from . import build, collected, earlier, gradebook
from .chapters import Chapter, Course, read_course
from .errors import SetupError
from .pages import Pages
from .report import Store
from .session import Client


def configure(c: Any, root: str | Path) -> None:
    """Plug the grader into nbgrader: `configure(get_config(), Path(__file__).parent)`."""
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    c.CourseDirectory.root = str(root)
    c.ClearSolutions.code_stub = {"python": "# your code here\nraise NotImplementedError"}
    c.Autograde.sanitize_preprocessors = ["gradloom_grader.bridge.Grade"]
    c.Autograde.autograde_preprocessors = [
        "gradloom_grader.bridge.SaveGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]


class Grade(NbGraderPreprocessor):
    """Replace a submitted notebook by the graded one: repaired cells, and results beside them."""

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        folder = CourseDirectory(parent=self)
        submitted = folder.format_path(
            folder.submitted_directory, about["student"], about["assignment"]
        )
        raw = collected.load(Path(submitted) / f"{about['notebook']}.ipynb")
        course = read_course(Path(folder.root))
        chapter = course.chapter(about["assignment"])
        before = earlier.submitted(course, about["student"], chapter.name)
        found, submission = client(course, chapter).graded(raw, before)
        Store(course.folder).write(about["student"], found)
        notebook = Pages(course, chapter).publish(about["student"], submission, found)
        return nbformat.from_dict(notebook), resources


class SaveGrades(NbGraderPreprocessor):
    """Write the stored report's numbers into the gradebook, whatever the cells printed."""

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        course, chapter = Path(CourseDirectory(parent=self).root), about["assignment"]
        found = Store(course).read(chapter, about["student"])
        if found is None:
            raise SetupError(f"{about['student']} has no report for {chapter}: grade again")
        with Gradebook(about["db_url"]) as book:
            gradebook.bring_up(book, chapter, {about["student"]: found})
        return nb, resources


_clients: dict[tuple[Path, str], tuple[str, Client]] = {}


def client(course: Course, chapter: Chapter) -> Client:
    """A running referee for the chapter as it is now; a new one if the chapter has changed."""
    key, digest = (course.folder, chapter.name), build.digest(course, chapter)
    known = _clients.get(key)
    if known and known[0] == digest:
        return known[1]
    if known:
        known[1].close()
    _clients[key] = (digest, Client(*key))
    return _clients[key][1]


@atexit.register
def _close_clients() -> None:
    for _, running in _clients.values():
        running.close()
