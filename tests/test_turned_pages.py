"""A sample fed into the scanner the wrong way reads as it does upright, at the same places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sheets import moved, overlap

from digitscan.reader import Reader, sure_digits
from digitscan.scan.cleaning import clean_page
from digitscan.scan.orientation import quarter_turn
from digitscan.scan.pages import load_page
from digitscan.values import (
    Box,
    CleanPage,
    Field,
    FieldKind,
    GreyImage,
    Page,
    PageRef,
    Reading,
    Record,
    Status,
)

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FORMS = ("meter_log/scan.png", "survey/scan.tif", "tally_sheet/scan.jpg")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def load(name: str) -> Page:
    return load_page(PageRef(str(SAMPLES / name)))


def turned(page: Page, quarters: int) -> Page:
    """The page as scanned when it has to be turned by ``quarters`` to stand upright."""

    def turn(pixels: GreyImage) -> GreyImage:
        return np.ascontiguousarray(np.rot90(pixels, -quarters))

    return Page(page.ref, turn(page.image), None if page.colour is None else turn(page.colour))


def sure_values(records: tuple[Record, ...]) -> list[str]:
    return [each.reading.value for each in records if each.reading.status == "ok"]


def turned_box(box: Box, quarters: int, shape: tuple[int, ...]) -> Box:
    """Where ``box`` of a turned page lies once it is turned upright."""
    corners = moved([(box.top, box.left), (box.bottom, box.right)], quarter_turn(quarters, shape))
    (top, left), (bottom, right) = corners.min(axis=0), corners.max(axis=0)
    return Box(round(top), round(left), round(bottom), round(right))


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("name", FORMS)
def test_a_sample_reads_the_same_whichever_way_it_was_scanned(
    reader: Reader, name: str, quarters: int
) -> None:
    page = load(name)
    scan = turned(page, quarters)
    upright, other = reader.read(page).records, reader.read(scan).records
    assert sure_values(other) == sure_values(upright)
    places = [turned_box(each.field.box, quarters, scan.image.shape) for each in other]
    for record in upright:
        assert max(overlap(record.field.box, place) for place in places) > 0.9


def test_a_page_of_which_hardly_a_field_is_read_is_turned_over(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where print in capitals does not tell which way up it is."""
    page = load("clinic_register/scan.jpg")
    monkeypatch.setattr("digitscan.scan.cleaning.find_turns", lambda *_: (0,))
    upright, other = reader.read(page).records, reader.read(turned(page, 2)).records
    assert sure_values(other) == sure_values(upright)


@pytest.mark.parametrize(
    "scan", sorted(SAMPLES.glob("*/scan.*")), ids=lambda scan: scan.parent.name
)
def test_nothing_says_that_an_upright_sample_is_turned(scan: Path) -> None:
    assert clean_page(load_page(PageRef(str(scan)))).turns == (0,)


@pytest.mark.parametrize("turns", [(0, 2), (2, 0), (1, 3, 0)])
def test_print_that_misleads_is_overruled_by_the_digits(
    reader: Reader, turns: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def misled(page: Page, turn: int = 0) -> CleanPage:
        return replace(clean_page(page, turn), turns=turns)

    page = load("meter_log/scan.png")
    upright = reader.read(page)
    monkeypatch.setattr("digitscan.reader.clean_page", misled)
    assert reader.read(page) == upright


def test_zeros_say_nothing_of_which_way_a_page_lies() -> None:
    """An 8 on its side is two of them: more digits, and sure ones, than the 8s of a page have."""

    def way(*values: str) -> tuple[Record, ...]:
        field = Field("f1", Box(0, 0, 9, 9), FieldKind.LINE)
        readings = [Reading(value, 0.99, Status.OK) for value in values]
        return tuple(Record(PageRef("a.png"), field, reading) for reading in readings)

    on_its_side, upright = way("00", "00", "0", "10", "00"), way("882", "38088")
    assert sure_digits(upright) > 4 * sure_digits(on_its_side)
    unsure = replace(upright[0], reading=replace(upright[0].reading, confidence=0.5))
    assert sure_digits((unsure,)) == 0
