"""Boxes that a panel of a pale colour leaves white."""

from __future__ import annotations

import numpy as np
import pytest
from sheets import (
    draw_box,
    draw_digit,
    fields_on,
    page_of,
    paper,
    shadowed,
    shrunk,
    tilting,
    turning,
    warped,
)

from digitscan.scan.cleaning import clean_page
from digitscan.scan.panels import rule_boxes
from digitscan.values import Box, FieldKind, GreyImage

PAPER, PANEL = 245, 200
BOXES = [Box(top, left, top + 60, left + 240) for top in (150, 260, 370) for left in (120, 460)]
CELL_PX, GAP_PX = 54, 5


def panel(tone: int = PANEL, boxes: list[Box] = BOXES) -> GreyImage:
    """A page with a panel that leaves boxes white."""
    page = paper(600, 840, PAPER)
    page[80:520, 60:780] = tone
    for box in boxes:
        page[box.top : box.bottom, box.left : box.right] = PAPER
    return page


def comb(tone: int = PANEL) -> GreyImage:
    """A number in a row of six cells, which the panel's colour parts."""
    step = CELL_PX + GAP_PX
    page = panel(tone, [Box(200, left, 260, left + CELL_PX) for left in range(120, 460, step)])
    for place in range(2, 6):
        left = 120 + place * step + 14
        draw_digit(page, (2, 4, 5, 7)[place - 2], Box(210, left, 248, left + 26))
    return page


def written(page: GreyImage, boxes: list[Box] = BOXES) -> GreyImage:
    for number, box in enumerate(boxes):
        for place in range(3):
            left = box.left + 20 + 60 * place
            draw_digit(
                page,
                (2, 4, 7)[(number + place) % 3],
                Box(box.top + 8, left, box.bottom - 12, left + 30),
            )
    return page


def test_a_panel_becomes_paper_and_its_boxes_get_lines() -> None:
    page = panel()
    ruled, _ = rule_boxes(page)
    assert np.median(ruled[90:140, 100:700]) > 240
    for box in BOXES:
        edge = ruled[box.top - 4 : box.top + 4, box.left + 5 : box.right - 5]
        assert (edge.min(axis=0) < 150).all()
        inside = shrunk(box, 6)
        assert (ruled[inside.top : inside.bottom, inside.left : inside.right] >= PAPER).all()


def test_writing_stays_in_the_boxes_and_beside_them() -> None:
    page = written(panel())
    draw_digit(page, 5, Box(456, 200, 496, 226))
    ink = page < 60
    ruled, _ = rule_boxes(page)
    assert ruled is not page
    assert ruled[ink].max() < 90


def test_the_boxes_are_fields() -> None:
    clean = clean_page(page_of(written(panel())))
    boxes = [field for field in fields_on(clean) if field.kind is FieldKind.BOX]
    assert len(boxes) == len(BOXES)


@pytest.mark.parametrize("tone", [170, 205, 222])
def test_what_parts_narrow_boxes_are_the_dividers_of_a_comb(tone: int) -> None:
    (field,) = (field for field in fields_on(clean_page(page_of(comb(tone)))) if field.cells)
    assert len(field.cells) == 6


def tinted(ticks_px: tuple[int, ...] = ()) -> GreyImage:
    """A page all of one pale colour but for its boxes, ticks of its colour in the last of them."""
    page = np.full((600, 840), PANEL, np.uint8)
    for box in BOXES:
        page[box.top : box.bottom, box.left : box.right] = PAPER
    box = BOXES[-1]
    for place, high in enumerate(ticks_px, 1):
        left = box.left + 40 * place - 2
        page[box.bottom - high : box.bottom, left : left + 4] = PANEL
    return page


@pytest.mark.parametrize("darkest", [1.0, 0.7])
def test_a_page_that_is_one_panel_is_told_by_its_boxes(darkest: float) -> None:
    clean = clean_page(page_of(shadowed(written(tinted()), darkest)))
    assert len([field for field in fields_on(clean) if field.kind is FieldKind.BOX]) == len(BOXES)


def test_ticks_of_the_panels_colour_are_dividers() -> None:
    clean = clean_page(page_of(tinted((26, 26, 26, 26, 26))))
    (field,) = (field for field in fields_on(clean) if field.cells)
    assert len(field.cells) == 6


@pytest.mark.parametrize("ticks_px", [(26,), (20, 34)])
def test_a_pale_stroke_or_unlike_ones_are_no_ticks(ticks_px: tuple[int, ...]) -> None:
    fields = fields_on(clean_page(page_of(tinted(ticks_px))))
    assert not any(field.cells for field in fields)


def test_a_digit_across_two_cells_does_not_hide_what_parts_them() -> None:
    page = comb()
    edge = 120 + CELL_PX
    draw_digit(page, 5, Box(208, edge - 20, 250, edge + 30))
    (field,) = (field for field in fields_on(clean_page(page_of(page))) if field.cells)
    assert len(field.cells) == 6


def test_a_page_askew_is_ruled_too() -> None:
    page = panel()
    askew = warped(page, turning(2.0, page.shape))
    clean = clean_page(page_of(askew))
    assert len([field for field in fields_on(clean) if field.kind is FieldKind.BOX]) == len(BOXES)


def test_on_a_photo_in_uneven_light_the_boxes_are_fields() -> None:
    tilt = tilting((600, 840), 0.05)
    table = warped(paper(600, 840, 0), tilt) > 128
    photo = np.where(table, np.uint8(60), warped(written(panel()), tilt))
    clean = clean_page(page_of(shadowed(photo, 0.7)))
    assert len([field for field in fields_on(clean) if field.kind is FieldKind.BOX]) == len(BOXES)


def test_in_colour_a_pen_is_seen_on_a_panel_that_is_dark_in_its_colour() -> None:
    """Blue on yellow is hardly darker in blue, in which yellow is darkest."""
    grey = panel()
    colour = np.repeat(grey[..., None], 3, axis=2)
    colour[grey == PANEL] = (120, 215, 235)
    colour[460:464, 150:400] = (112, 60, 40)
    darkest = np.asarray(colour.min(axis=2), np.uint8)
    stroke = np.s_[460:464, 150:400]
    assert rule_boxes(darkest, colour)[0][stroke].max() < 80


def zebra() -> GreyImage:
    """A table whose every other row is grey."""
    page = paper(600, 840, PAPER)
    for top in range(100, 500, 120):
        page[top : top + 60, 60:780] = PANEL
    return page


def framed(line: int = 3, tone: int = 0) -> GreyImage:
    page = paper(600, 840, PAPER)
    for box in BOXES:
        draw_box(page, box, line, tone)
    return page


@pytest.mark.parametrize(
    "page",
    [
        paper(600, 840, PAPER),
        shadowed(paper(600, 840, PAPER)),
        written(framed(), BOXES),
        framed(14, PANEL),
        zebra(),
        panel(tone=PAPER - 8),
        panel(tone=60),
        panel(boxes=[]),
        np.full((600, 840), PANEL, np.uint8),
        np.random.default_rng(5).integers(120, 255, (600, 840)).astype(np.uint8),
        paper(3, 3),
    ],
    ids=[
        "bare",
        "shadow",
        "ruled",
        "thick pale lines",
        "zebra",
        "too pale",
        "black",
        "no boxes",
        "tinted",
        "grain",
        "tiny",
    ],
)
def test_other_pages_stay_as_they_are(page: GreyImage) -> None:
    ruled, lines = rule_boxes(page)
    assert ruled is page
    assert not len(lines)
