"""The records of a page in, the same with values in print put to review out.

A hand never writes a digit twice alike, and type is always alike. So a digit that has twins in
other fields, of its height, its width and its shape, is printed. All but a 1: that is a stroke in
any hand, and what was read as one may be a parenthesis.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.doubts.review import put_to_review
from digitscan.values import Box, GreyImage, Mask, Page, Record

STROKE = "1"
SIDE = 24
"""Rows and columns in which the shapes of digits are compared."""
ALIKE = 0.9
"""Correlation of their tones from which on two shapes are the same."""
HEIGHT, HEIGHT_PX = 0.04, 1.0
WIDTH, WIDTH_PX = 0.06, 1.5
"""How far the heights and widths of twins differ at most, as a share or in pixels."""
LIKELY, UNLIKE = 0.85, 1.5
"""The same of the other digits of a number, of which one has twins: correlation with one in another
field, and how many times as far sizes may differ.
"""
LEAST_AGAIN = 4
"""So many equal digits in a value are printed, if each has twins among them."""
LEAST_TWINS, SHARE = 2, 0.05
"""Twins that a printed digit has, at least, and as a share of the page's digits of its class: among
very many of a hand some look alike.
"""


def doubt_typeset(
    page: Page, records: tuple[Record, ...], scanned: tuple[Record, ...]
) -> tuple[Record, ...]:
    """Give ``review`` to the values that are ``ok`` and of which each digit, but 1s, has twins.

    ``scanned`` are the same records with boxes on ``page``.
    """
    digits = [
        (number, value, digit.box)
        for number, record in enumerate(scanned)
        for value, digit in zip(record.reading.value, record.reading.digits, strict=False)
        if value != STROKE
    ]
    owners = np.array([owner for owner, _, _ in digits])
    values = np.array([value for _, value, _ in digits])
    sure, likely = np.zeros((2, len(digits)), np.bool_)
    for value in np.unique(values):
        at = np.flatnonzero(values == value)
        found = _have_twins(page.image, [digits[i][2] for i in at.tolist()], owners[at])
        sure[at], likely[at] = found
    with_twins = set(owners[sure].tolist()) - set(owners[~likely].tolist())
    equal = {number for number, each in enumerate(scanned) if _is_one_again(page.image, each)}
    return put_to_review(records, with_twins | equal)


def _is_one_again(image: GreyImage, record: Record) -> bool:
    """Whether a value is one digit again and again, each with twins in it: zeros in a form's comb.

    A value of strokes, or one of few digits, says nothing.
    """
    value, boxes = record.reading.value, [digit.box for digit in record.reading.digits]
    if len(boxes) < LEAST_AGAIN or len(set(value)) > 1 or value[0] == STROKE:
        return False
    alike, unlike = _compared(image, boxes)
    twins = np.count_nonzero((alike >= ALIKE) & (unlike <= 1), axis=1) - 1
    return bool((twins >= LEAST_TWINS).all())


def _have_twins(
    image: GreyImage, boxes: list[Box], owners: npt.NDArray[np.int_]
) -> tuple[Mask, Mask]:
    """Which digits of one class, (n,), have twins in other fields: for sure, and likely."""
    alike, unlike = _compared(image, boxes)
    alike = np.where(owners[:, None] != owners, alike, 0.0)
    twins = (alike >= ALIKE) & (unlike <= 1)
    sure = twins.sum(axis=1) >= max(LEAST_TWINS, SHARE * len(boxes))
    likely = ((alike >= LIKELY) & (unlike <= UNLIKE)).any(axis=1)
    return np.asarray(sure, np.bool_), np.asarray(sure | likely, np.bool_)


def _compared(
    image: GreyImage, boxes: list[Box]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How alike the shapes of digits are, (n, n), 1 the same, and how unlike their sizes, up to 1.

    Above 1 sizes are not those of twins.
    """
    shapes = np.stack([_shape(image[box.slices]) for box in boxes])
    high, wide = np.array([(box.height, box.width) for box in boxes], float).T
    higher = np.abs(high[:, None] - high) / np.maximum(HEIGHT * high, HEIGHT_PX)
    wider = np.abs(wide[:, None] - wide) / np.maximum(WIDTH * wide, WIDTH_PX)
    alike = np.asarray(shapes @ shapes.T, np.float64)
    return alike, np.asarray(np.maximum(higher, wider), np.float64)


def _shape(crop: GreyImage) -> npt.NDArray[np.float32]:
    """The tones of a digit in a square, as a vector of length 1 with a mean of 0."""
    square = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    square -= square.mean()
    return np.asarray(square.ravel() / max(float(np.linalg.norm(square)), 1e-6), np.float32)
