"""Why there is no answer, and the sentences that tell a student so."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """Told by a child (kinds error, timeout and limit), or seen by us. `limit` is in our words."""

    kind: Literal["error", "timeout", "died", "limit", "garbled"]
    name: str = ""  # the exception's type
    builtin: bool = False
    text: str = ""
    line: int | None = None
    cell: str | None = None
    limit: str = ""


_SENTENCES = {
    "timeout": "it took longer than {limit}, and was stopped",
    "died": "it ended the whole process",
    "limit": "it went beyond {limit}",
    "garbled": "what came back could not be read",
}


def of_cell(fault: Fault) -> str:
    """What a student reads about a cell of theirs."""
    if fault.kind == "error":
        place = f" in line {fault.line}" if fault.line else ""
        return f"Your cell stopped with {fault.name}{place}: {fault.text}{_beyond(fault)}"
    return f"Your cell did not finish: {sentence(fault)}."


def raised(fault: Fault) -> str:
    """The error that a visible probe met, where the student can see it again."""
    place = f"\nin line {fault.line} of the cell {fault.cell}" if fault.line else ""
    return f"{fault.name}: {fault.text}{place}{_beyond(fault)}"


def of_answer(fault: Fault) -> str:
    """What a student reads about any answer: of the child's own words no more than a builtin."""
    if fault.kind == "error":
        beyond = _beyond(fault) if fault.name == "MemoryError" else ""
        return f"It raised {fault.name if fault.builtin else 'an error of its own'}.{beyond}"
    text = sentence(fault)
    return f"{text[0].upper()}{text[1:]}."


def sentence(fault: Fault) -> str:
    """What came of it where nothing was raised, without a capital and a stop."""
    return _SENTENCES[fault.kind].format(limit=fault.limit or "the limits allow")


def _beyond(fault: Fault) -> str:
    return f"\nThat is beyond {fault.limit}." if fault.limit else ""
