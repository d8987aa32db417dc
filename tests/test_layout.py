"""Fields of drawn forms: each once, in reading order, of the right kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    LINE,
    clean_of,
    draw_box,
    draw_comb,
    draw_digit,
    draw_path,
    draw_table,
    fields_on,
    grid_of_boxes,
    moved,
    odd_images,
    on_scan,
    overlap,
    page_of,
    paper,
    shrunk,
    tilting,
    warped,
)

from digitscan.form.baselines import find_baselines
from digitscan.scan.cleaning import clean_page
from digitscan.values import Box, Field, FieldKind, GreyImage

ODD = dict(odd_images())
Layout = list[tuple[int, list[tuple[int, float]]]]


def fields_of(image: GreyImage) -> list[tuple[Box, Field]]:
    """Fields of a scan with their boxes in it."""
    clean = clean_page(page_of(image))
    return [(on_scan(clean, field.box), field) for field in fields_on(clean)]


def assert_found(image: GreyImage, drawn: list[Box], least: float = 0.75) -> None:
    """Each drawn box is a field, in this order, and there are no others."""
    found = fields_of(image)
    assert len(found) == len(drawn)
    assert [field.name for _, field in found] == [f"f{n}" for n in range(1, len(drawn) + 1)]
    for (box, _), wanted in zip(found, drawn, strict=True):
        assert overlap(box, wanted) > least, (box, wanted)


LAYOUTS = st.lists(
    st.tuples(
        st.integers(42, 70),
        st.lists(st.tuples(st.integers(-4, 4), st.floats(1.5, 3.5)), min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=4,
)


def test_the_left_page_of_a_book_comes_before_the_right_one() -> None:
    """Without a gutter between them their rows are those of one table."""
    image = paper(500, 900)
    left = [Box(top, 80, top + 50, 330) for top in (60, 160, 260)]
    right = [Box(top, 520, top + 50, 800) for top in (60, 160, 260)]
    for box in left + right:
        draw_box(image, box)
    single = clean_page(page_of(image))
    middle = single.ink.shape[1] // 2
    for gutter, expected in ((None, [0, 1] * 3), (middle, [0] * 3 + [1] * 3)):
        fields = fields_on(replace(single, gutter=gutter))
        assert [int(field.box.left > middle) for field in fields] == expected
        assert [field.name for field in fields] == [f"f{number}" for number in range(1, 7)]


@given(LAYOUTS)
@settings(max_examples=12, deadline=None)
def test_boxes_come_out_in_reading_order_each_once(layout: Layout) -> None:
    image, drawn, top = paper(600, 1200), [], 40
    for height, boxes in layout:
        left = 50
        for shift, ratio in boxes:
            box = Box(top + shift, left, top + shift + height, left + round(ratio * height))
            draw_box(image, box)
            drawn.append(box)
            left = box.right + height
        top += height + 60
    assert_found(image, drawn)


@given(LAYOUTS)
@settings(max_examples=6, deadline=None)
def test_what_is_written_in_boxes_moves_none_of_them(layout: Layout) -> None:
    image, drawn, top = paper(600, 1200), [], 40
    for height, boxes in layout:
        left = 50
        for shift, ratio in boxes:
            box = Box(top + shift, left, top + shift + height, left + round(ratio * height))
            draw_box(image, box)
            draw_digit(image, 2, Box(box.top + 12, left + 20, box.bottom - 10, left + 45))
            if box.width > 85:
                draw_digit(image, 4, Box(box.top + 10, left + 55, box.bottom - 12, left + 82))
            drawn.append(box)
            left = box.right + height
        top += height + 60
    assert_found(image, [box for box in drawn])


def comb_page(cells: int, **how: object) -> tuple[GreyImage, list[Box]]:
    """A page with a comb above a table; gives the comb's cells."""
    image = paper(500, 900)
    drawn = draw_comb(image, Box(80, 60, 140, 60 + 45 * cells), cells, **how)  # type: ignore[arg-type]
    draw_table(image, Box(300, 60, 450, 840), 2, 4)
    return image, drawn


