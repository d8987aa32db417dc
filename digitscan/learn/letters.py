"""A random number in, a letter or a piece of print out: ink that is no digit.

Letters that a digit can equal are left out (O is 0; l and I are 1; Z is 2; S is 5; b and G are 6;
T and J are near 7; B is 8; g, q and y are 9 or 4).
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitscan.learn.pen import Path, Pen, curve
from digitscan.values import GreyImage

PRINT_LETTERS = "AEFHKMNPRUVWXadefhkmnprtuvwx%&#@*=$+"
WORD_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
CANVAS_PX = 150

_HAND = {
    "A": "0,10 5,0 10,10|2,6 8,6",
    "E": "8,0 0,0 0,10 9,10|0,5 7,5",
    "F": "9,0 0,0 0,10|0,5 6,5",
    "H": "0,0 0,10|8,0 8,10|0,5 8,5",
    "K": "0,0 0,10|8,0 0,6|2,5 9,10",
    "L": "0,0 0,10 7,10",
    "M": "0,10 1,0 5,7 9,0 10,10",
    "N": "0,10 0,0 8,10 8,0",
    "P": "0,10 0,0 ~0,0 6,0 7,3 5,5 0,5",
    "R": "0,10 0,0 ~0,0 6,0 7,3 5,5 0,5|2,5 8,10",
    "V": "0,0 4,10 8,0",
    "W": "0,0 2,10 5,3 8,10 10,0",
    "X": "0,0 8,10|8,0 0,10",
    "a": "~7,1 3,0 0,5 2,9 6,8 8,1|~8,1 7,8 10,9",
    "d": "~7,5 3,4 0,7 3,10 7,7|8,0 7,8 9,10",
    "e": "~1,5 8,4 6,0 2,1 0,6 3,10 8,8",
    "f": "~8,1 5,0 4,3 4,10|1,4 8,4",
    "h": "0,0 0,10|~0,7 3,4 6,5 6,10",
    "k": "0,0 0,10|6,4 0,7|2,6 7,10",
    "m": "0,3 0,10|~0,5 3,3 5,5 5,10|~5,5 8,3 10,5 10,10",
    "n": "0,2 0,10|~0,6 3,2 6,4 7,10",
    "p": "0,2 0,14|~0,4 4,1 7,5 4,9 0,8",
    "r": "0,2 0,10|~0,6 2,3 6,2",
    "u": "~0,1 0,7 3,10 7,7 7,1|7,1 7,10",
    "w": "~0,1 2,10 5,3 8,10 10,1",
    "x": "~0,1 5,6 9,10|~9,1 4,6 0,10",
}
"""Strokes of handwritten letters, parted by ``|``, in tenths; ``~`` begins a smooth stretch."""


def write_letter(pen: Pen) -> list[Path]:
    """Give the strokes of a handwritten letter."""
    forms = list(_HAND.values())
    return [_stroke(text, pen) for text in forms[pen.below(len(forms))].split("|")]


def _stroke(text: str, pen: Pen) -> Path:
    """Read one stroke: straight from corner to corner, smooth after a ``~``."""
    straight, _, smooth = text.partition("~")
    parts = []
    if straight:
        corners = pen.tremble(_points(straight), 0.03)
        parts += [pen.line(a, b) for a, b in pairwise(corners)]
    if smooth:
        parts.append(curve(pen.tremble(_points(smooth), 0.03)))
    return np.concatenate(parts)


def _points(text: str) -> Path:
    return np.array([point.split(",") for point in text.split()], np.float64) / 10


def print_letter(pen: Pen) -> GreyImage:
    """Print one letter or sign; (h, w) uint8 ink, 0 is paper."""
    letter = PRINT_LETTERS[pen.below(len(PRINT_LETTERS))]
    return _print(letter, pen)


def print_word(pen: Pen) -> GreyImage:
    """Print three to six letters; (h, w) uint8 ink, 0 is paper."""
    count = 3 + pen.below(4)
    word = "".join(WORD_LETTERS[pen.below(len(WORD_LETTERS))] for _ in range(count))
    return _print(word, pen)


def _print(text: str, pen: Pen) -> GreyImage:
    if pen.chance(0.4):
        return _print_outline(text)
    ink = np.zeros((CANVAS_PX, CANVAS_PX * len(text)), np.uint8)
    font, width = FONTS[pen.below(len(FONTS))], int(pen.between(3, 13))
    at = (CANVAS_PX // 5, CANVAS_PX * 3 // 4)
    cv2.putText(ink, text, at, font, pen.between(2.4, 3.2), 255, width, cv2.LINE_AA)
    return ink


def _print_outline(text: str) -> GreyImage:
    """Print in the outline font that comes with Pillow."""
    page = Image.new("L", (CANVAS_PX * len(text), CANVAS_PX))
    ImageDraw.Draw(page).text((10, 10), text, fill=255, font=_outline_font())
    return np.asarray(page, np.uint8)


@cache
def _outline_font() -> Any:
    return ImageFont.load_default(size=100)
