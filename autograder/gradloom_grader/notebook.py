"""The source notebook of a chapter, from its page and the reference."""

import ast
import hashlib
import re
from collections.abc import Callable, Iterable
from itertools import groupby

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from . import holes
from .chapters import Chapter, Course, Exercise
from .errors import AuthorError
from .holes import Sources
from .kit.library.source import indented

SCHEMA = 3  # nbgrader's metadata schema
AFTER_HINTS = re.compile(r"(?<=</details>)\n\n(?!<details>)")


def make_notebook(course: Course, chapter: Chapter) -> nbformat.NotebookNode:
    """The source notebook: text, given cells, and for each exercise its cell and its check."""
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


def text_of(notebook: nbformat.NotebookNode) -> str:
    """The notebook as it is written to disk: equal notebooks, equal bytes."""
    return nbformat.writes(notebook) + "\n"


def _ids(wanted: str) -> Iterable[str]:
    return [wanted, *(f"{wanted}-{n}" for n in range(2, 100))]


def _cells(course: Course, chapter: Chapter, exercises: dict[str, Exercise], cell) -> list:
    marks = cell.metadata
    if "exercise" in marks:
        exercise = exercises[marks["exercise"]]
        return [_solution_cell(course, chapter, exercise), _check_cell(exercise)]
    if "question" in marks:
        return [_question_cell(marks["question"], marks["points"], cell.source)]
    if cell.cell_type == "code":
        metadata = _given(chapter, marks)
        return [new_code_cell(cell.source, id=_text_id(cell.source), metadata=metadata)]
    return [_text_cell(text) for text in AFTER_HINTS.split(cell.source)]


def _text_cell(text: str):
    """Text; code that is shown and not run is marked so that JupyterLab colours it."""
    return new_markdown_cell(text.replace("```py\n", "```python\n"), id=_text_id(text))


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
    engine = course.engine(chapter)
    source = exercise_source(engine, exercise, lambda hole: _solution(engine, hole))
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


def exercise_source(engine: Sources, exercise: Exercise, piece: Callable[[str], str]) -> str:
    """The cell of an exercise: for each hole its `piece`, with the classes around them.

    Without annotations: what they name is not imported in a notebook.
    """

    def owner(hole: str) -> str:
        return hole.rpartition(".")[0]

    parts = []
    for _, group in groupby(exercise.holes, key=owner):
        names = list(group)
        members = [piece(hole) for hole in names]
        parts.append("@weave\n" + _in_class(engine, names[0], members))
    return holes.without_annotations("\n\n\n".join(parts))


def _solution(engine: Sources, hole: str) -> str:
    marked = f"### BEGIN SOLUTION\n{holes.body(engine, hole)}\n### END SOLUTION"
    return holes.signature(engine, hole) + "\n" + indented(marked, 4)


def _in_class(engine: Sources, hole: str, members: list[str]) -> str:
    owner = holes.find(engine, hole).owner
    if owner is None:
        return "\n\n\n@weave\n".join(members)
    lines = engine[holes.module_of(hole)].splitlines()
    end = owner.body[0].end_lineno if ast.get_docstring(owner) else owner.body[0].lineno - 1
    head = "\n".join(lines[owner.lineno - 1 : end]).rstrip()
    return head + "\n\n" + "\n\n".join(indented(member, 4) for member in members)