def assert_comb(image: GreyImage, cells: list[Box]) -> None:
    clean = clean_page(page_of(image))
    fields = fields_on(clean)
    assert [field.kind for field in fields].count(FieldKind.COMB) == 1
    assert fields[0].kind is FieldKind.COMB
    assert fields[0].rule.max_digits == len(fields[0].cells) == len(cells)
    for found, drawn in zip(fields[0].cells, cells, strict=True):
        assert overlap(on_scan(clean, found), drawn) > 0.7
    assert len(fields) == 9


@pytest.mark.parametrize("cells", range(2, 17))
def test_a_comb_is_one_field(cells: int) -> None:
    assert_comb(*comb_page(cells))


@pytest.mark.parametrize("cells", [3, 8, 14])
@pytest.mark.parametrize("tone", [90, 150])
def test_a_comb_with_grey_dividers_is_one_field(cells: int, tone: int) -> None:
    assert_comb(*comb_page(cells, tone=tone))


@pytest.mark.parametrize("cells", [2, 8, 16])
def test_a_comb_with_hairline_dividers_is_one_field(cells: int) -> None:
    assert_comb(*comb_page(cells, line=1))


@pytest.mark.parametrize("cells", [3, 8, 14])
def test_a_comb_with_broken_dividers_is_one_field(cells: int) -> None:
    assert_comb(*comb_page(cells, shown=((0, 0.46), (0.53, 1))))


@pytest.mark.parametrize("shown", [((0.0, 0.4), (0.6, 1.0)), ((0.5, 1.0),), ((0.7, 1.0),)])
def test_a_comb_with_short_dividers_is_one_field(shown: tuple[tuple[float, float], ...]) -> None:
    assert_comb(*comb_page(8, shown=shown))


@pytest.mark.parametrize("missing", [{3}, {0}, {6}, {2, 5}])
def test_a_comb_that_lacks_dividers_is_one_field(missing: set[int]) -> None:
    assert_comb(*comb_page(8, missing=frozenset(missing)))


def test_a_filled_comb_is_one_field() -> None:
    image, cells = comb_page(10)
    for place, cell in enumerate(cells):
        digit = (1, 7, 4, 2, 5, 0)[place % 6]
        draw_digit(image, digit, Box(cell.top + 8, cell.left + 8, cell.bottom - 8, cell.right - 8))
    assert_comb(image, cells)


@pytest.mark.parametrize(("rows", "columns"), [(1, 2), (5, 4), (8, 3)])
def test_a_table_gives_a_field_for_every_cell(rows: int, columns: int) -> None:
    image = paper(700, 900)
    cells = draw_table(image, Box(50, 60, 50 + 70 * rows, 840), rows, columns)
    assert_found(image, [cell for row in cells for cell in row])
    assert all(not field.cells for _, field in fields_of(image))


@pytest.mark.xfail(reason="a box between the lines of a higher neighbour is dropped as a loop")
def test_a_box_in_a_cell_of_a_table_is_the_field() -> None:
    image = paper(600, 900)
    cells = [cell for row in draw_table(image, Box(60, 60, 460, 820), 4, 3) for cell in row]
    cells[4] = shrunk(cells[4], 20)
    draw_box(image, cells[4])
    assert_found(image, cells)


def test_a_box_in_the_only_cell_of_a_frame_is_the_field() -> None:
    image = paper(600, 900)
    inner = Box(150, 150, 210, 400)
    draw_box(image, Box(60, 60, 400, 800))
    draw_box(image, inner)
    assert_found(image, [inner])


@pytest.mark.parametrize("apart", [7, 14])
def test_a_number_in_a_double_frame_is_one_field(apart: int) -> None:
    """It is no number on the lower line of the outer one."""
    image, boxes = paper(600, 1000), [Box(top, 100, top + 70, 440) for top in (80, 240, 400)]
    for box in boxes:
        draw_box(image, box)
        draw_box(image, shrunk(box, -apart))
        for place, digit in enumerate((2, 7, 5)):
            left = box.left + 40 + 60 * place
            draw_digit(image, digit, Box(box.top + 12, left, box.bottom - 12, left + 32))
    assert_found(image, boxes)


