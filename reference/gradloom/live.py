"""What a notebook shows while a model is trained: callbacks of `fit`."""

import math
import time
from typing import Any

import IPython
import IPython.display

from .picture import number
from .plots import loss_curves
from .training import History

_REDRAW_SECONDS = 0.5
_display: Any = IPython.display  # it has no types


def _in_notebook() -> bool:
    return hasattr(IPython.get_ipython(), "kernel")


class LossCurves:
    """The loss curves so far, in one display that is drawn anew; nothing outside a notebook."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._drawn = -math.inf

    def __call__(self, history: History) -> None:
        """Draw the losses so far, unless that was done less than half a second ago."""
        first = len(history.train_losses) == 1
        due = time.monotonic() - self._drawn >= _REDRAW_SECONDS
        if not _in_notebook() or not (first or history.stopped or due):
            return
        train, validation = history.train_losses, history.validation_losses
        picture = loss_curves(train, validation, log=not any(x < 0 for x in train + validation))
        if first or self._handle is None:
            self._handle = _display.display(picture, display_id=True)
        else:
            self._handle.update(picture)
        self._drawn = time.monotonic()


class ProgressBar:
    """How many epochs are done; outside a notebook, a printed line for each tenth of them."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, history: History) -> None:
        """Show that one more epoch is done, and why there is no next one if it was not the last."""
        done, planned = len(history.train_losses), history.epochs
        if _in_notebook():
            if done == 1 or self._bar is None:
                self._bar = _display.ProgressBar(planned)
                self._bar.display()
            self._bar.progress = done
        elif done * 10 // planned > (done - 1) * 10 // planned:
            print(f"epoch {done} of {planned}: training loss {number(history.train_losses[-1])}")
        if history.stopped and done < planned:
            print(f"stopped after epoch {done} of {planned}: {history.stopped}")
