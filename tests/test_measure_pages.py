from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitscan.errors import DatasetError
from digitscan.measure.pages import (
    PageFigures,
    PageTruth,
    load_truth,
    measure_pages,
    value_risk_coverage,
)
from digitscan.measure.text import pages_summary, pages_table, thresholds_table
from digitscan.values import Box, Field, FieldKind, PageRef, PageResult, Reading, Record, Status

OK, REVIEW, BLANK, STRUCK = Status.OK, Status.REVIEW, Status.BLANK, Status.STRUCK
Told = tuple[str, Status, float]


def result(source: str, *told: Told, problem: str | None = None, index: int = 0) -> PageResult:
    ref = PageRef(source, index)
    place = Field("f", Box(0, 0, 1, 1), FieldKind.BOX)
    records = (Record(ref, place, Reading(value, sure, status)) for value, status, sure in told)
    return PageResult(ref, tuple(records), problem)


@pytest.fixture
def by_hand() -> PageFigures:
    """Two pages: one read with every kind of mistake, one that could not be decoded."""
    truth = {
        "forms/a.png": PageTruth(("0042", "17", "17", "300", "5"), optional=("99", "8")),
        "forms/b.png": PageTruth(("1", "2")),
    }
    told = [
        ("17", OK, 0.95),
        ("0042", OK, 0.99),
        ("99", OK, 0.97),
        ("99", OK, 0.93),
        ("42", OK, 0.91),
        ("300", REVIEW, 0.6),
        ("5", STRUCK, 0.4),
        ("6", REVIEW, 0.55),
        ("", BLANK, 1.0),
    ]
    results = [
        result("/scans/forms/a.png", *told),
        result("/scans/forms/b.png", problem="cut short"),
        result("/scans/other/c.png", ("123", OK, 1.0)),
    ]
    return measure_pages(results, truth, name="scans")


def test_a_page_counted_by_hand(by_hand: PageFigures) -> None:
    first, second = by_hand.pages
    assert (first.truth, first.auto, first.found) == (5, 2, 4)
    assert first.harm == 2, "42 is not 0042, and 99 stands there once only"
    assert first.order == 3, "0042 or 17, then 300, then 5"
    assert (second.truth, second.found, second.problem) == (2, 0, "cut short")


def test_totals_add_up(by_hand: PageFigures) -> None:
    total = by_hand.total
    assert (total.truth, total.auto, total.found, total.harm, total.order) == (7, 2, 4, 2, 3)
    assert total.problem == "1 pages not read"
    assert by_hand.interval.low < 4 / 7 < by_hand.interval.high


def test_a_threshold_decides_over_open_claims_only(by_hand: PageFigures) -> None:
    points = {point.confidence: (point.right, point.wrong) for point in by_hand.thresholds}
    assert points == {
        0.5: (3, 3),
        0.8: (2, 2),
        0.9: (2, 2),
        0.95: (2, 0),
        0.99: (1, 0),
        0.999: (0, 0),
    }
    assert by_hand.thresholds[0].coverage == pytest.approx(3 / 7)
    assert by_hand.thresholds[0].risk == 0.5
    assert value_risk_coverage(by_hand).errors.tolist() == [0, 0, 1, 2, 2, 3]


def test_the_confidence_of_values_is_checked(by_hand: PageFigures) -> None:
    two_right, two_wrong, one_of_each = 2 - 0.99 - 0.95, 0.93 + 0.91, 0.6 + 0.55 - 1
    assert by_hand.ece == pytest.approx((two_right + two_wrong + one_of_each) / 6)


def test_values_that_are_ok_take_their_place_first() -> None:
    truth = {"a.png": PageTruth(("7",))}
    figures = measure_pages([result("a.png", ("7", REVIEW, 0.9), ("7", OK, 0.5))], truth)
    assert (figures.total.auto, figures.total.found, figures.total.harm) == (1, 1, 0)


