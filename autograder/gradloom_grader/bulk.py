"""Grade a whole class: the report first, then what people read of it, then the gradebook.

What a killed run left undone, the next one does: each of the three is brought up by difference.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from . import bridge, build, collected, earlier, gradebook
from .chapters import read_course
from .errors import AuthorError, SetupError, SubmissionError, reason
from .gradebook import GradebookError, Ledger
from .keys import base_key, report_key
from .limits import Limits
from .report import Change, Report, Store, changes, clear_remains
from .session import Client
from .walls import description


def nbgrader_config(course: Path) -> Config:
    """What the course sets in its `nbgrader_config.py`."""
    config = Config()
    if (course / "nbgrader_config.py").exists():
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return config


def nbgrader_api(course: Path) -> NbGraderAPI:
    """nbgrader as the course configures it."""
    config = nbgrader_config(course)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


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
    run = _Run(course, chapter, unsafe, force)
    config = nbgrader_config(course)
    url = CourseDirectory(config=config).db_url
    with gradebook.opened(url, chapter, config) as ledger:
        ledger.check(run.cells)
        run.clear_remains()
        for student, result in run.results(run.grade):
            if result.report:
                run.enter(ledger, student, result)
            run.note(student, result)
            done(student)
    return run.graded


def preview(
    course: Path, chapter: str, done: Callable[[str], None], *, unsafe: bool = False
) -> Graded:
    """What `grade_class` would find now; nothing is written."""
    run = _Run(course, chapter, unsafe, force=False)
    for student, result in run.results(run.look):
        run.note(student, result)
        done(student)
    return run.graded


class _Run:
    """A class on its way through the referees."""

    def __init__(self, course: Path, chapter: str, unsafe: bool, force: bool) -> None:
        everything = collected.collect(course, chapter)
        self.found = everything.notebooks
        if not self.found:
            why = "".join(f"\n{name}: {what}" for name, what in everything.skipped.items())
            raise SetupError(f"nothing to grade: {course / 'submitted'} has no */{chapter}{why}")
        self.graded = Graded(skipped=everything.skipped)
        self.course, self.unsafe, self.force = read_course(course), unsafe, force
        self.chapter = self.course.chapter(chapter)
        build.build_if_stale(self.course, self.chapter)
        self.base = base_key(self.course, self.chapter, Limits(), description(unsafe))
        self.store = Store(self.course.folder)
        checks = {f"{exercise.id}-check" for exercise in self.chapter.exercises}
        self.cells = checks | {question.id for question in self.chapter.questions}

    def clear_remains(self) -> None:
        """Remove what killed runs were about to write."""
        name = self.chapter.name
        pages = (self.course.folder / "autograded" / student / name for student in self.found)
        for folder in (self.store.folder / name, *pages):
            clear_remains(folder)

    def results(
        self, grade: Callable[[str, "_Referees"], _Result]
    ) -> Iterator[tuple[str, _Result]]:
        """What comes of each submission, in order, with one referee a core."""

        def one(student: str) -> _Result:
            try:
                return grade(student, referees)
            except (SubmissionError, OSError) as error:
                return _Result(problem=reason(error))
            except (AuthorError, SetupError):
                raise
            except Exception as error:  # a mistake of ours, but no reason to stop for the others
                return _Result(problem=f"the grader failed: {type(error).__name__}: {error}")

        count = min(len(self.found), len(os.sched_getaffinity(0)))
        referees = _Referees(self.course.folder, self.chapter.name, self.unsafe, count)
        with closing(referees), ThreadPoolExecutor(count) as pool:
            yield from zip(self.found, pool.map(one, self.found), strict=True)

    def look(self, student: str, referees: "_Referees") -> _Result:
        """The stored report if it is the one that a grading would give, else that one."""
        return self._looked_at(student, referees)[0]

    def grade(self, student: str, referees: "_Referees") -> _Result:
        """The same, and it is stored, and what people read of it is written."""
        result, raw = self._looked_at(student, referees)
        if result.report and result.report is not result.before:
            self.store.write(student, result.report)
        if result.report and not bridge.is_published(self.course, self.chapter, student):
            try:
                bridge.publish(self.course, self.chapter, student, raw, result.report)
            except OSError as error:
                result.problem = f"its pages cannot be written: {reason(error)}"
        return result

    def _looked_at(self, student: str, referees: "_Referees") -> tuple[_Result, bytes]:
        raw = collected.load(self.found[student])
        others = earlier.submitted(self.course, student, self.chapter.name)
        result = _Result(self.store.read(self.chapter.name, student))
        key = report_key(self.base, raw, others)
        if result.before and result.before.key == key and not self.force:
            result.report = result.before
            return result, raw
        with referees.one() as referee:
            try:
                result.report = referee.grade(raw, others)
            except SetupError as error:
                result.problem = str(error)
        return result, raw

    def enter(self, ledger: Ledger, student: str, result: _Result) -> None:
        """Bring the gradebook up to a report, unless it has broken off before."""
        try:
            if result.report and not self.graded.gradebook:
                ledger.bring_up(student, result.report, _submitted_at(self.found[student]))
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


class _Referees:
    """At most so many referees, each started when it is first needed."""

    def __init__(self, course: Path, chapter: str, unsafe: bool, count: int) -> None:
        self.arguments = course, chapter, unsafe
        self.started: list[Client] = []
        self.idle: SimpleQueue[Client | None] = SimpleQueue()
        for _ in range(count):
            self.idle.put(None)

    @contextmanager
    def one(self) -> Iterator[Client]:
        """A referee that waits for work. Raises SetupError where none can start."""
        client = self.idle.get()
        try:
            if client is None:
                client = Client(*self.arguments)
                self.started.append(client)
            client.ready  # noqa: B018 - where no referee starts, nothing is graded
            yield client
        finally:
            self.idle.put(client)

    def close(self) -> None:
        for client in self.started:
            client.close()


def _submitted_at(notebook: Path) -> datetime | None:
    """What `timestamp.txt` beside it says, if that is a plain file and says a time."""
    stamp = notebook.with_name("timestamp.txt")
    if stamp.is_symlink() or not stamp.is_file():
        return None
    try:
        with stamp.open("rb") as file:
            return parse_utc(file.read(100).decode().strip())
    except (ValueError, OverflowError, OSError):
        return None


def release(course: Path, chapter: str) -> Path:
    """Build a chapter, and let nbgrader make its release and its entry in the gradebook.

    Raises SetupError with nbgrader's own words where it refuses.
    """
    loaded = read_course(course)
    build.build(loaded, loaded.chapter(chapter))
    result = nbgrader_api(course).generate_assignment(chapter, force=True)
    if not result["success"]:
        raise SetupError(f"nbgrader did not release {chapter}:\n{result.get('log', '')}")
    return course / "release" / chapter
