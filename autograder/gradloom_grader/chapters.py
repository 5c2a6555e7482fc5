"""Read a course: its chapters, their exercises and questions, and what each one's kit is cut from.

`chapter.md` is jupytext Markdown. An empty code block with marks is an exercise, a region with a
`question` is answered in words. jupytext swallows malformed marks and keeps no line numbers, so the
marks are read here, from the text.
"""

import importlib.util
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from . import holes
from .errors import AuthorError, SetupError
from .holes import HoleError, Sources

Keys = dict[str, type]

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,48}")
EXERCISE_KEYS: Keys = {
    "exercise": str,
    "hole": str,
    "points": int,
    "difficulty": int,
    "minutes": int,
    "library_from": int,
}
_OPTIONAL = {"library_from"}
QUESTION_KEYS: Keys = {"question": str, "points": int}
GIVEN_KEYS: Keys = {"after": str}

_FENCE = re.compile(r"(?P<indent>[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?)(?P<mark>`{3,}|~{3,})(?P<rest>.*)")
_REGION = re.compile(r"<!-- #region (?P<marks>.*question.*) -->\s*$")
_MARK = re.compile(r'\s*(?P<key>\w+)=(?:"(?P<text>[^"]*)"|(?P<number>\d+))(?=\s|$)')


@dataclass(frozen=True)
class Exercise:
    id: str
    holes: tuple[str, ...]
    points: int
    difficulty: int
    minutes: int
    line: int
    library_from: int | None = None  # graded on a library of the student's own, too: from here on


@dataclass(frozen=True)
class Question:
    """A question answered in words and graded by hand."""

    id: str
    points: int
    line: int


