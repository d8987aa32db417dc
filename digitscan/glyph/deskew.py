"""Glyphs in, the same glyphs with their slant taken out.

The classical models compare strokes by place and direction, so a slant that writers differ in
is noise to them. Classical moments method (LeCun et al., 1998).
"""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import GreyImage

MIN_SPREAD = 1e-2
"""Ink flatter than this (variance of rows, pixels²) has no slant to take out."""
MAX_SHEAR = 1.0
"""No pen slants more than 45°; a fragment's moments may say so."""


def deskew_glyphs(glyphs: GreyImage) -> GreyImage:
    """Shear each of ``glyphs``, (N, 28, 28) uint8 with 0 paper, until its ink stands upright."""
    straight = np.empty_like(glyphs)
    for source, target in zip(glyphs, straight, strict=True):
        target[:] = deskew_glyph(source)
    return straight


def deskew_glyph(glyph: GreyImage) -> GreyImage:
    """Shear one glyph, (28, 28) uint8, about its centre of mass, which moves to the middle."""
    moments = cv2.moments(glyph)
    mass = moments["m00"]
    if mass == 0:
        return glyph
    centre_x, centre_y = moments["m10"] / mass, moments["m01"] / mass
    spread = moments["mu02"] / mass
    shear = moments["mu11"] / moments["mu02"] if spread > MIN_SPREAD else 0.0
    shear = min(max(shear, -MAX_SHEAR), MAX_SHEAR)
    height, width = glyph.shape
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    to_source = np.array(
        [[1, shear, centre_x - middle_x - shear * middle_y], [0, 1, centre_y - middle_y]]
    )
    return np.asarray(
        cv2.warpAffine(
            glyph, to_source, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        ),
        np.uint8,
    )
