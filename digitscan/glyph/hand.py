"""What a page's digits say of one another: most pages are written by one hand.

Whether an open 4 or a 9 was meant can often not be told from one digit, but from the writer's
other 4s and 9s. A digit is taken more for what those that look like it were read as: each class is
weighed by how far the nearest digits of that class on the page are from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import NOT_A_DIGIT, GreyImage, Probabilities

DIRECTIONS = 8
"""Glyphs are compared by how much edge of each direction they have where."""
MARGIN_PX = 4
"""Paper added around a glyph, so that its neighbour in the row is out of reach."""
ROW = 64
"""Glyphs looked at together: what they need on the way stays in a processor's cache."""
WITNESSES = 2
"""So many nearest digits of a class speak for it."""
BELIEVED = 0.5
"""A digit less likely than this to have been read right is no witness."""
FAR = 0.28
"""Squared distance, of vectors of length 1, from which a witness says nothing."""
LACKING = 0.7 * FAR
"""How far a witness is taken to be that a class lacks: few digits on a page say little."""
SAYING = 30.0
"""How much a witness says: the logarithm of odds for each unit of that distance."""
POSSIBLE = 0.01
"""What is less likely than this to be a digit is not weighed."""
USUAL = 1.7
"""What the page's digits usually say, at least, for each digit of a value."""
MANY = 60
"""With so many witnesses on the page, what they say of a value counts half."""

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate stands: in which field of the page, from which piece to which."""

    field: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Candidates as the page's other digits see them.

    ``probabilities`` is (N, 11) float32. ``support`` (N, 10) is the logarithm of odds with which
    the page's digits speak for a class, against any other: 0 is as usual, or unknown on a page
    with few digits.
    """

    probabilities: Probabilities
    support: Numbers


def weigh_by_hand(
    glyphs: Sequence[GreyImage],
    probabilities: Probabilities,
    places: Sequence[Place],
    trust: Numbers,
) -> Weighed:
    """Class probabilities of a page's candidates, given what its digits were read as.

    How likely a candidate is *not one digit* stays. Parameters were chosen on the digits of five
    composed pages' writers and counted on five others'.

    Parameters
    ----------
    glyphs : N arrays (28, 28) uint8
        All candidates of the page; 0 is paper.
    probabilities : (N, 11) float32
        What the classifier says of each.
    places : N Place
        A candidate says nothing of another that shares ink with it.
    trust : (N,) float64
        Confidence of the reading that took the candidate for a digit; 0 where none did.
    """
    digits = probabilities[:, :NOT_A_DIGIT].astype(np.float64)
    mass = digits.sum(axis=1, keepdims=True)
    shares = digits / np.maximum(mass, 1e-9)
    witnesses = np.flatnonzero(trust * shares.max(axis=1) >= BELIEVED)
    doubted = np.flatnonzero(mass[:, 0] > POSSIBLE)
    support = np.zeros(digits.shape)
    if len(witnesses) < WITNESSES:
        return Weighed(probabilities, support)
    apart = _distances(glyphs, doubted, witnesses)
    apart[_share_ink(places, doubted, witnesses)] = np.inf
    nearest = _nearest_of_classes(apart, shares[witnesses].argmax(axis=1))
    weighed = digits.copy()
    weighed[doubted] *= np.exp(-SAYING * np.where(np.isinf(nearest), LACKING, nearest).mean(axis=2))
    weighed *= mass / np.maximum(weighed.sum(axis=1, keepdims=True), 1e-12)
    known = len(witnesses) / (len(witnesses) + MANY)
    support[doubted] = _margins(np.minimum(nearest[:, :, 0], FAR)) * known
    whole = np.hstack([weighed, probabilities[:, NOT_A_DIGIT:]]).astype(np.float32)
    return Weighed(whole, support)


def _distances(
    glyphs: Sequence[GreyImage], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> Vectors:
    """Squared distances between some glyphs and others, at most ``FAR``."""
    needed, places = np.unique(np.concatenate([rows, columns]), return_inverse=True)
    vectors = edge_vectors(np.stack([glyphs[index] for index in needed]))
    alike = vectors[places[: len(rows)]] @ vectors[places[len(rows) :]].T
    return np.asarray(np.clip(2 - 2 * alike, 0, FAR), np.float32)


def edge_vectors(glyphs: GreyImage) -> Vectors:
    """Which directions the edges of (N, 28, 28) uint8 glyphs have where: (N, 648), length 1.

    A histogram of oriented gradients (Dalal and Triggs, 2005) with square roots of its counts.
    """
    starts = range(0, len(glyphs), ROW)
    return np.vstack([_edges_of_row(glyphs[start : start + ROW]) for start in starts])


def _edges_of_row(glyphs: GreyImage) -> Vectors:
    """Lay glyphs in a row, because OpenCV is slow on many small pictures."""
    margin = (MARGIN_PX, MARGIN_PX)
    padded = np.pad(glyphs, ((0, 0), margin, margin)).astype(np.float32)
    row = padded.swapaxes(0, 1).reshape(padded.shape[1], -1)
    smooth = cv2.GaussianBlur(row, (0, 0), 1.0)
    right, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    # The last bit of cv2.magnitude depends on where in memory its arrays lie.
    strength = np.sqrt(right * right + down * down)
    scale = 1 / (strength + 1)
    planes = []
    for angle in np.arange(DIRECTIONS // 2) * (2 * np.pi / DIRECTIONS):
        along = cv2.addWeighted(right, float(np.cos(angle)), down, float(np.sin(angle)), 0)
        edge = along * along * scale
        edge *= edge * scale
        for side in (along > 0, along < 0):
            halved = cv2.resize(edge * side, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            pooled = cv2.GaussianBlur(halved, (0, 0), 1.0)[::2, ::2]
            planes.append(pooled.reshape(pooled.shape[0], len(glyphs), -1))
    vectors = np.sqrt(np.stack(planes).swapaxes(0, 2).reshape(len(glyphs), -1))
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1), 1e-6)[:, None])


def _nearest_of_classes(apart: Vectors, read: npt.NDArray[np.intp]) -> Numbers:
    """Distances (N, 10, ``WITNESSES``) of each class's nearest; infinite where it lacks one."""
    nearest = np.full((len(apart), NOT_A_DIGIT, WITNESSES), np.inf)
    for label in range(NOT_A_DIGIT):
        found = np.sort(apart[:, read == label], axis=1)[:, :WITNESSES]
        nearest[:, label, : found.shape[1]] = found
    return nearest


def _margins(distances: Numbers) -> Numbers:
    """What is said for each class (N, 10) over the best other one, more than is usual."""
    nearest = np.sort(distances, axis=1)[:, :2]
    others = np.where(distances == nearest[:, :1], nearest[:, 1:], nearest[:, :1])
    return SAYING * (others - distances) - USUAL


def _share_ink(
    places: Sequence[Place], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Which candidates have pieces in common with which others."""
    table = np.array([(place.field, place.first, place.last) for place in places])
    field, first, last = (column[:, None] for column in table[rows].T)
    other_field, other_first, other_last = table[columns].T
    shared = (field == other_field) & (first <= other_last) & (last >= other_first)
    return np.asarray(shared, np.bool_)
