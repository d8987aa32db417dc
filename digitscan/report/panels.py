"""The ink of one field, three times: as scanned, what of it is the field's own, and its pieces.

A page's trace and the account of a field in, colour pictures (h, w, 3) uint8 in BGR out.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digitscan.form.ink import ink_of_field
from digitscan.glyph.pieces import Piece
from digitscan.reader import CutField, PageTrace
from digitscan.report.account import LEFTOVER_NAMES, Account, Step, grown, ink_left_out
from digitscan.report.drawing import (
    BLACK,
    STATUS_COLOURS,
    Colour,
    Pen,
    draw_box,
    draw_words,
    in_colour,
    padded,
    paper,
    stacked,
)
from digitscan.report.stages import LEFT_OUT_COLOUR, LEVEL_COLOUR, PLUMB_COLOUR, paint_ruling, pale
from digitscan.values import Box, CleanPage, ColourImage, Mask

PANEL_HEIGHT_PX = 260
"""Height to which a field is enlarged, at most."""
LARGEST_ZOOM = 6.0
GAP_PX = 12
TITLE_PEN, NAME_PEN, NUMBER_PEN = Pen(letter_px=12), Pen(letter_px=16), Pen(letter_px=11)
GREY: Colour = (110, 110, 110)
SEAM_COLOUR: Colour = (0, 0, 255)
PIECE_COLOURS: tuple[Colour, ...] = (
    (180, 90, 0),
    (0, 140, 230),
    (60, 150, 0),
    (160, 60, 190),
    (150, 140, 0),
    (40, 80, 150),
)
"""Colours of the pieces, in turn: neighbours never have the same."""


def draw_panels(trace: PageTrace, account: Account, width: int, widest: int) -> ColourImage:
    """Draw the three pictures, side by side as far as ``width`` allows, none over ``widest``."""
    cut = account.traced.cut
    found = ink_of_field(trace.clean, cut.field)
    (top, left), (height, width_px) = found.origin, found.ink.shape
    crop = Box(top, left, top + height, left + width_px)
    zoom = min(LARGEST_ZOOM, PANEL_HEIGHT_PX / crop.height, widest / crop.width)
    ruling = [("level", LEVEL_COLOUR), ("and plumb ruling", PLUMB_COLOUR)]
    panels = [
        _titled([("as scanned", BLACK)], _as_scanned(trace, crop, zoom)),
        _titled(
            [("its ink,", BLACK), ("ink left out,", LEFT_OUT_COLOUR), *ruling],
            _own_ink(trace.clean, cut, crop, zoom),
        ),
        _titled(
            [("pieces and what they are taken for,", BLACK), ("cuts", SEAM_COLOUR)],
            _pieces(account, crop, zoom),
        ),
    ]
    rows: list[list[ColourImage]] = [[]]
    for panel in panels:
        if sum(one.shape[1] for one in [*rows[-1], panel]) > width and rows[-1]:
            rows.append([])
        rows[-1].append(panel)
    beside = [_beside(row) for row in rows]
    return stacked(beside, max(row.shape[1] for row in beside))


def _beside(panels: Sequence[ColourImage]) -> ColourImage:
    height = max(panel.shape[0] for panel in panels)
    return np.hstack([padded(panel, height, panel.shape[1]) for panel in panels])


def piece_colour(index: int) -> Colour:
    """Colour of a field's piece ``index``."""
    return PIECE_COLOURS[index % len(PIECE_COLOURS)]


def _titled(title: Sequence[tuple[str, Colour]], picture: ColourImage) -> ColourImage:
    """Lay a title above, and a gap at the right."""
    room = sum(TITLE_PEN.text_size(word)[1] + TITLE_PEN.gap_px for word, _ in title)
    width = max(picture.shape[1], room) + GAP_PX
    return stacked([draw_words(title, width, TITLE_PEN), picture], width)


