"""Which ink in and around a field is its own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sheets import PEN, clean_of, draw_digit, draw_path, paper

from digitscan.form.ink import ink_of_field
from digitscan.form.ownership import own_ink
from digitscan.values import Box, Field, FieldKind, GreyImage, Mask

BOX = Box(40, 60, 100, 200)
SHAPE = (140, 260)


def no_lines() -> Mask:
    return np.zeros(SHAPE, bool)


def ink_of(image: GreyImage) -> GreyImage:
    return np.asarray(255 - image, np.uint8)


def owned(
    image: GreyImage, level: Mask | None = None, plumb: Mask | None = None
) -> tuple[GreyImage, bool]:
    lines = [no_lines() if mask is None else mask for mask in (level, plumb)]
    return own_ink(ink_of(image), BOX, lines[0], lines[1], float(PEN))


def digit_at(left: int, top: int = 50) -> GreyImage:
    image = paper(*SHAPE)
    draw_digit(image, 2, Box(top, left, top + 40, left + 24))
    return image


def test_ink_inside_is_kept_as_it_is() -> None:
    image = digit_at(100)
    kept, torn = owned(image)
    assert (kept == ink_of(image)).all()
    assert not torn


@pytest.mark.parametrize("left", [20, 210])
def test_ink_outside_is_left_out(left: int) -> None:
    kept, torn = owned(digit_at(left))
    assert not kept.any()
    assert not torn


@pytest.mark.parametrize("top", [25, 70])
def test_a_digit_that_reaches_over_an_upper_or_lower_side_is_whole_and_not_torn(top: int) -> None:
    image = digit_at(100, top)
    kept, torn = owned(image)
    assert (kept == ink_of(image)).all()
    assert not torn


@pytest.mark.parametrize("left", [52, 184])
def test_a_digit_mostly_inside_is_kept_but_may_be_a_neighbours(left: int) -> None:
    image = digit_at(left)
    kept, torn = owned(image)
    assert (kept == ink_of(image)).all()
    assert torn


@pytest.mark.parametrize("left", [43, 192])
def test_a_digit_mostly_outside_is_lost_and_may_be_the_fields(left: int) -> None:
    kept, torn = owned(digit_at(left))
    assert not kept.any()
    assert torn


def test_the_tail_of_a_digit_over_a_side_tears_nothing() -> None:
    image = digit_at(160)
    draw_path(image, [(90, 180), (92, 203)])
    assert not owned(image)[1]


def ruled(row: int) -> Mask:
    level = no_lines()
    level[row : row + 3, 50:210] = True
    return level


def test_rests_of_a_line_are_no_ink() -> None:
    image, level = digit_at(100), ruled(97)
    digit = ink_of(image)
    image[94:96, 140:190] = 60
    image[92:97, 70:76] = 60
    kept, _ = owned(image, level)
    assert (kept == digit).all()


def test_the_same_rests_away_from_a_line_are_ink() -> None:
    image = digit_at(100)
    image[64:69, 140:190] = 60
    kept, _ = owned(image, ruled(97))
    assert (kept == ink_of(image)).all()


def test_slivers_along_an_upright_line_are_no_ink_either() -> None:
    image = digit_at(100)
    digit = ink_of(image)
    plumb = no_lines()
    plumb[30:110, 196:199] = True
    image[45:95, 193:196] = 60
    kept, torn = owned(image, plumb=plumb)
    assert (kept == digit).all()
    assert not torn


def test_a_stroke_that_stands_on_a_line_stays() -> None:
    image, level = paper(*SHAPE), ruled(97)
    draw_path(image, [(50, 120), (94, 120)])
    assert (owned(image, level)[0] == ink_of(image)).all()


def test_a_field_tells_that_its_ink_is_torn() -> None:
    for left, torn in ((100, False), (192, True)):
        clean = clean_of(ink_of(digit_at(left)))
        found = ink_of_field(clean, Field("f1", BOX, FieldKind.BOX))
        assert found.torn is torn


def test_a_line_through_a_field_leaves_its_digits() -> None:
    image = digit_at(100)
    clean = clean_of(ink_of(image))
    level = ruled(100)
    ink = np.where(level, 120, clean.ink).astype(np.uint8)
    ruled_page = dataclasses.replace(clean, ink=ink, level=level)
    found = ink_of_field(ruled_page, Field("f1", BOX, FieldKind.BOX))
    top, left = found.origin
    window = ink_of(image)[top : top + found.ink.shape[0], left : left + found.ink.shape[1]]
    assert ((found.ink > 0) == (window > 0)).all()
