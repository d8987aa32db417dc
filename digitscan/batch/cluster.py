"""Workers of a Dask cluster: references in, futures of outcomes out, as from workers here.

The cluster's workers open the pages themselves, under the same paths as this machine, and make
their reader once. A worker that is lost gives its pages to another. Only loopback is used unless
the address of a scheduler is given.
"""

from __future__ import annotations

import faulthandler
import hashlib
import logging
import os
import re
import threading
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import digitscan
from digitscan.batch.executors import START_S, signals_kept_away
from digitscan.batch.outcome import Cause, Failure, Outcome
from digitscan.batch.worker import PageReader, Setup, read_one, use_one_thread
from digitscan.errors import DigitscanError, UsageError
from digitscan.glyph.classifier import find_model
from digitscan.values import PageRef


@dataclass(frozen=True, slots=True)
class Job:
    """What a cluster's worker must know besides the page.

    ``folder`` is what the names of pages are relative to, ``made_with`` the version and the model
    that it must have.
    """

    setup: Setup
    model: str
    folder: str
    made_with: str
    page_timeout: float


class ClusterWorkers:
    """The workers of the cluster at ``address``, or with ``local:N`` of one of N made here."""

    def __init__(self, address: str, setup: Setup, model: str, page_timeout: float) -> None:
        distributed = _distributed()
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._job = Job(setup, model, str(Path.cwd()), _made_with(model), page_timeout)
        self._cluster: Any = None
        try:
            with signals_kept_away():
                if count := local_workers(address):
                    self._cluster = distributed.LocalCluster(
                        n_workers=count,
                        threads_per_worker=1,
                        host="127.0.0.1",
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                    )
                self._client = distributed.Client(self._cluster or address, timeout=START_S)
            self._client.wait_for_workers(1, timeout=START_S)
        except (OSError, TimeoutError, ValueError) as error:
            raise UsageError(
                f"--cluster {address}: no cluster to be reached ({error}); give the address that "
                "dask scheduler prints, or local:N"
            ) from error
        self.size = max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        self._executor: Executor = self._client.get_executor(pure=False)
        self._lost: type[Exception] = distributed.KilledWorker

    def start(self, ref: PageRef) -> Future[Outcome | Failure]:
        """Hand out a page; where its worker is lost, the scheduler gives it to another."""
        outcome: Future[Outcome | Failure] = Future()
        # What is in the cluster's hands is waited for, as nobody knows whether it was begun.
        outcome.set_running_or_notify_cancel()
        answer = self._executor.submit(read_in_cluster, self._job, ref)
        answer.add_done_callback(partial(self._pass_on, outcome))
        return outcome

    def close(self) -> None:
        """Leave the cluster, and end it if it was made here."""
        self._client.close(timeout=5)
        if self._cluster is not None:
            self._cluster.close(timeout=5)

    def _pass_on(
        self, outcome: Future[Outcome | Failure], answer: Future[Outcome | Failure]
    ) -> None:
        error = None if answer.cancelled() else answer.exception()
        if isinstance(error, DigitscanError):
            outcome.set_exception(error)
        elif isinstance(error, self._lost):
            outcome.set_result(Failure(Cause.DIED, "several of the cluster's were lost"))
        elif error is not None or answer.cancelled():
            outcome.set_result(Failure(Cause.NOT_STARTED, type(error or answer).__name__))
        else:
            outcome.set_result(answer.result())


def local_workers(address: str) -> int:
    """Number of workers that ``local:N`` asks for; 0 for the address of a scheduler.

    >>> local_workers("local:2"), local_workers("tcp://10.0.0.1:8786")
    (2, 0)
    """
    match = re.fullmatch(r"local:([1-9]\d{0,3})", address)
    if match is None and not re.match(r"(tcp|tls|ucx|wss?)://", address):
        raise UsageError(f"--cluster {address}: give tcp://HOST:PORT of a scheduler, or local:N")
    return int(match[1]) if match else 0


_one_page = threading.Lock()
_readers: dict[tuple[str, str], PageReader] = {}


def read_in_cluster(job: Job, ref: PageRef) -> Outcome | Failure:
    """Read a page in a worker of the cluster, one at a time, however many threads it has.

    A page that takes too long ends the worker, and with it whatever hangs there.
    """
    with _one_page:
        reader = _reader_for(job)
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            faulthandler.dump_traceback_later(job.page_timeout, exit=True, file=nowhere)
            try:
                return read_one(reader, job.setup, ref)
            finally:
                faulthandler.cancel_dump_traceback_later()


def _reader_for(job: Job) -> PageReader:
    """The reader of this worker, made when it is first asked for."""
    _go_to(job.folder)
    key = (job.made_with, repr(job.setup.make_reader))
    if key not in _readers:
        if _made_with(job.model) != job.made_with:
            raise UsageError("the cluster's workers have another version of digitscan or the model")
        use_one_thread()
        _readers.clear()
        _readers[key] = job.setup.make_reader()
    return _readers[key]


def _go_to(folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise UsageError(
            f"{folder}: the cluster's workers can't see this folder ({error.strerror}); share it "
            "under the same path"
        ) from error


def _made_with(model: str) -> str:
    content = find_model(model).read_bytes()
    return f"{digitscan.__version__} {hashlib.sha256(content).hexdigest()}"


def _distributed() -> Any:
    try:
        # Imported here: only who has a cluster needs it.
        import distributed
    except ImportError as error:
        raise UsageError(
            "--cluster needs dask, not installed; pip install 'digitscan[cluster]'"
        ) from error
    return distributed
