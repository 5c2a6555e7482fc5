"""Bring nbgrader's gradebook up to the reports: only what differs is written.

Marks given by hand stay; they are put up for another look only where the automatic part changed.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import Insert, Result, Select, Update, bindparam, insert, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from traitlets.config import Config

from .errors import GradebookError, SetupError
from .report import Report

NO_RESPONSE = "No response."


def bring_up(gradebook: Gradebook, chapter: str, reports: Mapping[str, Report]) -> list[str]:
    """Write into the gradebook what the reports say and it does not; return whose rows changed.

    Raises SetupError if the chapter has not been generated with nbgrader.
    """
    ledger = Ledger(gradebook, chapter)
    return [student for student, report in reports.items() if ledger.bring_up(student, report)]


@contextmanager
def opened(url: str, chapter: str, config: Config) -> Iterator["Ledger"]:
    """A chapter's rows in the gradebook; late penalties are those that `config` plugs in."""
    with _explained(), Gradebook(url) as book:
        yield Ledger(book, chapter, AssignLatePenalties(config=config))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        advice = "the reports are kept, and the next `gradloom grade` brings it up to them"
        raise GradebookError(f"the gradebook cannot be used ({error.orig}): {advice}") from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise SetupError(f"the gradebook refuses the report ({reason})") from error


@dataclass
class _Row:
    """A grade as it stands."""

    id: str
    auto_score: float | None = None
    manual_score: float | None = None
    extra_credit: float | None = None

    def score(self, auto_score: float | None) -> float:
        """What it counts with this automatic score, as nbgrader adds it up."""
        mark = auto_score if self.manual_score is None else self.manual_score
        return 0.0 if mark is None else mark + (self.extra_credit or 0.0)


@dataclass
class _Text:
    """A comment as it stands."""

    id: str
    text: str | None = None


@dataclass
class _Rows:
    """What the gradebook holds of one submission."""

    submission: str
    notebook: str
    timestamp: datetime | None = None
    extension: timedelta | None = None
    penalty: float | None = None
    grades: dict[str, _Row] = field(default_factory=dict)
    comments: dict[str, _Text] = field(default_factory=dict)


class Ledger:
    """One chapter in the gradebook: a few queries read the class, a transaction writes one student.

    Raises SetupError if the chapter has not been generated with nbgrader.
    """

    def __init__(
        self, gradebook: Gradebook, chapter: str, late: AssignLatePenalties | None = None
    ) -> None:
        self.db, self.chapter, self.late = gradebook.db, chapter, late
        try:
            notebook = gradebook.find_notebook(chapter, chapter)
        except MissingEntry:
            message = f"{chapter} is not in the gradebook: run `gradloom release {chapter}`"
            raise SetupError(message) from None
        self.notebook, self.assignment = notebook.id, notebook.assignment.id
        self.due = notebook.assignment.duedate
        tasks = {cell.name: cell.id for cell in notebook.task_cells}
        self.graded = {cell.name: cell.id for cell in notebook.grade_cells} | tasks
        self.commented = {cell.name: cell.id for cell in notebook.solution_cells} | tasks
        self.rows = self._read()
        self.db.rollback()  # ends the reading

    def bring_up(self, student: str, report: Report, handed_in: datetime | None = None) -> bool:
        """Write what differs for one student, all or nothing; return whether something did.

        Raises GradebookError if that cannot be done.
        """
        self.check(_scores(report))
        rows = self.rows.pop(student, None)
        if rows and self._stands(student, rows, report, handed_in):
            return False
        with _explained():
            try:
                self._write(student, report, handed_in)
                self.db.commit()
            except BaseException:
                self.db.rollback()
                raise
        return True

    def enter(self, student: str, report: Report, notebook: Path) -> bool:
        """The same, with the time that stands beside a submitted notebook."""
        return self.bring_up(student, report, submitted_at(notebook))

    def _stands(
        self, student: str, rows: _Rows, report: Report, handed_in: datetime | None
    ) -> bool:
        known = rows.grades.keys() | rows.comments.keys()
        if not known >= self.graded.keys() | self.commented.keys():
            return False
        return next(self._changes(student, rows, report, handed_in), None) is None

    def check(self, cells: Collection[str]) -> None:
        """Raise SetupError unless the gradebook knows all these exercises and questions."""
        if missing := sorted(set(cells) - self.graded.keys()):
            advice = f"run `gradloom release {self.chapter}` again"
            raise SetupError(f"the gradebook lacks {missing[0]}: {advice}")

    def _write(self, student: str, report: Report, handed_in: datetime | None) -> None:
        """It reads again before it writes: a person may have given marks meanwhile."""
        rows = self._read(student).get(student) or self._add_submission(student)
        self._add_cells(rows)
        for change, values in self._changes(student, rows, report, handed_in):
            self.db.execute(change, values)

    def _read(self, student: str | None = None) -> dict[str, _Rows]:
        """What there is, of the class or of one student; along the indexes there are."""
        query = _SUBMISSIONS.where(
            SubmittedAssignment.assignment_id == self.assignment,
            SubmittedNotebook.notebook_id == self.notebook,
        )
        if student is not None:
            query = query.where(SubmittedAssignment.student_id == student)
        found = {name: _Rows(*values) for name, *values in self.db.execute(query)}
        only = found[student].notebook if student is not None and found else None
        if found:
            for name, cell, *values in self._cells(_GRADES, Grade, self.graded, only):
                found[name].grades[cell] = _Row(*values)
            for name, cell, *values in self._cells(_COMMENTS, Comment, self.commented, only):
                found[name].comments[cell] = _Text(*values)
        return found

    def _cells(self, query: Select, kind: Any, known: dict[str, str], only: str | None) -> Result:
        query = query.where(kind.cell_id.in_(known.values()))
        return self.db.execute(query.where(kind.notebook_id == only) if only else query)

    def _add_submission(self, student: str) -> _Rows:
        """As nbgrader's own, but left to the transaction that grades it."""
        if self.db.execute(select(Student.id).where(Student.id == student)).first() is None:
            self.db.execute(_add(Student), [{"id": student}])
        rows = _Rows(new_uuid(), new_uuid())
        submitted = {"id": rows.submission, "assignment_id": self.assignment, "student_id": student}
        self.db.execute(_add(SubmittedAssignment), [submitted])
        notebook = {
            "id": rows.notebook,
            "notebook_id": self.notebook,
            "assignment_id": rows.submission,
        }
        self.db.execute(_add(SubmittedNotebook), [notebook])
        return rows

    def _add_cells(self, rows: _Rows) -> None:
        """The rows that are not there yet: all of a new submission, or what a new release added."""
        for kind, known, there, empty in (
            (Grade, self.graded, rows.grades, _Row),
            (Comment, self.commented, rows.comments, _Text),
        ):
            made = {name: new_uuid() for name in known if name not in there}
            there.update({name: empty(key) for name, key in made.items()})
            cells = [
                {"id": key, "cell_id": known[name], "notebook_id": rows.notebook}
                for name, key in made.items()
            ]
            if cells:
                self.db.execute(_add(kind), cells)

    def _changes(
        self, student: str, rows: _Rows, report: Report, handed_in: datetime | None
    ) -> Iterator[tuple[Update, list[dict]]]:
        """Statements, each with what it is to set in which rows."""
        scores, time = _scores(report), handed_in or rows.timestamp
        marks = [
            {"key": rows.grades[cell].id, "score": score, "waits": score is None}
            for cell, score in scores.items()
            if rows.grades[cell].auto_score != score
        ]
        comments = [
            {"key": rows.comments[cell].id, "text": text}
            for cell, text in _comments(report).items()
            if rows.comments[cell].text != text
        ]
        penalty = self._penalty(student, rows, scores, time)
        lates = [{"key": rows.notebook, "taken": penalty}] if penalty != rows.penalty else []
        times = [{"key": rows.submission, "time": time}] if time != rows.timestamp else []
        statements = (_MARK, marks), (_COMMENT, comments), (_LATE, lates), (_TIME, times)
        yield from ((statement, values) for statement, values in statements if values)

    def _penalty(
        self, student: str, rows: _Rows, scores: Mapping[str, float | None], time: datetime | None
    ) -> float | None:
        """What nbgrader's plug-in takes off for being late, at most everything."""
        if self.late is None:
            return rows.penalty
        late = (time - self.due - (rows.extension or timedelta())) if time and self.due else None
        if late is None or late <= timedelta():
            return None
        score = sum(
            row.score(scores.get(cell, row.auto_score)) for cell, row in rows.grades.items()
        )
        self.late.init_plugin()
        seconds = late.total_seconds()
        penalty = self.late.plugin_inst.late_submission_penalty(student, score, seconds)
        return None if penalty is None else min(max(penalty, 0), score)


