"""Pictures of losses, classes, gradients, step sizes, functions and graphs.

Each function takes plain numbers and returns a `Picture`: a figure and what it shows in words. A
notebook shows it at the end of a cell, or by `display(picture)`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from .arrays import NDArray
from .drawing import draw_graph as draw_graph  # one place for all pictures
from .picture import (
    COLORS,
    MARKERS,
    Picture,
    above_zero,
    classes,
    counted,
    finite,
    floats,
    legend,
    new_figure,
    number,
    paired,
    share,
)

Losses: TypeAlias = Sequence[float] | NDArray | Mapping[str, Sequence[float] | NDArray]

_TINTS = ("#FFFFFF", "#BBD4EA", "#F7DFCF", "#9FCFBC", "#F3E3EC", "#E8CC8A")
_LINES = ("-", "--", ":", "-.")


# Losses


def loss_curves(
    train: Losses, validation: Losses = (), *, unit: str = "epoch", log: bool = True
) -> Picture:
    """Draw losses, one an epoch (or another `unit`), counted from 1.

    Several runs are dicts from a run's name to its losses. Validation losses are dashed, a star
    marks the lowest. On the log scale a loss of 0 stands a factor of 10 below the lowest other;
    losses below 0 need `log=False`.
    """
    curves = [*_curves(train, "training"), *_curves(validation, "validation")]
    if not curves:
        raise ValueError("there is no loss to draw: train for an epoch first")
    runs = list(dict.fromkeys(curve.run for curve in curves))
    curves.sort(key=lambda curve: runs.index(curve.run))
    figure = new_figure(6.4, 4.0)
    axes = figure.subplots()
    for curve in curves:
        shown = above_zero(curve.losses, "losses (without log=False)") if log else curve.losses
        _draw_losses(axes, curve, shown, runs.index(curve.run), unit)
    axes.set(xlabel=unit, ylabel="loss (log scale)" if log else "loss")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if log:
        _log_losses(axes)
    gaps = [f"{curve.label}: {curve.gaps(unit)}" for curve in curves if curve.gaps(unit)]
    axes.set_title("\n".join(gaps), fontsize="small")
    legend(figure, axes.lines, 2 if len(runs) == 2 else 3)
    return Picture(figure, " ".join(curve.told(unit) for curve in curves))


def _log_losses(axes: Axes) -> None:
    """Make the y axis logarithmic, with plain numbers where it is shorter than a decade."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high < 10 * low:
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter("{x:.4g}")


@dataclass(frozen=True)
class _Curve:
    run: str
    kind: str
    losses: NDArray  # (n,), n > 0

    @property
    def label(self) -> str:
        if not self.run:
            return f"{self.kind} loss"
        return self.run if self.kind == "training" else f"{self.run}, {self.kind}"

    @property
    def lowest(self) -> int:
        return int(np.argmin(np.where(np.isfinite(self.losses), self.losses, np.inf)))

    def gaps(self, unit: str) -> str:
        bad = np.flatnonzero(~np.isfinite(self.losses)) + 1
        if not bad.size:
            return ""
        every = counted(self.losses.size, unit)
        return f"not finite at {bad.size} of {every}, first at {unit} {bad[0]}"

    def told(self, unit: str) -> str:
        name = f"{self.run}: {self.kind} loss" if self.run else f"{self.kind} loss".capitalize()
        numbers, length = finite(self.losses), counted(self.losses.size, unit)
        if not numbers.size:
            return f"{name} is {self.gaps(unit)}."
        first, last = number(numbers[0]), number(numbers[-1])
        course = f"{'falls' if numbers[-1] < numbers[0] else 'rises'} from {first} to {last}"
        text = f"{name} {course if first != last else f'stays at {last}'} over {length}"
        if self.kind == "validation":
            text += f", lowest {number(self.losses[self.lowest])} at {unit} {self.lowest + 1}"
        return ", ".join(filter(None, (text, self.gaps(unit)))) + "."


def _curves(losses: Losses, kind: str) -> list[_Curve]:
    runs = losses if isinstance(losses, Mapping) else {"": losses}
    curves = [_Curve(run, kind, floats(numbers, "losses", 1)) for run, numbers in runs.items()]
    return [curve for curve in curves if curve.losses.size]


