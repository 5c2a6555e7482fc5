"""Build a chapter: its nbgrader source notebook and, beside it, the kit that students receive."""

import ast
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType

from . import holes, probes
from .chapters import Chapter, Course, Exercise
from .errors import AuthorError
from .holes import Sources
from .kit import examples
from .kit.library.assemble import INDEX
from .probes import Case

KIT = Path(__file__).parent / "kit"


def source_folder(course: Course, chapter: Chapter) -> Path:
    return course.folder / "source" / chapter.name


def source_notebook(course: Course, chapter: Chapter) -> Path:
    return source_folder(course, chapter) / f"{chapter.name}.ipynb"


def build(course: Course, chapter: Chapter) -> Path:
    """Write the source notebook and the kit; return the notebook's path.

    Raises AuthorError where an exercise needs a hole that is not yet due, or an answer leaks.
    """
    from . import notebook as pages  # its libraries take seconds to import; only a build needs them

    cases = probes.collect(chapter.checks)
    reference = holes.load(course.engine(chapter))
    _check_exercises(chapter, cases)
    _check_prefixes(course, chapter, cases, reference)
    notebook = pages.make_notebook(course, chapter)
    kit = kit_sources(course, chapter)
    _check_leaks(course, chapter, kit, notebook)
    folder = source_folder(course, chapter)
    shutil.rmtree(folder / "gradloom", ignore_errors=True)
    _write_sources(folder / "gradloom", kit)
    examples.write(folder / "gradloom" / "kit", _examples(chapter, cases, reference))
    written = json.dumps(index(course, chapter), indent=1) + "\n"
    (folder / "gradloom" / "kit" / INDEX).write_text(written, "utf-8")
    _copy_data(course, chapter, folder / "data")
    path = source_notebook(course, chapter)
    path.write_text(pages.text_of(notebook), "utf-8")
    _stamp(course, chapter).write_text(digest(course, chapter), "utf-8")
    return path


def build_if_stale(course: Course, chapter: Chapter) -> Path:
    """The source notebook, built anew if anything it is made from has changed."""
    path, stamp = source_notebook(course, chapter), _stamp(course, chapter)
    if path.exists() and stamp.exists() and stamp.read_text("utf-8") == digest(course, chapter):
        return path
    return build(course, chapter)


def digest(course: Course, chapter: Chapter) -> str:
    """What a build, and with it every mark, depends on: text, checks, reference, kit."""
    made_from = [
        chapter.text,
        chapter.checks.read_text("utf-8"),
        course.engine(chapter),
        course.due(chapter),
        index(course, chapter),
        holes.read_sources(KIT),
        [hashlib.sha256(path.read_bytes()).hexdigest() for path in _data(course, chapter)],
        [Path(module.__file__ or "").read_text("utf-8") for module in (holes, probes)],
        Path(__file__).read_text("utf-8"),
        Path(__file__).with_name("notebook.py").read_text("utf-8"),
    ]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _stamp(course: Course, chapter: Chapter) -> Path:
    return course.folder / "source" / f".{chapter.name}.digest"


def kit_sources(course: Course, chapter: Chapter) -> Sources:
    """The student's package: the engine with its due holes cut, and `gradloom.kit`."""
    kit = {f"kit/{name}": text for name, text in holes.read_sources(KIT).items()}
    return {**course.cut(chapter), **kit}


def index(course: Course, chapter: Chapter) -> dict[str, dict[str, list[str]]]:
    """The exercises of all chapters up to this one, with their holes: what a student may have."""
    return {
        each.name: {exercise.id: list(exercise.holes) for exercise in each.exercises}
        for each in course.chapters
        if each.number <= chapter.number
    }


