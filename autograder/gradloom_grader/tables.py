"""What a command tells, as tables."""

from collections import Counter
from collections.abc import Mapping

from rich.markup import escape
from rich.table import Column, Table

from . import feedback
from .report import Change, Report, number


def scores(reports: Mapping[str, Report]) -> Table:
    table = Table("student", "score", "what went wrong")
    for student, report in reports.items():
        score = f"{number(report.score)} / {number(report.max_score)}"
        table.add_row(student, score, escape(report.summary()))
    return table


def changes(
    changes: Mapping[str, list[Change]],
    before: Mapping[str, Report],
    after: Mapping[str, Report],
) -> Table:
    """Whose report differs from the one before: by how much, and because of which probe."""
    table = Table("student", "score", "exercise", "points", "because")
    for student, found in changes.items():
        first = [student, _change(before[student].score, after[student].score)]
        for change in found:
            points = _change(change.before, change.after)
            table.add_row(*first, change.exercise, points, escape(change.because))
            first = ["", ""]
    return table


def _change(*points: float | None) -> str:
    texts = ["none" if each is None else number(each) for each in points]
    return texts[0] if texts[0] == texts[1] else " → ".join(texts)


def summary(found) -> list[Table]:
    """What became of the exercises; what was recognised; what failed most."""
    names = list(feedback.WORDS.values())
    exercises = Table("exercise", *(Column(name, justify="right") for name in [*names, "mean"]))
    for row in found.rows:
        counts = [str(row.counts[status] or "") for status in feedback.WORDS]
        exercises.add_row(row.id, *counts, f"{row.share:.0%}")
    tables = [exercises]
    for what, items in (("misconception", found.misconceptions), ("probe", found.probes)):
        table = Table("exercise", what, "", Column("students", justify="right"))
        for item in items[:10]:
            table.add_row(item.exercise, escape(item.name), escape(item.says), str(item.students))
        tables += [table] if items else []
    return tables


def matrix(found, function_of) -> Table:
    """The answers by exercise; in brackets how many cases of a probe reject one."""
    names = ("answer", "lost", "elsewhere", "recognised")
    columns = [Column(name, no_wrap=True) for name in names]
    table = Table(*columns, Column("rejected by", overflow="fold"), box=None)
    for exercise in found.chapter.exercises:
        if rows := found.rows_of(exercise):
            table.add_row(f"[bold]{exercise.id}[/bold]")
        for row in rows:
            known = "right" if row.answer.right else "yes" if row.recognised else "no"
            counts = Counter(function_of(key) for key in sorted(row.rejected_by))
            rejected = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counts.items())
            lost = [number(points) if points else "" for points in (row.lost, row.lost_elsewhere)]
            table.add_row(f"  {row.answer.name}", *lost, known, rejected)
    return table
