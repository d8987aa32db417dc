"""What a benchmark was measured on: one line to stand above its table."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import digitscan


def describe_setting() -> str:
    """Version, commit (with ``+`` where files differ from it) and machine, in one line."""
    return (
        f"digitscan {digitscan.__version__}, commit {_commit()}; Python "
        f"{platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
