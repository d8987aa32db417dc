"""What a run came to: page results in; counts, a one-line summary and the exit code out."""

from __future__ import annotations

from collections import Counter

from digitscan.errors import ExitCode
from digitscan.values import PageResult, Status

NEEDS_A_LOOK = (Status.REVIEW, Status.UNREADABLE, Status.RULE_FAILED)
"""Statuses after which a person must look at the paper. A page without fields counts too."""

FIELD_STATUSES = tuple(s for s in Status if s not in (Status.NO_FIELDS, Status.PAGE_FAILED))
"""What may become of a field."""

_ALWAYS_SHOWN = (Status.OK, Status.REVIEW, Status.BLANK)
_SHOWN_WHEN_PRESENT = (Status.STRUCK, Status.UNREADABLE, Status.RULE_FAILED)


class Summary:
    """Counts pages and fields as they come."""

    def __init__(self) -> None:
        self.pages = 0
        self.failed = 0
        self.without_fields = 0
        self.interrupted = False
        self.statuses: Counter[Status] = Counter()

    def add(self, result: PageResult) -> None:
        """Count one page."""
        self.pages += 1
        if result.problem is not None:
            self.failed += 1
        elif not result.records:
            self.without_fields += 1
        self.statuses.update(record.reading.status for record in result.records)

    @property
    def fields(self) -> int:
        """Fields found on all pages together."""
        return self.statuses.total()

    @property
    def in_doubt(self) -> int:
        """Fields that a person must look at, and pages without fields."""
        return self.without_fields + sum(self.statuses[status] for status in NEEDS_A_LOOK)

    @property
    def needs_review(self) -> bool:
        """Whether a person must look at something that was read."""
        return self.in_doubt > 0

    def counts(self) -> dict[str, object]:
        """Give all counts under names, for programs to read."""
        return {
            "pages": self.pages,
            "failed": self.failed,
            "without_fields": self.without_fields,
            "fields": self.fields,
            "in_doubt": self.in_doubt,
            "statuses": {str(status): self.statuses[status] for status in FIELD_STATUSES},
            "interrupted": self.interrupted,
        }

    def exit_code(self, *, exit_review: bool = False) -> ExitCode:
        """Say how the run ended; ``exit_review`` also tells about fields to look at."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.failed == self.pages:
            return ExitCode.NOTHING_READABLE
        if self.failed:
            return ExitCode.SOME_PAGES_FAILED
        return ExitCode.NEEDS_REVIEW if exit_review and self.needs_review else ExitCode.DONE

    def line(self) -> str:
        """Give the counts in one line."""
        head = f"{count(self.pages, 'page')}, {count(self.fields, 'field')}: "
        parts = count_statuses(self.statuses)
        if self.without_fields:
            parts += f", {count(self.without_fields, 'page')} without fields"
        stop = "interrupted after " if self.interrupted else ""
        return f"{stop}{head}{parts}, {count(self.failed, 'page')} failed"


def count_statuses(statuses: Counter[Status]) -> str:
    """Write counts of statuses in words, the rare ones only where there are any.

    >>> count_statuses(Counter({Status.OK: 3, Status.STRUCK: 1}))
    '3 ok, 0 review, 0 blank, 1 struck'
    """
    shown = _ALWAYS_SHOWN + tuple(status for status in _SHOWN_WHEN_PRESENT if statuses[status])
    return ", ".join(f"{statuses[status]} {str(status).replace('_', ' ')}" for status in shown)


def count(number: int, noun: str) -> str:
    """Write a number with its noun.

    >>> count(1, "page"), count(2, "page")
    ('1 page', '2 pages')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
