"""Grade a whole class: the report first, then what people read of it, then the gradebook.

What a killed run left undone, the next one does: each of the three is brought up by difference.
"""

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from . import build, collected, earlier
from .chapters import read_course
from .errors import AuthorError, GradebookError, SetupError, SubmissionError, reason
from .intake import Submission
from .keys import base_key, report_key
from .limits import Limits
from .pages import Pages
from .report import Change, Report, Store, changes, clear_remains
from .session import Client
from .walls import description

if TYPE_CHECKING:
    from .gradebook import Ledger

_Found = TypeVar("_Found")


def submissions(course: Path, chapter: str) -> dict[str, Path]:
    """The submitted notebook of each student."""
    return collected.collect(course, chapter).notebooks


@dataclass
class Graded:
    """What became of a class: the reports as they stand now and as they stood before, where there
    was one; and what is to be mended."""

    reports: dict[str, Report] = field(default_factory=dict)
    before: dict[str, Report] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)  # where the grader itself failed
    skipped: dict[str, str] = field(default_factory=dict)  # what is in no student's proper place
    gradebook: str = ""  # why it is not up to the reports

    @property
    def unchanged(self) -> list[str]:
        """Those that were not run: their reports are what a grading would give."""
        return [name for name, found in self.reports.items() if self.before.get(name) is found]

    @property
    def changes(self) -> dict[str, list[Change]]:
        """What is different in whose report."""
        both = [
            (name, self.before[name], found)
            for name, found in self.reports.items()
            if name in self.before
        ]
        found = {name: changes(old, new) for name, old, new in both if old is not new}
        return {name: each for name, each in found.items() if each}


@dataclass
class _Result:
    """One submission's report as it stood and as it stands, and what went wrong on the way."""

    before: Report | None = None
    report: Report | None = None
    problem: str = ""


def grade_class(
    course: Path,
    chapter: str,
    done: Callable[[str], None],
    *,
    unsafe: bool = False,
    force: bool = False,
) -> Graded:
    """Grade all of `submitted/*/<chapter>`; `done(student)` is called after each submission.

    Those whose report is already the one that a grading would give are not run, unless `force`.
    Raises SetupError where there is nothing to grade, or nothing to grade with.
    """
    with closing(_Run(course, chapter, unsafe, force)) as run:
        run.start()
        with _ledger(course, chapter) as ledger:
            ledger.check(run.cells)
            run.clear_remains()
            for student, result in run.results(run.grade):
                run.enter(ledger, student, result)
                run.note(student, result)
                done(student)
    return run.graded


def preview(
    course: Path, chapter: str, done: Callable[[str], None], *, unsafe: bool = False
) -> Graded:
    """What `grade_class` would find now; nothing is written."""
    with closing(_Run(course, chapter, unsafe, force=False)) as run:
        run.start()
        for student, result in run.results(run.look):
            run.note(student, result)
            done(student)
    return run.graded


def _ledger(course: Path, chapter: str) -> AbstractContextManager["Ledger"]:
    """The chapter in the gradebook: nbgrader takes a second to import, and referees start in it."""
    gc.disable()  # modules make much, and drop nothing
    from .configured import ledger

    gc.freeze()  # what lives as long as the process need not be looked through again
    gc.enable()
    return ledger(course, chapter)


