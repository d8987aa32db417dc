"""A digit's glyph in, the same digit as a slightly other hand would have written it out.

For the classical models, which have no sense of their own for small changes of a shape. The
variants stay clean: scans' accidents are ``augmentation``'s, and the pens of other countries
``shapes``'.
"""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.glyph.card import GLYPH_SIDE
from digitscan.learn.datasets import Images
from digitscan.values import GreyImage

TURN_DEGREES = 5.0
STRETCH = 0.05
SLANT = 0.1
BEND_PX = 0.6
WIDTH_SHARE = 0.4
"""Standard deviations of the changes; at twice these the SVM's error on MNIST went up."""
BEND_NODES = 5
_ROWS, _COLUMNS = np.mgrid[0:GLYPH_SIDE, 0:GLYPH_SIDE] - (GLYPH_SIDE - 1) / 2
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def vary_glyphs(glyphs: Images, random: np.random.Generator) -> Images:
    """Change each of (N, 28, 28) uint8 glyphs, 0 is paper, a little."""
    if not len(glyphs):
        return glyphs
    return np.stack([vary_glyph(glyph, random) for glyph in glyphs])


def vary_glyph(glyph: GreyImage, random: np.random.Generator) -> GreyImage:
    """Turn, stretch, slant and bend one glyph, and make its pen a little wider or finer."""
    turn = np.deg2rad(random.normal(0, TURN_DEGREES))
    width, height = np.exp(random.normal(0, STRETCH, 2))
    turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    to_source = turning @ np.array([[width, random.normal(0, SLANT)], [0, height]])
    bend = random.normal(0, BEND_PX, (2, BEND_NODES, BEND_NODES))
    shift_x, shift_y = (
        cv2.resize(nodes, (GLYPH_SIDE, GLYPH_SIDE), interpolation=cv2.INTER_CUBIC) for nodes in bend
    )
    middle = (GLYPH_SIDE - 1) / 2
    x = to_source[0, 0] * _COLUMNS + to_source[0, 1] * _ROWS + middle + shift_x
    y = to_source[1, 0] * _COLUMNS + to_source[1, 1] * _ROWS + middle + shift_y
    moved = cv2.remap(glyph, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    return _change_width(np.asarray(moved, np.uint8), random.uniform(-WIDTH_SHARE, WIDTH_SHARE))


def _change_width(glyph: GreyImage, share: float) -> GreyImage:
    """Mix a glyph with its dilation (``share`` above 0) or its erosion (below 0)."""
    other = cv2.dilate(glyph, _CROSS) if share > 0 else cv2.erode(glyph, _CROSS)
    return np.asarray(cv2.addWeighted(glyph, 1 - abs(share), other, abs(share), 0), np.uint8)
