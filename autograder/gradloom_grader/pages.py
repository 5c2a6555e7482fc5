"""What people read of graded submissions, in `autograded/<student>/<chapter>`."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from . import build, feedback, intake, report
from .chapters import Chapter, Course
from .errors import SubmissionError
from .intake import Submission
from .report import Report, Store

PAGE = "report.html"


@dataclass(frozen=True)
class Pages:
    """A chapter's: the notebook that nbgrader keeps, and the feedback page beside it, which
    nbgrader copies to its own."""

    course: Course
    chapter: Chapter

    @cached_property
    def template(self) -> dict:
        """The chapter's source notebook, as JSON."""
        return json.loads(build.source_notebook(self.course, self.chapter).read_text("utf-8"))

    def read(self, raw: bytes) -> Submission:
        """A notebook as the referee reads it; nothing of one that it rejects."""
        try:
            return intake.read(raw, self.chapter, self.template)
        except SubmissionError:
            return intake.NOTHING

    def publish(self, student: str, submission: Submission, found: Report) -> dict[str, Any]:
        """Write both; return the notebook."""
        notebook = autograded(self.chapter, self.template, submission, found)
        marks = {**notebook["metadata"]["gradloom"], "report": self._stamp(student)}
        notebook["metadata"] = {**notebook["metadata"], "gradloom": marks}
        page = feedback.page(self.chapter, student, found, submission)
        report.write_atomically(self._folder(student) / PAGE, page)
        report.write_atomically(self._notebook(student), json.dumps(notebook))
        return notebook

    def is_published(self, student: str) -> bool:
        """Whether both show the stored report; the notebook, written last, bears its stamp."""
        try:
            notebook = self._notebook(student).read_bytes()
        except OSError:
            return False
        there = (self._folder(student) / PAGE).exists()
        return there and self._stamp(student).encode() in notebook

    def _folder(self, student: str) -> Path:
        return self.course.folder / "autograded" / student / self.chapter.name

    def _notebook(self, student: str) -> Path:
        return self._folder(student) / f"{self.chapter.name}.ipynb"

    def _stamp(self, student: str) -> str:
        stored = Store(self.course.folder).digest(self.chapter.name, student)
        return hashlib.sha256(f"{stored}{feedback.version()}".encode()).hexdigest()


def autograded(chapter: Chapter, template: dict, submission: Submission, found: Report) -> dict:
    """The notebook that nbgrader keeps, as JSON: the release with the student's work and the
    results at their checks. Nothing in it but the referee's own words is more than text."""
    results = {f"{r.id}-check": r for r in found.exercises}
    exercises = {e.id for e in chapter.exercises}
    questions = {q.id for q in chapter.questions}

    def shown(cell: dict) -> dict:
        name = cell["id"]
        if name in exercises:
            source = _shown(submission.sources.get(name) or "# nothing was handed in here")
            return {**cell, "source": source, "outputs": _outputs(found, name)}
        if name in questions:
            return {**cell, "source": feedback.answer_markdown(submission.texts.get(name, ""))}
        if name in results:
            told = feedback.exercise_html(results[name])
            return {**cell, "outputs": [_output("text/html", told)]}
        return cell

    first = _cell("report", "markdown", feedback.repairs_html(found))
    added = [
        _cell(c.id, "code", _shown(c.source), execution_count=None, outputs=_outputs(found, c.id))
        for c in feedback.added_cells(submission)
    ]
    return {**template, "cells": [first, *map(shown, template["cells"]), *added]}


def _shown(source: str) -> str:
    return feedback.cut(feedback.plain(source))


def _cell(name: str, kind: str, source: str, **more: Any) -> dict:
    return {"id": name, "cell_type": kind, "metadata": {}, "source": source, **more}


def _outputs(found: Report, name: str) -> list:
    """What a cell printed and drew."""
    printed = found.outputs.get(name)
    texts = [_output("text/html", feedback.printed_html(printed))] if printed else []
    about = {"image/png": {"alt": "A figure that this cell drew"}}
    drawn = [_output("image/png", figure, about) for figure in found.figures.get(name, [])]
    return texts + drawn


def _output(kind: str, data: str, about: dict | None = None) -> dict:
    return {"output_type": "display_data", "data": {kind: data}, "metadata": about or {}}
