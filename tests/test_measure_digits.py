from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitscan.measure.digits import (
    MNIST_PARTS,
    DigitFigures,
    Labels,
    digit_figures,
    digit_risk_coverage,
    measure_digits,
)
from digitscan.measure.text import classes_table, digits_summary, join_tables, parts_table
from digitscan.values import CLASS_COUNT, NOT_A_DIGIT, GreyImage, Probabilities


def answer(said: int, confidence: float, second: int = 0) -> Probabilities:
    """One row: ``said`` with ``confidence``, the rest on ``second``."""
    row = np.zeros(CLASS_COUNT, np.float32)
    row[second] += 1 - confidence
    row[said] += confidence
    return row


class Dictated:
    """A classifier that says what the first pixel of a glyph tells it to."""

    def classify(self, glyphs: GreyImage) -> Probabilities:
        return np.stack([answer(int(glyph[0, 0]), 0.75, 9) for glyph in glyphs])


def dictate(said: list[int]) -> GreyImage:
    glyphs = np.zeros((len(said), 28, 28), np.uint8)
    glyphs[:, 0, 0] = said
    return glyphs


def random_answers(seed: int, n: int = 60) -> tuple[Probabilities, Labels]:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(CLASS_COUNT, 0.2), n).astype(np.float32)
    return probabilities, rng.integers(0, 10, n)


def test_a_case_counted_by_hand() -> None:
    labels = np.array([1, 1, 1, 7, 7, 0, 0, 2])
    said = [1, 7, 1, 7, 10, 0, 0, 2]
    figures = measure_digits(Dictated(), dictate(said), labels, name="by hand")
    assert (figures.name, figures.n, figures.errors, figures.refused) == ("by hand", 8, 2, 1)
    assert figures.accuracy == 0.75
    assert figures.confusion[1] == (0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0)
    assert figures.confusion[7] == (0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1)
    assert figures.classes[1].precision == 1
    assert figures.classes[1].recall == pytest.approx(2 / 3)
    assert (figures.classes[7].precision, figures.classes[7].recall) == (0.5, 0.5)
    assert (figures.classes[5].precision, figures.classes[5].recall) == (None, None)
    assert figures.ece == pytest.approx(0)
    assert figures.interval.low < 0.75 < figures.interval.high


def test_nll_and_brier_of_one_answer() -> None:
    figures = digit_figures(answer(3, 0.8, 5)[None], np.array([3]), name="one")
    assert figures.nll == pytest.approx(-np.log(0.8), rel=1e-6)
    assert figures.brier == pytest.approx(0.2**2 + 0.2**2, rel=1e-6)


def test_a_flat_denial_of_the_truth_costs_much_but_not_everything() -> None:
    figures = digit_figures(answer(3, 1.0)[None], np.array([5]), name="one")
    assert figures.nll == pytest.approx(-np.log(1e-12))
    assert figures.brier == pytest.approx(2)


def test_a_digit_refused_for_sure_is_handed_over_first() -> None:
    rows = [answer(10, 0.99, 4), answer(4, 0.6, 1), answer(4, 0.9, 1), answer(4, 0.95, 1)]
    curve = digit_risk_coverage(np.stack(rows), np.full(4, 4))
    assert curve.errors.tolist() == [0, 0, 0, 1]


def test_parts_are_measured_apart() -> None:
    labels = np.arange(10) % 10
    said = [0, 1, 2, 3, 9, 5, 6, 7, 8, 9]
    parts = {"front": slice(0, 5), "back": slice(5, 10)}
    figures = measure_digits(Dictated(), dictate(said), labels, name="d", parts=parts)
    assert [(p.name, p.n, p.errors) for p in figures.parts] == [("front", 5, 1), ("back", 5, 0)]
    assert figures.parts[0].accuracy == 0.8


@given(st.integers(0, 2**32 - 1))
def test_figures_do_not_depend_on_the_order_of_the_digits(seed: int) -> None:
    probabilities, labels = random_answers(seed)
    order = np.random.default_rng(seed + 1).permutation(len(labels))
    one = digit_figures(probabilities, labels, name="d")
    other = digit_figures(probabilities[order], labels[order], name="d")
    assert one.confusion == other.confusion
    assert one.rejected == other.rejected
    assert (one.ece, one.nll, one.brier) == pytest.approx((other.ece, other.nll, other.brier))


@given(st.integers(0, 2**32 - 1))
def test_the_counts_agree_with_one_another(seed: int) -> None:
    probabilities, labels = random_answers(seed)
    figures = digit_figures(probabilities, labels, name="d")
    counts = np.array(figures.confusion)
    assert counts.shape == (10, 11) and counts.sum() == figures.n == len(labels)
    assert figures.errors == figures.n - np.trace(counts) == figures.rejected[0].errors
    assert figures.refused == counts[:, NOT_A_DIGIT].sum()
    assert sum(b.count for b in figures.reliability) == figures.n
    assert [one.count for one in figures.classes] == np.bincount(labels, minlength=10).tolist()


@pytest.mark.parametrize(
    ("probabilities", "labels", "told"),
    [
        (np.zeros((0, 11), np.float32), np.zeros(0, int), "no digits"),
        (np.zeros((1, 10), np.float32), np.zeros(1, int), "probabilities for"),
        (answer(1, 1)[None], np.array([10]), "0…9"),
        (answer(1, 1)[None], np.array([-1]), "0…9"),
    ],
)
def test_data_that_can_not_be_measured_are_refused(
    probabilities: Probabilities, labels: Labels, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        digit_figures(probabilities, labels, name="d")


@pytest.fixture
def figures() -> DigitFigures:
    labels = np.array([0, 1, 2, 3])
    parts = {"front": slice(0, 2), "back": slice(2, 4)}
    return measure_digits(Dictated(), dictate([0, 1, 2, 10]), labels, name="d", parts=parts)


def test_the_tables_line_up(figures: DigitFigures) -> None:
    summary = digits_summary({"cnn": figures, "a longer name": figures}).splitlines()
    assert len({len(line) for line in summary}) == 1
    assert "75.00" in summary[1] and "err@5%" in summary[0]
    assert "back" in parts_table({"cnn": figures})
    rows = classes_table(figures).splitlines()
    assert rows[0].split()[:3] == ["true", "0", "1"] and rows[0].split()[-2:] == ["x", "recall"]
    assert rows[4].split() == ["3", *["."] * 10, "1", "0.0"]
    assert rows[11].split()[:4] == ["prec.", "100.0", "100.0", "100.0"]
    assert join_tables(["a", "", "b"]) == "a\n\nb"


@pytest.mark.real_data
def test_mnist_has_both_halves(real_data: Path) -> None:
    from digitscan.learn.datasets import load_mnist

    labels = load_mnist(real_data / "mnist").test_labels
    said = np.stack([answer(int(label), 0.9, 10) for label in labels])
    said[4999] = answer(10, 0.6)
    figures = digit_figures(said, labels, name="MNIST", parts=MNIST_PARTS)
    assert [(part.n, part.errors) for part in figures.parts] == [(5000, 1), (5000, 0)]
