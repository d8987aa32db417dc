"""The ink of a page in, the posts that numbers are written between out.

Some forms have ``[    ]``, ``(    )`` or ``|    |`` for a number. A model reads them as a 1. They
are printed: the same again and again, and higher than digits are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np
import numpy.typing as npt

from digitscan.masks import share_in_common
from digitscan.scan.evening import Outlines, bounds_of, fill_outline
from digitscan.values import GreyImage, Mask

Picture = npt.NDArray[np.uint8]

SHORTEST_STROKES, LONGEST_STROKES, WIDEST = 9.0, 40.0, 0.45
"""Height of a post in stroke widths, and its width as a share of its height."""
LOWEST_STROKES = 5.0
"""Ink lower than so many stroke widths is no digit."""
HIGHER = 1.25
"""How many times as high as most digits a post is, at least."""
SLACK_PX, SLACK, LEAST_ALIKE = 1.5, 0.02, 0.8
"""How much posts of one kind differ in size, as a share too, and what share they have in common."""
FEWEST, MOST = 4, 500
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
    contours = list(compress(outlines.contours, ~outlines.holes))
    bounds = bounds_of(contours)
    width, height = (bounds[:, 2:] - bounds[:, :2]).T
    digits = height[
        (height >= LOWEST_STROKES * stroke_px) & (height <= LONGEST_STROKES * stroke_px)
    ]
    if not digits.size:
        return
    lowest = max(SHORTEST_STROKES * stroke_px, HIGHER * float(np.median(digits)))
    tall = (height >= lowest) & (height <= LONGEST_STROKES * stroke_px) & (width <= WIDEST * height)
    if not FEWEST <= np.count_nonzero(tall) <= MOST:
        return
    shapes = [fill_outline(post) > 0 for post in compress(contours, tall)]
    posts = zip(bounds[tall].tolist(), shapes, strict=True)
    again = np.count_nonzero(_are_alike(shapes), axis=1) >= FEWEST
    for (left, top, right, bottom), shape in compress(posts, again):
        ink[top:bottom, left:right][shape] = 0
        middle, half = (left + right) // 2, max(1, round(stroke_px / 2))
        plumb[top:bottom, middle - half : middle + half] = 255


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
