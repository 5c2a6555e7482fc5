"""A student's library, assembled for the instructor: tried in the jail, as it is a student's code.

How it is put together is the kit's `assemble`, which students call themselves.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from . import build
from .chapters import Chapter, Course, read_course
from .errors import SetupError
from .holes import Sources
from .jail import Fault, Jail, Question
from .kit import compare, examples
from .kit.check import CheckFailed
from .kit.library.assemble import DATA, Desk, Tries, find_notebooks, write_library
from .kit.library.assembled import Assembled
from .kit.library.together import Exercise


def assemble(course: Path, folder: Path, target: Path, *, unsafe: bool = False) -> Assembled:
    """Write the library of the student whose chapters are in `folder` to the folder `target`.

    It is made on the kit of the last chapter that is there. Raises SetupError.
    """
    loaded = read_course(course)
    found = find_notebooks(folder.resolve(), [chapter.name for chapter in loaded.chapters])
    notebooks = {name: path for name, path in found.items() if path.resolve() == path}
    if not notebooks:
        raise SetupError(f"no chapter's notebook in {folder}: name a folder such as submitted/ada")
    chapters = [chapter for chapter in loaded.chapters if chapter.name in notebooks]
    kit = build.kit_sources(loaded, chapters[-1])
    data = loaded.folder / "data" / DATA
    with Jail(kit, unsafe=unsafe) as jail:
        trial = _Trial(jail, kit)
        desk = Desk(
            {name: text for name, text in kit.items() if "/" not in name},
            build.index(loaded, chapters[-1]),
            notebooks,
            dict(_tries(loaded, chapters)),
            data if data.is_file() else None,
            trial.error,
            trial.failures,
        )
        try:
            return write_library(desk, target.resolve())
        except CheckFailed as error:
            raise SetupError(" ".join(str(error).split())) from None


def _tries(course: Course, chapters: Iterable[Chapter]) -> Iterable[tuple[Exercise, list[dict]]]:
    """The visible examples of the chapters that are built, or can be."""
    for chapter in chapters:
        if chapter.checks.exists():
            kit = build.build_if_stale(course, chapter).parent / "gradloom" / "kit"
            text = (kit / examples.FILE.name).read_text("utf-8")
            for name, known in examples.loads(text).items():
                yield (chapter.name, name), known["examples"]


class _Trial:
    """Tries libraries in the jail, in place of the kit that it was started with."""

    def __init__(self, jail: Jail, kit: Sources):
        self.jail, self.kit = jail, kit

    def error(self, sources: Sources) -> str:
        """Why a library does not import; empty if it does."""
        answer = self._answers(sources, [Question("it", "def ask(gl): return 1", {})])["it"]
        return _told(answer) if isinstance(answer, Fault) else ""

    def failures(self, sources: Sources, tries: Tries) -> Mapping[Exercise, str]:
        """The exercises whose examples do not pass on it, each with what is wrong first."""
        asked = [(exercise, example) for exercise, each in tries.items() for example in each]
        questions = [
            Question(str(number), example["source"], example["inputs"])
            for number, (_, example) in enumerate(asked)
        ]
        answers = self._answers(sources, questions)
        found: dict[Exercise, str] = {}
        for number, (exercise, example) in enumerate(asked):
            if problem := _problem(example, answers[str(number)]):
                found.setdefault(exercise, problem)
        return found

    def _answers(self, sources: Sources, questions: list[Question]) -> dict:
        changes = {name: text for name, text in sources.items() if text != self.kit.get(name)}
        return self.jail.run([], [questions], changes=changes).answers


def _problem(example: dict, answer: object) -> str:
    if isinstance(answer, Fault):
        return _told(answer)
    difference = compare.difference(example["expected"], answer)
    return difference.text if difference else ""


def _told(fault: Fault) -> str:
    return ": ".join(filter(None, (fault.name or fault.kind, fault.text)))
