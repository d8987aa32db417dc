"""Inks of digits or numbers in, what the reader would get of them from scanned sheets out.

A sheet holds many inks, apart from one another, beside some heavy print. It is scanned at some
resolution, in grey or in black and white, and cleaned as the reader cleans a page: what faint
strokes and coarse pixels become on the way there is hard to imitate ink by ink.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.glyph.normalise import normalise_glyph, stroke_width
from digitscan.learn.augmentation import jpeg_of, thin_ink
from digitscan.learn.pen import Pen
from digitscan.learn.pressure import pressure_of
from digitscan.scan.cleaning import clean_page
from digitscan.values import Box, CleanPage, GreyImage, Page, PageRef

Tones = npt.NDArray[np.float32]

COLUMNS, ROWS = 12, 12
"""Digits on a sheet: side by side, and in how many rows."""
DPI, DPI_WEIGHTS = (100, 150, 200, 300), (0.3, 0.2, 0.3, 0.2)
HEIGHT_MM = 4.5, 8.0
"""Height of a digit; widths follow, up to as much."""
PITCH = 1.9
"""From one ink to the next, in the greatest height of a digit."""
FINE_SHARE, FINEST = 0.75, 0.7
"""Share of pens that are finer than those that MNIST was written with, up to so much of a stroke's
width."""
PRESSED, UNEVEN = (0.4, 1.0), (0.4, 1.6)
"""How hard a pen presses, 1 gives its full tone, and how unevenly."""
PAPER, PEN, PRINT = (225.0, 252.0), (25.0, 90.0), (10.0, 60.0)
"""Tones, 0 black: of the paper, of a pen that is pressed on, of print."""
PRINT_ROWS = 0.004, 0.03
"""Height of the bar of print, as a share of the sheet's."""
BLUR_PX, GRAIN = (0.3, 0.9), (0.0, 6.0)
BINARY_SHARE, JPEG_SHARE, JPEG_QUALITY = 0.35, 0.4, (45.0, 92.0)
MARGIN = 0.12
"""How far beyond its place ink is still an ink's own, as a share of its size."""
LEAST_LEFT = 0.15
"""Share of its ink that must be left for anyone to tell what it was."""


@dataclass(frozen=True, slots=True)
class _Scan:
    """How one sheet is written on and scanned."""

    height_px: float
    wide: int
    fine: float
    pressed: float
    uneven: float
    paper: float
    pen: float


@dataclass(frozen=True, slots=True)
class ScannedInk:
    """What a scan left of one ink: (h, w) uint8, cut tight out of a clean page, 0 for paper.

    ``to_page`` is the (3, 3) homography from pixels (x, y, 1) of the ink to those of what is left
    of it. ``stroke_px`` is the page's typical pen width.
    """

    ink: GreyImage
    to_page: npt.NDArray[np.float64]
    stroke_px: float


def scan_inks(inks: Sequence[GreyImage], random: np.random.Generator) -> list[GreyImage | None]:
    """Write digits on sheets, scan these, and take each one's glyph from the cleaned page.

    Parameters and None are as in ``scan_sheets``; the glyphs are (28, 28) uint8.
    """
    scanned = scan_sheets(inks, random)
    return [normalise_glyph(one.ink) if one else None for one in scanned]


def scan_sheets(
    inks: Sequence[GreyImage], random: np.random.Generator, wide: int = 1
) -> Iterator[ScannedInk | None]:
    """Write inks on sheets, scan these, and take what is left of each from the cleaned page.

    Parameters
    ----------
    inks : sequence of (h, w) uint8
        0 is paper; each without an empty margin, about 100 pixels high.
    wide : int
        How many digits side by side an ink has room for.

    Yields
    ------
    ScannedInk, or None
        One for each ink, None where too little of it is left to tell what it was.
    """
    pen, columns = Pen(random), COLUMNS // wide
    for start in range(0, len(inks), columns * ROWS):
        yield from _scan_sheet(inks[start : start + columns * ROWS], wide, pen)


def _scan_sheet(inks: Sequence[GreyImage], wide: int, pen: Pen) -> Iterator[ScannedInk | None]:
    dpi = int(pen.random.choice(DPI, p=DPI_WEIGHTS))
    scan = _Scan(
        height_px=pen.between(*HEIGHT_MM) * dpi / 25.4,
        wide=wide,
        fine=pen.between(0, FINEST) if pen.chance(FINE_SHARE) else 0.0,
        pressed=pen.between(*PRESSED),
        uneven=pen.between(*UNEVEN),
        paper=pen.between(*PAPER),
        pen=pen.between(*PEN),
    )
    darkness, places = _write(inks, scan, pen)
    sheet = _print_bar(scan.paper - (scan.paper - scan.pen) * darkness, pen)
    clean = clean_page(Page(PageRef("sheet"), _digitise(sheet, pen)))
    return _take_back(clean, places, inks)


