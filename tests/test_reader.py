"""From a page to its readings, with classifiers that are made up."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sheets import (
    draw_box,
    draw_comb,
    draw_digit,
    draw_table,
    odd_images,
    overlap,
    page_of,
    paper,
    shadowed,
    tilting,
    turning,
    warped,
)

from digitscan.errors import PageError
from digitscan.glyph.classifier import Classifier
from digitscan.reader import Reader, ReaderSettings
from digitscan.values import (
    CLASS_COUNT,
    NOT_A_DIGIT,
    Box,
    GreyImage,
    PageRef,
    PageResult,
    Probabilities,
    Status,
)

ODD = dict(odd_images())


class MadeUp:
    """Gives the same probabilities to every glyph, and counts how often it is asked."""

    card = SimpleNamespace(kind="cnn")

    def __init__(self, probabilities: npt.NDArray[np.float32]) -> None:
        self.probabilities = probabilities
        self.calls: list[int] = []

    def classify(self, glyphs: GreyImage) -> Probabilities:
        assert glyphs.shape[1:] == (28, 28)
        assert glyphs.dtype == np.uint8
        self.calls.append(len(glyphs))
        return np.tile(self.probabilities, (len(glyphs), 1))


class Broken(MadeUp):
    def __init__(self, error: BaseException) -> None:
        super().__init__(np.zeros(CLASS_COUNT, np.float32))
        self.error = error

    def classify(self, glyphs: GreyImage) -> Probabilities:
        raise self.error


def sure_of(label: int, share: float = 0.999) -> MadeUp:
    probabilities = np.full(CLASS_COUNT, (1 - share) / (CLASS_COUNT - 1), np.float32)
    probabilities[label] = share
    return MadeUp(probabilities)


def knows_nothing() -> MadeUp:
    return MadeUp(np.full(CLASS_COUNT, 1 / CLASS_COUNT, np.float32))


def reader(classifier: MadeUp, min_confidence: float = 0.9) -> Reader:
    return Reader(cast(Classifier, classifier), ReaderSettings(min_confidence=min_confidence))


def write(image: GreyImage, box: Box, digits: int) -> None:
    """Write digits well apart into ``box``, those of no two boxes alike, as a hand does."""
    for place in range(digits):
        left, lower = box.left + 20 + 50 * place, (3 * place + box.top // 50) % 8
        digit = (2, 4, 5, 7, 0)[place % 5]
        draw_digit(image, digit, Box(box.top + 12 + lower, left, box.bottom - 12, left + 28))


FORM_BOXES = [Box(60 + 100 * row, 60, 125 + 100 * row, 420) for row in range(4)]


def form(counts: tuple[int, ...] = (3, 0, 5, 1)) -> GreyImage:
    """A column of boxes with so many digits in each."""
    image = paper(500, 700)
    for box, count in zip(FORM_BOXES, counts, strict=True):
        draw_box(image, box)
        write(image, box, count)
    return image


def values(result: PageResult) -> list[str]:
    return [record.reading.value for record in result.records]


def statuses(result: PageResult) -> list[Status]:
    return [record.reading.status for record in result.records]


@given(st.tuples(*[st.integers(0, 6)] * 4))
@settings(max_examples=12, deadline=None)
def test_who_sees_only_sevens_reads_as_many_as_there_are(counts: tuple[int, ...]) -> None:
    result = reader(sure_of(7)).read(page_of(form(counts)))
    assert values(result) == ["7" * count for count in counts]
    wanted = [Status.OK if count else Status.BLANK for count in counts]
    assert statuses(result) == wanted
    assert result.problem is None


def test_each_digit_is_found_where_it_is_written() -> None:
    result = reader(sure_of(7)).read(page_of(form()))
    record = result.records[2]
    assert overlap(record.field.box, FORM_BOXES[2]) > 0.8
    for place, digit in enumerate(record.reading.digits):
        top, left = FORM_BOXES[2].top + 12, FORM_BOXES[2].left + 20 + 50 * place
        assert overlap(digit.box, Box(top - 2, left - 2, top + 43, left + 30)) > 0.6


def test_who_knows_nothing_is_sure_of_nothing() -> None:
    result = reader(knows_nothing()).read(page_of(form()))
    assert Status.OK not in statuses(result)
    assert statuses(result)[1] is Status.BLANK
    assert all(r.reading.confidence < 0.9 for r in result.records if r.reading.value)


def test_what_is_no_digit_has_no_value() -> None:
    result = reader(sure_of(NOT_A_DIGIT)).read(page_of(form()))
    assert values(result) == [""] * 4
    assert statuses(result)[1] is Status.BLANK
    assert set(statuses(result)) <= {Status.BLANK, Status.UNREADABLE, Status.STRUCK}


@pytest.mark.parametrize("label", [0, 1, 7, NOT_A_DIGIT])
def test_an_empty_field_is_blank_whatever_the_classifier_says(label: int) -> None:
    image = paper(500, 900)
    draw_comb(image, Box(60, 60, 120, 60 + 45 * 8), 8)
    draw_table(image, Box(200, 60, 450, 840), 3, 4)
    result = reader(sure_of(label)).read(page_of(image))
    assert len(result.records) == 13
    assert set(statuses(result)) == {Status.BLANK}


def test_an_empty_comb_with_short_dividers_is_blank() -> None:
    image = paper(600, 800)
    draw_comb(image, Box(100, 100, 160, 420), 8, shown=((0.6, 1.0),))
    result = reader(sure_of(1)).read(page_of(image))
    assert set(statuses(result)) <= {Status.BLANK}


def test_a_comb_gives_no_more_digits_than_it_has_cells() -> None:
    image = paper(400, 700)
    cells = draw_comb(image, Box(60, 60, 130, 60 + 50 * 6), 6)
    draw_table(image, Box(250, 60, 350, 640), 1, 3)
    for cell in cells:
        draw_digit(image, 4, Box(cell.top + 10, cell.left + 10, cell.bottom - 10, cell.right - 10))
    record = reader(sure_of(4)).read(page_of(image)).records[0]
    assert len(record.field.cells) == 6
    assert record.reading.value == "444444"


def test_a_page_asks_the_classifier_once() -> None:
    classifier = sure_of(7)
    reader(classifier).read(page_of(form()))
    assert len(classifier.calls) == 1
    assert classifier.calls[0] >= 9


def test_a_blank_page_asks_nothing_and_has_no_records() -> None:
    classifier = sure_of(7)
    result = reader(classifier).read(page_of(paper()))
    assert result == PageResult(page_of(paper()).ref)
    assert classifier.calls == []


def test_the_threshold_parts_ok_from_review() -> None:
    page = page_of(form((3, 2, 1, 1)))
    assert set(statuses(reader(sure_of(7, 0.97), 0.5).read(page))) == {Status.OK}
    assert set(statuses(reader(sure_of(7, 0.97), 0.9999).read(page))) == {Status.REVIEW}


def test_pages_do_not_know_of_one_another() -> None:
    first, second = page_of(form()), page_of(form((1, 2, 3, 4)))
    one_way, other_way = reader(sure_of(7)), reader(sure_of(7))
    forth = [one_way.read(page) for page in (first, second)]
    back = [other_way.read(page) for page in (second, first)]
    assert forth == back[::-1]


def test_a_page_read_twice_reads_the_same() -> None:
    page, twice = page_of(shadowed(form(), 0.8)), reader(knows_nothing())
    assert twice.read(page) == twice.read(page)


@given(st.floats(-10, 10), st.booleans())
@settings(max_examples=8, deadline=None)
def test_boxes_lie_inside_the_scan(degrees: float, tilted: bool) -> None:
    image = warped(form(), turning(degrees, (500, 700)))
    if tilted:
        image = warped(image, tilting(image.shape, 0.04))
    result = reader(sure_of(7)).read(page_of(image))
    assert result.records
    for record in result.records:
        digits = [digit.box for digit in record.reading.digits]
        for box in (record.field.box, *record.field.cells, *digits):
            assert 0 <= box.top < box.bottom <= 500
            assert 0 <= box.left < box.right <= 700


@pytest.mark.parametrize("degrees", [-8.0, -2.0, 5.0])
def test_a_turned_page_reads_like_a_straight_one(degrees: float) -> None:
    straight = form()
    turned = warped(straight, turning(degrees, straight.shape))
    both = [reader(sure_of(7)).read(page_of(image)) for image in (straight, turned)]
    assert values(both[0]) == values(both[1]) == ["777", "", "77777", "7"]


@pytest.mark.parametrize("degrees", [-8.0, 0.0, 8.0])
def test_a_long_comb_is_as_sure_on_a_turned_page(degrees: float) -> None:
    """On the scan the box around it is far higher than its digits, which do not fill it."""
    image = paper(500, 900)
    cells = draw_comb(image, Box(220, 60, 270, 840), 18)
    for place, cell in enumerate(cells[:4]):
        draw_digit(image, (2, 4, 5, 7)[place], Box(232, cell.left + 12, 262, cell.left + 32))
    result = reader(sure_of(7)).read(page_of(warped(image, turning(degrees, image.shape))))
    assert values(result) == ["7777"]
    assert statuses(result) == [Status.OK]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("label", [7, NOT_A_DIGIT])
def test_any_image_can_be_read(name: str, label: int) -> None:
    result = reader(sure_of(label)).read(page_of(ODD[name]))
    assert result.problem is None
    height, width = ODD[name].shape
    for record in result.records:
        assert 0 <= record.field.box.top < record.field.box.bottom <= height
        assert 0 <= record.field.box.left < record.field.box.right <= width


def test_an_image_reads_like_its_page() -> None:
    image, page = form(), page_of(form())
    read = reader(sure_of(7)).read_image(image, name=page.ref.source)
    assert read == reader(sure_of(7)).read(page)


def test_a_colour_image_shows_pens_of_every_colour() -> None:
    image = form()
    colour = np.stack([image, np.full_like(image, 255), image], axis=2)
    assert values(reader(sure_of(7)).read_image(colour)) == ["777", "", "77777", "7"]


def test_a_file_reads_like_its_page(tmp_path: Path) -> None:
    path = tmp_path / "form.png"
    Image.fromarray(form()).save(path)
    for given_path in (path, str(path)):
        result = reader(sure_of(7)).read_file(given_path)
        assert result.page == PageRef(str(path), 0)
        assert values(result) == ["777", "", "77777", "7"]


def test_a_file_that_is_none_is_a_page_error(tmp_path: Path) -> None:
    with pytest.raises(PageError):
        reader(sure_of(7)).read_file(tmp_path / "none.png")


def test_a_file_larger_than_allowed_is_a_page_error(tmp_path: Path) -> None:
    path = tmp_path / "form.png"
    Image.fromarray(form()).save(path)
    small = Reader(cast(Classifier, sure_of(7)), ReaderSettings(max_mpixels=0.1))
    with pytest.raises(PageError):
        small.read_file(path)


def test_a_page_that_cannot_be_decoded_becomes_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"no image")
    page, result = reader(sure_of(7)).read_ref(PageRef(str(path)))
    assert page is None
    assert result.records == ()
    assert result.problem is not None
    assert "broken.png" in result.problem


def test_a_bug_becomes_the_problem_of_its_page_only(tmp_path: Path) -> None:
    path = tmp_path / "form.png"
    Image.fromarray(form()).save(path)
    page, result = reader(Broken(ZeroDivisionError("oh no"))).read_ref(PageRef(str(path)))
    assert page is not None
    assert result.records == ()
    assert result.problem is not None
    assert "form.png" in result.problem
    assert "oh no" in result.problem


def test_a_problem_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "form.png"
    Image.fromarray(form()).save(path)
    _, result = reader(Broken(ZeroDivisionError("oh no"))).read_ref(PageRef(str(path)))
    assert result.problem is not None
    assert len(result.problem.splitlines()) == 1


def test_an_interrupt_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "form.png"
    Image.fromarray(form()).save(path)
    with pytest.raises(KeyboardInterrupt):
        reader(Broken(KeyboardInterrupt())).read_ref(PageRef(str(path)))


@pytest.mark.parametrize("error", [MemoryError(), cv2.error("no memory")])
def test_want_of_memory_is_told_for_another_try(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "form.png"
    Image.fromarray(form()).save(path)
    if isinstance(error, cv2.error):
        error.code = -4
    with pytest.raises(MemoryError):
        reader(Broken(error)).read_ref(PageRef(str(path)))


def test_want_of_memory_in_decoding_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(image: object) -> None:
        raise MemoryError

    monkeypatch.setattr("digitscan.scan.pages.upright_pixels", no_memory)
    path = tmp_path / "form.png"
    Image.fromarray(form()).save(path)
    with pytest.raises(MemoryError):
        reader(sure_of(7)).read_ref(PageRef(str(path)))


def test_settings_cannot_be_changed_by_accident() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ReaderSettings().min_confidence = 0.1  # type: ignore[misc]
