"""Batches read by real workers, some of which die."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from trouble import Dead, Never, Trouble

from digitscan.batch import run
from digitscan.batch.codec import result_text
from digitscan.batch.executors import LocalWorkers, _quota, usable_cores
from digitscan.batch.few import FewPages
from digitscan.batch.outcome import Outcome
from digitscan.batch.run import Batch, for_workers
from digitscan.batch.worker import Setup
from digitscan.errors import DigitscanError, ModelError
from digitscan.values import PageRef, PageResult


class Forgetful:
    """Keeps nothing but the order in which pages were done."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    def recall(self, position: int, ref: PageRef) -> str | None:
        return None

    def keep(self, position: int, ref: PageRef, outcome: Outcome) -> None:
        self.kept.append(position)


class Knowing(Forgetful):
    """Knows the results of some pages."""

    def __init__(self, known: dict[str, PageResult]) -> None:
        super().__init__()
        self.known = known

    def recall(self, position: int, ref: PageRef) -> str | None:
        result = self.known.get(ref.source)
        return result_text(result) if result else None


def pages(folder: Path, *names: str) -> list[PageRef]:
    """Files with their own names in them."""
    for name in names:
        (folder / name).write_text(name)
    return [PageRef(str(folder / name)) for name in names]


def batch_of(
    refs: Iterable[PageRef],
    *,
    jobs: int = 2,
    timeout: float = 30,
    keeper: Forgetful | None = None,
    log: Path | None = None,
) -> Batch:
    setup = Setup(partial(Trouble, log))
    keeper = keeper or Forgetful()
    here = FewPages(Trouble(), setup, keeper)
    return Batch(refs, LocalWorkers(setup, jobs, timeout), here, keeper)


def told(results: Iterable[PageResult]) -> list[str]:
    """Of each page its value, or what kept it from being read."""
    return [each.problem or each.records[0].reading.value for each in results]


def test_results_come_in_the_order_of_the_pages(tmp_path: Path) -> None:
    names = ["late", *[f"p{number}" for number in range(9)], "slow", "last"]
    keeper = Forgetful()
    batch = batch_of(pages(tmp_path, *names), keeper=keeper)
    assert told(batch.results()) == names
    assert batch.total == len(names)
    assert keeper.kept[0] != 0, "the late page was waited for"
    assert sorted(keeper.kept) == list(range(len(names)))


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_page_in_trouble_costs_itself_alone(tmp_path: Path, jobs: int) -> None:
    names = ["a", "segfault", "b", "exit", "memory", "bug", "once", "c", "depth", "interrupt", "d"]
    log = tmp_path / "log"
    results = told(batch_of(pages(tmp_path, *names), jobs=jobs, log=log).results())
    problems = {
        "segfault": "reading it ended the worker twice (SIGSEGV); save it",
        "exit": "reading it ended the worker twice (exit code 3); save it",
        "memory": "not enough memory to read it; scan it at a lower resolution",
        "bug": "reading failed, please report: ZeroDivisionError in _get_into_it, line ",
        "depth": "reading failed, please report: RecursionError in ",
    }
    for name, result in zip(names, results, strict=True):
        if name in problems:
            assert result.startswith(f"{tmp_path / name}: {problems[name]}")
            assert "\n" not in result
        else:
            assert result == name
    begun = log.read_text().split()
    twice = {"segfault", "exit", "memory", "once"}
    assert {name for name in names if begun.count(name) == 2} == twice
    assert len(begun) == len(names) + len(twice)


def test_a_page_is_tried_again_with_nothing_beside_it(tmp_path: Path) -> None:
    names = ["killed", *[f"slow-{number}" for number in range(6)]]
    log = tmp_path / "log"
    told(batch_of(pages(tmp_path, *names), jobs=3, log=log).results())
    begun = log.read_text().split()
    again = len(begun) - 1 - begun[::-1].index("killed")
    # What was out when it died was let to end, and nothing was begun until it had died again.
    assert begun.count("killed") == 2
    assert 2 <= again < len(begun) - 1


def test_a_page_that_hangs_does_not_hold_up_the_others(tmp_path: Path) -> None:
    names = ["a", "hang", "stopped", *[f"p{number}" for number in range(8)]]
    started = time.monotonic()
    results = told(batch_of(pages(tmp_path, *names), timeout=1).results())
    assert time.monotonic() - started < 15
    assert results[0] == "a"
    assert results[3:] == names[3:]
    for name, result in zip(names[1:3], results[1:3], strict=True):
        assert result.startswith(f"{tmp_path / name}: not read within 1 s, twice; ")


