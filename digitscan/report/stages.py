"""What was seen of a whole page, stage by stage: its trace in, colour pictures out.

All pictures show the clean page, flat and upright, with a caption above.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from digitscan.reader import PageTrace
from digitscan.report.account import ink_left_out
from digitscan.report.drawing import (
    BLACK,
    Colour,
    LabelRoom,
    Pen,
    draw_box,
    draw_words,
    in_colour,
    resized,
    scaled,
)
from digitscan.report.summary import count
from digitscan.values import Box, CleanPage, ColourImage, FieldKind, GreyImage, Mask

LEVEL_COLOUR: Colour = (215, 90, 0)
PLUMB_COLOUR: Colour = (40, 40, 225)
"""Ruled lines along the rows, and along the columns."""
LEFT_OUT_COLOUR: Colour = (220, 0, 220)
"""Ink inside a field that was taken for nothing of its own."""

KIND_COLOURS: dict[FieldKind, Colour] = {
    FieldKind.BOX: (200, 80, 0),
    FieldKind.COMB: (40, 40, 210),
    FieldKind.CELL: (160, 0, 150),
    FieldKind.LINE: (0, 120, 0),
}
PALEST, PALE = 40, 0.15
"""Ink that only shows where one is on the page is drawn this dark: of 255, and its own share."""
LEAST_DEGREES = 0.05
"""A smaller turn is not worth a word."""
LEAST_NARROWING = 0.01
"""Perspective that makes one end of a page less than this share narrower is not worth a word."""
LEAST_SIDE_PX = 800
"""A smaller page is enlarged to this, so that the letters have room."""
NAME_PART, LEAST_LETTER_PX = 5, 10
"""A name is this part of its box's height, and this high at least."""

Words = Sequence[tuple[str, Colour]]


def draw_ink(trace: PageTrace) -> ColourImage:
    """Draw what counts as ink. Gives (h, w, 3) uint8 in BGR, like the others."""
    clean = trace.clean
    height, width = clean.ink.shape
    size = f"{width} x {height} px, pen {clean.stroke_px:.1f} px wide"
    words = [("ink, flat and upright:", BLACK), (f"{size}; {lie_of(clean)}", BLACK)]
    return _captioned(in_colour(255 - clean.ink), words)


def lie_of(clean: CleanPage) -> str:
    """Say what was done to the scan so that it lies flat and upright."""
    size, degrees = _scale_and_turn(clean)
    height, width = clean.ink.shape
    narrowing = abs(clean.to_scan[2, 0]) * width + abs(clean.to_scan[2, 1]) * height
    keystone = ", perspective undone" if narrowing > LEAST_NARROWING else ""
    way = "counter-clockwise" if degrees > 0 else "clockwise"
    turn = f", turned {abs(degrees):.1f} degrees {way}" if abs(degrees) >= LEAST_DEGREES else ""
    bent = "" if clean.bend is None else ", bent paper straightened"
    return f"the scan x {1 / size:.2f}{turn}{keystone}{bent}"


def draw_ruling(trace: PageTrace) -> ColourImage:
    """Draw the ruled lines, level and plumb ones in two colours, over pale ink."""
    clean = trace.clean
    picture = pale(clean.ink)
    paint_ruling(picture, clean.level, clean.plumb)
    words = [
        ("ruling:", BLACK),
        ("level lines", LEVEL_COLOUR),
        ("plumb lines", PLUMB_COLOUR),
        ("where they are part of a digit they are left to it, field by field", BLACK),
    ]
    return _captioned(picture, words)


def paint_ruling(picture: ColourImage, level: Mask, plumb: Mask) -> None:
    """Colour the ruled lines in a picture of (a part of) the clean page."""
    picture[level] = LEVEL_COLOUR
    picture[plumb] = PLUMB_COLOUR


