"""Figures in, matplotlib pictures out; :func:`save_picture` writes one as PNG.

Pictures are made without a display and without matplotlib's global state. matplotlib comes with the
extra ``digitscan[train]`` and is imported only inside the functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from digitscan.errors import OutputError, UsageError
from digitscan.measure.calibration import ReliabilityBin, RiskCoverage
from digitscan.measure.digits import DigitFigures, Labels
from digitscan.measure.text import percent
from digitscan.values import NOT_A_DIGIT, GreyImage, Probabilities

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150
RIGHT_COLOUR = "#2b6cb0"
WRONG_COLOUR = "#c53030"
GUIDE_COLOUR = "#8a8f98"
CURVE_COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b83280")
CURVE_STYLES = ("-", "--", "-.", ":")
CLASS_NAMES = (*(str(digit) for digit in range(NOT_A_DIGIT)), "none")
SHEET_COLUMNS = 10
SHEET_LIMIT = 200
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

    Bars on the dashed line keep their promise; below it the model is too sure of itself.
    """
    figure, (upper, lower) = _new_figure(6.4, 7.0, rows=2, height_ratios=(3.2, 1))
    upper.plot([0, 1], [0, 1], "--", color=GUIDE_COLOUR, linewidth=1.2, label="what is promised")
    for one in bins:
        width = one.high - one.low
        upper.bar(one.low, one.accuracy, width, align="edge", color=RIGHT_COLOUR, alpha=0.75,
                  edgecolor="white")  # fmt: skip
        upper.plot(one.confidence, one.accuracy, "o", color="#1a365d", markersize=3.5)
        lower.bar(one.low, one.count, width, align="edge", color=GUIDE_COLOUR, edgecolor="white")
        upper.annotate(f"{one.count:,}", (one.low + width / 2, one.accuracy), (0, 3), fontsize=6.5,
                       textcoords="offset points", ha="center", color="#4a5568")  # fmt: skip
    upper.set(xlim=(0, 1), ylim=(0, 1.06), ylabel="share that is right")
    lower.set(xlim=(0, 1), yscale="log", ylabel="digits", xlabel="confidence")
    lower.set_ylim(bottom=0.7)
    upper.legend(loc="upper left", frameon=False)
    _tidy(upper, lower)
    caption = f"expected calibration error {percent(ece)} % (15 equal-width bins)"
    _head(upper, title, caption)
    return figure


def draw_risk_coverage(
    curves: Mapping[str, RiskCoverage], *, title: str, unit: str = "digits"
) -> Figure:
    """Share of wrong answers left, against the share kept when the least confident go first."""
    figure, axes = _new_figure(7.2, 5.0)
    highest = 0.0
    for place, (name, curve) in enumerate(curves.items()):
        if curve.errors.size == 0:
            continue
        coverage, risk = 100 * curve.coverage, 100 * curve.risk
        colour = CURVE_COLOURS[place % len(CURVE_COLOURS)]
        style = CURVE_STYLES[place % len(CURVE_STYLES)]
        axes.plot(
            coverage,
            risk,
            style,
            color=colour,
            linewidth=1.8,
            label=f"{name} ({risk[-1]:.2f} % of all)",
        )
        highest = max(highest, float(risk[coverage >= 50].max()))
    axes.set(xlim=(50, 100.3), ylim=(0, max(highest * 1.1, 0.01)))
    axes.set_xlabel(f"{unit} kept, the most confident ones (%)")
    axes.set_ylabel("wrong among those kept (%)")
    if axes.lines:
        axes.legend(loc="upper left", frameon=False, title="wrong when all are kept")
    _tidy(axes)
    axes.grid(color="#e2e8f0", linewidth=0.8)
    _head(axes, title, "how many errors remain when the doubtful ones go to a person")
    return figure


def draw_errors(
    glyphs: GreyImage, labels: Labels, probabilities: Probabilities, *, title: str
) -> Figure:
    """Contact sheet of the digits read wrongly: glyph, truth → said, and how sure the model was.

    ``glyphs`` (N, 28, 28) uint8 with 0 paper, ``labels`` (N,), ``probabilities`` (N, 11).
    """
    said, top = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(said != labels)
    wrong = wrong[np.argsort(-top[wrong], kind="stable")]
    shown = wrong[:SHEET_LIMIT]
    rows = max(1, -(-len(shown) // SHEET_COLUMNS))
    height = 1.25 * rows + 0.9
    figure, grid = _new_figure(1.05 * SHEET_COLUMNS, height, rows=rows, columns=SHEET_COLUMNS)
    for axes in grid:
        axes.set_axis_off()
    for axes, index in zip(grid, shown, strict=False):
        axes.imshow(255 - glyphs[index], cmap="gray", vmin=0, vmax=255)
        told = f"{labels[index]} → {CLASS_NAMES[said[index]]}"
        axes.set_title(told, fontsize=10, color=WRONG_COLOUR, pad=2)
        axes.text(0.5, -0.03, f"{100 * top[index]:.1f} %", transform=axes.transAxes, fontsize=8,
                  ha="center", va="top", color="#4a5568")  # fmt: skip
    left_out = f", the {SHEET_LIMIT} most confident shown" if len(wrong) > SHEET_LIMIT else ""
    note = f"{len(wrong)} errors in {len(labels):,}{left_out}; true → said, confidence"
    figure.suptitle(f"{title}\n{note}", fontsize=12, x=0.02, ha="left")
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
    axes.text(0, 1.02, caption, transform=axes.transAxes, fontsize=9.5, color="#4a5568")


def _tidy(*all_axes: Any) -> None:
    """Take away the frame's upper and right side."""
    for axes in all_axes:
        axes.spines[["top", "right"]].set_visible(False)
