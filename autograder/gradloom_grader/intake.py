"""From a submitted notebook to the student's sources, repairing what can be repaired.

Taken from a submission: the source of solution cells, and of cells that the student added or
changed. Everything else (locked cells, points, tags, outputs, the kernel) is the release's.
"""

import ast
import hashlib
import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import BinaryIO

from . import flags, holes
from .chapters import Chapter, Exercise
from .errors import SubmissionError
from .jail import Cell

MAX_BYTES = 20_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 1_000_000  # characters in all cells; a syntax tree is 500 times as large
NO_ANSWER = "YOUR ANSWER HERE"  # what nbgrader leaves in a question's cell


@dataclass(frozen=True)
class Submission:
    """What of a notebook is run (`cells`, in order) and kept."""

    cells: tuple[Cell, ...]
    sources: dict[str, str]
    texts: dict[str, str]
    attempted: frozenset[str]
    answered: frozenset[str] = frozenset()
    repairs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """A fingerprint of what will run: the same sources, the same hidden inputs."""
        sources = [[cell.id, cell.source] for cell in self.cells]
        return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def read(raw: bytes, chapter: Chapter, template: dict) -> Submission:
    """Extract a submission. `template` is the chapter's source notebook, as JSON.

    Raises SubmissionError for what is no notebook.
    """
    _parse.cache_clear()  # a tree may be 500 times as large as its text
    return _Intake(chapter, template).take(_cells(raw))


def load(path: Path) -> bytes:
    """A notebook's bytes, or just enough of a file that is too large to be told so by `read`."""
    with path.open("rb") as file:
        return bounded(file)


def bounded(file: BinaryIO) -> bytes:
    return file.read(MAX_BYTES + 1)


