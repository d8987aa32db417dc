"""Where rows go: a path or standard output in, an open text stream out.

A file appears under its name only when it is whole. While standard output carries rows, whatever
else is printed, by a library or by C code, goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from digitscan.cli.interrupts import asked_before, can_be_interrupted
from digitscan.cli.lock import LOCKS_LAST, open_locked
from digitscan.errors import OutputError

STANDARD_OUTPUT = "-"


@contextlib.contextmanager
def open_output(output: str, *, overwrite: bool = False) -> Iterator[TextIO]:
    """Open ``output`` (``-`` is standard output) for UTF-8 text, lines ending in a line feed.

    A file that exists is refused without ``overwrite``. The text goes to a temporary file in the
    same folder, which takes the name at the end, or vanishes when an exception passes through; it
    is locked, so that no other run writes the same output.
    A device or a named pipe is written to directly. Standard output is protected from stray
    prints in any case. Raises ``OutputError``.
    """
    with _stdout_for_rows() as stdout:
        if output == STANDARD_OUTPUT:
            yield stdout
        else:
            with _open_path(Path(output), overwrite=overwrite) as stream:
                yield stream


@contextlib.contextmanager
def whole_write(output: str) -> Iterator[None]:
    """Let what is written inside be written whole, and turn a failure into an ``OutputError``.

    Ctrl-C takes effect at the end; a second one, or on standard output the second of the run, kills
    the program, for the write may hang. That the reader of a pipe went away is no failure of ours:
    ``BrokenPipeError`` passes.
    """
    try:
        with _interrupt_at_end(last=output == STANDARD_OUTPUT and asked_before()):
            yield
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if output == STANDARD_OUTPUT else output
        raise OutputError(f"{name}: can't be written: {error.strerror or error}") from error


@contextlib.contextmanager
def _interrupt_at_end(*, last: bool) -> Iterator[None]:
    """Hold Ctrl-C back until the end; with ``last`` the next one kills the program."""
    if not can_be_interrupted():
        yield
        return
    interrupted = False

    def remember(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted or last:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        interrupted = True

    usual = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if interrupted and callable(usual):
        usual(signal.SIGINT, None)


@contextlib.contextmanager
def _stdout_for_rows() -> Iterator[TextIO]:
    """Give a stream to standard output, and send everything else that goes there to stderr."""
    if sys.stdout is None:
        raise OutputError("standard output is closed; send it to a file or to /dev/null")
    sys.stdout.flush()
    rows, stdout_fd = sys.stdout, _descriptor(sys.stdout)
    with contextlib.ExitStack() as undo:
        if stdout_fd is not None:
            kept = os.dup(stdout_fd)
            undo.callback(_restore, kept, stdout_fd)
            _point_at_stderr(stdout_fd)
            rows = open(kept, "w", encoding="utf-8", newline="\n", closefd=False)  # noqa: SIM115
            undo.callback(_close_quietly, rows)
        undo.enter_context(contextlib.redirect_stdout(sys.stderr))
        yield rows


def _descriptor(stream: TextIO) -> int | None:
    """Give the file descriptor of ``stream``; None where it lives in memory only."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def _point_at_stderr(descriptor: int) -> None:
    stderr_fd = _descriptor(sys.stderr) if sys.stderr is not None else None
    if stderr_fd is not None:
        os.dup2(stderr_fd, descriptor)
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _restore(kept: int, descriptor: int) -> None:
    os.dup2(kept, descriptor)
    os.close(kept)


def _close_quietly(stream: TextIO) -> None:
    """Close a stream whose every write was flushed and checked already."""
    with contextlib.suppress(OSError):
        stream.close()


@contextlib.contextmanager
def _open_path(path: Path, *, overwrite: bool) -> Iterator[TextIO]:
    with whole_write(str(path)):
        is_device = _names_device(path)
    opened = _open_device(path) if is_device else _open_file(path, overwrite=overwrite)
    with opened as stream:
        yield stream


def _names_device(path: Path) -> bool:
    """Whether a path leads to something that is written to directly: a pipe, a device."""
    return path.exists() and not path.is_file() and not path.is_dir()


def writes_file(output: str) -> bool:
    """Whether an output becomes a file; not standard output, not a device. Raises OutputError."""
    with whole_write(output):
        return output != STANDARD_OUTPUT and not _names_device(Path(output))


@contextlib.contextmanager
def _open_device(path: Path) -> Iterator[TextIO]:
    with whole_write(str(path)):
        stream = path.open("w", encoding="utf-8", newline="\n")
    try:
        yield stream
    finally:
        _close_quietly(stream)


@contextlib.contextmanager
def _open_file(path: Path, *, overwrite: bool) -> Iterator[TextIO]:
    with whole_write(str(path)):
        # A link stays a link: the file it points to is replaced.
        final = path.resolve()
        _refuse(final, path, overwrite=overwrite)
        unfinished = unfinished_path(path)
        stream = open_locked(unfinished, path)
    try:
        yield stream
        _refuse(final, path, overwrite=overwrite)
        with whole_write(str(path)):
            stream.flush()
            os.fsync(stream.fileno())
            if not LOCKS_LAST:
                stream.close()
            unfinished.replace(final)
    except BaseException:
        # Only while the lock is held: a file of that name is another run's from then on.
        unfinished.unlink(missing_ok=True)
        raise
    finally:
        _close_quietly(stream)


def unfinished_path(output: Path) -> Path:
    """Name the temporary file of an output; the same in each run, so that none is left for ever."""
    final = output.resolve()
    return final.with_name(f".{final.name}.part")


def _refuse(final: Path, path: Path, *, overwrite: bool) -> None:
    if final.is_dir():
        raise OutputError(f"{path}: is a folder; name a file in it")
    if final.exists() and not overwrite:
        raise OutputError(f"{path}: exists already; give --overwrite to replace it")
    if not final.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; create it first")