@pytest.mark.parametrize("over", [6, 20, 60])
def test_a_line_that_runs_on_past_a_corner_changes_nothing(over: int) -> None:
    image = paper(500, 900)
    box = Box(150, 150, 205, 400)
    table = draw_table(image, Box(300, 60, 450, 840), 2, 4)
    draw_box(image, box)
    image[box.bottom : box.bottom + LINE, box.left - over : box.right + over] = 0
    image[box.top - over : box.bottom + over, box.left - LINE : box.left] = 0
    assert_found(image, [box, *table[0], *table[1]])


@pytest.mark.parametrize("bottom", ["missing", "dotted"])
@pytest.mark.parametrize("height", [50, 90])
def test_a_box_whose_bottom_hardly_shows_is_a_field(bottom: str, height: int) -> None:
    image = paper(500, 900)
    box = Box(100, 150, 100 + height, 400)
    table = draw_table(image, Box(300, 60, 450, 840), 2, 4)
    draw_box(image, box)
    row = slice(box.bottom, box.bottom + LINE)
    if bottom == "missing":
        image[row, box.left + 15 : box.right - 15] = 255
    else:
        for left in range(box.left + 6, box.right - 6, 6):
            image[row, left : left + 3] = 255
    assert_found(image, [box, *table[0], *table[1]], least=0.7)


def test_a_page_without_ruling_gives_its_numbers_as_lines() -> None:
    image = paper(500, 700)
    drawn = []
    for top, left in ((60, 60), (60, 400), (200, 60), (340, 250)):
        for place, digit in enumerate((2, 4, 5)):
            draw_digit(image, digit, Box(top, left + 40 * place, top + 48, left + 40 * place + 30))
        drawn.append(Box(top, left, top + 48, left + 110))
    assert_found(image, drawn, least=0.7)
    assert {field.kind for _, field in fields_of(image)} == {FieldKind.LINE}


def test_a_number_on_a_single_rule_is_a_line() -> None:
    image = paper(500, 900)
    table = draw_table(image, Box(300, 60, 450, 840), 2, 4)
    draw_path(image, [(150, 300), (150, 600)], LINE)
    for place, digit in enumerate((2, 4, 5)):
        draw_digit(image, digit, Box(100, 330 + 45 * place, 146, 360 + 45 * place))
    found = fields_of(image)
    assert len(found) == 1 + len(table[0]) + len(table[1])
    assert found[0][1].kind is FieldKind.LINE
    assert found[0][0].left < 335
    assert found[0][0].right > 445


@pytest.mark.parametrize("ruled", [{0}, {1}, {0, 1}, {0, 1, 2, 3}])
def test_an_empty_box_on_the_page_hides_no_number_whose_rule_does_not_show(ruled: set[int]) -> None:
    image = paper(700, 700)
    drawn = [Box(80 + 90 * row, 330, 130 + 90 * row, 482) for row in range(4)]
    for row, box in enumerate(drawn):
        for place, digit in enumerate((2, 4, 7)):
            left = box.left + 60 * place
            draw_digit(image, digit, Box(box.top, left, box.bottom, left + 32))
        if row in ruled:
            draw_path(image, [(box.bottom + 8, 40), (box.bottom + 8, 600)], LINE)
    draw_box(image, Box(560, 60, 640, 300))
    *lines, _ = fields_of(image)
    assert len(lines) == len(drawn)
    for (box, _), wanted in zip(lines, drawn, strict=True):
        assert box.top < wanted.top + 5 < wanted.bottom - 5 < box.bottom
        assert box.left < wanted.left + 5 < wanted.right - 5 < box.right


def test_digits_of_a_number_that_float_above_its_rule_belong_to_it() -> None:
    ink = np.zeros((400, 700), np.uint8)
    ink[200:203, 40:280] = 255
    level = ink > 0
    for left, bottom in ((60, 150), (100, 155), (140, 180)):
        draw_digit(ink, 2, Box(bottom - 40, left, bottom, left + 26), tone=255)
    draw_digit(ink, 2, Box(30, 60, 70, 86), tone=255)
    [field] = find_baselines(clean_of(ink, level=level), [])
    assert field.top == pytest.approx(110, abs=3), "what stands a row higher is another's"