def test_only_digits_are_compared() -> None:
    truth = {"a.png": PageTruth(("-1.61",))}
    figures = measure_pages([result("a.png", ("161", OK, 0.9))], truth)
    assert figures.total.auto == 1


def test_a_page_that_nobody_read_counts_as_not_found() -> None:
    figures = measure_pages([], {"a.png": PageTruth(("1", "2"))})
    assert (figures.total.truth, figures.total.found) == (2, 0)
    assert figures.pages[0].problem == "not read"


def test_the_longest_name_that_ends_the_path_wins() -> None:
    truth = {"a.png": PageTruth(("1",)), "x/a.png": PageTruth(("2",))}
    figures = measure_pages([result("in/x/a.png", ("2", OK, 1.0))], truth)
    assert [score.auto for score in figures.pages] == [0, 1]


def test_a_name_is_not_matched_within_a_word() -> None:
    figures = measure_pages([result("in/aa.png", ("1", OK, 1.0))], {"a.png": PageTruth(("1",))})
    assert figures.total.found == 0


def test_the_pages_of_one_file_are_scored_together() -> None:
    results = [result("a.tif", ("1", OK, 1.0)), result("a.tif", ("2", OK, 1.0), index=1)]
    figures = measure_pages(results, {"a.tif": PageTruth(("1", "2"))})
    assert (figures.total.auto, figures.total.order) == (2, 2)


values = st.lists(st.sampled_from(["1", "2", "03", "3"]), max_size=6)


@given(
    values, values, st.lists(st.tuples(st.sampled_from(["1", "2", "03", "9", ""]), st.booleans()))
)
def test_counts_stay_within_what_is_possible(
    true: list[str], optional: list[str], told: list[tuple[str, bool]]
) -> None:
    readings: list[Told] = [(value, OK if ok else REVIEW, 0.5) for value, ok in told]
    truth = {"a.png": PageTruth(tuple(true), tuple(optional))}
    total = measure_pages([result("a.png", *readings)], truth).total
    assert 0 <= total.auto <= total.found <= total.truth == len(true)
    assert total.order <= total.found
    assert total.auto + total.harm <= sum(ok for value, ok in told if value)


@given(values)
def test_reading_the_truth_itself_is_perfect(true: list[str]) -> None:
    readings: list[Told] = [(value, OK, 0.99) for value in true]
    total = measure_pages([result("a.png", *readings)], {"a.png": PageTruth(tuple(true))}).total
    assert (total.auto, total.found, total.order, total.harm) == (len(true),) * 3 + (0,)


def test_tables_show_every_page(by_hand: PageFigures) -> None:
    rows = pages_table(by_hand).splitlines()
    assert rows[1].split() == ["forms/a.png", "5", "2", "4", "2", "3"]
    assert rows[2].endswith("cut short") and rows[3].startswith("total")
    assert "50.0" in pages_summary({"cnn": by_hand}).splitlines()[1].split()
    assert len(thresholds_table(by_hand).splitlines()) == 7


def test_truth_is_read(tmp_path: Path) -> None:
    file = tmp_path / "truth.json"
    pages = {"a.png": {"values": ["01"], "note": "n"}, "b.png": {"values": [], "optional": ["2"]}}
    file.write_text(json.dumps({"legend": "l", "pages": pages}), encoding="utf-8")
    assert load_truth(file) == {"a.png": PageTruth(("01",)), "b.png": PageTruth((), ("2",))}


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"pages": []}', '{"pages": {"a": {}}}', '{"pages": {"a": {"values": [1]}}}'],
)
def test_what_is_no_truth_is_told_with_the_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "truth.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"truth\.json: no truth"):
        load_truth(file)


@pytest.mark.real_data
def test_the_truth_of_the_real_pages_is_read(real_data: Path) -> None:
    truth = load_truth(real_data / "pages" / "truth.json")
    assert len(truth["hsf/f0002_01.png"].values) == 28
