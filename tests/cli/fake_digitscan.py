"""``digitscan`` with a reader that needs no model; run as a script, it takes the real one's place.

The fake reads one field from each page: as its value the page's height, four digits long. The
name of a source makes it misbehave: ``doubt`` is not sure, ``empty`` has no field, ``bug`` raises,
``slow`` takes two seconds and ``hang`` a minute, ``crash`` ends the process by a signal, ``large``
finds no memory. ``FAKE_LOG`` names a file that gets a line for each page begun.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from digitscan.errors import ModelError, PageError
from digitscan.reader import ReaderSettings
from digitscan.scan.pages import load_page
from digitscan.values import (
    Box,
    Field,
    FieldKind,
    Page,
    PageRef,
    PageResult,
    Reading,
    Record,
    Status,
)

NOISE = "a library was here"


class FakeReader:
    """Stands in for ``digitscan.reader.Reader``."""

    def __init__(self, model: str, settings: ReaderSettings) -> None:
        if model not in ("cnn", "svm", "logistic"):
            raise ModelError(f"{model}: is no model; train one with digitscan train")
        self.settings = settings

    def read_ref(self, ref: PageRef) -> tuple[Page | None, PageResult]:
        stem = Path(ref.source).stem
        if "FAKE_LOG" in os.environ:
            with Path(os.environ["FAKE_LOG"]).open("a", encoding="utf-8") as log:
                log.write(f"{Path(ref.source).name}\n")
        time.sleep({"slow": 2, "hang": 60}.get(stem, 0))
        if stem == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if stem == "large":
            raise MemoryError
        if stem == "bug":
            raise RuntimeError("a bug")
        try:
            page = load_page(
                ref, max_mpixels=self.settings.max_mpixels, password=self.settings.password
            )
        except PageError as error:
            return None, PageResult(ref, problem=str(error))
        if stem == "empty":
            return page, PageResult(ref)
        return page, PageResult(ref, (self._record(page, 0.5 if stem == "doubt" else 0.95),))

    def _record(self, page: Page, confidence: float) -> Record:
        sure = confidence >= self.settings.min_confidence
        reading = Reading(
            f"{page.image.shape[0]:04}", confidence, Status.OK if sure else Status.REVIEW
        )
        return Record(page.ref, Field("height", Box(1, 2, 3, 4), FieldKind.BOX), reading)


class NoisyReader(FakeReader):
    """Prints what nobody asked for, as Python and as C libraries do."""

    def __init__(self, model: str, settings: ReaderSettings) -> None:
        print(NOISE)
        super().__init__(model, settings)

    def read_ref(self, ref: PageRef) -> tuple[Page | None, PageResult]:
        print(NOISE)
        os.write(1, f"{NOISE}\n".encode())
        return super().read_ref(ref)


if __name__ == "__main__":
    from digitscan.cli import main, read

    # Tests that run in the background of a shell hand down an ignored Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    vars(read)["Reader"] = NoisyReader
    main.main(prog_name="digitscan")
