"""``digitscan explain``: one page in, the stages of reading it as pictures and in words out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from digitscan.cli import options
from digitscan.cli.options import Verbosity
from digitscan.errors import UsageError
from digitscan.reader import PageTrace, Reader, ReaderSettings, TracedField
from digitscan.report.account import account_for
from digitscan.report.dossier import Dossier, name_dossier
from digitscan.report.explanation import explain_page
from digitscan.report.summary import count
from digitscan.report.text import valid_text
from digitscan.values import PageRef


@click.command()
@click.argument("source", metavar="PAGE")
@click.option(
    "--field",
    "names",
    multiple=True,
    metavar="NAME",
    help="Explain only this field, such as f12; may be given several times. Default: all fields, "
    "close-ups of all but blank ones.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the pictures, made if missing. Default: PAGE-explained in the current folder.",
)
@click.option(
    "--page",
    "number",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Which page of a PDF or TIFF, counted from 1. Default: 1.",
)
@options.model
@options.min_confidence
@options.overwrite
@options.password
@options.max_mpixels
@options.quiet
def explain(
    source: str,
    names: tuple[str, ...],
    output: Path | None,
    number: int,
    model: str,
    min_confidence: float,
    overwrite: bool,
    password: str,
    max_mpixels: float,
    verbosity: Verbosity,
) -> None:
    """Show step by step how a page was read: the place to look when a value is wrong.

    PAGE is an image file, a PDF, an address, or - for standard input. Into a folder go pictures of
    the ink, the ruled lines and the fields of the page, and of each field a close-up: its ink, the
    pieces it was cut into, and each glyph with what the model says of it. In words the same goes
    to explanation.txt and to standard output.
    """
    ref = PageRef(source, number - 1)
    folder = output or Path(name_dossier(ref))
    dossier = Dossier(folder, overwrite=overwrite)
    reader = Reader(model, ReaderSettings(min_confidence, max_mpixels, password=password))
    trace = reader.trace(reader.load(ref))
    chosen = _choose(trace, names)
    accounts = [account_for(trace.clean, field, min_confidence) for field in chosen]
    drawn = dossier.write(trace, accounts, blanks=bool(names))
    click.echo(valid_text(explain_page(trace, accounts)), nl=False)
    if verbosity > Verbosity.QUIET:
        click.echo(valid_text(f"{count(drawn, 'picture')} in {folder}"), err=True)


def _choose(trace: PageTrace, names: Sequence[str]) -> list[TracedField]:
    """The fields named, in reading order; all where none is."""
    known = {field.cut.field.name: field for field in trace.fields}
    for name in names:
        if name not in known:
            there = f"{next(iter(known))} to {next(reversed(known))}" if known else "none"
            raise UsageError(
                f"no field {name} on this page (there: {there}); leave --field out and look for it "
                "in 03-fields.png"
            )
    return [field for name, field in known.items() if not names or name in names]
