"""Figures in, aligned plain text for a terminal out. Shares are written in percent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from digitscan.measure.digits import DigitFigures
from digitscan.measure.pages import PageFigures, PageScore

NONE = "-"


def align_columns(rows: Sequence[Sequence[str]], gap: str = "  ") -> str:
    """Set rows of equally many cells under one another, the first column to the left.

    Examples
    --------
    >>> print(align_columns([["model", "n"], ["cnn", "10000"]]))
    model      n
    cnn    10000
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append(gap.join(cells).rstrip())
    return "\n".join(lines)


def percent(share: float | None, places: int = 2) -> str:
    """Write a share as a percentage without its sign, ``-`` where there is none."""
    return NONE if share is None else f"{100 * share:.{places}f}"


def digits_summary(figures: Mapping[str, DigitFigures]) -> str:
    """One line for each model on the same digits."""
    shares = [percent(p.rejected, 0) for p in next(iter(figures.values())).rejected]
    head = ["model", "errors", "refused", "accuracy", "95 % interval", "ECE", "NLL", "Brier"]
    rows = [head + [f"err@{share}%" for share in shares]]
    for model, one in figures.items():
        rows.append(
            [
                model,
                str(one.errors),
                str(one.refused),
                percent(one.accuracy),
                f"{percent(one.interval.low)}-{percent(one.interval.high)}",
                percent(one.ece),
                f"{one.nll:.4f}",
                f"{one.brier:.4f}",
                *(percent(point.error) for point in one.rejected),
            ]
        )
    return align_columns(rows)


def parts_table(figures: Mapping[str, DigitFigures]) -> str:
    """Accuracy of each model in the parts of the data; empty where there are none."""
    rows = [["model", "part", "n", "errors", "accuracy", "95 % interval"]]
    for model, one in figures.items():
        for part in one.parts:
            interval = f"{percent(part.interval.low)}-{percent(part.interval.high)}"
            rows.append(
                [model, part.name, str(part.n), str(part.errors), percent(part.accuracy), interval]
            )
    return align_columns(rows) if len(rows) > 1 else ""


def classes_table(figures: DigitFigures) -> str:
    """Confusion matrix of one model with recall to the right and precision below.

    A row is a true digit, a column what was said, ``x`` *not one digit*.
    """
    said = [*(str(one.digit) for one in figures.classes), "x"]
    rows = [["true", *said, "recall"]]
    for one, counts in zip(figures.classes, figures.confusion, strict=True):
        cells = [str(count) if count else "." for count in counts]
        rows.append([str(one.digit), *cells, percent(one.recall, 1)])
    rows.append(["prec.", *(percent(one.precision, 1) for one in figures.classes), "", ""])
    return align_columns(rows)


def pages_table(figures: PageFigures) -> str:
    """One line for each labelled page, and the total."""
    rows = [["page", "truth", "auto", "found", "harm", "order", "problem"]]
    rows += [_page_row(score) for score in [*figures.pages, figures.total]]
    return align_columns(rows)


def pages_summary(figures: Mapping[str, PageFigures]) -> str:
    """One line for each model that read the same pages."""
    head = ["model", "truth", "auto %", "found %", "95 % interval", "harm", "harm % of ok"]
    rows = [[*head, "order %", "ECE"]]
    for model, one in figures.items():
        total = one.total
        rows.append(
            [
                model,
                str(total.truth),
                _ratio(total.auto, total.truth),
                _ratio(total.found, total.truth),
                f"{percent(one.interval.low, 1)}-{percent(one.interval.high, 1)}",
                str(total.harm),
                _ratio(total.harm, total.auto + total.harm),
                _ratio(total.order, total.found),
                percent(one.ece),
            ]
        )
    return align_columns(rows)


def thresholds_table(figures: PageFigures) -> str:
    """Values right and wrong at or above several confidences."""
    rows = [["confidence >=", "right", "wrong", "of truth %", "wrong %"]]
    rows += [
        [
            f"{point.confidence:g}",
            str(point.right),
            str(point.wrong),
            percent(point.coverage, 1),
            percent(point.risk, 1),
        ]
        for point in figures.thresholds
    ]
    return align_columns(rows)


def join_tables(tables: Iterable[str]) -> str:
    """Put tables under one another with an empty line between; empty ones are left out."""
    return "\n\n".join(table for table in tables if table)


def _page_row(score: PageScore) -> list[str]:
    counts = (score.truth, score.auto, score.found, score.harm, score.order)
    return [score.name, *(str(count) for count in counts), score.problem or ""]


def _ratio(part: int, whole: int) -> str:
    return percent(part / whole if whole else None, 1)