def _write(inks: Sequence[GreyImage], scan: _Scan, pen: Pen) -> tuple[Tones, list[Box]]:
    """How dark each pixel is written, 0…1, and where each ink stands."""
    pitch = round(PITCH * scan.height_px)
    columns = COLUMNS // scan.wide
    darkness = np.zeros((pitch * ROWS, pitch * scan.wide * columns), np.float32)
    places = []
    for number, ink in enumerate(inks):
        row, column = divmod(number, columns)
        pressed = _press(ink, scan, pen)
        size = max(ink.shape[0], ink.shape[1] / scan.wide)
        scale = scan.height_px * pen.between(0.85, 1.1) / size
        height, width = (max(1, round(side * scale)) for side in ink.shape)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(pressed, (width, height), interpolation=how)
        top = row * pitch + (pitch - height) // 2
        left = column * pitch * scan.wide + (pitch * scan.wide - width) // 2
        places.append(Box(top, left, top + height, left + width))
        darkness[places[-1].slices] = small
    return darkness, places


def _press(ink: GreyImage, scan: _Scan, pen: Pen) -> Tones:
    """How dark a pen writes an ink, (h, w), 0…1."""
    size = round(scan.fine * stroke_width(ink))
    if size > 1:
        ink = thin_ink(ink, size)
    soft = ink.astype(np.float32) / 255
    pressure = pressure_of(soft, max(stroke_width(ink), 1.0), pen, scan.uneven)
    return np.asarray(np.clip(scan.pressed * soft * pressure, 0, 1), np.float32)


def _print_bar(sheet: Tones, pen: Pen) -> Tones:
    """The sheet under a bar of print: what is darkest on a form is rarely the pen."""
    rows, columns = sheet.shape
    paper = sheet[0, 0]
    bar = np.full((max(2, round(pen.between(*PRINT_ROWS) * rows)), columns), paper, np.float32)
    side = columns // 10
    bar[:, side : columns - side] = pen.between(*PRINT)
    margin = np.full((rows // 10, columns), paper, np.float32)
    return np.vstack([sheet, margin, bar, margin])


def _digitise(sheet: Tones, pen: Pen) -> GreyImage:
    """Blur, grain, and black and white, JPEG, or neither."""
    blurred = cv2.GaussianBlur(sheet, (0, 0), pen.between(*BLUR_PX))
    grain = pen.random.standard_normal(sheet.shape, dtype=np.float32) * pen.between(*GRAIN)
    grey = np.clip(blurred + grain, 0, 255).astype(np.uint8)
    if pen.chance(BINARY_SHARE):
        return np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[1], np.uint8)
    return jpeg_of(grey, int(pen.between(*JPEG_QUALITY))) if pen.chance(JPEG_SHARE) else grey


def _take_back(
    clean: CleanPage, places: Sequence[Box], inks: Sequence[GreyImage]
) -> Iterator[ScannedInk | None]:
    """What stands on the clean page where each of the inks was written."""
    mask = (clean.ink > 0).astype(np.uint8)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(mask)
    to_clean = np.linalg.inv(clean.to_scan)
    sides = np.array([box.sides for box in places], np.float64)
    low, high = sides[:, 1::-1], sides[:, :1:-1]
    centres = (low + high) / 2
    moved = cv2.perspectiveTransform(centres[None], to_clean)[0]
    scale = float(np.sqrt(abs(np.linalg.det(to_clean[:2, :2]))))
    sizes = (high - low) * scale
    for place, centre, size, ink in zip(places, moved, sizes, inks, strict=True):
        own = (np.abs(middles - centre) <= size * (0.5 + MARGIN) + 2).all(axis=1)
        own[0] = False
        written = float(size.prod()) * cv2.countNonZero(ink) / ink.size
        if stats[own, cv2.CC_STAT_AREA].sum() < LEAST_LEFT * written:
            yield None
            continue
        left, top = stats[own, :2].min(axis=0)
        right, bottom = (stats[own, :2] + stats[own, 2:4]).max(axis=0)
        found = slice(top, bottom), slice(left, right)
        left_over = np.where(own[labels[found]], clean.ink[found], 0)
        to_page = _moved(-left, -top) @ to_clean @ _placed(place, ink)
        yield ScannedInk(np.ascontiguousarray(left_over, np.uint8), to_page, clean.stroke_px)


def _placed(place: Box, ink: GreyImage) -> npt.NDArray[np.float64]:
    """The homography from an ink's pixels to the sheet's."""
    scaled = np.diag([place.width / ink.shape[1], place.height / ink.shape[0], 1.0])
    return _moved(place.left, place.top) @ scaled


def _moved(right: float, down: float) -> npt.NDArray[np.float64]:
    return np.array([[1.0, 0.0, right], [0.0, 1.0, down], [0.0, 0.0, 1.0]])
