"""`assemble("..")`: put what you wrote in all chapters together, as a library of your own."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import examples
from ..check import _failed, _wrapped
from . import digits, shelf, tryout
from .assembled import Assembled
from .modules import PACKAGE
from .notebook import Cell, NoNotebook, read
from .source import Sources
from .together import MISSING, YOURS, Exercise, Index, Library, put_together

INDEX = "course.json"  # in the kit: the exercises of all chapters up to this one
TARGET = "my_library"
DATA = "digits.npz"
TRAINING_SECONDS = 120.0

Tries = Mapping[Exercise, list[dict]]
Cells = Mapping[str, list[Cell]]


@dataclass(frozen=True)
class Desk:
    """What a library is put together from, and how it is tried: it holds a student's code."""

    kit: Sources
    index: Index
    notebooks: Mapping[str, Path]
    tries: Tries
    data: Path | None = None
    error: Callable[[Sources], str] = tryout.load_error
    failures: Callable[[Sources, Tries], Mapping[Exercise, str]] = tryout.failures


def assemble(folder: str | Path = "..", to: str | Path | None = None) -> Assembled:
    """Write a library of your own, from the notebooks of this chapter and of those before it.

    `folder` holds the chapters' folders, each with its notebook. The library comes into the folder
    `to`, otherwise into `my_library` in `folder`. Save the notebooks first.
    """
    home, kit = Path(folder).resolve(), tryout.KIT
    if not (kit / INDEX).is_file():
        raise _failed(f"{kit / INDEX} is missing: put the released folder gradloom/ there anew.")
    index = json.loads((kit / INDEX).read_text("utf-8"))
    notebooks = find_notebooks(home, index)
    if not notebooks:
        advice = 'name the folder that the chapters\' folders are in, as in assemble("..").'
        raise _failed(f"There is no chapter's notebook in {home}: {advice}")
    folders = [*(path.parent for path in notebooks.values()), kit.parents[1]]
    sources = {path.stem: path.read_text("utf-8") for path in kit.parent.glob("*.py")}
    tries = {key: each for path in folders for key, each in _examples_in(path, index)}
    data = [path / "data" / DATA for path in [*folders, home]]
    found = next((path for path in data if path.is_file()), None)
    desk = Desk(sources, index, notebooks, tries, found)
    done = write_library(desk, Path(to).resolve() if to else home / TARGET)
    if _is_unsaved(notebooks.get(list(index)[-1])):
        done.notes.insert(
            0,
            "A cell that you ran last is not in the file: save this notebook, "
            "and run this cell again.",
        )
    done.training = _train(done, desk)
    print("\n".join(done.lines()))
    return done


def _is_unsaved(notebook: Path | None) -> bool:
    """Whether the last cell that was run with `@weave` in it is missing in the notebook's file."""
    ran = [str(text) for text in getattr(sys.modules["__main__"], "In", ())]
    woven = [text.strip() for text in ran if "@weave" in text and "get_ipython" not in text]
    if not woven or notebook is None:
        return False
    try:
        saved = [cell.source.strip() for cell in read(notebook.read_bytes(), "")]
    except (NoNotebook, OSError):
        return False
    return woven[-1] not in saved


def find_notebooks(home: Path, chapters: Iterable[str]) -> dict[str, Path]:
    """The notebook of each chapter: `04_elementwise/04_elementwise.ipynb`, or else the newest in
    the folder, or a folder in it, that says in its metadata which chapter it is.
    """
    others = [*home.glob("*.ipynb"), *home.glob("*/*.ipynb")]
    others = sorted(p for p in others if ".ipynb_checkpoints" not in p.parts)
    named = {_chapter_in(path): path for path in sorted(others, key=lambda p: p.stat().st_mtime)}
    usual = {chapter: home / chapter / f"{chapter}.ipynb" for chapter in chapters}
    found = {c: path if path.is_file() else named.get(c) for c, path in usual.items()}
    return {chapter: path for chapter, path in found.items() if path}


