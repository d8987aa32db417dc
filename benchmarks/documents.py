"""Whole documents with people's digits among print and handwriting: pages for ``pages.py``.

    python benchmarks/documents.py DATA/digits_ch FOLDER
    python benchmarks/pages.py FOLDER

Statements of votes, forms on paper with large words, fine lines or an emblem, class lists,
registers, attendance lists, delivery notes and worksheets, each at 300, 200 and 150 dpi. Names,
numbers in words, signatures, ticks and printed numbers stand on them too; none is a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import cv2
import numpy as np
from paper import blank_page
from written_pages import PAPER_TONE, TYPE, Hand, make_pages, print_text

from digitscan.values import GreyImage

PRINT, PEN = 50, 70
SCRIPT = cv2.FONT_HERSHEY_SCRIPT_SIMPLEX
NAMES = "Abena", "Boateng", "Chen", "Diallo", "Esther", "Farouk", "Grace", "Hassan", "Ingrid", "Kim"
WORDS = "one", "two", "six", "eleven", "twenty", "hundred", "zero", "forty"
Page = tuple[GreyImage, list[str]]
type_text = partial(print_text, tone=PRINT)


def statement(hand: Hand) -> Page:
    """Candidates, their votes in figures and in words, and signatures."""
    page, values = titled("Statement of results"), []
    columns, high, top = (150, 260, 900, 1260, 2000, 2330), int(hand.rng.integers(110, 150)), 480
    rows = 17
    rule(page, columns, range(top, top + rows * high + 1, high))
    for number in range(rows):
        row = top + number * high
        type_text(page, str(number + 1), 180, row + high // 2 + 14)
        type_text(page, f"{any_of(NAMES, hand)} {any_of(NAMES, hand)}", 275, row + high // 2 + 14)
        values.append(write(page, row + high / 2, 960, 5, hand, (66, high - 30)))
        script(
            page, f"{any_of(WORDS, hand)} {any_of(WORDS, hand)}", 1290, row + high // 2 + 20, 1.6
        )
        if hand.rng.random() < 0.7:
            _sign(page, (row + high // 2, 2050), high / 3, hand)
    return page, values


def poll(pattern: str, hand: Hand) -> Page:
    """A comb inside each row of a table, on paper with a pattern."""
    page, values = titled("Record of the poll"), []
    _pattern(page, pattern)
    for row in range(420, 3200, 160):
        cv2.rectangle(page, (150, row), (2330, row + 146), PRINT, 3)
        type_text(page, f"{any_of(NAMES, hand)} {any_of(NAMES, hand)}", 270, row + 90)
        cells(page, row + 18, 1050, 4, 100)
        count = int(hand.rng.integers(1, 5))
        for place in range(4 - count):
            if hand.rng.random() < 0.4:
                _cross(page, row + 73, 1100 + 100 * place)
        first = row + 73, 1100 + 100 * (4 - count)
        values.append(hand.write_number(page, first, count, 100, (58, 84), 4))
        script(page, f"{any_of(WORDS, hand)} {any_of(WORDS, hand)}", 1560, row + 95, 1.8)
    return page, values


def class_list(hand: Hand) -> Page:
    """Names and marks, some of which are dashes or missing."""
    page, values = titled("Mark sheet"), []
    high, wide, top, rows = int(hand.rng.integers(88, 106)), 220, 480, 27
    columns = [120, 210, 860, *range(860 + wide, 861 + 6 * wide, wide)]
    rule(page, columns, range(top, top + rows * high + 1, high))
    for number in range(rows):
        middle = top + number * high + high // 2
        type_text(page, str(number + 1), 135, middle + 14)
        script(page, f"{any_of(NAMES, hand)} {any_of(NAMES, hand)}", 225, middle + 18, 1.5)
        for left in columns[2:-1]:
            chance = hand.rng.random()
            if chance < 0.06:
                cv2.line(page, (left + 50, middle), (left + 110, middle - 3), PEN, 5, cv2.LINE_AA)
            elif chance > 0.12:
                values.append(write(page, middle, left + 50, 4, hand, (46, high - 30), 48))
    return page, values


def register(hand: Hand) -> Page:
    """Columns without a line above or below them, under a comb with the page's number."""
    page, columns, high, top = titled("Register"), (100, 430, 1150, 1400, 1680, 1960), 112, 520
    cells(page, 300, 1500, 5, 90)
    values = [hand.write_number(page, (355, 1545), 5, 90, (58, 80), 4)]
    for column in columns:
        cv2.line(page, (column, top), (column, top + 25 * high), PRINT, 2)
    for number in range(24):
        middle = top + number * high + high // 2
        for left in columns[:1] + columns[2:-1]:
            values.append(write(page, middle, left + 60, 4, hand, (48, 68), 50))
            if left == columns[0]:
                script(page, f"{any_of(NAMES, hand)}", 470, middle + 20, 1.8)
    return page, values


def attendance(hand: Hand) -> Page:
    """A name, a narrow cell for each day with a tick or none, and two sums."""
    page, values, high, top, rows = titled("Attendance"), [], 92, 420, 28
    columns = [120, *range(720, 720 + 50 * 22 + 1, 50), 2000, 2180]
    rule(page, columns, range(top, top + rows * high + 1, high))
    for number in range(rows):
        middle = top + number * high + high // 2
        type_text(page, f"{number + 1}. {any_of(NAMES, hand)}", 135, middle + 14)
        for left in columns[1:-3]:
            if hand.rng.random() < 0.75:
                tick = np.array(
                    [[left + 14, middle], [left + 21, middle + 16], [left + 38, middle - 18]]
                )
                cv2.polylines(page, [tick.astype(np.int32)], False, PEN, 4, cv2.LINE_AA)
        for left in columns[-3:-1]:
            values.append(hand.write_number(page, (middle, left + 50), 2, 48, (46, 62), 3))
    return page, values


