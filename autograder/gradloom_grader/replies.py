"""What a child may say about one request: checked here, before anything else sees it."""

import builtins
import os
import signal
from typing import Any

import numpy as np

from gradloom_grader import wire
from gradloom_grader.faults import Fault

PICTURES, PIXELS = 2, 800  # of a cell; of a side of each


class Reply:
    """What a child says about one request, checked; raises Garbled."""

    def __init__(self, reply: Any, number: int) -> None:
        if type(reply) is not dict or set(reply) != {"number", "fault", "output", "value"}:
            raise wire.Garbled("not a reply")
        if type(reply["number"]) is not int or reply["number"] != number:
            raise wire.Garbled("the reply to another request")
        output = reply["output"]
        if type(output) is not np.ndarray or output.dtype != np.uint8 or output.ndim != 1:
            raise wire.Garbled("not an output")
        self.output = output.tobytes()
        self.fault = None if reply["fault"] is None else _checked_fault(reply["fault"])
        self.value = reply["value"]


def pictures(value: Any) -> list[np.ndarray]:
    """What of a cell's value is a picture; whatever else came is left out."""
    return [p for p in value[:PICTURES] if _is_picture(p)] if type(value) is list else []


def _is_picture(value: Any) -> bool:
    if type(value) is not np.ndarray or value.dtype != np.uint8 or value.ndim != 3:
        return False
    height, width, colours = value.shape
    return colours == 3 and 0 < height <= PIXELS and 0 < width <= PIXELS


_FAULT_TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "name": (str,),
    "builtin": (bool,),
    "text": (str,),
    "line": (int, type(None)),
    "cell": (str, type(None)),
}


def _checked_fault(told: Any) -> Fault:
    if type(told) is not dict or set(told) != set(_FAULT_TYPES):
        raise wire.Garbled("not a fault")
    if any(type(told[key]) not in types for key, types in _FAULT_TYPES.items()):
        raise wire.Garbled("not a fault")
    if told["kind"] not in ("error", "timeout", "limit"):
        raise wire.Garbled("no such kind of fault")
    name = told["name"][:100]
    if name and not name.isidentifier():  # a class may be called anything
        name = "Error"
    known = getattr(builtins, name, None)
    is_ours = isinstance(known, type) and issubclass(known, BaseException)
    told |= {"name": name, "builtin": told["builtin"] and is_ours, "text": told["text"][:500]}
    told["cell"] = told["cell"] and told["cell"][:100]
    return Fault(**told)


def death(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"the process ended itself with code {code}"
    return f"the process was ended by signal {-code} ({signal.strsignal(-code)})"
