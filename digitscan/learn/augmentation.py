"""Clean ink of one digit in, the same ink as a scan of a real form would show it out.

Everything happens on enlarged ink, before ``normalise_glyph``: what training sees has gone through
the same last step as what is read. Each effect has a share of digits that it strikes; the shares
were chosen on digits of other hands and scanners, on which no model was trained.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitscan.glyph.normalise import stroke_width
from digitscan.learn.datasets import Images
from digitscan.learn.pen import Pen
from digitscan.learn.pressure import press_lightly
from digitscan.learn.strokes import enlarge
from digitscan.values import GreyImage

WARP_SHARE = 0.9
ELASTIC_SHARE = 0.3
WIDTH_SHARE = 0.4
FRAGMENT_SHARE = 0.08
CUT_SHARE = 0.08
RULE_SHARE = 0.1
BITE_SHARE = 0.05
BREAK_SHARE = 0.14
LIGHT_SHARE = 0.15
SPECK_SHARE = 0.06
SCAN_SHARE = 0.6
MAX_TURN_DEGREES = 14.0
MAX_WIDTH = 1.15
"""Stretching makes no digit wider than this many times its height."""


def age_ink(
    ink: GreyImage, random: np.random.Generator, neighbours: Images, stretched: float = 0.0
) -> GreyImage:
    """Pass the ink of one digit through a hand's and a scanner's accidents.

    Parameters
    ----------
    ink : (h, w) uint8
        0 is paper; about 100 pixels high.
    neighbours : (N, 28, 28) uint8
        Digits that a fragment at the side may come from.
    stretched : float
        Share of digits that are given quite other proportions.

    Returns
    -------
    (h, w) uint8
        Ink of any size, 0 is paper; not yet a glyph.
    """
    pen = Pen(random)
    ink = crop_ink(ink)
    if stretched and pen.chance(stretched):
        ink = stretch_ink(ink, pen)
    if pen.chance(WARP_SHARE):
        ink = warp_ink(ink, pen)
    if pen.chance(ELASTIC_SHARE):
        ink = _ripple(ink, pen)
    if pen.chance(WIDTH_SHARE):
        ink = change_width(ink, pen)
    if pen.chance(FRAGMENT_SHARE):
        ink = _add_fragment(ink, pen, neighbours)
    if pen.chance(CUT_SHARE):
        ink = _cut_flat(ink, pen)
    if pen.chance(BITE_SHARE):
        ink = _bite(ink, pen)
    if pen.chance(RULE_SHARE):
        ink = _add_rule(ink, pen)
    if pen.chance(BREAK_SHARE):
        ink = _break_up(ink, pen)
    if pen.chance(LIGHT_SHARE):
        ink = press_lightly(ink, pen)
    if pen.chance(SPECK_SHARE):
        ink = _add_specks(ink, pen)
    return scan_ink(ink, pen) if pen.chance(SCAN_SHARE) else ink


def crop_ink(ink: GreyImage, margin: int = 0) -> GreyImage:
    """Cut away empty rows and columns, then add an empty margin."""
    left, top, width, height = cv2.boundingRect(ink)
    if width == 0:
        return ink
    tight = ink[top : top + height, left : left + width]
    return add_margin(tight, margin) if margin else tight


def add_margin(ink: GreyImage, margin: int) -> GreyImage:
    """Add empty paper around the ink; several times as fast as numpy's own."""
    sides = (margin, margin, margin, margin)
    return np.asarray(cv2.copyMakeBorder(ink, *sides, cv2.BORDER_CONSTANT, value=0), np.uint8)


