"""People's digits on drawn pages, as a scanner sees them: what benchmarks that draw forms share.

The digits are scans, one folder ``WRITER/DIGIT`` for each digit of each writer.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from paper import add_grain

from digitscan.values import ColourImage, GreyImage

PAPER_TONE = 244
TYPE = cv2.FONT_HERSHEY_DUPLEX
RESOLUTIONS = 300, 200, 150
"""Pages are drawn at the first."""


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
        np.copyto(spot, np.minimum(spot, PAPER_TONE - np.minimum(small, 200)))

    def write_number(
        self,
        page: GreyImage,
        start: tuple[float, float],
        count: int,
        pitch: int,
        heights: tuple[int, int],
        sway: float,
    ) -> str:
        """Write a number of so many digits, the first around ``start``, (row, column).

        Rows ``sway`` by so many pixels, columns by four.
        """
        digits = self.rng.integers(10, size=count).tolist()
        for place, digit in enumerate(digits):
            row = start[0] + self.rng.normal(0, sway)
            column = start[1] + pitch * place + self.rng.normal(0, 4)
            self.write(page, digit, row, column, self.rng.uniform(*heights))
        return "".join(map(str, digits))


def print_text(
    page: GreyImage,
    text: str,
    left: int,
    bottom: int,
    size: float = 1.2,
    pen: int = 2,
    tone: int = 60,
) -> None:
    """Print a line of text."""
    cv2.putText(page, text, (left, bottom), TYPE, size, tone, pen, cv2.LINE_AA)


Draw = Callable[[Hand], tuple[GreyImage | ColourImage, list[str]]]
"""Draws a page of numbers, and says what they are in reading order."""


def scan_page(
    page: GreyImage | ColourImage, dpi: int, rng: np.random.Generator
) -> GreyImage | ColourImage:
    """The page as a scanner of a resolution sees it, up to a degree askew."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 0.5), 1)
    askew = cv2.warpAffine(page, turn, (width, height), borderValue=(PAPER_TONE,) * 3)
    size = round(width * dpi / RESOLUTIONS[0]), round(height * dpi / RESOLUTIONS[0])
    small = cv2.resize(askew, size, interpolation=cv2.INTER_AREA)
    return add_grain(np.asarray(cv2.GaussianBlur(small, (0, 0), 0.6), np.uint8), rng)


def make_pages(description: str, kinds: Mapping[str, Draw], seed: tuple[int, ...] = ()) -> None:
    """Draw a page of each kind at each resolution, and write what stands on them.

    The folders are the command line's; each page has the next writer and a seed of its own.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("digits", type=Path, help="folders WRITER/DIGIT/*.png")
    parser.add_argument("folder", type=Path, help="where the pages are written")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    writers = sorted(path for path in args.digits.iterdir() if path.is_dir())
    truth: dict[str, dict[str, list[str]]] = {}
    for number, ((kind, draw), dpi) in enumerate(product(kinds.items(), RESOLUTIONS)):
        rng = np.random.default_rng([*seed, number])
        page, values = draw(Hand(writers[number % len(writers)], rng))
        name = f"{kind}-{dpi}.png".replace(" ", "-")
        cv2.imwrite(str(args.folder / name), scan_page(page, dpi, rng))
        truth[name] = {"values": values, "optional": []}
    text = json.dumps({"pages": truth}, indent=1)
    (args.folder / "truth.json").write_text(text, encoding="utf-8")
