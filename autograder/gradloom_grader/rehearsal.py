"""A rehearsal: synthetic students made of misconceptions and alternatives, for demo and tests."""

import copy
import json
import random
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from . import build, holes
from .answers import Answer, read_answers
from .chapters import Chapter, Course
from .intake import NO_ANSWER
from .notebook import exercise_source

NAMES = (
    *("ada", "alan", "barbara", "blaise", "carl", "donald", "edsger", "emmy"),
    *("frances", "grace", "hedy", "john", "karen", "katherine", "leonhard", "leslie"),
    *("margaret", "maryam", "niklaus", "pierre", "radia", "seymour", "sofia", "tony"),
)
IN_WORDS = "Each operation knows only its own derivative; the gradient it is given knows the rest."
_SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION$", re.MULTILINE | re.DOTALL)


class Rehearsal:
    """Makes the notebooks that students of one chapter might hand in."""

    def __init__(self, course: Course, chapter: Chapter):
        self.course, self.chapter = course, chapter
        self.engine = course.engine(chapter)
        self.answers = read_answers(chapter.answers)
        self.source = json.loads(build.build_if_stale(course, chapter).read_text("utf-8"))

    @cached_property
    def released(self) -> dict:
        """The notebook as students receive it."""
        return self._map(lambda _, source: _as_released(source), NO_ANSWER)

    def solved(self, *answers: Answer, without: Collection[str] = ()) -> dict:
        """The notebook with all exercises filled: by these answers, the rest by the reference."""
        pieces = {hole: piece for answer in answers for hole, piece in answer.pieces.items()}
        return self.filled(pieces, without)

    def filled(self, pieces: Mapping[str, str], without: Collection[str] = ()) -> dict:
        """The notebook with pieces in some holes and the reference in all others.

        Exercises that it is `without` stay as they were released.
        """

        changed = {self.chapter.exercise_of[hole].id for hole in pieces}

        def cell(name: str, source: str) -> str:
            if name in without:
                return _as_released(source)
            return self._cell(name, pieces) if name in changed else self._right[name]

        return self._map(cell, IN_WORDS)

    @cached_property
    def _right(self) -> dict[str, str]:
        return {e.id: self._cell(e.id, {}) for e in self.chapter.exercises}

    def _cell(self, name: str, pieces: Mapping[str, str]) -> str:
        """An exercise's cell with these pieces and the reference's."""

        def piece(hole: str) -> str:
            if hole not in pieces:
                return holes.definition_source(self.engine, hole)
            return holes.decorated(self.engine, hole, pieces[hole])

        exercise = next(e for e in self.chapter.exercises if e.id == name)
        return exercise_source(self.engine, exercise, piece)

    def with_cell(self, notebook: dict, name: str, source: str) -> dict:
        """A copy of the notebook with another source in one exercise's cell."""
        return _map(notebook, {name}, lambda *_: source)

    def _map(self, change: Callable[[str, str], str], answer: str) -> dict:
        """The source notebook with its exercises changed, and this answer to its questions."""
        questions = {q.id for q in self.chapter.questions}
        notebook = _map(self.source, questions, lambda *_: answer)
        return _map(notebook, {e.id for e in self.chapter.exercises}, change)

    def students(self, count: int = 24, odd: bool = True, seed: int = 4) -> dict[str, dict]:
        """A class: good students, students with misconceptions, and, if `odd`, five that go wrong.

        Those five: an untouched notebook, a syntax error, an endless loop, a search for the
        checks, and a notebook with a deleted and a doubled cell.
        """
        rng = random.Random(seed)
        strange = self._odd() if odd else []
        good = [self.solved(*self._pick(rng, right=True, count=8)) for _ in range(count // 5)]
        rest = count - len(strange) - len(good)
        typical = [self.solved(*self._pick(rng, right=False, count=1 + i % 4)) for i in range(rest)]
        notebooks = [*good, *typical, *strange]
        rng.shuffle(notebooks)
        return dict(zip(_names(count), notebooks, strict=True))

    def _pick(self, rng: random.Random, right: bool, count: int) -> Iterable[Answer]:
        """Some answers, at most one an exercise."""
        taken: set[str] = set()
        candidates = [a for a in self.answers if a.right == right]
        for answer in rng.sample(candidates, len(candidates)):
            exercises = {self.chapter.exercise_of[hole].id for hole in answer.holes}
            if not exercises & taken and len(taken) < count:
                taken |= exercises
                yield answer

    def _source(self, name: str) -> str:
        cells = {c["id"]: c for c in self.solved()["cells"]}
        return "".join(cells[name]["source"])

    def _odd(self) -> list[dict]:
        return [
            self.released,
            self._with_syntax_error(),
            self._looping(),
            self._reading_the_checks(),
            self._with_cells_deleted_and_doubled(),
        ]

    def _exercise(self, number: int) -> str:
        return self.chapter.exercises[number % len(self.chapter.exercises)].id

    def _with_syntax_error(self) -> dict:
        name = self._exercise(3)
        return self.with_cell(self.solved(), name, self._source(name) + "\n)\n")

    def _looping(self) -> dict:
        name = self._exercise(-1)
        source = "while True:\n    pass\n\n" + self._source(name)
        return self.with_cell(self.solved(), name, source)

    def _reading_the_checks(self) -> dict:
        name = self._exercise(0)
        source = "import glob\n\nfor path in glob.glob('/**/checks.py', recursive=True):\n"
        return self.with_cell(self.released, name, source + "    print(open(path).read())\n")

    def _with_cells_deleted_and_doubled(self) -> dict:
        notebook = copy.deepcopy(self.solved())
        deleted, doubled = self._exercise(4), self._exercise(5)
        twin = next(c for c in notebook["cells"] if c["id"] == doubled)
        kept = [c for c in notebook["cells"] if c["id"] != deleted]
        notebook["cells"] = [*kept, copy.deepcopy(twin)]
        return notebook


def _names(count: int) -> Iterable[str]:
    rounds = range(1, count // len(NAMES) + 2)
    every = [name if r == 1 else f"{name}{r}" for r in rounds for name in NAMES]
    return sorted(every[:count])


def _as_released(source: str) -> str:
    return _SOLUTION.sub(r"\1raise NotImplementedError", source)


def _map(notebook: dict, names: set[str], change: Callable[[str, str], str]) -> dict:
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["id"] in names:
            cell["source"] = change(cell["id"], "".join(cell["source"]))
    return notebook