def draw_fields(trace: PageTrace) -> ColourImage:
    """Draw the fields with their cells and names, coloured by kind; only ink in use is dark."""
    clean = trace.clean
    picture = pale(clean.ink)
    for traced in trace.fields:
        box = traced.cut.field.box
        picture[box.slices][ink_left_out(clean, traced.cut)] = LEFT_OUT_COLOUR
    for piece in (piece for traced in trace.fields for piece in traced.cut.pieces):
        picture[piece.box.slices][piece.ink > 0] = BLACK
    zoom, pen = _zoom(picture), _pen(picture)
    picture = in_colour(resized(picture, zoom))
    fields = [traced.cut.field for traced in trace.fields]
    boxes = [scaled(field.box, zoom) for field in fields]
    room = LabelRoom(picture, boxes)
    for field, box in zip(fields, boxes, strict=True):
        for cell in field.cells:
            draw_box(picture, scaled(cell, zoom), KIND_COLOURS[field.kind], 1)
        draw_box(picture, box, KIND_COLOURS[field.kind], pen.line_px + 1)
    names = _name_pen(boxes, pen)
    for field, box in zip(fields, boxes, strict=True):
        top, left = room.find_place_inside(box, *names.text_size(field.name))
        names.write(picture, field.name, top, left, KIND_COLOURS[field.kind])
    kinds = Counter(field.kind for field in fields)
    words = [(name_count(number, kind), KIND_COLOURS[kind]) for kind, number in kinds.items()]
    told = [("fields:", BLACK), *words, ("   ink of a field is black,", BLACK)]
    told += [("left out inside one,", LEFT_OUT_COLOUR), ("else grey", BLACK)]
    return np.vstack([draw_words(told, picture.shape[1], pen), picture])


def _name_pen(boxes: Sequence[Box], pen: Pen) -> Pen:
    """Letters for names inside the boxes: a part of their usual height, no larger than ``pen``."""
    if not boxes:
        return pen
    usual = int(np.median([box.height for box in boxes]))
    return Pen(letter_px=min(pen.letter_px, max(usual // NAME_PART, LEAST_LETTER_PX)))


def name_count(number: int, kind: FieldKind) -> str:
    """Write a number of fields of one kind.

    >>> name_count(2, FieldKind.BOX), name_count(1, FieldKind.LINE)
    ('2 boxes', '1 line')
    """
    return f"{number} boxes" if kind is FieldKind.BOX and number != 1 else count(number, str(kind))


def pale(ink: GreyImage) -> ColourImage:
    """Draw ink (h, w) uint8, 0 paper, so pale that colours stand out on it."""
    return in_colour(np.asarray(255 - PALEST * (ink > 0) - PALE * ink, np.uint8))


def _scale_and_turn(clean: CleanPage) -> tuple[float, float]:
    """Pixels of the scan for one of the clean page, and how far its rows fall to the right there.

    The fall is in degrees; both are measured along the middle row.
    """
    height, width = clean.ink.shape
    ends = np.array([[0, height / 2, 1], [width, height / 2, 1]]) @ clean.to_scan.T
    (x, y), (x_end, y_end) = ends[:, :2] / ends[:, 2:]
    length = math.hypot(x_end - x, y_end - y)
    return max(length / width, 1e-6), math.degrees(math.atan2(y_end - y, x_end - x))


def _captioned(picture: ColourImage, words: Words) -> ColourImage:
    """Enlarge a small picture, and lay a caption above it."""
    pen = _pen(picture)
    picture = in_colour(resized(picture, _zoom(picture)))
    return np.vstack([draw_words(words, picture.shape[1], pen), picture])


def _zoom(picture: ColourImage) -> float:
    longest: int = max(picture.shape[:2])
    return max(1.0, LEAST_SIDE_PX / longest)


def _pen(picture: ColourImage) -> Pen:
    return Pen(
        letter_px=max(LEAST_LETTER_PX, round(_zoom(picture) * max(picture.shape[:2])) // 130)
    )