@pytest.mark.parametrize("boxed", [True, False])
def test_a_number_in_a_box_stands_on_no_rule_below_it(*, boxed: bool) -> None:
    """Which is a line of the list, say, whose things the boxes are for."""
    ink = np.zeros((400, 700), np.uint8)
    ink[200:203, 40:600] = 255
    level = ink > 0
    for left in (300, 340):
        draw_digit(ink, 2, Box(140, left, 184, left + 28), tone=255)
    cells = [Box(130, 280, 190, 400)] if boxed else []
    assert len(find_baselines(clean_of(ink, level=level), cells)) == (not boxed)


@pytest.mark.parametrize("tone", [255, 200, 0])
def test_a_blank_page_has_no_fields(tone: int) -> None:
    assert fields_of(paper(500, 400, tone)) == []


@pytest.mark.parametrize("name", ODD)
def test_any_image_gives_fields_that_lie_on_it(name: str) -> None:
    clean = clean_page(page_of(ODD[name]))
    for field in fields_on(clean):
        assert 0 <= field.box.top < field.box.bottom <= clean.ink.shape[0]
        assert 0 <= field.box.left < field.box.right <= clean.ink.shape[1]


def test_no_two_fields_have_one_name() -> None:
    image = paper(700, 900)
    for box in grid_of_boxes(6, 8):
        draw_box(image, box)
    names = [field.name for _, field in fields_of(image)]
    assert len(set(names)) == len(names) == 48


def test_boxes_seen_aslant_are_found_once() -> None:
    image = paper(700, 900)
    boxes = grid_of_boxes(5, 7)
    for number, box in enumerate(boxes):
        draw_box(image, box)
        draw_digit(image, (2, 5)[number % 2], shrunk(box, 11))
    tilt = tilting(image.shape, 0.08)
    found = fields_of(warped(image, tilt))
    assert len(found) == len(boxes)
    for box in boxes:
        ((row, column),) = moved([((box.top + box.bottom) / 2, (box.left + box.right) / 2)], tilt)
        inside = [b for b, _ in found if b.top < row < b.bottom and b.left < column < b.right]
        assert len(inside) == 1


@pytest.mark.parametrize(("width", "found"), [(240, True), (600, False)])
def test_low_writing_on_a_rule_is_a_number_unless_the_rule_is_long(width: int, found: bool) -> None:
    ink = np.zeros((400, 700), np.uint8)
    ink[200:203, 40 : 40 + width] = 255
    level = ink > 0
    for left in (60, 90, 120):
        draw_digit(ink, 2, Box(176, left, 195, left + 16), tone=255)
    fields = find_baselines(clean_of(ink, level=level), [])
    assert len(fields) == found


@pytest.mark.parametrize("label", [True, False])
def test_a_line_begins_where_the_word_before_it_ends(*, label: bool) -> None:
    """A line of dots runs on a little into the last letters; a low digit there is none of them."""
    ink = np.zeros((400, 700), np.uint8)
    ink[200:203, 100:500] = 255
    level = ink > 0
    for left in (46, 66, 86, 104) if label else (104,):
        draw_digit(ink, 2, Box(180, left, 200, left + 14), tone=255)
    for left in (150, 190, 230):
        draw_digit(ink, 2, Box(158, left, 200, left + 30), tone=255)
    (found,) = find_baselines(clean_of(ink, level=level), [])
    assert found.left == pytest.approx(118 if label else 100, abs=3)


def test_a_comb_of_which_one_box_shows_is_filled_up_and_no_line_beside_it() -> None:
    image = paper(760, 700)
    for row in range(5):
        for place in range(3):
            box = Box(60 + 140 * row, 80 + 75 * place, 130 + 140 * row, 140 + 75 * place)
            if row < 4 or place == 0:
                draw_box(image, box)
            else:
                image[box.bottom : box.bottom + 3, box.left : box.right] = 60
            draw_digit(image, 2, Box(box.top + 14, box.left + 16, box.bottom - 12, box.left + 42))
    found = fields_on(clean_page(page_of(image)))
    assert [(field.kind, len(field.cells)) for field in found] == [(FieldKind.COMB, 3)] * 5
