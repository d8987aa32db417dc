"""Pieces of one ruled line are joined, those of two are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import PEN, draw_box, draw_path, paper

from digitscan.scan.joining import join_lines
from digitscan.scan.ruling import find_ruling
from digitscan.values import Box, GreyImage

ROW = 100
FIRST, SECOND = (40, 160), (220, 360)
"""First column of a piece, and the one after its last."""
PALE = 20
"""Darkness of a line that is too pale to be ink."""


def joined(
    darkness: GreyImage, pieces: tuple[tuple[int, int], ...] = (FIRST, SECOND), drop: int = 0
) -> GreyImage:
    """What is drawn between pieces of a line; each next one lies ``drop`` lower."""
    picture = np.zeros_like(darkness)
    for number, (start, end) in enumerate(pieces):
        picture[ROW + number * drop : ROW + number * drop + 3, start:end] = 255
    contours, _ = cv2.findContours(picture, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    before = picture.copy()
    join_lines([np.asarray(each, np.int32) for each in contours], darkness, picture, float(PEN))
    return np.asarray(picture - before, np.uint8)


def trace(start: int = FIRST[1], end: int = SECOND[0]) -> GreyImage:
    """The darkness of a page with a pale line between two columns."""
    darkness = np.zeros((200, 500), np.uint8)
    darkness[ROW : ROW + 3, start:end] = PALE
    return darkness


def test_pieces_with_a_pale_line_between_them_are_joined() -> None:
    between = joined(trace())
    assert between[ROW : ROW + 3, FIRST[1] : SECOND[0]].any(axis=0).all()
    assert not between[:, : FIRST[0]].any()
    assert not between[:, SECOND[1] :].any()
    assert not between[: ROW - 1].any()
    assert not between[ROW + 4 :].any()


def test_a_stroke_over_the_pale_line_is_no_obstacle() -> None:
    darkness = trace()
    darkness[60:140, 185:193] = 220
    assert joined(darkness)[ROW : ROW + 3, FIRST[1] : SECOND[0]].any(axis=0).all()


def test_pieces_with_bare_paper_between_them_are_two_lines() -> None:
    assert not joined(np.zeros((200, 500), np.uint8)).any()


def test_a_line_that_goes_on_for_half_of_the_way_ends_there() -> None:
    assert not joined(trace(end=(FIRST[1] + SECOND[0]) // 2)).any()


def test_grey_paper_is_no_trace() -> None:
    assert not joined(np.full((200, 500), PALE, np.uint8)).any()


def test_pieces_that_are_off_one_line_stay_apart() -> None:
    darkness = trace()
    darkness[ROW : ROW + 12, FIRST[1] : SECOND[0]] = PALE
    assert joined(darkness, drop=2).any()
    assert not joined(darkness, drop=9).any()


def test_short_pieces_far_apart_are_two_dashes() -> None:
    assert not joined(trace(80, 220), ((40, 80), (220, 260))).any()


def test_a_gap_is_not_endless() -> None:
    assert not joined(trace(160, 300), ((40, 160), (300, 440))).any()


def test_a_line_of_three_pieces_is_joined_throughout() -> None:
    darkness = np.zeros((200, 700), np.uint8)
    darkness[ROW : ROW + 3, 40:560] = PALE
    between = joined(darkness, ((40, 160), (210, 330), (390, 560)))
    for start, end in ((160, 210), (330, 390)):
        assert between[ROW : ROW + 3, start:end].any(axis=0).all()


@pytest.mark.parametrize("pieces", [(), (FIRST,)])
def test_no_pieces_and_one_piece_are_left_alone(pieces: tuple[tuple[int, int], ...]) -> None:
    assert not joined(np.full((200, 500), PALE, np.uint8), pieces).any()


def test_a_pale_box_that_strokes_cross_is_closed() -> None:
    image = paper(260, 700)
    draw_box(image, Box(60, 60, 130, 600), tone=235)
    for left in (170, 310, 450):
        draw_path(image, [(80, left + 20), (150, left)])
    level, plumb = find_ruling(np.asarray(255 - image, np.uint8), float(PEN))
    assert (level[128:134, 62:598] > 0).any(axis=0).all()
    assert (level[56:62, 62:598] > 0).any(axis=0).all()
    assert not plumb[70:125, 80:590].any()