def _add(kind: Any) -> Insert:
    return insert(kind.__table__)  # not of the class, for which more would be looked up


def _set(kind: Any, **values) -> Update:
    table = kind.__table__
    return update(table).where(table.c.id == bindparam("key")).values(**values)


# A new automatic score is looked at again where a person has given marks, or has to.
_MARK = _set(
    Grade,
    auto_score=bindparam("score"),
    needs_manual_grade=or_(Grade.__table__.c.manual_score.is_not(None), bindparam("waits")),
)
_COMMENT = _set(Comment, auto_comment=bindparam("text"))
_LATE = _set(SubmittedNotebook, late_submission_penalty=bindparam("taken"))
_TIME = _set(SubmittedAssignment, timestamp=bindparam("time"))


def _named(kind: Any, *columns) -> Select:
    """Of each student and cell of a notebook these columns."""
    return (
        select(SubmittedAssignment.student_id, BaseCell.name, *columns)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(kind, kind.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, kind.cell_id == BaseCell.id)
    )


_GRADES = _named(Grade, Grade.id, Grade.auto_score, Grade.manual_score, Grade.extra_credit)
_COMMENTS = _named(Comment, Comment.id, Comment.auto_comment)
_SUBMISSIONS = select(
    SubmittedAssignment.student_id,
    SubmittedAssignment.id,
    SubmittedNotebook.id,
    SubmittedAssignment.timestamp,
    SubmittedAssignment.extension,
    SubmittedNotebook.late_submission_penalty,
).join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)


def _scores(report: Report) -> dict[str, float | None]:
    """The automatic score of each cell: none for an answer in words, which waits for a person."""
    exercises: dict[str, float | None] = {f"{e.id}-check": e.points for e in report.exercises}
    return exercises | {q.id: None if q.answered else 0.0 for q in report.questions}


def _comments(report: Report) -> dict[str, str | None]:
    silent = {e.id: e.status == "not attempted" for e in report.exercises}
    silent |= {q.id: not q.answered for q in report.questions}
    return {cell: NO_RESPONSE if is_silent else None for cell, is_silent in silent.items()}


def submitted_at(notebook: Path) -> datetime | None:
    """What `timestamp.txt` beside it says, if that is a plain file and says a time."""
    stamp = notebook.with_name("timestamp.txt")
    if stamp.is_symlink() or not stamp.is_file():
        return None
    try:
        with stamp.open("rb") as file:
            return parse_utc(file.read(100).decode().strip())
    except (ValueError, OverflowError, OSError):
        return None
