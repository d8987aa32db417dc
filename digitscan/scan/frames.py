"""The ink of a page in, its frames with round corners drawn as boxes out.

Many forms have a frame with round corners, or a circle, for each digit. Its sides are no straight
lines, and left in the ink it is read as a 0. It is told from one by what no hand does: turned by
half it is the same, and the page has more of its size, or it is wide, with ruled lines above and
below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.masks import share_in_common
from digitscan.scan.bubbles import are_bubbles
from digitscan.scan.evening import Outlines, fill_outline
from digitscan.values import Box, GreyImage, Mask

Picture = npt.NDArray[np.uint8]

LOWEST_STROKES, LARGEST_SHARE = 8.0, 0.5
"""Sides of a frame, at least in stroke widths, at most as a share of the page's."""
LEAST_FILLED = 0.72
"""Share of its bounding box that a frame encloses; an ellipse 0.785."""
CORNER, MOST_AT_CORNERS = 0.15, 0.65
"""Size of a corner, as a share of the shorter side, and the share of corners that a frame may fill:
one with square corners fills them.
"""
MOST_INK = 0.5
"""Share of what it encloses that is ink."""
LEAST_ALIKE = 0.96
"""Share that a frame has in common with itself turned by half: 96 of 100 frames have as much, and 5
of 10,000 written zeros.
"""
SLACK_PX, SLACK = 1.5, 0.02
"""How much frames of one size differ, and as a share of it."""
FEWEST, MOST = 3, 1500
"""Frames of one size; and of any, with what they enclose, or the page is full of a pattern."""
WIDEST_ZERO, LEAST_STROKES, NEAR = 1.5, 3.0, 0.25
"""Frames are wider than this, as a share of their height, or hold more ink than strokes that are so
many times as long as wide, or have another this near, as a share of their width. Zeros seldom are
or do.
"""
RULED = 0.4
"""Share of a side along which a line was found."""
THICKEST_STROKES = 2.5
SHOWN, MOST_BESIDE = 0.65, 0.5
"""Share of a frame that is ink, and of what lies just inside it, where a stroke leaves it."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame: its bounding box, and what lies within its outline, (h, w) uint8, 255 inside."""

    box: Box
    shape: Picture


def draw_frames(
    outlines: Outlines, ink: GreyImage, level: Picture, plumb: Picture, stroke_px: float
) -> None:
    """Draw frames with round corners as boxes into ``level`` and ``plumb``, and erase them.

    Parameters
    ----------
    outlines : Outlines
        Those of the ink.
    ink : (H, W) uint8
        0 paper, 1 to 255 ink; frames are taken out.
    level, plumb : (H, W) uint8
        Lines found along the rows and along the columns; drawn into.
    stroke_px : float
        Typical stroke width.
    """
    found = list(_find_frames(outlines, ink, stroke_px))
    if not 0 < len(found) <= MOST:
        return
    apart = _apart(found)
    ruled = [_is_wide(frame) and _is_ruled(frame.box, level, stroke_px) for frame in apart]
    frames = _of_one_size(apart, ruled, ink, stroke_px)
    if not frames:
        return
    thick = _thickness(frames, ink)
    whole = len(frames)
    frames += _crossed(frames, thick, ink)
    inner = [_eroded(frame.shape, thick + 1) for frame in frames]
    if are_bubbles(inner[:whole], [ink[frame.box.slices] for frame in frames[:whole]]):
        _clear(frames, ink)
        return
    _erase(frames, inner, thick, ink)
    for frame in frames:
        _draw(_upright(frame), thick, level, plumb)


def _find_frames(outlines: Outlines, ink: GreyImage, stroke_px: float) -> Iterator[_Frame]:
    """What has the shape of a frame.

    Frames that touch one another have no outlines of their own, but what they enclose has.
    """
    least, (most_high, most_wide) = LOWEST_STROKES * stroke_px, LARGEST_SHARE * np.array(ink.shape)
    holes, bounds = outlines.holes.tolist(), outlines.bounds.tolist()
    for outline, is_hole, sides in zip(outlines.contours, holes, bounds, strict=True):
        left, top, right, bottom = sides
        width, height = right - left, bottom - top
        if min(height, width) < least or height > most_high or width > most_wide:
            continue
        free = (height - 1) * (width - 1) - cv2.contourArea(outline)
        corners = 4 * (CORNER * min(height, width)) ** 2
        if not (1 - MOST_AT_CORNERS) * corners <= free <= (1 - LEAST_FILLED) * height * width:
            continue
        frame = _Frame(Box(top, left, bottom, right), fill_outline(outline))
        if not _is_round(frame.shape):
            continue
        if is_hole:
            frame = _around(frame, ink, round(THICKEST_STROKES * stroke_px))
        if _is_even(frame, ink):
            yield frame


