"""How a batch gets on: results in and passed on, a bar or now and then a line on stderr out."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import click

from digitscan.cli.options import Verbosity
from digitscan.report.summary import Summary, count, count_statuses
from digitscan.report.text import one_line
from digitscan.values import PageResult

LINE_EVERY_S = 60
"""Seconds between two lines in a log."""

Total = Callable[[], int | None]


def reported(
    results: Iterable[PageResult], summary: Summary, total: Total, verbosity: Verbosity
) -> Iterator[PageResult]:
    """Pass results on and tell standard error about them, with a bar where it is a terminal.

    ``summary`` is what they came to so far, ``total`` tells how many there will be, None while
    that is not known.
    """
    if verbosity is Verbosity.QUIET:
        return iter(results)
    if sys.stderr is None or not sys.stderr.isatty():
        return _logged(results, summary, total, verbosity)
    return _on_terminal(results, summary, total, verbosity)


def _on_terminal(
    results: Iterable[PageResult], summary: Summary, total: Total, verbosity: Verbosity
) -> Iterator[PageResult]:
    # Imported here: it takes longer to import than the rest of the command line.
    from tqdm import tqdm

    with tqdm(total=total(), unit="page", leave=False, dynamic_ncols=True) as bar:
        for result in results:
            message = _page_message(result, verbosity)
            if message:
                bar.write(message, file=sys.stderr)
            yield result
            bar.total = total()
            bar.set_postfix_str(_troubles(summary), refresh=False)
            bar.update()


def _logged(
    results: Iterable[PageResult], summary: Summary, total: Total, verbosity: Verbosity
) -> Iterator[PageResult]:
    started = told = time.monotonic()
    for result in results:
        message = _page_message(result, verbosity)
        if message:
            click.echo(message, err=True)
        yield result
        now = time.monotonic()
        if now - told >= LINE_EVERY_S:
            told = now
            click.echo(progress_line(summary, total(), now - started), err=True)


def progress_line(summary: Summary, total: int | None, seconds: float) -> str:
    """Say in one line how far a batch is.

    >>> progress_line(Summary(), 200, 60.0)
    '0 of 200 pages, 0.00 a second, 0 in doubt, 0 failed'
    """
    rate = summary.pages / seconds if seconds else 0.0
    of_all = f"{summary.pages} of {total} pages" if total else count(summary.pages, "page")
    left = f", {_clock((total - summary.pages) / rate)} left" if total and rate else ""
    return f"{of_all}, {rate:.2f} a second{left}, {_troubles(summary)}"


def _troubles(summary: Summary) -> str:
    return f"{summary.in_doubt} in doubt, {summary.failed} failed"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _page_message(result: PageResult, verbosity: Verbosity) -> str:
    if result.problem is not None:
        return f"digitscan: {one_line(result.problem)}"
    if verbosity < Verbosity.VERBOSE:
        return ""
    statuses = Counter(record.reading.status for record in result.records)
    place = f"{one_line(result.page.source)} page {result.page.index + 1}"
    return f"{place}: {count(len(result.records), 'field')}: {count_statuses(statuses)}"
