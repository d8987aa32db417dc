"""The darkness of a page in, its ruled lines out.

Lines are long, straight, even runs that stand alone: the mean along a stretch must be darker than
what lies beside it, which shows lines too pale to be ink. A short run is ruling only where it meets
perpendicular ruling at both ends: so the side of a box counts and the stem of a 1 does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress, product

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.corners import sides_between_corners
from digitscan.scan.cover import HALF, cover, shown_columns, stands_free
from digitscan.scan.dashes import NO_DASHED_LINES, DashedLine, DashedLines
from digitscan.scan.evening import bounds_of, draw_evenly, fill_outline, outlines_of
from digitscan.scan.feet import are_feet
from digitscan.scan.forks import part_fork
from digitscan.scan.joining import join_lines
from digitscan.scan.stretches import part_at_gaps
from digitscan.scan.strips import strips
from digitscan.values import Mask

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]
Tones = npt.NDArray[np.float64]

SHORTEST_STROKES = 9.0
"""Runs shorter than this many stroke widths are never ruling."""
CERTAIN_STROKES = 22.0
"""Runs longer than this are ruling by themselves."""
THICKEST_STROKES = 3.0
RUNG_STROKES, MOST_RUNGS = 4.0, 3
"""How far plumb lines go on beyond a bar between them; as many equal bars may be a box's own."""
NARROW, WIDEST_RUNG = 1.35, 28.0
"""How wide a cell for one digit is, as a share of its height, and in stroke widths."""
STEEPEST = 0.06
"""Slope that a line may have left on a page that was laid flat; a steeper run is a stroke."""
STEEPEST_FITTED = 0.1
"""The same of a line laid through all of it: a slash from side to side of a box leans more."""
PRUNING_ROUNDS = 6
GAP_STROKES = 2.5
"""Gaps in a line that are closed, along the line only."""
OVERSHOOT, LONGEST_OVERSHOOT = 0.38, 8.0
"""How far a line may run on past the line that it meets, as a share of its length and, at most,
in stroke widths.
"""
REACH_STROKES = 1.2
"""How far the end of a short run may be from the line that it meets."""
OPEN_STROKES = 17.0
"""How high or wide a box of which one side does not show is, at least."""
LEAST_RISE, CLEAR_RISE = 6, 18
"""How much darker a line is, of 255, than what lies a way off beside it; and than the palest up to
there, where there is another line.
"""
DARK_ENOUGH = 80
"""Darker is not more of a line: so a pale line is seen under the strokes of a pen."""
EVEN, GRAIN = 0.8, 6
"""A stretch of a line is this share as dark, on the mean, as each pixel less the paper's grain."""
LEAST_COVER = 0.8
"""Share of a line's columns that show it; a line of print has gaps between its letters."""
BESIDE_PX, MOST_BESIDE = 2, 0.35
"""Share of the pixels just above and below a line that may be dark: print has ink there."""
DARKER, PALER = 2.0, 3.0
"""How many times darker or paler a short line is than one that it meets, at most: a pen is not the
print, but the lines inside a frame may be fainter than the frame.
"""


def find_ruling(
    darkness: Picture, stroke_px: float, dashed: DashedLines = NO_DASHED_LINES
) -> tuple[Picture, Picture]:
    """Level and plumb ruled lines of a page.

    Parameters
    ----------
    darkness : (H, W) uint8
        0 paper, 255 black, even light.
    stroke_px : float
        Typical stroke width.
    dashed : DashedLines
        Lines printed as dashes, which are ruling on the same terms.

    Returns
    -------
    level, plumb : (H, W) uint8
        0 where there is no line, 255 on a line.
    """
    turned = _turned(darkness)
    lying = _with_dashed(_find_lines(darkness, stroke_px), dashed.level, darkness)
    standing = _find_lines(turned, stroke_px, dividers=True)
    standing = _with_dashed(standing, dashed.plumb, turned)
    level, plumb = _prune(
        _with_sides(lying, standing, darkness, stroke_px),
        _with_sides(standing, lying, turned, stroke_px),
        stroke_px,
    )
    level, plumb = level + lying.forks, plumb + standing.forks
    return _draw(level, darkness, stroke_px), _turned(_draw(plumb, turned, stroke_px))