def _around(hole: _Frame, ink: GreyImage, most: int) -> _Frame:
    """The frame around what it encloses, at ``most`` so thick."""
    box = hole.box
    row, column = (box.top + box.bottom) // 2, (box.left + box.right) // 2
    sides = (
        ink[row, box.right : box.right + most],
        ink[row, max(0, box.left - most) : box.left][::-1],
        ink[box.bottom : box.bottom + most, column],
        ink[max(0, box.top - most) : box.top, column][::-1],
    )
    # at two of its sides the next frame may touch it
    thick = sorted(int(np.argmin(np.append(side, 0) > 0)) for side in sides)[1]
    edge = ink.shape[0] - box.bottom, ink.shape[1] - box.right
    thick = min(thick, box.top, box.left, *edge)
    shape = np.pad(hole.shape, thick)
    around = Box(box.top - thick, box.left - thick, box.bottom + thick, box.right + thick)
    return _Frame(around, np.asarray(cv2.dilate(shape, _disc(thick)), np.uint8))


def _is_round(shape: Picture) -> bool:
    """Whether a frame leaves its corners free."""
    side = max(2, round(CORNER * min(shape.shape)))
    ends = slice(None, side), slice(-side, None)
    filled = [np.count_nonzero(shape[rows, columns]) for rows, columns in product(ends, ends)]
    return bool(max(filled) <= MOST_AT_CORNERS * side * side)


def _is_even(frame: _Frame, ink: GreyImage) -> bool:
    """Whether a frame turned by half is the same, and it encloses little ink."""
    shape = frame.shape > 0
    if np.count_nonzero(ink[frame.box.slices][shape]) > MOST_INK * np.count_nonzero(shape):
        return False
    return share_in_common(shape, shape[::-1, ::-1]) >= LEAST_ALIKE


def _apart(frames: Sequence[_Frame]) -> list[_Frame]:
    """Frames without what they enclose, and without the outlines of rows that touch."""
    apart: list[_Frame] = []
    for frame in frames:
        if not _is_known(frame.box, apart):
            apart.append(frame)
    return [frame for frame in apart if not _holds_more(frame.box, apart)]


def _is_known(box: Box, frames: Sequence[_Frame]) -> bool:
    """Whether a box is that of a frame."""
    return any(
        2 * box.shared_area(frame.box) > max(_area(box), _area(frame.box)) for frame in frames
    )


def _holds_more(box: Box, frames: Sequence[_Frame]) -> bool:
    """Whether a box holds two frames, or more, beside itself."""
    return sum(2 * box.shared_area(frame.box) > _area(frame.box) for frame in frames) > 2


def _area(box: Box) -> int:
    return box.height * box.width


def _of_one_size(
    frames: list[_Frame], ruled: list[bool], ink: GreyImage, stroke_px: float
) -> list[_Frame]:
    """The frames of which the page has enough of one size, of which one is no 0 for sure.

    And those that are ``ruled``.
    """
    sizes = np.array([(frame.box.height, frame.box.width) for frame in frames]).reshape(-1, 2)
    apart = np.abs(sizes[:, None] - sizes[None, :]) <= SLACK_PX + SLACK * sizes
    same = apart.all(axis=2)
    sure = [_is_wide(frame) or _holds_ink(frame, ink, stroke_px) for frame in frames]
    sure = np.array(sure, np.bool_) | (_beside(frames) & same).any(axis=1)
    kept = (np.count_nonzero(same, axis=1) >= FEWEST) & (same & sure).any(axis=1)
    kept |= np.array(ruled, np.bool_)
    return [frame for frame, is_one in zip(frames, kept, strict=True) if is_one]


def _is_wide(frame: _Frame) -> bool:
    """Whether a frame is too wide for one digit."""
    return frame.box.width > WIDEST_ZERO * frame.box.height


def _is_ruled(box: Box, level: Picture, stroke_px: float) -> bool:
    """Whether lines lie along most of the upper and of the lower side of a box."""
    reach = round(THICKEST_STROKES * stroke_px)
    return all(
        level[max(0, side - reach) : side + reach, box.left : box.right].any(axis=0).mean() >= RULED
        for side in (box.top, box.bottom)
    )


def _holds_ink(frame: _Frame, ink: GreyImage, stroke_px: float) -> bool:
    """Whether something is written in a frame."""
    inner = _eroded(frame.shape, round(THICKEST_STROKES * stroke_px)) > 0
    return bool(np.count_nonzero(ink[frame.box.slices][inner]) > LEAST_STROKES * stroke_px**2)


