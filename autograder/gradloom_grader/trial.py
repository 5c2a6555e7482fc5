"""Answers tried in an engine of our own: what can be known of them without a notebook."""

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from . import holes, probes
from .answers import Answer, read_answers
from .chapters import Chapter, Course, Exercise, read_course
from .diagnosis import Suspect, same
from .entered import entered_holes
from .errors import AuthorError
from .probes import Case
from .report import ExerciseResult

SLOW = 0.4  # seconds for the probes of one exercise
SEEDS = 20
PATIENCE = 5.0  # seconds for the seeds of one answer
SECRET = b"the same hidden inputs each time"


class Trial:
    """A chapter's answers and probes, and engines in which they meet."""

    def __init__(self, course: Course, chapter: Chapter):
        self.chapter, self.sources = chapter, course.engine(chapter)
        self.cases = probes.collect(chapter.checks)
        self.answers = {a.name: a for a in read_answers(chapter.answers)}
        for answer in self.answers.values():
            _check_holes(chapter, answer)
        self.reference, self.stage = holes.load(self.sources), holes.load(self.sources)
        self.suspects = {name: Suspect(self.stage, a) for name, a in self.answers.items()}

    def exercises_of(self, answer: Answer) -> set[str]:
        """The exercises in which an answer is made."""
        return {self.chapter.exercise_of[hole].id for hole in answer.holes}

    def cases_of(self, *exercises: str) -> list[Case]:
        return [case for case in self.cases if case.probe.exercise in exercises]

    @cached_property
    def enters(self) -> dict[str, frozenset[str]]:
        """For each case, the chapter's holes that the reference enters in it."""
        return entered_holes(self.chapter, self.sources, self.reference, self.cases)

    def parts(self, exercise: Exercise) -> dict[str, set[str]]:
        """The parts of an exercise, and which of its own holes each one's probes enter."""
        found: dict[str, set[str]] = {}
        for case in self.cases_of(exercise.id):
            if not case.probe.gate:
                own = self.enters[case.key] & set(exercise.holes)
                found.setdefault(case.part, set()).update(own)
        return found

    @cached_property
    def slow(self) -> set[str]:
        """The exercises whose probes take long on the reference, and that no other one needs."""
        slow = set()
        for exercise in self.chapter.exercises:
            others = [c for c in self.cases if c.probe.exercise != exercise.id]
            needed = any(self.enters[case.key] & set(exercise.holes) for case in others)
            if not needed and self._seconds(exercise) > SLOW:
                slow.add(exercise.id)
        return slow

    def _seconds(self, exercise: Exercise) -> float:
        drawn = [(case, case.inputs()) for case in self.cases_of(exercise.id)]
        start = time.process_time()
        for case, inputs in drawn:
            case.expected(self.reference, inputs)
        return time.process_time() - start

    def fails(self, suspect: Suspect, case: Case, seed: bytes = b"") -> bool:
        """Whether a case finds an answer wrong, on the inputs of this seed."""
        inputs = case.inputs(seed)
        answer = suspect.answer_to(case, inputs)
        return bool(probes.judge(case, inputs, case.expected(self.reference, inputs), answer))

    def may_pass(self, answer: Answer) -> bool:
        """Whether the hidden inputs of some seed let an answer pass in its own exercises.

        As many seeds are tried as patience allows.
        """
        suspect, cases = self.suspects[answer.name], self.cases_of(*self.exercises_of(answer))
        if any(self.fails(suspect, case) for case in cases if case.visible):
            return False
        hidden = [case for case in cases if not case.visible]
        until = time.monotonic() + PATIENCE
        for seed in range(SEEDS):
            if not any(self.fails(suspect, case, bytes([seed])) for case in hidden):
                return True
            if time.monotonic() > until:
                break
        return False

    def recognised(self, answer: Answer, own: Iterable[ExerciseResult]) -> bool:
        """By its name, or by that of another which gives the same answers."""
        return all(
            bool(e.hint) and (e.misconception == answer.name or self._alike(answer, e)) for e in own
        )

    def _alike(self, answer: Answer, result: ExerciseResult) -> bool:
        """Whether the exercise's probes cannot tell an answer from the one that was recognised."""
        one, other = self.suspects[answer.name], self.suspects[result.misconception or ""]
        drawn = [(case, case.inputs()) for case in self.cases_of(result.id)]
        return all(same(one.answer_to(*asked), other.answer_to(*asked)) for asked in drawn)


@contextmanager
def snapshot(course: Path, chapter: str) -> Iterator[Course]:
    """The course as it is now, in a folder of its own, without other chapters that are broken.

    Nothing that changes meanwhile disturbs what is done there. Raises AuthorError if it is this
    chapter that is broken.
    """
    with tempfile.TemporaryDirectory(prefix="gradloom-trial-") as name:
        folder = Path(name).resolve()
        for part in ("chapters", "data"):
            if (course / part).exists():
                shutil.copytree(course / part, folder / part)
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


def _check_holes(chapter: Chapter, answer: Answer) -> None:
    for hole in answer.holes - set(chapter.exercise_of):
        message = f"{answer.name} fills {hole}, which no exercise of this chapter asks for"
        raise AuthorError(chapter.answers, answer.line, message)
