"""A page in, its ink out: flat, upright, in strokes of a known width.

The steps, in order: how the sheet lies (`flattening`), one warp to a working image whose pen
strokes are a few pixels wide, ink against paper (`binarisation`), and the printed lines in it
(`ruling`).
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.bands import take_out_bands
from digitscan.scan.bars import draw_cells
from digitscan.scan.bending import find_bend, spread, straighten, straightened
from digitscan.scan.binarisation import find_ink, flatten_background, is_bilevel, shrunk
from digitscan.scan.dashes import close_gaps, find_dashed_lines
from digitscan.scan.evening import all_outlines_of
from digitscan.scan.fill import find_fill, paint_fill
from digitscan.scan.flattening import Homography, estimate_homography, move_segments
from digitscan.scan.frames import draw_frames
from digitscan.scan.ground import remove_ground, remove_pattern
from digitscan.scan.marker import without_marker
from digitscan.scan.orientation import Overview, find_turns, quarter_turn
from digitscan.scan.panels import rule_boxes
from digitscan.scan.posts import take_out_posts
from digitscan.scan.ruling import find_ruling
from digitscan.scan.segments import Segments
from digitscan.scan.sheet import find_gutter, find_sheet, sheet_edges, trim_sheet
from digitscan.scan.specks import take_out_specks
from digitscan.scan.strokes import measure_stroke
from digitscan.scan.thin_lines import mend_thin_lines
from digitscan.scan.ticks import draw_dividers
from digitscan.values import Bend, CleanPage, GreyImage, Mask, Page

GOAL_STROKE_PX = 4.0
"""Pen width in the working image: enough for a clean glyph, few pixels to walk over."""
LEAST_SCALE, LARGEST_SCALE = 0.25, 2.0
LARGEST_WORK_PIXELS = 6_000_000
SAME_SCALE = 0.08
"""Scales nearer to 1 than this are left out: no resampling, no blur."""
OVERVIEW_SIDE = 1000
"""Longer side of the small image on which the lie of the sheet is estimated."""
OVERVIEW_STROKE_PX = 2.0
PROBE_SIDE = 900
"""Side of the part of the page, at full resolution, on which strokes are measured."""
LEAST_STEP = 0.6
"""A page that becomes smaller than this is halved first, so that no pixel of it is passed over."""
DIM, BRIGHT, MOST_BRIGHTENED = 90, 180, 4.0
"""A page of which half is darker than the first is light writing on dark ground, or a photo that
got too little light; the median of such a photo is raised to the second.
"""
LIGHTEST_SHARE = 0.98
"""This share of such a photo is no lighter than paper in its best light, which must not fade."""
GROUND_PX = 21
"""Most of so many pixels of the small image, across, is ground and not writing."""
DARKEST_SHARE, PALEST, PALE, BLACK = 0.002, 64, 140, 200
"""A page is pale if the darkest of it, this share, is little more than half black, of 255. Then it
is made so dark that this is all but black; what is paler still may show neither print nor pen.
"""
BILEVEL_THRESHOLD = 110
STILL_SHIFT = 0.002
"""A homography that moves no corner by more than this share of the page is left out."""


def clean_page(page: Page, turn: int = 0) -> CleanPage:
    """Reduce a page to its ink.

    Parameters
    ----------
    page : Page
        ``image`` is (H, W) uint8, 0 black.
    turn : int
        Quarter turns counter-clockwise to make first, 0 to 3.

    Returns
    -------
    CleanPage
        ``ink`` (h, w) uint8, 0 paper, in a working image that is flat and upright.
    """
    grey, lines = _without_colours(page)
    grey = _with_square_pixels(grey, page.stretch)
    image = np.ascontiguousarray(np.rot90(_with_contrast(_dark_on_light(grey)), turn))
    if is_bilevel(image):
        image = mend_thin_lines(image, _stroke_width(image))
    overview, scale = _overview(image)
    paper, edges = None, np.zeros((0, 4))
    if not is_bilevel(image):
        image, overview, paper, edges = _find_paper(image, overview)
    small, seen_bend = _unbent(_lay_flat(overview, paper, edges, scale))
    to_work, size = _plan_warp(image, _in_page_pixels(small), seen_bend, scale)
    darkness = _warp(image, to_work, size)
    shown = None if paper is None else _warp_paper(paper, to_work, scale, size)
    bend = None if seen_bend is None else _spread_over(seen_bend, small, to_work, darkness)
    if bend is not None:
        darkness = straighten(darkness, bend)
        shown = None if shown is None else straighten(shown.astype(np.uint8), bend) > 0
    bands = take_out_bands(darkness, GOAL_STROKE_PX, shown)
    darkness = bands.darkness
    if is_bilevel(image):
        mask = darkness > BILEVEL_THRESHOLD
    else:
        darkness = flatten_background(np.asarray(cv2.bitwise_not(darkness), np.uint8))
        darkness = remove_ground(darkness, GOAL_STROKE_PX, shown)
        mask = find_ink(darkness, GOAL_STROKE_PX)
    if shown is not None:
        mask &= shown
        darkness = np.where(shown, darkness, np.uint8(0))
    binary = mask.astype(np.uint8) * np.uint8(255)
    stroke_px = measure_stroke(mask)
    ink = np.asarray(cv2.bitwise_and(darkness, binary), np.uint8)
    dashed = find_dashed_lines(binary, stroke_px)
    level, plumb = find_ruling(darkness, stroke_px, dashed)
    close_gaps(ink, level, dashed.level)
    outlines = all_outlines_of(ink)
    take_out_specks(ink, outlines, stroke_px)
    draw_frames(outlines, ink, level, plumb, stroke_px)
    take_out_posts(outlines, ink, plumb, stroke_px)
    draw_cells(binary, level, plumb, stroke_px)
    draw_dividers(binary, level, plumb, stroke_px)
    to_square = np.diag([1.0, grey.shape[0] / page.image.shape[0], 1.0])
    from_scan = to_work @ quarter_turn(turn, grey.shape) @ to_square
    _draw_lines(level, plumb, straightened(move_segments(lines, from_scan), bend), stroke_px)
    if bands.filled is not None:
        level[bands.filled] = 255
    to_scan = np.asarray(np.linalg.inv(from_scan), np.float64)
    turns = (turn,) if turn else find_turns(image, small)
    clean = CleanPage(page.ref, ink, level > 0, plumb > 0, stroke_px, to_scan, turns)
    return replace(clean, bend=bend, gutter=None if shown is None else find_gutter(shown))


def _draw_lines(level: GreyImage, plumb: GreyImage, lines: Segments, stroke_px: float) -> None:
    """Draw lines that are known, x0, y0, x1, y1, where they belong."""
    for left, top, right, bottom in np.rint(lines).astype(int).tolist():
        picture = level if abs(right - left) > abs(bottom - top) else plumb
        cv2.line(picture, (left, top), (right, bottom), 255, max(1, round(stroke_px)))


def _without_colours(page: Page) -> tuple[GreyImage, Segments]:
    """The page's grey without coloured panels or what a marker went over; lines of panels."""
    if is_bilevel(page.image):
        return page.image, np.zeros((0, 4))
    ruled, lines = rule_boxes(page.image, page.colour)
    if len(lines) or page.colour is None:
        return ruled, lines
    return without_marker(page.image, page.colour), lines


