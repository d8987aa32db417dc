"""Forms whose lines are dashed or dotted, with people's digits on them: pages for ``pages.py``.

    python benchmarks/dashed_forms.py DATA/digits_ch FOLDER
    python benchmarks/pages.py FOLDER

Each kind of field is printed with each kind of dash, on a page of ten numbers at 300, 200 and
150 dpi: combs dashed all around, combs with a solid frame, boxes, rules under a number, and rules
of one dash a digit.
"""

from __future__ import annotations

import argparse
import json
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from paper import add_grain, blank_page

from digitscan.values import GreyImage

DASHES = {
    "dashes": (8, 8, 2),
    "fine dashes": (5, 5, 1),
    "dots": (3, 5, 3),
    "wide dots": (3, 11, 3),
    "long dashes": (24, 14, 2),
}
"""Length of a dash, of a gap, and thickness, in pixels at 300 dpi."""
KINDS = "comb", "frame", "box", "rule"
NUMBERS, LEFT, STEP = 10, 600, 200
PRINT = 50
Point = tuple[int, int]


class Hand:
    """The digits of one writer, each a folder ``DIGIT`` of scans."""

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        self.files = [sorted((folder / str(digit)).glob("*.png")) for digit in range(10)]
        self.rng = rng

    def write(self, page: GreyImage, digit: int, row: float, column: float, height: float) -> None:
        """Write a digit around a place, as (row, column)."""
        file = self.files[digit][self.rng.integers(len(self.files[digit]))]
        scan = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        ink = np.asarray(cv2.subtract(np.full_like(scan, np.median(scan)), scan), np.uint8)
        mask = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)[1]
        left, top, width, high = cv2.boundingRect(mask)
        near = cv2.dilate(mask, np.ones((5, 5), np.uint8))
        ink = cv2.bitwise_and(ink, near)[top : top + high, left : left + width]
        scale = min(height / high, height / width)
        small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        y, x = round(row - small.shape[0] / 2), round(column - small.shape[1] / 2)
        spot = page[y : y + small.shape[0], x : x + small.shape[1]]
        np.copyto(spot, np.minimum(spot, 244 - np.minimum(small, 200)))


def print_line(page: GreyImage, start: Point, end: Point, dashes: tuple[int, int, int]) -> None:
    """Print a level or plumb line between two points, as (row, column)."""
    dash, gap, thickness = dashes
    (top, left), (bottom, right) = start, end
    for begin in range(0, max(bottom - top, right - left), dash + gap):
        if top == bottom:
            page[top : top + thickness, left + begin : min(right, left + begin + dash)] = PRINT
        else:
            page[top + begin : min(bottom, top + begin + dash), left : left + thickness] = PRINT


def print_field(
    page: GreyImage, kind: str, dashes: tuple[int, int, int], cells: int, top: int, pitch: int
) -> None:
    """Print one field for a number of so many digits."""
    bottom, right = top + 105, LEFT + cells * pitch
    if kind == "digit rules":
        for left in range(LEFT, right, pitch):
            page[bottom : bottom + 2, left + pitch // 8 : left + pitch - pitch // 8] = PRINT
        return
    if kind == "rule":
        print_line(page, (bottom, LEFT), (bottom, right), dashes)
        return
    edge = (1, 0, 3) if kind == "frame" else dashes
    for row in (top, bottom):
        print_line(page, (row, LEFT), (row, right), edge)
    for column in (LEFT, right):
        print_line(page, (top, column), (bottom, column), edge)
    if kind != "box":
        for column in range(LEFT + pitch, right, pitch):
            print_line(page, (top, column), (bottom, column), dashes)


def draw_page(kind: str, dashes: tuple[int, int, int], hand: Hand) -> tuple[GreyImage, list[str]]:
    """A page of ten numbers, and what they are."""
    rng, page, values = hand.rng, blank_page(), []
    for number in range(NUMBERS):
        top, pitch = 300 + STEP * number, int(rng.integers(72, 100))
        digits = rng.integers(10, size=rng.integers(3, 8)).tolist()
        print_field(page, kind, dashes, len(digits), top, pitch)
        for place, digit in enumerate(digits):
            row = top + 52 + rng.normal(0, 5)
            column = LEFT + pitch * (place + 0.5) + rng.normal(0, 4)
            hand.write(page, digit, row, column, rng.uniform(58, 80))
        values.append("".join(map(str, digits)))
    return page, values


def scan_page(page: GreyImage, dpi: int, rng: np.random.Generator) -> GreyImage:
    """The page as a scanner of a resolution sees it, up to a degree askew."""
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 0.5), 1)
    askew = cv2.warpAffine(page, turn, (width, height), borderValue=(244,))
    size = round(width * dpi / 300), round(height * dpi / 300)
    small = cv2.resize(askew, size, interpolation=cv2.INTER_AREA)
    return add_grain(np.asarray(cv2.GaussianBlur(small, (0, 0), 0.6), np.uint8), rng)


def main() -> None:
    """Draw all pages and write what stands on them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("digits", type=Path, help="folders WRITER/DIGIT/*.png")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    writers = sorted(path for path in arguments.digits.iterdir() if path.is_dir())
    truth: dict[str, dict[str, list[str]]] = {}
    styles = [*product(KINDS, DASHES), ("digit rules", "dashes")]
    for number, ((kind, name), dpi) in enumerate(product(styles, (300, 200, 150))):
        rng = np.random.default_rng(number)
        hand = Hand(writers[number % len(writers)], rng)
        page, values = draw_page(kind, DASHES[name], hand)
        file = f"{kind}-{name}-{dpi}.png".replace(" ", "-")
        cv2.imwrite(str(arguments.folder / file), scan_page(page, dpi, rng))
        truth[file] = {"values": values, "optional": []}
    (arguments.folder / "truth.json").write_text(json.dumps({"pages": truth}, indent=1))


if __name__ == "__main__":
    main()
