"""Lists of pages: what they choose, and what is no list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitscan.scan.selection import PageSelection, parse_pages


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", [0]),
        ("1,3-5", [0, 2, 3, 4]),
        ("3-", [2, 3, 4, 5]),
        ("-2", [0, 1]),
        (" 6 , 2 - 2", None),
        ("5,2,2,1-2", [0, 1, 4]),
        ("4-900000", [3, 4, 5]),
        ("9", [8]),
        ("8-,7", [7]),
    ],
)
def test_pages_of_a_file_of_six(text: str, chosen: list[int] | None) -> None:
    if chosen is None:
        with pytest.raises(ValueError, match="is no page and no range"):
            parse_pages(text)
    else:
        assert list(parse_pages(text).choose(range(6))) == chosen


def test_gaps_in_the_indices_are_kept() -> None:
    assert parse_pages("2-3,5").choose([0, 2, 4]) == [2, 4]


def test_a_file_of_one_page_is_taken_whole() -> None:
    assert parse_pages("7").choose([0]) == [0]


def test_nothing_said_is_all() -> None:
    assert list(PageSelection().choose(range(3))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no page"),
        ("-", "is no page"),
        ("1,,2", "is no page"),
        ("x", "is no page"),
        ("1-2-3", "is no page"),
        ("٣", "is no page"),
        ("1.5", "is no page"),
        ("9999999", "is no page"),
        ("0", "counted from 1"),
        ("0-3", "counted from 1"),
        ("-0", "counted from 1"),
        ("5-3", "ends before it begins"),
    ],
)
def test_nonsense(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_pages(text)


@given(st.text(st.sampled_from("0123456789-, x"), max_size=12))
def test_any_text_is_a_selection_or_an_error(text: str) -> None:
    try:
        selection = parse_pages(text)
    except ValueError:
        return
    assert len(selection.choose(range(40))) > 0
