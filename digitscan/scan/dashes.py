"""The ink of a page in, the dashed and dotted lines in it out.

A machine prints dashes: of one length, at one pitch, on one straight line. That tells them from
what a pen does, and a row of them from the dots of letters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.evening import bounds_of, fill_outline
from digitscan.values import Mask

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]
Marks = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]
Pattern = tuple[float, float]

THICKEST_STROKES, LONGEST_STROKES = 1.5, 60.0
"""How thick and how long a dash is, in stroke widths, at most."""
FEWEST, SURE, PAIRS = 3, 5, 4
"""Dashes of a line between two others, and of one by itself. Two long ones will do where so many
lines begin and end alike, as the dividers of a comb.
"""
LEAST_STROKES = 0.4
"""What is smaller than this, in stroke widths, is dirt."""
LARGEST_PITCH = 6.0
"""Distance from dash to dash, in stroke widths; only dashes longer than the gap may be further."""
LONG = 0.5
"""A dash is long if it is this share of the pitch."""
LARGEST_GAP = 6.0
"""Gap between dashes, in stroke widths, at most."""
HIDDEN = 10.0
"""Largest gap of a line that a digit is written over, likewise."""
OFFSET = 0.5
"""How far a dash may be above or below the one before it, in stroke widths."""
LIKE, LIKE_PX = 0.35, 1.5
"""Difference in length, as a share, and in pixels, of equal dashes."""
AT_PITCH, AT_PITCH_PX = 0.2, 1.2
"""How far a dash may be from its place, as a share of the pitch, and in pixels."""
CUT_SHORT = 0.35
"""The same for a line like others on its page, of which the ends are hidden."""
LIKE_GAP = 1.3
"""Gaps of such a line are no wider than so many times theirs."""
REGULAR, FEW, MANY = 0.75, 6, 12
"""Share of the dashes that must be alike and at the pitch: all of them where they are few. Many
make a line however they have run into one another.
"""
LONGEST_DASH = 24.0
"""Length of a dash, in stroke widths, at most; longer ones are rules for a number each."""
DENSE, DENSELY, SHORTEST, LONGEST_SIDE = 1.5, 0.85, 9.0, 22.0
"""Pieces of any length are of one line, if so many of the gaps are no wider than the first, and
the line is longer than the third, in stroke widths; a few pieces make one no longer than the last.
"""
LEAST_SPAN = 3.0
"""Fewer stroke widths from the first dash to the last are no line."""
MEETING_STROKES, ROUNDS = 2.0, 2
"""How near the lines of one comb come to one another, and how often more of them are looked for."""
NEAR_STROKES = 40.0
"""Lines further than that from those that are sure are of no comb with them."""
STEEPEST = 0.03
"""Slope that a line may have left on a page that was laid flat."""
MOST_MARKS = 20_000
"""On a page with more small marks than that they are noise."""


@dataclass(frozen=True, slots=True)
class DashedLine:
    """Outline (4, 1, 2) of a level line, its gaps closed, and the middles (n, 2) of its dashes.

    ``pattern`` is the length of a dash and the pitch. A line that is not ``sure`` may be parts of
    letters, unless it lies between two others.
    """

    outline: Contour
    middles: Marks
    pattern: Pattern
    sure: bool


@dataclass(frozen=True, slots=True)
class DashedLines:
    """Level lines of a page, and plumb ones, with rows and columns exchanged."""

    level: tuple[DashedLine, ...] = ()
    plumb: tuple[DashedLine, ...] = ()


NO_DASHED_LINES = DashedLines()


def find_dashed_lines(ink: Picture, stroke_px: float) -> DashedLines:
    """Lines that are printed as dashes or dots.

    Parameters
    ----------
    ink : (H, W) uint8
        0 where there is neither pen nor print.
    stroke_px : float
        Typical stroke width.
    """
    marks, (height, width) = _marks(ink), ink.shape
    level = _lines_of(marks, stroke_px)
    plumb = _lines_of(marks[:, [1, 0, 3, 2]], stroke_px)
    if any(line.sure for line in level + plumb):
        more = _broken_lines(ink, level, plumb, stroke_px)
        level, plumb = level + more[0], plumb + more[1]
    return DashedLines(_within(level, width, height), _within(plumb, height, width))


def close_gaps(ink: Picture, level: Picture, lines: Sequence[DashedLine]) -> None:
    """Ink the gaps of ``lines`` that are sure and ``level`` ruling: then they are like others.

    Parameters
    ----------
    ink : (H, W) uint8
        0 paper; drawn into.
    level : (H, W) uint8
        0 where there is no level ruling.
    lines : sequence of DashedLine
        The level ones of the page.
    """
    for line in (line for line in lines if line.sure):
        left, top, width, height = cv2.boundingRect(line.outline)
        place = slice(top, top + height), slice(left, left + width)
        gaps = (fill_outline(line.outline) > 0) & (level[place] > 0) & (ink[place] == 0)
        columns, rows = np.rint(line.middles).astype(np.intp).T
        ink[place][gaps] = max(1, int(np.median(ink[rows, columns])))


def _within(lines: list[DashedLine], width: int, height: int) -> tuple[DashedLine, ...]:
    """The lines with their ends on the page."""
    last = width - 1, height - 1
    return tuple(
        replace(line, outline=np.clip(line.outline, 0, last).astype(np.int32)) for line in lines
    )


def _belonging(
    lines: Sequence[DashedLine],
    others: Sequence[DashedLine],
    across: Sequence[DashedLine],
    stroke_px: float,
) -> list[DashedLine]:
    """The lines that meet one ``across`` them, or begin and end where one beside them does."""
    reach = MEETING_STROKES * stroke_px
    own, beside = _sides(lines)[:, None], _sides(others)[None]
    meeting = _sides(across)[None][..., [1, 0, 3, 2]]
    apart = np.maximum(own[..., :2] - meeting[..., 2:], meeting[..., :2] - own[..., 2:])
    alike = np.abs(own - beside)[..., [0, 2]].max(axis=2) <= reach
    belongs = (apart.max(axis=2) <= reach).any(axis=1) | alike.any(axis=1)
    return list(compress(lines, belongs))


def _sides(lines: Sequence[DashedLine]) -> npt.NDArray[np.int_]:
    """Left, top, right and bottom of each line, (n, 4)."""
    return bounds_of([line.outline for line in lines])


def _broken_lines(
    ink: Picture, level: list[DashedLine], plumb: list[DashedLine], stroke_px: float
) -> tuple[list[DashedLine], list[DashedLine]]:
    """Lines like those found and near to them: short, or of dashes that run into what they meet."""
    patterns = _different({line.pattern for line in level + plumb if line.sure})
    places = np.concatenate([_sides(level), _sides(plumb)[:, [1, 0, 3, 2]]])
    turned = np.asarray(cv2.transpose(ink), np.uint8)
    lying, standing = (
        _lines_of(
            _near(_marks(_without_tall(picture, stroke_px)), at, stroke_px), stroke_px, patterns
        )
        for picture, at in ((ink, places), (turned, places[:, [1, 0, 3, 2]]))
    )
    first: list[DashedLine] = []
    second: list[DashedLine] = []
    for _ in range(ROUNDS):
        one, other = level + first, plumb + second
        first = _belonging(lying, one, other, stroke_px)
        second = _belonging(standing, other, one, stroke_px)
    return first, second


def _near(marks: Marks, places: npt.NDArray[np.int_], stroke_px: float) -> Marks:
    """The marks (n, 4) that are near one of the ``places``: left, top, right and bottom, (m, 4)."""
    reach = NEAR_STROKES * stroke_px
    near = np.zeros(len(marks), np.bool_)
    columns, rows = marks[:, 0], marks[:, 1]
    for left, top, right, bottom in places.tolist():
        beside = (left - reach <= columns) & (columns <= right + reach)
        near |= beside & (top - reach <= rows) & (rows <= bottom + reach)
    return marks[near]


def _without_tall(ink: Picture, stroke_px: float) -> Picture:
    """Ink without what is higher than a dash: so a line is parted from those that it meets."""
    least = round(THICKEST_STROKES * stroke_px) + 2
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((least, 1), np.uint8))
    return np.asarray(cv2.subtract(ink, tall), np.uint8)


def _marks(ink: Picture) -> Marks:
    """Left, top, width and height of each mark of ``ink`` (H, W) uint8 by itself, (n, 4)."""
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return np.zeros((0, 4))
    outer = compress(contours, tree[0, :, 3] < 0)
    return np.array([cv2.boundingRect(contour) for contour in outer], np.float64)


def _lines_of(
    marks: Marks, stroke_px: float, patterns: Collection[Pattern] = ()
) -> list[DashedLine]:
    """Level lines that the marks of a page, (n, 4), are dashes of.

    With ``patterns`` they are told by those, else by being regular.
    """
    thin = marks[:, 3] <= THICKEST_STROKES * stroke_px + 1
    dirt = marks[:, 2:].max(axis=1) < LEAST_STROKES * stroke_px
    dashes = marks[thin & ~dirt & (marks[:, 2] <= LONGEST_STROKES * stroke_px)]
    if len(dashes) > MOST_MARKS:
        return []
    chains = _chains(dashes[np.argsort(dashes[:, 0], kind="stable")], stroke_px)
    found = (_line_of(chain, stroke_px, patterns) for chain in chains)
    lines = [line for line in found if line is not None]
    return lines if patterns else _without_lone_pairs(lines, stroke_px)


def _without_lone_pairs(lines: list[DashedLine], stroke_px: float) -> list[DashedLine]:
    """The lines without those of two dashes only, unless several begin and end alike."""
    if not lines:
        return lines
    ends = _sides(lines)[:, [0, 2]]
    alike = np.abs(ends[:, None] - ends[None]).max(axis=2) <= stroke_px
    pairs = np.array([len(line.middles) < FEWEST for line in lines])
    return list(compress(lines, ~pairs | ((alike & pairs).sum(axis=1) >= PAIRS)))


def _chains(dashes: Marks, stroke_px: float) -> Iterator[Marks]:
    """Dashes that follow one another from left to right on about one row."""
    offset, near, far = OFFSET * stroke_px, LARGEST_GAP * stroke_px, HIDDEN * stroke_px
    chains: list[list[int]] = []
    ending: dict[int, list[int]] = {}
    middles = (dashes[:, 1] + dashes[:, 3] / 2).tolist()
    starts, ends = dashes[:, 0].tolist(), (dashes[:, 0] + dashes[:, 2]).tolist()
    for number, (start, middle) in enumerate(zip(starts, middles, strict=True)):
        row = int(middle / offset)
        found, least = None, far
        for at in (row - 1, row, row + 1):
            for chain in ending.get(at, ()):
                last = chains[chain][-1]
                gap = start - ends[last]
                reach = far if len(chains[chain]) >= FEWEST else near
                if 0 < gap <= min(reach, least) and abs(middle - middles[last]) <= offset:
                    found, least = (at, chain), gap
        if found is None:
            chains.append([number])
            ending.setdefault(row, []).append(len(chains) - 1)
            continue
        at, chain = found
        chains[chain].append(number)
        if at != row:
            ending[at].remove(chain)
            ending.setdefault(row, []).append(chain)
    least = LEAST_SPAN * stroke_px
    long = (chain for chain in chains if ends[chain[-1]] - starts[chain[0]] >= least)
    return (dashes[chain] for chain in long if len(chain) > 1)


def _line_of(dashes: Marks, stroke_px: float, patterns: Collection[Pattern]) -> DashedLine | None:
    """The line that a chain of dashes is, None if it is none."""
    left, width = dashes[:, 0], dashes[:, 2]
    middles = dashes[:, :2] + (dashes[:, 2:] - 1) / 2
    columns = middles[:, 0]
    length, pitch = float(np.median(width)), float(np.median(np.diff(columns)))
    beyond = stroke_px / 2
    regular = not patterns and _is_regular(columns, width, (length, pitch), stroke_px)
    sure = regular and len(dashes) >= SURE
    widest = max([DENSE * stroke_px, *(LIKE_GAP * (far - long) + 1 for long, far in patterns)])
    if regular or any(_has_pattern(columns, width, pattern) for pattern in patterns):
        beyond += min(pitch, LARGEST_GAP * stroke_px)
    elif _is_dense(left, left + width, stroke_px, widest, among_others=bool(patterns)):
        beyond = widest / 2 if patterns else beyond
    else:
        return None
    sure |= len(dashes) >= MANY
    outline = _outline_along(dashes, middles, beyond, stroke_px)
    if outline is None or length < LEAST_STROKES * stroke_px:
        return None
    return DashedLine(outline, middles, (length, pitch), sure)


def _outline_along(
    dashes: Marks, middles: Marks, beyond: float, stroke_px: float
) -> Contour | None:
    """The outline of a straight line through dashes and so far ``beyond``; None if it is bent."""
    left, _, width, height = dashes.T
    columns, rows = middles.T
    slope, level = np.polyfit(columns, rows, 1)
    bent = np.abs(rows - slope * columns - level).max() > OFFSET * stroke_px + 1
    if bent or abs(slope) > STEEPEST:
        return None
    ends = np.array([left[0] - beyond, left[-1] + width[-1] + beyond])
    half = (float(np.median(height)) - 1) / 2
    middle = slope * ends + level
    corners = [
        (ends[0], middle[0] - half),
        (ends[1], middle[1] - half),
        (ends[1], middle[1] + half),
        (ends[0], middle[0] + half),
    ]
    return np.rint(np.array(corners)).astype(np.int32).reshape(-1, 1, 2)


def _is_regular(columns: Floats, width: Floats, middle: Pattern, stroke_px: float) -> bool:
    """Whether dashes are of one length and at one pitch; ``middle`` is the median of both."""
    (length, pitch), steps = middle, np.diff(columns)
    long = length >= LONG * pitch
    if len(columns) < (2 if long else FEWEST) or length > LONGEST_DASH * stroke_px:
        return False
    if pitch > LARGEST_PITCH * stroke_px and not long:
        return False
    alike = np.abs(width - length) <= max(LIKE_PX, LIKE * length)
    off = np.abs(steps - np.maximum(np.rint(steps / pitch), 1) * pitch)
    at_pitch = off <= max(AT_PITCH_PX, AT_PITCH * pitch)
    least = 1.0 if len(columns) < FEW else REGULAR
    return _mostly(alike, least) and _mostly(at_pitch, least)


def _has_pattern(columns: Floats, width: Floats, pattern: Pattern) -> bool:
    """Whether dashes are like those of another line, the first and the last maybe cut short."""
    length, pitch = pattern
    alike = np.abs(width - length) <= max(LIKE_PX, LIKE * length)
    alike[[0, -1]] |= width[[0, -1]] < length
    at_pitch = np.abs(np.diff(columns) - pitch) <= max(AT_PITCH_PX, CUT_SHORT * pitch)
    many = len(columns) >= (2 if length >= LONG * pitch else FEWEST)
    return bool(many and alike.all() and at_pitch.all() and width.max() >= (1 - LIKE) * length)


def _is_dense(
    starts: Floats, ends: Floats, stroke_px: float, widest: float, *, among_others: bool
) -> bool:
    """Whether pieces of any length have but small gaps, and are long together.

    A line ``among_others`` may be of few pieces, as a side of a cell that two dots are merged in.
    """
    narrow = starts[1:] - ends[:-1] <= widest
    length = (ends[-1] - starts[0]) / stroke_px
    many = len(starts) >= FEW or (among_others and length < LONGEST_SIDE)
    return bool(length >= SHORTEST) and many and _mostly(narrow, DENSELY)


def _mostly(which: Mask, least: float) -> bool:
    return bool(which.mean() >= least)


def _different(patterns: Collection[Pattern]) -> list[Pattern]:
    """The patterns without those that hardly differ from one before them."""
    kept: list[Pattern] = []
    for length, pitch in sorted(patterns):
        if not any(abs(length - a) + abs(pitch - b) <= 1 for a, b in kept):
            kept.append((length, pitch))
    return kept
