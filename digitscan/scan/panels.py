"""A page in grey in, the same with its coloured panels taken for paper and their boxes ruled out.

Many forms are printed in one pale colour and have no lines: boxes are what the colour leaves white.
Here these get the lines that they would have elsewhere.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.segments import Segments
from digitscan.values import ColourImage, GreyImage, Mask

Contour = npt.NDArray[np.int32]

NO_LINES = np.zeros((0, 4))
SMALL_SIDE = 500
"""Longer side of the small copy in which panels are looked for."""
STROKE_PX = 5
"""What is narrower, in the small copy, is writing, or parts two boxes."""
SAMPLING, ROUNDS = 8, 10
"""Every so many rows and columns of the small copy tell how bright paper is, in so many rounds."""
DARKEST_PAPER, LIGHTEST = 0.4, 0.95
"""Paper is nowhere darker than this share of what is brighter than that share of the page."""
BELOW, PASSED_OVER = 0.02, 0.02
"""What is darker than paper by more than the first counts with this weight."""
PALEST, DARKEST = 0.93, 0.6
"""How bright a panel is, as a share of paper."""
NARROWEST_PX, LEAST_SHARE = 15, 0.01
"""Width of a panel in the small copy, or it is a frame or an emblem, and the share of the page that
panels cover."""
SPREAD = 0.2
"""Most of a panel is of one tone: of how much darker than paper it is, this share."""
LOWEST_PX, HIGHEST_SHARE = 8, 0.35
"""Height of a box, at least in the small copy, at most as a share of the longer side."""
WIDEST_PX = 31
"""Boxes are lower, or narrower, in the small copy."""
LEAST_FILLED = 0.9
"""Share of the smallest rectangle around it that a box fills."""
PALEST_PART, DARKEST_PART = 0.5, 1.3
"""What parts the cells of a box is that dark, in shares of the panel's darkness."""
MOSTLY = 0.6
"""Share of it that is no darker, where writing crosses it."""
PART_SHARE, LONGEST_PART_PX = 0.85, 20
"""It runs straight for this share of the box's side, or so many pixels of the small copy."""
TICK_SHARE, ALIKE, FEWEST_TICKS = 0.3, 0.1, 2
"""A tick begins at a long side of a box and runs for the first share of the way across; so many
are no more unlike in length than the second.
"""
LINE_TONE, LINE_WIDTH = 0.45, 0.0009
"""Brightness of the lines, as a share of paper's, and their width, of the page's longer side."""


def rule_boxes(image: GreyImage, colour: ColourImage | None = None) -> tuple[GreyImage, Segments]:
    """Take a page's panels for paper, and draw lines around the boxes in them.

    Parameters
    ----------
    image : (H, W) uint8
        0 black, dark ink on light paper.
    colour : (H, W, 3) uint8, optional
        The page itself, if ``image`` is the darkest colour of each pixel.

    Returns
    -------
    ruled : (H, W) uint8
        ``image`` itself where it has no such panels.
    lines : (n, 4) float64
        The lines that were drawn: x0, y0, x1, y1.
    """
    times = max(1, round(max(image.shape) / SMALL_SIDE))
    small = _ground(np.ascontiguousarray(image[::times, ::times]), 1)
    paper, tone = _paper_and_tone(small)
    if tone is None:
        return image, NO_LINES
    ground = _ground(image, times)
    paper = np.asarray(cv2.resize(paper, image.shape[::-1]), np.uint8)
    panel = _panel(ground, paper, tone)
    boxes = _boxes(panel, times)
    over = np.asarray(cv2.divide(image, ground, scale=255), np.uint8)
    darkness = np.asarray(cv2.bitwise_not(over), np.uint8)
    typical = 255 * (1 - tone)
    lines = boxes + [part for box in boxes for part in _parts(darkness, box, typical, times)]
    if not lines:
        return image, NO_LINES
    if colour is not None:
        over = _darkest_over_ground(colour, times)
    bright = cv2.multiply(over, paper, scale=1 / 255)
    ruled = np.where(panel > 0, np.asarray(bright, np.uint8), image)
    drawn, pen = np.zeros_like(image), max(2, round(LINE_WIDTH * max(image.shape)))
    cv2.polylines(drawn, lines, True, 1, pen)
    np.copyto(ruled, cv2.convertScaleAbs(paper, alpha=LINE_TONE), where=drawn > 0)
    ends = [np.hstack([line[:, 0], np.roll(line[:, 0], -1, axis=0)]) for line in lines]
    return ruled, np.vstack(ends).astype(np.float64)