class _Run:
    """A class on its way through the referees."""

    def __init__(self, course: Path, chapter: str, unsafe: bool, force: bool) -> None:
        everything = collected.collect(course, chapter)
        self.found = everything.notebooks
        if not self.found:
            why = "".join(f"\n{name}: {what}" for name, what in everything.skipped.items())
            raise SetupError(f"nothing to grade: {course / 'submitted'} has no */{chapter}{why}")
        self.graded = Graded(skipped=everything.skipped)
        self.course, self.force = read_course(course), force
        self.chapter = self.course.chapter(chapter)
        build.build_if_stale(self.course, self.chapter)
        self.base = base_key(self.course, self.chapter, Limits(), description(unsafe))
        self.store, self.pages = Store(self.course.folder), Pages(self.course, self.chapter)
        checks = {f"{exercise.id}-check" for exercise in self.chapter.exercises}
        self.cells = checks | {question.id for question in self.chapter.questions}
        self.known: dict[str, _Result] = {}
        self.most = min(len(self.found), len(os.sched_getaffinity(0)))
        self.referees = _Referees(self.course.folder, chapter, unsafe, self.most)

    def close(self) -> None:
        self.referees.close()

    def start(self) -> None:
        """Find out what is known without a referee, and start those that the others will need."""
        for student in self.found:
            if result := _tried(self._known, student):
                self.known[student] = result
            else:
                self.referees.start()

    def clear_remains(self) -> None:
        """Remove what killed runs were about to write."""
        name = self.chapter.name
        pages = (self.course.folder / "autograded" / student / name for student in self.found)
        for folder in (self.store.folder / name, *pages):
            clear_remains(folder)

    def results(self, grade: Callable[[str], _Result]) -> Iterator[tuple[str, _Result]]:
        """What comes of each submission, in order, with one referee a core."""
        with ThreadPoolExecutor(self.most) as pool:
            graded = pool.map(lambda student: _tried(grade, student), self.found)
            yield from zip(self.found, graded, strict=True)

    def look(self, student: str) -> _Result:
        """The stored report if it is the one that a grading would give, else that one."""
        return self.known.get(student) or self._graded(student)[0]

    def grade(self, student: str) -> _Result:
        """The same, and it is stored, and what people read of it is written."""
        submission = None
        result = self.known.get(student)
        if result is None:
            result, submission = self._graded(student)
            if result.report:
                self.store.write(student, result.report)
        if result.report and not self.pages.is_published(student):
            try:
                read = submission or self.pages.read(collected.load(self.found[student]))
                self.pages.publish(student, read, result.report)
            except OSError as error:
                result.problem = f"its pages cannot be written: {reason(error)}"
        return result

    def _known(self, student: str) -> _Result | None:
        """The stored report, if it is the one that a grading would give."""
        found = None if self.force else self._stored(student)
        is_same = found and found.key == report_key(self.base, *self._handed_in(student))
        return _Result(found, found) if is_same else None

    def _graded(self, student: str) -> tuple[_Result, Submission | None]:
        """What a referee finds, and what it read of the notebook."""
        handed_in, result = self._handed_in(student), _Result(self._stored(student))
        with self.referees.one() as referee:
            try:
                result.report, submission = referee.graded(*handed_in)
                return result, submission
            except SetupError as error:
                result.problem = str(error)
                return result, None

    def _stored(self, student: str) -> Report | None:
        return self.store.read(self.chapter.name, student)

    def _handed_in(self, student: str) -> tuple[bytes, dict[str, bytes]]:
        """The notebook, and those of earlier chapters."""
        others = earlier.submitted(self.course, student, self.chapter.name)
        return collected.load(self.found[student]), others

    def enter(self, ledger: "Ledger", student: str, result: _Result) -> None:
        """Bring the gradebook up to a report, unless it has broken off before."""
        try:
            if result.report and not self.graded.gradebook:
                ledger.enter(student, result.report, self.found[student])
        except GradebookError as error:
            self.graded.gradebook = str(error)
        except SetupError as error:
            result.problem = str(error)

    def note(self, student: str, result: _Result) -> None:
        if result.report:
            self.graded.reports[student] = result.report
        if result.before:
            self.graded.before[student] = result.before
        if result.problem:
            self.graded.failures[student] = result.problem


def _tried(step: Callable[[str], _Found], student: str) -> _Found | _Result:
    """What a step for one student gives: a problem, if it goes wrong, as others go on."""
    try:
        return step(student)
    except (SubmissionError, OSError) as error:
        return _Result(problem=reason(error))
    except (AuthorError, SetupError):
        raise
    except Exception as error:  # a mistake of ours, but no reason to stop for the others
        return _Result(problem=f"the grader failed: {type(error).__name__}: {error}")


class _Referees:
    """At most so many referees, started before they are needed."""

    def __init__(self, course: Path, chapter: str, unsafe: bool, most: int) -> None:
        self.arguments, self.most = (course, chapter, unsafe), most
        self.started: list[Client] = []
        self.idle: SimpleQueue[Client] = SimpleQueue()

    def start(self) -> None:
        """Start one more, unless there are enough."""
        if len(self.started) < self.most:
            self.started.append(Client(*self.arguments))
            self.idle.put(self.started[-1])

    @contextmanager
    def one(self) -> Iterator[Client]:
        """A referee that waits for work. Raises SetupError where none can start."""
        client = self.idle.get()
        try:
            client.ready  # noqa: B018 - where no referee starts, nothing is graded
            yield client
        finally:
            self.idle.put(client)

    def close(self) -> None:
        """End them all, each while the others do."""
        for client in self.started:
            client.end()
        for client in self.started:
            client.close()
