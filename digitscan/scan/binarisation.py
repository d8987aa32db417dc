"""Grey in, ink out: lighting divided away, pen and print kept, watermarks and noise dropped."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.ground import wide_areas
from digitscan.scan.strips import strips
from digitscan.values import GreyImage, Mask

Floats = npt.NDArray[np.float64]

TONES = np.arange(256.0)
"""All values that a pixel may have."""
BACKGROUND_SIDE = 400
"""Longer side of the copy on which the paper's brightness is estimated."""
BACKGROUND_REACH = 13
"""Pixels of that copy over which the brightest paper counts; wider than any stroke or letter."""
BACKGROUND_MEDIAN, BACKGROUND_BLUR = 11, 2.0
"""Width of the median, and standard deviation of the blur, that even out the paper's brightness.
The median keeps the edges of shadows, which a wider blur would turn into lines.
"""
GRAIN_SIDE, LEAST_GRAIN = 300, 4.0
"""Grain is looked for in the middle of a page, so many pixels wide; from so many of 255 on it is
smoothed.
"""
SMOOTHING = 5, 70, 2
"""Width in pixels of a bilateral filter (Tomasi and Manduchi, 1998), and its standard deviations in
tones, of 255, and in pixels: it leaves strokes sharp, which are 4 pixels wide where it matters.
"""
GRAIN_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Blind to even areas and straight edges."""
FAINTEST = 10
"""Least darkness over its surroundings, of 255, that can be ink."""
NOISE = 6.0
"""How many standard deviations of the paper's texture ink stands out from it, at least."""
STRONGEST_THRESHOLD = 60
INK_SHARE = 0.38
"""However rough the paper, what is darker than this share of the typical pen and print is ink."""
GHOST_SHARE = 0.15
"""What is no darker than this share of typical ink shines through from the back of the sheet."""
EDGE_SHARE = 0.32
"""Ink is darker than this share of the darkest within a stroke's reach; less is a blurred edge."""
EDGE_STROKES = 3
WINDOW_STROKES = 14
LEAST_STANDING_OUT = 24
"""What is no darker than this, of 255, than around it, says nothing of how dark strokes are."""


def is_bilevel(image: GreyImage) -> bool:
    """Whether a page (H, W) uint8 was scanned in black and white only."""
    sample = image[::7, ::5]
    return bool(np.all((sample == 0) | (sample == 255)))


def flatten_background(image: GreyImage) -> GreyImage:
    """Darkness of a page under even light: (H, W) uint8, 0 paper, 255 black.

    The paper's brightness is a grey closing of a small copy, evened out (as in background
    division); the page is divided by it, so that shadows and a tint of the paper vanish.
    """
    small = shrunk(image, max(1, round(max(image.shape) / BACKGROUND_SIDE)))
    reach = np.ones((BACKGROUND_REACH, BACKGROUND_REACH), np.uint8)
    paper = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, reach), BACKGROUND_MEDIAN)
    paper = cv2.GaussianBlur(paper, (0, 0), BACKGROUND_BLUR)
    paper = np.maximum(paper, 24).astype(np.uint8)
    height, width = image.shape
    full = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    brightness = cv2.divide(image, full, scale=255, dst=full)
    return _without_grain(np.asarray(cv2.bitwise_not(brightness, dst=brightness), np.uint8))


def _without_grain(darkness: GreyImage) -> GreyImage:
    """``darkness`` smoothed where it is grainy, as a photo taken in bad light is."""
    height, width = darkness.shape
    top, left = max(0, height - GRAIN_SIDE) // 2, max(0, width - GRAIN_SIDE) // 2
    middle = darkness[top : top + GRAIN_SIDE, left : left + GRAIN_SIDE]
    if _grain(middle) < LEAST_GRAIN:
        return darkness
    return np.asarray(cv2.bilateralFilter(darkness, *SMOOTHING), np.uint8)


def _grain(darkness: GreyImage) -> float:
    """Standard deviation of what differs from pixel to pixel (Immerkær, 1996), by the median."""
    differences = cv2.filter2D(darkness, cv2.CV_16S, GRAIN_KERNEL)
    return 1.48 * float(np.median(np.abs(differences))) / float(np.linalg.norm(GRAIN_KERNEL))


def shrunk(image: GreyImage, times: int) -> GreyImage:
    """Copy an image (H, W) uint8 so many times smaller; no side becomes less than a pixel."""
    # With factors every pixel is the mean of so many; a size would be met, but not exactly so.
    size, factor = None, 1 / times
    if min(image.shape) * factor <= 0.5:
        height, width = (max(1, round(side * factor)) for side in image.shape)
        size = width, height
    small = cv2.resize(image, size, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


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
    typical = _typical_contrast(darkness, window)
    strongest = float(np.clip(INK_SHARE * typical, FAINTEST, STRONGEST_THRESHOLD))
    faintest = max(FAINTEST, GHOST_SHARE * typical)
    threshold = min(strongest, max(faintest, NOISE * _roughness(darkness)))
    square = np.ones((reach, reach), np.uint8)
    found = np.empty(darkness.shape, np.bool_)
    for strip in strips(darkness.shape, window // 2 + reach):
        seen = darkness[strip.seen]
        pale = cv2.threshold(seen, round(2 * threshold), 0, cv2.THRESH_TRUNC)[1]
        contrast = cv2.subtract(seen, cv2.blur(pale, (window, window)))
        edge = cv2.convertScaleAbs(cv2.dilate(contrast, square), alpha=EDGE_SHARE)
        ink = (contrast > edge) & (contrast > round(threshold))
        if threshold < strongest:
            # bytes against whole numbers: with a fraction every pixel would become a float first
            thin = cv2.subtract(seen, wide_areas(seen, stroke_px))
            ink &= (contrast > int(strongest)) | (thin > int(threshold))
        found[strip.rows] = ink[strip.own]
    return found


def _typical_contrast(darkness: GreyImage, window: int) -> float:
    """How much darker than their surroundings ordinary strokes are."""
    contrast = cv2.subtract(darkness, cv2.blur(darkness, (window, window)))
    counts = _count_tones(np.asarray(contrast, np.uint8))
    counts[: LEAST_STANDING_OUT + 1] = 0
    return _median(TONES, counts) if counts.sum() > 30 else FAINTEST


def _roughness(darkness: GreyImage) -> float:
    """Standard deviation of the bare paper's darkness, by the median deviation."""
    counts = _count_tones(darkness)
    return 1.48 * _median(np.abs(TONES - _median(TONES, counts)), counts)


def _count_tones(picture: GreyImage) -> Floats:
    """How many pixels there are of each tone, (256,), on every third row and column."""
    sample = np.ascontiguousarray(picture[::3, ::3])
    return cv2.calcHist([sample], [0], None, [256], [0, 256]).ravel().astype(np.float64)


def _median(values: Floats, counts: Floats) -> float:
    """Median of ``values`` (n,), each of which occurs so many times."""
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(counts[order])
    middle = np.array([(ends[-1] - 1) // 2, ends[-1] // 2])
    return float(values[order][np.searchsorted(ends, middle, side="right")].mean())