def warp_ink(ink: GreyImage, pen: Pen, strength: float = 1.0) -> GreyImage:
    """Turn, slant and stretch."""
    turn = np.deg2rad(np.clip(pen.around(5.5), -MAX_TURN_DEGREES, MAX_TURN_DEGREES)) * strength
    slant = float(np.clip(pen.around(0.17), -0.45, 0.45)) * strength
    width, height = np.exp(pen.around(0.14) * strength), np.exp(pen.around(0.05) * strength)
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = turning @ np.array([[width, -slant], [0.0, height]])
    rows, columns = ink.shape
    new_columns, new_rows = np.ceil(np.abs(shape) @ np.array([columns, rows])).astype(int) + 4
    shift = np.array([new_columns, new_rows]) / 2 - shape @ np.array([columns, rows]) / 2
    matrix = np.column_stack([shape, shift])
    size = (int(new_columns), int(new_rows))
    return np.asarray(cv2.warpAffine(ink, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def stretch_ink(ink: GreyImage, pen: Pen) -> GreyImage:
    """Make a digit wider, or rarely narrower, as hands and some scanning software do."""
    rows, columns = ink.shape
    factor = pen.between(1.0, 1.8) if pen.chance(0.8) else pen.between(0.65, 1.0)
    width = max(2, round(min(columns * factor, max(columns, MAX_WIDTH * rows))))
    return np.asarray(cv2.resize(ink, (width, rows), interpolation=cv2.INTER_LINEAR), np.uint8)


def _ripple(ink: GreyImage, pen: Pen) -> GreyImage:
    """Move the ink about smoothly: each hand forms the same digit anew (Simard et al., 2003)."""
    ink = add_margin(ink, 6)
    rows, columns = ink.shape
    reach = pen.between(0.015, 0.05) * max(ink.shape)
    coarse = pen.random.standard_normal((4, 4, 2)).astype(np.float32) * reach
    moves = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
    x = np.arange(columns, dtype=np.float32)[None, :] + moves[..., 0]
    y = np.arange(rows, dtype=np.float32)[:, None] + moves[..., 1]
    return np.asarray(cv2.remap(ink, x, y, cv2.INTER_LINEAR), np.uint8)


def change_width(ink: GreyImage, pen: Pen) -> GreyImage:
    """Make the stroke thinner or thicker by a third at most, or by half; rarely, twice as thick."""
    thinner = pen.chance(0.45)
    size = 6 + pen.below(4) if not thinner and pen.chance(0.2) else 2 + pen.below(4)
    return thin_ink(ink, size) if thinner else _thicken(ink, size)


def thin_ink(ink: GreyImage, size_px: int) -> GreyImage:
    """Make strokes so many pixels finer, unless next to nothing would be left."""
    thin = cv2.erode(ink, _tip(size_px), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(thin if np.count_nonzero(thin > 127) > 60 else ink, np.uint8)


def _thicken(ink: GreyImage, size_px: int) -> GreyImage:
    return np.asarray(cv2.dilate(add_margin(ink, 4), _tip(size_px)), np.uint8)


def _tip(size_px: int) -> GreyImage:
    tip = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size_px, size_px))
    return np.asarray(tip, np.uint8)


def _add_fragment(ink: GreyImage, pen: Pen, neighbours: Images) -> GreyImage:
    """Put the edge of another digit at one side, as a wrong cut does, or above or below."""
    other = crop_ink(enlarge(neighbours[pen.below(len(neighbours))]))
    if min(other.shape) < 8:
        return ink
    if pen.chance(0.25):
        return _lay_beside(ink.T, other.T, pen).T.copy()
    return _lay_beside(ink, other, pen)


def _lay_beside(ink: GreyImage, other: GreyImage, pen: Pen) -> GreyImage:
    """Put a strip of ``other`` at the left or right of the ink."""
    rows, columns = ink.shape
    share = cv2.resize(other, (other.shape[1], rows), interpolation=cv2.INTER_AREA)
    width = max(2, int(columns * pen.between(0.05, 0.18)))
    gap = np.zeros((rows, int(pen.between(0, 10))), np.uint8)
    shift = int(pen.between(-0.4, 0.4) * rows)
    at_left = pen.chance(0.5)
    edge = share[:, -width:] if at_left else share[:, :width]
    edge = np.roll(edge, shift, axis=0)
    edge[: max(0, shift)] = 0
    edge[rows + min(0, shift) :] = 0
    return np.hstack([edge, gap, ink] if at_left else [ink, gap, edge])


def _cut_flat(ink: GreyImage, pen: Pen) -> GreyImage:
    """Cut a little off the top or the bottom: a printed line there was taken out, ink and all.

    No more than a stroke's width goes: a 7 that loses its bar is a 1.
    """
    depth = min(round(stroke_width(ink) * pen.between(0.3, 0.85)), ink.shape[0] // 8)
    turned = warp_ink(ink, pen, 0.2) if pen.chance(0.3) else ink
    tight = crop_ink(turned)
    rows = tight.shape[0]
    return (tight[depth:] if pen.chance(0.5) else tight[: rows - depth]).copy()


def _bite(ink: GreyImage, pen: Pen) -> GreyImage:
    """Rub out a thin bar, mostly level: a printed rule was taken out with the ink on it."""
    rows, columns = ink.shape
    ink = ink.copy()
    width = max(1, int(pen.between(0.02, 0.075) * rows))
    if pen.chance(0.75):
        row = int(pen.between(0.05, 0.95) * rows)
        ink[row : row + width] = 0
    else:
        column = int(pen.between(0.05, 0.95) * columns)
        ink[:, column : column + width] = 0
    return ink


def _add_rule(ink: GreyImage, pen: Pen) -> GreyImage:
    """Leave part of a thin printed line at an edge, touching or near.

    An upright one stays thinner than a pen stroke: otherwise it would be a 1.
    """
    gap = int(pen.between(0, 9))
    ink = add_margin(ink, gap + 4)
    rows, columns = ink.shape
    level = int(pen.between(110, 255))
    if pen.chance(0.6):
        width = int(pen.between(1, 4))
        row = 0 if pen.chance(0.4) else rows - width
        start = int(pen.between(0, 0.6) * columns)
        end = int(columns * pen.between(0.65, 1.0)) if pen.chance(0.5) else columns
        ink[row : row + width, start : max(end, start + 5)] = level
    else:
        width = int(pen.between(1, 3))
        column = 0 if pen.chance(0.5) else columns - width
        start = int(pen.between(0, 0.8) * rows)
        ink[start : start + int(pen.between(0.1, 1.0) * rows), column : column + width] = level
    return ink


def _break_up(ink: GreyImage, pen: Pen) -> GreyImage:
    """Let a faint pencil fail in places, on smooth paper or on coarse."""
    rows, columns = ink.shape
    grain = 4 + pen.below(14) if pen.chance(0.7) else 18 + pen.below(20)
    coarse = pen.random.random((grain, grain), dtype=np.float32)
    noise = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
    kept = noise > pen.between(0.1, 0.26)
    darkest = pen.between(0.3, 0.65)
    faint = ink * np.clip(darkest + noise * (1 - darkest), 0, 1)
    return np.asarray(np.where(kept, faint, 0), np.uint8)


def _add_specks(ink: GreyImage, pen: Pen) -> GreyImage:
    ink = add_margin(ink, 4)
    rows, columns = ink.shape
    for _ in range(1 + pen.below(4)):
        spot = (pen.below(columns), pen.below(rows))
        cv2.circle(ink, spot, pen.below(4), int(pen.between(100, 255)), -1, cv2.LINE_AA)
    return ink


def fade_ink(ink: GreyImage, random: np.random.Generator) -> GreyImage:
    """Blur, break or threshold ink (h, w) uint8 as small as on a clean page, or leave it."""
    pen = Pen(random)
    if pen.chance(0.3):
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), pen.between(0.4, 0.9)), np.uint8)
    if pen.chance(BREAK_SHARE):
        ink = _break_up(ink, pen)
    if pen.chance(LIGHT_SHARE):
        return press_lightly(ink, pen)
    if pen.chance(0.4):
        ink = np.where(ink > pen.between(60, 150), 255, 0).astype(np.uint8)
    return np.where(ink > 40, ink, 0).astype(np.uint8)


