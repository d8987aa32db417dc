"""What a reader found on labelled pages and their truth in, honest figures out.

Only the digits of a value are compared: ``-1.61`` is ``161``. A reading without digits claims
nothing. Every value of the truth can be claimed once; values marked optional may be read, need not
be, and are never a false alarm.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

import numpy as np

from digitscan.errors import DatasetError
from digitscan.measure.calibration import RiskCoverage, expected_calibration_error, risk_coverage
from digitscan.measure.intervals import Interval, wilson_interval
from digitscan.scan.sources import find_pages
from digitscan.values import PageRef, PageResult, Reading, Status

THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)


class PageReader(Protocol):
    """Anything that reads a page, whatever happens."""

    def read_ref(self, ref: PageRef) -> tuple[object, PageResult]:
        """Give the page, or None, and its result; a failure is the result's ``problem``."""
        ...


@dataclass(frozen=True, slots=True)
class PageTruth:
    """The values that stand on a page, in reading order, and those that may be read besides."""

    values: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A value the reader gave. ``right`` is None where it is optional: neither right nor wrong."""

    value: str
    status: Status
    confidence: float
    right: bool | None


@dataclass(frozen=True, slots=True)
class PageScore:
    """Counts of one page.

    Of the ``truth`` values on it, ``auto`` were read right with status ok and ``found`` right with
    any status, ``order`` of those in reading order. ``harm`` counts values given status ok that do
    not stand on the page.
    """

    name: str
    truth: int
    auto: int
    found: int
    harm: int
    order: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """Claims at or above a confidence: how many values of the truth they cover, how many wrong."""

    confidence: float
    right: int
    wrong: int
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True, eq=False)
class PageFigures:
    """What a reader is worth on labelled pages.

    ``interval`` holds found / truth with 95 % confidence (Wilson; values of one page are not
    independent, so the true range is wider). ``ece`` and ``thresholds`` are over the claims of
    status ok or review that are not optional.
    """

    name: str
    pages: tuple[PageScore, ...]
    total: PageScore
    interval: Interval
    claims: tuple[Claim, ...]
    ece: float
    thresholds: tuple[ThresholdPoint, ...]


def load_truth(path: Path) -> dict[str, PageTruth]:
    """Read ``{"pages": {FILE: {"values": [...], "optional": [...]}}}``, files as in the text.

    Raises
    ------
    DatasetError
        The file can't be read or has another form.
    """
    try:
        pages = json.loads(path.read_text(encoding="utf-8"))["pages"]
        return {str(name): _page_truth(page) for name, page in pages.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise DatasetError(
            f"{path}: no truth of labelled pages ({type(problem).__name__}: {problem}); expected "
            '{"pages": {FILE: {"values": [...], "optional": [...]}}}'
        ) from problem


def _page_truth(page: Mapping[str, Any]) -> PageTruth:
    values, optional = page["values"], page.get("optional", [])
    if not all(isinstance(value, str) for value in [*values, *optional]):
        raise ValueError("values must be texts, so that leading zeros live")
    return PageTruth(tuple(values), tuple(optional))


def read_pages(reader: PageReader, folder: Path, names: Iterable[str]) -> Iterator[PageResult]:
    """Read the named files inside ``folder``, every page of each."""
    for ref in find_pages([str(folder / name) for name in names]):
        yield reader.read_ref(ref)[1]


def measure_pages(
    results: Iterable[PageResult], truth: Mapping[str, PageTruth], *, name: str = "pages"
) -> PageFigures:
    """Score readings against the truth.

    Parameters
    ----------
    results : iterable of PageResult
        A result belongs to the truth whose file name its path ends with; others are left out. The
        pages of one file are scored together.
    truth : mapping of file name to PageTruth
        A page without a result counts with nothing found.
    name : str
        What the data is called in tables.
    """
    by_page = _sort_results(results, truth)
    scores, claims = [], []
    for page, true_values in truth.items():
        found = judge_claims(by_page[page], true_values)
        scores.append(_score(page, found, true_values, by_page[page]))
        claims.extend(found)
    total = _total(scores)
    judged = [c for c in claims if _is_open(c)]
    return PageFigures(
        name=name,
        pages=tuple(scores),
        total=total,
        interval=wilson_interval(total.found, total.truth),
        claims=tuple(claims),
        ece=expected_calibration_error(*_arrays(judged)),
        thresholds=tuple(_at_threshold(judged, total.truth, level) for level in THRESHOLDS),
    )


def value_risk_coverage(figures: PageFigures) -> RiskCoverage:
    """Wrong values among the most confident claims of status ok or review."""
    return risk_coverage(*_arrays([c for c in figures.claims if _is_open(c)]))


def judge_claims(results: Sequence[PageResult], truth: PageTruth) -> list[Claim]:
    """Match what was read on a page with its truth, in reading order.

    Values of status ok take their place in the truth first, then the more confident ones.
    """
    readings = [r.reading for result in results for r in result.records if digits_of(r.reading)]
    left = Counter(_only_digits(value) for value in truth.values)
    optional = Counter(_only_digits(value) for value in truth.optional)
    judged: dict[int, bool | None] = {}
    for place in sorted(range(len(readings)), key=lambda i: _rank(readings[i])):
        value = digits_of(readings[place])
        judged[place] = _take(value, left) or (None if _take(value, optional) else False)
    return [Claim(digits_of(r), r.status, r.confidence, judged[i]) for i, r in enumerate(readings)]


def digits_of(reading: Reading) -> str:
    """Return the ASCII digits of a reading's value, empty where it claims nothing."""
    return _only_digits(reading.value)


