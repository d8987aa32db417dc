"""Ink of a field in, its connected blobs out: parts of one digit joined, specks left out.

Handwriting leans. Whether two blobs stand beside or above one another is judged along the lean:
``start`` and ``end`` of a blob are the columns it spans at the middle row of the field after
every row has been shifted back by the lean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import Box, GreyImage

Points = npt.NDArray[np.int32]

SPECK = 1.5
"""A field with nothing larger than this many stroke widths, each way, holds only dirt."""
MOST_BLOBS = 400
"""Of a field with more of them only so many are looked at, the largest: the rest is noise."""
STEEPEST_LEAN = 0.8
"""Columns a stroke may drift in a row: steeper than any hand writes."""
STACKED_OVERLAP = 0.2
"""Two parts are stacked when this share of the narrower one lies above or below the other."""
CRUMB, BROKEN_GAP = 0.05, 0.6
"""Parts of a broken digit have this share of one another's ink, at least, and no wider a gap
between them, as a share of the higher one.
"""
TALL = 0.5
"""A blob this share of the field's digit height may be a digit of its own."""
DIRT, DIRT_APART, LINE_APART = 0.2, 0.25, 0.15
"""What is smaller than the first, and further from all other ink than the second, is no part of a
digit, in digit heights; than the third, where it is long and may be left of a ruled line.
"""
LONG = 2.2
"""A box this many times as wide as high is no digit but a dash, or digits that touch."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Ink that hangs together.

    ``box`` lies in the field's crop, ``ink`` is (box.height, box.width) uint8 and holds this
    blob's ink only (0 is paper), ``pixels`` is how many are not paper.
    """

    box: Box
    ink: GreyImage
    pixels: int
    start: float
    end: float

    @property
    def width(self) -> float:
        """Columns covered along the lean."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Scale:
    """What sizes in a field are measured against, in pixels.

    ``lean`` is in columns a row, negative where the writing leans to the right. ``middle`` is the
    row about which it is undone.
    """

    digit_px: float
    stroke_px: float
    lean: float
    middle: float


def find_blobs(ink: GreyImage, stroke_px: float) -> tuple[list[Blob], Scale]:
    """Find the blobs of a field, left to right, and the scale of its writing.

    Parameters
    ----------
    ink : (h, w) uint8
        0 is paper.
    stroke_px : float
        Typical pen width in pixels.

    Returns
    -------
    blobs : list of Blob
        Ink inside a closed loop belongs to the loop.
    scale : Scale
    """
    outlines = _outlines(ink, SPECK * stroke_px)
    lean, middle = _lean(outlines, stroke_px), ink.shape[0] / 2
    if not outlines:
        return [], Scale(0.0, stroke_px, lean, middle)
    blobs = _blobs(ink, outlines, _spans(outlines, lean, middle))
    digit_px = middle_height([(_stack(blob, blobs), blob.pixels) for blob in blobs])
    scale = Scale(digit_px, stroke_px, lean, middle)
    return join_parts(blobs, scale), scale


def _outlines(ink: GreyImage, speck_px: float) -> list[Points]:
    """Outer outlines (n, 1, 2), as x and y; none where there are only specks."""
    found, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outlines = [np.asarray(outline, np.int32) for outline in found]
    if len(outlines) > MOST_BLOBS:
        outlines = sorted(outlines, key=_size, reverse=True)[:MOST_BLOBS]
    return outlines if any(_size(outline) > speck_px for outline in outlines) else []


def _size(outline: Points) -> int:
    """The longer side of what an outline goes around."""
    return max(cv2.boundingRect(outline)[2:])


def _lean(outlines: Sequence[Points], stroke_px: float) -> float:
    """Columns by which the strokes drift a row: second moments of what is higher than wide."""
    drift = spread = 0.0
    for outline in outlines:
        _, _, width, height = cv2.boundingRect(outline)
        if height > 3 * stroke_px and width < 1.2 * height:
            moments = cv2.moments(outline)
            drift += moments["mu11"]
            spread += moments["mu02"]
    return min(max(drift / spread, -STEEPEST_LEAN), STEEPEST_LEAN) if spread > 0 else 0.0


def _spans(outlines: Sequence[Points], lean: float, middle: float) -> list[tuple[float, float]]:
    """First and last column of each outline, the lean undone."""
    points = np.concatenate(outlines)[:, 0, :]
    columns = points[:, 0] - lean * (points[:, 1] - middle)
    offsets = np.cumsum([0] + [len(outline) for outline in outlines[:-1]])
    starts = np.minimum.reduceat(columns, offsets).tolist()
    ends = np.maximum.reduceat(columns, offsets).tolist()
    return [(start, end + 1) for start, end in zip(starts, ends, strict=True)]


def _blobs(
    ink: GreyImage, outlines: Sequence[Points], spans: Sequence[tuple[float, float]]
) -> list[Blob]:
    """Lift each blob out of ``ink``, left to right."""
    blobs = []
    for i in sorted(range(len(outlines)), key=lambda i: spans[i][0] + spans[i][1]):
        box = _box(outlines[i])
        mask = np.zeros((box.height, box.width), np.uint8)
        offset = (-box.left, -box.top)
        cv2.drawContours(mask, [outlines[i]], -1, 255, cv2.FILLED, offset=offset)
        own = np.asarray(cv2.bitwise_and(ink[box.slices], mask), np.uint8)
        blobs.append(Blob(box, own, cv2.countNonZero(own), *spans[i]))
    return blobs


def _box(outline: Points) -> Box:
    left, top, width, height = cv2.boundingRect(outline)
    return Box(top, left, top + height, left + width)


def middle_height(shapes: Sequence[tuple[Box, int]]) -> float:
    """Height at which half of the pixels stand in lower boxes; dashes count only if all are."""
    upright = [shape for shape in shapes if not is_long(shape[0])]
    ranked = sorted((box.height, pixels) for box, pixels in upright or shapes)
    half, seen = sum(pixels for _, pixels in ranked) / 2, 0
    for height, pixels in ranked:
        seen += pixels
        if seen >= half:
            return float(height)
    return 0.0


def _stack(blob: Blob, blobs: Sequence[Blob]) -> Box:
    """The box around a blob and what stands right above or below it: a digit in pieces."""
    parts = [other.box for other in blobs if other is not blob and _is_part(other, blob)]
    return Box.around([blob.box, *parts])


def _is_part(part: Blob, blob: Blob) -> bool:
    """Whether two blobs may be parts of one broken digit: stacked, near, and neither a crumb."""
    if not CRUMB * blob.pixels <= part.pixels <= blob.pixels / CRUMB:
        return False
    if not _over_one_another(part, blob):
        return False
    apart = max(part.box.top - blob.box.bottom, blob.box.top - part.box.bottom)
    return apart <= BROKEN_GAP * max(part.box.height, blob.box.height)


def _over_one_another(first: Blob, second: Blob) -> bool:
    """Whether much of the narrower of two blobs lies above or below the other, along the lean."""
    shared = min(first.end, second.end) - max(first.start, second.start)
    return shared >= STACKED_OVERLAP * min(first.width, second.width)


def is_long(box: Box) -> bool:
    """Whether a box is far wider than high, as a dash is."""
    return box.width >= LONG * box.height


def lean_span(ink: GreyImage, box: Box, scale: Scale) -> tuple[float, float]:
    """First and last column of ``ink``, which lies in ``box``, the lean undone."""
    rows, columns = np.nonzero(ink)
    if len(rows) == 0:
        return float(box.left), float(box.right)
    upright = columns - scale.lean * (rows + box.top - scale.middle)
    return float(upright.min()) + box.left, float(upright.max()) + box.left + 1


def join_parts(blobs: Sequence[Blob], scale: Scale) -> list[Blob]:
    """Join what is stacked into one digit: the bar over a 5, the halves of a broken stroke.

    Blobs beside one another stay apart, and so do dashes and rests of lines as long as a digit
    is high, which would tie whole numbers together.
    """
    parts = list(blobs)
    small = sorted(range(len(parts)), key=lambda i: parts[i].pixels)
    host_of: dict[int, int] = {}
    for i in small:
        host = _host(i, parts, host_of, scale)
        if host is not None:
            parts[host] = _joined(parts[host], parts[i])
            host_of[i] = host
    return sorted((p for i, p in enumerate(parts) if i not in host_of), key=_order)


def _order(blob: Blob) -> float:
    """Where a blob comes in the line: by its middle, a dash by where it begins."""
    return blob.start if is_long(blob.box) else (blob.start + blob.end) / 2


def _host(i: int, parts: Sequence[Blob], host_of: dict[int, int], scale: Scale) -> int | None:
    """The blob that part ``i`` belongs to, if it is stacked with one at all."""
    part = parts[i]
    if is_long(part.box) and part.box.width > 0.9 * scale.digit_px:
        return None
    best, best_gap = None, float("inf")
    for j, other in enumerate(parts):
        if j == i or j in host_of or other.pixels < part.pixels:
            continue
        if other.start >= part.end or part.start >= other.end:
            continue
        if _stacked(part, other, scale):
            gap = max(part.box.top - other.box.bottom, other.box.top - part.box.bottom)
            if gap < best_gap:
                best, best_gap = j, gap
    return best


def _stacked(part: Blob, other: Blob, scale: Scale) -> bool:
    if not _over_one_another(part, other):
        return False
    if is_long(other.box) and other.box.width > 0.9 * scale.digit_px:
        return False
    if _is_dirt(part.box, other, scale):
        return False
    beside = min(part.box.bottom, other.box.bottom) - max(part.box.top, other.box.top)
    top, bottom = min(part.box.top, other.box.top), max(part.box.bottom, other.box.bottom)
    if bottom - top > 1.4 * scale.digit_px:
        return False
    return beside < 0.3 * part.box.height or part.box.height < TALL * scale.digit_px


def _is_dirt(crumb: Box, other: Blob, scale: Scale) -> bool:
    """Whether a crumb is too small, and too far from the ink of another blob, to be part of it."""
    if max(crumb.height, crumb.width) >= DIRT * scale.digit_px:
        return False
    apart = LINE_APART if is_long(crumb) else DIRT_APART
    return not has_ink_near(other.ink, other.box, crumb, round(apart * scale.digit_px))


def has_ink_near(ink: GreyImage, box: Box, other: Box, reach: int) -> bool:
    """Whether ``ink``, which fills ``box``, has any in ``other`` or no further than ``reach``."""
    rows = slice(max(0, other.top - reach - box.top), other.bottom + reach - box.top)
    columns = slice(max(0, other.left - reach - box.left), other.right + reach - box.left)
    return bool(rows.stop > 0 and columns.stop > 0 and ink[rows, columns].any())


def _joined(a: Blob, b: Blob) -> Blob:
    box, ink = lay_together((a.box, a.ink), (b.box, b.ink))
    return Blob(box, ink, a.pixels + b.pixels, min(a.start, b.start), max(a.end, b.end))


def lay_together(*parts: tuple[Box, GreyImage]) -> tuple[Box, GreyImage]:
    """Lay the ink of several boxes into one picture of the box around them all."""
    whole = Box.around(box for box, _ in parts)
    picture = np.zeros((whole.height, whole.width), np.uint8)
    for box, ink in parts:
        rows, columns = box.moved(-whole.top, -whole.left).slices
        np.maximum(picture[rows, columns], ink, out=picture[rows, columns])
    return whole, picture
