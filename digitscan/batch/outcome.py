"""What a worker gives back for a page: its result, or what kept it from giving one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from digitscan.batch.codec import result_text
from digitscan.batch.identity import Identity
from digitscan.values import PageRef, PageResult, Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page's result as text, and what goes with it.

    ``statuses`` counts its rows by status. ``identity`` tells the content that was read apart from
    others; None where there is none, or where the failure may not happen again. ``picture`` is its
    overlay as the bytes of a PNG file.
    """

    text: str
    statuses: Mapping[str, int]
    identity: Identity | None = None
    picture: bytes | None = None


class Cause(StrEnum):
    """Why a worker gave no result."""

    DIED = "died"
    TOO_LONG = "too long"
    NO_MEMORY = "no memory"
    ERROR = "error"
    NOT_STARTED = "not started"


@dataclass(frozen=True, slots=True)
class Failure:
    """No result of a page: the cause, and a detail of it in a few words."""

    cause: Cause
    detail: str = ""


ANOTHER_TRY = frozenset({Cause.DIED, Cause.TOO_LONG, Cause.NO_MEMORY})
"""Causes that may have nothing to do with the page: memory that others took, a busy machine."""
ALONE = frozenset({Cause.DIED, Cause.NO_MEMORY})
"""Causes after which a page is tried with nothing beside it. Not one that takes too long: all
workers would stand idle for as long again."""


def outcome_of(
    result: PageResult, identity: Identity | None = None, picture: bytes | None = None
) -> Outcome:
    """Pack a result."""
    statuses = Counter(str(record.reading.status) for record in result.records)
    if result.problem is not None:
        statuses[Status.PAGE_FAILED.value] = 1
    elif not result.records:
        statuses[Status.NO_FIELDS.value] = 1
    return Outcome(result_text(result), dict(statuses), identity, picture)


def failed_page(ref: PageRef, failure: Failure) -> PageResult:
    """Make the result of a page that no worker could read: *source: what happened; what to do*."""
    source = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in ref.source)
    page = f", page {ref.index + 1}" if ref.index else ""
    return PageResult(ref, problem=f"{source}{page}: {_words(failure)}")


def _words(failure: Failure) -> str:
    match failure.cause:
        case Cause.DIED:
            what = f"reading it ended the worker twice ({failure.detail})"
            return f"{what}; save it as PNG or scan it at a lower resolution, and report it"
        case Cause.TOO_LONG:
            what = f"not read within {failure.detail}, twice"
            return f"{what}; scan it at a lower resolution, or raise --page-timeout"
        case Cause.NO_MEMORY:
            remedy = "scan it at a lower resolution, or give fewer workers with -j"
            return f"not enough memory to read it; {remedy}"
        case _:
            return f"reading failed, please report: {failure.detail}"
