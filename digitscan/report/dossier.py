"""The explanation of a page as a folder: its trace and accounts in, pictures and a text out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from digitscan.errors import OutputError
from digitscan.reader import PageTrace
from digitscan.report.account import Account
from digitscan.report.closeup import draw_closeup
from digitscan.report.explanation import explain_page
from digitscan.report.files import safe_stem, write_bytes, write_picture
from digitscan.report.stages import draw_fields, draw_ink, draw_ruling
from digitscan.values import PageRef, Status

STAGES = {
    "01-ink.png": draw_ink,
    "02-ruling.png": draw_ruling,
    "03-fields.png": draw_fields,
}
CLOSEUP = "04-{}.png"
TEXT = "explanation.txt"
_OWN_NAMES = re.compile(r"01-ink\.png|02-ruling\.png|03-fields\.png|04-f\d+\.png|explanation\.txt")


def name_dossier(ref: PageRef) -> str:
    """Name the folder for a page after its source.

    >>> name_dossier(PageRef("scans/a b.png")), name_dossier(PageRef("t.tif", 2))
    ('a_b-explained', 't-p3-explained')
    """
    return safe_stem(ref.source) + (f"-p{ref.index + 1}" if ref.index else "") + "-explained"


class Dossier:
    """The folder that the explanation of one page goes into.

    Raises ``OutputError`` at once where an explanation lies there already, unless ``overwrite``.
    """

    def __init__(self, folder: Path, *, overwrite: bool = False) -> None:
        self._folder = folder
        earlier = self._earlier()
        if earlier and not overwrite:
            raise OutputError(
                f"{earlier[0]}: exists already; give --overwrite to replace it, or another folder"
            )

    def write(self, trace: PageTrace, accounts: Sequence[Account], *, blanks: bool) -> int:
        """Write the stages, a close-up of each account, and the text; gives how many pictures.

        Close-ups of blank fields only with ``blanks``. An earlier explanation is replaced whole: a
        picture of it left behind would tell of another reading.
        """
        drawn = [a for a in accounts if blanks or a.reading.status is not Status.BLANK]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for path in self._earlier():
                path.unlink()
        except OSError as error:
            raise self._unfit(error) from error
        for name, draw in STAGES.items():
            write_picture(self._folder / name, draw(trace))
        for account in drawn:
            path = self._folder / CLOSEUP.format(account.name)
            write_picture(path, draw_closeup(trace, account))
        write_bytes(self._folder / TEXT, explain_page(trace, accounts).encode())
        return len(STAGES) + len(drawn)

    def _earlier(self) -> list[Path]:
        """Files of an explanation that lie in the folder."""
        try:
            there = sorted(self._folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unfit(error) from error
        return [path for path in there if _OWN_NAMES.fullmatch(path.name)]

    def _unfit(self, error: OSError) -> OutputError:
        return OutputError(f"{self._folder}: can't hold the explanation: {error.strerror}")
