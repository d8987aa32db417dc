"""What a batch has done so far, in an SQLite file beside its output; written page by page.

Whatever ends the program, the pages that were read stay there, and ``--resume`` goes on with them.
A page is taken from the journal when its content and everything that its reading depends on are
what they were. Nothing in the file is ever executed: results are kept as JSON.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

import digitscan
from digitscan.batch.codec import CODEC_VERSION, parse_result
from digitscan.batch.identity import Identity, same_content
from digitscan.batch.outcome import Outcome
from digitscan.errors import OutputError
from digitscan.reader import ReaderSettings
from digitscan.values import PageRef

APPLICATION = 0x64677363
"""Marks a file as a journal of digitscan's (SQLite's ``application_id``)."""
ENDING = ".journal"
_TABLES = """
CREATE TABLE batch (number INTEGER PRIMARY KEY, state TEXT NOT NULL, pages INTEGER);
CREATE TABLE page (
    source BLOB NOT NULL, number INTEGER NOT NULL, batch INTEGER NOT NULL,
    made_with TEXT NOT NULL, size INTEGER, mtime_ns INTEGER, sha256 TEXT,
    statuses TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (source, number)
);
"""


class State(StrEnum):
    """How a batch stands."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the journal says of its last batch; ``pages`` is None while they are being found."""

    state: State
    pages: int | None
    done: int
    statuses: Mapping[str, int]


def journal_path(output: Path) -> Path:
    """Name the journal of an output; beside the file itself where the output is a link."""
    final = output.resolve()
    return final.with_name(final.name + ENDING)


def fingerprint(settings: ReaderSettings, model: bytes) -> str:
    """Sum up all that a result depends on besides the page: version, settings, model.

    A password only opens a page; nothing of it is kept.
    """
    parts = [digitscan.__version__, CODEC_VERSION, asdict(replace(settings, password=""))]
    told = json.dumps(parts, sort_keys=True, default=repr).encode()
    return hashlib.sha256(told + hashlib.sha256(model).digest()).hexdigest()


class Journal:
    """The journal of one output, open for writing. Raises ``OutputError`` where it can't be used.

    Whoever holds the lock on the output is the only one to open it this way. ``kept`` counts the
    pages of this run that are in it, read now or taken from it.
    """

    def __init__(self, path: Path, made_with: str, *, resume: bool) -> None:
        self.path = path
        self.kept = 0
        self._made_with = made_with
        for part in _parts(path):
            if part.is_symlink():
                raise OutputError(f"{part}: is a link, which no journal is; remove it")
        if not resume:
            remove_journal(path)
        with _told(path):
            self._base = _connect(path)
            self._batch = self._begin()

    def recall(self, ref: PageRef) -> str | None:
        """Give the result of a page that is what it was, as text; None where it must be read."""
        row = self._run(
            "SELECT size, mtime_ns, sha256, result FROM page "
            "WHERE source = ? AND number = ? AND made_with = ? AND sha256 IS NOT NULL",
            *_key(ref),
            self._made_with,
        ).fetchone()
        identity = same_content(ref.source, Identity(*row[:3])) if row else None
        if identity is None or not _is_result_of(ref, row[3]):
            return None
        self._run(
            "UPDATE page SET batch = ?, mtime_ns = ? WHERE source = ? AND number = ?",
            self._batch,
            identity.mtime_ns,
            *_key(ref),
        )
        self.kept += 1
        return str(row[3])

    def keep(self, ref: PageRef, outcome: Outcome) -> None:
        """Keep what became of a page."""
        known = outcome.identity
        self._run(
            "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *_key(ref),
            self._batch,
            self._made_with,
            *((known.size, known.mtime_ns, known.sha256) if known else (None, None, None)),
            json.dumps(dict(outcome.statuses)),
            outcome.text,
        )
        self.kept += 1

    def count(self, pages: int) -> None:
        """Note how many pages the batch has."""
        self._run("UPDATE batch SET pages = ? WHERE number = ?", pages, self._batch)

    def close(self, state: State) -> None:
        """Note how the batch ended, and forget pages of earlier ones that were not in it."""
        if state is State.COMPLETE:
            self._run("DELETE FROM page WHERE batch != ?", self._batch)
        self._run("UPDATE batch SET state = ? WHERE number = ?", state, self._batch)
        with _told(self.path):
            self._base.close()

    def _begin(self) -> int:
        """Begin the next batch; its number."""
        cursor = self._base.execute("INSERT INTO batch (state) VALUES (?)", (State.RUNNING,))
        self._base.execute("DELETE FROM batch WHERE number != ?", (cursor.lastrowid,))
        return int(cursor.lastrowid or 0)

    def _run(self, statement: str, *values: object) -> sqlite3.Cursor:
        with _told(self.path):
            return self._base.execute(statement, values)


def remove_journal(path: Path) -> None:
    """Remove a journal and what SQLite keeps beside it."""
    for part in _parts(path):
        try:
            part.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{part}: can't be removed: {error.strerror}") from error


def _parts(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + end) for end in ("", "-wal", "-shm"))


def standing(path: Path) -> Standing:
    """Read how the last batch of a journal stands, while it is running too."""
    with _told(path), contextlib.closing(_connect(path, write=False)) as base:
        batches = base.execute("SELECT number, state, pages FROM batch").fetchall()
        if not batches:
            raise OutputError(f"{path}: no batch was begun; remove it")
        number, state, pages = batches[-1]
        rows = base.execute("SELECT statuses FROM page WHERE batch = ?", (number,))
        statuses: Counter[str] = Counter()
        done = 0
        for (text,) in rows:
            statuses.update(json.loads(text))
            done += 1
    return Standing(State(state), pages, done, statuses)


def _connect(path: Path, *, write: bool = True) -> sqlite3.Connection:
    """Open a journal; with ``write`` one that is not there is made."""
    if not write:
        base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        _check(path, base)
        return base
    # Each statement is a transaction of its own: a page that was kept is kept.
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = NORMAL")
    if base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        base.executescript(f"PRAGMA application_id = {APPLICATION};{_TABLES}")
    _check(path, base)
    return base


def _check(path: Path, base: sqlite3.Connection) -> None:
    if base.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        base.close()
        raise OutputError(f"{path}: is no journal of digitscan's; move it away")


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn an error of SQLite's into an ``OutputError``."""
    try:
        yield
    except sqlite3.Error as error:
        hint = "make room, or remove it if it is damaged"
        raise OutputError(f"{path}: can't be used: {error}; {hint}") from error


def _key(ref: PageRef) -> tuple[bytes, int]:
    """Key of a page; the name as bytes, for it need not be valid text."""
    return ref.source.encode("utf-8", "surrogatepass"), ref.index


def _is_result_of(ref: PageRef, text: str) -> bool:
    """Whether a text that lay on a disk is a result of the page indeed."""
    try:
        return parse_result(text).page == ref
    except ValueError:
        return False
