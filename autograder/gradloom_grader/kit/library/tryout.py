"""Try a library in a process of its own: does it import, and what do its examples say?

The process has the library's modules and the kit.
"""

import faulthandler
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .. import compare, examples
from ..check import answer_to
from .modules import PACKAGE
from .source import Sources

KIT = Path(__file__).parents[1]
SECONDS = 10.0  # for one example


def load_error(sources: Sources) -> str:
    """Why the library does not import; empty if it does."""
    done = _run(sources, [], SECONDS)
    words = done.stderr.strip().splitlines()
    return (words[-1] if words else "its process ended") if done.returncode else ""


def failures(
    sources: Sources, tries: Mapping[tuple[str, str], list[dict]], seconds: float = SECONDS
) -> dict[tuple[str, str], str]:
    """The exercises whose examples do not pass on the library, each with what is wrong first."""
    left = [(exercise, example) for exercise, each in tries.items() for example in each]
    found: dict[tuple[str, str], str] = {}
    while left:
        done = _run(sources, [example for _, example in left], seconds)
        problems = [json.loads(line) for line in done.stdout.splitlines()]
        if len(problems) < len(left):
            problems.append(f"it takes longer than {seconds:g} s, or ends the whole process")
        for (exercise, _), problem in zip(left, problems, strict=False):
            if problem:
                found.setdefault(exercise, problem)
        left = left[len(problems) :]
    return found


def _run(sources: Sources, tries: list[dict], seconds: float) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory(prefix="gradloom-") as folder:
        write(Path(folder) / PACKAGE, sources)
        write(Path(folder) / PACKAGE / "kit", _kit())
        command = [sys.executable, "-m", f"{PACKAGE}.kit.library.tryout", str(seconds)]
        return subprocess.run(
            command,
            input=examples.dumps(tries),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=folder,
            env=environment(Path(folder)),
            check=False,
        )


def _kit() -> Sources:
    files = KIT.rglob("*.py")
    return {f.relative_to(KIT).with_suffix("").as_posix(): f.read_text("utf-8") for f in files}


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process that imports from `folder` first, and shows no windows."""
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(folder), *([before] if before else [])])
    own = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    return {**os.environ, **own, "MPLBACKEND": "agg"}


def write(folder: Path, sources: Mapping[str, str]) -> None:
    """Write modules as files."""
    for name, text in sources.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


def _answer(seconds: float) -> None:
    """In the process: read examples, and write for each in a line what is wrong with it."""
    told, sys.stdout = sys.stdout, sys.stderr  # what the student's code prints is not for us
    engine = importlib.import_module(PACKAGE)
    for example in examples.loads(sys.stdin.read()):
        faulthandler.dump_traceback_later(seconds, exit=True)
        problem = _problem(engine, example)
        faulthandler.cancel_dump_traceback_later()
        told.write(json.dumps(problem) + "\n")
        told.flush()


def _problem(engine, example: dict) -> str | None:
    try:
        answer = answer_to(engine, example)
    except NotImplementedError as error:
        return f"not written yet: {error}" if str(error) else "not written yet"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    difference = compare.difference(example["expected"], answer)
    return difference.text if difference else None


if __name__ == "__main__":
    _answer(float(sys.argv[1]))
