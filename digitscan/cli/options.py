"""Options that commands share, as values: ``@options.output`` gives a command its ``-o``."""

from __future__ import annotations

import math
from enum import IntEnum
from pathlib import Path

import click

from digitscan.reader import ReaderSettings
from digitscan.report.tables import FORMATS
from digitscan.scan.selection import PageSelection, parse_pages

_DEFAULTS = ReaderSettings()


class Verbosity(IntEnum):
    """How much is said on standard error."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


def _finite(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse ``nan`` and ``inf``, which pass every comparison with a limit."""
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number to compare with.", ctx, param)
    return value


def _finite_or_none(
    ctx: click.Context, param: click.Parameter, value: float | None
) -> float | None:
    return None if value is None else _finite(ctx, param, value)


inputs = click.argument("inputs", nargs=-1, metavar="[INPUTS]...")

output = click.option(
    "-o",
    "--output",
    default="-",
    metavar="OUT",
    help="File to write the table to. Default: -, standard output.",
)

table_format = click.option(
    "-f",
    "--format",
    "format_name",
    type=click.Choice(FORMATS, case_sensitive=False),
    help="Format of the table. Default: what OUT ends in, csv on standard output.",
)

model = click.option(
    "--model",
    default="cnn",
    metavar="MODEL",
    help="cnn, svm, logistic, or a model file made by digitscan train. Default: cnn.",
)

min_confidence = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=_DEFAULTS.min_confidence,
    metavar="P",
    callback=_finite,
    help="Probability of being right, 0 to 1, from which a value is ok; below it the status is "
    f"review. Default: {_DEFAULTS.min_confidence}.",
)


def _share(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A share given as ``0.5%`` or ``0.005``, above 0 and below 1."""
    if value is None:
        return None
    text = value.strip()
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        share = math.nan
    if not 0 < share < 1:
        raise click.BadParameter(f"{value!r} is no share such as 0.5% or 0.005.", ctx, param)
    return share


max_error = click.option(
    "--max-error",
    metavar="SHARE",
    callback=_share,
    help="Most wrong values among those that are ok, as 0.5% or 0.005: picks the confidence from "
    "which a value is ok by what was counted on labelled pages with digitscan's model of the same "
    "kind, and says how many wrong ones to expect. Takes the place of --min-confidence. "
    "Default: none.",
)

max_mpixels = click.option(
    "--max-mpixels",
    type=click.FloatRange(0, min_open=True),
    default=_DEFAULTS.max_mpixels,
    metavar="N",
    callback=_finite,
    help="Largest page to decode, in millions of pixels; larger ones fail. "
    f"Default: {_DEFAULTS.max_mpixels:g}.",
)

details = click.option(
    "--details",
    is_flag=True,
    help="Add the alternatives, and box and class probabilities of each digit, to csv and tsv. "
    "Default: off; json and jsonl always have them.",
)

overlay = click.option(
    "--overlay",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Draw boxes, values and doubts on each page and write it to DIR as png, at most 2000 "
    "pixels a side. Default: no pictures.",
)

overwrite = click.option(
    "--overwrite",
    is_flag=True,
    help="Replace output files that exist. Default: refuse, exit code 7.",
)

recursive = click.option(
    "-r",
    "--recursive",
    is_flag=True,
    help="Look into the folders inside a folder too. Default: off.",
)

files_from = click.option(
    "--files-from",
    metavar="FILE",
    help="Read the names of further inputs from FILE, one a line; - is standard input. "
    "Default: none.",
)

null = click.option(
    "-0",
    "--null",
    is_flag=True,
    help="Names in --files-from end in a zero byte, as find -print0 writes them. "
    "Default: in a line feed.",
)


def _pages(ctx: click.Context, param: click.Parameter, value: str | None) -> PageSelection | None:
    """Pages and ranges of pages, such as ``1,3-5``."""
    try:
        return None if value is None else parse_pages(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", ctx, param) from error


pages = click.option(
    "--pages",
    metavar="LIST",
    callback=_pages,
    help="Pages to read of each PDF or TIFF that has several, counted from 1: 1,3-5 or 3- or -2. "
    "Default: all.",
)

password = click.option(
    "--password",
    metavar="TEXT",
    envvar="DIGITSCAN_PASSWORD",
    default="",
    show_default=False,
    help="Password of encrypted PDFs; better put into the environment variable "
    "DIGITSCAN_PASSWORD, for other users see command lines. Default: none.",
)

exit_review = click.option(
    "--exit-review",
    is_flag=True,
    help="Exit with code 10 when a person must look at something: a field that is not ok, blank or "
    "struck, or a page without fields. Default: off, exit code 0.",
)

quiet = click.option(
    "-q",
    "--quiet",
    "verbosity",
    flag_value=Verbosity.QUIET,
    type=click.UNPROCESSED,
    default=Verbosity.NORMAL,
    help="Say nothing on standard error but what ends the run. Default: bad pages and a summary.",
)

verbose = click.option(
    "-v",
    "--verbose",
    "verbosity",
    flag_value=Verbosity.VERBOSE,
    type=click.UNPROCESSED,
    default=Verbosity.NORMAL,
    help="Say what was found on each page. The last of -q and -v counts.",
)


jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Workers that read pages at the same time, each a process with one thread. The table is "
    "the same for any number. Default: as many as there are cores to use.",
)

cluster = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Read on a Dask cluster: tcp://HOST:PORT of its scheduler, or local:N for one of N "
    "workers on this machine. Its workers open pages and model under the same paths. Needs "
    "digitscan[cluster]. Default: workers on this machine, without Dask.",
)

page_timeout = click.option(
    "--page-timeout",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    callback=_finite_or_none,
    help="Time for one page; one that takes longer is tried once more and then fails. Default: "
    "120; none for one or two pages, which are read without workers.",
)

resume = click.option(
    "--resume",
    is_flag=True,
    help="Go on with the batch whose journal lies beside OUT: only pages that are new or changed "
    "are read. Keeps the journal, to go on once more when pages are added. Default: start anew.",
)

summary_file = click.option(
    "--summary",
    "summary_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the counts of the run to FILE as JSON; one that exists is replaced. Default: none.",
)
