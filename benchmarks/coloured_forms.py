"""Forms in one pale colour without lines, people's digits in their boxes: pages for ``pages.py``.

    python benchmarks/coloured_forms.py DATA/digits_ch FOLDER
    python benchmarks/pages.py FOLDER

Each colour at 300, 200 and 150 dpi, a page of boxes, of rows of narrow boxes and of a table; pens
are blue or black, and one of the papers is scanned in grey.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import cv2
import numpy as np
from paper import blank_page
from written_pages import PAPER_TONE, Hand, make_pages

from digitscan.values import Box, ColourImage, GreyImage

COLOURS = {
    "grey": (205, 205, 205),
    "pink": (200, 205, 250),
    "green": (205, 235, 200),
    "blue": (245, 225, 195),
    "yellow": (170, 220, 250),
}
"""Blue, green and red of a panel, of 255."""
PENS = (40, 40, 40), (150, 60, 30)
PANEL = Box(260, 120, 3300, 2360)
STEP = 230
HEIGHT = 110
PRINT = 60


def draw_page(name: str, hand: Hand) -> tuple[GreyImage | ColourImage, list[str]]:
    """A page with a panel of a colour, and the numbers in its boxes."""
    ink, boxes, values = blank_page(), [], []
    cv2.putText(ink, "Monthly return", (800, 190), cv2.FONT_HERSHEY_DUPLEX, 2.5, PRINT, 4)
    for number, top in enumerate(range(PANEL.top + 90, PANEL.bottom - 4 * HEIGHT, STEP)):
        row = (_row_of_boxes, _narrow_boxes)[number % 2]
        values += row(ink, boxes, top, hand)
    values += _table(ink, boxes, PANEL.bottom - 3 * HEIGHT - 60, hand)
    return _print_panel(ink, boxes, COLOURS[name], PENS[hand.rng.integers(len(PENS))]), values


def _row_of_boxes(ink: GreyImage, boxes: list[Box], top: int, hand: Hand) -> list[str]:
    """Three boxes, each for a number."""
    values = []
    for left in (200, 900, 1600):
        cv2.putText(ink, "Amount", (left, top - 14), cv2.FONT_HERSHEY_DUPLEX, 1.2, PRINT, 2)
        boxes.append(Box(top, left, top + HEIGHT, left + 520))
        values.append(_number(ink, top, left + 70, int(hand.rng.integers(2, 7)), 68, hand))
    return values


def _narrow_boxes(ink: GreyImage, boxes: list[Box], top: int, hand: Hand) -> list[str]:
    """A box for each digit."""
    gap, cells = int(hand.rng.integers(5, 15)), int(hand.rng.integers(3, 11))
    cv2.putText(ink, "Account", (200, top + 70), cv2.FONT_HERSHEY_DUPLEX, 1.2, PRINT, 2)
    lefts = [700 + place * (90 + gap) for place in range(cells)]
    boxes += [Box(top, left, top + HEIGHT, left + 90) for left in lefts]
    digits = int(hand.rng.integers(max(1, cells - 3), cells + 1))
    return [_number(ink, top, lefts[-digits] + 45, digits, 90 + gap, hand)]


def _table(ink: GreyImage, boxes: list[Box], top: int, hand: Hand) -> list[str]:
    """Cells that narrow strips of the panel part; some stay empty."""
    values = []
    for row, column in product(range(3), range(4)):
        place = Box(
            top + row * HEIGHT, 700 + 330 * column, top + (row + 1) * HEIGHT, 1030 + 330 * column
        )
        boxes.append(Box(place.top + 5, place.left + 5, place.bottom - 5, place.right - 5))
        if hand.rng.random() > 0.15:
            count = int(hand.rng.integers(1, 5))
            values.append(_number(ink, place.top, place.left + 55, count, 66, hand))
    return values


def _number(ink: GreyImage, top: int, middle: int, count: int, pitch: int, hand: Hand) -> str:
    """Write a number of so many digits in a box, the first around column ``middle``."""
    return hand.write_number(ink, (top + HEIGHT / 2, middle), count, pitch, (58, 78), 5)


def _print_panel(
    ink: GreyImage, boxes: list[Box], colour: tuple[int, ...], pen: tuple[int, ...]
) -> GreyImage | ColourImage:
    """The page in colour, or in grey where the panel is grey."""
    panel = np.zeros(ink.shape, np.float32)
    panel[PANEL.top : PANEL.bottom, PANEL.left : PANEL.right] = 1
    for box in boxes:
        panel[box.top : box.bottom, box.left : box.right] = 0
    panel = cv2.GaussianBlur(panel, (0, 0), 0.7)[..., None]
    paper = PAPER_TONE * (1 - panel * (1 - np.array(colour) / 255))
    share = (ink / PAPER_TONE)[..., None]
    page = np.rint(paper * share + np.array(pen) * (1 - share)).astype(np.uint8)
    return page if len(set(colour)) > 1 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)


def main() -> None:
    """Draw all pages and write what stands on them."""
    kinds = {name: partial(draw_page, name) for name in COLOURS}
    make_pages(__doc__.partition("\n")[0], kinds, seed=(5,))


if __name__ == "__main__":
    main()
