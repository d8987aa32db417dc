"""Slashes and points among the digits of a number."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitscan.glyph.candidates import make_candidates
from digitscan.glyph.paths import Arc
from digitscan.glyph.pieces import Piece, cut_pieces
from digitscan.glyph.signs import holds_sign
from digitscan.values import Box, GreyImage

STROKE = 4.0


def paper() -> GreyImage:
    return np.zeros((100, 320), np.uint8)


def ring(ink: GreyImage, left: int) -> None:
    cv2.ellipse(ink, (left + 14, 50), (13, 23), 0, 0, 360, 255, 4)


def stroke(ink: GreyImage, start: tuple[int, int], end: tuple[int, int]) -> None:
    cv2.line(ink, start, end, 255, 4, cv2.LINE_AA)


def ask(
    ink: GreyImage, runs: list[tuple[int, int]], text: str, cells: tuple[Box, ...] = ()
) -> bool:
    """Whether there is a sign, where pieces ``runs`` were read as ``text``, each as sure alone."""
    pieces = cut_pieces(ink, (0, 0), STROKE, cells)
    candidates = make_candidates(pieces, STROKE)
    rows = [_row(candidate.first, candidate.last, runs, text) for candidate in candidates]
    places = {(candidate.first, candidate.last): n for n, candidate in enumerate(candidates)}
    arcs = [_arc(first, last, places, pieces) for first, last in runs]
    return holds_sign(arcs, text, pieces, candidates, np.array(rows, np.float32))


def _row(first: int, last: int, runs: list[tuple[int, int]], text: str) -> list[float]:
    own = [
        label for run, label in zip(runs, text, strict=True) if run[0] <= first <= last <= run[1]
    ]
    return [0.99 if own and int(own[0]) == digit else 0.001 for digit in range(11)]


def _arc(
    first: int, last: int, places: dict[tuple[int, int], int], pieces: tuple[Piece, ...]
) -> Arc:
    assert last < len(pieces)
    return Arc(first, last + 1, (), 0.0, places[first, last])


ALONE = [(0, 0), (1, 1), (2, 2)]


def between_rings(start: tuple[int, int], end: tuple[int, int]) -> GreyImage:
    ink = paper()
    ring(ink, 20)
    stroke(ink, start, end)
    ring(ink, 120)
    return ink


def test_a_long_straight_stroke_that_leans_is_a_slash() -> None:
    assert ask(between_rings((104, 16), (74, 84)), ALONE, "010")


@pytest.mark.parametrize(
    ("start", "end"), [((94, 26), (78, 74)), ((86, 16), (86, 84)), ((74, 16), (104, 84))]
)
def test_a_stroke_as_high_as_digits_or_upright_or_leaning_back_is_a_1(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    assert not ask(between_rings(start, end), ALONE, "010")


def test_a_stroke_at_an_end_is_a_1_and_so_is_one_with_a_flag() -> None:
    ink = between_rings((104, 16), (74, 84))
    assert not ask(ink[:, :112].copy(), ALONE[:2], "01")
    flagged = between_rings((104, 16), (80, 84))
    stroke(flagged, (104, 16), (74, 44))
    assert not ask(flagged, ALONE, "010")


def test_in_a_comb_each_cell_holds_a_digit() -> None:
    cells = tuple(Box(0, left, 100, left + 50) for left in (12, 64, 114))
    assert not ask(between_rings((104, 16), (74, 84)), ALONE, "010", cells)


def dotted(row: int, size: int = 5, left: int = 52) -> GreyImage:
    ink = paper()
    ring(ink, 20)
    cv2.circle(ink, (left + size, row), size, 255, -1)
    ring(ink, 80)
    return ink


def test_a_dot_at_the_foot_of_a_digit_that_needs_none_is_a_point() -> None:
    assert ask(dotted(70), [(0, 1), (2, 2)], "00")


def test_a_dot_before_the_foot_of_the_next_digit_is_one_too() -> None:
    assert ask(dotted(70, left=66), [(0, 0), (1, 2)], "00")


@pytest.mark.parametrize(("row", "size"), [(30, 5), (70, 1)])
def test_a_dot_higher_up_or_a_speck_is_none(row: int, size: int) -> None:
    assert not ask(dotted(row, size), [(0, 1), (2, 2)], "00")


def test_behind_the_last_digit_it_is_a_full_stop() -> None:
    ink = paper()
    ring(ink, 20)
    ring(ink, 60)
    cv2.circle(ink, (97, 70), 5, 255, -1)
    assert not ask(ink, [(0, 0), (1, 2)], "00")
