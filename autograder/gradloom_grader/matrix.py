"""The kill matrix: a chapter's probes against its own wrong and right answers.

One row is one notebook, right but for one answer, graded as a student's would be. The work is done
on a copy of the course, so that nothing that changes meanwhile disturbs it.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue

from . import holes, probes
from .answers import Answer, read_answers
from .chapters import Chapter, Course, read_course
from .diagnosis import Suspect, same
from .errors import AuthorError
from .probes import Case
from .rehearsal import Rehearsal
from .report import ExerciseResult, Report, number
from .session import Client

SECRET = b"the same hidden inputs each time"


class Referees:
    """A referee a core; notebooks handed in early are graded side by side."""

    def __init__(self, course: Path, chapter: str):
        count = len(os.sched_getaffinity(0))
        self._stack = ExitStack()
        self._idle: SimpleQueue[Client] = SimpleQueue()
        for _ in range(count):
            self._idle.put(self._stack.enter_context(Client(course, chapter)))
        self._pool = self._stack.enter_context(ThreadPoolExecutor(count))

    def submit(self, notebook: dict | bytes) -> Future[Report]:
        raw = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        return self._pool.submit(self._grade, raw)

    def _grade(self, raw: bytes) -> Report:
        client = self._idle.get()
        try:
            return client.grade(raw)
        finally:
            self._idle.put(client)

    def __enter__(self) -> "Referees":
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()


@dataclass(frozen=True)
class Row:
    """What became of the notebook that holds one answer."""

    answer: Answer
    own: tuple[ExerciseResult, ...]
    others: tuple[ExerciseResult, ...]
    recognised: bool

    @property
    def lost(self) -> float:
        return _lost(self.own)

    @property
    def lost_elsewhere(self) -> float:
        return _lost(self.others)

    @property
    def rejected_by(self) -> tuple[str, ...]:
        """The probes of its own exercises that it fails."""
        return tuple(p.name for e in self.own for p in e.probes if not p.passed)

    @property
    def problem(self) -> str | None:
        """What an author has to mend, if anything."""
        found = self._false_reject() if self.answer.right else self._survival()
        return "; ".join(found) or None

    def _false_reject(self) -> Iterator[str]:
        for e in (*self.own, *self.others):
            if e.status != "passed":
                yield f"right, but loses {number(e.max_points - e.points)} in {e.id} ({e.status})"

    def _survival(self) -> Iterator[str]:
        for e in self.own:
            if e.points == e.max_points:
                yield f"loses nothing in {e.id}: a probe has to reject it"
        for e in self.others:
            if e.points < e.max_points:
                yield f"loses {number(e.max_points - e.points)} in {e.id}, where it is not made"
        if self.lost and not self.recognised:
            names = ", ".join(e.misconception or "nothing" for e in self.own)
            yield f"not recognised ({names} was)"


def _lost(results: Iterable[ExerciseResult]) -> float:
    return sum(e.max_points - e.points for e in results)


@dataclass(frozen=True)
class Matrix:
    """All rows of a chapter."""

    chapter: str
    rows: tuple[Row, ...]

    @property
    def problems(self) -> dict[str, str]:
        """By answer, what an author has to mend."""
        return {row.answer.name: row.problem for row in self.rows if row.problem}


class Trial:
    """A chapter's answers in an engine of our own, for what needs no notebook."""

    def __init__(self, course: Course, chapter: Chapter):
        sources = course.engine(chapter)
        self.chapter = chapter
        self.engine, self.reference = holes.load(sources), holes.load(sources)
        self.answers = {a.name: a for a in read_answers(chapter.answers)}
        self.cases = probes.collect(chapter.checks)
        self._suspects: dict[str, Suspect] = {}
        for answer in self.answers.values():
            _check_holes(chapter, answer)

    @cached_property
    def exercises_of(self) -> dict[str, frozenset[str]]:
        """The exercises in which each answer is made."""
        owner = self.chapter.exercise_of
        return {n: frozenset(owner[h].id for h in a.holes) for n, a in self.answers.items()}

    def cases_of(self, *exercises: str) -> list[Case]:
        return [case for case in self.cases if case.probe.exercise in exercises]

    def suspect(self, name: str) -> Suspect:
        if name not in self._suspects:
            self._suspects[name] = Suspect(self.engine, self.answers[name])
        return self._suspects[name]

    def fails(self, name: str, case: Case, seed: bytes = b"") -> bool:
        """Whether the case finds this answer wrong, on the inputs of this seed."""
        inputs = case.inputs(seed)
        answer = self.suspect(name).answer_to(case, inputs)
        return bool(probes.judge(case, inputs, case.expected(self.reference, inputs), answer))

    def alike(self, name: str, other: str, exercise: str) -> bool:
        """Whether two answers cannot be told apart by an exercise's probes."""
        one, two = self.suspect(name), self.suspect(other)
        return all(
            same(one.answer_to(case, inputs), two.answer_to(case, inputs))
            for case in self.cases_of(exercise)
            for inputs in [case.inputs()]
        )

    def recognised(self, answer: Answer, own: Iterable[ExerciseResult]) -> bool:
        """By its name, or by that of another which gives the same answers."""
        return not answer.right and all(
            e.misconception == answer.name
            or bool(e.misconception and self.alike(answer.name, e.misconception, e.id))
            for e in own
        )

    def row(self, name: str, report: Report) -> Row:
        answer, mine = self.answers[name], self.exercises_of[name]
        own = tuple(e for e in report.exercises if e.id in mine)
        others = tuple(e for e in report.exercises if e.id not in mine)
        return Row(answer, own, others, self.recognised(answer, own))


def _check_holes(chapter: Chapter, answer: Answer) -> None:
    for hole in answer.holes - set(chapter.exercise_of):
        message = f"{answer.name} fills {hole}, which no exercise of this chapter asks for"
        raise AuthorError(chapter.answers, answer.line, message)


@contextmanager
def snapshot(course: Path, chapter: str) -> Iterator[Course]:
    """The course as it is now, in a folder of its own, without other chapters that are broken.

    Raises AuthorError if it is this chapter that is.
    """
    with tempfile.TemporaryDirectory(prefix="gradloom-matrix-") as name:
        folder = Path(name).resolve()
        shutil.copytree(course / "chapters", folder / "chapters")
        (folder / ".secret").write_bytes(SECRET)
        try:
            yield _read_without_broken(folder, chapter)
        except AuthorError as error:
            path = str(error.path).replace(str(folder), str(course))
            raise AuthorError(path, error.line, error.message) from None


def _read_without_broken(folder: Path, chapter: str) -> Course:
    while True:
        try:
            return read_course(folder)
        except AuthorError as error:
            broken = Path(error.path).parent
            if broken.name == chapter or broken.parent != folder / "chapters":
                raise
            shutil.rmtree(broken)


def run(course: Course, name: str, exercise: str | None, done: Callable[[int], None]) -> Matrix:
    """Grade a chapter's answers, or those of one exercise; `done(how many)` after each."""
    chapter = course.chapter(name)
    trial = Trial(course, chapter)
    rehearsal = Rehearsal(course, chapter)
    chosen = [n for n, own in trial.exercises_of.items() if exercise is None or exercise in own]
    with Referees(course.folder, name) as referees:
        futures = {n: referees.submit(rehearsal.solved(trial.answers[n])) for n in chosen}
        rows = []
        for n, future in futures.items():
            rows.append(trial.row(n, future.result()))
            done(len(chosen))
    return Matrix(name, tuple(rows))