@dataclass(frozen=True)
class Chapter:
    folder: Path
    text: str
    exercises: tuple[Exercise, ...]
    questions: tuple[Question, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def number(self) -> int:
        return int(self.name.split("_")[0])

    @property
    def page(self) -> Path:
        return self.folder / "chapter.md"

    @property
    def checks(self) -> Path:
        return self.folder / "checks.py"

    @property
    def answers(self) -> Path:
        return self.folder / "answers.py"

    @property
    def max_score(self) -> int:
        return sum(e.points for e in self.exercises)

    @property
    def manual_max(self) -> int:
        return sum(q.points for q in self.questions)

    @cached_property
    def exercise_of(self) -> dict[str, Exercise]:
        """From each hole of the chapter to the exercise that asks for it."""
        return {hole: e for e in self.exercises for hole in e.holes}

    def pieces(self) -> Sources:
        """The holes that belong to the chapter and not to the engine."""
        path = self.folder / "pieces.py"
        return {"pieces": path.read_text("utf-8")} if path.exists() else {}


@dataclass(frozen=True)
class Course:
    """All chapters and the reference they are cut from."""

    folder: Path
    chapters: tuple[Chapter, ...]
    reference: Sources = field(repr=False)

    def chapter(self, name: str) -> Chapter:
        for chapter in self.chapters:
            if chapter.name == name:
                return chapter
        known = ", ".join(c.name for c in self.chapters)
        raise SetupError(f"there is no chapter {name!r} in {self.folder}; there are: {known}")

    def earlier(self, chapter: Chapter) -> list[Chapter]:
        """The chapters that make the library on which exercises of this one are graded, too."""
        first = [e.library_from for e in chapter.exercises if e.library_from is not None]
        return [c for c in self.chapters if first and min(first) <= c.number < chapter.number]

    def engine(self, chapter: Chapter) -> Sources:
        """The reference as this chapter sees it: the full engine and the chapter's own pieces."""
        pieces = chapter.pieces()
        start = self.reference["__init__"] + ("\nfrom . import pieces\n" if pieces else "")
        return {**self.reference, **pieces, "__init__": start}

    def due(self, chapter: Chapter) -> dict[str, str]:
        """The holes of this chapter and all later ones, each with the message of its stub."""
        return {
            hole: f"you write this in chapter {later.number}: {exercise.id}"
            for later in self.chapters
            if later.number >= chapter.number
            for hole, exercise in later.exercise_of.items()
            if later is chapter or holes.module_of(hole) != "pieces"
        }

    def cut(self, chapter: Chapter) -> Sources:
        """The engine of the chapter's kit: every hole of this and later chapters cut out."""
        return holes.cut(self.engine(chapter), self.due(chapter))


def reference_folder() -> Path:
    """Where the reference lies. Raises SetupError where only the grader is installed."""
    spec = importlib.util.find_spec("gradloom")
    if spec is None or spec.origin is None:
        raise SetupError("the reference is not installed: run `make setup` in the course's project")
    return Path(spec.origin).parent


def find_course(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `chapters/`, else its `course/`."""
    for folder in [start, *start.parents]:
        for candidate in (folder, folder / "course"):
            if (candidate / "chapters").is_dir():
                return candidate
    raise SetupError(f"no course at or above {start}: name its folder with --course")


def read_course(folder: Path) -> Course:
    """Read all chapters. Raises AuthorError for a malformed mark or a hole that cannot be cut."""
    folder = folder.resolve()
    pages = sorted((folder / "chapters").glob("*/chapter.md"))
    chapters = tuple(read_chapter(page.parent) for page in pages)
    course = Course(folder, chapters, holes.read_sources(reference_folder()))
    _check_claims(course)
    return course


def _check_claims(course: Course) -> None:
    claims: dict[str, str] = {}
    for chapter in course.chapters:
        engine = course.engine(chapter)
        for exercise in chapter.exercises:
            for hole in exercise.holes:
                _check_hole(engine, chapter, exercise, hole)
                own = f"{chapter.name}/" if holes.module_of(hole) == "pieces" else ""
                first = claims.setdefault(own + hole, exercise.id)
                if first is not exercise.id:
                    message = f"{hole} already belongs to {first}; a hole has one exercise"
                    raise AuthorError(chapter.page, exercise.line, message)


def _check_hole(engine: Sources, chapter: Chapter, exercise: Exercise, hole: str) -> None:
    try:
        holes.check_cuttable(engine, hole)
    except HoleError as error:
        raise AuthorError(chapter.page, exercise.line, f"exercise {exercise.id}: {error}") from None


def read_chapter(folder: Path) -> Chapter:
    """Read one chapter's marks; whether its holes exist is `read_course`'s to say."""
    page = folder / "chapter.md"
    text = page.read_text("utf-8")
    if not re.fullmatch(r"\d\d_\w+", folder.name):
        raise AuthorError(page, 1, "name a chapter's folder like 04_elementwise")
    exercises, questions = [], []
    for line, keys, marks in _marks(page, text):
        if keys is EXERCISE_KEYS:
            exercises.append(_exercise(page, line, marks))
        elif keys is QUESTION_KEYS:
            questions.append(Question(_id(page, line, marks["question"]), marks["points"], line))
    chapter = Chapter(folder, text, tuple(exercises), tuple(questions))
    _check_ids(chapter)
    return chapter


def _exercise(page: Path, line: int, marks: dict) -> Exercise:
    names = tuple(holes.expand(marks["hole"]))
    if not names:
        raise AuthorError(page, line, 'name the hole: hole="ops.Mul.backward"')
    if len(set(names)) < len(names):
        raise AuthorError(page, line, f"{marks['exercise']} names a hole twice")
    exercise = _id(page, line, marks["exercise"])
    if marks.get("library_from", -1) >= int(page.parent.name[:2]):
        raise AuthorError(page, line, "library_from= is the number of an earlier chapter")
    numbers = {key: marks[key] for key in marks if EXERCISE_KEYS[key] is int}
    return Exercise(exercise, names, line=line, **numbers)


def _id(page: Path, line: int, text: str) -> str:
    if not ID.fullmatch(text):
        raise AuthorError(page, line, f"{text!r} is no id: use a-z, 0-9 and dashes, at most 49")
    return text


def _check_ids(chapter: Chapter) -> None:
    seen: set[str] = set()
    items: list[Exercise | Question] = [*chapter.exercises, *chapter.questions]
    for item in items:
        if item.id in seen or f"{item.id}-check" in seen:
            raise AuthorError(chapter.page, item.line, f"the id {item.id} is taken; choose another")
        seen |= {item.id, f"{item.id}-check"}


def _marks(page: Path, text: str):
    """Yield (line, kind of mark, values) for every fence and region that carries marks."""
    open_mark, in_exercise = "", False
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if open_mark:
            if fence and fence["mark"].startswith(open_mark) and not fence["rest"].strip():
                open_mark = ""
            elif in_exercise and line.strip():
                raise AuthorError(page, number, "leave an exercise's block empty; build fills it")
        elif fence:
            open_mark = fence["mark"]
            in_exercise = False
            if marked := _fence_marks(page, number, fence):
                in_exercise = marked[0] is EXERCISE_KEYS
                yield number, *marked
        elif region := _REGION.match(line):
            yield number, QUESTION_KEYS, _values(page, number, region["marks"], QUESTION_KEYS)


def _fence_marks(page: Path, line: int, fence: re.Match) -> tuple[Keys, dict] | None:
    language, _, marks = fence["rest"].partition(" ")
    if "=" not in fence["rest"]:
        return None
    if fence["indent"] or fence["mark"] != "```" or language != "python":
        message = "a marked block starts with ```python at the line's beginning"
        raise AuthorError(page, line, message)
    keys = GIVEN_KEYS if "after=" in marks else EXERCISE_KEYS
    return keys, _values(page, line, marks, keys)


def _values(page: Path, line: int, marks: str, keys: Keys) -> dict:
    values: dict[str, object] = {}
    position = 0
    while marks[position:].strip():
        mark = _MARK.match(marks, position)
        if not mark:
            what = marks[position:].strip()
            raise AuthorError(page, line, f'cannot read {what!r}: write key="text" or key=3')
        value = mark["text"] if mark["number"] is None else int(mark["number"])
        _check_value(page, line, mark["key"], value, keys, values)
        values[mark["key"]] = value
        position = mark.end()
    if missing := [key for key in keys if key not in values and key not in _OPTIONAL]:
        raise AuthorError(page, line, f"the mark lacks {', '.join(missing)}")
    return values


def _check_value(page, line, key, value, keys, seen) -> None:
    if key not in keys:
        raise AuthorError(page, line, f"unknown key {key!r}; known: {', '.join(keys)}")
    if key in seen:
        raise AuthorError(page, line, f"{key} is given twice")
    if not isinstance(value, keys[key]):
        kind = "a number without quotes" if keys[key] is int else "a text in quotes"
        raise AuthorError(page, line, f"{key} must be {kind}")
