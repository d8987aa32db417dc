"""Results as tables: one ``PageResult`` after another in; csv, tsv, json or jsonl text out.

A field is one row. A page that could not be read is one row too, and so is a page without fields,
so that no page is missing from the table. Each page is written in one piece and flushed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Protocol

import digitscan
from digitscan.errors import UsageError
from digitscan.report.text import one_line, valid_text
from digitscan.values import Box, Digit, PageRef, PageResult, Reading, Record, Status

SCHEMA_VERSION = 1
"""Version of the keys of json and jsonl; it grows when a key changes its meaning."""

COLUMNS = (
    "file",
    "page",
    "field",
    "value",
    "status",
    "confidence",
    "top",
    "left",
    "bottom",
    "right",
    "problem",
)
DETAIL_COLUMNS = ("alternatives", "digits")

_NAME_COLUMNS = frozenset({"file", "field", "problem"})
_FORMULA_STARTS = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")

Row = dict[str, object]


class TextSink(Protocol):
    """What a table is written to: any text file will do."""

    def write(self, text: str, /) -> object:
        """Take ``text``."""

    def flush(self) -> object:
        """Pass on everything taken so far."""


class TableWriter(Protocol):
    """Writes results to a sink page by page; ``open`` comes first and ``close`` last."""

    def open(self, sink: TextSink) -> None:
        """Write what stands before the first row."""

    def write(self, result: PageResult) -> None:
        """Write all rows of one page."""

    def close(self) -> None:
        """Write what stands after the last row. The sink itself stays open."""


def rows_of(result: PageResult) -> Iterator[Row]:
    """Give the rows of a page, each with the keys of ``COLUMNS`` and ``DETAIL_COLUMNS``.

    ``page`` counts from 1. Without a record there is one row that says why.
    """
    if result.problem is not None:
        yield _row(result.page, "", _NOTHING_FROM_A_FAILED_PAGE, None, result.problem)
    elif not result.records:
        yield _row(result.page, "", _NOTHING_FROM_AN_EMPTY_PAGE, None, "")
    for record in result.records:
        yield _record_row(record)


_NOTHING_FROM_A_FAILED_PAGE = Reading("", 0.0, Status.PAGE_FAILED)
_NOTHING_FROM_AN_EMPTY_PAGE = Reading("", 0.0, Status.NO_FIELDS)


def _record_row(record: Record) -> Row:
    return _row(record.page, record.field.name, record.reading, record.field.box, "")


def _row(page: PageRef, field: str, reading: Reading, box: Box | None, problem: str) -> Row:
    return {
        "file": valid_text(page.source),
        "page": page.index + 1,
        "field": valid_text(field),
        "value": reading.value,
        "status": str(reading.status),
        "confidence": None if box is None else round(float(reading.confidence), 4),
        "top": box and box.top,
        "left": box and box.left,
        "bottom": box and box.bottom,
        "right": box and box.right,
        "problem": valid_text(problem),
        "alternatives": [
            {"value": other.value, "confidence": round(float(other.confidence), 4)}
            for other in reading.alternatives
        ],
        "digits": [_digit_details(digit) for digit in reading.digits],
    }


def _digit_details(digit: Digit) -> dict[str, object]:
    box = digit.box
    return {
        "box": list(box.sides),
        "probabilities": [round(float(probability), 4) for probability in digit.probabilities],
    }


class DelimitedWriter:
    r"""Writes csv (RFC 4180 quoting, lines ending in a line feed) or, with a tab, tsv.

    Whatever a name holds that could start a line or move a cursor is spelled out (``\n``), and one
    that a spreadsheet would run begins with ``'``; json and jsonl have names as they are.
    With ``details`` two more columns give the alternatives as ``42:0.0300 47:0.0100`` and the
    digits as compact JSON.
    """

    def __init__(self, delimiter: str, *, details: bool = False) -> None:
        self._delimiter = delimiter
        self._columns = COLUMNS + DETAIL_COLUMNS if details else COLUMNS

    def open(self, sink: TextSink) -> None:
        """Write the header."""
        self._sink = sink
        self._put([self._line(self._columns)])

    def write(self, result: PageResult) -> None:
        """Write all rows of one page."""
        self._put(
            [
                self._line([_cell(column, row[column]) for column in self._columns])
                for row in rows_of(result)
            ]
        )

    def close(self) -> None:
        """Nothing stands after the last row."""

    def _line(self, cells: Sequence[str]) -> str:
        return self._delimiter.join(_quoted(cell, self._delimiter) for cell in cells) + "\n"

    def _put(self, lines: list[str]) -> None:
        self._sink.write("".join(lines))
        self._sink.flush()


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if column == "confidence":
        return f"{value:.4f}"
    if column == "alternatives" and isinstance(value, list):
        return " ".join(f"{other['value']}:{other['confidence']:.4f}" for other in value)
    if column == "digits":
        return json.dumps(value, separators=(",", ":")) if value else ""
    if column in _NAME_COLUMNS:
        return _no_formula(one_line(str(value)))
    return str(value)


def _no_formula(text: str) -> str:
    """Keep a spreadsheet from running a file name; a lone ``-`` (standard input) can't run."""
    return f"'{text}" if len(text) > 1 and text.startswith(_FORMULA_STARTS) else text


def _quoted(cell: str, delimiter: str) -> str:
    """Quote where needed; no cell holds a line end."""
    if delimiter in cell or '"' in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


class JsonWriter:
    """Writes one JSON object: ``schema_version``, ``program`` and the rows as ``records``."""

    def open(self, sink: TextSink) -> None:
        """Write the head of the object, up to the opening bracket of ``records``."""
        self._sink = sink
        self._before_row = "\n"
        program = json.dumps(f"digitscan {digitscan.__version__}")
        head = f'{{"schema_version": {SCHEMA_VERSION}, "program": {program}, "records": ['
        self._put(head)

    def write(self, result: PageResult) -> None:
        """Write all rows of one page, one line each."""
        rows = [json.dumps(row, allow_nan=False) for row in rows_of(result)]
        self._put(self._before_row + ",\n".join(rows))
        self._before_row = ",\n"

    def close(self) -> None:
        """Close the list and the object."""
        self._put("\n]}\n")

    def _put(self, text: str) -> None:
        self._sink.write(text)
        self._sink.flush()


class JsonLinesWriter:
    """Writes one JSON object a line, each with its ``schema_version``."""

    def open(self, sink: TextSink) -> None:
        """Nothing stands before the first row."""
        self._sink = sink

    def write(self, result: PageResult) -> None:
        """Write all rows of one page."""
        rows = ({"schema_version": SCHEMA_VERSION, **row} for row in rows_of(result))
        self._sink.write("".join(json.dumps(row, allow_nan=False) + "\n" for row in rows))
        self._sink.flush()

    def close(self) -> None:
        """Nothing stands after the last row."""


TEXT_FORMATS = ("csv", "tsv", "json", "jsonl")
FILE_FORMATS = ("sqlite", "parquet")
"""Formats that are no text, and can't be written to a pipe."""
FORMATS = TEXT_FORMATS + FILE_FORMATS


def format_of(output: str) -> str:
    """Tell the format from the ending of a file name; csv where there is no ending.

    Raises ``UsageError`` for an ending that names no format.

    >>> format_of("results/march.JSONL")
    'jsonl'
    """
    ending = PurePath(output).suffix.lower().removeprefix(".")
    if ending and ending not in FORMATS:
        raise UsageError(
            f"{output}: the ending .{ending} names no table format; "
            f"end it in .{', .'.join(FORMATS)}, or give the format with -f"
        )
    return ending or "csv"
