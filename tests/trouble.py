"""A reader that gets into trouble where the name of a page says so; workers can import it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from digitscan.errors import ModelError
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

FIELD = Field("f1", Box(0, 0, 9, 9), FieldKind.BOX)


class Trouble:
    """Reads from each file its own text; ``log``, if given, gets a line for each page begun."""

    def __init__(self, log: Path | None = None) -> None:
        self.log = log
        self.pages = 0

    def read_ref(self, ref: PageRef) -> tuple[Page | None, PageResult]:
        if self.log:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{Path(ref.source).name}\n")
        self.pages += 1
        self._get_into_it(Path(ref.source))
        text = Path(ref.source).read_text(encoding="utf-8")
        return None, PageResult(ref, (Record(ref, FIELD, Reading(text, 0.9, Status.OK)),))

    def _get_into_it(self, path: Path) -> None:
        match path.stem.partition("-")[0]:
            case "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "once":
                if not path.with_suffix(".seen").exists():
                    path.with_suffix(".seen").touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                os._exit(3)
            case "hang":
                time.sleep(600)
            case "stopped":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "slow":
                time.sleep(0.3)
            case "late":
                time.sleep(3)
            case "memory":
                raise MemoryError
            case "bug":
                raise ZeroDivisionError("oh\nno")
            case "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            case "depth":
                sys.setrecursionlimit(1000)
                self._get_into_it(path)


class Never(Trouble):
    """Can't be made."""

    def __init__(self) -> None:
        raise ModelError("seven.onnx: no such model file")


class Dead(Trouble):
    """Ends its process instead of being made."""

    def __init__(self) -> None:
        os._exit(9)
