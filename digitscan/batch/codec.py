"""A page's result in, one line of JSON out, and back without loss.

Results travel from workers and lie in journals in this form alone, so that a result that was kept
can't differ from one that was just read.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import numpy as np

from digitscan.rules import Rule
from digitscan.values import (
    CLASS_COUNT,
    Alternative,
    Box,
    Digit,
    Field,
    FieldKind,
    PageRef,
    PageResult,
    Probabilities,
    Reading,
    Record,
    Status,
)

CODEC_VERSION = 1
"""Grows when the text changes; results of another version are read anew."""


def result_text(result: PageResult) -> str:
    r"""Write a result as ASCII, whatever bytes the name of its source has.

    >>> result_text(PageResult(PageRef("caf\udce9.png", 1), problem="empty"))
    '["caf\\udce9.png",1,"empty",[]]'
    """
    page = [
        result.page.source,
        result.page.index,
        result.problem,
        [_record_list(record) for record in result.records],
    ]
    return json.dumps(page, separators=(",", ":"), default=_plain_number)


def parse_result(text: str) -> PageResult:
    """Read what ``result_text`` wrote. Raises ``ValueError`` where the text is something else."""
    try:
        source, index, problem, records = json.loads(text)
        ref = PageRef(source, index)
        return PageResult(ref, tuple(_parse_record(ref, *record) for record in records), problem)
    except (TypeError, KeyError, binascii.Error) as error:
        raise ValueError(f"no result of a page: {error}") from error


def _plain_number(value: Any) -> Any:
    """Give numpy's numbers as Python's."""
    return value.item()


def _record_list(record: Record) -> list[Any]:
    field, reading = record.field, record.reading
    return [
        field.name,
        field.kind,
        _box_list(field.box),
        [_box_list(cell) for cell in field.cells],
        [field.rule.min_digits, field.rule.max_digits],
        reading.value,
        reading.confidence,
        reading.status,
        [[other.value, other.confidence] for other in reading.alternatives],
        [[_box_list(digit.box), _packed(digit.probabilities)] for digit in reading.digits],
    ]


def _parse_record(
    ref: PageRef,
    name: str,
    kind: str,
    box: list[int],
    cells: list[list[int]],
    rule: list[int],
    value: str,
    confidence: float,
    status: str,
    alternatives: list[tuple[str, float]],
    digits: list[tuple[list[int], str]],
) -> Record:
    places = tuple(Box(*cell) for cell in cells)
    reading = Reading(
        value,
        confidence,
        Status(status),
        tuple(Alternative(*other) for other in alternatives),
        tuple(Digit(Box(*place), _unpacked(packed)) for place, packed in digits),
    )
    return Record(ref, Field(name, Box(*box), FieldKind(kind), places, Rule(*rule)), reading)


def _box_list(box: Box) -> list[int]:
    return list(box.sides)


def _packed(probabilities: Probabilities) -> str:
    """Eleven float32 in 60 letters, bit by bit; as decimal numbers they would take three times."""
    return base64.b64encode(np.asarray(probabilities, "<f4").tobytes()).decode("ascii")


def _unpacked(packed: str) -> Probabilities:
    probabilities = np.frombuffer(base64.b64decode(packed, validate=True), "<f4")
    if probabilities.shape != (CLASS_COUNT,):
        raise ValueError(f"no probabilities of {CLASS_COUNT} classes")
    return probabilities.astype(np.float32)
