"""Strips of a page: every row once, and nothing that depends on where a strip ends."""

from __future__ import annotations

import numpy as np
import pytest

from digitscan.scan import strips as strips_module
from digitscan.scan.binarisation import find_ink
from digitscan.scan.ruling import find_ruling
from digitscan.scan.strips import strips
from digitscan.values import GreyImage


def _page() -> GreyImage:
    """Darkness of a page full of bars, level and plumb, of many lengths, widths and tones."""
    rng = np.random.default_rng(3)
    page = rng.integers(0, 12, (300, 240)).astype(np.uint8)
    for number in range(160):
        top, left = rng.integers(0, 300), rng.integers(0, 240)
        length, width = rng.integers(10, 120), rng.integers(1, 5)
        height, across = (width, length) if number % 2 else (length, width)
        page[top : top + height, left : left + across] = rng.integers(15, 200)
    return page


def test_every_row_is_in_one_strip_and_sees_its_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(strips_module, "STRIP_PIXELS", 40)
    rows = np.arange(23)
    found = list(strips((23, 10), 2))
    assert np.concatenate([rows[strip.rows] for strip in found]).tolist() == rows.tolist()
    for strip in found:
        own, seen = rows[strip.rows], rows[strip.seen]
        assert seen[strip.own].tolist() == own.tolist()
        assert seen[0] == max(0, own[0] - 2)
        assert seen[-1] == min(22, own[-1] + 2)


def test_a_wide_page_still_gets_strips_of_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips_module, "STRIP_PIXELS", 4)
    assert len(list(strips((3, 10), 0))) == 3


def test_ink_and_ruling_do_not_depend_on_the_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    page = _page()
    ink, ruling = find_ink(page, 3.0), find_ruling(page, 3.0)
    assert ink.any()
    assert ruling[0].any()
    assert ruling[1].any()
    monkeypatch.setattr(strips_module, "STRIP_PIXELS", 17 * 240)
    assert np.array_equal(find_ink(page, 3.0), ink)
    for lines, whole in zip(find_ruling(page, 3.0), ruling, strict=True):
        assert np.array_equal(lines, whole)
