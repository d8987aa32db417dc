"""Boxes in any order in, reading order out."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from digitscan.form.order import first_rows, group_rows
from digitscan.values import Box

BOXES = st.builds(
    lambda top, left, height, width: Box(top, left, top + height, left + width),
    st.integers(0, 900),
    st.integers(0, 900),
    st.integers(1, 90),
    st.integers(1, 300),
)


@given(
    st.lists(st.lists(st.integers(-12, 12), min_size=1, max_size=6), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
@settings(max_examples=60, deadline=None)
def test_rows_come_out_as_they_were_laid(rows: list[list[int]], seed: int) -> None:
    laid = [
        [
            Box(100 * number + shift, 90 * place, 100 * number + shift + 60, 90 * place + 70)
            for place, shift in enumerate(shifts)
        ]
        for number, shifts in enumerate(rows)
    ]
    boxes = [box for row in laid for box in row]
    random.Random(seed).shuffle(boxes)
    assert group_rows(boxes) == laid


@given(st.lists(BOXES, max_size=30, unique=True))
@settings(max_examples=60, deadline=None)
def test_every_box_comes_out_once(boxes: list[Box]) -> None:
    rows = group_rows(boxes)
    assert sorted(map(repr, boxes)) == sorted(repr(box) for row in rows for box in row)
    assert all(rows)


@given(st.lists(BOXES, max_size=30, unique=True))
@settings(max_examples=40, deadline=None)
def test_each_row_runs_from_left_to_right(boxes: list[Box]) -> None:
    for row in group_rows(boxes):
        assert [box.left for box in row] == sorted(box.left for box in row)


@given(st.lists(BOXES, max_size=12, unique=True), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_boxes_come_does_not_matter(boxes: list[Box], seed: int) -> None:
    shuffled = boxes.copy()
    random.Random(seed).shuffle(shuffled)
    first = [[(box.left, box.top) for box in row] for row in group_rows(boxes)]
    second = [[(box.left, box.top) for box in row] for row in group_rows(shuffled)]
    assert first == second


def test_a_low_box_beside_a_high_one_is_in_its_row() -> None:
    high, low, below = Box(0, 0, 90, 50), Box(30, 100, 60, 150), Box(120, 0, 150, 50)
    assert group_rows([below, low, high]) == [[high, low], [below]]


def test_a_row_that_climbs_gently_is_one_row() -> None:
    row = [Box(100 - 6 * place, 80 * place, 150 - 6 * place, 80 * place + 60) for place in range(8)]
    assert group_rows(reversed(row)) == [row]


def test_a_box_over_several_rows_stands_in_the_first_of_them() -> None:
    spanning = Box(2, 200, 140, 260)
    rows = [[Box(48 * n, 0, 48 * n + 44, 80), Box(48 * n, 90, 48 * n + 44, 180)] for n in range(3)]
    boxes = [spanning, *(box for row in rows for box in row)]
    heads = first_rows(boxes)
    assert heads[1:] == boxes[1:]
    assert group_rows(heads) == [[*rows[0], heads[0]], rows[1], rows[2]]


def test_a_high_box_beside_a_low_one_in_its_middle_stays_whole() -> None:
    boxes = [Box(0, 0, 90, 50), Box(30, 100, 60, 150), Box(91, 0, 120, 50)]
    assert first_rows(boxes) == boxes


@given(st.lists(BOXES, max_size=30, unique=True))
@settings(max_examples=40, deadline=None)
def test_first_rows_only_lose_their_lower_parts(boxes: list[Box]) -> None:
    for box, head in zip(boxes, first_rows(boxes), strict=True):
        assert (head.top, head.left, head.right) == (box.top, box.left, box.right)
        assert box.top < head.bottom <= box.bottom
