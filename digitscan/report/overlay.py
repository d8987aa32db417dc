"""The page with what was read drawn on it: a page and its result in, a colour picture out.

Also the names of the pictures of a whole run, and writing one. Everything here works in (row,
column); (x, y) stands only on the lines that call OpenCV.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.errors import OutputError
from digitscan.values import (
    Box,
    ColourImage,
    GreyImage,
    Page,
    PageRef,
    PageResult,
    Reading,
    Record,
    Status,
)

LONGEST_SIDE_PX = 2000
"""A larger picture is slow to open and shows no more: A4 has 170 dpi then."""

SHORTEST_LONG_SIDE_PX = 800
"""A smaller page is enlarged to this, so that letters beside its boxes can be read."""

_Colour = tuple[int, int, int]

STATUS_COLOURS: dict[Status, _Colour] = {
    Status.OK: (60, 150, 0),
    Status.REVIEW: (0, 120, 255),
    Status.BLANK: (140, 140, 140),
    Status.UNREADABLE: (30, 30, 220),
    Status.STRUCK: (30, 30, 220),
    Status.RULE_FAILED: (200, 0, 170),
}
"""Blue, green, red of a field's box and label. Dark enough to be read on white."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_HEIGHT_PX = 22.0
"""Height of a capital letter of the font at scale 1."""

