"""Compare an answer with what is expected, and say in a line where they part.

Used twice: by `check` on a student's machine, and by the referee. NumPy only.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

LONGEST = 1000  # characters of a value that are shown
RELATIVE = {"float64": 1e-9, "float32": 1e-5}


@dataclass(frozen=True)
class Difference:
    """Where two answers part: `kind` is structure, shape, dtype, value or error."""

    kind: str
    text: str


def normal(value):
    """Normal form: a tensor is its array, a tuple a list, a sequence of one its only entry."""
    data = getattr(value, "data", None)
    if type(value).__name__ == "Tensor" and isinstance(data, np.ndarray):
        value = data
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    if isinstance(value, list | tuple):
        return normal(value[0]) if len(value) == 1 else [normal(v) for v in value]
    if isinstance(value, dict):
        return {str(key): normal(v) for key, v in value.items()}
    return value


def difference(expected, answer) -> Difference | None:
    """The first difference, or None if the answer is right."""
    return _differ(normal(expected), normal(answer), "")


def _differ(expected, answer, where: str) -> Difference | None:
    if isinstance(expected, list | dict):
        return _differ_inside(expected, answer, where)
    if _is_number(expected):
        return _differ_number(expected, answer, where)
    if type(expected) is not type(answer) or expected != answer:
        kind = "value" if type(expected) is type(answer) else "structure"
        return Difference(kind, f"{_at(where)}{show(answer)} came, {show(expected)} was expected")
    return None


def _differ_inside(expected, answer, where: str) -> Difference | None:
    if type(answer) is not type(expected) or _keys(answer) != _keys(expected):
        return _differ_in_kind(expected, answer, where)
    parts = (_differ(expected[k], answer[k], _inside(where, k)) for k in _keys(expected))
    return next((part for part in parts if part), None)


def _differ_in_kind(expected, answer, where: str) -> Difference:
    text = f"{_at(where)}{outline(answer)} came, {outline(expected)} was expected"
    if answer is None:
        text += " (a function without `return` gives None)"
    return Difference("structure", text)


def _inside(where: str, key) -> str:
    return f"{where}.{key}".lstrip(".") if isinstance(key, str) else f"{where}[{key}]"


def _keys(value):
    return sorted(value) if isinstance(value, dict) else list(range(len(value)))


def _is_number(value) -> bool:
    return isinstance(value, bool | int | float | np.ndarray)


def _differ_number(expected, answer, where: str) -> Difference | None:
    if not _is_number(answer):
        return _differ_in_kind(expected, answer, where)
    want, got = np.asarray(expected), np.asarray(answer)
    if want.shape != got.shape:
        text = f"{_at(where)}shape {got.shape} came, {want.shape} was expected"
        return Difference("shape", text)
    if not _same_dtype(expected, answer, want, got):
        return Difference("dtype", f"{_at(where)}{got.dtype} came, {want.dtype} was expected")
    return _differ_value(want, got, where)


def _same_dtype(expected, answer, want, got) -> bool:
    if isinstance(expected, np.ndarray) and isinstance(answer, np.ndarray):
        return want.dtype == got.dtype
    return want.dtype.kind == got.dtype.kind


def _differ_value(want, got, where: str) -> Difference | None:
    if np.array_equal(got, want):
        return None
    if want.dtype.kind == "f":
        relative = RELATIVE.get(str(want.dtype), 1e-9)
        with np.errstate(all="ignore"):
            same = np.isclose(got, want, rtol=relative, atol=relative * 1e-3, equal_nan=True)
    else:
        same = got == want
    if np.all(same):
        return None
    index = tuple(int(i) for i in np.argwhere(~np.atleast_1d(same))[0])[: want.ndim]
    place = where + (str(list(index)) if index else "")
    text = f"{_at(place)}{_entry(got[index])} came, {_entry(want[index])} was expected"
    return Difference("value", text)


def _entry(value: np.generic) -> str:
    return str(value) if value.dtype.kind == "b" else f"{value:.6g}"


def _at(where: str) -> str:
    return f"at {where}: " if where else ""


def show(value) -> str:
    """A value in a few lines: arrays as NumPy prints them, lists entry by entry."""
    value = normal(value)
    if isinstance(value, dict):
        return _cut("\n".join(_behind(f"{key}: ", _shown(value[key])) for key in list(value)[:40]))
    return _cut(_shown(value))


def asked(name: str, value) -> str:
    """An input as it is: an array as NumPy prints it, (3,) as a sequence."""
    shown = _shown(value) if isinstance(value, np.ndarray) else repr(value)
    return _cut(_behind(f"{name} = ", shown))


def _behind(name: str, text: str) -> str:
    """A text of several lines, all of them indented by what stands before the first."""
    return name + text.replace("\n", "\n" + " " * len(name))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ... (cut)"


def _shown(value) -> str:
    if isinstance(value, np.ndarray):
        return _shown_array(value)
    if isinstance(value, list):
        parts = [part.replace("\n", "\n ") for part in _first(map(_shown, value))]
        return "[" + (",\n " if "\n" in "".join(parts) else ", ").join(parts) + "]"
    if isinstance(value, dict):
        return ", ".join(_first(f"{key}: {_shown(value[key])}" for key in value))
    try:
        return repr(value[:LONGEST] if isinstance(value, str) else value)
    except Exception:  # a Tensor whose __repr__ is still to be written, for instance
        return f"a value of type {type(value).__name__}"


def _shown_array(value: np.ndarray) -> str:
    if math.prod(min(n, 7) for n in value.shape) > 10 * LONGEST:  # NumPy shows 3 at either end
        return outline(value)
    return np.array2string(value, precision=6, threshold=40, separator=", ", max_line_width=68)


def _first(texts: Iterable[str]) -> Iterator[str]:
    """At most 40 of the texts, and no more of them than can be shown."""
    room = LONGEST
    for text in islice(texts, 40):
        yield text
        room -= len(text)
        if room < 0:
            return


def outline(value) -> str:
    """What kind of thing a value is, without its numbers."""
    value = normal(value)
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {value.shape}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return _cut(f"a dict with the keys {list(value)}")
    if value is None:
        return "None"
    return f"a value of type {type(value).__name__}"