@dataclass(frozen=True, slots=True)
class _Found:
    """Outlines of level lines, how dark each of them is, and whether its length tells it, (n,).

    ``forks`` are long ones of two that run into one another, ``refused`` runs that are no line.
    """

    lines: list[Contour]
    tones: Tones
    sure: Mask
    forks: list[Contour]
    refused: list[Contour]


def _with_sides(found: _Found, across: _Found, darkness: Picture, stroke_px: float) -> _Found:
    """What was found, and the sides of boxes among what was refused; ``across`` is plumb."""
    reach, shortest = REACH_STROKES * stroke_px, SHORTEST_STROKES * stroke_px
    bounds, plumb = bounds_of(found.refused), bounds_of(across.lines)[:, [1, 0, 3, 2]]
    sides = sides_between_corners(found.refused, bounds, plumb, reach, shortest)
    tones = np.array([_tone_of_line(side, darkness, stroke_px) for side in sides])
    sides, tones = list(compress(sides, tones > 0)), tones[tones > 0]
    return _with_lines(found, sides, tones, np.ones(len(sides), np.bool_))


def _with_dashed(found: _Found, dashed: Sequence[DashedLine], darkness: Picture) -> _Found:
    """What was found, and the lines that are printed as dashes."""
    places = [np.rint(line.middles).astype(np.intp).T for line in dashed]
    tones = np.array([darkness[rows, columns].mean() for columns, rows in places])
    sure = np.array([line.sure for line in dashed], np.bool_)
    return _with_lines(found, [line.outline for line in dashed], tones, sure)


def _with_lines(found: _Found, lines: list[Contour], tones: Tones, sure: Mask) -> _Found:
    """What was found, and more lines."""
    tones, sure = np.concatenate([found.tones, tones]), np.concatenate([found.sure, sure])
    return replace(found, lines=found.lines + lines, tones=tones, sure=sure)


def _turned(picture: Picture) -> Picture:
    """Rows and columns exchanged: plumb lines become level ones."""
    return np.asarray(cv2.transpose(picture), np.uint8)


def _find_lines(darkness: Picture, stroke_px: float, *, dividers: bool = False) -> _Found:
    """Find the level lines: long, thin, straight, without gaps, standing alone.

    A stroke from one line to another is seldom a divider where one of them is a fork's.

    With ``dividers`` lines hardly longer than ``SHORTEST_STROKES`` are found too: the dividers of a
    low comb are no longer, while a level line as short is the bar of a digit or of a letter.
    """
    runs = np.empty_like(darkness)
    for strip in strips(darkness.shape, _beside_px(stroke_px) + 1):
        seen = _standing_out(darkness[strip.seen], stroke_px, dividers=dividers)[strip.own]
        runs[strip.rows] = _long_runs(seen, stroke_px)
    outlines = outlines_of(runs)
    tones = np.array([_tone_of_line(outline, darkness, stroke_px) for outline in outlines])
    certain = CERTAIN_STROKES * stroke_px
    refused = list(compress(outlines, tones == 0))
    forks = [line for one in refused for line in part_fork(one, runs, certain)]
    forks = [line for line in forks if _tone_of_line(line, darkness, stroke_px) > 0]
    lines, tones = list(compress(outlines, tones > 0)), tones[tones > 0]
    found = _Found(lines, tones, np.ones(len(lines), np.bool_), forks, refused)
    return _with_stretches(found, darkness, stroke_px)


def _with_stretches(found: _Found, darkness: Picture, stroke_px: float) -> _Found:
    """What was found, and the stretches of long runs with gaps, where they are lines."""
    shortest = SHORTEST_STROKES * stroke_px
    long = [one for one in found.refused if cv2.boundingRect(one)[2] >= CERTAIN_STROKES * stroke_px]
    parts = [part for one in long for part in part_at_gaps(one, darkness, stroke_px, shortest)]
    tones = np.array([_tone_of_line(part, darkness, stroke_px) for part in parts])
    parts, tones = list(compress(parts, tones > 0)), tones[tones > 0]
    return _with_lines(found, parts, tones, np.zeros(len(parts), np.bool_))


