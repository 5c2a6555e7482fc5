"""The backward walk, and the switch that says whether operations are recorded. No arrays here."""

import threading

from .graph import topological_order


class _Switch(threading.local):
    recording = True


_switch = _Switch()


def is_recording():
    """Whether operations of this thread become part of a graph."""
    return _switch.recording


def set_recording(on):
    """Switch recording on or off in this thread; returns what it was before."""
    before, _switch.recording = _switch.recording, on
    return before


def tracked_inputs(node):
    """The inputs of `node` that need a gradient."""
    return [parent for parent in node._inputs if parent.requires_grad]


class no_grad:
    """`with no_grad():` computes without recording; blocks may be nested, and entered again."""

    def __init__(self):
        self._before = []

    def __enter__(self):
        """Stop recording, and remember whether this thread was recording before."""
        self._before.append(set_recording(False))

    def __exit__(self, *exception):
        """Go back to what was before this block; an exception passes through."""
        set_recording(self._before.pop())


def backpropagate(root, out_grad):
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