def _draw_losses(axes: Axes, curve: _Curve, shown: NDArray, run: int, unit: str) -> None:
    color, validation = COLORS[run % len(COLORS)], curve.kind == "validation"
    axes.plot(
        np.arange(1, shown.size + 1),
        shown,
        color=color,
        linestyle="--" if validation else "-",
        marker=MARKERS[run % len(MARKERS)],
        markersize=5,
        markerfacecolor="white" if validation else color,
        markevery=max(1, shown.size // 10),
        label=curve.label,
    )
    if validation and finite(curve.losses).size:
        best = curve.lowest
        _star(axes, best + 1, shown[best], color, f"lowest: {unit} {best + 1}")


def _star(axes: Axes, x: float, y: float, color: str, label: str) -> None:
    axes.plot(x, y, color=color, linestyle="", marker="*", markersize=15, zorder=3, label=label)


# Classes


def decision_boundary(
    predict: Callable[[NDArray], object], points: object, labels: object, *, steps: int = 200
) -> Picture:
    """Draw `points` (n, 2), marked by their class in `labels`, over the regions of `predict`.

    `predict` gets an array (m, 2) and returns m classes: whole numbers, bools or strings. It is
    asked once for a grid of `steps` by `steps` places and once for the points.
    """
    points = floats(points, "points", 2)
    if points.shape[1] != 2 or not points.size or not np.isfinite(points).all():
        raise ValueError("points must be rows of two finite numbers, and at least one row")
    labels = classes(labels, len(points), "labels")
    x, y = (_span(column, steps) for column in points.T)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    regions = classes(predict(grid), len(grid), "what predict returns").reshape(steps, steps)
    hits = classes(predict(points), len(points), "what predict returns") == labels
    figure = new_figure(5.6, 4.8)
    axes = figure.subplots()
    names = np.union1d(labels, regions)
    for i, name in enumerate(names):
        _draw_region(axes, x, y, regions == name, i)
        _draw_points(axes, points[labels == name], i, f"class {name}")
    axes.set(xlabel="first input", ylabel="second input")
    legend(figure, axes.lines, min(len(names), 5))
    areas = [f"class {name} {share(regions == name)}" for name in np.unique(regions)]
    return Picture(
        figure,
        f"Decision regions, first input from {number(x[0])} to {number(x[-1])}, second from "
        f"{number(y[0])} to {number(y[-1])}; share of the area: {', '.join(areas)}. "
        f"{hits.sum()} of {counted(hits.size, 'point')} ({share(hits)}) lie in the region of "
        "their own class.",
    )


def _span(column: NDArray, steps: int) -> NDArray:
    """Places from a little below all of `column` to a little above."""
    low, high = column.min(), column.max()
    margin = 0.1 * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, steps)


def _draw_region(axes: Axes, x: NDArray, y: NDArray, inside: NDArray, i: int) -> None:
    if not inside.any():
        return
    axes.contourf(x, y, inside, levels=[0.5, 1.5], colors=[_TINTS[i % len(_TINTS)]])
    if not inside.all():
        axes.contour(x, y, inside, levels=[0.5], colors="black", linewidths=1.2)


def _draw_points(axes: Axes, points: NDArray, i: int, label: str) -> None:
    axes.plot(
        *points.T,
        linestyle="",
        marker=MARKERS[i % len(MARKERS)],
        markersize=6,
        markerfacecolor=COLORS[i % len(COLORS)],
        markeredgecolor="white",
        markeredgewidth=0.8,
        label=label,
    )


