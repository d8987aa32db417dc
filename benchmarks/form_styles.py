"""Forms of many styles, people's digits in them: pages for ``pages.py``.

    python benchmarks/form_styles.py DATA/digits_ch FOLDER
    python benchmarks/pages.py FOLDER

Pages at 300, 200 and 150 dpi of each way in which forms leave room for a number: boxes and cells
with round corners, circles, bars and dashes, posts, dates, decimals, units, tables.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import cv2
import numpy as np
from paper import blank_page
from written_pages import PAPER_TONE, Hand, make_pages, print_text

from digitscan.values import Box, GreyImage

Frame = Callable[[GreyImage, Box], None]
"""Draws where a number, or a digit, is to be written."""
Row = Callable[[GreyImage, int, Hand], list[str]]
"""Draws a row of a page from a line of pixels on, and says what was written."""

PRINT, LINE = 60, 3
LABELS = "Amount", "Weight", "Number", "House no.", "Total", "Persons", "Age", "Code"
UNITS = "kg", "cm", "%", "EUR", "ha"
ROWS = range(300, 3300, 230)
HEIGHT, CELL = 110, 90


def draw_rows(row: Row, hand: Hand) -> tuple[GreyImage, list[str]]:
    """A page of rows of one style."""
    page, values = blank_page(), []
    print_text(page, "Monthly return of the district office", 400, 190, 2, 4)
    for top in ROWS:
        values += row(page, top, hand)
    return page, values


def boxes(frame: Frame, page: GreyImage, top: int, hand: Hand) -> list[str]:
    """Three boxes, each for a number."""
    values = []
    for left in (200, 900, 1600):
        _label(page, left, top - 14, hand)
        frame(page, Box(top, left, top + HEIGHT, left + 520))
        values.append(_write(page, top, left + 70, int(hand.rng.integers(2, 7)), 68, hand))
    return values


def cells(frame: Frame, gap: int, page: GreyImage, top: int, hand: Hand) -> list[str]:
    """A cell for each digit of a number; the first ones may stay empty."""
    _label(page, 200, top + 70, hand)
    count, pitch = int(hand.rng.integers(3, 11)), CELL + gap + int(hand.rng.integers(10))
    lefts = [700 + pitch * place for place in range(count)]
    for left in lefts:
        frame(page, Box(top, left, top + HEIGHT, left + CELL))
    digits = int(hand.rng.integers(max(1, count - 3), count + 1))
    return [_write(page, top, lefts[-digits] + CELL // 2, digits, pitch, hand)]


def dates(page: GreyImage, top: int, hand: Hand) -> list[str]:
    """Two cells for the day, two for the month and four for the year, twice."""
    values = []
    for left, sign in ((200, "/"), (1250, "-")):
        print_text(page, "Date", left, top + 75)
        left += 180
        for count in (2, 2, 4):
            values.append(_comb(page, top, left, count, hand))
            left += count * 88 + 56
            if count * 88 + 56 < 300:
                print_text(page, sign, left - 42, top + 80, 1.6, 3)
    return values


def decimals(page: GreyImage, top: int, hand: Hand) -> list[str]:
    """Cells with a gap for the decimal point, twice."""
    values = []
    for left in (200, 1300):
        print_text(page, "Value", left, top + 75)
        left, whole = left + 200, int(hand.rng.integers(2, 5))
        number = _comb(page, top, left, whole, hand)
        left += whole * 88 + 30
        cv2.circle(page, (left - 15, top + 104), 6, PRINT, -1)
        values.append(number + _comb(page, top, left, int(hand.rng.integers(1, 3)), hand))
    return values


def bars(high: int, gap: int, page: GreyImage, top: int, hand: Hand) -> list[str]:
    """``|__|__|``, twice: bars so high, dashes so far from them."""
    values, pitch, foot = [], 84, top + 100
    for left in (200, 1300):
        _label(page, left, top + 95, hand)
        left, count = left + 320, int(hand.rng.integers(1, 7))
        columns = [left + pitch * place for place in range(count + 1)]
        for column in columns:
            cv2.line(page, (column, foot - high), (column, foot + 2), PRINT, LINE)
        for column in columns[:-1]:
            cv2.line(page, (column + gap, foot), (column + pitch - gap, foot), PRINT, LINE)
        values.append(_write(page, top - 2, left + pitch // 2, count, pitch, hand, (50, 68)))
    return values


def signed_boxes(sign: str, page: GreyImage, top: int, hand: Hand) -> list[str]:
    """Three boxes with a unit at their ends, or their numbers in a corner."""
    values = boxes(square, page, top, hand)
    for left in (200, 900, 1600):
        if sign == "unit":
            unit = UNITS[hand.rng.integers(len(UNITS))]
            print_text(page, unit, left + 435, top + HEIGHT - 30, 1.1)
        else:
            print_text(page, f"{hand.rng.integers(1, 40)}.", left + 6, top + 26, 0.7, 1)
    return values


def draw_table(style: str, hand: Hand) -> tuple[GreyImage, list[str]]:
    """A page with a table; some of its cells stay empty, or are shaded or struck out."""
    page, values, top, rows = blank_page(), [], 320, 22
    print_text(page, "Register of deliveries", 400, 190, 2, 4)
    high = int(hand.rng.integers(96, 130))
    columns = [200, 500, *(500 + np.cumsum(hand.rng.integers(260, 420, size=4))).tolist()]
    for text, left in zip(("Item", "Jan", "Feb", "Mar", "Apr"), columns, strict=False):
        print_text(page, text, left + 20, top - 35, 1.1)
    for number in range(rows):
        row = Box(top + number * high, columns[0], top + (number + 1) * high, columns[-1])
        if style.startswith("zebra") and number % 2 == 0:
            page[row.slices] = 212
        print_text(page, f"Item {chr(65 + number)}", row.left + 20, row.top + 70, 1.1)
        for left, right in pairwise(columns[1:]):
            cell = Box(row.top, left, row.bottom, right)
            if style in CLOSED and hand.rng.random() < 0.3:
                CLOSED[style](page, cell)
            elif hand.rng.random() > 0.15:
                digits, heights = int(hand.rng.integers(1, 4)), (min(52, high - 50), high - 38)
                middle = row.top + (high - HEIGHT) // 2
                values.append(_write(page, middle, left + 50, digits, 60, hand, heights))
    for column in columns if style not in ("zebra", "zebra of rows", "rows") else ():
        cv2.line(page, (column, top), (column, top + rows * high), PRINT, 2)
    for number in range(rows + 1) if style not in ("zebra", "zebra of columns", "columns") else ():
        line = top + number * high
        cv2.line(page, (columns[0], line), (columns[-1], line), PRINT, 2)
    return page, values


def square(page: GreyImage, box: Box) -> None:
    """A plain box."""
    cv2.rectangle(page, (box.left, box.top), (box.right, box.bottom), PRINT, LINE)


def double(page: GreyImage, box: Box) -> None:
    """A box in a box."""
    square(page, box)
    square(page, Box(box.top - 12, box.left - 12, box.bottom + 12, box.right + 12))


def shadowed(page: GreyImage, box: Box) -> None:
    """A box that throws a shadow."""
    page[box.moved(10, 10).slices] = 150
    page[box.slices] = PAPER_TONE
    square(page, box)


def thick(page: GreyImage, box: Box) -> None:
    """A box of thick lines."""
    cv2.rectangle(page, (box.left, box.top), (box.right, box.bottom), 40, 9)


def dark(page: GreyImage, box: Box) -> None:
    """A white box on black."""
    page[box.top - 14 : box.bottom + 14, box.left - 14 : box.right + 14] = 70
    page[box.slices] = PAPER_TONE


def ruled(page: GreyImage, box: Box) -> None:
    """A line below."""
    cv2.line(page, (box.left, box.bottom), (box.right, box.bottom), PRINT, LINE)


def dotted(page: GreyImage, box: Box) -> None:
    """A line of dots below."""
    for column in range(box.left, box.right, 14):
        cv2.circle(page, (column, box.bottom), 2, PRINT, -1)


def open_box(page: GreyImage, box: Box) -> None:
    """A line above and one below."""
    ruled(page, box)
    cv2.line(page, (box.left, box.top), (box.right, box.top), PRINT, LINE)


def ellipse(page: GreyImage, box: Box) -> None:
    """An ellipse."""
    middle = (box.left + box.right) // 2, (box.top + box.bottom) // 2
    cv2.ellipse(page, middle, (box.width // 2, box.height // 2), 0, 0, 360, PRINT, LINE)


def corners(page: GreyImage, box: Box) -> None:
    """The four corners of a box."""
    for column, right in ((box.left, 22), (box.right, -22)):
        for row, down in ((box.top, 22), (box.bottom, -22)):
            cv2.line(page, (column, row), (column + right, row), PRINT, LINE)
            cv2.line(page, (column, row), (column, row + down), PRINT, LINE)


def posts(foot: int, page: GreyImage, box: Box) -> None:
    """An upright at either end, with feet so long."""
    for column, right in ((box.left, foot), (box.right, -foot)):
        cv2.line(page, (column, box.top), (column, box.bottom), PRINT, LINE)
        for row in (box.top, box.bottom):
            cv2.line(page, (column, row), (column + right, row), PRINT, LINE)


def rounded(share: float, page: GreyImage, box: Box) -> None:
    """A box with round corners; their radius is a share of its height."""
    radius = round(share * box.height)
    inner = Box(box.top + radius, box.left + radius, box.bottom - radius, box.right - radius)
    turns = (0, inner.right, inner.bottom), (90, inner.left, inner.bottom)
    turns += (180, inner.left, inner.top), (270, inner.right, inner.top)
    arcs = [
        cv2.ellipse2Poly((column, row), (radius, radius), 0, start, start + 90, 3)
        for start, column, row in turns
    ]
    cv2.polylines(page, [np.concatenate(arcs)], True, PRINT, LINE, cv2.LINE_AA)


def shaded(page: GreyImage, box: Box) -> None:
    """A cell that is to be left blank."""
    page[box.slices] = 175


def struck(page: GreyImage, box: Box) -> None:
    """A cell that is crossed out."""
    cv2.line(page, (box.left, box.bottom), (box.right, box.top), PRINT, 2)


CLOSED: dict[str, Frame] = {"shaded cells": shaded, "struck cells": struck}
BOXES: dict[str, Frame] = {
    "double": double,
    "shadowed": shadowed,
    "thick": thick,
    "dark": dark,
    "ruled": ruled,
    "dotted": dotted,
    "open": open_box,
    "corners": corners,
    "brackets": partial(posts, 18),
    "posts": partial(posts, 0),
    "rounded": partial(rounded, 0.25),
    "pills": partial(rounded, 0.49),
}
CELLS: dict[str, tuple[Frame, int]] = {
    "dashes": (ruled, 12),
    "shadowed cells": (shadowed, 18),
    "thick cells": (thick, 0),
    "circles": (ellipse, 5),
    "rounded cells": (partial(rounded, 0.25), 5),
}
TABLES = "zebra", "zebra of rows", "zebra of columns", "rows", "columns", *CLOSED
KINDS = {
    **{name: partial(draw_rows, partial(boxes, frame)) for name, frame in BOXES.items()},
    **{name: partial(draw_rows, partial(cells, *frame)) for name, frame in CELLS.items()},
    **{
        f"bars {high} {gap}": partial(draw_rows, partial(bars, high, gap))
        for high, gap in ((30, 0), (60, 0), (90, 0), (60, 14))
    },
    **{name: partial(draw_rows, partial(signed_boxes, name)) for name in ("unit", "corner number")},
    "dates": partial(draw_rows, dates),
    "decimals": partial(draw_rows, decimals),
    **{f"table, {style}": partial(draw_table, style) for style in TABLES},
}


def _comb(page: GreyImage, top: int, left: int, count: int, hand: Hand) -> str:
    """Draw square cells that share their sides, and write a digit in each."""
    for place in range(count):
        square(page, Box(top, left + 88 * place, top + HEIGHT, left + 88 * (place + 1)))
    return _write(page, top, left + 44, count, 88, hand)


def _write(
    page: GreyImage,
    top: int,
    middle: int,
    count: int,
    pitch: int,
    hand: Hand,
    heights: tuple[int, int] = (56, 76),
) -> str:
    """Write a number of so many digits in a box, the first around column ``middle``."""
    return hand.write_number(page, (top + HEIGHT / 2, middle), count, pitch, heights, 4)


def _label(page: GreyImage, left: int, bottom: int, hand: Hand) -> None:
    print_text(page, LABELS[hand.rng.integers(len(LABELS))], left, bottom)


def main() -> None:
    """Draw all pages and write what stands on them."""
    make_pages(__doc__.partition("\n")[0], KINDS, seed=(77,))


if __name__ == "__main__":
    main()
