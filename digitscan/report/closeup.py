"""One field from its ink to its value: its trace and account in, one colour picture out.

From top to bottom: what was read, and what speaks against it; the field as scanned, its ink without
the ruling, and the pieces that the ink was cut into; each glyph that was judged, with what the
model says of it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import cv2
import numpy as np

from digitscan.reader import PageTrace
from digitscan.report.account import Account, likeliest_classes
from digitscan.report.drawing import (
    BLACK,
    STATUS_COLOURS,
    Colour,
    Pen,
    draw_box,
    draw_words,
    paper,
    stacked,
)
from digitscan.report.explanation import headline, sentences
from digitscan.report.panels import GAP_PX, GREY, draw_panels, piece_colour
from digitscan.report.summary import count
from digitscan.values import Box, ColourImage

WIDTH_PX = 1240
"""Width of a picture, unless a long field needs more."""
WIDEST_PX = 2000
GLYPH_ZOOM = 4
GLYPH_PX = GLYPH_ZOOM * 28
TILE_HEIGHT_PX, TILE_WIDTH_PX = GLYPH_PX + 2 * GAP_PX, 308
"""A glyph and the words beside it."""
MOST_TILES = 400
"""Glyphs drawn of one field: with more the picture would be too high to be opened."""
WORDS_PX = TILE_WIDTH_PX - GLYPH_PX - 3 * GAP_PX
"""Room for the words beside a glyph."""
BAR_PX = 50
"""Length of the bar of a probability of 1."""
WIDEST_LINE = 110
"""Letters in a line of text."""
TITLE_PEN, TEXT_PEN, SMALL_PEN = Pen(letter_px=20), Pen(letter_px=14), Pen(letter_px=11)
FRAME: Colour = (215, 215, 215)


def draw_closeup(trace: PageTrace, account: Account) -> ColourImage:
    """Draw one field. Gives (h, w, 3) uint8 in BGR."""
    panels = draw_panels(trace, account, WIDTH_PX, WIDEST_PX)
    width = max(WIDTH_PX, panels.shape[1])
    colour = STATUS_COLOURS[account.reading.status]
    title = draw_words([(headline(account), colour)], width, TITLE_PEN)
    text = [line for told in sentences(account) for line in textwrap.wrap(told, WIDEST_LINE)]
    lines = [draw_words([(line, BLACK)], width, TEXT_PEN) for line in text]
    sheet = stacked([title, *lines, panels, *_rows_of_tiles(account, width)], width)
    height = sheet.shape[0] + 2 * GAP_PX
    framed = paper(height, width + 2 * GAP_PX)
    framed[GAP_PX:-GAP_PX, GAP_PX:-GAP_PX] = sheet
    return framed


def _rows_of_tiles(account: Account, width: int) -> list[ColourImage]:
    """All glyphs that were judged, left to right, a title above."""
    candidates = account.traced.cut.candidates
    if not candidates:
        return []
    tiles = [_draw_tile(account, index) for index in range(min(len(candidates), MOST_TILES))]
    title = f"{count(len(candidates), 'glyph')} judged, framed where they were read"
    if len(candidates) > MOST_TILES:
        title += f"; the last {len(candidates) - MOST_TILES} are left out"
    in_row = width // TILE_WIDTH_PX
    rows = [np.hstack(tiles[start : start + in_row]) for start in range(0, len(tiles), in_row)]
    return [draw_words([(title, BLACK)], width, TEXT_PEN), *rows]


def _draw_tile(account: Account, index: int) -> ColourImage:
    """One glyph, the pieces it is made of, its likeliest classes, box and cost."""
    candidate = account.traced.cut.candidates[index]
    box, colour = candidate.box, STATUS_COLOURS[account.reading.status]
    digit = next((step.digit for step in account.way if step.candidate == index), "")
    numbers = [(str(i + 1), piece_colour(i)) for i in range(candidate.first, candidate.last + 1)]
    read = [(f"is a {digit}", colour)] if digit else []
    lines = [
        _line([("piece" if len(numbers) == 1 else "pieces", BLACK), *numbers, *read]),
        *(_draw_class(*one) for one in likeliest_classes(account.traced.probabilities[index])),
        _line([(f"{box.width} x {box.height} px, cost {candidate.cost:.1f}", GREY)]),
    ]
    tile = paper(TILE_HEIGHT_PX, TILE_WIDTH_PX)
    size = (GLYPH_PX, GLYPH_PX)
    glyph = cv2.resize(255 - candidate.glyph, size, interpolation=cv2.INTER_NEAREST)
    tile[GAP_PX : GAP_PX + GLYPH_PX, GAP_PX : GAP_PX + GLYPH_PX] = glyph[..., None]
    words = np.vstack(lines)
    tile[GAP_PX : GAP_PX + words.shape[0], -WORDS_PX - GAP_PX : -GAP_PX] = words
    frame = Box(3, 3, TILE_HEIGHT_PX - 3, TILE_WIDTH_PX - 3)
    draw_box(tile, frame, colour if digit else FRAME, 3 if digit else 1)
    return tile


def _line(words: Sequence[tuple[str, Colour]]) -> ColourImage:
    return draw_words(words, WORDS_PX, SMALL_PEN)


def _draw_class(name: str, share: float) -> ColourImage:
    """A class of a glyph, and how likely it is, as a bar too."""
    line = _line([(name, BLACK)])
    left, height = SMALL_PEN.text_size("none")[1] + SMALL_PEN.gap_px, line.shape[0]
    line[height // 3 : 3 * height // 4, left : left + 1 + round(share * BAR_PX)] = GREY
    SMALL_PEN.write(line, f"{share:.1%}", 0, left + BAR_PX + SMALL_PEN.gap_px, BLACK)
    return line
