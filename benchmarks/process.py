"""Running a whole program: its command in, its time and memory out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

LAUNCHER = """
import json, os, sys, time
start = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
unit = 1 if sys.platform == "darwin" else 1024
wall, busy = time.perf_counter() - start, used.ru_utime + used.ru_stime
print(json.dumps([wall, busy, used.ru_maxrss * unit, status]))
"""
"""Started as a small process of its own: a child's peak memory counts that of its parent."""

DIGITSCAN = (sys.executable, "-c", "from digitscan.cli.main import main; main()")
"""The command ``digitscan`` of this Python."""


class Process(NamedTuple):
    """One run of a program, from its start to its end."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def run_process(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Process:
    """Run a command to its end; what it prints on standard output is lost."""
    launch = [sys.executable, "-c", LAUNCHER, *command]
    env = os.environ | dict(environment or {})
    done = subprocess.run(launch, capture_output=True, text=True, check=True, env=env)
    wall, busy, memory, status = json.loads(done.stdout)
    if status:
        raise SystemExit(f"{command[0]} ended with status {status}: {done.stderr}")
    return Process(wall, busy, memory)
