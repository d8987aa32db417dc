"""Pages of notebooks with people's digits in columns on them: pages for ``pages.py``.

    python benchmarks/ruled_paper.py DATA/digits_ch FOLDER
    python benchmarks/pages.py FOLDER

Lined paper without and with a margin, squared paper and dotted paper, each by several writers, at
300, 200 and 150 dpi. Several numbers stand in each row, and rows are left out.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import cv2
import numpy as np
from paper import blank_page
from written_pages import Hand, make_pages

from digitscan.values import GreyImage

PAPERS = "lined", "margin", "squared", "dotted"
MM = 300 / 25.4
COLUMNS_MM = (35, 90, 150)
TOP_MM, BOTTOM_MM = 30, 270
SQUARE_MM = 5.0
LEFT_OUT = 0.15


def rule_page(paper: str, pitch: float, tone: int) -> GreyImage:
    """A page of this paper; ``pitch`` is how far lines are apart, in pixels."""
    page = blank_page()
    height, width = page.shape
    rows = np.arange(TOP_MM * MM, height - 10 * MM, pitch).round().astype(int)
    if paper in ("squared", "dotted"):
        rows = np.arange(10 * MM, height - 5 * MM, pitch).round().astype(int)
        columns = np.arange(7 * MM, width - 5 * MM, pitch).round().astype(int)
    if paper == "dotted":
        for row, column in product(rows.tolist(), columns.tolist()):
            cv2.circle(page, (column, row), 2, tone, cv2.FILLED)
        return page
    for row in rows.tolist():
        page[row : row + 3] = tone
    for column in columns.tolist() if paper == "squared" else []:
        page[:, column : column + 3] = tone
    if paper == "margin":
        page[:, round(25 * MM) : round(25 * MM) + 3] = tone
    return page


def draw_page(paper: str, hand: Hand) -> tuple[GreyImage, list[str]]:
    """A page of numbers in three columns, and what they are in reading order."""
    rng, values = hand.rng, []
    small = paper in ("squared", "dotted")
    pitch = MM * (SQUARE_MM if small else rng.uniform(8, 10))
    row_height, size = (2 * pitch, 1.2 * pitch) if small else (pitch, 0.62 * pitch)
    page = rule_page(paper, pitch, int(rng.integers(170, 215)))
    for foot in np.arange(TOP_MM * MM + row_height, BOTTOM_MM * MM, row_height):
        for start in COLUMNS_MM:
            if rng.random() < LEFT_OUT:
                continue
            digits = rng.integers(10, size=rng.integers(1, 6)).tolist()
            column = (start + rng.uniform(-2, 2)) * MM
            for digit in digits:
                hand.write(page, digit, foot - 0.6 * size, column, size)
                column += size * rng.uniform(0.75, 0.95)
            values.append("".join(map(str, digits)))
    return page, values


def main() -> None:
    """Draw all pages and write what stands on them."""
    kinds = {paper: partial(draw_page, paper) for paper in PAPERS}
    make_pages(__doc__.partition("\n")[0], kinds, seed=(3,))


if __name__ == "__main__":
    main()
