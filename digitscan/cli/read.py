"""``digitscan read``: scans in, the table of what is written on them out."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from digitscan.cli import options
from digitscan.cli.inputs import name_inputs
from digitscan.cli.interrupts import Interrupts
from digitscan.cli.keeping import journal_for
from digitscan.cli.options import Verbosity
from digitscan.cli.output import open_output, whole_write, writes_file
from digitscan.cli.progress import reported
from digitscan.cli.reading import Crew, Reading, Wish
from digitscan.errors import DigitscanError, UsageError
from digitscan.glyph.calibration import load_calibration
from digitscan.glyph.classifier import find_model, read_model
from digitscan.measure.expectation import expected_errors
from digitscan.reader import Reader, ReaderSettings
from digitscan.report.files import write_bytes
from digitscan.report.formats import make_writer
from digitscan.report.summary import Summary
from digitscan.report.tables import FILE_FORMATS, TableWriter, format_of
from digitscan.scan.selection import PageSelection
from digitscan.scan.sources import find_pages
from digitscan.values import PageResult, Status


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
@options.jobs
@options.cluster
@options.page_timeout
@options.resume
@options.summary_file
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
    jobs: int | None,
    cluster: str | None,
    page_timeout: float | None,
    resume: bool,
    summary_file: Path | None,
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
    writer = _writer_for(format_name or format_of(output), output, details)
    if max_error is not None:
        kind = read_model(find_model(model))[1].kind
        min_confidence = _confidence_for(max_error, kind)
    settings = ReaderSettings(min_confidence, max_mpixels, password=password)
    refs = find_pages(names, recursive=recursive, pages=pages, password=password)
    journal = journal_for(output, resume=resume, overwrite=overwrite)
    crew = Crew(jobs, page_timeout, cluster)
    wish = Wish(model, settings, overlay, crew, overwrite, journal, resume)
    with Interrupts(quiet=verbosity is Verbosity.QUIET) as stopping:
        may_replace = overwrite or resume
        with open_output(output, overwrite=may_replace) as stream:
            reading = Reading(refs, partial(Reader, model, settings), wish, stopping)
            summary = _write_table(writer, stream, reading, output, verbosity)
            summary.interrupted |= stopping()
        reading.finish(interrupted=summary.interrupted)
    if summary_file:
        write_bytes(summary_file, f"{json.dumps(summary.counts(), indent=2)}\n".encode())
    if verbosity > Verbosity.QUIET:
        click.echo(summary.line(), err=True)
        if max_error is not None:
            click.echo(_expectation(min_confidence, kind, summary), err=True)
    ctx.exit(summary.exit_code(exit_review=exit_review))


def _writer_for(format_name: str, output: str, details: bool) -> TableWriter:
    if format_name in FILE_FORMATS and not writes_file(output):
        raise UsageError(f"{format_name} can't be written to a pipe; name a file with -o")
    return make_writer(format_name, details=details)


def _confidence_for(max_error: float, kind: str) -> float:
    """The confidence above which so few labelled values, read by such a model, were wrong."""
    calibration = load_calibration(kind)
    step = calibration.step_for(max_error)
    if step is None:
        raise UsageError(
            f"--max-error {max_error:.3%}: more than can be promised; on the labelled pages the "
            f"surest values came to {calibration.least_error:.2%} wrong ones. Allow that much, or "
            "have all values reviewed with --min-confidence 1"
        )
    return step.confidence


def _expectation(min_confidence: float, kind: str, summary: Summary) -> str:
    step = load_calibration(kind).step_at(min_confidence)
    expected = expected_errors(step, summary.statuses[Status.OK])
    return f"ok from a confidence of {min_confidence:g}: {expected}, read by digitscan's {kind}"


def _write_table(
    writer: TableWriter, stream: TextIO, reading: Reading, output: str, verbosity: Verbosity
) -> Summary:
    """Write page by page; after Ctrl-C the table ends, whole, with the last page that was read."""
    summary = Summary()
    with whole_write(output):
        writer.open(stream)
    try:
        with contextlib.closing(reading.results()) as results:
            shown = reported(results, summary, lambda: reading.total, verbosity)
            _write_pages(writer, shown, summary, output)
    except KeyboardInterrupt:
        summary.interrupted = True
    except DigitscanError as error:
        error.args = (f"{error}{reading.give_up()}",)
        raise
    with whole_write(output):
        writer.close()
    return summary


def _write_pages(
    writer: TableWriter, results: Iterable[PageResult], summary: Summary, output: str
) -> None:
    for result in results:
        with whole_write(output):
            writer.write(result)
            summary.add(result)