def confusion_matrix(true: object, predicted: object) -> Picture:
    """Count which classes were taken for which: a row for a true class, a column for a predicted.

    Both are n classes: whole numbers, bools or strings. The shade is the share of its row.
    """
    true = classes(true, np.size(np.asarray(true)), "true classes")
    predicted = classes(predicted, true.size, "predicted classes")
    if not true.size:
        raise ValueError("there is nothing to count: pass at least one example")
    names = np.union1d(true, predicted)
    counts = np.zeros((names.size, names.size), np.int64)
    np.add.at(counts, (np.searchsorted(names, true), np.searchsorted(names, predicted)), 1)
    side = 1.6 + 0.45 * names.size
    figure = new_figure(max(side, 3.2), max(side, 3.0))
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        color = "white" if shares[row, column] > 0.5 else "black" if count else "0.6"
        axes.text(column, row, str(count), color=color, ha="center", va="center")
    ticks = [str(name) for name in names]
    long = max(map(len, ticks)) > 5
    axes.set_xticks(range(names.size), labels=ticks, rotation=90 if long else 0)
    axes.set_yticks(range(names.size), labels=ticks)
    axes.set(xlabel="predicted class", ylabel="true class")
    return Picture(figure, _confusion_told(names, counts))


def _confusion_told(names: NDArray, counts: NDArray) -> str:
    right, total = counts.trace(), counts.sum()
    text = (
        f"Confusion matrix of {counted(names.size, 'class', 'classes')} and "
        f"{counted(total, 'example')}: {right} right ({share(right / total)})"
    )
    wrong = counts - np.diag(np.diag(counts))
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    if right < total:
        times = counted(wrong[row, column], "time")
        text += f"; most often {names[row]} was taken for {names[column]}, {times}"
    return f"{text}."


# Gradients, step sizes, slopes


def gradient_histograms(gradients: Mapping[str, object]) -> Picture:
    """Draw how large the entries of each gradient are, on one log scale for all of them.

    `gradients` is a dict from a parameter's name to its gradient, of any shape. The dashed line is
    the median size; what is exactly 0 or not finite is counted beside the name.
    """
    if not gradients:
        raise ValueError("there is no gradient to draw: pass a dict from names to gradients")
    found = {name: floats(entries, f"gradient of {name}") for name, entries in gradients.items()}
    bins = _log_bins(np.concatenate([np.abs(finite(entries)) for entries in found.values()]))
    figure = new_figure(6.4, 0.8 + 0.95 * len(found))
    panels = figure.subplots(len(found), sharex=True, squeeze=False)[:, 0]
    told = []
    for axes, (name, entries) in zip(panels, found.items(), strict=True):
        _draw_sizes(axes, np.abs(finite(entries)), entries.size, bins)
        axes.set_title(f"{name} {entries.shape}{_odd_ones(entries)}", loc="left", fontsize="small")
        told.append(f"{name} {entries.shape}: {_sizes_told(entries)}")
    panels[-1].set(xscale="log", xlabel="size of an entry (log scale; dashed: the median)")
    figure.supylabel("share of the entries (%)", fontsize="medium")
    return Picture(figure, f"Sizes of the entries of gradients. {'; '.join(told)}.")


def _log_bins(sizes: NDArray) -> NDArray:
    """Edges of 40 bins, equally wide on a log scale, for all `sizes` that are not 0."""
    sizes = np.log10(above_zero(sizes[sizes > 0], "sizes"))
    low, high = (sizes.min(), sizes.max()) if sizes.size else (-1, 0)
    margin = 0.01 * (high - low) or 0.5
    return np.logspace(low - margin, high + margin, 41)


def _draw_sizes(axes: Axes, sizes: NDArray, count: int, bins: NDArray) -> None:
    sizes = above_zero(sizes[sizes > 0], "sizes")
    bars, _ = np.histogram(sizes, bins)
    axes.stairs(100 * bars / max(count, 1), bins, fill=True, color=_TINTS[1])
    axes.stairs(100 * bars / max(count, 1), bins, color="black", linewidth=0.8)
    if sizes.size:
        axes.axvline(np.median(sizes), color="black", linestyle="--")


def _odd_ones(entries: NDArray) -> str:
    """How many entries are 0 or not finite, in words; empty if none are."""
    zero = f", {share(entries == 0)} exactly 0" if (entries == 0).any() else ""
    bad = np.count_nonzero(~np.isfinite(entries))
    return zero + (f", {bad} not finite" if bad else "")


def _sizes_told(entries: NDArray) -> str:
    sizes = np.abs(finite(entries))
    if not sizes.any():
        return "none above 0" + _odd_ones(entries)
    median, largest = number(np.median(sizes[sizes > 0])), number(sizes.max())
    return f"median {median}, largest {largest}{_odd_ones(entries)}"


