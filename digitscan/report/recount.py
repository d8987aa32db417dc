"""A finished table in, its numbers of pages and statuses out."""

from __future__ import annotations

import contextlib
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from digitscan.errors import UsageError
from digitscan.report.tables import format_of
from digitscan.values import Status

LONGEST_CELL = 1 << 24
"""Characters of a cell: the digits of a field with their probabilities outgrow csv's own limit."""

_COUNTED = ("file", "page", "status")


def recount(table: Path) -> tuple[int, dict[str, int]]:
    """Count the pages of a table and its rows by status.

    The format is told by the ending. Raises ``UsageError`` where the file is no such table.
    """
    pages: set[tuple[str, str]] = set()
    statuses: Counter[str] = Counter()
    try:
        for row in _rows(table, format_of(str(table))):
            pages.add((str(row["file"]), str(row["page"])))
            statuses[Status(str(row["status"]))] += 1
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise UsageError(f"{table}: is no table of digitscan's ({error})") from error
    return len(pages), dict(statuses)


def _rows(table: Path, format_name: str) -> Iterator[Mapping[str, object]]:
    if format_name == "sqlite":
        yield from _rows_of_sqlite(table)
        return
    if format_name == "parquet":
        yield from _rows_of_parquet(table)
        return
    with table.open(encoding="utf-8", newline="") as file:
        yield from _rows_of_text(file, format_name)


def _rows_of_text(file: Iterable[str], format_name: str) -> Iterator[Mapping[str, object]]:
    match format_name:
        case "json":
            yield from json.loads("".join(file))["records"]
        case "jsonl":
            yield from map(json.loads, file)
        case _:
            csv.field_size_limit(LONGEST_CELL)
            yield from csv.DictReader(file, delimiter="," if format_name == "csv" else "\t")


def _rows_of_sqlite(table: Path) -> Iterator[Mapping[str, object]]:
    import sqlite3

    with contextlib.closing(
        sqlite3.connect(f"{table.absolute().as_uri()}?mode=ro", uri=True)
    ) as base:
        try:
            for row in base.execute("SELECT file, page, status FROM fields"):
                yield dict(zip(_COUNTED, row, strict=True))
        except sqlite3.Error as error:
            raise ValueError(str(error)) from error


def _rows_of_parquet(table: Path) -> Iterator[Mapping[str, object]]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError("parquet needs pyarrow; pip install 'digitscan[parquet]'") from error
    for batch in parquet.ParquetFile(table).iter_batches(columns=list(_COUNTED)):
        yield from batch.to_pylist()
