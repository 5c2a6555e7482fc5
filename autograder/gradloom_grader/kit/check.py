"""`check("mul-backward")`: try the visible examples of an exercise on what you have woven."""

import contextlib
import difflib
import importlib
import linecache
import signal
import sys
import textwrap
import threading
import traceback
import types
from typing import Any

import numpy as np

from . import compare, examples
from .weave import _is_stub

_PACKAGE = __package__.rpartition(".")[0]
WIDTH = 78
SECONDS = 30  # for one example, where the system has an alarm


class CheckFailed(Exception):
    """Something is still to do. Shows its own text instead of a traceback."""

    def _render_traceback_(self):
        return str(self).splitlines()


class TooLong(BaseException):
    """An example has had its time. No `except Exception` of a student's catches it."""


def _wrapped(text: str, width: int = WIDTH, later: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=later, break_on_hyphens=False)


def _failed(text: str) -> CheckFailed:
    return CheckFailed("\n".join(_wrapped(text)))


def check(exercise: str) -> None:
    """Say which examples of an exercise pass. Raises CheckFailed with what to look at."""
    known = examples.read()
    if exercise not in known:
        raise _failed(_unknown(exercise, known))
    holes, tries = known[exercise]["holes"], known[exercise]["examples"]
    if forgotten := _without_weave(holes):
        raise _failed(f"{exercise}: put @weave on the line above `{forgotten}`, run that cell.")
    if all(_is_stub(_member(hole)) for hole in holes):
        raise _failed(f"{exercise}: nothing here yet. It is waiting for you.")
    engine = importlib.import_module(_PACKAGE)
    results = [(example, _try(engine, example)) for example in tries]
    text = "\n".join(_lines(exercise, results))
    if any(problem for _, problem in results):
        raise CheckFailed(text)
    print(text)


def _unknown(exercise: str, known: dict) -> str:
    if not known:
        return "The examples are not here: put the released folder gradloom/ beside the notebook."
    near = difflib.get_close_matches(str(exercise), known, 1)
    guess = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(known)}."
    return f"There is no exercise {exercise!r} in this chapter.{guess}"


def _member(hole: str) -> Any:
    module, *names = hole.split(".")
    thing: Any = importlib.import_module(f"{_PACKAGE}.{module}")
    for name in names:
        thing = vars(thing).get(name)
    return thing


def _without_weave(holes: list[str]) -> str | None:
    """What the notebook defines for one of these holes and did not weave."""
    notebook = vars(sys.modules["__main__"])
    for hole in holes:
        name, *member = hole.split(".")[1:]
        written = notebook.get(name)
        if getattr(written, "__module__", None) == "__main__":
            return f"class {name}" if isinstance(written, type) else f"def {name}"
        method = notebook.get(member[0]) if member else None
        if _belongs(method, name) and method is not _member(hole):
            return f"def {member[0]}"
    return None


def _belongs(method, owner: str) -> bool:
    annotation = getattr(method, "__annotations__", {}).get("self")
    return owner in (annotation, getattr(annotation, "__name__", None))


def _try(engine, example: dict) -> str | None:
    """What went wrong with one example, in indented lines, or None."""
    try:
        with _limit(SECONDS):
            answer = answer_to(engine, example)
    except (TooLong, KeyboardInterrupt) as error:
        raise CheckFailed("\n".join(_stopped(example, error))) from None
    except NotImplementedError as error:
        return _field("stopped", f"not written yet: {error}" if str(error) else "not written yet")
    except Exception as error:
        return _field("asked", _asked(example)) + _field("raised", _raised(error))
    found = compare.difference(example["expected"], answer)
    if found is None:
        return None
    return "".join(
        [
            _field("asked", _asked(example)),
            _field("they part", found.text),
            _field("came", compare.show(answer)),
            _field("expected", compare.show(example["expected"])),
        ]
    )


@contextlib.contextmanager
def _limit(seconds: float):
    """Raise TooLong after so many seconds, where there is an alarm to do it."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() != threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_) -> None:
    raise TooLong(f"{SECONDS} seconds are over. Is there a loop that never ends?")


def _stopped(example: dict, error: BaseException) -> list[str]:
    why = str(error) or "You interrupted it."
    text = f"stopped  {example['says']}"
    return [*_wrapped(text, later=" " * 9), *_wrapped(why), *_place(error).split("\n")[1:]]


def answer_to(engine, example: dict) -> Any:
    """What an engine answers to one example; raises what its code raises."""
    space: dict[str, Any] = {"np": np}
    exec(compile(example["source"], f"<example {example['name']}>", "exec"), space)
    body = next(v for v in space.values() if isinstance(v, types.FunctionType))
    inputs = {key: np.copy(v) if isinstance(v, np.ndarray) else v for key, v in _inputs(example)}
    return body(engine, **inputs)


def _inputs(example: dict):
    return example["inputs"].items()


def _asked(example: dict) -> str:
    return "\n".join(compare.asked(key, value) for key, value in _inputs(example))


def _raised(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}{_place(error)}"
    *_, (last, _) = traceback.walk_tb(error.__traceback__)
    if "NoneType" in str(error) and not _is_own(last):
        text += "\n(None is what a function without `return` gives.)"
    return text


def _place(error: BaseException) -> str:
    """The last line of the student's own that an error went through."""
    steps = [step for step in traceback.walk_tb(error.__traceback__) if _is_own(step[0])]
    if not steps:
        return ""
    frame, number = steps[-1]
    return f"\nin line {number}: {linecache.getline(frame.f_code.co_filename, number).strip()}"


def _is_own(frame: types.FrameType) -> bool:
    return frame.f_globals.get("__name__") == "__main__"


def _field(name: str, text: str) -> str:
    lines = [line for part in text.splitlines() for line in _wrapped(part, WIDTH - 18) or [""]]
    first, *rest = lines or [""]
    indent = " " * 16
    return "".join(
        f"{line}\n" for line in [f"      {name:<10}{first}", *(indent + r for r in rest)]
    )


def _lines(exercise: str, results: list) -> list[str]:
    passed = sum(problem is None for _, problem in results)
    head = f"{exercise}: {passed} of {len(results)} examples right."
    if passed == len(results):
        head = f"{exercise}: every example passes. Other inputs are tried when it is graded."
    lines = _wrapped(head)
    shown = False
    for example, problem in results:
        word = "passed" if problem is None else "FAILED"
        text = _wrapped(f"{word}  {example['says']}", WIDTH - 2, " " * 10)
        lines += ["  " + text[0], *text[1:]]
        if problem and not shown:
            lines += problem.rstrip().splitlines()
            shown = True
    return lines