_WHITE: _Colour = (255, 255, 255)
_BLACK: _Colour = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Sizes that grow with the picture: letter height, line widths and gaps in pixels."""

    letter_px: int

    @property
    def scale(self) -> float:
        return self.letter_px / _FONT_HEIGHT_PX

    @property
    def line_px(self) -> int:
        return max(1, self.letter_px // 6)

    @property
    def gap_px(self) -> int:
        return max(2, self.letter_px // 3)

    def text_size(self, text: str) -> tuple[int, int]:
        """Give height and width of ``text`` with its gap on all sides, in pixels."""
        (width, height), below = cv2.getTextSize(text, _FONT, self.scale, self.line_px)
        return height + below + self.gap_px, width + self.gap_px

    def write(self, picture: ColourImage, text: str, top: int, left: int, colour: _Colour) -> None:
        """Write ``text`` on a white ground whose upper left corner is (``top``, ``left``)."""
        height, width = self.text_size(text)
        ground = picture[max(top, 0) : top + height, max(left, 0) : left + width]
        ground[:] = (ground.astype(np.uint16) + 7 * 255) // 8
        x, y = left + self.gap_px // 2, top + height - self.gap_px
        cv2.putText(picture, text, (x, y), _FONT, self.scale, colour, self.line_px, cv2.LINE_AA)


def draw_overlay(page: Page, result: PageResult) -> ColourImage:
    """Draw boxes, values and doubts of ``result`` onto ``page``.

    Boxes are coloured by status, the box of each digit is drawn thin, and value and confidence
    stand beside the field where they hide least. A legend is added above the page.

    Returns
    -------
    (h, w, 3) uint8 in BGR, its longest side at most ``LONGEST_SIDE_PX``.
    """
    scale = _picture_scale(*page.image.shape)
    picture = _in_colour(_resized(page.image if page.colour is None else page.colour, scale))
    pen = _Pen(letter_px=max(10, max(picture.shape[:2]) // 120))
    records = [(record, _scaled(record.field.box, scale)) for record in result.records]
    for record, box in records:
        _draw_field(picture, record, box, scale, pen)
    room = _Room(picture, [box for _, box in records])
    for record, box in records:
        label = _label(record.reading)
        top, left = room.find_place(box, *pen.text_size(label))
        pen.write(picture, label, top, left, STATUS_COLOURS[record.reading.status])
    return np.vstack([_legend(result, picture.shape[1], pen), picture])


def _picture_scale(height: int, width: int) -> float:
    longest = max(height, width)
    # Two hundredths of the picture are left for the legend.
    limit = LONGEST_SIDE_PX * 0.98
    return min(limit / longest, max(1.0, SHORTEST_LONG_SIDE_PX / longest))


def _in_colour(image: GreyImage | ColourImage) -> ColourImage:
    if image.ndim == 3:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)


def _resized(image: GreyImage | ColourImage, scale: float) -> GreyImage | ColourImage:
    if scale == 1.0:
        return image.copy()
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)


def _scaled(box: Box, scale: float) -> Box:
    sides = (box.top, box.left, box.bottom, box.right)
    return Box(*(round(side * scale) for side in sides))


def _draw_field(picture: ColourImage, record: Record, box: Box, scale: float, pen: _Pen) -> None:
    colour = STATUS_COLOURS[record.reading.status]
    for digit in record.reading.digits:
        _draw_box(picture, _scaled(digit.box, scale), colour, 1)
    _draw_box(picture, box, colour, pen.line_px + 1)


def _draw_box(picture: ColourImage, box: Box, colour: _Colour, line_px: int) -> None:
    upper_left, lower_right = (box.left, box.top), (box.right - 1, box.bottom - 1)
    cv2.rectangle(picture, upper_left, lower_right, colour, line_px)


def _label(reading: Reading) -> str:
    if not reading.value:
        return str(reading.status).replace("_", " ")
    return f"{reading.value}  {reading.confidence:.0%}"


class _Room:
    """Knows where a label hides least: dark ink, fields and other labels count against a place."""

    _FIELD_COST = 255
    _LABEL_COST = 2 * 255

    def __init__(self, picture: ColourImage, boxes: Sequence[Box]) -> None:
        self._cost: npt.NDArray[np.uint16] = 255 - picture.min(axis=2).astype(np.uint16)
        for box in boxes:
            self._cost[_inside(box)] += self._FIELD_COST

    def find_place(self, box: Box, height: int, width: int) -> tuple[int, int]:
        """Give the upper left corner (top, left) for a label of this size beside ``box``.

        The place is taken then. Of places that cost the same, the one to the right comes first.
        """
        rows, columns = self._cost.shape
        level = (box.top + box.bottom - height) // 2
        wanted = [
            (level, box.right + 2),
            (box.bottom + 2, box.left),
            (box.top - height - 2, box.left),
            (level, box.left - width - 2),
        ]
        places = [
            (min(max(top, 0), max(rows - height, 0)), min(max(left, 0), max(columns - width, 0)))
            for top, left in wanted
        ]
        best = min(places, key=lambda place: self._price(place, height, width))
        self._cost[best[0] : best[0] + height, best[1] : best[1] + width] += self._LABEL_COST
        return best

    def _price(self, place: tuple[int, int], height: int, width: int) -> int:
        top, left = place
        return int(self._cost[top : top + height, left : left + width].sum())


def _inside(box: Box) -> tuple[slice, slice]:
    return slice(max(box.top, 0), max(box.bottom, 0)), slice(max(box.left, 0), max(box.right, 0))


def _legend(result: PageResult, width: int, pen: _Pen) -> ColourImage:
    """Give a white strip that says what the colours mean, as far as it is wide enough."""
    words: list[tuple[str, _Colour]] = [
        ("ok", STATUS_COLOURS[Status.OK]),
        ("review", STATUS_COLOURS[Status.REVIEW]),
        ("blank", STATUS_COLOURS[Status.BLANK]),
        ("unreadable or struck", STATUS_COLOURS[Status.STRUCK]),
        ("rule failed", STATUS_COLOURS[Status.RULE_FAILED]),
    ]
    if result.problem is not None:
        words = [("not read: " + result.problem.encode("ascii", "replace").decode(), _BLACK)]
    elif not result.records:
        words.append(("no fields found", _BLACK))
    strip = np.full((pen.text_size("Ag")[0], width, 3), _WHITE, np.uint8)
    left = 0
    for word, colour in words:
        pen.write(strip, word, 0, left, colour)
        left += pen.text_size(word)[1] + pen.gap_px
    return strip


def name_overlays(refs: Sequence[PageRef]) -> tuple[str, ...]:
    """Name one picture for each page: safe, inside one folder, and no two alike.

    The name is the source's, with the page number (from 1) where a source has several pages, and
    with a further number where another source took the name. Names that differ only in upper and
    lower case count as alike: some file systems can't tell them apart.

    >>> name_overlays([PageRef("a/x.png"), PageRef("b/x.png"), PageRef("t.tif", 0),
    ...                PageRef("t.tif", 1)])
    ('x.png', 'x-2.png', 't-p1.png', 't-p2.png')
    """
    of_many = {ref.source for ref in refs if ref.index > 0}
    taken: set[str] = set()
    names = []
    for ref in refs:
        stem = _safe_stem(ref.source) + (f"-p{ref.index + 1}" if ref.source in of_many else "")
        unique, number = stem, 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{stem}-{number}"
        taken.add(unique.casefold())
        names.append(f"{unique}.png")
    return tuple(names)


def _safe_stem(source: str) -> str:
    """Keep letters, digits and ``-_`` of a source's name, at most 50: short in bytes too."""
    if source == "-":
        return "stdin"
    stem = PurePath(source).stem
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in stem)[:50] or "page"


class OverlayFolder:
    """The folder that the pictures of one run go into.

    Raises ``OutputError`` at once when it can't be made or, without ``overwrite``, when one of the
    pictures is there already.
    """

    def __init__(self, folder: Path, refs: Sequence[PageRef], *, overwrite: bool = False) -> None:
        self._paths = [folder / name for name in name_overlays(refs)]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            there = [path for path in self._paths if not overwrite and path.exists()]
        except OSError as error:
            raise OutputError(f"{folder}: can't hold the overlays: {error.strerror}") from error
        if there:
            raise OutputError(
                f"{there[0]}: exists already; give --overwrite to replace it, or another folder"
            )

    def write(self, position: int, picture: ColourImage) -> Path:
        """Write the picture of the page at ``position`` of the run; returns where it is.

        It replaces what stands under its name, links included: nothing is written outside the
        folder.
        """
        path = self._paths[position]
        png = cv2.imencode(".png", picture)[1].tobytes()
        unfinished = path.with_suffix(".part")
        try:
            unfinished.unlink(missing_ok=True)
            unfinished.write_bytes(png)
            unfinished.replace(path)
        except OSError as error:
            raise OutputError(f"{path}: can't be written: {error.strerror}") from error
        return path
