"""Build a chapter: its nbgrader source notebook and, beside it, the kit that students receive."""

import ast
import hashlib
import json
import os
import re
import shutil
import textwrap
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from . import holes, probes
from .chapters import Chapter, Course, Exercise
from .holes import AuthorError, Sources
from .kit import examples
from .probes import Case

KIT = Path(__file__).parent / "kit"
SCHEMA = 3  # nbgrader's metadata schema


def source_folder(course: Course, chapter: Chapter) -> Path:
    return course.folder / "source" / chapter.name


def source_notebook(course: Course, chapter: Chapter) -> Path:
    return source_folder(course, chapter) / f"{chapter.name}.ipynb"


def build(course: Course, chapter: Chapter) -> Path:
    """Write the source notebook and the kit; return the notebook's path.

    Raises AuthorError where an exercise needs a hole that is not yet due, or an answer leaks.
    """
    cases = probes.collect(chapter.checks)
    reference = holes.load(course.engine(chapter))
    _check_exercises(chapter, cases)
    _check_prefixes(course, chapter, cases, reference)
    notebook = make_notebook(course, chapter)
    kit = kit_sources(course, chapter)
    _check_leaks(course, chapter, kit, notebook)
    folder = source_folder(course, chapter)
    shutil.rmtree(folder / "gradloom", ignore_errors=True)
    _write_sources(folder / "gradloom", kit)
    examples.write(folder / "gradloom" / "kit", _examples(chapter, cases, reference))
    path = source_notebook(course, chapter)
    path.write_text(nbformat.writes(notebook) + "\n", "utf-8")
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
        holes.read_sources(KIT.parent),
    ]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _stamp(course: Course, chapter: Chapter) -> Path:
    return course.folder / "source" / f".{chapter.name}.digest"


def kit_sources(course: Course, chapter: Chapter) -> Sources:
    """The student's package: the engine with its due holes cut, and `gradloom.kit`."""
    kit = {f"kit/{name}": text for name, text in holes.read_sources(KIT).items()}
    return {**course.cut(chapter), **kit}


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


# The notebook


def make_notebook(course: Course, chapter: Chapter) -> nbformat.NotebookNode:
    """The source notebook: text, given cells, and for each exercise its cell and its check."""
    import jupytext  # takes seconds to import, and only a build needs it

    page = jupytext.reads(chapter.text, fmt="md")
    exercises = {e.id: e for e in chapter.exercises}
    cells = [c for cell in page.cells for c in _cells(course, chapter, exercises, cell)]
    for number, cell in enumerate(cells):
        taken = {c["id"] for c in cells[:number]}
        cell["id"] = next(i for i in _ids(cell["id"]) if i not in taken)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "gradloom": {"chapter": chapter.name},
    }
    return new_notebook(cells=cells, metadata=metadata)


def _ids(wanted: str) -> Iterable[str]:
    return [wanted, *(f"{wanted}-{n}" for n in range(2, 100))]


def _cells(course: Course, chapter: Chapter, exercises: dict[str, Exercise], cell) -> list:
    marks = cell.metadata
    if "exercise" in marks:
        exercise = exercises[marks["exercise"]]
        return [_solution_cell(course, chapter, exercise), _check_cell(exercise)]
    if "question" in marks:
        return [_question_cell(marks["question"], marks["points"], cell.source)]
    new = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    metadata = _given(chapter, marks) if cell.cell_type == "code" else {}
    return [new(cell.source, id=_text_id(cell.source), metadata=metadata)]


def _given(chapter: Chapter, marks) -> dict:
    after = marks["after"].split() if "after" in marks else []
    unknown = set(after) - {e.id for e in chapter.exercises}
    if unknown:
        line = _line_of(chapter, marks["after"])
        raise AuthorError(chapter.page, line, f"after= names no exercise: {', '.join(unknown)}")
    tags = {"tags": ["raises-exception"]} if after else {}
    return {"gradloom": {"given": True, "after": after}, **tags}


def _line_of(chapter: Chapter, text: str) -> int:
    return chapter.text[: chapter.text.index(f'after="{text}"')].count("\n") + 1


def _text_id(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:8]


def _nbgrader(grade_id: str, **fields) -> dict:
    nothing = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"nbgrader": {**nothing, "grade_id": grade_id, "schema_version": SCHEMA, **fields}}


def _solution_cell(course: Course, chapter: Chapter, exercise: Exercise):
    source = exercise_source(course.engine(chapter), exercise)
    metadata = _nbgrader(exercise.id, solution=True)
    return new_code_cell(source, id=exercise.id, metadata=metadata)


def _check_cell(exercise: Exercise):
    name = f"{exercise.id}-check"
    metadata = _nbgrader(name, grade=True, locked=True, points=exercise.points)
    metadata["tags"] = ["raises-exception"]
    return new_code_cell(f'check("{exercise.id}")', id=name, metadata=metadata)


def _question_cell(name: str, points: int, source: str):
    metadata = _nbgrader(name, grade=True, solution=True, points=points)
    return new_markdown_cell(source, id=name, metadata=metadata)


def exercise_source(engine: Sources, exercise: Exercise) -> str:
    """The cell of an exercise with its solution: only its holes' members, classes around them."""

    def owner(hole: str) -> str:
        return hole.rpartition(".")[0]

    parts = []
    for _, group in groupby(exercise.holes, key=owner):
        names = list(group)
        members = [_solution(engine, hole) for hole in names]
        parts.append("@weave\n" + _in_class(engine, names[0], members))
    return "\n\n\n".join(parts)


def _solution(engine: Sources, hole: str) -> str:
    marked = f"### BEGIN SOLUTION\n{holes.body(engine, hole)}\n### END SOLUTION"
    return holes.signature(engine, hole) + "\n" + textwrap.indent(marked, "    ")


def _in_class(engine: Sources, hole: str, members: list[str]) -> str:
    owner = holes.find(engine, hole).owner
    if owner is None:
        return "\n\n\n@weave\n".join(members)
    lines = engine[holes.module_of(hole)].splitlines()
    end = owner.body[0].end_lineno if ast.get_docstring(owner) else owner.body[0].lineno - 1
    head = "\n".join(lines[owner.lineno - 1 : end]).rstrip()
    return head + "\n\n" + textwrap.indent("\n\n".join(members), "    ")


# What an author must not do


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
        for function in _functions(text):
            if hole := due.get(holes.body_shape(function)):
                message = f"{function.name} in {where} gives {hole} away: it has the same body"
                raise AuthorError(chapter.page, 1, message)


def _code_in(source: str) -> list[str]:
    """A given cell's source, or the Python blocks of a text cell."""
    return [source, *re.findall(r"```python\n(.*?)```", source, re.DOTALL)]


def _functions(text: str) -> list[ast.FunctionDef]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # prose, or a cell with magics
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
