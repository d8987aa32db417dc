"""Darkness of a page in; the same out, without what its paper was printed with.

Tally sheets, ballots and certificates are printed on paper that is hard to copy: with fine waves
(guilloche) or small words all over, or an emblem behind the text. Such ground is paler than ink,
but its marks may be as narrow as strokes, and its edges as straight as ruled lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digitscan.values import GreyImage, Mask

SAMPLING = 3
"""Every so many rows and columns one is looked at to learn what a page shows."""
PALEST = 16
"""Darkness, of 255, below which all is paper."""
EDGE_PX = 7
"""So near to ink what is pale is its blurred edge."""
WIDE_SAMPLES, WIDE_SHARE = 5, 0.003
"""Where this share of a page is the middle of so many pale rows and columns, there are tints."""
WIDEST_STROKES = 3.2
"""Areas wider than so many stroke widths are no strokes."""
PALE_SHARE = 0.4
"""Ground is no darker than this share of ink."""
PATTERN_SHARE, BLOCK_SHARE, PATTERN_SPREAD = 0.16, 0.03, 0.78
"""A pattern covers the first share of a page, and the second of most of its blocks: the third."""
EVEN_SHARE, EVEN_SPREAD, ONE_TONE = 0.045, 0.6, 0.31
"""Less of it, in fewer blocks, is a pattern where most is of one tone, give or take the last share,
as words and fine lines are; pencil is not.
"""
LINE_SAMPLES = 40
"""What is straight for so many pale rows or columns is a ruled line, or a side of a tint."""
BLOCKS = 24
"""Blocks along a side of the page."""
TONES_TOGETHER, FEW = 5, 0.004
"""A pattern goes up to the tone from which on so many tones hold, each, less than this share of
what is pale.
"""
FADING = 0.15
"""What is darker than the pattern by this share is ink and keeps its tone."""


def remove_ground(darkness: GreyImage, stroke_px: float, paper: Mask | None = None) -> GreyImage:
    """Take tints, emblems and patterns of a page for paper.

    Parameters
    ----------
    darkness : (H, W) uint8
        0 paper, 255 black, even light.
    stroke_px : float
        Typical stroke width: wider areas are no strokes.
    paper : (H, W) bool, optional
        Where the sheet lies, if it does not fill the picture.
    """
    seen = _look_at(darkness, paper)
    if seen.wide_share >= WIDE_SHARE:
        darkness = _without_wide(darkness, stroke_px, PALE_SHARE * seen.ink_tone)
        seen = _look_at(darkness, paper)
    return _without_pattern(darkness, seen)


def remove_pattern(darkness: GreyImage, paper: Mask | None = None) -> GreyImage:
    """Take a pale pattern that is all over the sheet for paper; see `remove_ground`."""
    return _without_pattern(darkness, _look_at(darkness, paper))


def _without_pattern(darkness: GreyImage, seen: _Seen) -> GreyImage:
    """Darkness in which the tones of a pattern, if there is one, are paper."""
    if not seen.has_pattern:
        return darkness
    palest = _darkest_tone(seen.pale_tones)
    tones = np.arange(256)
    kept = np.rint(tones * np.clip((tones / palest - 1) / FADING, 0, 1))
    return np.asarray(cv2.LUT(darkness, kept.astype(np.uint8)), np.uint8)


def _darkest_tone(tones: GreyImage) -> int:
    """The darkest tone of a pattern; ``tones`` (n,) are its own and those of pale ink."""
    counts = np.bincount(tones, minlength=256)
    shares = np.convolve(counts / counts.sum(), np.full(TONES_TOGETHER, 1 / TONES_TOGETHER), "same")
    few = (shares < FEW) & (np.arange(256) > np.median(tones))
    return max(1, int(few.argmax()))


def wide_areas(darkness: GreyImage, stroke_px: float) -> GreyImage:
    """Darkness (H, W) uint8 of the areas, wider than any stroke, in which the pixels lie."""
    side = int(WIDEST_STROKES * stroke_px) | 1
    beyond = side + 2 * round(stroke_px)
    wide = cv2.erode(darkness, np.ones((side, side), np.uint8))
    return np.asarray(cv2.dilate(wide, np.ones((beyond, beyond), np.uint8)), np.uint8)


def _without_wide(darkness: GreyImage, stroke_px: float, darkest: float) -> GreyImage:
    """Darkness over that of the wide areas, up to ``darkest``."""
    wide = np.minimum(wide_areas(darkness, stroke_px), np.uint8(darkest))
    wide = np.where(wide > PALEST, wide, np.uint8(0))
    return np.asarray(cv2.subtract(darkness, wide), np.uint8)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is pale and clear of ink on a sheet, and the mean tone of its ink.

    ``pale``, ``paper`` (h, w) bool and ``darkness`` (h, w) uint8 are of a sample of the rows and
    columns.
    """

    pale: Mask
    paper: Mask
    darkness: GreyImage
    ink_tone: float

    @property
    def pale_tones(self) -> GreyImage:
        """The tones, (n,), of what is pale."""
        return self.darkness[self.pale]

    @property
    def has_pattern(self) -> bool:
        """Whether the sheet has a pattern: dense, or of one tone in many places."""
        if self._share(self.pale) >= PATTERN_SHARE and self._spread(self.pale) >= PATTERN_SPREAD:
            return True
        marks = _without_lines(self.pale)
        share, spread = self._share(marks), self._spread(marks)
        if share < EVEN_SHARE or spread < EVEN_SPREAD:
            return False
        typical, darkest = (float(np.percentile(self.darkness[marks], each)) for each in (50, 90))
        return bool(darkest - typical <= ONE_TONE * darkest)

    @property
    def wide_share(self) -> float:
        """Share of the sheet that is pale for some way on all sides."""
        square = np.ones((WIDE_SAMPLES, WIDE_SAMPLES), np.uint8)
        return self._share(cv2.erode(self.pale.astype(np.uint8), square) > 0)

    def _share(self, marks: Mask) -> float:
        """Share of the sheet that is marked."""
        return float(marks.sum() / max(1, self.paper.sum()))

    def _spread(self, marks: Mask) -> float:
        """Share of the sheet's blocks in which something is marked."""
        marked, paper = (
            cv2.resize(one.astype(np.float32), (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
            for one in (marks, self.paper)
        )
        blocks = paper > 0.5
        return float((marked > BLOCK_SHARE)[blocks].sum() / max(1, blocks.sum()))


def _look_at(darkness: GreyImage, paper: Mask | None) -> _Seen:
    sample = np.ascontiguousarray(darkness[::SAMPLING, ::SAMPLING])
    if paper is None:
        paper = np.ones(sample.shape, np.bool_)
    else:
        paper = paper[::SAMPLING, ::SAMPLING]
        sample = np.where(paper, sample, np.uint8(0))
    split, ink_tone = _split(sample[sample >= PALEST])
    ink = cv2.threshold(sample, split, 255, cv2.THRESH_BINARY)[1]
    reach = 2 * round(EDGE_PX / SAMPLING) + 1
    near = cv2.dilate(ink, np.ones((reach, reach), np.uint8))
    pale = (sample >= PALEST) & (near == 0)
    return _Seen(pale, paper, sample, ink_tone)


def _without_lines(pale: Mask) -> Mask:
    """Pale marks, (h, w), without the ruled lines among them."""
    marks = pale.astype(np.uint8)
    for side in ((1, LINE_SAMPLES), (LINE_SAMPLES, 1)):
        long = cv2.morphologyEx(marks, cv2.MORPH_OPEN, np.ones(side, np.uint8))
        marks[cv2.dilate(long, np.ones((3, 3), np.uint8)) > 0] = 0
    return marks > 0


def _split(tones: GreyImage) -> tuple[float, float]:
    """The tone that parts marks (n,) best into pale and dark (Otsu, 1979); the mean of the dark."""
    if not tones.size:
        return 0.0, 0.0
    split, _ = cv2.threshold(tones, 0, 255, cv2.THRESH_OTSU)
    dark = tones[tones > split]
    return split, float(dark.mean()) if dark.size else 0.0
