"""What a run keeps beside its table: the journal of a batch, and the pictures of its pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from digitscan.batch.outcome import Outcome
from digitscan.cli.output import whole_write, writes_file
from digitscan.errors import OutputError, UsageError
from digitscan.glyph.classifier import find_model
from digitscan.reader import ReaderSettings
from digitscan.report.overlay import OverlayFolder
from digitscan.values import PageRef

if TYPE_CHECKING:
    from digitscan.batch.journal import Journal


class Kept:
    """Keeps outcomes in a journal and pictures in a folder; either may be None."""

    def __init__(self, journal: Journal | None, pictures: OverlayFolder | None) -> None:
        self._journal = journal
        self._pictures = pictures

    def recall(self, position: int, ref: PageRef) -> str | None:
        """Give the result of a page that need not be read again."""
        if self._journal is None or (self._pictures and not self._pictures.holds(position)):
            return None
        return self._journal.recall(ref)

    def keep(self, position: int, ref: PageRef, outcome: Outcome) -> None:
        """Keep what became of a page, its picture first: a page in the journal has one."""
        if self._pictures and outcome.picture is not None:
            self._pictures.write(position, outcome.picture)
        if self._journal:
            self._journal.keep(ref, outcome)


def journal_for(output: str, *, resume: bool, overwrite: bool) -> Path | None:
    """Name the journal of a run; None where rows go to a pipe.

    Raises ``OutputError`` where one is left of an interrupted run that nobody asked to go on with.
    """
    path = Path(output)
    if not writes_file(output):
        if resume:
            raise UsageError("--resume needs -o FILE, beside which the journal lies")
        return None
    # Imported here: a page that is read to the screen needs no database.
    from digitscan.batch.journal import journal_path

    with whole_write(output):
        journal = journal_path(path)
        is_there = journal.exists()
    if is_there and not (resume or overwrite):
        raise OutputError(
            f"{output}: {journal.name} beside it tells of a batch that was not finished; "
            "give --resume to go on with it, or --overwrite to start anew"
        )
    if resume and path.exists() and not is_there and not overwrite:
        raise OutputError(
            f"{output}: exists already, and no journal tells what of it is done; give --overwrite "
            "to read all pages anew"
        )
    return journal


def open_journal(path: Path, settings: ReaderSettings, model: str, *, resume: bool) -> Journal:
    """Open the journal of a batch, whose output must be locked."""
    from digitscan.batch.journal import Journal, fingerprint

    return Journal(path, fingerprint(settings, find_model(model).read_bytes()), resume=resume)
