"""A student's earlier chapters: their notebooks, the library that these make, and what a later
exercise is worth on it.

The library is put together in the jail, where a hostile notebook may take as long as it likes. What
comes back are texts, and they run in the jail again.
"""

import contextlib
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import build, collected
from .chapters import Chapter, Course
from .errors import SubmissionError
from .holes import Sources
from .jail import Fault, Jail, Question
from .kit.library.notebook import MAX_BYTES
from .report import number

ALL_MINE = "all mine"


def notebooks(home: Path, course: Course, chapter: Chapter) -> dict[str, bytes]:
    """Of the earlier chapters that a chapter is graded on, too, the notebooks in a student's
    folder, `home/05_shapes/05_shapes.ipynb` and so on.

    One that cannot be had, or is too large, is as if it were not there.
    """
    found: dict[str, bytes] = {}
    for name in (each.name for each in course.earlier(chapter)):
        with contextlib.suppress(SubmissionError):
            raw = collected.load(home / name / f"{name}.ipynb")
            found |= {name: raw} if len(raw) <= MAX_BYTES else {}
    return found


def submitted(course: Course, student: str, chapter: str) -> dict[str, bytes]:
    """The same for what a student has handed in."""
    home = course.folder / "submitted" / student
    return notebooks(home, course, course.chapter(chapter))


@dataclass(frozen=True)
class OwnLibrary:
    """What of the kit the student's pieces change; and why it is not all theirs, if it is not."""

    changes: Sources
    but: str = ""


_NONE = OwnLibrary({}, "your own library cannot be put together from your notebooks")


def own_library(
    jail: Jail, course: Course, chapter: Chapter, earlier: Mapping[str, bytes]
) -> OwnLibrary:
    """The library that a student's earlier notebooks make."""
    index = {c.name: build.index(course, chapter)[c.name] for c in course.earlier(chapter)}
    kit = {n: text for n, text in build.kit_sources(course, chapter).items() if "/" not in n}
    texts = {name: earlier[name].decode("utf-8", "replace") for name in index if name in earlier}
    asked = Question("it", _SOURCE, {"kit": kit, "index": index, "notebooks": texts})
    answer = jail.run([], [[asked]]).answers["it"]
    if isinstance(answer, Fault):
        return _NONE
    modules = {name: text.tobytes().decode() for name, text in answer["modules"].items()}
    changes = {n: text for n, text in modules.items() if n != "__init__" and text != kit[n]}
    lacks = [
        f"{', '.join(exercises)} ({name})" if name in earlier else f"all of {name}"
        for name, exercises in answer["missing"].items()
    ]
    return OwnLibrary(changes, f"your own library lacks {'; '.join(lacks)}" if lacks else "")


def _put_together(gl, kit, index, notebooks):
    """In the jail: the library's modules, and which exercises of each chapter it lacks."""
    from importlib import import_module

    names = ("together", "notebook")
    together, notebook = (import_module(f"gradloom.kit.library.{name}") for name in names)
    cells = {}
    for chapter, text in notebooks.items():
        try:
            cells[chapter] = notebook.read(text.encode(), chapter)
        except notebook.NoNotebook:
            continue
    made, missing = together.put_together(kit, index, cells), {}
    for name, text in made.sources.items():
        compile(text, name, "exec")
    for chapter, exercise in made.states:
        if made.state((chapter, exercise)) != together.YOURS:
            missing.setdefault(chapter, []).append(exercise)
    modules = {name: np.frombuffer(text.encode(), np.uint8) for name, text in made.sources.items()}
    return {"modules": modules, "missing": missing}


_SOURCE = inspect.getsource(_put_together)


@dataclass(frozen=True)
class OwnRun:
    """An exercise in two runs: on the course's engine, and on the student's own library.

    Both are what each part earns of its share; nothing, if it was not run there.
    """

    library: OwnLibrary
    points: int
    on_course: Mapping[str, float]
    on_own: Mapping[str, float]

    @property
    def better(self) -> Mapping[str, float]:
        return max(self.on_course, self.on_own, key=lambda shares: sum(shares.values()))

    @property
    def is_all_mine(self) -> bool:
        return not self.library.but and min(self.on_own.values(), default=0) == 1

    def lines(self) -> Iterable[str]:
        """What the student is told."""
        if self.is_all_mine:
            yield "All mine: it passes on your own library, in which nothing is the course's."
        if self.better is not self.on_course:
            yield (
                f"On your own library it earns {self._earned(self.on_own)} points, on the course's "
                f"engine {self._earned(self.on_course)}. The better one counts."
            )
        elif self.on_own and not self.is_all_mine:
            own = self._earned(self.on_own)
            yield f'On your own library it earns {own} points: `assemble("..")` tells why.'
        if self.library.but:
            yield f"Not all yours yet: {self.library.but}."

    def _earned(self, shares: Mapping[str, float]) -> str:
        return number(self.points * sum(shares.values()) / len(shares))
