"""Printed lines against strokes of a pen: boxes, combs and tables are found, digits are not."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    LINE,
    PEN,
    STROKES,
    draw_box,
    draw_comb,
    draw_digit,
    draw_path,
    draw_table,
    noisy,
    paper,
    shrunk,
)

from digitscan.scan.binarisation import find_ink, flatten_background
from digitscan.scan.ruling import find_ruling
from digitscan.values import Box, GreyImage

Picture = npt.NDArray[np.uint8]


def ruling(image: GreyImage) -> tuple[Picture, Picture]:
    return find_ruling(np.asarray(255 - image, np.uint8), float(PEN))


def share_found(lines: Picture, image: GreyImage) -> float:
    """Share of the ink of ``image`` that lies on ``lines``."""
    return float((lines > 0)[image == 0].mean())


@pytest.mark.parametrize(("height", "width"), [(50, 50), (45, 300), (120, 60), (200, 500)])
def test_all_four_sides_of_a_box_are_found(height: int, width: int) -> None:
    image = paper(300, 700)
    draw_box(image, Box(50, 60, 50 + height, 60 + width))
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98
    assert level[48, 60 : 60 + width].all()
    assert plumb[50 : 50 + height, 58].all()
    assert not level[60 : 40 + height].any(), "sides are not level"
    assert not plumb[:, 70 : 50 + width].any(), "top and bottom are not plumb"


def test_all_lines_of_a_comb_are_found() -> None:
    image = paper(200, 700)
    draw_comb(image, Box(60, 60, 115, 460), 10)
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98


@pytest.mark.parametrize("height", [31, 33, 35, 40, 45])
def test_dividers_of_a_low_comb_are_found(height: int) -> None:
    image = paper(200, 700)
    draw_comb(image, Box(60, 60, 60 + height, 460), 10)
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98


def test_all_lines_of_a_table_are_found() -> None:
    image = paper(500, 700)
    draw_table(image, Box(40, 40, 440, 640), 7, 5)
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98


@pytest.mark.parametrize("digit", sorted(STROKES))
@pytest.mark.parametrize("height", [40, 60])
def test_a_digit_is_no_ruling(digit: int, height: int) -> None:
    image = paper(160, 160)
    draw_digit(image, digit, Box(40, 40, 40 + height, 40 + height * 2 // 3))
    level, plumb = ruling(image)
    assert not level.any()
    assert not plumb.any()


@pytest.mark.parametrize("digit", sorted(STROKES))
def test_a_digit_in_a_box_is_no_ruling(digit: int) -> None:
    image, frame = paper(200, 200), paper(200, 200)
    box = Box(50, 50, 120, 120)
    draw_box(frame, box)
    image[:] = frame
    draw_digit(image, digit, shrunk(box, 14))
    for lines, alone in zip(ruling(image), ruling(frame), strict=True):
        assert (lines == alone).all()


def test_a_one_that_hangs_from_the_line_above_is_no_ruling() -> None:
    image = paper(200, 300)
    draw_box(image, Box(50, 50, 110, 250))
    draw_path(image, [(50, 150), (95, 150)])
    _, plumb = ruling(image)
    assert not plumb[60:100, 130:170].any()


@pytest.mark.parametrize(("height", "gap"), [(44, 10), (50, 12), (56, 12)])
def test_faint_print_above_a_side_does_not_hide_it(height: int, gap: int) -> None:
    image = paper(260, 400)
    draw_box(image, Box(100, 80, 100 + height, 330))
    image[90 - gap : 100 - gap, 77:83] = 150
    _, plumb = ruling(np.asarray(cv2.GaussianBlur(image, (0, 0), 1.2), np.uint8))
    assert plumb[104 : 96 + height, 74:86].any(axis=1).all()


@given(st.floats(-1.2, 1.2))
@settings(max_examples=10, deadline=None)
def test_a_line_that_is_not_quite_level_is_found(degrees: float) -> None:
    image = paper(200, 700)
    drop = round(600 * np.tan(np.deg2rad(degrees)))
    draw_path(image, [(100, 50), (100 + drop, 650)], LINE)
    level, _ = ruling(image)
    assert share_found(level, image) > 0.9


def test_a_line_with_small_gaps_is_found_through() -> None:
    image = paper(200, 700)
    image[100:103, 50:650] = 0
    for gap in (180, 300, 470):
        image[100:103, gap : gap + PEN] = 255
    level, _ = ruling(image)
    assert level[101, 55:645].all()


def test_a_dash_is_no_ruling() -> None:
    image = paper(200, 300)
    image[100 : 100 + PEN, 100:130] = 0
    level, plumb = ruling(image)
    assert not (level | plumb).any()


def test_a_thick_bar_is_no_line() -> None:
    image = paper(200, 500)
    image[60:110, 50:450] = 0
    level, plumb = ruling(image)
    assert not (level | plumb)[80:90, 100:400].any()


def test_rows_and_columns_are_treated_alike() -> None:
    image = paper(300, 400)
    draw_table(image, Box(40, 40, 240, 340), 3, 4)
    draw_digit(image, 5, Box(60, 60, 90, 80))
    level, plumb = ruling(image)
    turned_level, turned_plumb = ruling(np.ascontiguousarray(image.T))
    assert (turned_level == plumb.T).all()
    assert (turned_plumb == level.T).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (90, 90)])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("stroke_px", [1.5, 4.0])
def test_any_ink_gives_lines_of_its_size_on_or_beside_it(
    shape: tuple[int, int], share: float, stroke_px: float
) -> None:
    ink = (np.random.default_rng(5).random(shape) < share).astype(np.uint8) * np.uint8(255)
    for lines in find_ruling(ink, stroke_px):
        assert lines.shape == shape
        reach = 2 * int(4 * stroke_px) + 1
        near = cv2.dilate(ink, np.ones((reach, reach), np.uint8))
        assert not (lines > near).any()


def test_lines_of_any_width_up_to_the_pen_are_found() -> None:
    for line in (1, 2, LINE, PEN):
        image = paper(200, 500)
        draw_box(image, Box(60, 60, 120, 400), line)
        level, plumb = ruling(image)
        assert share_found(level | plumb, image) > 0.98, line


def on_grainy_paper(drawn: GreyImage, paler: int, grain: float) -> GreyImage:
    """Darkness of a scan on which the ink of ``drawn`` is only so much darker than the paper."""
    scan = noisy(np.where(drawn == 0, 225 - paler, 225).astype(np.uint8), grain)
    return flatten_background(scan)


@pytest.mark.parametrize(("paler", "grain"), [(8, 1), (12, 2), (20, 4)])
def test_a_pale_line_is_found(paler: int, grain: float) -> None:
    drawn = paper(300, 700)
    draw_box(drawn, Box(60, 60, 120, 600))
    level, plumb = find_ruling(on_grainy_paper(drawn, paler, grain), float(PEN))
    assert share_found(level | plumb, drawn) > 0.85
    assert not level[70:110].any()
    assert not plumb[:, 70:590].any()


def test_a_line_too_pale_to_be_ink_is_found() -> None:
    drawn = paper(300, 700)
    draw_box(drawn, Box(60, 60, 120, 600))
    darkness = on_grainy_paper(drawn, 8, 1)
    level, plumb = find_ruling(darkness, float(PEN))
    assert find_ink(darkness, float(PEN))[drawn == 0].mean() < 0.1
    assert share_found(level | plumb, drawn) > 0.95


@pytest.mark.parametrize("gap", range(9, 18))
def test_a_pale_line_between_two_others_is_found_however_near_they_are(gap: int) -> None:
    image = paper(300, 500)
    for row in (100, 100 + gap, 100 + 2 * gap):
        draw_path(image, [(row, 100), (row, 400)], LINE, 190)
    level, _ = ruling(image)
    for row in (100, 100 + gap, 100 + 2 * gap):
        assert level[row - 1 : row + 2, 110:390].any(axis=0).all()


def test_grain_alone_gives_no_lines() -> None:
    level, plumb = find_ruling(on_grainy_paper(paper(400, 700), 0, 6), float(PEN))
    assert not (level | plumb).any()


@pytest.mark.parametrize("size", [0.6, 1.0])
def test_a_line_of_print_is_no_ruling(size: float) -> None:
    image = paper(200, 900)
    words = "surname and first name in capitals HILLTHILL"
    cv2.putText(image, words, (20, 100), cv2.FONT_HERSHEY_SIMPLEX, size, 0, 2, cv2.LINE_AA)
    level, plumb = ruling(image)
    assert not (level | plumb).any()


@pytest.mark.parametrize("row", [85, 95, 105])
def test_a_bar_from_side_to_side_of_a_cell_is_a_stroke(row: int) -> None:
    image = paper(220, 400)
    cells = draw_comb(image, Box(60, 60, 130, 60 + 3 * 48), 3)
    image[row : row + PEN, cells[1].left - 2 : cells[1].right + 2] = 0
    level, _ = ruling(image)
    assert not level[row : row + PEN, cells[1].left + 6 : cells[1].right - 6].any()


@pytest.mark.parametrize("apart", [2, 4])
def test_a_foot_along_the_lower_side_of_a_cell_is_a_stroke(apart: int) -> None:
    image = paper(220, 600)
    cells = draw_comb(image, Box(60, 60, 130, 60 + 8 * 48), 8)
    bottom = 130 - LINE - apart
    image[bottom - PEN : bottom, cells[1].left - 2 : cells[1].right + 2] = 0
    level, _ = ruling(image)
    inside = slice(cells[1].left + 6, cells[1].right - 6)
    assert np.count_nonzero(level[bottom - PEN : bottom - 1, inside]) == 0
    assert level[130 - LINE : 130, inside].any()


def test_the_lower_side_of_a_box_over_a_long_line_that_is_askew_is_found() -> None:
    image = paper(220, 1400)
    draw_box(image, Box(80, 1250, 130, 1300))
    cv2.line(image, (40, 126), (1360, 148), 0, LINE)
    level, _ = ruling(image)
    assert level[130:132, 1254:1296].any(axis=0).all()


def test_equal_bars_one_over_another_are_a_table_of_one_column() -> None:
    image = paper(500, 300)
    draw_table(image, Box(40, 60, 440, 112), 8, 1)
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98


def test_the_arcs_of_a_digit_that_stands_on_a_line_are_no_part_of_it() -> None:
    image, frame = paper(200, 400), paper(200, 400)
    draw_box(frame, Box(60, 60, 120, 340))
    image[:] = frame
    draw_digit(image, 0, Box(72, 180, 121, 212))
    level, _ = ruling(image)
    alone, _ = ruling(frame)
    assert not (level[:116] > alone[:116]).any()
    assert np.count_nonzero(level, axis=0).max() <= np.count_nonzero(alone, axis=0).max() + 2


def test_faint_dividers_in_a_dark_frame_are_lines_and_a_dark_stroke_in_a_pale_one_is_not() -> None:
    frame, divider = paper(200, 400), paper(200, 400)
    draw_box(frame, Box(60, 60, 120, 150))
    divider[60:120, 104:107] = 0
    for of_frame, of_divider, found in ((0, 150, True), (170, 0, False)):
        image = paper(200, 400)
        image[frame == 0], image[divider == 0] = of_frame, of_divider
        _, plumb = ruling(image)
        assert bool(plumb[70:110, 104:107].any()) is found


def test_two_stems_on_one_line_are_no_sides_of_a_box() -> None:
    image = paper(200, 760)
    cells = draw_comb(image, Box(60, 60, 130, 60 + 10 * 64), 10)
    for cell in (cells[2], cells[8]):
        draw_path(image, [(84, cell.left + 40), (126, cell.left + 40)])
    _, plumb = ruling(image)
    for cell in (cells[2], cells[8]):
        assert not plumb[90:120, cell.left + 30 : cell.left + 50].any()


def test_a_pale_line_just_under_a_digit_is_found_whole() -> None:
    image = paper()
    draw_table(image, Box(100, 100, 340, 500), 3, 2, tone=190)
    for left in (130, 330):
        draw_digit(image, 2, Box(125, left, 172, left + 34))
    level, _ = ruling(image)
    assert (level[178:183, 110:490].max(axis=0) > 0).mean() > 0.95


@pytest.mark.parametrize("right", [False, True])
def test_the_side_of_a_box_under_a_label_flush_with_it_is_found(right: bool) -> None:
    """The blurred serifs of a letter make one run with the side, with too many gaps for a line."""
    image = paper(240, 500)
    draw_box(image, Box(100, 60, 148, 400))
    box_only = image.copy()
    column = 400 if right else 60
    for top in (70, 84):
        cv2.rectangle(image, (column - 1, top), (column + 1, top + 5), 210, cv2.FILLED)
    level, plumb = ruling(image)
    assert share_found(level | plumb, box_only) > 0.98


def test_the_side_of_a_box_over_a_pale_edge_flush_with_it_is_found() -> None:
    """A watermark goes on below the side, and the box's lower line runs on past it."""
    image = paper(400, 500)
    draw_box(image, Box(100, 60, 160, 400))
    cv2.line(image, (60 - 2 * PEN, 160), (60, 160), 0, LINE)
    box_only = image.copy()
    image[163:300, 58:62] = 200
    level, plumb = ruling(image)
    assert share_found(level | plumb, box_only) > 0.98


