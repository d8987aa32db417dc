"""An address such as ``https://…`` or ``s3://…`` in, its bytes in a temporary file out.

Nothing here runs, and no network is touched, unless the user names an address. What was fetched
lies in one temporary file, which has gone when the next address is fetched or the program ends.
"""

from __future__ import annotations

import re
import sys
from typing import IO, BinaryIO, cast

from digitscan.scan.refusal import reason_of, refuse, refuse_unopened
from digitscan.scan.streams import STREAM_LIMIT, copy_stream
from digitscan.values import PageRef

PROTOCOLS = frozenset(
    {"http", "https", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "ftp", "sftp", "ssh", "smb"}
    | {"webdav", "hdfs", "zip", "tar", "file", "memory"}
)
"""Kinds of addresses that are read. Others that fsspec knows keep caches or run what they load."""
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*::)*[a-z][a-z0-9+.-]+://", re.IGNORECASE)

_last: tuple[str, IO[bytes]] | None = None


def is_remote(source: str) -> bool:
    """Tell an address from a path.

    >>> is_remote("zip://a.png::https://host/x.zip"), is_remote("scans/a.png")
    (True, False)
    """
    return _ADDRESS.match(source) is not None


def expand_remote(address: str) -> list[str]:
    """List the addresses that match a pattern with ``*``; the address itself where none does."""
    if "*" not in address or not _allowed(address):
        return [address]
    inner, *rest = address.split("::")
    protocol = inner.partition("://")[0]
    try:
        import fsspec
    except ImportError:
        return [address]
    try:
        system, path = fsspec.core.url_to_fs(address)
        matches = sorted(system.glob(path))
    except _failures():
        return [address]
    names = [f"{protocol}://{str(match).removeprefix('/')}" for match in matches]
    return ["::".join([name, *rest]) for name in names] or [address]


def fetch(ref: PageRef) -> BinaryIO:
    """Fetch an address into a temporary file, which is closed when the next one is fetched.

    The later pages of a file come from the same copy. Raises ``PageError``.
    """
    global _last
    if _last is not None and ref.index and _last[0] == ref.source:
        _last[1].seek(0)
        return cast(BinaryIO, _last[1])
    if not _allowed(ref.source):
        known = " ".join(sorted(PROTOCOLS))
        raise refuse(ref, f"not a kind of address that is read ({known})", "copy it to a file")
    # Imported here, as in all of scan/: a page in a file needs none of it.
    import tempfile

    copy = tempfile.NamedTemporaryFile(prefix="digitscan-")  # noqa: SIM115
    if _last is not None:
        _last[1].close()
    _last = ref.source, cast("IO[bytes]", copy)
    _copy_remote(ref, _last[1])
    copy.flush()
    copy.seek(0)
    return cast(BinaryIO, copy)


def _copy_remote(ref: PageRef, copy: IO[bytes]) -> None:
    try:
        import fsspec
    except ImportError as error:
        remedy = "pip install 'digitscan[remote]', or copy it to a file"
        raise refuse(ref, "addresses need fsspec, not installed", remedy) from error
    try:
        with fsspec.open(ref.source, "rb", **_options(ref.source)) as stream:
            whole = copy_stream(stream, copy)
    except ImportError as error:
        remedy = "install that package, or copy it to a file"
        raise refuse(ref, f"can't be opened ({reason_of(error)})", remedy) from error
    except _failures() as error:
        # fsspec calls it a missing file when the host itself can't be reached.
        cause = error.__cause__
        if isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError):
            raise refuse_unopened(ref, OSError(reason_of(cause))) from error
        raise refuse_unopened(ref, error) from error
    if not whole:
        problem = f"holds more than {STREAM_LIMIT >> 20} MiB"
        raise refuse(ref, problem, "copy it to a file and name that")


def _allowed(address: str) -> bool:
    steps = [step.partition("://") for step in address.lower().split("::")]
    return all(protocol in PROTOCOLS for protocol, mark, _ in steps if mark) and not any(
        protocol not in PROTOCOLS for protocol, mark, _ in steps[:-1] if not mark
    )


def _options(address: str) -> dict[str, int]:
    # Without a block size fsspec streams over http instead of asking for the length first.
    return {"block_size": 0} if re.match(r"https?://", address, re.IGNORECASE) else {}


def _failures() -> tuple[type[Exception], ...]:
    """What fsspec and the libraries under it raise; only those that are loaded can raise."""
    kinds: list[type[Exception]] = [
        ImportError,
        OSError,
        ValueError,
        RuntimeError,
        LookupError,
        NotImplementedError,
    ]
    for module, name in (
        ("aiohttp", "ClientError"),
        ("botocore.exceptions", "BotoCoreError"),
        ("zipfile", "BadZipFile"),
    ):
        if module in sys.modules:
            kinds.append(getattr(sys.modules[module], name))
    return tuple(kinds)
