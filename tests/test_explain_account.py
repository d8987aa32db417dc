"""What became of a field's ink, and why its value is not ok."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from sheets import draw_box, draw_digit, draw_path, middle, page_of, paper, turning, warped

from digitscan.glyph.classifier import Classifier
from digitscan.reader import PageTrace, Reader
from digitscan.report.account import Account, account_for, ink_left_out
from digitscan.report.explanation import explain_page, headline, sentences
from digitscan.scan.pages import load_page
from digitscan.values import (
    CLASS_COUNT,
    NOT_A_DIGIT,
    Box,
    GreyImage,
    PageRef,
    Probabilities,
    Record,
    Status,
)

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FIELD = Box(100, 60, 165, 420)


class Says:
    """Gives the same classes to every glyph that is higher than wide, junk to all others."""

    card = SimpleNamespace(kind="cnn")

    def __init__(self, **classes: float) -> None:
        self.row = np.zeros(CLASS_COUNT, np.float32)
        for name, share in classes.items():
            self.row[NOT_A_DIGIT if name == "none" else int(name[1:])] = share

    def classify(self, glyphs: GreyImage) -> Probabilities:
        junk = np.zeros(CLASS_COUNT, np.float32)
        junk[NOT_A_DIGIT] = 1.0
        high = [np.ptp(ink[0]) >= np.ptp(ink[1]) for ink in map(np.nonzero, glyphs)]
        return np.stack([self.row if one else junk for one in high])


def form(digits: int = 2) -> GreyImage:
    image = paper(300, 500)
    draw_box(image, FIELD)
    for place in range(digits):
        left = FIELD.left + 20 + 70 * place
        draw_digit(image, 2, Box(FIELD.top + 12, left, FIELD.bottom - 12, left + 28))
    return image


def trace_of(image: GreyImage, classifier: Says) -> PageTrace:
    return Reader(cast(Classifier, classifier)).trace(page_of(image))


def account_of(image: GreyImage, classifier: Says) -> Account:
    trace = trace_of(image, classifier)
    (field,) = trace.fields
    return account_for(trace.clean, field, 0.9)


def with_status(account: Account, record: Status, reading: Status) -> Account:
    """The account of the same field, had it ended like this."""
    traced = account.traced
    ended: Record = replace(traced.record, reading=replace(traced.record.reading, status=record))
    own = replace(traced.reading, status=reading)
    clean = trace_of(form(), Says(d2=1.0)).clean
    return account_for(clean, replace(traced, record=ended, reading=own), 0.9)


def test_a_value_that_is_ok_has_a_way_and_no_doubts() -> None:
    account = account_of(form(3), Says(d2=1.0))
    assert [(step.first, step.last, step.digit) for step in account.way] == [
        (0, 0, "2"),
        (1, 1, "2"),
        (2, 2, "2"),
    ]
    assert account.doubts == ()
    assert re.fullmatch(r"f1: box, 222, ok, (99\.\d|100\.0)%", headline(account))


def test_a_weak_digit_is_named_with_its_rivals() -> None:
    account = account_of(form(1), Says(d7=0.75, d2=0.25))
    assert account.doubts == (
        "digit 1 of 1 (piece 1) is weak: 7 75.0%, 2 25.0%",
        "may also be 2 (25.0%)",
    )
    (confidence,) = re.findall(r"f1: box, 7, review, ([\d.]+)%", headline(account))
    assert 50 < float(confidence) < 90


def test_more_weak_digits_than_anyone_reads_are_counted() -> None:
    doubts = account_of(form(5), Says(d7=0.6, d2=0.4)).doubts
    assert [doubt for doubt in doubts if "is weak" in doubt] == list(doubts[:4])
    assert doubts[4] == "and 1 weak digit more"


def test_ink_that_is_passed_over_is_named() -> None:
    image = form(3)
    image[FIELD.top + 5 : FIELD.bottom - 5, 145:200] = 255
    row, _ = middle(FIELD)
    draw_path(image, [(row, 150), (row, 178)])
    account = account_of(image, Says(d2=1.0))
    assert (account.reading.value, account.reading.status) == ("22", Status.REVIEW)
    assert account.doubts == ("passed over as dash: piece 2",)
    assert [step.digit for step in account.way] == ["2", "", "2"]


def test_letters_are_given_up_without_a_search() -> None:
    account = account_of(form(), Says(none=1.0))
    assert account.reading.status is Status.UNREADABLE
    assert account.way == ()
    assert "no search was made" in account.doubts[0]


def test_what_the_rest_of_the_page_says_is_told() -> None:
    account = account_of(form(), Says(d2=1.0))
    printed = with_status(account, Status.REVIEW, Status.OK)
    assert len(printed.doubts) == 1
    assert printed.doubts[0].startswith("looks printed")
    assert with_status(account, Status.OK, Status.OK).doubts == ()


def test_too_many_digits_are_told() -> None:
    failed = with_status(account_of(form(), Says(d2=1.0)), Status.RULE_FAILED, Status.RULE_FAILED)
    assert failed.doubts == ("2 digits, but the field has room for 40",)


def test_a_wide_gap_is_told() -> None:
    image = form()
    draw_digit(image, 2, Box(FIELD.top + 12, 320, FIELD.bottom - 12, 348))
    account = account_of(image, Says(d2=1.0))
    assert account.reading.status is Status.REVIEW
    assert account.doubts == (
        "a digit may be lost: one gap is wide, or a crumb of ink stands apart",
    )


def test_strokes_only_are_called_a_tally() -> None:
    account = account_of(form(3), Says(d1=1.0))
    assert account.reading.status is Status.REVIEW
    assert account.doubts == ("nothing but strokes: a tally, or the bars of a code",)


def test_ink_left_out_is_shown_where_it_lies() -> None:
    trace = trace_of(form(), Says(d2=1.0))
    (field,) = trace.fields
    first, second = field.cut.pieces
    cut = replace(field.cut, pieces=(first,), candidates=field.cut.candidates[:1])
    out = ink_left_out(trace.clean, cut)
    box = cut.field.box
    columns = np.nonzero(out.any(axis=0))[0] + box.left
    assert (columns[0], columns[-1] + 1) == (second.box.left, second.box.right)
    assert abs(np.count_nonzero(out) - second.pixels) <= 0.02 * second.pixels
    lone = replace(field, cut=cut, probabilities=field.probabilities[:1])
    account = account_for(trace.clean, lone, 0.9)
    assert 0.45 < account.left_out < 0.55
    assert sentences(account)[-1].startswith(f"{account.left_out:.0%} of the ink in its box")
    assert "left out" in explain_page(trace, [account])


def test_the_box_itself_is_not_left_out() -> None:
    assert account_of(form(0), Says(d2=1.0)).left_out == 0
    assert account_of(form(2), Says(d2=1.0)).left_out < 0.02


def test_the_page_is_told_of_in_words() -> None:
    trace = trace_of(form(), Says(d7=0.75, d2=0.25))
    text = explain_page(trace, [account_for(trace.clean, trace.fields[0], 0.9)])
    lines = text.splitlines()
    assert lines[0] == "sheet.png page 1, 500 x 300 px"
    assert lines[2:5] == ["1 field: 1 box", "0 ok, 1 review, 0 blank", ""]
    assert lines[5].startswith("f1: box, 77, review, ")
    assert lines[6].startswith("    digit 1 of 2 (piece 1) is weak: 7 ")
    empty = trace_of(paper(300, 500), Says(d7=1.0))
    assert explain_page(empty, []).splitlines()[2:] == ["no fields were found"]


@pytest.mark.parametrize(("degrees", "way"), [(3, "counter-clockwise"), (-3, "clockwise")])
def test_how_the_scan_was_laid_straight_is_told(degrees: float, way: str) -> None:
    image = form()
    turned = trace_of(warped(image, turning(degrees, image.shape)), Says(d2=1.0))
    said = re.search(r"turned (\d\.\d) degrees ([a-z-]+)", explain_page(turned, []))
    assert said is not None
    assert abs(float(said[1]) - 3) < 0.3
    assert said[2] == way
    assert "turned" not in explain_page(trace_of(image, Says(d2=1.0)), [])


@pytest.mark.parametrize("name", ["exam_cover", "meter_log", "letters"])
def test_the_way_reads_what_the_record_says(name: str) -> None:
    (scan,) = SAMPLES.glob(f"{name}/scan.*")
    trace = Reader("logistic").trace(load_page(PageRef(str(scan))))
    assert trace.fields
    for field in trace.fields:
        account = account_for(trace.clean, field, 0.9)
        if field.reading.value:
            assert "".join(step.digit for step in account.way) == field.reading.value
        if account.way:
            ends = [0, *(step.last + 1 for step in account.way)]
            assert [step.first for step in account.way] == ends[:-1]
            assert ends[-1] == len(field.cut.pieces)
        for step in account.way:
            if step.digit:
                candidate = field.cut.candidates[step.candidate]
                assert (candidate.first, candidate.last) == (step.first, step.last)


def test_a_number_that_goes_on_beyond_its_field_is_told() -> None:
    traced = trace_of(form(), Says(d2=1.0)).fields[0]
    torn = replace(traced, cut=replace(traced.cut, torn=True))
    clean = trace_of(form(), Says(d2=1.0)).clean
    review = replace(torn.record, reading=replace(torn.record.reading, status=Status.REVIEW))
    doubts = account_for(clean, replace(torn, record=review), 0.9).doubts
    assert doubts[0].startswith("it may go on beyond its field")


def test_a_digit_that_the_page_speaks_against_is_told() -> None:
    trace = trace_of(form(), Says(d2=1.0))
    traced = trace.fields[0]
    evidence = traced.reading.evidence
    assert evidence is not None
    own = replace(traced.reading, evidence=replace(evidence, support=-2.0))
    review = replace(traced.record, reading=replace(own, status=Status.REVIEW))
    doubts = account_for(trace.clean, replace(traced, reading=own, record=review), 0.9).doubts
    assert "one of its digits looks more like another digit of the page" in doubts
