"""Grade a whole class: reports first, then the gradebook, then the pages nbgrader shows."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from . import bridge, build, collected, earlier, gradebook
from .chapters import Course, read_course
from .errors import SetupError, SubmissionError
from .report import Report, Store
from .session import Client

Submissions = Mapping[str, Path]


def nbgrader_api(course: Path) -> NbGraderAPI:
    """nbgrader as the course configures it."""
    config = Config()
    if (course / "nbgrader_config.py").exists():
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def submissions(course: Path, chapter: str) -> dict[str, Path]:
    """The submitted notebook of each student."""
    return collected.collect(course, chapter).notebooks


@dataclass
class Graded:
    """What became of a class: reports; the submissions on which the grader itself failed; and
    what was skipped, because it is in no student's proper place."""

    reports: dict[str, Report] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def grade_class(
    course: Path, chapter: str, done: Callable[[str], None], *, unsafe: bool = False
) -> Graded:
    """Grade all of `submitted/*/<chapter>`; `done(student)` is called after each submission.

    Raises SetupError where there is nothing to grade, or nothing to grade with.
    """
    everything = collected.collect(course, chapter)
    found = everything.notebooks
    if not found:
        raise SetupError(f"nothing to grade: {course / 'submitted'} has no */{chapter}")
    api, store, graded = nbgrader_api(course), Store(course), Graded(skipped=everything.skipped)
    loaded = read_course(course)
    build.build_if_stale(loaded, loaded.chapter(chapter))
    with Gradebook(api.coursedir.db_url) as book:
        gradebook.bring_up(book, chapter, {})
        for student, result in _grade(loaded, chapter, found, unsafe):
            if isinstance(result, Report):
                store.write(student, result)
                graded.reports[student] = result
            else:
                graded.failures[student] = str(result)
            done(student)
        times = {student: _submitted_at(path) for student, path in found.items()}
        gradebook.bring_up(book, chapter, graded.reports, times)
    for student, result in graded.reports.items():
        raw = collected.load(found[student])
        bridge.publish(loaded, loaded.chapter(chapter), student, raw, result)
    return graded


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


def _grade(
    course: Course, chapter: str, found: Submissions, unsafe: bool
) -> Iterator[tuple[str, Report | SetupError | SubmissionError]]:
    """Grade with one referee a core, yielding what comes of each submission in order."""
    count = min(len(found), len(os.sched_getaffinity(0)))
    with ExitStack() as stack:
        idle: SimpleQueue[Client] = SimpleQueue()
        for _ in range(count):
            idle.put(stack.enter_context(Client(course.folder, chapter, unsafe)))

        def one(student: str) -> tuple[str, Report | SetupError | SubmissionError]:
            client = idle.get()
            try:
                before = earlier.submitted(course, student, chapter)
                return student, client.grade(collected.load(found[student]), before)
            except (SetupError, SubmissionError) as error:
                return student, error
            finally:
                idle.put(client)

        first = idle.get()
        first.ready  # noqa: B018 - where no referee starts, nothing is graded
        idle.put(first)
        pool = stack.enter_context(ThreadPoolExecutor(count))
        yield from pool.map(one, found)


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
