"""The outline of a run in, which of its columns show a ruled line out."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.runs import runs_of
from digitscan.values import Mask

Picture = npt.NDArray[np.uint8]

HALF = 0.5
"""A pixel of a line is at least this share as dark as the stretch that it lies in."""
UP_AND_DOWN = np.ones((3, 1), np.uint8)
DARK_COLUMN = 0.8
"""Share of a line's columns that are no darker than what counts as its darkness."""
LONG_PX, FADING_PX = 300, 75
"""So long a line may fade; so much of it is in one light."""
BLURRED = 0.05
"""Share of a line's length by which its blurred ends may be taken for it, at most."""
LEAST_FREE, FREE_END = 0.8, 0.3
"""Gap, in stroke widths, that parts a digit from a ruled line, and share of a run's length within
which it lies at either end.
"""


def shown_columns(inside: Picture, own: Picture) -> Mask:
    """Which columns of a line are at least half as dark as the line, along its middle, (w,).

    Where the line fades, as under the glare of a lamp, they are so against the line around them.
    """
    filled = (inside > 0).astype(np.float32)
    place = np.arange(len(filled), dtype=np.float32) @ filled
    rows = np.rint(place / filled.sum(axis=0)).astype(np.intp)
    around = np.asarray(cv2.dilate(own, UP_AND_DOWN), np.uint8)
    tones = around[rows, np.arange(rows.size)]
    shown = tones > HALF * _quantile(tones, DARK_COLUMN)
    if tones.size >= LONG_PX and not shown.all():
        shown |= tones > HALF * cv2.dilate(tones[None], np.ones((1, FADING_PX), np.uint8))[0]
    return np.asarray(shown, np.bool_)


def _quantile(tones: Picture, share: float) -> float:
    """The tone that this share of ``tones`` (n,) is no darker than, as ``np.quantile`` has it."""
    ranked = np.sort(tones)
    place = share * (ranked.size - 1)
    below = int(place)
    low, high = ranked[below : below + 2].tolist() if below + 1 < ranked.size else [ranked[-1]] * 2
    return float(low + (place - below) * (high - low))


def cover(shown: Mask) -> float:
    """Share of a line's columns that show it; ends that run on a little past it don't count."""
    at = np.flatnonzero(shown)
    length = max(at[-1] - at[0] + 1, shown.size * (1 - BLURRED)) if at.size else 1
    return float(at.size / length)


def stands_free(shown: Mask, stroke_px: float) -> bool:
    """Whether a run is the stroke of a digit from near one line to near another.

    Only the gaps before the two, which were closed, part it from them.
    """
    gaps = [gap for gap in runs_of(~shown) if gap.stop - gap.start > LEAST_FREE * stroke_px]
    inner = [gap for gap in gaps if gap.start > 0 and gap.stop < shown.size]
    if len(inner) != 2:
        return False
    near = FREE_END * shown.size
    return bool(inner[0].stop <= near and inner[1].start >= shown.size - near)
