"""A file's name and the hash of its content in, the file on this disk out.

Several mirrors are asked in turn; nothing reaches its final name before its content is checked.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import sys
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from digitscan.errors import DatasetError

TIMEOUT_S = 30.0
MAX_DOWNLOAD_BYTES = 32 * 2**20
"""MNIST's largest file is 9.9 MB packed; anything much over that is not the file asked for."""
MAX_UNPACKED_BYTES = 2**30
CHUNK_BYTES = 2**18

Progress = Callable[[str, int], object]
"""Told the file's name and how many bytes have come since the last call."""


def cache_folder() -> Path:
    """Where downloads are kept: the platform's own place for a user's caches."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "digitscan"


def unpack(packed: bytes) -> bytes:
    """Undo gzip where ``packed`` is gzip, else give the bytes back.

    Raises
    ------
    DatasetError
        If the gzip stream is damaged, or unpacks to more than ``MAX_UNPACKED_BYTES``.
    """
    if not packed.startswith(b"\x1f\x8b"):
        return packed
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(packed, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise DatasetError(f"the gzip data are damaged ({error})") from error
    if not unpacker.eof:
        raise DatasetError("the gzip data are cut short or unpack to more than 1 GiB")
    return content


def fetch(
    name: str,
    sha256: str,
    target: Path,
    mirrors: Sequence[str],
    progress: Progress | None = None,
    timeout_s: float = TIMEOUT_S,
) -> bytes:
    """Give the unpacked content of ``target``, downloading it first where it is not whole.

    Parameters
    ----------
    name : str
        File name appended to each mirror's address.
    sha256 : str
        Hash of the unpacked content; a kept or downloaded file with another is not used.
    target : Path
        Where the file is kept, packed with gzip.
    mirrors : sequence of str
        Addresses ending in ``/``, asked in this order.

    Raises
    ------
    DatasetError
        If no mirror gave the file; the message says what went wrong with each.
    """
    problems = []
    if target.is_file():
        try:
            return _checked(target.read_bytes(), sha256)
        except (OSError, DatasetError) as error:
            problems.append(f"{target}: {error}")
    for mirror in mirrors:
        try:
            content = _checked(_download(mirror + name, progress, timeout_s), sha256)
        except (OSError, http.client.HTTPException, DatasetError) as error:
            problems.append(f"{mirror}{name}: {error}")
            continue
        _keep(target, content)
        return content
    raise DatasetError(
        f"{name} could not be downloaded:\n  "
        + "\n  ".join(problems)
        + "\nput MNIST's four files into a folder yourself and name it with --data DIR"
    )


def _checked(packed: bytes, sha256: str) -> bytes:
    content = unpack(packed)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DatasetError("the content is not what it should be (wrong checksum)")
    return content


def _download(address: str, progress: Progress | None, timeout_s: float) -> bytes:
    """Read ``address`` whole, refusing an answer that is too long or cut short."""
    content = bytearray()
    with urllib.request.urlopen(address, timeout=timeout_s) as answer:
        while chunk := answer.read(CHUNK_BYTES):
            content += chunk
            if len(content) > MAX_DOWNLOAD_BYTES:
                raise DatasetError(f"the answer is longer than {MAX_DOWNLOAD_BYTES} bytes")
            if progress:
                progress(address.rpartition("/")[2], len(chunk))
        announced = answer.headers.get("Content-Length")
    if announced and announced.isdigit() and len(content) != int(announced):
        raise DatasetError(f"the answer was cut short ({len(content)} of {announced} bytes)")
    return bytes(content)


def _keep(target: Path, content: bytes) -> None:
    """Write ``content``, packed, under a temporary name beside ``target`` and rename it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(gzip.compress(content, compresslevel=6, mtime=0))
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DatasetError(f"{target}: the download can't be kept ({error})") from error
