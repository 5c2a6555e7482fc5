"""What all pictures share: how they show themselves, what they take, what they say in words."""

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .arrays import NDArray
from .tensor import Tensor

DPI = 100
WIDEST = 1000  # pixels on the page; a wider picture is scrolled, not made smaller

# Colours: M. Okabe and K. Ito, "Color Universal Design", 2008. Without them markers tell the same.
COLORS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = "osD^vP*X"


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """A figure, and `alt`, which says in words what it shows. It shows itself at a cell's end."""

    figure: Figure
    alt: str

    def save(self, path: str | Path) -> None:
        """Write the picture, with its text alternative in it, to a .png, .svg or .pdf file."""
        key = "Subject" if Path(path).suffix == ".pdf" else "Description"
        self.figure.savefig(path, dpi=2 * DPI, metadata={key: self.alt})

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """What a notebook shows: twice as many pixels as the size on the page.

        JupyterLab 4 and the usual template of nbconvert 7 pass over the `alt` in an image's
        metadata, so an HTML element that has one goes first; the image is for other exports.
        """
        file = io.BytesIO()
        self.figure.savefig(file, format="png", dpi=2 * DPI)
        png = base64.b64encode(file.getvalue()).decode("ascii")
        width, height = (round(DPI * inches) for inches in self.figure.get_size_inches())
        scroll = ' style="max-width: none"' if width > WIDEST else ""
        element = (
            f'<img src="data:image/png;base64,{png}" width="{width}"{scroll} '
            f'alt="{html.escape(self.alt)}">'
        )
        size = {"width": width, "height": height, "unconfined": width > WIDEST}
        data = {"text/html": element, "image/png": png, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, **size}}


def new_figure(width: float, height: float) -> Figure:
    """An empty white figure, in inches, that pyplot does not know of."""
    return Figure((width, height), dpi=DPI, layout="constrained", facecolor="white")


def legend(figure: Figure, lines: Sequence[Line2D], columns: int) -> None:
    """Say above the axes, where no data is, what the labelled `lines` are."""
    named = [line for line in lines if not str(line.get_label()).startswith("_")]
    longest = max(len(str(line.get_label())) for line in named)
    room = int(figure.get_figwidth() / (0.6 + 0.08 * longest))  # inches a sign, and a letter
    figure.legend(
        handles=named,
        loc="outside upper center",
        ncols=max(1, min(columns, room)),
        frameon=False,
        handlelength=3,
    )


def floats(values: object, what: str, ndim: int | None = None) -> NDArray:
    """`values` as a float64 array; `what` names them in the TypeError or ValueError."""
    try:
        if values is None:
            raise TypeError
        array = np.asarray(values.data if isinstance(values, Tensor) else values, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{what}: pass numbers, which are `.item()` or `.data` of a Tensor, `.data` of a Value"
        ) from error
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{what}: pass an array of {ndim} axes, not of shape {array.shape}")
    return array


def paired(values: object, places: NDArray, what: str) -> NDArray:
    """`values` as floats, one for each of `places` (n,), or ValueError."""
    array = floats(values, what, 1)
    if array.shape != places.shape:
        raise ValueError(
            f"{what}: {array.size} numbers for {places.size} places, pass one for each"
        )
    return array


def classes(values: object, count: int, what: str) -> NDArray:
    """`values` as `count` whole numbers or strings, (count,); `what` names them in a ValueError."""
    array = np.asarray(values.data if isinstance(values, Tensor) else values)
    if array.size != count:
        raise ValueError(
            f"{what}: pass one class for each of {count}, not an array of shape {array.shape}; "
            "of scores for each class take argmax(axis=1)"
        )
    if array.dtype.kind in "bf" and (array == np.round(array)).all():
        array = array.astype(np.int64)
    if array.dtype.kind not in "iuU":
        raise ValueError(
            f"{what}: pass whole numbers, bools or strings; of a probability p take p > 0.5"
        )
    return array.reshape(count)


def above_zero(values: NDArray, what: str) -> NDArray:
    """`values` for a log scale: 0 becomes a tenth of the lowest other; ValueError below 0.

    Finite values are kept within 1e-200 and 1e200, beyond which Matplotlib's margins overflow.
    """
    if (values < 0).any():
        raise ValueError(f"{what} below 0 have no place on a log scale")
    positive = finite(values[values > 0])
    lifted = np.where(values == 0, positive.min() / 10 if positive.size else 1.0, values)
    return np.where(np.isfinite(values), np.clip(lifted, 1e-200, 1e200), values)


def finite(values: NDArray) -> NDArray:
    """The finite entries, (n,)."""
    return values[np.isfinite(values)]


def number(value: float) -> str:
    """A number in three digits, as it stands in texts: 0.0417, 1.3e-05, 12, inf."""
    return f"{value:.3g}"


def share(of: NDArray) -> str:
    """The share of True entries: `97.5 %`; empty for no entries."""
    return f"{100 * np.mean(of):.3g} %" if np.size(of) else ""


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 epoch`, `30 epochs`, `2 classes`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