def chapter_name(raw: bytes) -> str | None:
    """The chapter that a notebook's metadata names, if it can be read."""
    try:
        name = json.loads(raw.decode("utf-8-sig"))["metadata"]["gradloom"]["chapter"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return name if isinstance(name, str) else None


def given_cells(template: dict) -> list[Cell]:
    """Released code cells that stand on their own; those after an exercise only show its work."""
    cells = [c for c in template["cells"] if c["metadata"].get("gradloom", {}).get("after") == []]
    return [Cell(c["id"], "".join(c["source"])) for c in cells]


def needed(given: list[Cell], cells: Iterable[Cell]) -> list[str]:
    """The ids of the given cells that define names which the cells use, directly or not."""
    trees = [_parse(cell.source) for cell in cells if cell.source.strip()]
    if not all(tree.body for tree in trees):  # who knows what an unreadable cell uses
        return [cell.id for cell in given]
    used = {name for tree in trees for name in _used(tree)}
    found: list[str] = []
    for cell in reversed(given):
        tree = _parse(cell.source)
        if _bound(tree) & used:
            found.insert(0, cell.id)
            used |= _used(tree)
    return found


def _used(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _bound(tree: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _stores(n)}
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


@dataclass(frozen=True)
class _Cell:
    """A cell as submitted: everything in it may be anything."""

    kind: str
    source: str
    id: str
    grade_id: str


def _cells(raw: bytes) -> list[_Cell]:
    if len(raw) > MAX_BYTES:
        raise SubmissionError(
            f"the notebook is larger than {MAX_BYTES // 10**6} MB: clear its outputs"
        )
    try:
        notebook = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SubmissionError("the notebook is not UTF-8 text: save it from JupyterLab") from None
    except (ValueError, RecursionError):
        raise SubmissionError("this is not a notebook: hand in the .ipynb file itself") from None
    cells = _upgraded(notebook).get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("the notebook has no cells: hand in the .ipynb file you worked in")
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"the notebook has more than {MAX_CELLS} cells")
    found = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    if sum(len(cell.source) for cell in found) > MAX_SOURCE:
        raise SubmissionError(f"the notebook's cells hold more than {MAX_SOURCE} characters")
    return found


def _upgraded(notebook) -> dict:
    if not isinstance(notebook, dict):
        raise SubmissionError("this is not a notebook: hand in the .ipynb file itself")
    if notebook.get("nbformat") != 3:
        return notebook
    import nbformat  # slow to import, and hardly ever needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return nbformat.convert(nbformat.from_dict(notebook), 4)
    except Exception:  # nbformat raises whatever a damaged old notebook makes it trip over
        raise SubmissionError("the notebook's old format cannot be read: save it again") from None


def _cell(cell: dict) -> _Cell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    marks = cell.get("metadata")
    marks = marks.get("nbgrader") if isinstance(marks, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    texts = (cell.get("cell_type"), source, cell.get("id"), grade_id)
    kind, source, own_id, grade_id = (t if isinstance(t, str) else "" for t in texts)
    return _Cell(kind, source.replace("\r\n", "\n"), own_id, grade_id)


@dataclass
class _Intake:
    chapter: Chapter
    template: dict
    repairs: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def take(self, cells: list[_Cell]) -> Submission:
        self.released = {c["id"]: _cell(c) for c in self.template["cells"]}
        self.exercises = {e.id: e for e in self.chapter.exercises}
        named = [(self._name(cell), cell) for cell in cells]
        mine = [(name, cell) for name, cell in named if self._is_own(name, cell)]
        own = [
            Cell(name if name in self.exercises else f"added-{n}", cell.source)
            for n, (name, cell) in enumerate(mine, 1)
        ]
        own = self._without_untouched(own)
        self._note_missing({name for name, _ in named})
        self._note_duplicates(own)
        own = self._woven(own)
        attempted = {e.id for e in self.chapter.exercises if self._attempts(own, e)}
        self._flag(own)
        texts = {q.id: self._text(q.id, named) for q in self.chapter.questions}
        answered = {name for name, text in texts.items() if text.strip() not in ("", NO_ANSWER)}
        sources = {name: self._source(name, named) for name in self.exercises}
        return Submission(
            tuple(_numbered(own)),
            sources,
            texts,
            frozenset(attempted),
            frozenset(answered),
            tuple(self.repairs),
            tuple(self.flags),
        )

    def _name(self, cell: _Cell) -> str:
        """The released cell that a submitted one stands for, or an empty text."""
        for name in (cell.grade_id, cell.id):
            if name in self.released:
                return name
        return ""

    def _is_own(self, name: str, cell: _Cell) -> bool:
        """Whether a cell is the student's to run: a solution, or code added or changed."""
        if name in self.exercises:
            if cell.kind != "code" and cell.source.strip():
                self.repairs.append(f"The cell of {name} was not a code cell; it is run as one.")
            return bool(cell.source.strip())
        if cell.kind != "code" or not cell.source.strip() or name.endswith("-check"):
            return False
        return name == "" or cell.source != self.released[name].source

    def _without_untouched(self, own: list[Cell]) -> list[Cell]:
        """Leave out cells that are still as released: a stub would undo work done elsewhere."""
        return [c for c in own if c.id not in self.exercises or not _is_stub_cell(c.source)]

    def _note_missing(self, names: set[str]) -> None:
        for name in self.exercises:
            if name not in names:
                self.repairs.append(f"The cell of {name} was missing; it is put back as released.")

    def _note_duplicates(self, own: list[Cell]) -> None:
        names = [c.id for c in own]
        for name in self.exercises:
            if names.count(name) > 1:
                text = f"There were {names.count(name)} cells for {name}; the last one counts."
                self.repairs.append(text)

    def _woven(self, own: list[Cell]) -> list[Cell]:
        """Add `@weave` where it was forgotten, without moving any line."""
        woven = []
        for cell in own:
            holders = self._holders(cell.id, own)
            forgotten = [n for n in _unwoven(cell.source) if n in holders]
            calls = "".join(f"\n{name} = weave({name})" for name in forgotten)
            woven.append(Cell(cell.id, cell.source + calls))
            for name in forgotten:
                self.repairs.append(f"@weave was missing above {name}; it was added.")
        return woven

    def _holders(self, cell_id: str, own: list[Cell]) -> set[str]:
        """Names that must be woven in a cell: its exercise's, or of exercises done in no cell."""
        if cell_id in self.exercises:
            return {_top(hole) for hole in self.exercises[cell_id].holes}
        done = {c.id for c in own}
        return {_top(h) for e in self.exercises.values() if e.id not in done for h in e.holes}

    def _attempts(self, own: list[Cell], exercise: Exercise) -> bool:
        """Whether the student wrote anything for it: in its own cell, or elsewhere."""
        if any(c.id == exercise.id for c in own):
            return True
        written = {name for c in own for name in _written(c.source)}
        return any(hole.split(".", 1)[1] in written for hole in exercise.holes)

    def _flag(self, own: list[Cell]) -> None:
        for cell in own:
            self.flags += [f"cell {cell.id} {text}" for text in flags.flags(_parse(cell.source))]

    def _text(self, name: str, named: list[tuple[str, _Cell]]) -> str:
        return next((c.source for n, c in named if n == name), "")

    def _source(self, name: str, named: list[tuple[str, _Cell]]) -> str:
        """The solution cell's source as the student left it; of duplicates, the last touched."""
        found = [c.source for n, c in named if n == name and c.source.strip()]
        touched = [source for source in found if not _is_stub_cell(source)]
        return (touched or found or [""])[-1]


def _numbered(cells: list[Cell]) -> list[Cell]:
    """Give duplicates ids of their own: results are kept by id."""
    seen: dict[str, int] = {}
    numbered = []
    for cell in cells:
        seen[cell.id] = count = seen.get(cell.id, 0) + 1
        numbered.append(cell if count == 1 else Cell(f"{cell.id}.{count}", cell.source))
    return numbered


def _top(hole: str) -> str:
    return hole.split(".")[1]


@lru_cache(maxsize=256)
def _parse(source: str) -> ast.Module:
    """The cell's syntax tree; magics are passed over, a cell that does not parse is empty."""
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _functions(source: str) -> Iterable[tuple[str, ast.AST]]:
    """Functions of a cell by the name they would have in a hole: `Mul.backward`, `unbroadcast`."""
    for node in _parse(source).body:
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{member.name}", member
        elif isinstance(node, ast.FunctionDef):
            owner = _self_annotation(node)
            yield f"{owner}.{node.name}" if owner else node.name, node


def _self_annotation(node: ast.FunctionDef) -> str:
    first = node.args.args[0] if node.args.args else None
    if first is None or first.arg != "self" or first.annotation is None:
        return ""
    return _name_of(first.annotation)


def _name_of(node: ast.AST) -> str:
    """The name that an expression is, or says as a text; empty for everything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_stub_cell(source: str) -> bool:
    """Whether every function in the cell is still to be written (and there is one)."""
    functions = list(_functions(source))
    return bool(functions) and all(holes.is_untouched(node) for _, node in functions)


def _written(source: str) -> set[str]:
    return {name for name, node in _functions(source) if not holes.is_untouched(node)}


def _unwoven(source: str) -> list[str]:
    """Top-level classes and functions without `@weave`, in order."""
    nodes = [n for n in _parse(source).body if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    calls = [n for n in ast.walk(_parse(source)) if isinstance(n, ast.Call)]
    woven = {_name_of(a) for c in calls if _name_of(c.func) == "weave" for a in c.args}
    return [n.name for n in nodes if n.name not in woven and not _is_woven(n)]


def _is_woven(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return any(_name_of(decorator) == "weave" for decorator in node.decorator_list)