def test_a_stroke_that_stands_free_between_two_lines_is_no_divider() -> None:
    image = paper(240, 500)
    draw_box(image, Box(80, 60, 160, 400))
    gap = round(2 * PEN)
    draw_path(image, [(80 + gap, 230), (160 - gap, 230)])
    _, plumb = ruling(image)
    assert not plumb[90:150, 220:240].any()


def test_a_slash_from_side_to_side_of_a_box_is_no_divider() -> None:
    image = paper(240, 500)
    draw_box(image, Box(80, 60, 190, 400))
    draw_path(image, [(82, 245), (188, 230)])
    _, plumb = ruling(image)
    assert not plumb[90:180, 200:270].any()


def test_stems_beside_one_another_under_a_bar_are_no_box() -> None:
    """As those of a 1 and of a 7 whose bar touches it; a box with one side missing is larger."""
    image = paper(300, 600)
    height, width = 12 * PEN, 11 * PEN
    for column in (200, 200 + width):
        cv2.line(image, (column, 100), (column, 100 + height), 0, PEN)
    cv2.line(image, (200, 100), (200 + width, 100), 0, PEN)
    level, plumb = ruling(image)
    assert not level.any()
    assert not plumb.any()


def test_dividers_of_combs_close_over_one_another_are_found_one_by_one() -> None:
    """Between the combs run lines of a table; coarsely scanned, the dividers run on over them."""
    image = paper(900, 500)
    combs = [Box(top, 60, top + 54, 260) for top in range(60, 800, 92)]
    for box in combs:
        draw_comb(image, box, 4, line=2)
        for row in (box.bottom + 12, box.bottom + 22):
            image[row : row + 3, 20:480] = 0
    coarse = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    blurred = cv2.resize(coarse, image.shape[::-1], interpolation=cv2.INTER_CUBIC)
    _, plumb = ruling(np.asarray(blurred, np.uint8))
    middles = [plumb[box.top + 10 : box.bottom - 10, 106:114] for box in combs]
    assert all(part.any(axis=1).all() for part in middles)


@pytest.mark.parametrize("turned", [False, True])
def test_a_line_that_fades_under_glare_is_found_as_far_as_it_shows(turned: bool) -> None:
    drawn = paper(900, 900)
    for place in (100, 300, 500, 700):
        draw_path(drawn, [(place, 60), (place, 840)], LINE)
        draw_path(drawn, [(60, place), (840, place)], LINE)
    rows, columns = np.indices(drawn.shape)
    glare = np.exp(-((rows - 450) ** 2 + (columns - 650) ** 2) / 2 / 180**2)
    image = (255 - (255 - drawn) * 0.6 * (1 - 0.85 * glare)).astype(np.uint8)
    level, plumb = ruling(np.ascontiguousarray(image.T) if turned else image)
    lines = level | plumb
    assert share_found(lines.T if turned else lines, drawn) > 0.95


def test_a_dark_dash_on_a_word_does_not_make_it_a_line() -> None:
    """Nor is a line of letters one because a stroke beside them is darker."""
    image = paper(200, 900)
    for column in range(60, 400, 12):
        draw_path(image, [(100, column), (100, column + 6)], LINE, 160)
    draw_path(image, [(100, 400), (100, 520)], LINE)
    level, _ = ruling(image)
    assert not level[:, :380].any()
