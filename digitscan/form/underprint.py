"""Ink of a field in, the same without what was printed in its boxes to be written over out.

Letters that say what belongs there, D D M M Y Y, zeros, the bars of an 8: paler than the pen, and
in most boxes of the field.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from digitscan.runs import runs_of
from digitscan.values import GreyImage, Mask

DARK_PEN = 130
"""Where the pen is at least this dark, of 255, paler ink beside it is told apart from it."""
PALE_SHARE = 0.42
AWAY_STROKES, LEAST_PATTERN = 1.2, 0.12
"""A pattern shows further than this from the pen, with this share of the pen's area, at least."""
BAR_STROKES = 3.0
"""Length of its straight bars, in stroke widths."""
BARS_BESIDE_PEN, BARS_ANYWHERE = (0.18, 0.03), (0.75, 0.3)
"""Share of a pattern that lies in level and in plumb bars, added up, and in the lesser of the two.
A pale 0 beside dark digits has 0.6 and 0.15."""
MUCH_PEN = 0.3
"""Share of a cell's ink that is dark where the pen wrote over a pattern. Beside a dark cross, the
darkest spots of pale digits seem to be of another pen, too."""
LEAST_CELLS = 2
"""A pattern shows in so many cells of a comb; where the pen covers it, it does not."""
WRITTEN_OVER = 0.4
"""Share of a box's pen in the columns of the pattern; beside one pale digit it has 0.1 and less."""
MOST_BROKEN = 0.04
"""A pattern lies beside strokes; where more than this share of the pen would be broken off without
what is pale, that was a part of the strokes, as they were drawn with a soft pencil.
"""
PALER, PARTED, BETWEEN = 0.65, 0.3, 0.4
"""Two tones of strokes are two kinds of them if the one is at most the first share of the other,
and in the middle between them, without the second share at either side, lie at most so many times
the strokes of the rarer kind: those of a pencil have all tones."""
LEAST_CREST = 6
"""Pixels along the middle of strokes that show a kind in a cell."""
IN_MOST = 0.75
"""Share of the cells with pen in which the pale kind shows, too."""


def without_underprint(ink: GreyImage, cells: Sequence[slice], stroke_px: float) -> GreyImage:
    """``ink`` (h, w) uint8, 0 paper, without what is printed in boxes, paler than the pen.

    Letters are told by two tones of strokes with a gap between them, bars by being straight: a
    stroke of a drying pen is as pale, but seldom straight and level or upright, and it is not in
    the same place as a darker one. ``cells`` are the columns that may hold one digit.
    """
    tone = _tone_between(ink, cells)
    if tone is not None:
        return _darker_ink(ink, tone)
    pen = _pen_on_bars(ink, cells, stroke_px)
    return ink if pen is None or _broken_off(ink, pen) > MOST_BROKEN else pen


def _tone_between(ink: GreyImage, cells: Sequence[slice]) -> int | None:
    """The tone that parts two kinds of strokes, of which the paler is in most cells of the darker.

    None where there are no two, or where a cell is bare. The tones are those of the strokes'
    middles, for their rims have any.
    """
    if len(cells) < LEAST_CELLS:
        return None
    square = np.ones((3, 3), np.uint8)
    inside = cv2.erode((ink > 0).astype(np.uint8), square) > 0
    crests = np.where(inside & (ink == cv2.dilate(ink, square)), ink, 0).astype(np.uint8)
    tones = crests[crests > 0]
    if tones.size < LEAST_CREST:
        return None
    tone = int(cv2.threshold(tones, 0, 255, cv2.THRESH_OTSU)[0])
    pale, dark = tones[tones <= tone], tones[tones > tone]
    if not pale.size or not dark.size:
        return None
    low, high = float(np.median(pale)), float(np.median(dark))
    margin = PARTED * (high - low)
    between = np.count_nonzero((tones > low + margin) & (tones < high - margin))
    if low > PALER * high or between > BETWEEN * min(pale.size, dark.size):
        return None
    counts = np.array(
        [
            (
                np.count_nonzero((crests[:, cell] > 0) & (crests[:, cell] <= tone)),
                np.count_nonzero(crests[:, cell] > tone),
            )
            for cell in cells
        ]
    )
    is_pale, is_dark = (counts >= LEAST_CREST).T
    is_dark &= counts[:, 1] >= MUCH_PEN * counts.sum(axis=1)
    both = np.count_nonzero(is_pale & is_dark)
    over = 0 < both >= IN_MOST * np.count_nonzero(is_dark)
    return round(low + margin) if over and _is_in_each(is_pale, is_dark) else None


