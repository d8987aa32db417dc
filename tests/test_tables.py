"""Tables read back give the rows that went in, whatever the names and numbers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import digitscan
from digitscan.errors import UsageError
from digitscan.report.formats import make_writer
from digitscan.report.tables import (
    COLUMNS,
    DETAIL_COLUMNS,
    TEXT_FORMATS,
    Row,
    format_of,
    rows_of,
)
from digitscan.report.text import one_line, valid_text
from digitscan.values import (
    CLASS_COUNT,
    Alternative,
    Box,
    Digit,
    Field,
    FieldKind,
    PageRef,
    PageResult,
    Reading,
    Record,
    Status,
)

BOX = Box(0, 20, 30, 140)
FIELD_STATUSES = [
    status for status in Status if status not in (Status.NO_FIELDS, Status.PAGE_FAILED)
]


def sure_of(digit: int) -> Digit:
    probabilities = np.full(CLASS_COUNT, 0.01, np.float32)
    probabilities[digit] = 0.9
    return Digit(Box(1, 21, 29, 60), probabilities)


def result(value: str = "007", file: str = "scan.png", index: int = 0) -> PageResult:
    ref = PageRef(file, index)
    others = (Alternative("001", 0.03), Alternative("009", 0.0123456))
    reading = Reading(value, 0.98765, Status.OK, others, tuple(sure_of(int(c)) for c in value))
    return PageResult(ref, (Record(ref, Field("amount", BOX, FieldKind.BOX), reading),))


def written(format_name: str, *results: PageResult, details: bool = False) -> str:
    sink = io.StringIO(newline="")
    writer = make_writer(format_name, details=details)
    writer.open(sink)
    for each in results:
        writer.write(each)
    writer.close()
    return sink.getvalue()


def read_back(format_name: str, text: str) -> list[dict[str, object]]:
    if format_name == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    if format_name == "json":
        return list(json.loads(text)["records"])
    delimiter = "," if format_name == "csv" else "\t"
    return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)]


def test_csv_is_what_the_readme_promises() -> None:
    failed = PageResult(PageRef("b.png", 2), problem="b.png: is empty")
    text = written("csv", result(file="a.png"), PageResult(PageRef("c.png")), failed)
    assert text == (
        "file,page,field,value,status,confidence,top,left,bottom,right,problem\n"
        "a.png,1,amount,007,ok,0.9877,0,20,30,140,\n"
        "c.png,1,,,no_fields,,,,,,\n"
        "b.png,3,,,page_failed,,,,,,b.png: is empty\n"
    )


def test_details_add_two_columns() -> None:
    (row,) = read_back("tsv", written("tsv", result("42"), details=True))
    assert tuple(row) == COLUMNS + DETAIL_COLUMNS
    assert row["alternatives"] == "001:0.0300 009:0.0123"
    digits = json.loads(str(row["digits"]))
    assert digits[0]["box"] == [1, 21, 29, 60]
    assert [np.argmax(digit["probabilities"]) for digit in digits] == [4, 2]
    assert all(len(digit["probabilities"]) == CLASS_COUNT for digit in digits)


@pytest.mark.parametrize("format_name", ["json", "jsonl"])
def test_json_carries_details_and_version(format_name: str) -> None:
    text = written(format_name, result("42"), result("", index=1))
    first, second = read_back(format_name, text)
    assert first["value"] == "42"
    assert first["confidence"] == 0.9877
    assert first["alternatives"] == [
        {"value": "001", "confidence": 0.03},
        {"value": "009", "confidence": 0.0123},
    ]
    assert second["page"] == 2
    assert second["digits"] == []
    head = json.loads(text) if format_name == "json" else first
    assert head["schema_version"] == 1
    if format_name == "json":
        assert head["program"] == f"digitscan {digitscan.__version__}"


def test_json_without_a_page_is_whole() -> None:
    assert json.loads(written("json"))["records"] == []


@pytest.mark.parametrize("format_name", TEXT_FORMATS)
def test_each_page_is_flushed_in_one_piece(format_name: str) -> None:
    calls: list[str] = []

    class Sink:
        def write(self, text: str, /) -> None:
            calls.append("write")

        def flush(self) -> None:
            calls.append("flush")

    writer = make_writer(format_name)
    writer.open(Sink())
    calls.clear()
    writer.write(PageResult(PageRef("a"), result().records * 3))
    assert calls == ["write", "flush"]


@pytest.mark.parametrize("name", ["=1+1.png", "+x", "-1", "@a", "|x", "%x", "＝1"])
@pytest.mark.parametrize("format_name", ["csv", "tsv"])
def test_a_name_can_not_be_a_formula(format_name: str, name: str) -> None:
    (row,) = read_back(format_name, written(format_name, result(file=name)))
    assert row["file"] == f"'{name}"


def test_other_names_stay_as_they_are() -> None:
    for name in ("-", "scans/=1.png", "a=b", "'quoted'", ""):
        (row,) = read_back("csv", written("csv", result(file=name)))
        assert row["file"] == name


def test_a_name_that_is_no_utf8_is_spelled_out() -> None:
    name = b"caf\xe9.png".decode("utf-8", "surrogateescape")
    for format_name in TEXT_FORMATS:
        text = written(format_name, result(file=name))
        text.encode("utf-8")
        assert read_back(format_name, text)[0]["file"] == r"caf\udce9.png"


names = st.text(st.characters(), max_size=8) | st.text(
    "ab,\"'\n\r\t=;\\ \u2028\x85\x1b", max_size=8
)
probabilities = st.floats(0, 1)
sizes = st.integers(0, 10**5)


@st.composite
def results(draw: st.DrawFn) -> PageResult:
    ref = PageRef(draw(names), draw(st.integers(0, 10**4)))
    if draw(st.booleans()):
        return PageResult(ref, problem=draw(names))
    digits = st.integers(0, 9).map(sure_of)
    readings = st.builds(
        Reading,
        value=st.text("0123456789", max_size=6),
        confidence=probabilities,
        status=st.sampled_from(FIELD_STATUSES),
        alternatives=st.lists(
            st.builds(Alternative, st.text("0123456789", min_size=1), probabilities), max_size=3
        ).map(tuple),
        digits=st.lists(digits, max_size=3).map(tuple),
    )
    fields = st.builds(
        Field, names, st.builds(Box, sizes, sizes, sizes, sizes), st.sampled_from(FieldKind)
    )
    pairs = draw(st.lists(st.tuples(fields, readings), max_size=3))
    return PageResult(ref, tuple(Record(ref, field, reading) for field, reading in pairs))


def all_rows(pages: list[PageResult]) -> list[Row]:
    return [row for page in pages for row in rows_of(page)]


@given(st.lists(results(), max_size=4))
def test_json_read_back_is_the_rows(pages: list[PageResult]) -> None:
    expected = all_rows(pages)
    assert read_back("json", written("json", *pages)) == expected
    lines = read_back("jsonl", written("jsonl", *pages))
    assert lines == [{"schema_version": 1, **row} for row in expected]


@given(name=st.text(st.characters(exclude_categories=())), problem=st.text())
def test_a_page_is_one_line_that_moves_no_cursor(name: str, problem: str) -> None:
    text = written("csv", PageResult(PageRef(name), problem=problem))
    assert text.count("\n") == len(text.splitlines()) == 2
    assert all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize("format_name", ["csv", "tsv"])
@given(pages=st.lists(results(), max_size=4))
def test_delimited_text_read_back_is_the_rows(format_name: str, pages: list[PageResult]) -> None:
    got = read_back(format_name, written(format_name, *pages, details=True))
    expected = all_rows(pages)
    assert len(got) == len(expected)
    for cells, row in zip(got, expected, strict=True):
        for column in ("page", "value", "status", "top", "left", "bottom", "right"):
            assert cells[column] == ("" if row[column] is None else str(row[column]))
        for column in ("file", "field", "problem"):
            shown = one_line(str(row[column]))
            assert str(cells[column]).removeprefix("'") == shown.removeprefix("'")
            assert not (len(str(cells[column])) > 1 and str(cells[column])[0] in "=+-@\t\r")
        assert (float(str(cells["confidence"])) if cells["confidence"] else None) == row[
            "confidence"
        ]
        assert json.loads(str(cells["digits"] or "[]")) == row["digits"]


@given(results())
def test_no_page_is_without_a_row_and_no_record_without_its_own(page: PageResult) -> None:
    rows = list(rows_of(page))
    assert len(rows) == max(1, len(page.records))
    if page.problem is not None:
        assert (rows[0]["status"], rows[0]["problem"]) == ("page_failed", valid_text(page.problem))
    elif not page.records:
        assert rows[0]["status"] == "no_fields"


def test_format_follows_the_ending() -> None:
    endings = {"a.csv": "csv", "b.TSV": "tsv", "c.x.json": "json", "d.jsonl": "jsonl"}
    assert {name: format_of(name) for name in endings} == endings
    assert format_of("-") == "csv"
    assert format_of("folder.d/rows") == "csv"
    with pytest.raises(UsageError, match=r"rows\.xlsx.*\.csv, \.tsv, \.json, \.jsonl"):
        format_of("rows.xlsx")


def test_nothing_in_a_line_can_move_a_terminal() -> None:
    assert one_line("é 日本 a b.png") == "é 日本 a b.png"
    assert one_line("a\r\n\x1b[2J\u202e\udcff") == r"a\r\n\x1b[2J\u202e\udcff"


@pytest.mark.real_data
@pytest.mark.parametrize("format_name", ["csv", "json", "jsonl"])
def test_the_pages_can_be_scored(format_name: str, real_data: Path, tmp_path: Path) -> None:
    table, truth = tmp_path / f"rows.{format_name}", tmp_path / "truth.json"
    table.write_text(written(format_name, result(file="a b/é.png")), encoding="utf-8", newline="")
    truth.write_text(json.dumps({"pages": {"é.png": {"values": ["007"]}}}), encoding="utf-8")
    script = real_data.parent / "tools" / "score_pages.py"
    score = subprocess.run(
        [sys.executable, script, truth, table], capture_output=True, text=True, check=True
    )
    assert "truth   1  auto 1 (100.0%)" in score.stdout
