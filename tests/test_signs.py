"""Slashes, points, commas and colons among the digits of a number, and a minus before it."""

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


def test_a_much_longer_one_leans_but_a_little() -> None:
    assert ask(between_rings((94, 14), (86, 86)), ALONE, "010")


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


def comma(top: int, bottom: int) -> GreyImage:
    ink = paper()
    ring(ink, 20)
    stroke(ink, (60, top), (55, bottom))
    ring(ink, 80)
    return ink


def test_a_short_stroke_from_the_foot_of_a_digit_down_is_a_comma() -> None:
    assert ask(comma(66, 80), [(0, 1), (2, 2)], "00")


@pytest.mark.parametrize(("top", "bottom"), [(30, 44), (54, 72)])
def test_one_that_ends_no_lower_than_the_digit_is_a_part_of_it(top: int, bottom: int) -> None:
    assert not ask(comma(top, bottom), [(0, 1), (2, 2)], "00")


def two_dots(lefts: tuple[int, int], rows: tuple[int, int], size: int = 4) -> GreyImage:
    ink = paper()
    ring(ink, 20)
    for left, row in zip(lefts, rows, strict=True):
        cv2.circle(ink, (left, row), size, 255, -1)
    ring(ink, 90)
    return ink


def test_two_dots_one_over_the_other_are_a_colon() -> None:
    assert ask(two_dots((68, 69), (40, 62)), [(0, 0), (3, 3)], "00")


@pytest.mark.parametrize(
    ("lefts", "rows", "size"), [((62, 76), (40, 62), 4), ((68, 69), (40, 62), 1)]
)
def test_dots_beside_one_another_or_specks_are_none(
    lefts: tuple[int, int], rows: tuple[int, int], size: int
) -> None:
    ink = two_dots(lefts, rows, size)
    last = len(cut_pieces(ink, (0, 0), STROKE)) - 1
    assert not ask(ink, [(0, 0), (last, last)], "00")


def dash(start: tuple[int, int], end: tuple[int, int]) -> GreyImage:
    ink = paper()
    stroke(ink, start, end)
    ring(ink, 100)
    return ink


def test_a_short_dash_right_before_a_number_is_a_minus() -> None:
    assert ask(dash((70, 52), (90, 50)), [(1, 1)], "0")


@pytest.mark.parametrize(
    ("start", "end"),
    [((20, 52), (90, 50)), ((20, 52), (40, 50)), ((70, 74), (90, 74)), ((70, 26), (90, 26))],
)
def test_a_long_or_far_or_high_or_low_one_fills_the_room_before_it(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    assert not ask(dash(start, end), [(1, 1)], "0")


def test_several_dashes_fill_it_too() -> None:
    ink = dash((70, 52), (90, 50))
    stroke(ink, (30, 52), (50, 50))
    assert not ask(ink, [(2, 2)], "0")


def barred(bars: list[tuple[int, int, int]], tilt: int = 0) -> GreyImage:
    """Rings with upright strokes between some of them: column, first and last row of each."""
    ink = paper()
    for left in (20, 90, 160):
        ring(ink, left)
    for column, top, bottom in bars:
        cv2.line(ink, (column + tilt, top), (column, bottom), 255, 2)
    return ink


def test_upright_strokes_that_end_at_one_height_are_dividers() -> None:
    runs = [(place, place) for place in range(5)]
    assert ask(barred([(70, 24, 76), (140, 25, 60)]), runs, "01010")


@pytest.mark.parametrize(
    ("bars", "tilt"),
    [
        ([(70, 24, 76), (140, 30, 70)], 0),
        ([(70, 24, 76), (140, 24, 76)], 6),
        ([(64, 24, 76), (76, 24, 76)], 0),
    ],
)
def test_at_different_heights_or_leaning_or_side_by_side_they_are_1s(
    bars: list[tuple[int, int, int]], tilt: int
) -> None:
    ink = barred(bars, tilt)
    assert len(cut_pieces(ink, (0, 0), STROKE)) == 5
    runs = [(place, place) for place in range(5)]
    text = "01100" if bars[1][0] < 90 else "01010"
    assert not ask(ink, runs, text)
