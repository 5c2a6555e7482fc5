"""Open a submitted notebook: whatever is in the file, out come cells, or an error that helps."""

import json
import re
import subprocess
import sys
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

from . import slim
from .errors import SubmissionError

MAX_BYTES = 200_000_000
LARGE = 5_000_000  # from here on outputs are dropped first, in a process of its own
MAX_SLIM = 20_000_000  # bytes of a large one without them
MAX_CELLS = 2_000
HAND_IN = "hand in the .ipynb file itself"


@dataclass(frozen=True)
class Handed:
    """A cell as it was handed in: everything in it may be anything."""

    kind: str
    source: str
    id: str
    grade_id: str


@dataclass(frozen=True)
class Opened:
    """A notebook's cells, and the chapter that it says it is of."""

    cells: list[Handed]
    chapter: str


def bounded(file: BinaryIO) -> bytes:
    """The bytes of a file, or just enough of one that is too large to be told so."""
    return file.read(MAX_BYTES + 1)


def opened(raw: bytes) -> Opened:
    """A notebook's cells. Raises SubmissionError for what is no notebook."""
    notebook = _upgraded(_parsed(raw))
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("the notebook has no cells: hand in the .ipynb file you worked in")
    if len(cells) > MAX_CELLS:
        raise SubmissionError(f"the notebook has more than {MAX_CELLS} cells")
    found = [handed(cell) for cell in cells if isinstance(cell, dict)]
    return Opened(found, _chapter(notebook.get("metadata")))


def handed(cell: dict) -> Handed:
    """A cell of a notebook's JSON."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    marks = cell.get("metadata")
    marks = marks.get("nbgrader") if isinstance(marks, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    texts = (cell.get("cell_type"), source, cell.get("id"), grade_id)
    kind, source, own_id, grade_id = (t if isinstance(t, str) else "" for t in texts)
    return Handed(kind, source.replace("\r\n", "\n").replace("\r", "\n"), own_id, grade_id)


def chapter_name(raw: bytes) -> str | None:
    """The chapter that a notebook's metadata names, if it can be read."""
    try:
        return _chapter(_parsed(raw)["metadata"]) or None
    except (SubmissionError, KeyError, TypeError):
        return None


def _chapter(metadata: Any) -> str:
    ours = metadata.get("gradloom") if isinstance(metadata, dict) else None
    name = ours.get("chapter") if isinstance(ours, dict) else None
    return name if isinstance(name, str) and re.fullmatch(r"[\w-]{1,64}", name) else ""


def _parsed(raw: bytes) -> Any:
    if len(raw) > MAX_BYTES:
        raise SubmissionError(
            f"the notebook is larger than {MAX_BYTES // 10**6} MB: clear its outputs, save it again"
        )
    try:
        return json.loads(small(raw).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SubmissionError("the notebook is not UTF-8 text: save it from JupyterLab") from None
    except (ValueError, RecursionError):
        raise SubmissionError(_what_it_is(raw[:LARGE])) from None


def small(raw: bytes) -> bytes:
    """A notebook; a large one without its outputs. What is none is left for a parser to say so."""
    if len(raw) <= LARGE:
        return raw
    done = subprocess.run([sys.executable, "-I", slim.__file__], input=raw, capture_output=True)
    if done.returncode == slim.NO_JSON:
        return raw[:LARGE]
    if done.returncode or len(done.stdout) > MAX_SLIM:
        raise SubmissionError(
            f"the notebook has {len(raw) // 10**6} MB and is too much to read: clear its outputs, "
            "save it again"
        )
    return done.stdout


def _what_it_is(raw: bytes) -> str:
    """What to say of a file that is no JSON."""
    if not raw.strip():
        return f"the file is empty, and not a notebook: save yours again, and {HAND_IN}"
    if re.search(rb"^(<<<<<<<|>>>>>>>) ", raw, re.MULTILINE):
        return (
            "the file is not a notebook any more, as Git left marks of a merge in it "
            "(<<<<<<< and >>>>>>>): choose one version, and hand that in"
        )
    if b'"cells"' in raw:
        return (
            "the file is damaged, and not a notebook any more: open yours in JupyterLab, save it "
            "again, and hand in the new file"
        )
    return f"this is not a notebook: {HAND_IN}"


def _upgraded(notebook: Any) -> dict:
    if not isinstance(notebook, dict):
        raise SubmissionError(f"this is not a notebook: {HAND_IN}")
    if notebook.get("nbformat") not in (2, 3) or "cells" in notebook:
        return notebook
    import nbformat  # slow to import, and hardly ever needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return nbformat.convert(nbformat.from_dict(notebook), 4)
    except Exception:  # nbformat raises whatever a damaged old notebook makes it trip over
        raise SubmissionError("the notebook's old format cannot be read: save it again") from None
