"""Print among the readings of a page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digitscan.doubts.printed import doubt_print, ink_chroma
from digitscan.values import (
    Box,
    ColourImage,
    Digit,
    Field,
    FieldKind,
    Page,
    PageRef,
    Reading,
    Record,
    Status,
)

REF = PageRef("sheet.png")
BLACK, BLUE = (20, 20, 20), (170, 60, 20)


def record(value: str, box: Box, height: int = 30, status: Status = Status.OK) -> Record:
    """A field of ``value`` whose digits are ``height`` pixels high."""
    places = [
        Box(box.top + 5, box.left + 5 + 25 * n, box.top + 5 + height, box.left + 25 + 25 * n)
        for n in range(len(value))
    ]
    digits = tuple(Digit(place, np.zeros(11, np.float32)) for place in places)
    return Record(REF, Field("f", box, FieldKind.BOX), Reading(value, 0.99, status, (), digits))


def cell(row: int, column: int) -> Box:
    return Box(60 * row, 120 * column, 60 * row + 50, 120 * column + 110)


def page(records: tuple[Record, ...], pens: list[tuple[int, int, int]] | None = None) -> Page:
    """A white page, in colour where ``pens`` gives the ink of each record."""
    grey = np.full((800, 800), 255, np.uint8)
    if pens is None:
        return Page(REF, grey)
    colour: ColourImage = np.full((800, 800, 3), 240, np.uint8)
    for one, pen in zip(records, pens, strict=True):
        for digit in one.reading.digits:
            box = digit.box
            colour[box.top : box.bottom, box.left + 8 : box.left + 12] = pen
    return Page(REF, grey, colour)


def statuses(records: tuple[Record, ...], shown: Page | None = None) -> list[Status]:
    return [r.reading.status for r in doubt_print(shown or page(records), records, records)]


@pytest.mark.parametrize("down", [True, False])
def test_numbers_that_count_up_in_one_type_go_to_review(down: bool) -> None:
    places = [cell(n, 0) if down else cell(0, n) for n in range(4)]
    records = tuple(record(str(n), place) for n, place in enumerate(places, 1))
    assert statuses(records) == [Status.REVIEW] * 4


@pytest.mark.parametrize("down", [True, False])
def test_numbers_count_up_where_some_between_them_were_not_found(down: bool) -> None:
    places = {n: cell(n, 0) if down else cell(0, n) for n in (1, 3, 4, 6)}
    records = tuple(record(str(n), place) for n, place in places.items())
    assert statuses(records) == [Status.REVIEW] * 4


def test_numbers_beside_the_count_stay_ok() -> None:
    count = tuple(record(str(n), cell(n, 0)) for n in range(1, 5))
    written = tuple(record(v, cell(n, 2)) for n, v in enumerate(("17", "4", "20", "9"), 1))
    assert statuses(count + written) == [Status.REVIEW] * 4 + [Status.OK] * 4


def test_low_type_may_differ_by_a_pixel() -> None:
    places = [Box(60 * n, 0, 60 * n + 22, 40) for n in range(3)]
    heights = zip(places, (9, 10, 10), strict=True)
    records = tuple(record(str(n), *each) for n, each in enumerate(heights, 1))
    assert statuses(records) == [Status.REVIEW] * 3


def test_a_count_in_changing_heights_is_handwriting() -> None:
    records = tuple(record(str(n), cell(n, 0), height) for n, height in ((1, 30), (2, 37), (3, 26)))
    assert statuses(records) == [Status.OK] * 3


def test_values_stay_and_only_ok_changes() -> None:
    records = tuple(
        record(str(n), cell(n, 0), status=Status.UNREADABLE if n == 2 else Status.OK)
        for n in range(1, 5)
    )
    doubted = doubt_print(page(records), records, records)
    assert [r.reading.value for r in doubted] == ["1", "2", "3", "4"]
    assert doubted[1].reading.status is Status.UNREADABLE


def test_black_numbers_beside_a_coloured_pen_go_to_review() -> None:
    values = ("31", "7", "88", "5")
    records = tuple(record(v, cell(n, n % 2)) for n, v in enumerate(values))
    shown = page(records, [BLUE, BLUE, BLUE, BLACK])
    assert statuses(records, shown) == [Status.OK] * 3 + [Status.REVIEW]


def test_a_page_in_black_is_not_doubted_for_a_speck_of_colour() -> None:
    values = tuple("3917482650314")
    records = tuple(record(v, cell(n % 6, 2 * (n // 6))) for n, v in enumerate(values[:9]))
    shown = page(records, [BLUE, *[BLACK] * 8])
    assert statuses(records, shown) == [Status.OK] * 9


def test_ink_is_as_coloured_as_its_darkest_pixels() -> None:
    crop = np.full((20, 20, 3), 250, np.uint8)
    crop[5:15, 8:11] = BLACK
    assert ink_chroma(crop) < 0.05
    crop[5:15, 8:11] = BLUE
    assert ink_chroma(crop) > 0.4


def test_black_ink_under_a_marker_is_black() -> None:
    crop = np.full((40, 40, 3), 250, np.uint8)
    crop[8:32, 18:23] = BLACK
    crop[4:36, 12:29] = crop[4:36, 12:29] * np.array([0.4, 1.0, 1.0])
    assert ink_chroma(crop) < 0.1


def test_a_number_that_is_small_in_its_box_is_print() -> None:
    large = Box(0, 0, 150, 160)
    assert statuses((record("12", large, 30),)) == [Status.REVIEW]
    assert statuses((record("12", large, 90),)) == [Status.OK]


def test_a_low_number_on_a_line_is_none_the_less_written() -> None:
    low = record("12", Box(0, 0, 150, 160), 30)
    on_line = replace(low, field=replace(low.field, kind=FieldKind.LINE))
    assert statuses((on_line,)) == [Status.OK]


@pytest.mark.parametrize(("height", "status"), [(35, Status.OK), (12, Status.REVIEW)])
def test_a_page_that_lies_on_its_side_is_judged_alike(height: int, status: Status) -> None:
    upright = record("12", Box(0, 0, 50, 160), height)
    turned = replace(
        upright,
        field=replace(upright.field, box=on_its_side(upright.field.box)),
        reading=replace(
            upright.reading,
            digits=tuple(replace(d, box=on_its_side(d.box)) for d in upright.reading.digits),
        ),
    )
    assert statuses((upright,)) == statuses((turned,)) == [status]


def on_its_side(box: Box) -> Box:
    return Box(box.left, box.top, box.right, box.bottom)


def strokes(widths: list[int]) -> tuple[tuple[Record, ...], Page]:
    """Values of two strokes each, every value in strokes of its own width."""
    records = tuple(record("11", cell(row, 0)) for row in range(len(widths)))
    grey = np.full((800, 800), 255, np.uint8)
    for one, width in zip(records, widths, strict=True):
        for box in (digit.box for digit in one.reading.digits):
            grey[box.top : box.bottom, box.left + 5 : box.left + 5 + width] = 0
    return records, Page(REF, grey)


def test_bold_type_among_thin_strokes_goes_to_review() -> None:
    records, sheet = strokes([4, 4, 9, 4, 3, 5])
    assert [n for n, s in enumerate(statuses(records, sheet)) if s is Status.REVIEW] == [2]


@pytest.mark.parametrize("widths", [[9, 9, 9, 9, 9, 9], [4, 4, 9, 4], [4, 5, 6, 4, 5, 6]])
def test_a_thick_pen_few_values_and_pressure_are_not_doubted(widths: list[int]) -> None:
    records, sheet = strokes(widths)
    assert set(statuses(records, sheet)) == {Status.OK}


def test_a_stroke_under_a_marker_is_as_thick_as_without() -> None:
    records, sheet = strokes([4, 4, 4, 4, 3, 5])
    box = records[2].reading.digits[0].box
    sheet.image[sheet.image == 0] = 120
    marked = sheet.image[box.top : (box.top + box.bottom) // 2]
    marked[marked > 120] = 165
    assert set(statuses(records, sheet)) == {Status.OK}