def _chapter_in(notebook: Path) -> str:
    try:
        return str(json.loads(notebook.read_bytes())["metadata"]["gradloom"]["chapter"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _examples_in(folder: Path, index: Index) -> Iterator[tuple[Exercise, list[dict]]]:
    """The visible examples in the kit of a chapter's folder."""
    path = folder / PACKAGE / "kit" / examples.FILE.name
    known = examples.loads(path.read_text("utf-8")) if path.is_file() else {}
    for chapter, exercises in index.items():
        if known.keys() == exercises.keys():
            yield from (((chapter, name), known[name]["examples"]) for name in exercises)


def write_library(desk: Desk, target: Path) -> Assembled:
    """Put a library together, try it, and write it to the folder `target`.

    Raises CheckFailed where that folder is something else.
    """
    shelf.refuse_others(target)
    notes: list[str] = []
    cells = dict(_read(desk.notebooks, notes))
    library = _that_imports(desk, cells, notes)
    mine = [e for e in library.exercises(YOURS) if any(map(_is_for_engine, desk.tries.get(e, ())))]
    tries = {e: [x for x in desk.tries[e] if _is_for_engine(x)] for e in mine}
    failures = desk.failures(library.sources, tries)
    files = {f"{PACKAGE}/{name}.py": text for name, text in library.sources.items()}
    files |= {f"cells/{chapter}.py": _as_file(each) for chapter, each in cells.items()}
    content = {name: text.encode() for name, text in {**files, digits.NAME: digits.TEXT}.items()}
    if desk.data:
        content[f"data/{DATA}"] = desk.data.read_bytes()
    kept = shelf.put(target, content)
    return Assembled(target, library, list(cells), [*filter(None, [kept]), *notes], mine, failures)


def _read(notebooks: Mapping[str, Path], notes: list[str]) -> Iterator[tuple[str, list[Cell]]]:
    for chapter, path in notebooks.items():
        try:
            cells = read(path.read_bytes(), chapter)
        except (NoNotebook, OSError) as error:
            notes.append(f"The notebook of {chapter} cannot be read: {error}.")
            continue
        for cell in cells:
            if cell.problem and not cell.given:
                told = f"The cell {cell.name} of {chapter} is passed over, it is not Python"
                notes.append(f"{told}: {cell.problem}.")
        yield chapter, cells


def _is_for_engine(example: dict) -> bool:
    """Whether it asks nothing of the chapter's own pieces, which the library does not have."""
    return "gl.pieces" not in example["source"]


def _as_file(cells: Iterable[Cell]) -> str:
    """The student's own cells, as a file that editors show as cells."""
    own = [cell for cell in cells if not cell.given and cell.source.strip()]
    return "\n\n".join(f"# %% {cell.name}\n{cell.source.rstrip()}\n" for cell in own)


def _that_imports(desk: Desk, cells: Cells, notes: list[str]) -> Library:
    """The library, without those parts that keep it from being imported."""
    left_out: list[Exercise] = []
    while True:
        library = put_together(desk.kit, desk.index, cells, left_out)
        why = desk.error(library.sources)
        if not why:
            return library
        parts = [part for part in library.parts if part not in left_out]
        if not parts:
            raise _failed(f"The course's own engine does not import here: {why}")
        (chapter, name), why = _culprit(desk, cells, left_out, parts, why)
        left_out.append((chapter, name))
        told = f"{name} ({chapter}) is left out, as the library does not import with it"
        notes.append(f"{told}: {why}.")


def _culprit(
    desk: Desk, cells: Cells, left_out: Collection[Exercise], parts: list[Exercise], why: str
) -> tuple[Exercise, str]:
    """The part with which importing stops working, as one is added after the other, and why."""
    good, bad = 0, len(parts)
    while bad - good > 1:
        middle = (good + bad) // 2
        library = put_together(desk.kit, desk.index, cells, [*left_out, *parts[middle:]])
        if error := desk.error(library.sources):
            bad, why = middle, error
        else:
            good = middle
    return parts[bad - 1], why


def _train(done: Assembled, desk: Desk) -> list[str]:
    """Run the program that trains on the digits; what it prints, or why it was not run."""
    program = f"{done.folder.name}/{digits.NAME}"
    if done.library.exercises(MISSING):
        return [f"{program} trains on the digits, once nothing is missing."]
    if not desk.data:
        return [f"{program} trains on the digits: put {DATA} into {done.folder.name}/data first."]
    try:
        ran = subprocess.run(
            [sys.executable, digits.NAME],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=done.folder,
            env=tryout.environment(done.folder),
            timeout=TRAINING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [f"{program} was stopped: it took longer than {TRAINING_SECONDS:g} s."]
    if ran.returncode:
        reason = (ran.stderr.strip().splitlines() or ["its process ended"])[-1]
        return [f"{program} stopped: {reason[:200]}"]
    printed = (_wrapped(f"  {line}", later="  ") for line in ran.stdout.splitlines())
    return [f"{program} trains on the digits:", *itertools.chain(*printed)]
