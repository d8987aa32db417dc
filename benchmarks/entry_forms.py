"""Forms that ask in print close to where people write: pages for ``pages.py``.

    python benchmarks/entry_forms.py DATA/digits_ch FOLDER
    python benchmarks/pages.py FOLDER

Labels in boxes, in one language or in two, units at the ends of cells, lines of dots, dates and
weights with signs between their boxes, sums, answer sheets with bubbles, combs of several lengths
with words beside them, lists without any line, and circled marks; at 300, 200 and 150 dpi.
"""

from __future__ import annotations

import cv2
from documents import (
    NAMES,
    PEN,
    PRINT,
    WORDS,
    Page,
    any_of,
    cells,
    rule,
    script,
    titled,
    type_text,
    write,
)
from written_pages import Hand, make_pages

from digitscan.values import GreyImage


def labels(hand: Hand) -> Page:
    """A question in each box, above the number."""
    page, values, number = titled("Summary"), [], 0
    languages = int(hand.rng.integers(1, 3))
    for row in range(400, 3200, 170):
        count = int(hand.rng.integers(2, 5))
        wide = 2180 // count
        for left in range(150, 150 + count * wide, wide):
            number += 1
            cv2.rectangle(page, (left, row), (left + wide, row + 170), PRINT, 3)
            type_text(page, f"{number}. {any_of(NAMES, hand)}", left + 12, row + 34, 0.9, 2)
            if languages > 1:
                text = f"{any_of(WORDS, hand)} {any_of(WORDS, hand)}"
                type_text(page, text, left + 12, row + 64, 0.7, 2)
            if hand.rng.random() < 0.8:
                values.append(write(page, row + 122, left + 90, 6, hand, (54, 72), 54))
    return page, values


def units(hand: Hand) -> Page:
    """Hours at the left, units at the right of cells."""
    page, values, columns, high, top = (
        titled("Plant log"),
        [],
        (150, 420, 840, 1260, 1680),
        118,
        420,
    )
    rule(page, columns, range(top, top + 23 * high + 1, high))
    for number in range(23):
        middle = top + number * high + high // 2
        type_text(page, f"{number:02d}:00", 180, middle + 14)
        for left, unit in zip(columns[1:], ("bar", "deg", "m3/h"), strict=False):
            type_text(page, unit, left + 310, middle + 14, 0.9, 2)
            values.append(write(page, middle, left + 60, 4, hand, (56, 76), 54))
    return page, values


def dots(hand: Hand) -> Page:
    """Questions, and lines of dots to answer on, some with a code behind them."""
    page, values = titled("Registration"), []
    asked = "Age (years)", "Number", "Children", "Acres", "Distance (km)", "Telephone", "Ward"
    for number, row in enumerate(range(460, 3300, 145)):
        label, two = asked[number % len(asked)], hand.rng.random() < 0.4
        for text, left, end in ((label, 150, 1150 if two else 2300), ("Code", 1220, 2300)):
            if text == "Code" and not two:
                continue
            type_text(page, text, left, row)
            start = left + cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.3, 2)[0][0] + 10
            for column in range(start, end, 11):
                cv2.circle(page, (column, row), 2, PRINT, -1)
            values.append(write(page, row - 34, start + 60, 6, hand, (54, 74), 54))
    return page, values


def signs(hand: Hand) -> Page:
    """Boxes for dates, times and weights, with a sign between some."""
    page, values = titled("Patient"), []
    for number, row in enumerate(range(400, 3200, 178)):
        left, value = 760, ""
        for kind in ("##/##/####", "##-##-##", "##:##", "###.#")[number % 4]:
            if kind != "#":
                type_text(page, kind, left + 10, row + 80, 1.8)
                left += 44
                continue
            cv2.rectangle(page, (left, row), (left + 88, row + 106), PRINT, 3)
            value += hand.write_number(page, (row + 53, left + 44), 1, 88, (58, 82), 4)
            left += 88
        values.append(value)
    return page, values


