"""Grey in, ink out: lighting divided away, pen and print kept, watermarks and noise dropped."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import GreyImage, Mask

BACKGROUND_SIDE = 400
"""Longer side of the copy on which the paper's brightness is estimated."""
BACKGROUND_REACH = 13
"""Pixels of that copy over which the brightest paper counts; wider than any stroke or letter."""
FAINTEST = 10
"""Least darkness over its surroundings, of 255, that can be ink."""
NOISE = 6.0
"""How many standard deviations of the paper's texture ink stands out from it, at least."""
STRONGEST_THRESHOLD = 60
INK_SHARE = 0.38
"""However rough the paper, what is darker than this share of the typical pen and print is ink."""
EDGE_SHARE = 0.32
"""Ink is darker than this share of the darkest within a stroke's reach; less is a blurred edge."""
EDGE_STROKES = 3
WINDOW_STROKES = 14
WIDEST_STROKES = 3.2
"""Pale areas wider than this many stroke widths are a watermark or a tint, not faint ink."""


def is_bilevel(image: GreyImage) -> bool:
    """Whether a page (H, W) uint8 was scanned in black and white only."""
    sample = image[::7, ::5]
    return bool(np.all((sample == 0) | (sample == 255)))


def flatten_background(image: GreyImage) -> GreyImage:
    """Darkness of a page under even light: (H, W) uint8, 0 paper, 255 black.

    The paper's brightness is a grey closing of a small copy (as in background division); the page
    is divided by it, so that shadows and a tint of the paper vanish.
    """
    scale = 1 / max(1, round(max(image.shape) / BACKGROUND_SIDE))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    reach = np.ones((BACKGROUND_REACH, BACKGROUND_REACH), np.uint8)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, reach), (0, 0), 4)
    paper = np.maximum(paper, 24).astype(np.uint8)
    height, width = image.shape
    full = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.bitwise_not(cv2.divide(image, full, scale=255)), np.uint8)


def find_ink(darkness: GreyImage, stroke_px: float) -> Mask:
    """Where the pen or the print is: darker than paper is rough, and than the edge of a stroke.

    Parameters
    ----------
    darkness : (H, W) uint8
        0 paper, 255 black, even light.
    stroke_px : float
        Typical stroke width; the window of the local mean is ``WINDOW_STROKES`` times that.
    """
    window = int(WINDOW_STROKES * stroke_px) | 1
    contrast = cv2.subtract(darkness, cv2.blur(darkness, (window, window)))
    typical = _typical_contrast(np.asarray(contrast[::3, ::3], np.uint8))
    strongest = float(np.clip(INK_SHARE * typical, FAINTEST, STRONGEST_THRESHOLD))
    threshold = min(strongest, max(FAINTEST, NOISE * _roughness(darkness)))
    paper = cv2.blur(np.minimum(darkness, round(2 * threshold)), (window, window))
    contrast = cv2.subtract(darkness, paper)
    reach = int(EDGE_STROKES * stroke_px) | 1
    darkest = cv2.dilate(contrast, np.ones((reach, reach), np.uint8))
    edge = cv2.convertScaleAbs(darkest, alpha=EDGE_SHARE)
    ink = contrast > np.maximum(edge, round(threshold))
    if threshold < strongest:
        ink &= (contrast > strongest) | (_thin(darkness, stroke_px) > threshold)
    return np.asarray(ink, np.bool_)


def _thin(darkness: GreyImage, stroke_px: float) -> GreyImage:
    """Darkness over that of the wide areas, a watermark for example, in which a pixel lies."""
    side = int(WIDEST_STROKES * stroke_px) | 1
    beyond = side + 2 * round(stroke_px)
    wide = cv2.erode(darkness, np.ones((side, side), np.uint8))
    wide = cv2.dilate(wide, np.ones((beyond, beyond), np.uint8))
    return np.asarray(cv2.subtract(darkness, wide), np.uint8)


def _roughness(darkness: GreyImage) -> float:
    """Standard deviation of the bare paper's darkness, by the median deviation."""
    sample = darkness[::3, ::3]
    return 1.48 * float(np.median(np.abs(sample - np.median(sample))))


def _typical_contrast(contrast: GreyImage) -> float:
    """Contrast of ordinary strokes: the median over what stands out at all."""
    standing_out = contrast[contrast > 24]
    return float(np.median(standing_out)) if standing_out.size > 30 else float(FAINTEST)
