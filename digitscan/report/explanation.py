"""How a page was read, in words: its trace and the accounts of its fields in, text out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from digitscan.reader import PageTrace
from digitscan.report.account import Account, name_rivals
from digitscan.report.stages import lie_of, name_count
from digitscan.report.summary import count, count_statuses
from digitscan.report.text import one_line
from digitscan.values import FieldKind, Status

MUCH_LEFT_OUT = 0.1
"""From this share on, ink in a box that was left out is told of."""


def explain_page(trace: PageTrace, accounts: Sequence[Account]) -> str:
    """Say what was seen of a page, and of each field in ``accounts`` what was read and why."""
    ref, clean = trace.page.ref, trace.clean
    height, width = trace.page.image.shape
    clean_height, clean_width = clean.ink.shape
    kinds = Counter(field.cut.field.kind for field in trace.fields)
    statuses = Counter(field.record.reading.status for field in trace.fields)
    fields = ", ".join(name_count(kinds[kind], kind) for kind in FieldKind if kinds[kind])
    head = [
        f"{one_line(ref.source)} page {ref.index + 1}, {width} x {height} px",
        f"clean page: {clean_width} x {clean_height} px, pen {clean.stroke_px:.1f} px wide; "
        f"{lie_of(clean)}",
        f"{count(len(trace.fields), 'field')}: {fields}" if fields else "no fields were found",
        *([count_statuses(statuses)] if fields else []),
    ]
    told = ["\n".join(_lines_about(account)) for account in accounts]
    return "\n".join([*head, "", *told]).rstrip() + "\n"


def headline(account: Account) -> str:
    """What a field is and what was read, in one line."""
    field, reading = account.traced.record.field, account.reading
    kind = f"comb of {len(field.cells)} cells" if field.cells else str(field.kind)
    status = str(reading.status).replace("_", " ")
    if not reading.value:
        return f"{field.name}: {kind}, {status}"
    return f"{field.name}: {kind}, {reading.value}, {status}, {reading.confidence:.1%}"


def sentences(account: Account) -> tuple[str, ...]:
    """What speaks against a value; where nothing does, what else it may be."""
    rivals = name_rivals(account.reading)
    told = account.doubts or ((rivals,) if rivals else ())
    return (*told, *_left_out(account))


def _left_out(account: Account) -> Iterator[str]:
    if account.left_out > MUCH_LEFT_OUT:
        yield (
            f"{account.left_out:.0%} of the ink in its box was left out: print, dirt, too pale "
            "beside the rest, or part of something outside"
        )


def _lines_about(account: Account) -> Iterator[str]:
    yield headline(account)
    is_plain = account.reading.status in (Status.OK, Status.BLANK)
    told = _left_out(account) if is_plain else sentences(account)
    yield from (f"    {sentence}" for sentence in told)