def _copy_data(course: Course, chapter: Chapter, folder: Path) -> None:
    """Put the files of the course's `data/` that the page names beside the notebook."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in _data(course, chapter):
        folder.mkdir(exist_ok=True)
        shutil.copy(path, folder)


def _data(course: Course, chapter: Chapter) -> list[Path]:
    files = sorted((course.folder / "data").glob("*"))
    return [path for path in files if f"data/{path.name}" in chapter.text]


def _write_sources(folder: Path, sources: Mapping[str, str]) -> None:
    for name, text in sources.items():
        path = folder / f"{name}.py"
        os.makedirs(path.parent, exist_ok=True)
        path.write_text(text, "utf-8")


def _examples(chapter: Chapter, cases: list[Case], reference: ModuleType) -> dict:
    return {
        exercise.id: {
            "holes": exercise.holes,
            "examples": [
                _example(case, reference)
                for case in cases
                if case.visible and case.probe.exercise == exercise.id
            ],
        }
        for exercise in chapter.exercises
    }


def _example(case: Case, reference: ModuleType) -> dict:
    inputs = case.inputs()
    return {
        "name": case.key,
        "says": case.says,
        "source": case.probe.source,
        "inputs": inputs,
        "expected": case.expected(reference, inputs),
    }


def _check_exercises(chapter: Chapter, cases: list[Case]) -> None:
    """Every exercise has a visible and a hidden probe, and every probe an exercise."""
    known = {e.id for e in chapter.exercises}
    for case in cases:
        if case.probe.exercise not in known:
            line = case.probe.body.__code__.co_firstlineno
            message = f"{case.key} probes {case.probe.exercise}, which the chapter does not have"
            raise AuthorError(chapter.checks, line, message)
    for exercise in chapter.exercises:
        kinds = {case.visible for case in cases if case.probe.exercise == exercise.id}
        if kinds != {True, False}:
            message = f"{exercise.id} needs a visible and a hidden probe in checks.py"
            raise AuthorError(chapter.page, exercise.line, message)


def _check_prefixes(course: Course, chapter: Chapter, cases, reference: ModuleType) -> None:
    """The kit with the exercises up to one filled passes that one's probes."""
    engine, kit = course.engine(chapter), course.cut(chapter)
    filled: dict[str, str] = {}
    for exercise in chapter.exercises:
        filled |= {hole: holes.definition_source(engine, hole) for hole in exercise.holes}
        prefix = holes.load(holes.fill(kit, filled))
        for case in cases:
            if case.probe.exercise == exercise.id:
                _check_prefix(chapter, exercise, case, prefix, reference)


def _check_prefix(chapter: Chapter, exercise: Exercise, case: Case, prefix, reference) -> None:
    inputs = case.inputs()
    try:
        answer = case.expected(prefix, inputs)
    except NotImplementedError as error:
        message = f"{exercise.id} needs a hole that is not yet due ({error}), in {case.key}"
        raise AuthorError(chapter.page, exercise.line, message) from None
    except Exception as error:
        line = case.probe.body.__code__.co_firstlineno
        message = f"{case.key} stops on the reference with {type(error).__name__}: {error}"
        raise AuthorError(chapter.checks, line, message) from None
    if probes.judge(case, inputs, case.expected(reference, inputs), answer):
        message = f"{case.key} fails on the kit with the exercises up to {exercise.id} filled"
        raise AuthorError(chapter.page, exercise.line, message)


def _check_leaks(course: Course, chapter: Chapter, kit: Sources, notebook) -> None:
    """No function that a student receives has the body of a hole that is due."""
    engine = course.engine(chapter)
    due = {holes.body_shape(holes.find(engine, h).node): h for h in course.due(chapter)}
    given = [c.source for c in notebook.cells if "nbgrader" not in c.metadata]
    code = [text for source in given for text in _code_in(source)]
    for where, text in [*kit.items(), *((chapter.page.name, text) for text in code)]:
        for name, shape in _functions(text):
            if hole := due.get(shape):
                message = f"{name} in {where} gives {hole} away: it has the same body"
                raise AuthorError(chapter.page, 1, message)


def _code_in(source: str) -> list[str]:
    """A given cell's source, or the Python blocks of a text cell."""
    return [source, *re.findall(r"```python\n(.*?)```", source, re.DOTALL)]


@cache
def _functions(text: str) -> list[tuple[str, str]]:
    """The name and the shape of each function. (Chapters share most modules of their kits.)"""
    try:
        tree = ast.parse(text)
    except SyntaxError:  # prose, or a cell with magics
        return []
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [(node.name, holes.body_shape(node)) for node in nodes]
