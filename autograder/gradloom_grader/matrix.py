"""The kill matrix: a chapter's probes against its own wrong and right answers.

One row is one notebook, right but for one answer, graded as a student's would be. An exercise whose
probes take long is left out of most rows in which others make their mistakes.
"""

import csv
import io
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property

from . import feedback
from .answers import Answer
from .chapters import Chapter, Course, Exercise
from .degenerate import Filling, fillings
from .errors import SetupError
from .probes import Case
from .rehearsal import Rehearsal
from .report import ExerciseResult, Report, number
from .session import Referees
from .trial import Trial

Done = Callable[[int], object]


@dataclass(frozen=True)
class Row:
    """What became of the notebook that holds one answer."""

    answer: Answer
    own: tuple[ExerciseResult, ...]
    others: tuple[ExerciseResult, ...]
    recognised: bool
    lucky: bool

    @property
    def lost(self) -> float:
        return sum(_lost(e) for e in self.own)

    @property
    def lost_elsewhere(self) -> float:
        return sum(_lost(e) for e in self.others)

    @property
    def rejected_by(self) -> frozenset[str]:
        """The probes of its own exercises that it fails."""
        return frozenset(p.name for e in self.own for p in e.probes if not p.passed)

    @property
    def problems(self) -> list[str]:
        """What an author has to mend, if anything."""
        return list(self._false_rejects() if self.answer.right else self._survivals())

    def _false_rejects(self) -> Iterator[str]:
        for e in (*self.own, *self.others):
            if e.status != "passed":
                yield f"is right, but loses {number(_lost(e))} in {e.id} ({e.status}): {e.because}"

    def _survivals(self) -> Iterator[str]:
        for e in self.own:
            if not _lost(e):
                yield f"survives: no probe of {e.id} rejects it"
        for e in self.others:
            if _lost(e):
                yield f"loses {number(_lost(e))} in {e.id} too, where it is not made"
        if self.lost and not self.recognised:
            names = ", ".join(e.misconception or "nothing" for e in self.own)
            yield f"is not recognised ({names} was)"
        if self.lost and self.lucky:
            yield "survives on some hidden inputs: let a visible probe reject it, or every draw"


def _lost(result: ExerciseResult) -> float:
    return result.max_points - result.points


@dataclass(frozen=True)
class Blank:
    """What a filling that computes nothing earned, and what it may earn."""

    filling: Filling
    result: ExerciseResult
    least: float
    most: float

    @property
    def problems(self) -> list[str]:
        points, says = number(self.result.points), self.filling.says
        if self.result.points > self.most + 1e-6:
            advice = "if it is right, say so by an alternative with that body"
            return [f"earns {points}, and should not earn more than {number(self.most)}: {advice}"]
        if self.result.points < self.least - 1e-6:
            return [f"earns {points}, though parts worth {number(self.least)} do not enter {says}"]
        return []


@dataclass(frozen=True)
class Matrix:
    """All rows of a chapter."""

    chapter: Chapter
    cases: tuple[Case, ...]
    rows: tuple[Row, ...]
    blanks: tuple[Blank, ...]
    broken: tuple[ExerciseResult, ...]

    @property
    def summary(self) -> str:
        right = sum(row.answer.right for row in self.rows)
        tried = f"{len(self.rows) - right} wrong and {right} right answers"
        blank = f"{len(self.blanks)} fillings that compute nothing"
        return f"{self.chapter.name}: {tried}, {blank}; {len(self.problems) or 'nothing'} to mend"

    @cached_property
    def problems(self) -> list[str]:
        """What an author has to mend, a line each."""
        first = "a cell knows only what the chapter's first cell imports"
        found = [f"{e.id}: the reference itself fails ({e.because}); {first}" for e in self.broken]
        found += [f"{row.answer.name} {text}" for row in self.rows for text in row.problems]
        named = ((f"{b.filling.exercise}: {b.filling.says}", b.problems) for b in self.blanks)
        return found + [f"{name} {text}" for name, texts in named for text in texts]

    def rows_of(self, exercise: Exercise) -> list[Row]:
        return [row for row in self.rows if exercise.id in {e.id for e in row.own}]

    def cases_of(self, exercise: Exercise | ExerciseResult) -> list[Case]:
        return [case for case in self.cases if case.probe.exercise == exercise.id]

    @cached_property
    def idle(self) -> list[str]:
        """Probes that reject nothing which no other probe of the same part rejects."""
        part = {case.key: (case.probe.exercise, case.part) for case in self.cases}
        busy = set()
        for row in self.rows:
            by_part = defaultdict(set)
            for key in row.rejected_by:
                by_part[part[key]].add(function_of(key))
            busy |= {next(iter(names)) for names in by_part.values() if len(names) == 1}
        tried = {e.id for row in self.rows for e in row.own}
        asked = [c for c in self.cases if c.probe.exercise in tried and not c.probe.gate]
        return [n for n in dict.fromkeys(function_of(c.key) for c in asked) if n not in busy]


def function_of(key: str) -> str:
    """The probe that a case belongs to: its name without parametrized values."""
    return key.partition("[")[0]


