"""Numbers on lined and squared paper."""

from __future__ import annotations

import numpy as np
import pytest
from sheets import clean_of, draw_digit, overlap

from digitscan.form.ruled_paper import is_crossed
from digitscan.reader import lay_out
from digitscan.values import Box, CleanPage, Field, FieldKind, GreyImage, Mask

SHAPE = 1000, 800
PITCH, SQUARE = 70, 40
PEN_TONE, PALE = 220, 90


def numbers(step: int, height: int) -> list[Box]:
    """Places of two numbers in each of eight rows, ``step`` apart, above the row's line."""
    return [
        Box(top - 8 - height, left, top - 8, left + 100)
        for top in range(2 * step, 10 * step, step)
        for left in (130, 450)
    ]


def written(places: list[Box], ink: GreyImage) -> None:
    for place in places:
        for left, digit in zip(range(place.left, place.right, 38), (2, 4, 7), strict=True):
            draw_digit(ink, digit, Box(place.top, left, place.bottom, left + 24), tone=PEN_TONE)


def every(step: int, columns: bool = False) -> Mask:
    """Lines of two pixels over the whole page, ``step`` apart."""
    lines = np.zeros(SHAPE, np.bool_)
    for place in range(step, max(SHAPE), step):
        where = np.s_[:, place : place + 2] if columns else np.s_[place : place + 2]
        lines[where] = True
    return lines


def lined(margin: bool = False) -> tuple[CleanPage, list[Box]]:
    level, plumb = every(PITCH), np.zeros(SHAPE, np.bool_)
    if margin:
        plumb[:, 80:82] = plumb[:, -2:] = True
    ink, places = np.where(level | plumb, PALE, 0).astype(np.uint8), numbers(PITCH, 40)
    written(places, ink)
    return clean_of(ink, level=level, plumb=plumb), places


def squared(tone: int) -> tuple[CleanPage, list[Box]]:
    level, plumb = every(SQUARE), every(SQUARE, columns=True)
    ink, places = np.where(level | plumb, tone, 0).astype(np.uint8), numbers(2 * SQUARE, 46)
    written(places, ink)
    return clean_of(ink, level=level, plumb=plumb), places


def assert_found(fields: tuple[Field, ...], places: list[Box]) -> None:
    assert [field.kind for field in fields] == [FieldKind.LINE] * len(places)
    for field, place in zip(fields, places, strict=True):
        assert overlap(field.box, place) > 0.7


@pytest.mark.parametrize("margin", [False, True])
def test_each_number_on_lined_paper_is_a_field(margin: bool) -> None:
    clean, places = lined(margin)
    assert_found(lay_out(clean)[1], places)


def test_each_number_on_squared_paper_is_a_field() -> None:
    clean, places = squared(PALE)
    cleared, fields = lay_out(clean)
    assert_found(fields, places)
    assert not (cleared.level | cleared.plumb).any()
    assert not any(is_crossed(cleared, field, [field.box]) for field in fields)


def test_what_lies_over_squares_as_dark_as_the_pen_is_doubted() -> None:
    clean, places = squared(PEN_TONE)
    kept, fields = lay_out(clean)
    assert fields
    assert all(
        is_crossed(kept, field, [place]) for field, place in zip(fields, places, strict=True)
    )


def test_what_stands_on_one_of_a_few_rules_is_one_number() -> None:
    level, rows = np.zeros(SHAPE, np.bool_), (140, 350, 420, 700)
    for row in rows:
        level[row : row + 2, 80:720] = True
    ink = np.where(level, PALE, 0).astype(np.uint8)
    written([Box(row - 48, left, row - 8, left + 100) for row in rows for left in (130, 300)], ink)
    _, fields = lay_out(clean_of(ink, level=level))
    assert len(fields) == len(rows)


def test_numbers_in_the_columns_of_a_table_stay_in_their_cells() -> None:
    clean, places = lined()
    plumb = np.zeros(SHAPE, np.bool_)
    for column in (80, 380, 720):
        plumb[:, column : column + 2] = True
    _, fields = lay_out(clean_of(clean.ink, level=clean.level, plumb=plumb))
    assert all(field.kind is not FieldKind.LINE for field in fields)
    assert all(any(field.box.shared_area(place) for field in fields) for place in places)