def _is_in_each(pale: Mask, pen: Mask) -> bool:
    """Whether what is pale shows in several of a comb's cells, (n,), and none of them is bare."""
    return bool(pale.sum() >= LEAST_CELLS and (pale | pen).all())


def _pen_on_bars(ink: GreyImage, cells: Sequence[slice], stroke_px: float) -> GreyImage | None:
    """The dark ink over a pale pattern of level and upright bars; None where there is none."""
    dark = _level_of(ink, 0.9)
    if dark < DARK_PEN:
        return None
    pen = _darker_ink(ink, _parting(ink, dark))
    reach = int(2 * AWAY_STROKES * stroke_px) | 1
    near = cv2.dilate(pen, np.ones((reach, reach), np.uint8))
    away = np.where(near == 0, ink, 0).astype(np.uint8)
    if not _is_printed_to_write_over(away, pen, cells):
        return None
    least = LEAST_PATTERN * cv2.countNonZero(pen)
    beside_pen = np.where(_columns_with(pen, ink, cells), away, 0).astype(np.uint8)
    for pale, barred, lesser in ((beside_pen, *BARS_BESIDE_PEN), (away, *BARS_ANYWHERE)):
        level, plumb, area = _bars(pale, int(BAR_STROKES * stroke_px))
        if area < least or cv2.mean(pale, pale)[0] > PALE_SHARE * dark:
            continue
        if level + plumb >= barred * area and min(level, plumb) >= lesser * area:
            return pen
    return None


def _is_printed_to_write_over(pale: GreyImage, pen: GreyImage, cells: Sequence[slice]) -> bool:
    """Whether ``pale`` shows in several cells and no cell is bare, or in the columns of much pen.

    A digit that a drying pen left pale is in one cell, and beside the others.
    """
    if cells:
        shown, written = (np.array([ink[:, cell].any() for cell in cells]) for ink in (pale, pen))
        return _is_in_each(shown, written)
    columns = pale.any(axis=0)
    return cv2.countNonZero(pen[:, columns]) >= WRITTEN_OVER * cv2.countNonZero(pen)


def _broken_off(ink: GreyImage, pen: GreyImage) -> float:
    """Share of ``pen`` that hangs together with more of it through ``ink`` only."""
    _, blobs = cv2.connectedComponents(ink)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(pen)
    blob_of = np.zeros(count, np.int32)
    blob_of[parts.ravel()] = blobs.ravel()
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = np.zeros(blobs.max() + 1, np.int32)
    np.maximum.at(largest, blob_of[1:], areas)
    return 1.0 - float(largest.sum() / max(1, areas.sum()))


def _bars(ink: GreyImage, length: int) -> tuple[int, int, int]:
    """Pixels of the level bars of ``ink``, of its plumb bars, and of all of it."""
    level, plumb = (
        cv2.countNonZero(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)))
        for shape in ((1, length), (length, 1))
    )
    return level, plumb, cv2.countNonZero(ink)


def _columns_with(pen: GreyImage, ink: GreyImage, cells: Sequence[slice]) -> Mask:
    """Which columns, (w,), are those of a cell that holds much of ``pen``.

    Without ``cells`` columns of ink that hang together are taken for them.
    """
    shown = np.zeros(ink.shape[1], np.bool_)
    for cell in cells or runs_of(np.asarray(ink.any(axis=0), np.bool_)):
        drawn = cv2.countNonZero(pen[:, cell])
        shown[cell] = drawn > 0 and drawn >= MUCH_PEN * cv2.countNonZero(ink[:, cell])
    return shown


def _parting(ink: GreyImage, dark: int) -> int:
    """The tone between print and pen, where most pen is at least so ``dark``."""
    otsu, _ = cv2.threshold(ink[ink > 0], 0, 255, cv2.THRESH_OTSU)
    return int(max(otsu, PALE_SHARE * dark))


def _darker_ink(ink: GreyImage, tone: int) -> GreyImage:
    """The strokes that are darker than a tone somewhere, and their pale rim."""
    core = (ink > tone).astype(np.uint8) * np.uint8(255)
    rim = cv2.dilate(core, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(ink, rim), np.uint8)


def _level_of(ink: GreyImage, share: float) -> int:
    """Darkness that ``share`` of the inked pixels do not exceed."""
    counts = cv2.calcHist([np.ascontiguousarray(ink)], [0], None, [256], [0, 256]).ravel()
    counts[0] = 0
    return int(np.searchsorted(np.cumsum(counts), share * counts.sum()))