def _as_scanned(trace: PageTrace, crop: Box, zoom: float) -> ColourImage:
    """The part of the scan that ``crop`` of the clean page was made of."""
    page = trace.page
    bend = trace.clean.bend
    middle = np.array([[crop.left + crop.right]]) / 2, np.array([[crop.top + crop.bottom]]) / 2
    top = crop.top + (0.0 if bend is None else float(bend.at(*middle)[0, 0]))
    to_clean = np.array([[1 / zoom, 0, crop.left], [0, 1 / zoom, top], [0, 0, 1]])
    seen = cv2.warpPerspective(
        page.image if page.colour is None else page.colour,
        trace.clean.to_scan @ to_clean,
        (max(1, round(crop.width * zoom)), max(1, round(crop.height * zoom))),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return in_colour(np.asarray(seen, np.uint8))


def _own_ink(clean: CleanPage, cut: CutField, crop: Box, zoom: float) -> ColourImage:
    """The ink of the field's pieces, in colour what was left out, the ruling and ink around pale.

    A piece shows as dark as the scan has it.
    """
    picture = pale(clean.ink[crop.slices])
    paint_ruling(picture, clean.level[crop.slices], clean.plumb[crop.slices])
    picture[_within(cut.field.box, crop)][ink_left_out(clean, cut)] = LEFT_OUT_COLOUR
    for piece in cut.pieces:
        spot, there = picture[_within(piece.box, crop)], piece.ink > 0
        spot[there] = ((255 - piece.ink[there]) // 2)[:, None]
    return _enlarged(picture, zoom)


def _pieces(account: Account, crop: Box, zoom: float) -> ColourImage:
    """Pieces in colours, numbered below; the steps of the way framed, named above."""
    pieces, colour = account.traced.cut.pieces, STATUS_COLOURS[account.reading.status]
    boxes = [_on_panel([piece], crop, zoom) for piece in pieces]
    picture = _enlarged(_paint_pieces(pieces, crop), zoom)
    names: list[tuple[Box, str, Colour]] = []
    for step in account.way:
        box = _on_panel(pieces[step.first : step.last + 1], crop, zoom)
        draw_box(picture, box, colour if step.digit else GREY, 2 if step.digit else 1)
        names.append((box, _name_of(step), colour if step.digit else GREY))
    numbers = [(box, str(i + 1), piece_colour(i)) for i, box in enumerate(boxes)]
    width = picture.shape[1]
    return np.vstack(
        [_spread(names, width, NAME_PEN), picture, _spread(numbers, width, NUMBER_PEN)]
    )


def _name_of(step: Step) -> str:
    return step.digit if step.leftover is None else LEFTOVER_NAMES[step.leftover]


def _paint_pieces(pieces: Sequence[Piece], crop: Box) -> ColourImage:
    """The pieces in their colours, and red where one was cut from the one before it."""
    picture = paper(crop.height, crop.width)
    before: Mask = np.zeros((crop.height, crop.width), bool)
    for index, piece in enumerate(pieces):
        here = np.zeros_like(before)
        here[_within(piece.box, crop)] = piece.ink > 0
        picture[here] = piece_colour(index)
        if piece.cut is not None:
            picture[(here & grown(before, 1)) | (before & grown(here, 1))] = SEAM_COLOUR
        before = here
    return picture


def _within(box: Box, crop: Box) -> tuple[slice, slice]:
    top, left = crop.top, crop.left
    return slice(box.top - top, box.bottom - top), slice(box.left - left, box.right - left)


def _on_panel(run: Sequence[Piece], crop: Box, zoom: float) -> Box:
    """The box around pieces, in pixels of the enlarged picture."""
    top, left = min(p.box.top for p in run), min(p.box.left for p in run)
    bottom, right = max(p.box.bottom for p in run), max(p.box.right for p in run)
    sides = (top - crop.top, left - crop.left, bottom - crop.top, right - crop.left)
    return Box(*(round(side * zoom) for side in sides))


def _enlarged(picture: ColourImage, zoom: float) -> ColourImage:
    """Enlarge so that every pixel shows."""
    height, width = picture.shape[:2]
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    how = cv2.INTER_NEAREST if zoom >= 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def _spread(words: Sequence[tuple[Box, str, Colour]], width: int, pen: Pen) -> ColourImage:
    """Words in one line, each over the middle of its box; those without room move down a line."""
    line = pen.text_size("8")[0]
    ends: list[int] = []
    placed = []
    for box, word, colour in words:
        own = pen.text_size(word)[1]
        left = min(max((box.left + box.right - own) // 2, 0), max(width - own, 0))
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + own]
        placed.append((row, left, word, colour))
    strip = paper(line * max(len(ends), 1), width)
    for row, left, word, colour in placed:
        pen.write(strip, word, row * line, left, colour)
    return strip