def _beside(frames: Sequence[_Frame]) -> Mask:
    """Which frames (rows) have which others (columns) right beside them, (n, n)."""
    top, left, _, right = np.array([frame.box.sides for frame in frames]).reshape(-1, 4).T
    width = right - left
    level = abs(top[:, None] - top) <= NEAR * width
    return np.asarray(level & (abs(left[:, None] - right) <= NEAR * width), np.bool_)


def _thickness(frames: Sequence[_Frame], ink: GreyImage) -> int:
    """Thickness of the frames: of most, at the middle of most of their sides."""
    runs = []
    for frame in frames:
        drawn = ink[_upright(frame).slices] > 0
        across, down = drawn[len(drawn) // 2], drawn[:, drawn.shape[1] // 2]
        runs += [int(np.argmin(run)) for run in (across, across[::-1], down, down[::-1])]
    return max(1, int(np.median(runs)))


def _crossed(frames: Sequence[_Frame], thick: int, ink: GreyImage) -> list[_Frame]:
    """More frames in rows with others, of which a stroke changes the outline."""
    more: list[_Frame] = []
    for frame in _one_of_each_row(frames):
        inner = _eroded(frame.shape, thick)
        ring, beside = frame.shape > inner, inner > _eroded(inner, thick)
        top, wide = max(0, frame.box.top - thick), frame.box.width
        drawn = (ink[top : frame.box.bottom + thick] > 0).astype(np.float32)
        shown = cv2.matchTemplate(drawn, ring.astype(np.float32), cv2.TM_CCORR)
        while shown.max() >= SHOWN * np.count_nonzero(ring):
            row, column = (int(place) for place in np.unravel_index(shown.argmax(), shown.shape))
            shown[:, max(0, column - wide // 2) : column + wide // 2 + 1] = 0
            box = Box(0, 0, frame.box.height, wide).moved(top + row, column)
            empty = (ink[box.slices][beside] > 0).mean() <= MOST_BESIDE
            if empty and not _is_known(box, [*frames, *more]):
                more.append(_Frame(box, frame.shape))
    return more


def _one_of_each_row(frames: Sequence[_Frame]) -> list[_Frame]:
    """A frame of each row of them."""
    rows: list[_Frame] = []
    for frame in frames:
        if not any(abs(frame.box.top - other.box.top) <= SLACK_PX for other in rows):
            rows.append(frame)
    return rows


def _erase(frames: Sequence[_Frame], inner: Sequence[Picture], thick: int, ink: GreyImage) -> None:
    """Take frames out of the ink, but not the strokes that cross them; ``inner`` is within each."""
    within, inside = np.zeros(ink.shape, np.uint8), np.zeros(ink.shape, np.uint8)
    for frame, own in zip(frames, inner, strict=True):
        for picture, shape in ((within, frame.shape), (inside, own)):
            np.maximum(picture[frame.box.slices], shape, out=picture[frame.box.slices])
    outside = cv2.bitwise_not(cv2.dilate(within, _disc(1)))
    reach = np.ones((2 * thick + 5, 2 * thick + 5), np.uint8)
    near = (cv2.dilate(cv2.bitwise_and(ink, side), reach) for side in (outside, inside))
    ink[(inside == 0) & (outside == 0) & (cv2.min(*near) == 0)] = 0


def _clear(frames: Sequence[_Frame], ink: GreyImage) -> None:
    """Take frames out of the ink with what lies in them."""
    for frame in frames:
        box = frame.box
        around = Box(max(0, box.top - 1), max(0, box.left - 1), box.bottom + 1, box.right + 1)
        within = np.zeros(ink[around.slices].shape, np.uint8)
        top, left = box.top - around.top, box.left - around.left
        within[top : top + box.height, left : left + box.width] = frame.shape
        ink[around.slices][cv2.dilate(within, _disc(1)) > 0] = 0


def _upright(frame: _Frame) -> Box:
    """The box from side to side of a frame's middle: a frame seen aslant has wider bounds."""
    height, width = frame.shape.shape
    rows = np.flatnonzero(frame.shape[:, width // 2])
    columns = np.flatnonzero(frame.shape[height // 2])
    box = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return box.moved(frame.box.top, frame.box.left)


def _draw(box: Box, thick: int, level: Picture, plumb: Picture) -> None:
    """Draw a box of lines."""
    for rows in (slice(box.top, box.top + thick), slice(box.bottom - thick, box.bottom)):
        level[rows, box.left : box.right] = 255
    for columns in (slice(box.left, box.left + thick), slice(box.right - thick, box.right)):
        plumb[box.top : box.bottom, columns] = 255


def _eroded(shape: Picture, thick: int) -> Picture:
    """A shape without what is nearer to its edge than ``thick`` pixels."""
    inner = cv2.erode(shape, _disc(thick), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(inner, np.uint8)


def _disc(radius: int) -> Picture:
    """A disc to grow and shrink shapes by."""
    size = 2 * radius + 1, 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size), np.uint8)