def _long_runs(seen: Picture, stroke_px: float) -> Picture:
    """``seen`` with gaps closed and short runs left out, along the rows."""
    length, gap = int(SHORTEST_STROKES * stroke_px), int(GAP_STROKES * stroke_px) | 1
    runs = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    runs = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    return np.asarray(runs, np.uint8)


def _beside_px(stroke_px: float) -> int:
    """How far above and below a line lies what it must be darker than."""
    return int(THICKEST_STROKES * stroke_px) + 1


def _standing_out(darkness: Picture, stroke_px: float, *, dividers: bool) -> Picture:
    """Where a stretch to the left or to the right is as dark as the place itself; 255 or 0.

    It must be darker than what lies above and below it, too. With ``dividers`` the stretch may also
    have the place in its middle.
    """
    beside = _beside_px(stroke_px)
    thick = cv2.dilate(darkness, np.ones((3, 1), np.uint8))
    rows = np.asarray(cv2.threshold(thick, DARK_ENOUGH, 0, cv2.THRESH_TRUNC)[1], np.uint8)
    mean = _stretch_means(rows, int(SHORTEST_STROKES * stroke_px) | 1, dividers=dividers)
    share, grained = cv2.convertScaleAbs(rows, alpha=EVEN), cv2.convertScaleAbs(mean, beta=GRAIN)
    even = cv2.compare(grained, share, cv2.CMP_GE)
    padded = cv2.copyMakeBorder(mean, beside, beside, 0, 0, cv2.BORDER_REPLICATE)
    around = cv2.min(padded[: -2 * beside], padded[2 * beside :])
    rise = cv2.threshold(cv2.subtract(mean, around), LEAST_RISE, 255, cv2.THRESH_BINARY)[1]
    nearest = cv2.erode(mean, np.ones((2 * beside + 1, 1), np.uint8))
    clear = cv2.threshold(cv2.subtract(mean, nearest), CLEAR_RISE, 255, cv2.THRESH_BINARY)[1]
    rise = cv2.max(rise, clear)
    darkest = cv2.dilate(darkness, np.ones((2 * int(stroke_px + 1) + 1, 1), np.uint8))
    sharp = cv2.compare(thick, cv2.convertScaleAbs(darkest, alpha=HALF), cv2.CMP_GT)
    there = cv2.compare(rows, cv2.convertScaleAbs(mean, alpha=HALF), cv2.CMP_GT)
    return np.asarray(cv2.min(cv2.min(even, rise), cv2.min(sharp, there)), np.uint8)