def delivery_note(hand: Hand) -> Page:
    """Columns under a dark head, rows told apart by nothing."""
    page, values, columns, top = titled("Delivery note"), [], (150, 420, 1400, 1720, 2330), 620
    page[top - 90 : top, columns[0] : columns[-1]] = 70
    high = int(hand.rng.integers(100, 120))
    for column in columns:
        cv2.line(page, (column, top), (column, top + 22 * high), PRINT, 2)
    cv2.line(page, (columns[0], top + 22 * high), (columns[-1], top + 22 * high), PRINT, 2)
    for number in range(22):
        middle = top + number * high + high // 2
        type_text(page, f"A{hand.rng.integers(100, 999)}", 170, middle + 14)
        type_text(page, f"{any_of(NAMES, hand)} {hand.rng.integers(10, 500)} ml", 440, middle + 14)
        if hand.rng.random() < 0.75:
            values.append(write(page, middle, 1460, 4, hand, (56, 74)))
    return page, values


def worksheet(hand: Hand) -> Page:
    """Sums in print, answers in handwriting beside them, neither in boxes."""
    page, values = titled("Practice"), []
    for number, row in enumerate(range(420, 3300, 200)):
        for column in range(2):
            left, (one, two) = 150 + 1100 * column, hand.rng.integers(10, 99, size=2)
            type_text(page, f"{2 * number + column + 1})", left, row, 1.1)
            type_text(page, f"{one} + {two} =", left + 120, row, 1.8)
            values.append(write(page, row - 30, left + 600, 4, hand, (60, 82)))
    return page, values


KINDS = {
    "statement": statement,
    **{f"poll {pattern}": partial(poll, pattern) for pattern in ("words", "waves", "emblem")},
    "class list": class_list,
    "register": register,
    "attendance": attendance,
    "delivery note": delivery_note,
    "worksheet": worksheet,
}


def titled(title: str) -> GreyImage:
    page = blank_page()
    type_text(page, title, 700, 200, 2.6, 5)
    return page


def any_of(texts: tuple[str, ...], hand: Hand) -> str:
    return texts[hand.rng.integers(len(texts))]


def script(page: GreyImage, text: str, left: int, bottom: int, size: float) -> None:
    cv2.putText(page, text, (left, bottom), SCRIPT, size, PEN, 4, cv2.LINE_AA)


def rule(page: GreyImage, columns: Iterable[int], rows: Iterable[int]) -> None:
    """The lines of a table."""
    columns, rows = list(columns), list(rows)
    for column in columns:
        cv2.line(page, (column, rows[0]), (column, rows[-1]), PRINT, 2)
    for row in rows:
        cv2.line(page, (columns[0], row), (columns[-1], row), PRINT, 2)


def write(
    page: GreyImage,
    row: float,
    column: float,
    most: int,
    hand: Hand,
    heights: tuple[int, int],
    pitch: int = 60,
) -> str:
    """Write a number of less than ``most`` digits."""
    count = int(hand.rng.integers(1, most))
    return hand.write_number(page, (row, column), count, pitch, heights, 4)


def cells(page: GreyImage, top: int, left: int, count: int, width: int) -> None:
    """The cells of a comb."""
    for side in range(left, left + count * width, width):
        cv2.rectangle(page, (side, top), (side + width, top + 110), PRINT, 3)


def _cross(page: GreyImage, row: int, column: int) -> None:
    for down in (-32, 32):
        ends = (column - 28, row - down), (column + 28, row + down)
        cv2.line(page, *ends, PEN, 5, cv2.LINE_AA)


def _sign(page: GreyImage, start: tuple[int, int], height: float, hand: Hand) -> None:
    """A row of loops."""
    turn = np.linspace(0, 2 * np.pi * hand.rng.integers(4, 8), 160)
    swing = height * np.interp(turn, np.linspace(0, turn[-1], 9), hand.rng.uniform(0.3, 1, 9))
    columns = start[1] + 200 * turn / turn[-1] + 0.6 * swing * np.cos(turn)
    points = np.stack([columns, start[0] - swing * np.sin(turn)], axis=1)
    cv2.polylines(page, [np.rint(points).astype(np.int32)], False, PEN, 4, cv2.LINE_AA)


def _pattern(page: GreyImage, kind: str) -> None:
    """Print the paper with a pattern paler than what stands on it."""
    marks = np.full_like(page, PAPER_TONE)
    if kind == "words":
        for row in range(300, 3400, 170):
            place = (row * 7 % 300 - 300, row)
            cv2.putText(marks, "COMMISSION  " * 8, place, TYPE, 2.0, 214, 7, cv2.LINE_AA)
    elif kind == "waves":
        height, width = np.indices(page.shape, sparse=True)
        marks[(height + 12 * np.sin(width / 70 + height / 300)) % 26 < 3] = 210
    else:
        cv2.circle(marks, (1240, 1700), 700, 214, 70, cv2.LINE_AA)
        cv2.putText(marks, "EC", (760, 1900), TYPE, 20, 214, 60, cv2.LINE_AA)
    np.minimum(page, marks, out=page)


def main() -> None:
    """Draw all pages and write what stands on them."""
    make_pages(__doc__.partition("\n")[0], KINDS, seed=(91,))


if __name__ == "__main__":
    main()
