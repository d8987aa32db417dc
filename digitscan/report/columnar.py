"""Results as an SQLite table or a Parquet file, for large batches: typed columns, no text to parse.

Both are written into a file, never to a pipe, and in bounded pieces: memory does not grow with the
batch. The same results give the same bytes.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from digitscan.errors import UsageError
from digitscan.report.tables import COLUMNS, DETAIL_COLUMNS, Row, TextSink, rows_of
from digitscan.values import PageResult

if TYPE_CHECKING:
    import sqlite3

SQLITE_TYPES = {
    **dict.fromkeys(("page", "top", "left", "bottom", "right"), "INTEGER"),
    "confidence": "REAL",
}
"""Types of the columns that are not TEXT; alternatives and digits are JSON."""
PAGES_A_COMMIT = 100
ROWS_A_GROUP = 16_384
"""Rows of a Parquet row group: some megabytes, and enough for its columns to pack well."""


class SqliteWriter:
    """Writes a table ``fields`` into the file behind the sink."""

    def __init__(self, *, details: bool = False) -> None:
        self._columns = COLUMNS + DETAIL_COLUMNS if details else COLUMNS
        self._pages = 0

    def open(self, sink: TextSink) -> None:
        """Make the table."""
        # Imported here: other formats need no database.
        import sqlite3

        kinds = ", ".join(f'"{name}" {SQLITE_TYPES.get(name, "TEXT")}' for name in self._columns)
        with _told():
            self._base: sqlite3.Connection = sqlite3.connect(_path_of(sink))
            # The file gets its name when it is whole: nothing has to be rolled back.
            self._base.execute("PRAGMA journal_mode = OFF")
            self._base.execute("PRAGMA synchronous = OFF")
            self._base.execute(f"CREATE TABLE fields ({kinds})")

    def write(self, result: PageResult) -> None:
        """Add the rows of one page."""
        places = ", ".join("?" * len(self._columns))
        rows = [[_plain(row[name]) for name in self._columns] for row in rows_of(result)]
        with _told():
            self._base.executemany(f"INSERT INTO fields VALUES ({places})", rows)
            self._pages += 1
            if self._pages % PAGES_A_COMMIT == 0:
                self._base.commit()

    def close(self) -> None:
        """Write what is left."""
        with _told():
            self._base.commit()
            self._base.close()


class ParquetWriter:
    """Writes a Parquet file. Needs pyarrow; raises ``UsageError`` where it is not installed."""

    def __init__(self, *, details: bool = False) -> None:
        try:
            import pyarrow as arrow
            from pyarrow import parquet
        except ImportError as error:
            raise UsageError(
                "parquet needs pyarrow, not installed; pip install 'digitscan[parquet]'"
            ) from error
        self._arrow, self._parquet = arrow, parquet
        self._schema = _schema(arrow, details)
        self._rows: list[Row] = []

    def open(self, sink: TextSink) -> None:
        """Write the head of the file."""
        buffer = getattr(sink, "buffer", None)
        self._writer = self._parquet.ParquetWriter(buffer, self._schema, compression="zstd")

    def write(self, result: PageResult) -> None:
        """Add the rows of one page."""
        self._rows += rows_of(result)
        if len(self._rows) >= ROWS_A_GROUP:
            self._put()

    def close(self) -> None:
        """Write the rows that are left, and the foot of the file."""
        self._put()
        self._writer.close()

    def _put(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, self._schema))
            self._rows = []


def _schema(arrow: Any, details: bool) -> Any:
    kinds = dict.fromkeys(COLUMNS, arrow.string())
    kinds |= dict.fromkeys(("page", "top", "left", "bottom", "right"), arrow.int32())
    kinds["confidence"] = arrow.float64()
    if details:
        other = arrow.struct([("value", arrow.string()), ("confidence", arrow.float64())])
        parts = [
            ("box", arrow.list_(arrow.int32())),
            ("probabilities", arrow.list_(arrow.float32())),
        ]
        kinds |= {"alternatives": arrow.list_(other), "digits": arrow.list_(arrow.struct(parts))}
    return arrow.schema(list(kinds.items()))


def _path_of(sink: TextSink) -> str:
    """The file that a sink writes to."""
    return str(getattr(sink, "name"))  # noqa: B009


def _plain(value: object) -> object:
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn an error of SQLite's into an ``OSError``, as other files give one."""
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