def sums(hand: Hand) -> Page:
    """Boxes for numbers with printed signs between them."""
    page, values = titled("Mental maths"), []
    for row in range(420, 3200, 215):
        for left in (150, 890, 1630):
            for place, sign in enumerate(("+", "=", "")):
                side = left + 220 * place
                cv2.rectangle(page, (side, row), (side + 150, row + 130), PRINT, 3)
                type_text(page, sign, side + 165, row + 85, 1.8)
                values.append(write(page, row + 65, side + 46, 3, hand, (62, 84), 56))
    return page, values


def bubbles(hand: Hand) -> Page:
    """A number in boxes and again in bubbles, and a hundred questions with five each."""
    page = titled("Answer sheet")
    cells(page, 350, 150, 8, 84)
    values = [hand.write_number(page, (405, 192), 8, 84, (58, 80), 4)]
    for column, digit in enumerate(values[0]):
        for number in range(10):
            _bubble(page, 520 + 68 * number, 192 + 84 * column, str(number), number == int(digit))
    for number in range(100):
        row, left = 1330 + 78 * (number % 25), 200 + 560 * (number // 25)
        type_text(page, str(number + 1), left - 50, row + 12, 0.9, 2)
        chosen = int(hand.rng.integers(5))
        for place, letter in enumerate("ABCDE"):
            _bubble(page, row, left + 60 + 72 * place, letter, place == chosen)
    cv2.rectangle(page, (1850, 1100), (2200, 1210), PRINT, 4)
    values.append(write(page, 1155, 1920, 4, hand, (66, 86)))
    return page, values


def lengths(hand: Hand) -> Page:
    """Combs open at the top, of three to five cells, and a number in words beside each."""
    page, values = titled("Results"), []
    for row in range(460, 3200, 165):
        type_text(page, f"{any_of(NAMES, hand)} {any_of(NAMES, hand)}", 150, row)
        count = int(hand.rng.integers(3, 6))
        written = int(hand.rng.integers(1, count + 1))
        end = 1250 + 82 * count
        for side in range(1250, end + 1, 82):
            cv2.line(page, (side, row - 44), (side, row + 12), PRINT, 3)
        cv2.line(page, (1250, row + 12), (end, row + 12), PRINT, 3)
        first = row - 30, 1291 + 82 * (count - written)
        values.append(hand.write_number(page, first, written, 82, (54, 74), 4))
        type_text(page, "(in words)", end + 30, row, 0.8, 2)
        script(page, f"{any_of(WORDS, hand)} {any_of(WORDS, hand)}", end + 220, row - 4, 1.6)
    return page, values


def bare_list(hand: Hand) -> Page:
    """Things and three numbers each, by hand, in columns without lines."""
    page, values = titled(""), []
    things = "salt", "oil", "soap", "rice", "sugar", "beans", "nails", "rope"
    for row in range(560, 3200, 118):
        script(page, any_of(things, hand), 300, row, 2.2)
        for left in (1150, 1500, 1900):
            if hand.rng.random() < 0.9:
                values.append(write(page, row - 24, left, 4, hand, (54, 74), 50))
    return page, values


def circled(hand: Hand) -> Page:
    """Essays on plain paper, with circled marks beside them."""
    page, values = titled(""), []
    for row in range(400, 3200, 120):
        script(page, " ".join(any_of(WORDS, hand) for _ in range(7)), 200, row, 2.0)
    for row in range(520, 3200, 350):
        values.append(hand.write_number(page, (row, 2122), 2, 56, (60, 80), 3))
        cv2.ellipse(page, (2150, row), (100, 88), 0, 20, 368, PEN, 5, cv2.LINE_AA)
    return page, values


KINDS = {
    "labels": labels,
    "units": units,
    "dots": dots,
    "signs": signs,
    "sums": sums,
    "bubbles": bubbles,
    "lengths": lengths,
    "bare list": bare_list,
    "circled": circled,
}


def _bubble(page: GreyImage, row: int, column: int, sign: str, filled: bool) -> None:
    cv2.circle(page, (column, row), 26, 90, 2, cv2.LINE_AA)
    type_text(page, sign, column - 8, row + 9, 0.8, 2)
    if filled:
        cv2.circle(page, (column, row), 22, PEN, -1, cv2.LINE_AA)


def main() -> None:
    """Draw all pages and write what stands on them."""
    make_pages(__doc__.partition("\n")[0], KINDS, seed=(117,))


if __name__ == "__main__":
    main()