def _paper_and_tone(small: GreyImage) -> tuple[GreyImage, float | None]:
    """How bright paper is, (h, w), and panels are, as a share of it; None where there are none.

    Where a page is one panel its boxes tell what paper is.
    """
    paper = paper_brightness(small, np.ones(small.shape, np.bool_))
    tone = _tone_of_panels(small, paper)
    if tone is not None:
        return paper, tone
    around = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((WIDEST_PX, WIDEST_PX), np.uint8))
    bright = small * PALEST > around
    if bright.mean() < LEAST_SHARE:
        return paper, None
    paper = paper_brightness(small, bright)
    return paper, _tone_of_panels(small, paper)


def _parts(darkness: GreyImage, box: Contour, typical: float, times: int) -> list[Contour]:
    """Lines in the middle of what parts the cells of a box, (2, 1, 2) of x, y each.

    ``darkness`` is that of the page over its ground, ``typical`` that of a panel, of 255.
    """
    left, top, width, height = cv2.boundingRect(box)
    place = np.s_[top : top + height, left : left + width]
    sides = sorted(cv2.minAreaRect(box)[1], reverse=width < height)
    lines = []
    for axis, side in enumerate(sides):
        tones = darkness[place] if axis == 0 else darkness[place].T
        length, slack = min(PART_SHARE * side, LONGEST_PART_PX * times), times + len(tones) - side
        strips = _strips(tones, typical, TICK_SHARE * side)
        ends = np.array([(rows.min(), rows.max()) for rows, _ in strips]).reshape(-1, 2)
        long = ends[:, 1] - ends[:, 0] >= length - 1
        ticks = _are_ticks(ends, slack, len(tones)) & ~long & (side == min(sides))
        ends[ticks] = 0, len(tones) - 1
        for number in np.flatnonzero(long | ticks).tolist():
            rows, columns = strips[number]
            slope, start = np.polyfit(rows, columns, 1)
            points = np.stack([start + slope * ends[number], ends[number]], axis=1)
            corners = np.rint(points).astype(np.int32)[:, :: 1 - 2 * axis] + (left, top)
            lines.append(corners.reshape(-1, 1, 2))
    return lines


def _are_ticks(ends: npt.NDArray[np.intp], slack: float, height: int) -> Mask:
    """Which strips, (n, 2) of first and last rows, begin at one side and are of one length."""
    hang, stand = ends[:, 0] <= slack, ends[:, 1] >= height - slack
    long = ends[:, 1] - ends[:, 0]
    alike = np.abs(long[:, None] - long) <= ALIKE * long
    at_side = (hang[:, None] & hang) | (stand[:, None] & stand)
    return np.asarray((alike & at_side).sum(axis=1) >= FEWEST_TICKS, np.bool_)


