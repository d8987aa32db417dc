"""SQLite tables and Parquet files hold the rows that the other formats hold."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitscan.errors import UsageError
from digitscan.report import columnar
from digitscan.report.formats import make_writer
from digitscan.report.recount import recount
from digitscan.report.tables import COLUMNS, FILE_FORMATS, rows_of
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

needs_pyarrow = pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed"
)
INSTALLED = ["sqlite", pytest.param("parquet", marks=needs_pyarrow)]
CERTAIN = np.eye(CLASS_COUNT, dtype=np.float32)[7]


def results(count: int = 3) -> list[PageResult]:
    """Pages with two fields each, and two without."""
    pages = []
    for number in range(count):
        ref = PageRef(f"scan {number} é\udce9\n.png", number)
        field = Field("f1", Box(0, 1, 2, 3), FieldKind.BOX)
        digits = (Digit(Box(4, 5, 6, 7), CERTAIN),)
        sure = Reading("007", 0.98765, Status.OK, (Alternative("001", 0.03),), digits)
        blank = Reading("", 0.5, Status.BLANK)
        pages.append(PageResult(ref, (Record(ref, field, sure), Record(ref, field, blank))))
    return [*pages, PageResult(PageRef("a"), problem="a: empty"), PageResult(PageRef("b"))]


def write(path: Path, pages: list[PageResult], *, details: bool = False) -> Path:
    writer = make_writer(path.suffix[1:], details=details)
    with path.open("w", encoding="utf-8") as sink:
        writer.open(sink)
        for page in pages:
            writer.write(page)
        writer.close()
    return path


def rows_in(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".sqlite":
        base = sqlite3.connect(path)
        base.row_factory = sqlite3.Row
        rows = [dict(row) for row in base.execute("SELECT * FROM fields")]
        base.close()
        for row in rows:
            row |= {key: json.loads(row[key]) for key in ("alternatives", "digits") if key in row}
        return rows
    from pyarrow import parquet

    return list(parquet.read_table(path).to_pylist())


@pytest.mark.parametrize("kind", INSTALLED)
@pytest.mark.parametrize("details", [False, True])
def test_rows_come_back_with_their_types(tmp_path: Path, kind: str, details: bool) -> None:
    path = write(tmp_path / f"rows.{kind}", results(), details=details)
    wanted = [dict(row) for page in results() for row in rows_of(page)]
    if not details:
        wanted = [{name: row[name] for name in COLUMNS} for row in wanted]
    assert rows_in(path) == wanted
    assert recount(path) == (5, {"ok": 3, "blank": 3, "page_failed": 1, "no_fields": 1})


@pytest.mark.parametrize("kind", INSTALLED)
def test_the_same_rows_give_the_same_bytes(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "PAGES_A_COMMIT", 4)
    monkeypatch.setattr(columnar, "ROWS_A_GROUP", 4)
    one, other = (write(tmp_path / f"{name}.{kind}", results(20)) for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    assert len(rows_in(one)) == 42


@pytest.mark.parametrize("kind", INSTALLED)
def test_a_table_without_pages_is_whole(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"rows.{kind}", [])
    assert rows_in(path) == []
    assert recount(path) == (0, {})


@pytest.mark.parametrize("kind", FILE_FORMATS)
def test_other_files_are_no_tables(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"rows.{kind}").write_text("my diary" * 100)
    with pytest.raises(UsageError):
        recount(tmp_path / f"rows.{kind}")


def test_without_pyarrow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'digitscan\[parquet\]'"):
        make_writer("parquet")
