"""Paper that curls is straightened, flat paper is left alone, and boxes lie where the scan is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import draw_digit, draw_table, fields_on, on_scan, overlap, page_of, paper

from digitscan.reader import Reader
from digitscan.scan.bending import find_bend, spread, straighten, straightened
from digitscan.scan.cleaning import clean_page
from digitscan.values import Bend, Box, GreyImage

SHAPE = (1000, 760)
TABLE = Box(120, 60, 900, 700)
ROWS, COLUMNS = 15, 5


def table() -> tuple[GreyImage, list[list[Box]]]:
    image = paper(*SHAPE)
    cells = draw_table(image, TABLE, ROWS, COLUMNS)
    for row in cells:
        for cell, digit in zip(row, (2, 4, 7, 0, 5), strict=True):
            draw_digit(
                image, digit, Box(cell.top + 10, cell.left + 40, cell.bottom - 8, cell.left + 68)
            )
    return image, cells


def rise(columns: np.ndarray, most: float) -> np.ndarray:
    """How far down a curled sheet shows what lies in these columns of it."""
    return most * np.sin(np.pi * columns / SHAPE[1])


def curled(image: GreyImage, most: float) -> GreyImage:
    columns, rows = np.meshgrid(np.arange(SHAPE[1]), np.arange(SHAPE[0]))
    back = (rows - rise(columns, most)).astype(np.float32)
    seen = cv2.remap(image, columns.astype(np.float32), back, cv2.INTER_LINEAR, borderValue=255)
    return np.asarray(seen, np.uint8)


def ink(image: GreyImage) -> GreyImage:
    return np.asarray(255 - image, np.uint8)


@given(st.floats(6, 30), st.sampled_from([-1, 1]))
@settings(max_examples=6, deadline=None)
def test_a_curl_is_measured_and_undone(most: float, way: int) -> None:
    image, _ = table()
    seen = curled(image, way * most)
    bend = find_bend(ink(seen))
    assert bend is not None
    columns = np.linspace(TABLE.left, TABLE.right, 40)[None]
    found = bend.at(columns, np.full_like(columns, 500.0))[0]
    true = rise(columns[0], way * most)
    assert np.abs((found - found.mean()) - (true - true.mean())).max() < 1.5
    runs = [
        cv2.morphologyEx(each, cv2.MORPH_OPEN, np.ones((1, 500), np.uint8)).any(axis=1).sum()
        for each in (
            (ink(seen) > 128).astype(np.uint8),
            (straighten(ink(seen), bend) > 128).astype(np.uint8),
        )
    ]
    assert runs[0] == 0 < ROWS <= runs[1]


@pytest.mark.parametrize("what", ["table", "empty", "tilted", "noise", "low", "narrow"])
def test_flat_paper_and_strips_have_no_bend(what: str) -> None:
    image = table()[0] if what != "empty" else paper(*SHAPE)
    if what in ("low", "narrow"):
        image = curled(image, 20)[:90] if what == "low" else curled(image, 20)[:, :90]
    if what == "tilted":
        turn = cv2.getRotationMatrix2D((380, 500), 0.7, 1)
        image = np.asarray(cv2.warpAffine(image, turn, SHAPE[::-1], borderValue=255), np.uint8)
    if what == "noise":
        image = np.random.default_rng(3).integers(0, 2, SHAPE).astype(np.uint8) * np.uint8(255)
    assert find_bend(ink(image)) is None


def test_segments_are_straightened_as_pictures_are() -> None:
    bend = Bend(np.tile(np.sin(np.linspace(0, 3, 24)) * 20, (7, 1)), SHAPE)
    columns, rows = np.array([[100.0, 600.0]]), np.array([[300.0, 300.0]])
    seen = rows + bend.at(columns, rows)
    lying = np.stack([columns, seen], axis=2).reshape(-1, 4)
    assert np.abs(straightened(lying, bend) - [100, 300, 600, 300]).max() < 0.1
    assert straightened(np.zeros((0, 4)), bend).shape == (0, 4)
    assert straightened(lying, None) is lying


def test_the_bend_of_a_small_picture_is_that_of_a_large_one() -> None:
    small = Bend(np.tile(np.sin(np.linspace(0, 3, 24)) * 10, (7, 1)), SHAPE)
    large = spread(small, np.diag([0.5, 0.5, 1.0]), (2 * SHAPE[0], 2 * SHAPE[1]))
    columns, rows = np.array([[400.0, 900.0]]), np.array([[500.0, 1500.0]])
    assert np.abs(large.at(columns, rows) - 2 * small.at(columns / 2, rows / 2)).max() < 0.3


def test_cells_of_a_curled_table_are_found_where_they_lie_on_the_scan() -> None:
    image, cells = table()
    clean = clean_page(page_of(curled(image, 24)))
    assert clean.bend is not None
    found = [on_scan(clean, each.box) for each in fields_on(clean)]
    for cell in (cell for row in cells for cell in row):
        down = round(float(rise(np.array((cell.left + cell.right) / 2), 24)))
        assert max(overlap(box, cell.moved(down, 0)) for box in found) > 0.7


def test_numbers_on_a_curled_page_are_read_as_on_a_flat_one() -> None:
    image, _ = table()
    reader = Reader()
    flat, bent = (reader.read_image(each) for each in (image, curled(image, 24)))
    one, two = ([record.reading.value for record in each.records] for each in (flat, bent))
    assert len(one) == len(two) == ROWS * COLUMNS
    assert np.mean([left == right for left, right in zip(one, two, strict=True)]) > 0.9
    digit = next(d for r in bent.records for d in r.reading.digits if r.field.box.left > 300)
    dark = curled(image, 24)[digit.box.slices]
    assert dark.min() < 60
