"""What decides a report, as a digest: with the same key it would come out the same again."""

import contextlib
import hashlib
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from . import build, holes
from .chapters import Chapter, Course
from .limits import Limits


def report_key(base: str, raw: bytes, earlier: Mapping[str, bytes]) -> str:
    """The key of the report on a notebook, and on those of the student's earlier chapters."""
    notebooks = [("", raw), *sorted(earlier.items())]
    parts = [[name, hashlib.sha256(data).hexdigest()] for name, data in notebooks]
    return hashlib.sha256(json.dumps([base, *parts]).encode()).hexdigest()


def base_key(course: Course, chapter: Chapter, limits: Limits, jail: str) -> str:
    """The part of it that all submissions to a chapter share; `jail` is its description."""
    versions = [version(name) for name in ("numpy", "matplotlib", "ipython", "pillow")]
    answers = chapter.answers.read_text("utf-8") if chapter.answers.exists() else ""
    ours = json.dumps(holes.read_sources(Path(__file__).parent), sort_keys=True)
    parts = [build.digest(course, chapter), answers, ours, repr(limits), jail]
    parts += [sys.version, *versions, hashlib.sha256(course_secret(course.folder)).hexdigest()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def course_secret(folder: Path) -> bytes:
    """The course's secret, from which hidden inputs are drawn; made when first needed.

    It appears whole or not at all, and whoever else makes one at the same time has the same.
    """
    path = folder / ".secret"
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".secret.") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_bytes()
