"""Figures in, matplotlib pictures out; :func:`save_picture` writes one as PNG.

Pictures are made without a display and without matplotlib's global state. matplotlib comes with the
extra ``digitscan[train]`` and is imported only inside the functions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from digitscan.errors import OutputError, UsageError
from digitscan.measure.calibration import ReliabilityBin, RiskCoverage
from digitscan.measure.digits import DigitFigures, Labels
from digitscan.measure.intervals import wilson_interval
from digitscan.measure.text import percent
from digitscan.values import NOT_A_DIGIT, GreyImage, Probabilities

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150
RIGHT_COLOUR = "#2b6cb0"
WRONG_COLOUR = "#c53030"
GUIDE_COLOUR = "#8a8f98"
CURVE_COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280")
CURVE_STYLES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1)))
TEXT_COLOUR = "#4a5568"
CLASS_NAMES = (*(str(digit) for digit in range(NOT_A_DIGIT)), "none")
SHEET_COLUMNS = 12
SHEET_LIMIT = 120
"""Errors shown at most, the most confident first: the ones a threshold can't stop."""


def require_matplotlib() -> None:
    """Raise UsageError, saying what to install, where matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as missing:
        raise UsageError(
            "pictures need matplotlib, which is not installed; "
            "install it with: pip install 'digitscan[train]'"
        ) from missing


def save_picture(figure: Figure, path: Path) -> None:
    """Write a picture as PNG, making its folder; a file of that name is replaced."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=DOTS_PER_INCH, format="png")
    except OSError as problem:
        raise OutputError(f"{path}: can't be written ({problem.strerror})") from problem


def draw_confusion(figures: DigitFigures, *, title: str) -> Figure:
    """Confusion matrix: blue for the right ones, red shades for the mistakes."""
    counts = np.array(figures.confusion)
    figure, axes = _new_figure(8.0, 7.2)
    _paint_counts(axes, counts)
    axes.set_xticks(range(len(CLASS_NAMES)), CLASS_NAMES)
    axes.set_yticks(range(NOT_A_DIGIT), CLASS_NAMES[:NOT_A_DIGIT])
    axes.set_xticks(np.arange(len(CLASS_NAMES)) + 0.5, minor=True)
    axes.set_yticks(np.arange(NOT_A_DIGIT) + 0.5, minor=True)
    axes.grid(which="minor", color="#e2e8f0", linewidth=0.8)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("said (none: not one digit)")
    axes.set_ylabel("true digit")
    interval = f"{percent(figures.interval.low)}–{percent(figures.interval.high)}"
    right = f"{percent(figures.accuracy)} % right ({interval})"
    caption = f"{figures.errors} errors in {figures.n:,}: {right}"
    _head(axes, title, caption)
    return figure


