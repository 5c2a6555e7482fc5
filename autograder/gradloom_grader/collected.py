"""Where a class's notebooks are: ordinary files, in folders of students with a proper id."""

import os
import re
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from .errors import SubmissionError, reason
from .opened import bounded

ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}")
MAX_ENTRIES = 1_000  # looked through, where the notebook is not called as it was released


@dataclass
class Collected:
    """The notebook of each student; and what was skipped, with what to do about it."""

    notebooks: dict[str, Path] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def collect(course: Path, chapter: str) -> Collected:
    """Find `submitted/<student>/<chapter>/<chapter>.ipynb`; no link below `submitted` is followed.

    A student's only notebook counts whatever it is called.
    """
    submitted, found = (course / "submitted").resolve(), Collected()
    for name in sorted(os.listdir(submitted)) if submitted.is_dir() else []:
        try:
            if notebook := _notebook(submitted / name, chapter):
                found.notebooks[name] = notebook
        except (SubmissionError, OSError) as error:
            found.skipped[_shown(name)] = reason(error)
    return found


def load(path: Path) -> bytes:
    """A collected notebook's bytes, read once: nothing of it is looked at again.

    Raises SubmissionError if it is no longer the file that was found.
    """
    expected = os.path.join(os.path.realpath(path.parents[2]), *path.parts[-3:])
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            same = os.readlink(f"/proc/self/fd/{handle}") == expected
            if same and _is_plain(os.fstat(handle)):
                return bounded(file)
    except OSError as error:
        raise SubmissionError(f"it cannot be read: {error.strerror}") from None
    raise SubmissionError("it was replaced while it was collected: grade again")


def _notebook(student: Path, chapter: str) -> Path | None:
    """The student's notebook, or None if nothing was handed in."""
    folder = student / chapter
    if student.name.startswith(".") and not os.path.lexists(folder):
        return None
    _check_folder(student)
    try:
        os.lstat(folder)
    except FileNotFoundError:
        return None
    if not ID.fullmatch(student.name):
        raise SubmissionError(
            "a student's id has at most 64 letters (a to z), digits and . _ - @: rename the folder"
        )
    _check_folder(folder)
    usual = folder / f"{chapter}.ipynb"
    found = usual if os.path.lexists(usual) else _renamed(folder, usual.name)
    if not _is_plain(os.lstat(found)):
        raise SubmissionError(f"{_shown(found.name)} is a link or no file: ask for the file itself")
    return found


def _renamed(folder: Path, name: str) -> Path:
    """The notebook that is called otherwise, or is a folder further down."""
    entries = islice(_entries(folder), MAX_ENTRIES)
    every = [Path(entry.path) for entry in entries if entry.name.endswith(".ipynb")]
    found = [path for path in every if path.name == name] or every
    if len(found) == 1:
        return found[0]
    if not found:
        raise SubmissionError(f"the folder holds no notebook: ask for {name}")
    raise SubmissionError(
        f"the folder holds {len(found)} notebooks, and which one counts cannot be told: "
        f"call it {name}"
    )


def _entries(folder: Path) -> Iterator[os.DirEntry]:
    """What is in and below a folder, nearest first, but nothing hidden."""
    waiting = deque([folder])
    while waiting:
        with os.scandir(waiting.popleft()) as entries:
            for entry in entries:
                if entry.name.startswith("."):  # such as Jupyter's checkpoints
                    continue
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))


def _check_folder(folder: Path) -> None:
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise SubmissionError(f"{_shown(folder.name)} is a link or no folder: put the folder there")


def _is_plain(status: os.stat_result) -> bool:
    """Whether it is a file with one name: no device, pipe or link, and nobody else's file."""
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1


def _shown(name: str) -> str:
    """A name that anybody may have given, harmless on a terminal."""
    return ascii(name)[1:-1][:80]