def _strips(
    darkness: GreyImage, typical: float, length: float
) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Rows and columns of plumb strips as dark as ``typical``, and of at least this ``length``."""
    dark = np.asarray(darkness >= PALEST_PART * typical, np.uint8)
    upright = np.ones((max(1, round(length)), 1), np.uint8)
    runs = cv2.morphologyEx(cv2.dilate(dark, np.ones((1, 3), np.uint8)), cv2.MORPH_OPEN, upright)
    count, labels = cv2.connectedComponents(runs)
    strips = [np.nonzero(labels == number) for number in range(1, count)]
    pale = darkness <= DARKEST_PART * typical
    return [(rows, columns) for rows, columns in strips if pale[rows, columns].mean() >= MOSTLY]


def _darkest_over_ground(colour: ColourImage, times: int) -> GreyImage:
    """How bright a page is in that of its colours which is darkest over its own ground.

    A blue pen on yellow is hardly darker than it in blue, where yellow is darkest.
    """
    channels = [np.asarray(channel, np.uint8) for channel in cv2.split(colour)]
    each = [cv2.divide(channel, _ground(channel, times), scale=255) for channel in channels]
    return np.asarray(np.minimum.reduce(each), np.uint8)


def _tone_of_panels(ground: GreyImage, paper: GreyImage) -> float | None:
    """How bright the panels of a page are, as a share of paper; None where it has none."""
    share = ground / paper
    panel = np.asarray((share < PALEST) & (share >= DARKEST), np.uint8)
    square = np.ones((NARROWEST_PX, NARROWEST_PX), np.uint8)
    wide = share[cv2.morphologyEx(panel, cv2.MORPH_OPEN, square) > 0]
    if wide.size < LEAST_SHARE * share.size:
        return None
    dark, tone, light = np.quantile(wide, [0.15, 0.5, 0.85])
    if light - dark > SPREAD * (1 - tone) or not _boxes(_panel(ground, paper, tone), 1):
        return None
    return float(tone)


def _panel(ground: GreyImage, paper: GreyImage, tone: float) -> GreyImage:
    """Where a page is nearer to a panel in tone than to paper, or darker: 255."""
    palest = cv2.convertScaleAbs(paper, alpha=(1 + tone) / 2)
    return np.asarray(cv2.compare(ground, palest, cv2.CMP_LT), np.uint8)


def _ground(image: GreyImage, times: int) -> GreyImage:
    """The page without its strokes; ``times`` is its size in those of the small copy."""
    square = np.ones((STROKE_PX * times, STROKE_PX * times), np.uint8)
    calm = cv2.medianBlur(image, 3)
    return np.asarray(cv2.morphologyEx(calm, cv2.MORPH_CLOSE, square), np.uint8)


def paper_brightness(ground: GreyImage, where: Mask) -> GreyImage:
    """How bright paper is in the light of each place of a small page: (h, w) uint8.

    A surface of second degree is fitted to the logarithms ``where`` paper may be, and what lies
    below it, as panels do, is passed over.
    """
    height, width = ground.shape
    few = np.ascontiguousarray(ground[::SAMPLING, ::SAMPLING])
    y, x = (np.linspace(-1, 1, side) for side in few.shape)
    x, y = (each.ravel() for each in np.meshgrid(x, y))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    lit = few.ravel() >= DARKEST_PAPER * float(np.quantile(few, LIGHTEST))
    lit &= where[::SAMPLING, ::SAMPLING].ravel()
    rows, goal = terms[lit], np.log(np.maximum(few.ravel()[lit], 1).astype(np.float64))
    weight = np.ones(len(goal))
    for _ in range(ROUNDS):
        left = rows * weight[:, None]
        fit = np.linalg.lstsq(left.T @ rows, left.T @ goal, rcond=None)[0]
        weight = np.where(goal - rows @ fit > -BELOW, 1.0, PASSED_OVER)
    brightness = np.exp(np.clip(terms @ fit, 0, math.log(255))).reshape(few.shape)
    return np.asarray(cv2.resize(brightness.astype(np.uint8), (width, height)), np.uint8)


def _boxes(panel: GreyImage, times: int) -> list[Contour]:
    """Corners of the white boxes in a panel, (4, 1, 2) of x, y each."""
    contours, tree = cv2.findContours(panel, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parents = np.reshape(np.asarray(tree), (-1, 4))[:, 3] if contours else ()
    holes = [np.asarray(c, np.int32) for c, up in zip(contours, parents, strict=True) if up >= 0]
    lowest, highest = times * LOWEST_PX, HIGHEST_SHARE * max(panel.shape)
    boxes = [_corners(hole, lowest, highest) for hole in holes]
    return [box for box in boxes if box is not None]


def _corners(hole: Contour, lowest: float, highest: float) -> Contour | None:
    """Corners of a hole that is a box; None for other holes."""
    rectangle = cv2.minAreaRect(hole)
    low, long = sorted(rectangle[1])
    if not lowest <= low <= highest or cv2.contourArea(hole) < LEAST_FILLED * low * long:
        return None
    corners = cv2.approxPolyDP(hole, 0.25 * low, True)
    if len(corners) != 4:
        corners = np.rint(cv2.boxPoints(rectangle)).reshape(-1, 1, 2)
    return np.asarray(corners, np.int32)
