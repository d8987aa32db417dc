"""``digitscan read``: scans in, the table of what is written on them out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from digitscan.cli import options
from digitscan.cli.inputs import name_inputs
from digitscan.cli.options import Verbosity
from digitscan.cli.output import open_output, whole_write
from digitscan.errors import UsageError
from digitscan.glyph.calibration import load_calibration
from digitscan.measure.expectation import expected_errors
from digitscan.reader import Reader, ReaderSettings
from digitscan.report.overlay import OverlayFolder, draw_overlay
from digitscan.report.summary import Summary, count, count_statuses
from digitscan.report.tables import TableWriter, format_of, make_writer
from digitscan.report.text import one_line
from digitscan.scan.selection import PageSelection
from digitscan.scan.sources import find_pages
from digitscan.values import PageRef, PageResult, Status


@click.command()
@options.inputs
@options.output
@options.table_format
@options.model
@options.min_confidence
@options.max_error
@options.details
@options.overlay
@options.overwrite
@options.recursive
@options.files_from
@options.null
@options.pages
@options.password
@options.max_mpixels
@options.exit_review
@options.quiet
@options.verbose
@click.pass_context
def read(
    ctx: click.Context,
    inputs: tuple[str, ...],
    output: str,
    format_name: str | None,
    model: str,
    min_confidence: float,
    max_error: float | None,
    details: bool,
    overlay: Path | None,
    overwrite: bool,
    recursive: bool,
    files_from: str | None,
    null: bool,
    pages: PageSelection | None,
    password: str,
    max_mpixels: float,
    exit_review: bool,
    verbosity: Verbosity,
) -> None:
    """Read handwritten numbers off scans into a table.

    INPUTS are files (pdf, tiff, png, jpeg, jp2, bmp, webp), folders of them, patterns such as
    'scans/*.png', addresses such as https://host/scan.pdf (extra: remote), or - for a file on
    standard input. One row a field, in reading order. A page that can't be read becomes a row that
    says why, and the others are still read.
    """
    names = name_inputs(inputs, files_from, null=null)
    writer = make_writer(format_name or format_of(output), details=details)
    if max_error is not None:
        min_confidence = _confidence_for(max_error)
    with open_output(output, overwrite=overwrite) as stream:
        refs = tuple(find_pages(names, recursive=recursive, pages=pages, password=password))
        pictures = OverlayFolder(overlay, refs, overwrite=overwrite) if overlay else None
        reader = Reader(model, ReaderSettings(min_confidence, max_mpixels, password=password))
        results = _reported(_read_pages(reader, refs, pictures), len(refs), verbosity)
        summary = _write_table(writer, stream, results, output)
    if verbosity > Verbosity.QUIET:
        click.echo(summary.line(), err=True)
        if max_error is not None:
            click.echo(_expectation(min_confidence, summary), err=True)
    ctx.exit(summary.exit_code(exit_review=exit_review))


def _confidence_for(max_error: float) -> float:
    """The confidence above which so few labelled values were wrong."""
    calibration = load_calibration()
    step = calibration.step_for(max_error)
    if step is None:
        raise UsageError(
            f"--max-error {max_error:.3%}: more than can be promised; on the labelled pages the "
            f"surest values came to {calibration.least_error:.2%} wrong ones. Allow that much, or "
            "have all values reviewed with --min-confidence 1"
        )
    return step.confidence


def _expectation(min_confidence: float, summary: Summary) -> str:
    expected = expected_errors(
        load_calibration().step_at(min_confidence), summary.statuses[Status.OK]
    )
    return f"ok from a confidence of {min_confidence:g}: {expected}"


def _read_pages(
    reader: Reader, refs: Sequence[PageRef], pictures: OverlayFolder | None
) -> Iterator[PageResult]:
    for position, ref in enumerate(refs):
        page, result = reader.read_ref(ref)
        if pictures and page is not None:
            pictures.write(position, draw_overlay(page, result))
        yield result


def _write_table(
    writer: TableWriter, stream: TextIO, results: Iterable[PageResult], output: str
) -> Summary:
    """Write page by page; after Ctrl-C the table ends, whole, with the last page that was read."""
    summary = Summary()
    with whole_write(output):
        writer.open(stream)
    try:
        for result in results:
            with whole_write(output):
                writer.write(result)
                summary.add(result)
    except KeyboardInterrupt:
        summary.interrupted = True
    with whole_write(output):
        writer.close()
    return summary


def _reported(
    results: Iterable[PageResult], total: int, verbosity: Verbosity
) -> Iterator[PageResult]:
    """Pass results on and tell standard error about them, with a bar where it is a terminal."""
    if verbosity is Verbosity.QUIET:
        return iter(results)
    if sys.stderr is None or not sys.stderr.isatty():
        return _announced(results, verbosity, partial(click.echo, err=True))
    # Imported here: it takes longer to import than the rest of the command line.
    from tqdm import tqdm

    bar = tqdm(results, total=total, unit="page", leave=False, dynamic_ncols=True)
    return _announced(bar, verbosity, partial(bar.write, file=sys.stderr))


def _announced(
    results: Iterable[PageResult], verbosity: Verbosity, say: Callable[[str], object]
) -> Iterator[PageResult]:
    for result in results:
        message = _page_message(result, verbosity)
        if message:
            say(message)
        yield result


def _page_message(result: PageResult, verbosity: Verbosity) -> str:
    if result.problem is not None:
        return f"digitscan: {one_line(result.problem)}"
    if verbosity < Verbosity.VERBOSE:
        return ""
    statuses = Counter(record.reading.status for record in result.records)
    place = f"{one_line(result.page.source)} page {result.page.index + 1}"
    return f"{place}: {count(len(result.records), 'field')}: {count_statuses(statuses)}"
