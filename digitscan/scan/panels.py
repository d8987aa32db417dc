"""A page in grey in, the same with its coloured panels taken for paper and their boxes ruled out.

Many forms are printed in one pale colour and have no lines: boxes are what the colour leaves white.
Here these get the lines that they would have elsewhere.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.binarisation import shrunk
from digitscan.values import ColourImage, GreyImage

Contour = npt.NDArray[np.int32]

SMALL_SIDE = 500
"""Longer side of the small copy in which panels are looked for."""
STROKE_PX = 5
"""What is narrower, in the small copy, is writing, or parts two boxes."""
REACH_PX = 161
"""Width, in the small copy, of the window whose brightest is paper."""
PALEST, DARKEST = 0.93, 0.6
"""How bright a panel is, as a share of paper."""
NARROWEST_PX, LEAST_SHARE = 15, 0.01
"""Width of a panel in the small copy, or it is a frame or an emblem, and the share of the page that
panels cover."""
SPREAD = 0.2
"""Most of a panel is of one tone: of how much darker than paper it is, this share."""
LOWEST_PX, HIGHEST_SHARE = 7, 0.5
"""Height of a box, at least in the small copy, at most as a share of the longer side."""
EDGE_PX = 2
"""So near to its edge, in the small copy, a box is compared with what is around it."""
LEAST_FILLED = 0.9
"""Share of the smallest rectangle around it that a box fills."""
PALEST_PART, DARKEST_PART = 0.5, 1.3
"""What parts the cells of a box is that dark, in shares of the panel's darkness."""
MOSTLY = 0.6
"""Share of it that is no darker, where writing crosses it."""
PART_SHARE, LONGEST_PART_PX = 0.85, 20
"""It runs straight for this share of the box's side, or so many pixels of the small copy."""
LINE_TONE, LINE_SHARE = 110, 0.0009
"""Tone of the lines, of 255, and their width as a share of the page's longer side."""


def rule_boxes(image: GreyImage, colour: ColourImage | None = None) -> GreyImage:
    """The page without its panels, and lines around the boxes in them.

    Parameters
    ----------
    image : (H, W) uint8
        0 black, dark ink on light paper.
    colour : (H, W, 3) uint8, optional
        The page itself, if ``image`` is the darkest colour of each pixel.
    """
    times = max(1, round(max(image.shape) / SMALL_SIDE))
    tone = _tone_of_panels(np.ascontiguousarray(image[::times, ::times]))
    if tone is None:
        return image
    ground, step = _ground(image, times), (1 + tone) / 2
    paper = _paper(ground, times)
    panel = np.asarray(ground < step * paper, np.uint8)
    lines = _boxes(panel, ground, step, times)
    darkness = np.asarray(cv2.bitwise_not(cv2.divide(image, ground, scale=255)), np.uint8)
    for box in list(lines):
        lines += _part_cells(darkness, box, 255 * (1 - tone), times)
    bright = cv2.multiply(_over_ground(image, ground, colour, times), paper, scale=1 / 255)
    ruled = np.where(panel > 0, bright, image)
    cv2.polylines(ruled, lines, True, LINE_TONE, max(2, round(LINE_SHARE * max(image.shape))))
    return np.asarray(ruled, np.uint8)


def _part_cells(darkness: GreyImage, box: Contour, typical: float, times: int) -> list[Contour]:
    """Lines in the middle of what parts the cells of a box, (2, 1, 2) of x, y each.

    ``darkness`` is that of the page over its ground, ``typical`` that of a panel, of 255.
    """
    left, top, width, height = cv2.boundingRect(box)
    place = np.s_[top : top + height, left : left + width]
    sides = sorted(cv2.minAreaRect(box)[1], reverse=width < height)
    lines = []
    for axis, side in enumerate(sides):
        tones = darkness[place] if axis == 0 else darkness[place].T
        length = min(PART_SHARE * side, LONGEST_PART_PX * times)
        for rows, columns in _strips(tones, typical, length):
            slope, start = np.polyfit(rows, columns, 1)
            ends = np.array([rows.min(), rows.max()])
            points = np.rint(np.stack([start + slope * ends, ends], axis=1)).astype(np.int32)
            lines.append((points[:, :: 1 - 2 * axis] + (left, top)).reshape(-1, 1, 2))
    return lines


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


