"""The backward walk, and the switch that says whether operations are recorded.

It knows no arrays: of a node only `requires_grad`, `_op` and `_inputs`, of gradients only `+`.
"""

import threading
from collections.abc import Iterator
from typing import Any

from .graph import topological_order


class _Switch(threading.local):
    recording = True


switch = _Switch()


def is_recording() -> bool:
    """Whether operations of this thread become part of a graph."""
    return switch.recording


def set_recording(on: bool) -> bool:
    """Switch recording on or off in this thread; returns what it was before."""
    before, switch.recording = switch.recording, on
    return before


def tracked_inputs(node: Any) -> list[Any]:
    """The inputs of `node` that need a gradient."""
    return [parent for parent in node._inputs if parent.requires_grad]


class no_grad:
    """`with no_grad():` computes without recording; blocks may be nested, and entered again."""

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        """Stop recording, and remember whether this thread was recording before."""
        self._before.append(set_recording(False))

    def __exit__(self, *exception: object) -> None:
        """Go back to what was before this block; an exception passes through."""
        set_recording(self._before.pop())


def backpropagate(root: Any, out_grad: Any) -> Iterator[tuple[Any, Any]]:
    """Walk the graph of `root` backwards, from the gradient `out_grad` of `root`.

    Yields (node, gradient), once for each node that requires a gradient and that a gradient
    reaches, when that gradient is final: all uses of the node have added their share.
    `node._op.gradients(gradient, node)` gives one share per input, or None for no share.
    """
    ledger = {root: out_grad}
    for node in reversed(topological_order(root, tracked_inputs)):
        gradient = ledger.pop(node, None)
        if gradient is None:
            continue
        yield node, gradient
        if node._op is None:
            continue
        shares = node._op.gradients(gradient, node)
        for parent, share in zip(node._inputs, shares, strict=True):
            if parent.requires_grad and share is not None:
                ledger[parent] = ledger[parent] + share if parent in ledger else share
