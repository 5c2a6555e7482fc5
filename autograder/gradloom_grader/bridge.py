"""nbgrader's side: its configuration, and preprocessors that are thin clients of the referee."""

import atexit
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from . import build, collected, earlier, feedback, gradebook, intake, report
from .chapters import Chapter, Course, read_course
from .errors import SetupError, SubmissionError
from .intake import Submission
from .report import Report, Store
from .session import Client

PAGE = "report.html"


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
        found = client(course, chapter).grade(raw, before)
        Store(course.folder).write(about["student"], found)
        notebook = publish(course, chapter, about["student"], raw, found)
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


def publish(
    course: Course, chapter: Chapter, student: str, raw: bytes, found: Report
) -> dict[str, Any]:
    """Write what people read of a graded submission into `autograded/<student>/<chapter>`.

    That is the notebook that nbgrader keeps, which is also returned, and the feedback page beside
    it, which nbgrader copies to its own.
    """
    template = json.loads(build.source_notebook(course, chapter).read_text("utf-8"))
    submission = _submission(raw, chapter, template)
    notebook = autograded(chapter, template, submission, found)
    folder = course.folder / "autograded" / student / chapter.name
    page = feedback.page(chapter, student, found, submission)
    notebook["metadata"]["gradloom"]["report"] = _stamp(course, chapter, student)
    report.write_atomically(folder / PAGE, page)
    report.write_atomically(folder / f"{chapter.name}.ipynb", json.dumps(notebook))
    return notebook


def is_published(course: Course, chapter: Chapter, student: str) -> bool:
    """Whether both files show the stored report; the notebook, written last, bears its stamp."""
    folder = course.folder / "autograded" / student / chapter.name
    try:
        notebook = (folder / f"{chapter.name}.ipynb").read_bytes()
    except OSError:
        return False
    return (folder / PAGE).exists() and _stamp(course, chapter, student).encode() in notebook


def _stamp(course: Course, chapter: Chapter, student: str) -> str:
    stored = Store(course.folder).digest(chapter.name, student)
    return hashlib.sha256(f"{stored}{feedback.version()}".encode()).hexdigest()


def _submission(raw: bytes, chapter: Chapter, template: dict) -> Submission:
    try:
        return intake.read(raw, chapter, template)
    except SubmissionError:
        return Submission((), {}, {}, frozenset())


def autograded(chapter: Chapter, template: dict, submission: Submission, found: Report) -> dict:
    """The notebook that nbgrader keeps, as JSON: the release with the student's work and the
    results at their checks. Nothing in it but the referee's own words is more than text."""
    results = {f"{r.id}-check": r for r in found.exercises}
    exercises = {e.id for e in chapter.exercises}
    questions = {q.id for q in chapter.questions}
    for cell in template["cells"]:
        name = cell["id"]
        if name in exercises:
            cell["source"] = _shown(submission.sources.get(name) or "# nothing was handed in here")
            cell["outputs"] = _outputs(found, name)
        elif name in questions:
            cell["source"] = feedback.answer_markdown(submission.texts.get(name, ""))
        elif name in results:
            cell["outputs"] = [_output("text/html", feedback.exercise_html(results[name]))]
    first = new_markdown_cell(feedback.repairs_html(found), id="report")
    added = [
        new_code_cell(_shown(c.source), id=c.id, outputs=_outputs(found, c.id))
        for c in feedback.added_cells(submission)
    ]
    template["cells"] = [first, *template["cells"], *added]
    return template


def _shown(source: str) -> str:
    return feedback.cut(feedback.plain(source))


def _outputs(found: Report, name: str) -> list:
    """What a cell printed and drew."""
    printed = found.outputs.get(name)
    texts = [_output("text/html", feedback.printed_html(printed))] if printed else []
    about = {"image/png": {"alt": "A figure that this cell drew"}}
    drawn = [_output("image/png", figure, about) for figure in found.figures.get(name, [])]
    return texts + drawn


def _output(kind: str, data: str, about: dict | None = None) -> dict:
    return {"output_type": "display_data", "data": {kind: data}, "metadata": about or {}}