def run(
    course: Course, name: str, exercise: str | None = None, done: Done = lambda _: None
) -> Matrix:
    """Grade a chapter's answers, or those of one exercise; `done(of how many)` after each."""
    trial, chosen = Trial(course, course.chapter(name)), _chosen(course.chapter(name), exercise)
    rehearsal, names = Rehearsal(course, trial.chapter), {e.id for e in chosen}
    answers = [a for a in trial.answers.values() if trial.exercises_of(a) & names]
    ways = [fillings(trial.sources, e, trial.answers.values()) for e in chosen]
    rounds = [[way for way in row if way] for row in itertools.zip_longest(*ways)]
    notebooks = [rehearsal.solved()]
    notebooks += [rehearsal.solved(a, without=w) for a, w in _without(trial, answers)]
    notebooks += [_filled(rehearsal, row, trial.slow) for row in rounds]
    with Referees(course.folder, name) as referees:
        reports = _watched([referees.submit(notebook) for notebook in notebooks], done)
        broken = tuple(e for e in next(reports).exercises if e.status != "passed")
        rows = tuple(_row(trial, a, _judged(next(reports), broken)) for a in answers)
        blanks = tuple(
            _blank(trial, way, e)
            for row in rounds
            for e in _judged(next(reports), broken)
            for way in row
            if way.exercise == e.id
        )
    return Matrix(trial.chapter, tuple(trial.cases), rows, blanks, broken)


def _chosen(chapter: Chapter, exercise: str | None) -> list[Exercise]:
    chosen = [e for e in chapter.exercises if exercise in (None, e.id)]
    if not chosen:
        known = ", ".join(e.id for e in chapter.exercises)
        raise SetupError(f"{chapter.name} has no exercise {exercise!r}; it has: {known}")
    return chosen


def _without(trial: Trial, answers: list[Answer]) -> Iterator[tuple[Answer, set[str]]]:
    """Each answer, and the slow exercises that its notebook does without.

    It has its own, and the first answer to each exercise has all of them.
    """
    seen: set[str] = set()
    for answer in answers:
        own = trial.exercises_of(answer)
        yield answer, trial.slow - own if own <= seen else set()
        seen |= own


def _filled(rehearsal: Rehearsal, row: list[Filling], slow: set[str]) -> dict:
    pieces = {hole: piece for filling in row for hole, piece in filling.pieces.items()}
    return rehearsal.filled(pieces, without=slow - {filling.exercise for filling in row})


def _watched(futures: list[Future[Report]], done: Done) -> Iterator[Report]:
    for future in futures:
        result = future.result()
        done(len(futures))
        yield result


def _judged(report: Report, broken: Iterable[ExerciseResult]) -> list[ExerciseResult]:
    """The results of a report that say something: not of what the reference itself fails."""
    ignored = {e.id for e in broken}
    return [e for e in report.exercises if e.id not in ignored]


def _row(trial: Trial, answer: Answer, results: list[ExerciseResult]) -> Row:
    mine = trial.exercises_of(answer)
    own = tuple(e for e in results if e.id in mine)
    attempted = (e for e in results if e.status != "not attempted")
    others = tuple(e for e in attempted if e.id not in mine)
    if answer.right:
        return Row(answer, own, others, recognised=False, lucky=False)
    return Row(answer, own, others, trial.recognised(answer, own), trial.may_pass(answer))


def _blank(trial: Trial, filling: Filling, result: ExerciseResult) -> Blank:
    """A part that enters filled holes only has to be lost, one that enters none has to be kept.

    Where it enters others besides, either may be; but something has to be lost.
    """
    exercise = next(e for e in trial.chapter.exercises if e.id == filling.exercise)
    parts, filled = trial.parts(exercise), set(filling.pieces)
    kept = [own for own in parts.values() if not own & filled]
    lost = [own for own in parts.values() if own and own <= filled]
    share = exercise.points / len(parts)
    most = exercise.points - share * max(len(lost), 0.5)
    return Blank(filling, result, share * len(kept), most)


COLUMNS = (
    *("chapter", "exercise", "answer", "kind", "lost", "lost elsewhere", "recognised"),
    *("probe", "part", "visible", "rejects"),
)


def csv_text(matrices: Iterable[Matrix]) -> str:
    """A line for each answer and each probe of its exercises."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for matrix in matrices:
        for row in matrix.rows:
            lines.writerows(_lines(matrix, row))
    return text.getvalue()


def _lines(matrix: Matrix, row: Row) -> Iterator[tuple]:
    kind, known = ("right", "") if row.answer.right else ("wrong", int(row.recognised))
    lost = number(row.lost), number(row.lost_elsewhere)
    for exercise in row.own:
        named = matrix.chapter.name, exercise.id, row.answer.name
        for case in matrix.cases_of(exercise):
            verdict = case.key, case.part, int(case.visible), int(case.key in row.rejected_by)
            yield *named, kind, *lost, known, *verdict


def html_text(matrices: Iterable[Matrix]) -> str:
    """A page with a table for each exercise: its answers downwards, its probes across."""
    return feedback.render("matrix.html", matrices=list(matrices))
