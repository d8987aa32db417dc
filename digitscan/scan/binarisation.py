"""Grey in, ink out: lighting divided away, pen and print kept, watermarks and noise dropped."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.scan.strips import strips
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
    brightness = cv2.divide(image, full, scale=255, dst=full)
    return np.asarray(cv2.bitwise_not(brightness, dst=brightness), np.uint8)


def find_ink(darkness: GreyImage, stroke_px: float) -> Mask:
    """Where the pen or the print is: darker than paper is rough, and than the edge of a stroke.

    Parameters
    ----------
    darkness : (H, W) uint8
        0 paper, 255 black, even light.
    stroke_px : float
        Typical stroke width; the window of the local mean is ``WINDOW_STROKES`` times that.
    """
    window, reach = int(WINDOW_STROKES * stroke_px) | 1, int(EDGE_STROKES * stroke_px) | 1
    threshold = _threshold(darkness, window)
    square = np.ones((reach, reach), np.uint8)
    ink = np.empty(darkness.shape, np.bool_)
    for strip in strips(darkness.shape, window // 2 + reach):
        seen = darkness[strip.seen]
        paper = cv2.blur(cv2.min(seen, 2 * threshold), (window, window))
        contrast = cv2.subtract(seen, paper)
        edge = cv2.convertScaleAbs(cv2.dilate(contrast, square), alpha=EDGE_SHARE)
        ink[strip.rows] = (contrast > cv2.max(edge, threshold))[strip.own]
    return ink


def _threshold(darkness: GreyImage, window: int) -> float:
    """Least contrast that is ink: little on smooth paper, more where it is rough or ink is dark."""
    least = max(FAINTEST, NOISE * _roughness(darkness))
    if least == FAINTEST:
        return least
    contrast = cv2.subtract(darkness, cv2.blur(darkness, (window, window)))
    typical = _typical_contrast(np.asarray(contrast[::3, ::3], np.uint8))
    return min(float(np.clip(INK_SHARE * typical, FAINTEST, STRONGEST_THRESHOLD)), least)


def _roughness(darkness: GreyImage) -> float:
    """Standard deviation of the bare paper's darkness, by the median deviation."""
    sample = np.ascontiguousarray(darkness[::3, ::3])
    deviation = np.asarray(cv2.absdiff(sample, _median(sample)), np.uint8)
    return 1.48 * _median(deviation)


def _typical_contrast(contrast: GreyImage) -> float:
    """Contrast of ordinary strokes: the median over what stands out at all."""
    standing_out = contrast[contrast > 24]
    return _median(standing_out) if standing_out.size > 30 else float(FAINTEST)


def _median(tones: GreyImage) -> float:
    """Median of 8-bit values, by counting them: ten times as fast as sorting them."""
    places = (tones.size - 1) // 2, tones.size // 2
    counted = np.cumsum(cv2.calcHist([tones], [0], None, [256], [0, 256]))
    return float(np.searchsorted(counted, places, side="right").mean())