def _stretch_means(rows: Picture, length: int, *, dividers: bool) -> Picture:
    """Mean of the stretch that begins, or of the one that ends, at each place: the larger one.

    With ``dividers`` also of the one that has the place in its middle: in the middle of a line
    that is hardly longer than a stretch the two others reach beyond the line.
    """
    aside, width = length - 1, rows.shape[1]
    padded = cv2.copyMakeBorder(rows, 0, 0, aside, aside, cv2.BORDER_REFLECT_101)
    means = cv2.blur(padded, (length, 1), anchor=(0, 0))
    largest = cv2.max(means[:, aside : aside + width], means[:, :width])
    if dividers:
        largest = cv2.max(largest, means[:, aside // 2 : aside // 2 + width])
    return np.asarray(largest, np.uint8)


def _tone_of_line(contour: Contour, darkness: Picture, stroke_px: float) -> float:
    """Mean darkness of a line, 0 where the outline is none."""
    left, top, width, height = cv2.boundingRect(contour)
    if height > STEEPEST * width + 2.2 * stroke_px:
        return 0.0
    if cv2.contourArea(contour) / width > THICKEST_STROKES * stroke_px + 2:
        return 0.0
    inside, own = _inside(contour, darkness)
    shown = shown_columns(inside, own)
    if cover(shown) < LEAST_COVER:
        return 0.0
    if width < CERTAIN_STROKES * stroke_px and stands_free(shown, stroke_px):
        return 0.0
    if _slope(inside) > STEEPEST_FITTED:
        return 0.0
    tone = cv2.mean(own, inside)[0]
    return tone if _beside(inside, darkness, left, top, tone) <= MOST_BESIDE else 0.0


def _slope(inside: Picture) -> float:
    """How steeply what is 255 in a picture lies."""
    moments = cv2.moments(inside, binaryImage=True)
    return abs(moments["mu11"]) / max(moments["mu20"], 1.0)


def _beside(inside: Picture, darkness: Picture, left: int, top: int, tone: float) -> float:
    """Share of the pixels just above and below a line that are half as dark as its ``tone``."""
    above = min(top, BESIDE_PX)
    height, width = inside.shape
    part = darkness[top - above : top + height + BESIDE_PX, left : left + width]
    line = np.zeros(part.shape, np.uint8)
    line[above : above + height] = inside
    ring = cv2.subtract(cv2.dilate(line, np.ones((2 * BESIDE_PX + 1, 1), np.uint8)), line)
    dark = cv2.threshold(part, HALF * tone, 255, cv2.THRESH_BINARY)[1]
    return cv2.countNonZero(cv2.min(dark, ring)) / max(1, cv2.countNonZero(ring))


def _inside(contour: Contour, page: Picture) -> tuple[Picture, Picture]:
    """A picture of a line, 255 inside its outline, and the page in its bounding box."""
    left, top, width, height = cv2.boundingRect(contour)
    return fill_outline(contour), page[top : top + height, left : left + width]


def _draw(lines: list[Contour], darkness: Picture, stroke_px: float) -> Picture:
    picture = np.zeros(darkness.shape, np.uint8)
    for line in lines:
        draw_evenly(picture, line)
    join_lines(lines, darkness, picture, stroke_px)
    return picture


def _prune(
    lying: _Found, standing: _Found, stroke_px: float
) -> tuple[list[Contour], list[Contour]]:
    """The lines that are long, or end in kept lines of the other direction on both sides."""
    level, plumb, tones = lying.lines, standing.lines, (lying.tones, standing.tones)
    level_box, plumb_box = bounds_of(level), bounds_of(plumb)
    certain = CERTAIN_STROKES * stroke_px
    level_ends = _meetings(level_box, plumb_box[:, [1, 0, 3, 2]], stroke_px, _alike(*tones))
    plumb_ends = _meetings(plumb_box, level_box[:, [1, 0, 3, 2]], stroke_px, _alike(*tones[::-1]))
    long_level = lying.sure & (level_box[:, 2] - level_box[:, 0] >= certain)
    long_plumb = standing.sure & (plumb_box[:, 2] - plumb_box[:, 0] >= certain)
    long_level |= _is_open_side(level_box, level_ends, plumb_ends, stroke_px)
    long_plumb |= _is_open_side(plumb_box, plumb_ends, level_ends, stroke_px)
    keep_level = ~_is_rung(level_box, level_ends, plumb_box, stroke_px)
    shorter = level_box[:, 2] - level_box[:, 0] < certain
    keep_level &= ~(shorter & are_feet(level, level_box, stroke_px))
    keep_plumb = np.ones(len(plumb), bool)
    for _ in range(PRUNING_ROUNDS):
        before = int(keep_level.sum() + keep_plumb.sum())
        keep_plumb &= long_plumb | _held(plumb_ends, keep_level, len(plumb))
        keep_level &= long_level | _held(level_ends, keep_plumb, len(level))
        if int(keep_level.sum() + keep_plumb.sum()) == before:
            break
    return list(compress(level, keep_level)), list(compress(plumb, keep_plumb))


Meetings = tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]


def _alike(lines: Tones, across: Tones) -> Mask:
    """Which lines (rows) may end in which others (columns), by their darkness, (n, m)."""
    one, other = lines[:, None], across[None, :]
    return np.asarray((one <= DARKER * other) & (other <= PALER * one), np.bool_)


def _meetings(
    lines: npt.NDArray[np.int_], across: npt.NDArray[np.int_], stroke_px: float, alike: Mask
) -> tuple[Meetings, Meetings]:
    """Pairs (line, line across) that meet at the line's left end, and at its right end."""
    reach = REACH_STROKES * stroke_px
    left, top, right, bottom = (side[:, None] for side in lines.T)
    along = alike & (across[:, 1] <= bottom + reach) & (across[:, 3] >= top - reach)
    overshoot = np.minimum(OVERSHOOT * (right - left), LONGEST_OVERSHOOT * stroke_px)
    inward = np.maximum(reach, overshoot)
    at_left = along & (across[:, 0] <= left + inward) & (across[:, 2] >= left - reach)
    at_right = along & (across[:, 0] <= right + reach) & (across[:, 2] >= right - inward)
    first, second = np.nonzero(at_left), np.nonzero(at_right)
    return (first[0], first[1]), (second[0], second[1])


def _held(ends: tuple[Meetings, Meetings], alive: Mask, count: int) -> Mask:
    """Which of ``count`` lines meet a line that is still ``alive`` at both ends."""
    held = np.ones(count, bool)
    for line, across in ends:
        held &= np.bincount(line[alive[across]], minlength=count) > 0
    return held


def _is_rung(
    level: npt.NDArray[np.int_],
    ends: tuple[Meetings, Meetings],
    plumb: npt.NDArray[np.int_],
    stroke_px: float,
) -> Mask:
    """Which level lines only join two sides of a narrow cell midway, as the bar of a 2 may do.

    Where several lie over one another, they are the lines of a table of one column.
    """
    over = RUNG_STROKES * stroke_px
    inner = np.ones(len(level), bool)
    for line, across in ends:
        midway = plumb[across, 0] < level[line, 1] - over
        midway &= plumb[across, 2] > level[line, 3] + over
        high = plumb[across, 2] - plumb[across, 0]
        wide = level[line, 2] - level[line, 0]
        midway &= wide <= np.minimum(NARROW * high, WIDEST_RUNG * stroke_px)
        inner &= np.bincount(line[midway], minlength=len(level)) > 0
    near = np.abs(level[:, None, [0, 2]] - level[None, :, [0, 2]]).max(axis=2) <= over / 2
    return np.asarray(inner & (near.sum(axis=1) <= MOST_RUNGS), np.bool_)


def _is_open_side(
    lines: npt.NDArray[np.int_],
    ends: tuple[Meetings, Meetings],
    across_ends: tuple[Meetings, Meetings],
    stroke_px: float,
) -> Mask:
    """Which lines are one of two sides of a box of which the fourth side does not show.

    The two begin and end at the same place, and meet the two ends of one line across. So do the
    stems of a 1 and a 7 beside it, and its bar, but they are smaller.
    """
    slack, least = 2 * REACH_STROKES * stroke_px, OPEN_STROKES * stroke_px
    at_first, at_second = ({*zip(*meetings, strict=True)} for meetings in across_ends)
    side = np.zeros(len(lines), bool)
    for line, across in ends:
        corner: dict[int, list[int]] = {}
        for one, base in zip(line.tolist(), across.tolist(), strict=True):
            corner.setdefault(base, []).append(one)
        for base, sides in corner.items():
            lefts = [one for one in sides if (base, one) in at_first]
            rights = [one for one in sides if (base, one) in at_second]
            for left, right in product(lefts, rights):
                alike = np.abs(lines[left, [0, 2]] - lines[right, [0, 2]]).max() <= slack
                high, wide = lines[left, 2] - lines[left, 0], lines[right, 1] - lines[left, 1]
                if alike and max(high, wide) >= least:
                    side[[left, right]] = left != right
    return side
