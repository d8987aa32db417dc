"""Batches read by real workers of a Dask cluster on loopback, some of which are lost."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_batch import Forgetful, pages, told
from trouble import Never, Trouble

from digitscan.batch.few import FewPages
from digitscan.batch.run import Batch
from digitscan.batch.worker import Setup
from digitscan.errors import ModelError, UsageError
from digitscan.values import PageRef

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("distributed") is None, reason="dask is not installed"
    ),
    pytest.mark.filterwarnings("default"),
]


def batch_of(refs: list[PageRef], setup: Setup, timeout: float = 60) -> Batch:
    from digitscan.batch.cluster import ClusterWorkers

    keeper = Forgetful()
    engine = ClusterWorkers("local:2", setup, "cnn", timeout)
    assert engine.size == 2
    return Batch(refs, engine, FewPages(Trouble(), setup, keeper), keeper)


@pytest.mark.slow
def test_a_lost_worker_costs_no_page(tmp_path: Path) -> None:
    names = [f"slow-{number}" for number in range(10)] + ["once-1", "bug", "last"]
    results = told(batch_of(pages(tmp_path, *names), Setup(Trouble)).results())
    assert results[-2].startswith(f"{tmp_path / 'bug'}: reading failed, please report: ZeroDiv")
    assert [*results[:-2], results[-1]] == [*names[:-2], names[-1]]


@pytest.mark.slow
def test_a_page_that_hangs_costs_itself_alone(tmp_path: Path) -> None:
    results = told(batch_of(pages(tmp_path, "a", "hang", "b"), Setup(Trouble), 0.5).results())
    assert results[0] == "a"
    assert results[1].startswith(f"{tmp_path / 'hang'}: reading it ended the worker twice")
    assert results[2] == "b"


@pytest.mark.slow
def test_a_model_that_can_not_be_loaded_ends_the_batch(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model file"):
        list(batch_of(pages(tmp_path, "a"), Setup(Never)).results())


@pytest.fixture
def scheduler() -> Iterator[str]:
    """Address of a cluster that somebody else made."""
    import distributed

    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        yield str(cluster.scheduler_address)


@pytest.mark.slow
def test_a_cluster_of_others_is_used_and_left_running(scheduler: str, tmp_path: Path) -> None:
    from digitscan.batch.cluster import ClusterWorkers

    setup, keeper = Setup(Trouble), Forgetful()
    names = [f"p{number}" for number in range(9)]
    for _ in range(2):
        engine = ClusterWorkers(scheduler, setup, "cnn", 60)
        here = FewPages(Trouble(), setup, keeper)
        assert told(Batch(pages(tmp_path, *names), engine, here, keeper).results()) == names


@pytest.mark.parametrize(
    "address", ["local:0", "local:", "local:x", "10.0.0.1:8786", "", "nowhere"]
)
def test_an_address_that_is_none(address: str) -> None:
    from digitscan.batch.cluster import local_workers

    with pytest.raises(UsageError, match="give tcp://HOST:PORT of a scheduler, or local:N"):
        local_workers(address)


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from digitscan.batch import cluster

    monkeypatch.setattr(cluster, "START_S", 0.5)
    with pytest.raises(UsageError, match="no cluster to be reached"):
        cluster.ClusterWorkers("tcp://127.0.0.1:9", Setup(Trouble), "cnn", 60)