def scan_ink(ink: GreyImage, pen: Pen) -> GreyImage:
    """Scan at a low or middling resolution: blurred, noisy, squeezed as JPEG or thresholded.

    A digit 3.5 to 5 mm high is 14 to 20 pixels at 100 dpi.
    """
    height_px = pen.between(13, 22) if pen.chance(0.3) else pen.between(18, 60)
    scale = height_px / max(ink.shape)
    small: Any = ink
    if scale < 1:
        height, width = (max(3, round(side * scale)) for side in ink.shape)
        small = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA)
    small = add_margin(small, 2)
    if pen.chance(0.5):
        small = cv2.GaussianBlur(small, (0, 0), pen.between(0.3, min(1.0, height_px / 30)))
    if pen.chance(0.3):
        small = _add_grain(small, pen)
    if pen.chance(0.1):
        small = _squeeze(small, pen)
    if pen.chance(0.5):
        level = float(small.max()) * pen.between(0.3, 0.6)
        small = np.where(small > level, 255, 0).astype(np.uint8)
    return np.asarray(small, np.uint8)


def _add_grain(ink: GreyImage, pen: Pen) -> GreyImage:
    grain = pen.random.standard_normal(ink.shape, dtype=np.float32) * pen.between(8, 40)
    return np.where(ink > 0, np.clip(ink + grain, 0, 255), 0).astype(np.uint8)


def jpeg_of(grey: GreyImage, quality: int) -> GreyImage:
    """What JPEG of a quality, 1 to 100, leaves of a picture (h, w) uint8."""
    packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def _squeeze(ink: GreyImage, pen: Pen) -> GreyImage:
    """Compress as JPEG and take the paper out again, as cleaning a page does."""
    grey = jpeg_of(ink, int(pen.between(12, 45)))
    return np.where(grey > 0.25 * float(grey.max()), grey, 0).astype(np.uint8)
