"""Bring nbgrader's gradebook up to the reports: only what differs is written.

Marks given by hand stay; they are put up for another look only where the automatic part changed.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from .errors import SetupError
from .report import Report

NO_RESPONSE = "No response."


def bring_up(
    gradebook: Gradebook,
    chapter: str,
    reports: Mapping[str, Report],
    timestamps: Mapping[str, datetime | None] | None = None,
) -> list[str]:
    """Write into the gradebook what the reports say and it does not; return whose rows changed.

    One query reads the class, one transaction writes a submission. Raises SetupError if the
    chapter has not been generated with nbgrader.
    """
    _check_cells(gradebook, chapter, reports.values())
    with gradebook.db.no_autoflush:
        for student in reports.keys() - _submitted(gradebook, chapter):
            _add_submission(gradebook, chapter, student)
    gradebook.db.flush()
    grades, comments = (_rows(gradebook, chapter, kind, reports) for kind in (Grade, Comment))
    changed = []
    for student, report in reports.items():
        late = _set_timestamp(gradebook, chapter, student, (timestamps or {}).get(student))
        if _update(report, grades[student], comments[student]) or late:
            gradebook.db.commit()
            changed.append(student)
    return changed


def _check_cells(gradebook: Gradebook, chapter: str, reports: Iterable[Report]) -> None:
    """The gradebook must know the chapter, and the exercises and questions that it has now."""
    try:
        known = {cell.name for cell in gradebook.find_notebook(chapter, chapter).grade_cells}
    except MissingEntry:
        message = f"{chapter} is not in the gradebook: run `gradloom release {chapter}`"
        raise SetupError(message) from None
    for report in reports:
        asked = {f"{e.id}-check" for e in report.exercises} | {q.id for q in report.questions}
        if missing := sorted(asked - known):
            message = f"the gradebook lacks {missing[0]}: run `gradloom release {chapter}` again"
            raise SetupError(message)


def _submitted(gradebook: Gradebook, chapter: str) -> set[str]:
    query = gradebook.db.query(SubmittedAssignment.student_id).join(SubmittedAssignment.assignment)
    return {student for (student,) in query.filter_by(name=chapter)}


def _add_submission(gradebook: Gradebook, chapter: str, student: str) -> None:
    """As nbgrader's own, with a row for each cell, but left to the transaction that grades it."""
    row = gradebook.db.get(Student, student) or Student(id=student)
    assignment = gradebook.find_assignment(chapter)
    submission = SubmittedAssignment(assignment=assignment, student=row)
    for notebook in assignment.notebooks:
        submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
        for cell in [*notebook.grade_cells, *notebook.task_cells]:
            Grade(cell_id=cell.id, notebook=submitted)
        for cell in [*notebook.solution_cells, *notebook.task_cells]:
            Comment(cell_id=cell.id, notebook=submitted)
    gradebook.db.add(submission)


def _rows(gradebook: Gradebook, chapter: str, kind, students: Collection[str]) -> dict:
    """The grades or comments of a chapter: student -> cell -> row; of the class, or of one."""
    query = (
        gradebook.db.query(kind, BaseCell.name, Student.id)
        .join(BaseCell, kind.cell_id == BaseCell.id)
        .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .filter(Notebook.name == chapter)
    )
    if len(students) == 1:
        query = query.filter(Student.id == next(iter(students)))
    rows: dict[str, dict] = {}
    for row, cell, student in query:
        rows.setdefault(student, {})[cell] = row
    return rows


def _set_timestamp(gradebook, chapter: str, student: str, timestamp: datetime | None) -> bool:
    if timestamp is None:
        return False
    submission = gradebook.find_submission(chapter, student)
    changed = submission.timestamp != timestamp
    submission.timestamp = timestamp
    return changed


def _update(report: Report, grades: Mapping[str, Grade], comments: Mapping[str, Comment]) -> bool:
    changed = False
    for result in report.exercises:
        changed |= _set_score(grades[f"{result.id}-check"], result.points)
        silent = result.status == "not attempted"
        changed |= _set_comment(comments[result.id], silent)
    for question in report.questions:
        changed |= _set_question(grades[question.id], question.answered)
        changed |= _set_comment(comments[question.id], not question.answered)
    return changed


def _set_score(grade: Grade, points: float) -> bool:
    if grade.auto_score == points:
        return False
    grade.auto_score = points
    grade.needs_manual_grade = grade.manual_score is not None
    return True


def _set_question(grade: Grade, answered: bool) -> bool:
    """An answer in words waits for a person; no answer is worth 0."""
    score = None if answered else 0.0
    waiting = answered and grade.manual_score is None
    if (grade.auto_score, grade.needs_manual_grade) == (score, waiting):
        return False
    grade.auto_score, grade.needs_manual_grade = score, waiting
    return True


def _set_comment(comment: Comment, silent: bool) -> bool:
    text = NO_RESPONSE if silent else None
    changed = comment.auto_comment != text
    comment.auto_comment = text
    return changed
