"""A source and what is wrong with it in, a `PageError` out: ``source: problem; what to do``."""

from __future__ import annotations

from digitscan.errors import PageError
from digitscan.values import PageRef

STANDARD_INPUT = "-"


def refuse(ref: PageRef, problem: str, remedy: str) -> PageError:
    """Make the error for a page, on one line whatever its source is called."""
    if ref.source == STANDARD_INPUT:
        source = "standard input"
    else:
        source = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in ref.source) or "''"
    page = f", page {ref.index + 1}" if ref.index else ""
    return PageError(f"{source}{page}: {problem}; {remedy}")


def refuse_unopened(ref: PageRef, error: Exception) -> PageError:
    """Make the error for a source that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return refuse(ref, "no such file", "check the name")
    reason = getattr(error, "strerror", None) or reason_of(error)
    return refuse(ref, f"can't be opened ({reason})", "check the name and its permissions")


def refuse_damaged(ref: PageRef, kind: str, reason: str) -> PageError:
    """Make the error for a file that begins as it should but does not go on that way."""
    thing = "PDF" if kind == "PDF" else f"{kind} image"
    return refuse(ref, f"damaged or cut-off {thing} ({reason})", "scan or copy it again")


def refuse_size(ref: PageRef, size: tuple[int, int], max_mpixels: float) -> PageError:
    """Make the error for an image of more pixels than are allowed."""
    width, height = size
    problem = (
        f"{width:,} x {height:,} pixels are {width * height / 1e6:,.0f} megapixels, "
        f"over the limit of {max_mpixels:,g}"
    )
    return refuse(ref, problem, "scan at a lower resolution, or raise it with --max-mpixels")


def reason_of(error: Exception) -> str:
    """Give a decoder's or the system's own words on one short line."""
    words = "".join(c if c.isprintable() else " " for c in str(error)).split()
    return " ".join(words)[:200] or type(error).__name__