def _only_digits(value: str) -> str:
    return "".join(character for character in value if character in "0123456789")


def _rank(reading: Reading) -> tuple[bool, float]:
    return reading.status is not Status.OK, -reading.confidence


def _take(value: str, counter: Counter[str]) -> bool:
    """Take one ``value`` out of ``counter`` if there is one."""
    if counter[value] == 0:
        return False
    counter[value] -= 1
    return True


def _sort_results(
    results: Iterable[PageResult], truth: Mapping[str, PageTruth]
) -> dict[str, list[PageResult]]:
    """Give every result to the truth with the longest name that ends its path."""
    names = sorted(truth, key=len, reverse=True)
    by_page: dict[str, list[PageResult]] = {name: [] for name in truth}
    for result in results:
        parts = PurePath(result.page.source).parts
        for name in names:
            wanted = PurePath(name).parts
            if parts[-len(wanted) :] == wanted:
                by_page[name].append(result)
                break
    return by_page


def _score(
    name: str, claims: Sequence[Claim], truth: PageTruth, results: Sequence[PageResult]
) -> PageScore:
    problems = [result.problem for result in results if result.problem is not None]
    values = [_only_digits(value) for value in truth.values]
    known = set(values)
    return PageScore(
        name=name,
        truth=len(values),
        auto=sum(c.right is True and c.status is Status.OK for c in claims),
        found=sum(c.right is True for c in claims),
        harm=sum(c.right is False and c.status is Status.OK for c in claims),
        order=_common_in_order(values, [c.value for c in claims if c.value in known]),
        problem="; ".join(problems) or (None if results else "not read"),
    )


def _common_in_order(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    best = [0] * (len(second) + 1)
    for wanted in first:
        previous = list(best)
        for place, given in enumerate(second, start=1):
            longer = previous[place - 1] + 1 if wanted == given else 0
            best[place] = max(longer, previous[place], best[place - 1])
    return best[-1]


def _total(scores: Sequence[PageScore]) -> PageScore:
    counts = {
        key: sum(getattr(score, key) for score in scores)
        for key in ("truth", "auto", "found", "harm", "order")
    }
    bad = sum(score.problem is not None for score in scores)
    return PageScore(name="total", **counts, problem=f"{bad} pages not read" if bad else None)


def _is_open(claim: Claim) -> bool:
    """Whether a threshold decides over the claim: not optional, not held back for a reason."""
    return claim.right is not None and claim.status in (Status.OK, Status.REVIEW)


def _arrays(claims: Sequence[Claim]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    confidence = np.array([claim.confidence for claim in claims], np.float64)
    return confidence, np.array([claim.right is True for claim in claims], np.bool_)


def _at_threshold(claims: Sequence[Claim], truth: int, level: float) -> ThresholdPoint:
    kept = [claim for claim in claims if claim.confidence >= level]
    right = sum(claim.right is True for claim in kept)
    wrong = len(kept) - right
    return ThresholdPoint(level, right, wrong, right / max(truth, 1), wrong / max(len(kept), 1))
