"""The records of a page in, the same with values that look printed put to review out.

A form prints numbers beside the ones that people write: the questions 1, 2, 3 … of a table, the
columns of a tally. A model reads them as well as handwriting. What tells them apart: they count up
from field to field in one size, are small in their box, bolder than the page's pen, and on a colour
scan black where the pen is not.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.doubts.chains import chains
from digitscan.doubts.review import put_to_review
from digitscan.values import Box, ColourImage, FieldKind, GreyImage, Page, Record, Status

SHORTEST_COUNT = 3
"""Fewest fields in a row or column that count up before they are taken for numbering."""
SURE_COUNT = 5
"""So many are taken for numbering whatever their size."""
SHORT_STEPS = 0.25
"""So many of the steps from field to field, at least, skip none."""
LONGEST_NUMBERING = 3
"""Digits of a number that counts fields."""
LOW = 0.33
"""Digits lower and narrower than this share of their box are small for handwriting."""
SAME_SIZE = 0.08
"""Spread of the digits' heights, as a share or of a pixel, within which they are of one type."""
SAME_LINE = 0.35
"""How far the middles of fields in a row or column may differ, as a share of their size."""
COLOURED, COLOURLESS = 0.16, 0.1
"""Chroma, as a share of the paper's brightness, of a coloured pen and of black print."""
PAPER_BESIDE = 0.35
"""Strokes are narrower than this share of a digit's height: what is so wide is its paper."""
LEAST_COLOURED, COLOURED_SHARE = 3, 0.25
"""How many sure values are coloured, at least and as a share, before black ones are doubted."""

BOLD, LEAST_VALUES = 1.7, 5
"""How many times as thick as the page's typical strokes bold type is, at least, and how many values
tell what is typical.
"""


def doubt_print(
    page: Page, records: tuple[Record, ...], scanned: tuple[Record, ...]
) -> tuple[Record, ...]:
    """Give ``review`` to the values that are ``ok`` but look printed.

    ``records`` have their boxes on the clean page; ``scanned`` are the same with those on ``page``.
    """
    doubtful = _numbering(records) | _small(records)
    doubtful |= _colourless(page.colour, scanned) | _bold(page.image, scanned)
    return put_to_review(records, doubtful)


def _small(records: tuple[Record, ...]) -> set[int]:
    """Indices of the values that are small in their box, as the number printed in its corner.

    Small both ways: in a low wide box digits are narrow for its width, in a high one low.
    """
    return {
        number
        for number, record in enumerate(records)
        if record.reading.digits
        and record.field.kind is not FieldKind.LINE
        and max(_share(d.box, record.field.box) for d in record.reading.digits) < LOW
    }


def _share(digit: Box, field: Box) -> float:
    """Height or width of a digit as a share of its field's, the larger."""
    return max(digit.height / field.height, digit.width / field.width)


def _numbering(records: tuple[Record, ...]) -> set[int]:
    """Indices of the records whose values count up along a row or down a column."""
    found: set[int] = set()
    for across in (True, False):
        for line in _lines(records, across=across):
            found |= _counting(records, line, range(len(line)))
            found |= _counting(records, line, _places(records, line, across))
    return found


def _places(records: tuple[Record, ...], line: list[int], across: bool) -> list[int]:
    """Places of the fields in a line of equal steps, of which some may not have been found."""
    boxes = [records[number].field.box for number in line]
    middles = [box.left + box.right if across else box.top + box.bottom for box in boxes]
    steps = np.abs(np.diff(middles))
    pitch = max(1.0, float(np.quantile(steps, SHORT_STEPS, method="lower")))
    return [0, *np.cumsum(np.maximum(np.rint(steps / pitch), 1).astype(int)).tolist()]


def _lines(records: tuple[Record, ...], *, across: bool) -> list[list[int]]:
    """Indices of the records of each row (``across``) or column, in their order."""
    boxes = [record.field.box for record in records]
    lines = chains(
        range(len(boxes)), lambda last, number: _aligned(boxes[last], boxes[number], across)
    )
    return [line for line in lines if len(line) >= SHORTEST_COUNT]


