"""Counts and exit codes of a run."""

from __future__ import annotations

import pytest

from digitscan.errors import ExitCode
from digitscan.report.summary import Summary
from digitscan.values import Box, Field, FieldKind, PageRef, PageResult, Reading, Record, Status

REF = PageRef("a.png")
FIELD = Field("a", Box(0, 0, 9, 9), FieldKind.BOX)
FAILED = PageResult(REF, problem="a.png: is empty")
EMPTY = PageResult(REF)


def page(*statuses: Status) -> PageResult:
    readings = (Reading("1", 0.9, status) for status in statuses)
    return PageResult(REF, tuple(Record(REF, FIELD, reading) for reading in readings))


def summary_of(*results: PageResult) -> Summary:
    summary = Summary()
    for result in results:
        summary.add(result)
    return summary


@pytest.mark.parametrize(
    ("results", "code", "with_review"),
    [
        ([], ExitCode.NOTHING_READABLE, ExitCode.NOTHING_READABLE),
        ([FAILED, FAILED], ExitCode.NOTHING_READABLE, ExitCode.NOTHING_READABLE),
        ([FAILED, page(Status.OK)], ExitCode.SOME_PAGES_FAILED, ExitCode.SOME_PAGES_FAILED),
        ([FAILED, page(Status.REVIEW)], ExitCode.SOME_PAGES_FAILED, ExitCode.SOME_PAGES_FAILED),
        ([page(Status.OK, Status.BLANK, Status.STRUCK)], ExitCode.DONE, ExitCode.DONE),
        ([page(Status.OK, Status.REVIEW)], ExitCode.DONE, ExitCode.NEEDS_REVIEW),
        ([page(Status.UNREADABLE)], ExitCode.DONE, ExitCode.NEEDS_REVIEW),
        ([page(Status.RULE_FAILED)], ExitCode.DONE, ExitCode.NEEDS_REVIEW),
        ([page(Status.OK), EMPTY], ExitCode.DONE, ExitCode.NEEDS_REVIEW),
    ],
)
def test_exit_code(results: list[PageResult], code: ExitCode, with_review: ExitCode) -> None:
    summary = summary_of(*results)
    assert summary.exit_code() is code
    assert summary.exit_code(exit_review=True) is with_review


def test_an_interruption_counts_most() -> None:
    summary = summary_of(FAILED)
    summary.interrupted = True
    assert summary.exit_code(exit_review=True) is ExitCode.INTERRUPTED
    assert summary.line().startswith("interrupted after 1 page, 0 fields: ")


def test_the_line_has_all_counts() -> None:
    summary = summary_of(page(Status.OK, Status.OK, Status.REVIEW, Status.BLANK), page(Status.OK))
    assert summary.line() == "2 pages, 5 fields: 3 ok, 1 review, 1 blank, 0 pages failed"


def test_rare_things_are_named_when_they_happen() -> None:
    line = summary_of(page(Status.STRUCK, Status.RULE_FAILED), EMPTY, FAILED).line()
    assert line == (
        "3 pages, 2 fields: 0 ok, 0 review, 0 blank, 1 struck, 1 rule failed, "
        "1 page without fields, 1 page failed"
    )
