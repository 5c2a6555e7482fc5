"""What a class understood and what it did not, from its stored reports alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import mean, median

from . import feedback
from .chapters import Course
from .errors import SetupError
from .feedback import WORDS
from .pages import PAGE
from .report import ExerciseResult, Report, Store, write_atomically

MOST_PROBES = 12


@dataclass(frozen=True)
class Row:
    """One exercise: how many students got which status, and the mean share of its points."""

    id: str
    counts: Counter[str]
    share: float


@dataclass(frozen=True)
class Found:
    """Something that went wrong in an exercise, what there is to say of it, and how often."""

    exercise: str
    name: str
    says: str
    students: int


@dataclass(frozen=True)
class Summary:
    """The reports of a class on one chapter, by student."""

    chapter: str
    reports: Mapping[str, Report]

    @cached_property
    def graded(self) -> list[Report]:
        return [report for report in self.reports.values() if not report.rejected]

    @property
    def scores(self) -> str:
        """How the class did, in a sentence."""
        scores = [report.score for report in self.reports.values()]
        most = max(report.max_score for report in self.reports.values())
        return (
            f"{len(scores)} students; of {most:g} points half of them have at least "
            f"{median(scores):.4g}, the mean is {mean(scores):.1f}"
        )

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                exercise,
                Counter(result.status for result in results),
                mean(result.points / result.max_points for result in results),
            )
            for exercise, results in self._results.items()
        ]

    @property
    def misconceptions(self) -> list[Found]:
        """What the referee recognised, the most frequent first."""
        return _counted(
            (e.id, e.misconception, (e.hint or "").partition("\n")[0])
            for report in self.graded
            for e in report.exercises
            if e.misconception
        )

    @property
    def probes(self) -> list[Found]:
        """What failed most, where it was not another exercise's mistake."""
        failures = (
            (e.id, probe.name, probe.told[0])
            for report in self.graded
            for e in report.exercises
            if e.status in ("partly", "failed")
            for probe in e.probes
            if not probe.passed
        )
        return _counted(failures)[:MOST_PROBES]

    @cached_property
    def _results(self) -> dict[str, list[ExerciseResult]]:
        found: dict[str, list[ExerciseResult]] = {}
        for report in self.graded:
            for result in report.exercises:
                found.setdefault(result.id, []).append(result)
        return found


def _counted(failures: Iterable[tuple[str, str, str]]) -> list[Found]:
    """Of (exercise, name, says) the most frequent first, each with what was said first."""
    says: dict[tuple[str, str], str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for exercise, name, text in failures:
        says.setdefault((exercise, name), text)
        counts[exercise, name] += 1
    return [Found(*key, says[key], number) for key, number in counts.most_common()]


def read(course: Course, chapter: str) -> Summary:
    """The class as its stored reports show it. Raises SetupError if there are none."""
    course.chapter(chapter)
    store = Store(course.folder)
    students = sorted(path.stem for path in (store.folder / chapter).glob("*.json"))
    reports = {student: store.read(chapter, student) for student in students}
    known = {student: report for student, report in reports.items() if report}
    if not known:
        raise SetupError(f"there are no reports of {chapter}: run `gradloom grade {chapter}` first")
    return Summary(chapter, known)


def write(course: Course, summary: Summary) -> Path:
    """Write it as a page beside the reports, for the instructor."""
    path = Store(course.folder).folder / summary.chapter / "summary.html"
    pages = {
        student: f"../../autograded/{student}/{summary.chapter}/{PAGE}"
        for student in summary.reports
    }
    text = feedback.render("summary.html", summary=summary, pages=pages, statuses=list(WORDS))
    write_atomically(path, text)
    return path