def _aligned(first: Box, second: Box, across: bool) -> bool:
    """Whether two boxes stand in one row (or column) and are about as high (wide)."""
    if across:
        offset = abs(first.top + first.bottom - second.top - second.bottom) / 2
        return offset <= SAME_LINE * min(first.height, second.height)
    offset = abs(first.left + first.right - second.left - second.right) / 2
    return offset <= SAME_LINE * min(first.width, second.width)


def _counting(records: tuple[Record, ...], line: list[int], places: Iterable[int]) -> set[int]:
    """The members of ``line`` that belong to a run 1, 2, 3 …, one more from place to place."""
    found: set[int] = set()
    starts: dict[int, list[int]] = {}
    for place, number in zip(places, line, strict=True):
        value = records[number].reading.value
        if value and len(value) <= LONGEST_NUMBERING:
            starts.setdefault(int(value) - place, []).append(number)
    for run in starts.values():
        if len(run) >= SURE_COUNT or (len(run) >= SHORTEST_COUNT and _one_type(records, run)):
            found.update(run)
    return found


def _one_type(records: tuple[Record, ...], run: list[int]) -> bool:
    """Whether the digits of ``run`` are as equally high as type is and handwriting is not."""
    heights = [digit.box.height for number in run for digit in records[number].reading.digits]
    if not heights:
        return False
    return max(heights) - min(heights) <= max(SAME_SIZE * max(heights), 1)


def _colourless(colour: ColourImage | None, records: tuple[Record, ...]) -> set[int]:
    """Indices of black values on a page where others are written with a coloured pen."""
    if colour is None:
        return set()
    chroma = {
        number: float(np.median([ink_chroma(colour[d.box.slices]) for d in record.reading.digits]))
        for number, record in enumerate(records)
        if record.reading.digits
    }
    sure = [chroma[number] for number in chroma if records[number].reading.status is Status.OK]
    coloured = sum(value >= COLOURED for value in sure)
    if coloured < max(LEAST_COLOURED, COLOURED_SHARE * len(sure)):
        return set()
    return {number for number, value in chroma.items() if value <= COLOURLESS}


def _bold(image: GreyImage, records: tuple[Record, ...]) -> set[int]:
    """Indices of the values whose strokes are far thicker than those of the page's other values."""
    thick = {
        number: float(
            np.median([_stroke_width(image[d.box.slices]) for d in record.reading.digits])
        )
        for number, record in enumerate(records)
        if record.reading.digits and record.reading.status is Status.OK
    }
    if len(thick) < LEAST_VALUES:
        return set()
    typical = statistics.median(thick.values())
    return {number for number, width in thick.items() if width > BOLD * typical}


def _stroke_width(crop: GreyImage) -> float:
    """Typical stroke width in pixels of the ink in a crop (h, w) uint8."""
    darkness = cv2.subtract(_paper_beside(crop), crop)
    ink = cv2.threshold(darkness, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    inside = cv2.distanceTransform(np.pad(ink, 1), cv2.DIST_L2, 3)
    return 4 * float(inside[inside > 0].mean()) if inside.any() else 0.0


def ink_chroma(crop: npt.NDArray[np.uint8]) -> float:
    """How coloured the ink of a crop (h, w, 3) uint8 is against its paper, 0 (black) … 1."""
    paper = _paper_beside(crop)
    brightness = crop.mean(axis=2).ravel()
    darkest = np.argsort(brightness)[: max(1, brightness.size // 12)]
    ink, beside = (part.reshape(-1, 3)[darkest].mean(axis=0) for part in (crop, paper))
    ratio = ink / np.maximum(beside, 1.0)
    return float(ratio.max() - ratio.min())


def _paper_beside(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The crop without its strokes: a marker may have gone over a part of it."""
    side = max(3, round(PAPER_BESIDE * len(crop)))
    paper = cv2.morphologyEx(crop, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return np.asarray(paper, np.uint8)
