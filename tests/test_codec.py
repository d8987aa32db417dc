"""A result that went through text is the result that it was."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitscan.batch.codec import parse_result, result_text
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
    Reading,
    Record,
    Status,
)

BOXES = st.builds(Box, *[st.integers(0, 9999)] * 4)
SHARES = st.floats(0, 1)
PROBABILITIES = st.lists(st.floats(0, 1, width=32), min_size=CLASS_COUNT, max_size=CLASS_COUNT).map(
    lambda shares: np.array(shares, np.float32)
)
READINGS = st.builds(
    Reading,
    st.text("0123456789", max_size=5),
    SHARES,
    st.sampled_from(Status),
    st.lists(st.builds(Alternative, st.text("0123456789"), SHARES), max_size=2).map(tuple),
    st.lists(st.builds(Digit, BOXES, PROBABILITIES), max_size=2).map(tuple),
)
FIELDS = st.builds(
    Field,
    st.text(),
    BOXES,
    st.sampled_from(FieldKind),
    st.lists(BOXES, max_size=2).map(tuple),
    st.builds(Rule, st.integers(0, 3), st.integers(3, 9)),
)
REFS = st.builds(PageRef, st.text(st.characters()), st.integers(0, 9))


@given(REFS, st.lists(st.tuples(FIELDS, READINGS), max_size=3), st.none() | st.text())
def test_a_result_comes_back_as_it_was(
    ref: PageRef, fields: list[tuple[Field, Reading]], problem: str | None
) -> None:
    result = PageResult(ref, tuple(Record(ref, *each) for each in fields), problem)
    text = result_text(result)
    again = parse_result(text)
    assert text.isascii()
    assert "\n" not in text
    assert again == result
    for record, other in zip(result.records, again.records, strict=True):
        for digit, same in zip(record.reading.digits, other.reading.digits, strict=True):
            assert same.probabilities.dtype == np.float32
            assert same.probabilities.tobytes() == digit.probabilities.tobytes()


def test_numbers_of_numpy_are_numbers() -> None:
    ref = PageRef("a")
    share: Any = np.float32(0.1)
    field = Field("f1", Box(*np.array([1, 2, 3, 4])), FieldKind.BOX)
    result = PageResult(ref, (Record(ref, field, Reading("1", share, Status.OK)),))
    assert parse_result(result_text(result)) == result


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        '["a",0,null]',
        '["a",0,null,[1]]',
        '["a",0,null,[["f","box",[1,2,3,4],[],[1,2],"1",0.5,"fine",[],[]]]]',
        '["a",0,null,[["f","box",[1,2,3,4],[],[1,2],"1",0.5,"ok",[],[[[1,2,3,4],"AAAA"]]]]]',
        '["a",0,null,[["f","box",[1,2,3,4],[],[1,2],"1",0.5,"ok",[],[[[1,2,3,4],"*"]]]]]',
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_result(text)


def test_fifty_fields_are_some_thirty_thousand_letters() -> None:
    ref = PageRef("scan.png")
    digit = Digit(Box(100, 1000, 160, 1060), np.full(CLASS_COUNT, 1 / 3, np.float32))
    field = Field("f10", Box(100, 1000, 160, 1300), FieldKind.COMB, (digit.box,) * 5)
    record = Record(ref, field, Reading("12345", 0.987654321, Status.OK, (), (digit,) * 5))
    assert len(json.loads(result_text(PageResult(ref, (record,) * 50)))) == 4
    assert len(result_text(PageResult(ref, (record,) * 50))) < 40_000