def test_workers_that_are_killed_in_between_cost_nothing(tmp_path: Path) -> None:
    names = [f"slow-{number}" for number in range(8)]
    log = tmp_path / "log"

    def kill_all_once() -> None:
        while not log.exists() or len(log.read_text().split()) < 3:
            time.sleep(0.02)
        for process in multiprocessing.active_children():
            process.kill()

    killer = threading.Thread(target=kill_all_once)
    killer.start()
    assert told(batch_of(pages(tmp_path, *names), log=log).results()) == names
    killer.join()
    assert len(log.read_text().split()) > len(names)


def test_known_pages_are_not_read(tmp_path: Path) -> None:
    refs = pages(tmp_path, "a", "b", "c", "d")
    known = {ref.source: PageResult(ref, problem=f"known {k}") for k, ref in enumerate(refs[1:3])}
    log = tmp_path / "log"
    results = told(batch_of(refs, keeper=Knowing(known), log=log).results())
    assert results == ["a", "known 0", "known 1", "d"]
    assert sorted(log.read_text().split()) == ["a", "d"]


def test_references_are_taken_as_they_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LOOK_AHEAD", 3)
    monkeypatch.setattr(run, "HELD_CHARACTERS", 300)
    refs = pages(tmp_path, "slow-1", *[f"p{number}" for number in range(60)])
    taken = 0

    def one_by_one() -> Iterator[PageRef]:
        nonlocal taken
        for ref in refs:
            taken += 1
            yield ref

    results = batch_of(one_by_one()).results()
    next(results)
    # Two workers with two pages each, three looked ahead, and some results of 100 letters each.
    assert taken < 30
    assert len(told(results)) == 60


def test_when_results_are_not_wanted_any_more_workers_end(tmp_path: Path) -> None:
    results = batch_of(pages(tmp_path, "a", "hang", "slow")).results()
    next(results)
    started = time.monotonic()
    results.close()
    assert time.monotonic() - started < 5
    assert not [each for each in multiprocessing.active_children() if each.is_alive()]


def test_no_page_is_begun_after_the_word_to_stop(tmp_path: Path) -> None:
    refs = pages(tmp_path, *[f"slow-{number}" for number in range(20)])
    setup, keeper = Setup(Trouble), Forgetful()
    stop = threading.Event()
    engine = LocalWorkers(setup, 2, 30)
    batch = Batch(refs, engine, FewPages(Trouble(), setup, keeper), keeper, stop.is_set)
    results = batch.results()
    first = next(results)
    stop.set()
    values = told([first, *results])
    assert values == [f"slow-{number}" for number in range(len(values))]
    assert 2 <= len(values) <= 6


def test_a_model_that_can_not_be_loaded_ends_the_batch(tmp_path: Path) -> None:
    setup, keeper = Setup(Never), Forgetful()
    here = FewPages(Trouble(), setup, keeper)
    batch = Batch(pages(tmp_path, "a"), LocalWorkers(setup, 2, 30), here, keeper)
    with pytest.raises(ModelError, match="no such model file"):
        list(batch.results())


def test_workers_that_can_not_be_started_end_the_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FAILED_STARTS", 1)
    setup, keeper = Setup(Dead), Forgetful()
    here = FewPages(Trouble(), setup, keeper)
    batch = Batch(pages(tmp_path, "a"), LocalWorkers(setup, 1, 30), here, keeper)
    with pytest.raises(DigitscanError, match=r"workers can't be started \(exit code 9\)"):
        list(batch.results())


def test_a_pipe_is_read_here(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("through a pipe",))
    writer.start()
    refs = [*pages(tmp_path, "a"), PageRef(str(pipe)), *pages(tmp_path, "b")]
    assert told(batch_of(refs).results()) == ["a", "through a pipe", "b"]
    writer.join()


def test_what_another_process_can_open(tmp_path: Path) -> None:
    (file,) = pages(tmp_path, "a")
    assert for_workers(file)
    assert for_workers(PageRef(str(tmp_path / "missing")))
    assert for_workers(PageRef("a\0b"))
    assert not for_workers(PageRef("-"))
    assert not for_workers(PageRef("/dev/stdin"))


def test_cores_are_those_that_may_be_used(tmp_path: Path) -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
    limit = tmp_path / "cpu.max"
    for text, cores in (("150000 100000", 2), ("20000 100000", 1), ("400000 100000", 4)):
        limit.write_text(text)
        assert _quota(limit) == cores
    for text in ("max 100000", ""):
        limit.write_text(text)
        assert _quota(limit) > 1000
    assert _quota(tmp_path / "missing") > 1000
