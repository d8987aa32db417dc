from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitscan.glyph.leftovers import Leftover, kind_of
from digitscan.glyph.pieces import Piece, cut_pieces, digit_height
from digitscan.glyph.seams import Place
from digitscan.learn.material import draw_digits
from digitscan.learn.numbers import Hand, WrittenNumber, write_number
from digitscan.scan.cleaning import GOAL_STROKE_PX
from digitscan.values import Box, GreyImage

STROKE = 5.0


def paper(height: int = 80, width: int = 300) -> GreyImage:
    return np.zeros((height, width), np.uint8)


def draw_line(ink: GreyImage, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a pen stroke from one (row, column) to another."""
    cv2.line(ink, start[::-1], end[::-1], 255, int(STROKE))


def draw_ring(ink: GreyImage, row: int, column: int, height: int = 40, width: int = 26) -> None:
    axes = (width // 2, height // 2)
    cv2.ellipse(ink, (column, row), axes, 0, 0, 360, 255, int(STROKE))


def all_ink(pieces: tuple[Piece, ...], shape: tuple[int, ...]) -> GreyImage:
    picture = np.zeros(shape, np.uint8)
    for piece in pieces:
        np.maximum(picture[piece.box.slices], piece.ink, out=picture[piece.box.slices])
    return picture


def test_no_ink_gives_no_pieces() -> None:
    assert cut_pieces(paper(), (0, 0), STROKE) == ()


def test_specks_alone_give_no_pieces() -> None:
    ink = paper()
    ink[10:12, 20:23] = 255
    ink[50, 200] = 255
    assert cut_pieces(ink, (0, 0), STROKE) == ()


def test_separate_digits_come_left_to_right_at_their_place_in_the_page() -> None:
    ink = paper()
    draw_line(ink, (20, 40), (60, 40))
    draw_ring(ink, 40, 100)
    pieces = cut_pieces(ink, (1000, 2000), STROKE)
    assert len(pieces) == 2
    assert 2036 <= pieces[0].box.left <= 2038
    assert pieces[0].box.right < pieces[1].box.left
    assert pieces[1].box.top >= 1000
    assert [piece.cut for piece in pieces] == [None, None]


def test_a_detached_bar_stays_with_its_five() -> None:
    ink = paper()
    cv2.ellipse(ink, (100, 48), (13, 14), 0, -90, 120, 255, int(STROKE))
    draw_line(ink, (24, 92), (24, 112))
    draw_line(ink, (20, 40), (60, 40))
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert len(pieces) == 2
    assert pieces[1].box.top <= 24


def test_a_speck_far_above_a_digit_does_not_stretch_it() -> None:
    ink = paper()
    draw_ring(ink, 55, 100)
    ink[2:5, 99:102] = 255
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert sorted(piece.box.top > 20 for piece in pieces) == [False, True]


def test_a_dot_on_the_line_between_digits_is_kept() -> None:
    ink = paper()
    draw_line(ink, (20, 40), (60, 40))
    cv2.circle(ink, (65, 58), 3, 255, -1)
    draw_line(ink, (20, 90), (60, 90))
    assert len(cut_pieces(ink, (0, 0), STROKE)) == 3


def test_leaning_neighbours_that_overhang_stay_apart() -> None:
    ink = paper()
    for left in (40, 62, 84):
        draw_line(ink, (60, left), (20, left + 24))
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert len(pieces) == 3
    assert all(piece.end - piece.start < 3 * STROKE for piece in pieces)


def test_touching_rings_are_cut_where_they_touch() -> None:
    ink = paper()
    draw_ring(ink, 40, 80)
    draw_ring(ink, 40, 112)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    cuts = [piece for piece in pieces if piece.cut is not None]
    assert any(abs(piece.box.left - 96) <= 5 for piece in cuts)


def test_a_dash_that_touches_a_digit_is_cut_off() -> None:
    ink = paper()
    draw_line(ink, (40, 10), (40, 88))
    draw_ring(ink, 40, 100)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert len(pieces) >= 2
    assert pieces[0].box.height < 2 * STROKE
    assert abs(pieces[0].box.right - 87) <= 6


def test_a_line_through_a_number_marks_it_struck() -> None:
    ink = paper()
    for column in (80, 120, 160):
        draw_ring(ink, 40, column)
    assert not any(piece.struck for piece in cut_pieces(ink, (0, 0), STROKE))
    draw_line(ink, (42, 50), (38, 190))
    assert all(piece.struck for piece in cut_pieces(ink, (0, 0), STROKE))


def test_pieces_know_their_cell() -> None:
    ink = paper()
    draw_ring(ink, 40, 25)
    draw_line(ink, (20, 130), (60, 130))
    cells = tuple(Box(100, 500 + 50 * i, 180, 550 + 50 * i) for i in range(6))
    pieces = cut_pieces(ink, (100, 500), STROKE, cells)
    assert [piece.cell for piece in pieces] == [0, 2]


def test_digit_height_counts_the_parts_of_a_cut_blob_as_one() -> None:
    ink = paper()
    for column in (80, 112, 144):
        draw_ring(ink, 40, column)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert len(pieces) > 1
    assert digit_height(pieces) == pytest.approx(45, abs=2)
    assert digit_height(()) == 0


@pytest.mark.parametrize("gap", [4, 8])
def test_digits_in_pieces_are_measured_and_found_whole(gap: int) -> None:
    ink = paper()
    for column in (60, 120, 180):
        draw_line(ink, (12, column + 12), (40 - gap, column - 8))
        draw_line(ink, (40 + gap, column - 6), (68, column + 10))
        draw_line(ink, (40 + gap, column - 6), (68, column - 12))
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert len(pieces) == 3
    assert digit_height(pieces) == pytest.approx(62, abs=3)


def draw_cross(ink: GreyImage, row: int, column: int, side: int) -> None:
    half = side // 2
    draw_line(ink, (row - half, column - half), (row + half, column + half))
    draw_line(ink, (row - half, column + half), (row + half, column - half))


def test_crosses_that_fill_their_cells_do_not_tell_how_high_digits_are() -> None:
    ink = paper()
    draw_cross(ink, 40, 40, 60)
    draw_cross(ink, 40, 120, 60)
    draw_ring(ink, 40, 200, height=34)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert [piece.cross for piece in pieces] == [True, True, False]
    assert digit_height(pieces) == pytest.approx(40, abs=3)


def test_a_dot_beside_crosses_is_no_digit() -> None:
    ink = paper()
    draw_cross(ink, 40, 40, 60)
    draw_ring(ink, 40, 120, height=10, width=10)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert digit_height(pieces) == pytest.approx(65, abs=4)


def test_a_small_blurred_cross_is_one() -> None:
    ink = paper(40, 60)
    cv2.line(ink, (20, 12), (31, 26), 200, 4, cv2.LINE_AA)
    cv2.line(ink, (32, 10), (21, 29), 240, 5, cv2.LINE_AA)
    assert [piece.cross for piece in cut_pieces(ink, (0, 0), 3.5)] == [True]


def test_two_open_loops_are_no_cross() -> None:
    ink = paper()
    cv2.ellipse(ink, (50, 40), (15, 20), 0, 0, 360, 255, int(STROKE))
    cv2.ellipse(ink, (80, 40), (15, 20), 0, 60, 300, 255, int(STROKE))
    assert not any(piece.cross for piece in cut_pieces(ink, (0, 0), STROKE))


@pytest.mark.parametrize("rise", [0, 9])
def test_a_dash_that_touches_a_digit_is_a_dash(rise: int) -> None:
    ink = paper()
    draw_ring(ink, 40, 120)
    draw_line(ink, (40 - rise, 50), (40, 108))
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert [piece.thin for piece in pieces[:2]] == [True, True]
    kinds = [kind_of([piece], digit_height(pieces)) for piece in pieces]
    assert kinds == [Leftover.DASH, *[Leftover.INK] * (len(kinds) - 1)]


@pytest.mark.parametrize(("drop", "bow", "kind"), [(18, 0, "DASH"), (0, 14, "INK")])
def test_a_thin_stroke_aslant_is_a_dash_and_an_arc_is_none(drop: int, bow: int, kind: str) -> None:
    ink = paper()
    draw_ring(ink, 40, 160)
    across = np.linspace(20, 105, 30)
    sag = bow * (1 - ((across - 62) / 43) ** 2)
    rows = 30 + drop * (across - 20) / 85 + sag
    points = np.stack([across, rows], axis=1).round().astype(np.int32)
    cv2.polylines(ink, [points], False, 255, 3)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert kind_of(pieces[:1], digit_height(pieces)) is Leftover[kind]


@pytest.mark.parametrize(("high", "kind"), [(4, Leftover.DASH), (14, Leftover.INK)])
def test_a_dash_over_the_rest_of_a_rule_is_a_dash_too(high: int, kind: Leftover) -> None:
    ink = np.zeros((24, 45), np.uint8)
    ink[:5] = 255
    ink[8 : 8 + high, 12:24] = 255
    box = Box(30, 20, 54, 65)
    piece = Piece(box, ink, box.left, box.right, int(np.count_nonzero(ink)))
    assert kind_of([piece], 45.0) is kind


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.integers(15, 60), st.integers(20, 270), st.integers(15, 60), st.integers(20, 270)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_ink_is_lost_and_none_made_up(strokes: list[tuple[int, int, int, int]]) -> None:
    ink = paper()
    for top, left, bottom, right in strokes:
        if abs(top - bottom) + abs(left - right) > 12:
            draw_line(ink, (top, left), (bottom, right))
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert np.array_equal(all_ink(pieces, ink.shape), ink)
    assert sum(piece.pixels for piece in pieces) == np.count_nonzero(ink)


def test_two_loops_side_by_side_come_apart_where_they_touch() -> None:
    ink = paper()
    draw_ring(ink, 40, 100, height=48, width=34)
    draw_ring(ink, 40, 133, height=48, width=34)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert len(pieces) <= 3
    [after] = [i for i, p in enumerate(pieces) if p.cut is not None and p.cut.place is Place.LOOPS]
    assert pieces[after - 1].box.right == pytest.approx(117, abs=9)
    assert pieces[after].box.left == pytest.approx(117, abs=9)


def test_a_cut_is_led_around_a_loop_that_an_arc_runs_along() -> None:
    """A seam through the loop crosses less ink: as in 06, or a 0 before a C."""
    loop, arc = paper(), paper()
    draw_ring(loop, 40, 100, height=48, width=36)
    cv2.ellipse(arc, (137, 40), (18, 24), 0, 70, 290, 255, 4)
    pieces = cut_pieces(np.maximum(loop, arc), (0, 0), STROKE)
    around = [i for i, p in enumerate(pieces) if p.cut and p.cut.place is Place.BESIDE_LOOP]
    before = [all_ink(pieces[:after], loop.shape) > 0 for after in around]
    assert any(
        ink[loop > 0].mean() > 0.8 and not ink[(arc > 0) & (loop == 0)].any() for ink in before
    )


def test_seven_of_ten_touching_digits_can_be_had_alone_and_whole() -> None:
    """Wherever they touch: at the head, at the waist, at the foot."""
    random = np.random.default_rng(5)
    hand = Hand(draw_digits(100, random), rare=0.3, squared=0.1)
    freed = [free for _ in range(300) for free in touching_digits(write_number(hand, random))]
    assert len(freed) > 500
    assert sum(freed) / len(freed) > 0.7


def touching_digits(number: WrittenNumber) -> list[bool]:
    """Of each digit that touches another one, whether neighbouring pieces hold it and no more."""
    shape = number.ink.shape
    _, labels = cv2.connectedComponents(number.ink)
    blobs = [set(np.unique(labels[ink > 0]).tolist()) for ink in number.inks]
    pieces = cut_pieces(number.ink, (0, 0), GOAL_STROKE_PX)
    runs = [pieces[i:j] for i, j in combinations(range(len(pieces) + 1), 2)]
    inks = [all_ink(run, shape) > 0 for run in runs]
    return [
        any(held[ink > 0].mean() > 0.85 and ink[held].astype(bool).mean() > 0.85 for held in inks)
        for own, ink in zip(blobs, number.inks, strict=True)
        if sum(bool(own & other) for other in blobs) > 1
    ]


def test_the_loops_of_an_8_are_not_parted() -> None:
    ink = paper()
    draw_ring(ink, 26, 100, height=28, width=24)
    draw_ring(ink, 54, 100, height=30, width=28)
    assert not any(p.cut and p.cut.place is Place.LOOPS for p in cut_pieces(ink, (0, 0), STROKE))


@pytest.mark.parametrize(("row", "column", "side"), [(60, 100, 2), (54, 118, 6)])
def test_dirt_under_a_dash_is_no_part_of_it(row: int, column: int, side: int) -> None:
    """A grain, that is never ink, and a crumb, in the box around a dash and a 0 that touch."""
    ink = paper()
    draw_ring(ink, 40, 160, height=48, width=36)
    draw_line(ink, (30, 90), (30, 144))
    ink[row : row + side, column : column + side] = 255
    pieces = cut_pieces(ink, (0, 0), STROKE)
    kinds = {kind_of([p], digit_height(pieces)) for p in pieces if p.box.left < 110 < p.box.right}
    assert kinds == {Leftover.DASH}
    assert max(p.box.width for p in pieces if p.box.left < 110) > 40


def test_a_short_stroke_that_joins_two_digits_is_cut_at_both_ends() -> None:
    """As the bar of a 5 that runs on into a 6: it may belong to either."""
    ink = paper()
    draw_ring(ink, 40, 80, height=48, width=30)
    draw_ring(ink, 40, 136, height=48, width=30)
    draw_line(ink, (20, 89), (20, 127))
    cuts = [piece.cut for piece in cut_pieces(ink, (0, 0), STROKE) if piece.cut]
    assert sum(cut.place is Place.DASH for cut in cuts) == 2