def _with_square_pixels(image: GreyImage, stretch: float) -> GreyImage:
    """The page with so many times as many rows; one of two tones keeps to them."""
    if stretch == 1.0:
        return image
    high = cv2.resize(image, None, fx=1, fy=stretch, interpolation=cv2.INTER_LINEAR)
    if is_bilevel(image):
        high = cv2.threshold(high, BILEVEL_THRESHOLD, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(high, np.uint8)


def _dark_on_light(image: GreyImage) -> GreyImage:
    """The page with dark ink on light paper: turned over, or made brighter, where it is dark."""
    tone = float(np.median(image[::9, ::9]))
    if tone >= DIM:
        return image
    overview, _ = _overview(image)
    ground = cv2.medianBlur(overview, GROUND_PX)
    darker, lighter = cv2.subtract(ground, overview), cv2.subtract(overview, ground)
    if cv2.mean(lighter)[0] >= cv2.mean(darker)[0]:
        return np.asarray(cv2.bitwise_not(image), np.uint8)
    lightest = float(np.quantile(image[::17, ::13], LIGHTEST_SHARE))
    gain = min(BRIGHT / max(tone, 1.0), MOST_BRIGHTENED, 255 / max(lightest, 1.0))
    if gain <= 1:
        return image
    return np.asarray(cv2.convertScaleAbs(image, alpha=gain), np.uint8)


def _with_contrast(image: GreyImage) -> GreyImage:
    """A pale page made darker: thresholds were chosen on pages with some black in them."""
    darkest = 255 - float(np.quantile(image[::17, ::13], DARKEST_SHARE))
    if not PALEST < darkest < PALE:
        return image
    darkness = cv2.convertScaleAbs(cv2.bitwise_not(image), alpha=BLACK / darkest)
    return np.asarray(cv2.bitwise_not(darkness), np.uint8)


def _overview(image: GreyImage) -> tuple[GreyImage, float]:
    """A small copy of the page, and its scale."""
    times = max(1, round(max(image.shape) / OVERVIEW_SIDE))
    return shrunk(image, times), 1 / times


def _find_paper(
    image: GreyImage, overview: GreyImage
) -> tuple[GreyImage, GreyImage, Mask | None, npt.NDArray[np.float64]]:
    """The page and its small copy, filled corners made black; the trimmed sheet, and its edges."""
    fill = find_fill(overview)
    seen = overview
    if fill is not None:
        image, overview = paint_fill(image, fill, 0), paint_fill(overview, fill, 0)
        # beside white the picture does not look like a sheet of paper on something darker
        seen = paint_fill(overview, fill, 255)
    sheet = find_sheet(overview)
    if sheet is None and fill is not None:
        sheet = ~fill
    if sheet is None:
        return image, overview, None, np.zeros((0, 4))
    return image, overview, trim_sheet(sheet), sheet_edges(sheet, seen)


def _lay_flat(
    overview: GreyImage, paper: Mask | None, edges: npt.NDArray[np.float64], scale: float
) -> Overview:
    """The overview's ink, and how it is laid flat; the identity where it nearly is."""
    darkness = remove_pattern(flatten_background(overview), paper)
    ink = find_ink(darkness, OVERVIEW_STROKE_PX)
    if paper is not None:
        ink &= paper
        darkness = np.where(paper, darkness, np.uint8(0))
    flat = estimate_homography(ink, darkness, edges)
    corners = _corners(overview.shape)
    moved = np.abs(cv2.perspectiveTransform(corners, flat) - corners).max()
    if moved < STILL_SHIFT * max(overview.shape):
        flat = np.eye(3)
    return Overview(ink, flat, scale)


def _unbent(overview: Overview) -> tuple[Overview, Bend | None]:
    """The overview, and how what it shows bends when it is laid flat.

    Lines that bend tell little of the lie of a sheet: it is looked at again without the bend.
    """
    picture = overview.laid_flat()
    bend = find_bend(picture)
    if bend is None:
        return overview, None
    straight = straighten(picture, bend)
    more = estimate_homography(straight > BILEVEL_THRESHOLD, straight, np.zeros((0, 4)))
    again = replace(overview, flat=more @ overview.flat)
    return again, find_bend(again.laid_flat())


def _spread_over(bend: Bend, seen: Overview, to_work: Homography, picture: GreyImage) -> Bend:
    """The bend of what the overview shows as that of the working picture."""
    shrink = np.diag([seen.scale, seen.scale, 1.0])
    to_seen = seen.flat @ shrink @ np.linalg.inv(to_work)
    return spread(bend, to_seen / to_seen[2, 2], picture.shape)


def _in_page_pixels(overview: Overview) -> Homography:
    """The homography that lays the page flat, in pixels of the page."""
    if np.array_equal(overview.flat, np.eye(3)):
        return np.eye(3)
    shrink = np.diag([overview.scale, overview.scale, 1.0])
    return np.asarray(np.linalg.inv(shrink) @ overview.flat @ shrink, np.float64)


def _plan_warp(
    image: GreyImage, flat: Homography, bend: Bend | None, bend_scale: float
) -> tuple[Homography, tuple[int, int]]:
    """Homography from the page's (x, y, 1) to the working image, and that image's (w, h).

    ``bend``, of a page scaled by ``bend_scale``, will move things up or down: there is room for it.
    """
    scale = _work_scale(image)
    grown = np.diag([scale, scale, 1.0]) @ flat
    placed = cv2.perspectiveTransform(_corners(image.shape), grown)[0]
    lowest, highest = placed.min(axis=0), placed.max(axis=0)
    if bend is not None:
        room = float(np.abs(bend.down).max()) * scale / bend_scale
        lowest[1] -= room
        highest[1] += room
    shift = np.array([[1, 0, -lowest[0]], [0, 1, -lowest[1]], [0, 0, 1]], np.float64)
    width, height = (max(1, int(side)) for side in np.ceil(highest - lowest))
    return shift @ grown, (width, height)


def _corners(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Corners of an image as (1, 4, 2) of x, y."""
    height, width = shape[:2]
    return np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)


def _work_scale(image: GreyImage) -> float:
    """Scale that brings the page's strokes to ``GOAL_STROKE_PX``."""
    stroke_px = _stroke_width(image)
    largest = min(LARGEST_SCALE, float(np.sqrt(LARGEST_WORK_PIXELS / image.size)))
    scale = float(np.clip(GOAL_STROKE_PX / stroke_px, min(LEAST_SCALE, largest), largest))
    return 1.0 if abs(scale - 1) < SAME_SCALE and largest >= 1 else scale


def _stroke_width(image: GreyImage) -> float:
    """Typical stroke width in the middle of a page, in its own pixels."""
    height, width = image.shape
    top, left = max(0, (height - PROBE_SIDE) // 2), max(0, (width - PROBE_SIDE) // 2)
    probe = image[top : top + PROBE_SIDE, left : left + PROBE_SIDE]
    darkness = remove_pattern(flatten_background(np.ascontiguousarray(probe)))
    return measure_stroke(find_ink(darkness, 5.0))


def _warp(image: GreyImage, to_work: Homography, size: tuple[int, int]) -> GreyImage:
    """Darkness of the page in the working image: (h, w) uint8, 0 white."""
    darkness = np.asarray(cv2.bitwise_not(image), np.uint8)
    while to_work[0, 0] < LEAST_STEP:
        darkness = shrunk(darkness, 2)
        to_work = to_work @ np.diag([2.0, 2.0, 1.0])
    if _is_pure_scale(to_work):
        return np.asarray(cv2.resize(darkness, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    if np.allclose(to_work[2], [0, 0, 1]):
        moved = cv2.warpAffine(darkness, to_work[:2], size, borderMode=cv2.BORDER_REPLICATE)
    else:
        moved = cv2.warpPerspective(darkness, to_work, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _warp_paper(paper: Mask, to_work: Homography, scale: float, size: tuple[int, int]) -> Mask:
    """Where the working image shows paper, (h, w) bool; ``scale`` is the overview's."""
    from_overview = to_work @ np.diag([1 / scale, 1 / scale, 1.0])
    shown = cv2.warpPerspective(
        paper.astype(np.uint8), from_overview, size, flags=cv2.INTER_NEAREST
    )
    return shown > 0


def _is_pure_scale(homography: npt.NDArray[np.float64]) -> bool:
    return bool(np.allclose(homography, np.diag(np.diag(homography))))