def _paint_counts(axes: Any, counts: npt.NDArray[np.int64]) -> None:
    """Colour the cells of a (10, 11) confusion matrix and write its counts into them."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    right = np.eye(*counts.shape) == 1
    strongest = float(shares[~right].max()) or 1.0
    axes.imshow(np.where(right, np.nan, shares), cmap="Reds", vmin=0, vmax=1.3 * strongest)
    axes.imshow(np.where(right, 0.45, np.nan), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            dark = not right[row, column] and shares[row, column] > 0.75 * strongest
            colour = "white" if dark else "#1a202c"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=10)


def draw_reliability(bins: Sequence[ReliabilityBin], *, ece: float, title: str) -> Figure:
    """Accuracy against promised confidence, with how many answers each bin holds below.

    Dots on the dashed line keep their promise; below it the model is too sure of itself. Whiskers
    are 95 % intervals (Wilson): a bin of three answers proves little.
    """
    figure, (upper, lower) = _new_figure(6.4, 7.0, rows=2, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], "--", color=GUIDE_COLOUR, linewidth=1.2)
    for one in bins:
        _draw_bin(upper, lower, one)
    upper.set(xlim=(0, 1.01), ylim=(0, 1.01), ylabel="share that is right")
    lower.set(xlim=(0, 1.01), yscale="log", ylabel="answers", xlabel="confidence")
    lower.set_ylim(0.7, 8.0 * max((one.count for one in bins), default=1))
    _tidy(upper, lower)
    ece_text = f"expected calibration error {percent(ece)} % (15 equal-width bins)"
    _head(upper, title, f"{ece_text}; dashed: the promise kept")
    return figure


def _draw_bin(upper: Any, lower: Any, one: ReliabilityBin) -> None:
    width, middle = one.high - one.low, (one.low + one.high) / 2
    upper.bar(one.low, one.accuracy, width, align="edge", color="#bee3f8", edgecolor="white")
    interval = wilson_interval(round(one.accuracy * one.count), one.count)
    upper.plot([one.confidence] * 2, interval, color=RIGHT_COLOUR, linewidth=1.4)
    upper.plot(one.confidence, one.accuracy, "o", color=RIGHT_COLOUR, markersize=5)
    lower.bar(one.low, one.count, width, align="edge", color="#a0aec0", edgecolor="white")
    style = {"ha": "center", "va": "bottom", "fontsize": 7.5, "color": TEXT_COLOUR}
    lower.text(middle, one.count * 1.15, f"{one.count:,}", **style)


def draw_risk_coverage(
    curves: Mapping[str, RiskCoverage], *, title: str, unit: str = "digits"
) -> Figure:
    """Share of wrong answers left, against the share kept when the least confident go first."""
    figure, axes = _new_figure(7.2, 5.0)
    curves = {name: curve for name, curve in curves.items() if curve.errors.size}
    start = min((_interesting_from(curve) for curve in curves.values()), default=0.0)
    highest = 0.01
    styles = itertools.cycle(zip(CURVE_COLOURS, CURVE_STYLES, strict=True))
    for (name, curve), (colour, style) in zip(curves.items(), styles, strict=False):
        coverage, risk = 100 * curve.coverage, 100 * curve.risk
        label = f"{name}: {risk[-1]:.2f} % wrong when all are kept"
        axes.plot(coverage, risk, linestyle=style, color=colour, linewidth=1.8, label=label)
        highest = max(highest, float(risk[coverage >= start].max()))
    axes.set(xlim=(start, 100 + 0.01 * (100 - start)), ylim=(0, 1.12 * highest))
    axes.set_xlabel(f"{unit} kept, the most confident ones (%)")
    axes.set_ylabel("wrong among those kept (%)")
    axes.grid(color="#e2e8f0", linewidth=0.8)
    if curves:
        axes.legend(loc="upper left", framealpha=0.9, edgecolor="none")
    _tidy(axes)
    _head(axes, title, "what remains wrong when the least confident go to a person")
    return figure


def _interesting_from(curve: RiskCoverage) -> float:
    """Coverage in percent, 0…98, from which to draw: the flat part takes half the picture."""
    calm = np.flatnonzero(curve.risk <= 0.1 * curve.risk[-1])
    rising = 1 - float(curve.coverage[calm[-1]]) if calm.size else 1.0
    return 100 - min(max(math.ceil(200 * rising), 2), 100)


def draw_errors(
    glyphs: GreyImage, labels: Labels, probabilities: Probabilities, *, title: str
) -> Figure:
    """Contact sheet of the digits read wrongly: glyph, true → said, and how sure the model was.

    ``glyphs`` (N, 28, 28) uint8 with 0 paper, ``labels`` (N,), ``probabilities`` (N, 11).
    """
    said, top = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(said != labels)
    shown = wrong[np.argsort(-top[wrong], kind="stable")][:SHEET_LIMIT]
    rows = max(1, -(-len(shown) // SHEET_COLUMNS))
    size = (0.98 * SHEET_COLUMNS, 1.28 * rows + 0.35)
    figure, grid = _new_figure(*size, rows=rows, columns=SHEET_COLUMNS)
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    for axes, index in zip(grid, shown, strict=False):
        axes.imshow(255 - glyphs[index], cmap="gray", vmin=0, vmax=255)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#cbd5e0")
        told = f"{labels[index]} → {CLASS_NAMES[said[index]]}"
        axes.set_title(told, fontsize=10, color=WRONG_COLOUR, pad=3)
        axes.set_xlabel(f"{100 * top[index]:.1f} %", fontsize=8, color=TEXT_COLOUR, labelpad=2)
    left_out = f", the {SHEET_LIMIT} most confident shown" if len(wrong) > SHEET_LIMIT else ""
    note = f"{len(wrong)} errors in {len(labels):,}{left_out}: true → said, and its confidence"
    figure.suptitle(f"{title} · {note}", fontsize=11, x=0.01, ha="left")
    return figure


def _new_figure(
    width: float, height: float, *, rows: int = 1, columns: int = 1, **grid: Any
) -> tuple[Figure, Any]:
    """Make a figure in inches with one axes, or a flat array of them."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, gridspec_kw=grid or None)
    return figure, (axes.ravel() if isinstance(axes, np.ndarray) else axes)


def _head(axes: Any, title: str, caption: str) -> None:
    axes.set_title(f"{title}\n", fontsize=13, loc="left", fontweight="bold")
    axes.text(0, 1.02, caption, transform=axes.transAxes, fontsize=9.5, color=TEXT_COLOUR)


def _tidy(*all_axes: Any) -> None:
    """Take away the frame's upper and right side."""
    for axes in all_axes:
        axes.spines[["top", "right"]].set_visible(False)
