"""The ink of a page in, the posts that numbers are written between out.

Some forms have ``[    ]``, ``(    )`` or ``|    |`` for a number. A model reads them as a 1. They
are printed: the same again and again, and higher than digits are written.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import compress

import numpy as np
import numpy.typing as npt

from digitscan.masks import share_in_common
from digitscan.scan.evening import Outlines, fill_outline
from digitscan.values import GreyImage, Mask

Picture = npt.NDArray[np.uint8]
Bounds = npt.NDArray[np.int_]
Shares = npt.NDArray[np.float64]

SHORTEST_STROKES, LONGEST_STROKES, WIDEST = 9.0, 40.0, 0.45
"""Height of a post in stroke widths, and its width as a share of its height."""
LOWEST_STROKES = 5.0
"""Ink lower than so many stroke widths is no digit."""
HIGHER, MOST, BESIDE = 1.25, 0.8, 1.5
"""How many times as high as most other ink beside it a post is, at least; how much most is; and how
far off it may be, in heights of the post. Where nothing is, the post is in a row with others.
"""
LEVEL = 0.1
"""How far apart posts of a row begin and end, as a share of their height."""
SLACK_PX, SLACK, LEAST_ALIKE = 1.5, 0.02, 0.8
"""How much posts of one kind differ in size, as a share too, and what share they have in common."""
FEWEST, MOST_TALL = 4, 500
"""Posts of one kind on a page; and pieces of ink as high, or the page is full of print."""
COMPARED = 100
"""Shapes that each is compared with, at most: of a kind there may be hundreds."""


def take_out_posts(outlines: Outlines, ink: GreyImage, plumb: Picture, stroke_px: float) -> None:
    """Take posts out of ``ink``, and draw a line in ``plumb`` for each.

    Parameters
    ----------
    outlines : Outlines
        Those of the ink.
    ink : (H, W) uint8
        0 paper, 1 to 255 ink.
    plumb : (H, W) uint8
        Lines found along the columns.
    stroke_px : float
        Typical stroke width.
    """
    contours, bounds = outlines.outer()
    width, height = (bounds[:, 2:] - bounds[:, :2]).T
    tall = (height >= SHORTEST_STROKES * stroke_px) & (height <= LONGEST_STROKES * stroke_px)
    narrow = tall & (width <= WIDEST * height)
    if not FEWEST <= np.count_nonzero(narrow) <= MOST_TALL:
        return
    shapes = [fill_outline(outline) > 0 for outline in compress(contours, narrow)]
    kinds = _are_alike(shapes)
    again = np.count_nonzero(kinds, axis=1) >= FEWEST
    sides, others = bounds[narrow], height >= LOWEST_STROKES * stroke_px
    others[np.flatnonzero(narrow)[again]] = False
    shares = _shares_beside(sides, bounds[others])
    beside = np.array([_most(np.concatenate([*compress(shares, kind)])) for kind in kinds])
    posts = again & (beside * HIGHER <= 1)
    posts |= again & np.isnan(beside) & (_are_level(sides) & posts).any(axis=1)
    half = max(1, round(stroke_px / 2))
    for (left, top, right, bottom), shape in compress(
        zip(sides.tolist(), shapes, strict=True), posts
    ):
        ink[top:bottom, left:right][shape] = 0
        plumb[top:bottom, (left + right) // 2 - half : (left + right) // 2 + half] = 255


def _shares_beside(posts: Bounds, others: Bounds) -> list[Shares]:
    """How high what stands beside each post is, as shares of its height."""
    left, top, right, bottom = (side[:, None] for side in posts.T)
    high, middle = bottom - top, (others[:, 1] + others[:, 3]) / 2
    apart = np.maximum(others[:, 0] - right, left - others[:, 2])
    beside = (middle > top) & (middle < bottom) & (apart > 0) & (apart <= BESIDE * high)
    shares = (others[:, 3] - others[:, 1]) / high
    return [own[near] for own, near in zip(shares, beside, strict=True)]


def _most(shares: Shares) -> float:
    """What most of the shares are at most; NaN for too few."""
    return float(np.quantile(shares, MOST)) if shares.size >= FEWEST else math.nan


def _are_level(posts: Bounds) -> Mask:
    """Which posts are as high as which others and in a row with them, (n, n)."""
    rows = posts[:, [1, 3]]
    slack = SLACK_PX + LEVEL * (rows[:, 1] - rows[:, 0])
    return np.asarray((abs(rows[:, None] - rows) <= slack[:, None]).all(axis=2), np.bool_)


def _are_alike(shapes: Sequence[Mask]) -> Mask:
    """Which shapes (rows) are the same as which others, of which few are compared, (n, n)."""
    sizes = np.array([shape.shape for shape in shapes])
    like = (abs(sizes[:, None] - sizes) <= SLACK_PX + SLACK * sizes).all(axis=2)
    same = np.eye(len(shapes), dtype=np.bool_)
    for one, row in enumerate(like):
        for other in np.flatnonzero(row & ~same[one])[:COMPARED].tolist():
            alike = share_in_common(shapes[one], shapes[other]) >= LEAST_ALIKE
            same[one, other] = same[other, one] = alike
    return same
