"""A sheet of paper in millimetres: print on it, write on it, and keep what was written as truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from drawing.hands import Hand
from drawing.pen import Ink, Points, stroke_ink

MM_PER_INCH = 25.4
PRINT_COLOUR = (0.13, 0.13, 0.14)
Colour = tuple[float, float, float]
Picture = npt.NDArray[np.float32]


class Place(NamedTuple):
    """A rectangle on the sheet, in millimetres from the upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Written:
    """The truth about one field: what it holds and where it is.

    ``status`` is what a reader should say. ``review`` marks a value that is hard to read, and
    ``optional`` print and words that a reader may take for a field or not.
    """

    value: str
    status: str
    place: Place


def doubt(value: str, hand: Hand) -> str | None:
    """``review`` where a value holds a 7 without a bar, which much of the world writes as a 1."""
    return "review" if "7" in value and hand.ways.get("7") != "crossed" else None


class Sheet:
    """Paper being printed and written on; ``picture`` is (H, W, 3) float32, RGB, 1 is white."""

    def __init__(self, width_mm: float, height_mm: float, dpi: int, seed: int) -> None:
        self.dpi = dpi
        self.scale = dpi / MM_PER_INCH
        self.rng = np.random.default_rng(seed)
        self.fields: list[Written] = []
        shape = round(height_mm * self.scale), round(width_mm * self.scale)
        self.picture: Picture = np.ones((*shape, 3), np.float32)
        self._grain = _paper_grain(shape, self.rng)

    def tint(self, place: Place, colour: Colour) -> None:
        """Print a filled rectangle, its edges between two pixels where they fall there."""
        top, rows = _coverage(place.y * self.scale, place.height * self.scale)
        left, columns = _coverage(place.x * self.scale, place.width * self.scale)
        self._blend(top, left, np.outer(rows, columns), colour)

    def line(
        self, x: float, y: float, length: float, *, upright: bool = False, width: float = 0.25
    ) -> None:
        """Print a line from (x, y) to the right, or down where ``upright``."""
        half = width / 2
        size = (width, length + width) if upright else (length + width, width)
        self.tint(Place(x - half, y - half, *size), PRINT_COLOUR)

    def frame(self, place: Place, width: float = 0.3) -> None:
        """Print the four sides of a box."""
        x, y, across, down = place
        for offset in (0.0, down):
            self.line(x, y + offset, across, width=width)
        for offset in (0.0, across):
            self.line(x + offset, y, down, upright=True, width=width)

    def comb(self, place: Place, cells: int, width: float = 0.3) -> list[Place]:
        """Print a box divided into ``cells``; returns the cells."""
        self.frame(place, width)
        step = place.width / cells
        for k in range(1, cells):
            self.line(place.x + k * step, place.y, place.height, upright=True, width=width * 0.7)
        return [Place(place.x + k * step, place.y, step, place.height) for k in range(cells)]

    def print_text(self, x: float, y: float, text: str, size_mm: float = 3.0) -> None:
        """Print ``text`` with its upper left corner at (x, y); ``size_mm`` is the font's body."""
        font = ImageFont.load_default(size=size_mm * self.scale)
        left, _, right, bottom = (round(v) for v in font.getbbox(text))
        image = Image.new("L", (right - left + 4, bottom + 4))
        ImageDraw.Draw(image).text((2 - left, 0), text, fill=255, font=font)
        ink = np.asarray(image, np.float64) / 255
        self._blend(round(y * self.scale), round(x * self.scale), ink, PRINT_COLOUR)

    def write(
        self, text: str, x: float, base: float, hand: Hand, height: float, gap: float | None = None
    ) -> Place:
        """Write ``text`` from ``x`` on the base line ``base``; returns where the ink is.

        ``gap`` overrides the hand's own space between characters, in heights; a negative one makes
        neighbours touch.
        """
        inked: list[Points] = []
        cursor = x
        for character in text:
            if character == " ":
                cursor += 0.6 * height
                continue
            size = height * float(np.exp(self.rng.normal(0, 0.05)))
            rise = base - size + height * float(self.rng.normal(0, 0.025))
            paths = [p * size + [cursor, rise] for p in hand.strokes(character, self.rng)]
            inked += paths
            self._ink(paths, hand)
            right = max(float(p[:, 0].max()) for p in paths)
            spread = abs(float(self.rng.normal(0, 0.03)))
            cursor = right + height * (hand.gap + spread if gap is None else gap)
        return _around(inked, hand.nib.width_mm / 2)

    def write_in(self, place: Place, text: str, hand: Hand, fill: float = 0.62) -> None:
        """Write ``text`` into a box and keep it as a field; an empty text leaves it blank."""
        if text:
            height = place.height * fill
            width = self._text_width(text, hand, height)
            room = place.width - width
            x = place.x + room * float(self.rng.uniform(0.35, 0.6)) if room > 0 else place.x + 0.4
            base = place.y + place.height * (0.5 + fill / 2) + float(self.rng.normal(0, 0.15))
            self.write(text, x, base, hand, height)
        self.keep(text, place, doubt(text, hand))

    def write_comb(self, place: Place, cells: Sequence[Place], text: str, hand: Hand) -> None:
        """Write one character into each cell, a space leaves one empty; the comb is one field."""
        for cell, character in zip(cells, text, strict=False):
            if character == " ":
                continue
            height = min(cell.height * 0.64, cell.width * 1.15)
            width = self._text_width(character, hand, height)
            x = cell.x + (cell.width - width) / 2 + float(self.rng.normal(0, 0.03 * cell.width))
            base = (
                cell.y + (cell.height + height) / 2 + float(self.rng.normal(0, 0.02 * cell.height))
            )
            self.write(character, x, base, hand, height)
        self.keep(text.replace(" ", ""), place)

    def keep(self, value: str, place: Place, status: str | None = None) -> None:
        """Note what a field holds; ``status`` is ok or blank unless said otherwise."""
        self.fields.append(Written(value, status or ("ok" if value else "blank"), place))

    def _text_width(self, text: str, hand: Hand, height: float) -> float:
        """About how wide ``text`` gets, drawn with a generator of its own."""
        rng = np.random.default_rng(0)
        widths = [max(float(p[:, 0].max()) for p in hand.strokes(c, rng)) for c in text]
        return height * (sum(widths) + (hand.gap + 0.02) * (len(text) - 1))

    def _ink(self, paths: Sequence[Points], hand: Hand) -> None:
        width_px = hand.nib.width_mm * self.scale
        for path in paths:
            top, left, ink = stroke_ink(path * self.scale, width_px, hand.nib, self.rng)
            self._blend(top, left, ink * self._taken(top, left, ink.shape, hand), hand.nib.colour)

    def _taken(self, top: int, left: int, shape: tuple[int, ...], hand: Hand) -> Ink:
        """How much of the ink the paper takes, fibre by fibre."""
        height, width = self._grain.shape
        rows = np.clip(np.arange(top, top + shape[0]), 0, height - 1)
        columns = np.clip(np.arange(left, left + shape[1]), 0, width - 1)
        return np.clip(1 - hand.nib.grain * self._grain[np.ix_(rows, columns)], 0, 1)

    def _blend(self, top: int, left: int, ink: Ink, colour: Colour) -> None:
        """Lay ``ink`` over the picture; what falls beside the sheet is lost."""
        height, width = self.picture.shape[:2]
        y0, x0 = max(top, 0), max(left, 0)
        y1, x1 = min(top + ink.shape[0], height), min(left + ink.shape[1], width)
        part = ink[y0 - top : y1 - top, x0 - left : x1 - left, None]
        self.picture[y0:y1, x0:x1] *= (1 - part * (1 - np.asarray(colour))).astype(np.float32)


def _coverage(start: float, length: float) -> tuple[int, Ink]:
    """First pixel that a span touches, and how much of it and each one after is covered, 0…1."""
    first = math.floor(start)
    edges = np.arange(first, math.ceil(start + length) + 1)
    return first, np.diff(np.clip(edges, start, start + length))


def _around(paths: Sequence[Points], margin: float) -> Place:
    points = np.vstack(list(paths))
    (x0, y0), (x1, y1) = points.min(axis=0) - margin, points.max(axis=0) + margin
    return Place(float(x0), float(y0), float(x1 - x0), float(y1 - y0))


def _paper_grain(shape: tuple[int, int], rng: np.random.Generator) -> Ink:
    """Fibres: fine noise, 0 where ink takes fully, mostly under 1 where it skips."""
    fine = cv2.GaussianBlur(rng.normal(0, 1, shape), (0, 0), 0.7)
    return np.asarray(np.clip(fine / fine.std() * 0.5 + 0.35, 0, 1.6))
