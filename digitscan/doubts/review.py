"""Records in, the same with those that are doubted put to review out."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from digitscan.values import Record, Status


def put_to_review(records: tuple[Record, ...], doubtful: Container[int]) -> tuple[Record, ...]:
    """Give ``review`` to the ``ok`` records whose indices are ``doubtful``."""
    return tuple(
        replace(record, reading=replace(record.reading, status=Status.REVIEW))
        if number in doubtful and record.reading.status is Status.OK
        else record
        for number, record in enumerate(records)
    )
