"""Where rows go: a path or standard output in, an open text stream out.

A file appears under its name only when it is whole. While standard output carries rows, whatever
else is printed, by a library or by C code, goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from digitscan.errors import OutputError

STANDARD_OUTPUT = "-"


@contextlib.contextmanager
def open_output(output: str, *, overwrite: bool = False) -> Iterator[TextIO]:
    """Open ``output`` (``-`` is standard output) for UTF-8 text, lines ending in a line feed.

    A file that exists is refused without ``overwrite``. The text goes to a temporary file in the
    same folder, which takes the name at the end, or vanishes when an exception passes through.
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

    Ctrl-C takes effect at the end; a second one kills the program, for the write may hang. That
    the reader of a pipe went away is no failure of ours: ``BrokenPipeError`` passes.
    """
    try:
        with _interrupt_at_end():
            yield
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if output == STANDARD_OUTPUT else output
        raise OutputError(f"{name}: can't be written: {error.strerror or error}") from error


@contextlib.contextmanager
def _interrupt_at_end() -> Iterator[None]:
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        # Elsewhere Python delivers no signal; and nohup, for one, has Ctrl-C ignored.
        yield
        return
    interrupted = False

    def remember(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        interrupted = True

    usual = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if interrupted:
        raise KeyboardInterrupt


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
        is_device = path.exists() and not path.is_file() and not path.is_dir()
    opened = _open_device(path) if is_device else _open_file(path, overwrite=overwrite)
    with opened as stream:
        yield stream


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
        unfinished = final.with_name(f".digitscan-{os.getpid()}.part")
        stream = unfinished.open("w", encoding="utf-8", newline="\n")
    try:
        yield stream
        _refuse(final, path, overwrite=overwrite)
        with whole_write(str(path)):
            stream.close()
            unfinished.replace(final)
    finally:
        _close_quietly(stream)
        unfinished.unlink(missing_ok=True)


def _refuse(final: Path, path: Path, *, overwrite: bool) -> None:
    if final.is_dir():
        raise OutputError(f"{path}: is a folder; name a file in it")
    if final.exists() and not overwrite:
        raise OutputError(f"{path}: exists already; give --overwrite to replace it")
    if not final.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; create it first")
