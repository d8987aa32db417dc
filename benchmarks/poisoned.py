"""``digitscan`` with a reader that breaks: ``crash…`` pages end the process, ``hang…`` pages hang.

    python benchmarks/poisoned.py read scans/ -o rows.csv

What no real file does to the decoders of this version is done here on purpose.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from digitscan.reader import Reader
from digitscan.values import Page, PageRef, PageResult


class PoisonedReader(Reader):
    """Reads as the real one does, but for pages named so."""

    def read_ref(self, ref: PageRef) -> tuple[Page | None, PageResult]:
        """Break, or read the page."""
        name = Path(ref.source).name
        if name.startswith("crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if name.startswith("hang"):
            time.sleep(3600)
        return super().read_ref(ref)


if __name__ == "__main__":
    from digitscan.cli import main, read

    vars(read)["Reader"] = PoisonedReader
    main.main(prog_name="digitscan")
