from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from digitscan.errors import OutputError, UsageError
from digitscan.measure.calibration import RiskCoverage, reliability_bins, risk_coverage
from digitscan.measure.digits import digit_figures
from digitscan.measure.plots import (
    SHEET_COLUMNS,
    SHEET_LIMIT,
    draw_confusion,
    draw_errors,
    draw_reliability,
    draw_risk_coverage,
    require_matplotlib,
    save_picture,
)
from digitscan.values import CLASS_COUNT, Probabilities


def answers(said: Sequence[int], confidence: float = 0.9) -> Probabilities:
    rows = np.full((len(said), CLASS_COUNT), (1 - confidence) / (CLASS_COUNT - 1), np.float32)
    rows[np.arange(len(said)), said] = confidence
    return rows


def texts(figure: Any) -> list[str]:
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def axes_of(figure: Any) -> Any:
    return figure.axes


def size_of(path: Path) -> tuple[int, ...]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return tuple(picture.shape)


def test_the_confusion_matrix_shows_every_count() -> None:
    labels = np.array([3] * 41 + [7] * 2)
    said = answers([3] * 40 + [8] + [10] * 2)
    figure = draw_confusion(digit_figures(said, labels, name="d"), title="a title")
    shown = texts(figure)
    assert {"40", "1", "2", "none"} <= set(shown)
    assert any("3 errors in 43" in text for text in shown)
    assert any("a title" in text for text in shown)


def test_a_faultless_matrix_can_be_drawn(tmp_path: Path) -> None:
    figures = digit_figures(answers(range(10)), np.arange(10), name="d")
    save_picture(draw_confusion(figures, title="t"), tmp_path / "deep" / "c.png")
    assert size_of(tmp_path / "deep" / "c.png")[0] > 500


def test_reliability_draws_a_bar_for_every_bin() -> None:
    bins = reliability_bins(np.array([0.3, 0.5, 0.99]), np.array([False, True, True]))
    upper, lower = axes_of(draw_reliability(bins, ece=0.1234, title="t"))
    assert [bar.get_height() for bar in upper.patches] == [0, 1, 1]
    assert [bar.get_height() for bar in lower.patches] == [1, 1, 1]
    assert any("12.34 %" in text for text in texts(upper))


@pytest.mark.parametrize("count", [1, 7])
def test_risk_coverage_ends_at_the_error_of_all(count: int) -> None:
    curve = risk_coverage(np.linspace(0, 1, 200), np.arange(200) >= 10)
    (axes,) = axes_of(draw_risk_coverage({f"m{i}": curve for i in range(count)}, title="t"))
    assert len(axes.lines) == count
    x, y = axes.lines[0].get_data()
    assert (x[-1], y[-1]) == pytest.approx((100, 5))
    low, high = axes.get_xlim()
    assert 85 <= low < 95 < 100 <= high
    assert axes.get_ylim()[1] > 5


@pytest.mark.parametrize(
    "curves",
    [
        {},
        {"empty": risk_coverage(np.zeros(0), np.zeros(0, bool))},
        {"faultless": risk_coverage(np.ones(3), np.ones(3, bool))},
        {"hopeless": risk_coverage(np.ones(3), np.zeros(3, bool))},
    ],
    ids=["none", "empty", "faultless", "hopeless"],
)
def test_odd_curves_can_be_drawn(tmp_path: Path, curves: Mapping[str, RiskCoverage]) -> None:
    save_picture(draw_risk_coverage(curves, title="t"), tmp_path / "r.png")
    assert (tmp_path / "r.png").stat().st_size > 0


def test_the_contact_sheet_shows_the_errors_most_confident_first() -> None:
    glyphs = np.zeros((3, 28, 28), np.uint8)
    glyphs[1] = 255
    said = np.concatenate([answers([1], 0.6), answers([2], 0.95), answers([3], 0.9)])
    figure = draw_errors(glyphs, np.array([4, 5, 3]), said, title="t")
    shown = [axes for axes in axes_of(figure) if axes.images]
    assert [axes.get_title() for axes in shown] == ["5 → 2", "4 → 1"]
    assert [axes.get_xlabel() for axes in shown] == ["95.0 %", "60.0 %"]
    assert shown[0].images[0].get_array().max() == 0, "ink is drawn black"


def test_a_sheet_of_many_errors_says_that_it_shows_some() -> None:
    n = SHEET_LIMIT + 30
    figure = draw_errors(
        np.zeros((n, 28, 28), np.uint8), np.zeros(n, int), answers([1] * n), title="t"
    )
    assert len(figure.axes) == SHEET_LIMIT
    assert f"{n} errors" in figure.get_suptitle() and f"{SHEET_LIMIT} most" in figure.get_suptitle()


def test_a_sheet_without_errors_can_be_drawn(tmp_path: Path) -> None:
    figure = draw_errors(np.zeros((1, 28, 28), np.uint8), np.array([1]), answers([1]), title="t")
    save_picture(figure, tmp_path / "e.png")
    assert len(figure.axes) == SHEET_COLUMNS
    assert size_of(tmp_path / "e.png")[2] == 3


def test_a_picture_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    figure = draw_errors(np.zeros((1, 28, 28), np.uint8), np.array([1]), answers([1]), title="t")
    with pytest.raises(OutputError, match="can't be written"):
        save_picture(figure, tmp_path / "file" / "e.png")


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def refuse(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real_import(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match=r"digitscan\[train\]"):
        require_matplotlib()