def _over_ground(
    image: GreyImage, ground: GreyImage, colour: ColourImage | None, times: int
) -> GreyImage:
    """How bright the page is over its ground; in colour, that which is darkest over its own.

    A blue pen on yellow is hardly darker than it in blue, where yellow is darkest.
    """
    if colour is None:
        return np.asarray(cv2.divide(image, ground, scale=255), np.uint8)
    channels = [np.asarray(channel, np.uint8) for channel in cv2.split(colour)]
    each = [cv2.divide(channel, _ground(channel, times), scale=255) for channel in channels]
    return np.asarray(np.minimum.reduce(each), np.uint8)


def _tone_of_panels(small: GreyImage) -> float | None:
    """How bright the panels of a page are, as a share of paper; None where it has none."""
    ground = _ground(small, 1)
    share = ground / np.maximum(_paper(ground, 1), 1)
    panel = np.asarray((share < PALEST) & (share >= DARKEST), np.uint8)
    wide = cv2.morphologyEx(panel, cv2.MORPH_OPEN, np.ones((NARROWEST_PX, NARROWEST_PX), np.uint8))
    if wide.mean() < LEAST_SHARE:
        return None
    dark, tone, light = np.quantile(share[panel > 0], [0.15, 0.5, 0.85])
    if light - dark > SPREAD * (1 - tone):
        return None
    boxes = _boxes(panel, ground, (1 + tone) / 2, 1)
    return float(tone) if boxes else None


def _ground(image: GreyImage, times: int) -> GreyImage:
    """The page without its strokes; ``times`` is its size in those of the small copy."""
    square = np.ones((STROKE_PX * times, STROKE_PX * times), np.uint8)
    calm = cv2.medianBlur(image, 3)
    return np.asarray(cv2.morphologyEx(calm, cv2.MORPH_CLOSE, square), np.uint8)


def _paper(ground: GreyImage, times: int) -> GreyImage:
    """How bright paper is at each pixel of the page."""
    square = np.ones((REACH_PX, REACH_PX), np.uint8)
    brightest = cv2.dilate(shrunk(ground, times), square)
    height, width = ground.shape
    return np.asarray(cv2.resize(brightest, (width, height)), np.uint8)


def _boxes(panel: GreyImage, ground: GreyImage, step: float, times: int) -> list[Contour]:
    """Corners of the white boxes in a panel, (4, 1, 2) of x, y each.

    Holes that are no brighter than what is around them are filled: paper is too far away there.
    """
    contours, tree = cv2.findContours(panel, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    lowest, highest = times * LOWEST_PX, HIGHEST_SHARE * max(panel.shape)
    parents = np.reshape(np.asarray(tree), (-1, 4))[:, 3] if contours else ()
    boxes = []
    for contour, parent in zip(contours, parents, strict=True):
        hole = np.asarray(contour, np.int32)
        if parent < 0 or min(cv2.boundingRect(hole)[2:]) < lowest:
            continue
        if _rise(hole, ground, times) * step < 1:
            cv2.drawContours(panel, [hole], -1, 1, cv2.FILLED)
            continue
        box = _corners(hole, lowest, highest)
        if box is not None:
            boxes.append(box)
    return boxes


def _rise(hole: Contour, ground: GreyImage, times: int) -> float:
    """How many times brighter a hole is just inside its edge than just outside."""
    left, top, width, height = cv2.boundingRect(hole)
    beyond = EDGE_PX * times
    first = max(0, left - beyond), max(0, top - beyond)
    seen = ground[first[1] : top + height + beyond, first[0] : left + width + beyond]
    inside = np.zeros_like(seen)
    cv2.drawContours(inside, [hole - np.array(first)], -1, 1, cv2.FILLED)
    square = np.ones((2 * beyond + 1, 2 * beyond + 1), np.uint8)
    within = inside - cv2.erode(inside, square)
    around = cv2.dilate(inside, square) - inside
    return float(np.median(seen[within > 0]) / max(1.0, np.median(seen[around > 0])))


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