def step_size_curve(steps: Sequence[float] | NDArray, errors: Losses) -> Picture:
    """Draw errors (n,) against step sizes (n,), both on log scales, with a star at the best step.

    Several curves are a dict from a name to errors. An error of 0 stands a factor of 10 below the
    lowest other.
    """
    places = floats(steps, "step sizes", 1)
    if not (places > 0).all() or not places.size:
        raise ValueError("step sizes: pass at least one, all above 0")
    runs = errors if isinstance(errors, Mapping) else {"error": errors}
    figure = new_figure(6.4, 4.0)
    axes = figure.subplots()
    told = []
    for i, (name, numbers) in enumerate(runs.items()):
        told.append(_draw_errors(axes, places, paired(numbers, places, name), name, i))
    axes.set_yscale("log")  # before x, which Matplotlib cannot scale where no y is finite
    axes.set(xscale="log", xlim=(places.min() / 2, places.max() * 2))
    axes.set(xlabel="step size (log scale)", ylabel="error (log scale)")
    legend(figure, axes.lines, 2)
    ends = f"from {number(places.min())} to {number(places.max())}"
    return Picture(figure, f"Error against step size, {ends}. {' '.join(told)}")


def _draw_errors(axes: Axes, steps: NDArray, errors: NDArray, name: str, i: int) -> str:
    """Draw one curve and its best step; returns it in words."""
    color = COLORS[i % len(COLORS)]
    shown = above_zero(errors, "errors")
    axes.plot(
        steps,
        shown,
        color=color,
        linestyle=_LINES[i % len(_LINES)],
        marker=MARKERS[i % len(MARKERS)],
        markersize=5,
        label=name,
    )
    if not finite(errors).size:
        return f"{name}: no error is finite."
    best = int(np.argmin(np.where(np.isfinite(errors), errors, np.inf)))
    text = f"lowest {number(errors[best])} at step {number(steps[best])}"
    _star(axes, steps[best], shown[best], color, text)
    small, large = errors[steps.argmin()], errors[steps.argmax()]
    ends = f"{number(small)} at the smallest step, {number(large)} at the largest"
    return f"{name}: {text}; {ends}."


def functions_with_slopes(
    x: Sequence[float] | NDArray,
    functions: Mapping[str, tuple[object, object]],
    *,
    x_name: str = "x",
) -> Picture:
    """Draw functions side by side, each with its slope dashed, over the places `x` (n,).

    `functions` is a dict from a name to a pair of values (n,) and slopes (n,).
    """
    if not functions:
        raise ValueError("there is no function to draw: pass a dict from names to pairs")
    places = floats(x, "x", 1)
    columns = min(len(functions), 3)
    rows = -(-len(functions) // columns)
    figure = new_figure(max(3.2 * columns, 4.0), 2.8 * rows + 0.4)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    told = []
    for axes, (name, pair) in zip(panels, functions.items(), strict=False):
        values, slopes = (paired(each, places, name) for each in pair)
        _draw_with_slope(axes, places, values, slopes)
        axes.set(title=name, xlabel=x_name)
        told.append(f"{name}: {_range(values)}, slope {_range(slopes)}")
    for axes in panels[len(functions) :]:
        axes.set_axis_off()
    legend(figure, panels[0].lines, 2)
    ends = f"for {x_name} {_range(places)}"
    return Picture(figure, f"Functions and their slopes {ends}. {'; '.join(told)}.")


def _draw_with_slope(axes: Axes, x: NDArray, values: NDArray, slopes: NDArray) -> None:
    marker = "o" if x.size == 1 else ""
    axes.plot(x, values, color=COLORS[0], linewidth=2, marker=marker, label="value")
    axes.plot(x, slopes, color=COLORS[2], linestyle="--", marker=marker, label="slope")
    axes.axhline(0, color="0.8", linewidth=0.8, zorder=0)


def _range(values: NDArray) -> str:
    good = finite(values)
    text = f"from {number(good.min())} to {number(good.max())}" if good.size else "nowhere finite"
    return text + (
        f", not finite at {values.size - good.size}" if 0 < good.size < values.size else ""
    )
