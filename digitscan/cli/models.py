"""``digitscan models``: what models there are, whether they are whole, and what they say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from digitscan.errors import ModelError
from digitscan.glyph.card import ModelCard
from digitscan.glyph.classifier import find_model, installed_models, read_model
from digitscan.report.text import one_line

SUMS_FILE = "SHA256SUMS"
"""Beside the shipped models: their hashes, as sha256sum writes and checks them."""
HASH_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """A model file as it lies there. ``check`` is ``ok``, ``changed``, or empty: nothing known."""

    path: Path
    size_bytes: int
    sha256: str
    check: str
    card: ModelCard


@click.command()
@click.argument("files", nargs=-1, metavar="[MODEL]...")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of a table.")
def models(files: tuple[str, ...], as_json: bool) -> None:
    """List MODELs, names or files: kind, size, hash, and the figures on their cards.

    Without MODELs those that are installed are listed.
    """
    paths = [find_model(name) for name in files] or installed_models()
    if not paths:
        raise ModelError("no models are installed; train one with 'digitscan train'")
    entries = [_look_at(path) for path in paths]
    click.echo(_as_json(entries) if as_json else "\n\n".join(map(_as_text, entries)))


def _look_at(path: Path) -> Entry:
    content, card = read_model(path)
    digest = hashlib.sha256(content).hexdigest()
    known = _known_hash(path)
    check = "" if known is None else "ok" if known == digest else "changed"
    return Entry(path, len(content), digest, check, card)


def _known_hash(path: Path) -> str | None:
    """Give the hash that the file beside ``path`` promises, None where it promises none."""
    try:
        lines = (path.parent / SUMS_FILE).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    pairs = [line.split(maxsplit=1) for line in lines]
    return next((pair[0] for pair in pairs if pair[1:] == [path.name]), None)


def _as_json(entries: list[Entry]) -> str:
    objects: list[dict[str, Any]] = [
        {
            "name": entry.card.name,
            "kind": entry.card.kind,
            "file": str(entry.path),
            "size_bytes": entry.size_bytes,
            "sha256": entry.sha256,
            "check": entry.check or None,
            "card": asdict(entry.card),
        }
        for entry in entries
    ]
    return json.dumps(objects, indent=2)


def _as_text(entry: Entry) -> str:
    card = entry.card
    head = f"{card.name} ({card.kind}), {entry.size_bytes / 1e6:.2f} MB"
    check = f" ({entry.check})" if entry.check else ""
    counts = ", ".join(f"{count:,} {name}" for name, count in card.counts.items())
    figures = ", ".join(f"{name} {_share(value)}" for name, value in card.figures.items())
    lines = {
        "file": str(entry.path),
        "sha256": entry.sha256[:HASH_CHARACTERS] + check,
        "data": f"{card.data}; {counts}; seed {card.seed}",
        "figures": figures,
        "made by": card.made_by,
    }
    return "\n".join(
        [one_line(head), *(one_line(f"  {name:8} {text}") for name, text in lines.items())]
    )


def _share(value: float) -> str:
    """Show a share below 1 in percent, anything else as it is."""
    return f"{value:.2%}" if 0 < value < 1 else f"{value:g}"
