"""What a journal says of pages, and when it is believed."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from digitscan.batch.identity import identify, same_content
from digitscan.batch.journal import (
    Journal,
    State,
    fingerprint,
    journal_path,
    remove_journal,
    standing,
)
from digitscan.batch.outcome import outcome_of
from digitscan.errors import OutputError
from digitscan.reader import ReaderSettings
from digitscan.values import PageRef, PageResult


@pytest.fixture
def page(tmp_path: Path) -> PageRef:
    (tmp_path / "a.png").write_bytes(b"a page")
    return PageRef(str(tmp_path / "a.png"), 2)


def open_journal(folder: Path, made_with: str = "x", *, resume: bool = True) -> Journal:
    return Journal(folder / "out.csv.journal", made_with, resume=resume)


def keep(journal: Journal, ref: PageRef, problem: str = "empty") -> str:
    outcome = outcome_of(PageResult(ref, problem=problem), identify(ref.source))
    journal.keep(ref, outcome)
    return outcome.text


def test_an_unchanged_page_is_known_again(tmp_path: Path, page: PageRef) -> None:
    text = keep(open_journal(tmp_path), page)
    assert open_journal(tmp_path).recall(page) == text
    assert open_journal(tmp_path).recall(PageRef(page.source, 0)) is None


def test_a_page_with_other_content_is_not(tmp_path: Path, page: PageRef) -> None:
    keep(open_journal(tmp_path), page)
    Path(page.source).write_bytes(b"b page")
    assert open_journal(tmp_path).recall(page) is None
    Path(page.source).unlink()
    assert open_journal(tmp_path).recall(page) is None


def test_a_page_that_was_only_copied_is(tmp_path: Path, page: PageRef) -> None:
    text = keep(open_journal(tmp_path), page)
    os.utime(page.source, (1, 1))
    assert open_journal(tmp_path).recall(page) == text
    # The new time was written down: now it is known without looking into the file.
    before = identify(page.source)
    assert before is not None
    Path(page.source).write_bytes(b"c page")
    os.utime(page.source, (1, 1))
    assert open_journal(tmp_path).recall(page) == text


def test_a_page_read_otherwise_is_not(tmp_path: Path, page: PageRef) -> None:
    keep(open_journal(tmp_path, "x"), page)
    assert open_journal(tmp_path, "y").recall(page) is None


def test_a_page_that_may_succeed_next_time_is_not(tmp_path: Path, page: PageRef) -> None:
    open_journal(tmp_path).keep(page, outcome_of(PageResult(page, problem="killed")))
    assert open_journal(tmp_path).recall(page) is None
    assert standing(tmp_path / "out.csv.journal").done == 0, "another batch has begun"


def test_what_a_result_depends_on() -> None:
    usual = fingerprint(ReaderSettings(), b"model")
    assert usual == fingerprint(ReaderSettings(), b"model")
    assert usual != fingerprint(ReaderSettings(), b"other")
    assert usual != fingerprint(ReaderSettings(min_confidence=0.5), b"model")
    assert usual != fingerprint(ReaderSettings(max_mpixels=1), b"model")


def test_starting_anew_forgets_all(tmp_path: Path, page: PageRef) -> None:
    keep(open_journal(tmp_path), page)
    assert open_journal(tmp_path, resume=False).recall(page) is None


def test_names_that_are_no_text(tmp_path: Path) -> None:
    ref = PageRef(str(tmp_path / "caf\udce9\n.png"))
    Path(ref.source).write_bytes(b"x")
    text = keep(open_journal(tmp_path), ref)
    assert open_journal(tmp_path).recall(ref) == text


def test_how_a_batch_stands(tmp_path: Path, page: PageRef) -> None:
    other = PageRef(page.source, 3)
    journal = open_journal(tmp_path)
    keep(journal, page)
    keep(journal, other)
    journal.count(5)
    seen = standing(journal.path)
    assert (seen.state, seen.pages, seen.done) == (State.RUNNING, 5, 2)
    assert seen.statuses == {"page_failed": 2}
    journal.close(State.INTERRUPTED)
    assert standing(journal.path).state is State.INTERRUPTED
    again = open_journal(tmp_path)
    assert again.recall(other)
    assert standing(again.path).done == 1
    again.close(State.COMPLETE)
    assert open_journal(tmp_path).recall(page) is None, "pages that left the batch are forgotten"


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.csv.journal"
    path.write_text("my diary" * 1000)
    with pytest.raises(OutputError, match=r"out\.csv\.journal: can't be used"):
        open_journal(tmp_path)
    with pytest.raises(OutputError, match="can't be used"):
        standing(path)
    assert path.read_text().startswith("my diary")
    path.unlink()
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE mine (a)")
    base.close()
    with pytest.raises(OutputError, match="is no journal"):
        open_journal(tmp_path)


def test_a_damaged_result_is_read_anew(tmp_path: Path, page: PageRef) -> None:
    for text in ("", "[]", '["other.png",2,"empty",[]]'):
        journal = open_journal(tmp_path)
        keep(journal, page)
        base = sqlite3.connect(journal.path)
        with base:
            base.execute("UPDATE page SET result = ?", (text,))
        base.close()
        assert journal.recall(page) is None
        journal.close(State.INTERRUPTED)


def test_a_link_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "out.csv.journal-wal").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="is a link"):
        open_journal(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_journal_goes_as_a_whole(tmp_path: Path, page: PageRef) -> None:
    journal = open_journal(tmp_path)
    keep(journal, page)
    assert len(list(tmp_path.glob("out.csv.journal*"))) == 3
    journal.close(State.COMPLETE)
    remove_journal(journal.path)
    assert not list(tmp_path.glob("out.csv.journal*"))


def test_a_journal_lies_beside_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert journal_path(tmp_path / "link.csv").name == "real.csv.journal"


def test_only_files_have_an_identity(tmp_path: Path, page: PageRef) -> None:
    known = identify(page.source)
    assert known is not None
    assert same_content(page.source, known) == known
    for other in (str(tmp_path), str(tmp_path / "missing"), "-", "a\0b", "/dev/null"):
        assert identify(other) is None
        assert same_content(other, known) is None
