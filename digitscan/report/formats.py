"""The name of a format in, the writer of its tables out."""

from __future__ import annotations

from digitscan.report.columnar import ParquetWriter, SqliteWriter
from digitscan.report.tables import DelimitedWriter, JsonLinesWriter, JsonWriter, TableWriter


def make_writer(format_name: str, *, details: bool = False) -> TableWriter:
    """Give the writer of one of ``FORMATS``. json and jsonl carry the details in any case.

    Raises ``UsageError`` where the format needs a library that is not installed.
    """
    match format_name:
        case "csv" | "tsv":
            return DelimitedWriter("," if format_name == "csv" else "\t", details=details)
        case "json":
            return JsonWriter()
        case "jsonl":
            return JsonLinesWriter()
        case "sqlite":
            return SqliteWriter(details=details)
        case _:
            return ParquetWriter(details=details)
