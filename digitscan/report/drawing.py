"""What all pictures are drawn with: colours, a pen for boxes and letters, room for labels.

Everything here works in (row, column); (x, y) stands only on the lines that call OpenCV.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import Box, ColourImage, GreyImage, Status

Colour = tuple[int, int, int]
"""Blue, green, red, each 0…255."""

BLACK: Colour = (0, 0, 0)

STATUS_COLOURS: dict[Status, Colour] = {
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


@dataclass(frozen=True, slots=True)
class Pen:
    """Sizes that grow with the picture: letter height, line widths and gaps in pixels."""

    letter_px: int

    @property
    def scale(self) -> float:
        """Factor of the font that gives letters of this height."""
        return self.letter_px / _FONT_HEIGHT_PX

    @property
    def line_px(self) -> int:
        """Width of the lines of letters and boxes."""
        return max(1, self.letter_px // 6)

    @property
    def gap_px(self) -> int:
        """Paper left around a text."""
        return max(2, self.letter_px // 3)

    def text_size(self, text: str) -> tuple[int, int]:
        """Give height and width of ``text`` with its gap on all sides, in pixels.

        All texts are equally high, so that those side by side stand on one line.
        """
        (width, _), _ = cv2.getTextSize(text, _FONT, self.scale, self.line_px)
        (_, height), below = cv2.getTextSize("Ag", _FONT, self.scale, self.line_px)
        return height + below + self.gap_px, width + self.gap_px

    def write(self, picture: ColourImage, text: str, top: int, left: int, colour: Colour) -> None:
        """Write ``text`` on a white ground whose upper left corner is (``top``, ``left``)."""
        height, width = self.text_size(text)
        ground = picture[max(top, 0) : top + height, max(left, 0) : left + width]
        ground[:] = (ground.astype(np.uint16) + 7 * 255) // 8
        x, y = left + self.gap_px // 2, top + height - self.gap_px
        cv2.putText(picture, text, (x, y), _FONT, self.scale, colour, self.line_px, cv2.LINE_AA)


def paper(height: int, width: int) -> ColourImage:
    """Give a white picture (height, width, 3) uint8."""
    return np.full((height, width, 3), 255, np.uint8)


def in_colour(image: GreyImage | ColourImage) -> ColourImage:
    """Give an image (h, w) grey or (h, w, 3) BGR in BGR."""
    if image.ndim == 3:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)


def resized(image: GreyImage | ColourImage, scale: float) -> GreyImage | ColourImage:
    """Copy an image, ``scale`` times as large."""
    if scale == 1.0:
        return image.copy()
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.uint8)


def scaled(box: Box, scale: float) -> Box:
    """Where ``box`` lies in an image that was ``resized``."""
    return Box(*(round(side * scale) for side in box.sides))


def draw_box(picture: ColourImage, box: Box, colour: Colour, line_px: int) -> None:
    """Draw the frame of ``box``, ``line_px`` wide, around its outermost pixels."""
    upper_left, lower_right = (box.left, box.top), (box.right - 1, box.bottom - 1)
    cv2.rectangle(picture, upper_left, lower_right, colour, line_px)


def draw_words(words: Sequence[tuple[str, Colour]], width: int, pen: Pen) -> ColourImage:
    """Give a white strip with coloured words side by side, as far as it is wide enough."""
    strip = paper(pen.text_size("Ag")[0], width)
    left = 0
    for word, colour in words:
        pen.write(strip, word, 0, left, colour)
        left += pen.text_size(word)[1] + pen.gap_px
    return strip


def padded(picture: ColourImage, height: int, width: int) -> ColourImage:
    """Add white below and at the right up to ``height`` and ``width``."""
    grown = paper(height, width)
    grown[: picture.shape[0], : picture.shape[1]] = picture
    return grown


def stacked(pictures: Sequence[ColourImage], width: int) -> ColourImage:
    """Lay pictures under one another, each at most ``width`` wide."""
    return np.vstack([padded(picture, picture.shape[0], width) for picture in pictures])


class LabelRoom:
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
        level = (box.top + box.bottom - height) // 2
        wanted = [
            (level, box.right + 2),
            (box.bottom + 2, box.left),
            (box.top - height - 2, box.left),
            (level, box.left - width - 2),
        ]
        return self._take(wanted, height, width)

    def find_place_inside(self, box: Box, height: int, width: int) -> tuple[int, int]:
        """The same in a corner of ``box``, or beside it where it is too small for that."""
        if height > box.height or width > box.width:
            return self.find_place(box, height, width)
        sides = (box.left, box.right - width)
        corners = [(top, left) for top in (box.top, box.bottom - height) for left in sides]
        return self._take(corners, height, width)

    def _take(self, wanted: Sequence[tuple[int, int]], height: int, width: int) -> tuple[int, int]:
        """Take the cheapest of the places wanted, moved into the picture."""
        rows, columns = self._cost.shape
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
