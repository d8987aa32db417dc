"""Inks written on sheets, scanned and cleaned: each comes back as its own glyph."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn import scanner
from digitscan.learn.augmentation import crop_ink
from digitscan.learn.scanner import ScannedInk, scan_inks, scan_sheets
from digitscan.learn.shapes import draw_digit
from digitscan.values import GreyImage


def digits(count: int) -> list[GreyImage]:
    random = np.random.default_rng(1)
    return [crop_ink(draw_digit(number % 10, random)) for number in range(count)]


def scanned(inks: list[GreyImage], seed: int = 1) -> list[GreyImage | None]:
    return scan_inks(inks, np.random.default_rng(seed))


def whole(glyphs: list[GreyImage | None]) -> list[GreyImage]:
    return [glyph for glyph in glyphs if glyph is not None]


def likeness(glyphs: list[GreyImage], others: list[GreyImage]) -> npt.NDArray[np.float64]:
    """Correlation of each glyph with each other."""
    first, second = (
        np.stack(some).reshape(len(some), -1).astype(float) for some in (glyphs, others)
    )
    return np.asarray(np.corrcoef(first, second)[: len(first), len(first) :], np.float64)


@pytest.mark.parametrize("seed", [1, 3, 4, 6])
def test_each_ink_comes_back_as_its_own_glyph(seed: int) -> None:
    """Unless a threshold broke most of them, and where the last sheet is not full."""
    inks = digits(150)
    glyphs = scanned(inks, seed)
    assert len(glyphs) == len(inks)
    found = [number for number, glyph in enumerate(glyphs) if glyph is not None]
    assert len(found) > 100
    alike = likeness(whole(glyphs), [normalise_glyph(inks[number]) for number in found])
    assert np.median(np.diag(alike)) > 0.75
    best = alike.argmax(axis=1) == np.arange(len(found))
    assert best.mean() > 0.8


def test_scans_differ_and_the_same_chance_gives_the_same() -> None:
    inks = digits(12)
    first, again, other = (np.stack(whole(scanned(inks, seed))) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not (first == other).all(axis=(1, 2)).any()


def test_of_a_pen_as_pale_as_paper_a_threshold_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scanner, "PEN", (220.0, 221.0))
    monkeypatch.setattr(scanner, "BINARY_SHARE", 1.0)
    monkeypatch.setattr(scanner, "GRAIN", (0.0, 0.0))
    assert scanned(digits(20)) == [None] * 20


def test_a_threshold_breaks_uneven_strokes(monkeypatch: pytest.MonkeyPatch) -> None:
    """In grey they stay whole."""

    def pieces_of(binary: float) -> float:
        monkeypatch.setattr(scanner, "BINARY_SHARE", binary)
        glyphs = [glyph for seed in range(4) for glyph in scanned(digits(60), seed)]
        return float(np.mean([cv2.connectedComponents(glyph)[0] - 1 for glyph in whole(glyphs)]))

    monkeypatch.setattr(scanner, "PRESSED", (0.5, 0.6))
    monkeypatch.setattr(scanner, "UNEVEN", (1.2, 1.6))
    assert pieces_of(1.0) > 1.3 * pieces_of(0.0)


def test_an_ink_one_pixel_wide_has_a_place() -> None:
    assert len(scanned([np.full((400, 1), 255, np.uint8)])) == 1


def carried(ink: GreyImage, found: ScannedInk) -> GreyImage:
    """An ink moved to where a scan found what is left of it."""
    moved = cv2.warpPerspective(ink, found.to_page, found.ink.shape[1::-1])
    return np.asarray(moved, np.uint8)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_what_is_left_of_a_wide_ink_lies_where_it_was_written(seed: int) -> None:
    shapes = [cv2.resize(shape, (70, 100)) for shape in digits(120)]
    inks = [crop_ink(np.hstack(shapes[first : first + 3])) for first in range(0, 120, 3)]
    scanned = [*scan_sheets(inks, np.random.default_rng(seed), 4)]
    found = [(ink, one) for ink, one in zip(inks, scanned, strict=True) if one]
    assert len(scanned) == 40 and len(found) > 30
    for ink, one in found:
        near = cv2.dilate(carried(ink, one), np.ones((7, 7), np.uint8))
        assert np.count_nonzero(one.ink[near == 0]) < 0.05 * np.count_nonzero(one.ink)
        assert 1 < one.stroke_px < 12


def test_no_inks_no_glyphs() -> None:
    assert scanned([]) == []
