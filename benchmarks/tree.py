"""A running program: its worker processes, and the memory of all its processes together (Linux)."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path


def descendants(pid: int) -> list[int]:
    """Processes started by a process, and by those."""
    found = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                children = [int(each) for each in (task / "children").read_text().split()]
                found += children
                waiting += children
    return found


def workers(pid: int) -> list[int]:
    """Processes that read pages for a process."""
    return [child for child in descendants(pid) if b"spawn_main" in _command(child)]


def memory_mb(pid: int) -> float:
    """Memory of a process and its descendants in MB; what they share counts once (PSS)."""
    return sum(map(_pss_kb, [pid, *descendants(pid)])) / 1024


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _pss_kb(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    match = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
    return int(match[1]) if match else 0
