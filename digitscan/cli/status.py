"""``digitscan status``: a table, finished or not, in; how far it is out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from digitscan.batch.journal import Standing, State, journal_path, standing
from digitscan.cli.lock import is_locked
from digitscan.cli.output import unfinished_path
from digitscan.errors import UsageError
from digitscan.report.recount import recount
from digitscan.report.summary import NEEDS_A_LOOK, count
from digitscan.report.text import one_line
from digitscan.values import Status

IN_DOUBT = (*NEEDS_A_LOOK, Status.NO_FIELDS)


@click.command()
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object. Default: one line.")
def status(output: Path, as_json: bool) -> None:
    """Tell how far the table OUT is: pages done, failed, fields in doubt.

    Of a batch that is running or was interrupted its journal tells, which lies beside OUT; of one
    that is complete the table itself.
    """
    found = _standing_of(output)
    told = _as_object(found)
    click.echo(json.dumps(told, indent=2) if as_json else f"{one_line(str(output))}: {_line(told)}")


def _standing_of(output: Path) -> Standing:
    journal = journal_path(output)
    if journal.is_file():
        found = standing(journal)
        running = is_locked(unfinished_path(output))
        if found.state is State.RUNNING and not running:
            # A program that was killed had no time to write down that it ended.
            return Standing(State.INTERRUPTED, found.pages, found.done, found.statuses)
        return found
    if is_locked(unfinished_path(output)):
        raise UsageError(f"{output}: is being written, without a journal that tells how far it is")
    if not output.is_file():
        raise UsageError(f"{output}: there is no such table, and no journal of one")
    pages, statuses = recount(output)
    return Standing(State.COMPLETE, pages, pages, statuses)


def _as_object(found: Standing) -> dict[str, object]:
    return {
        "state": str(found.state),
        "pages": found.pages,
        "done": found.done,
        "failed": found.statuses.get(Status.PAGE_FAILED, 0),
        "in_doubt": sum(found.statuses.get(each, 0) for each in IN_DOUBT),
        "statuses": _in_order(found.statuses),
    }


def _in_order(statuses: Mapping[str, int]) -> dict[str, int]:
    return {str(each): statuses[each] for each in Status if statuses.get(each)}


def _line(told: Mapping[str, object]) -> str:
    pages, done = told["pages"], told["done"]
    of_all = f" of {pages}" if pages is not None else ""
    hint = "; go on with --resume" if told["state"] == State.INTERRUPTED else ""
    return (
        f"{told['state']}, {done}{of_all} pages done, "
        f"{count(int(str(told['failed'])), 'page')} failed, {told['in_doubt']} in doubt{hint}"
    )
