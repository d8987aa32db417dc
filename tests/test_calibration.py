from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from digitscan.measure.calibration import (
    Flags,
    Numbers,
    errors_after_rejecting,
    expected_calibration_error,
    reliability_bins,
    risk_coverage,
)
from digitscan.measure.intervals import wilson_interval

answers = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=st.sampled_from([0.0, 0.2, 0.5, 0.51, 0.9, 1.0])),
        hnp.arrays(np.bool_, n),
    )
)


def spread(confidence: float, n: int, right: int) -> tuple[Numbers, Flags]:
    return np.full(n, confidence), np.arange(n) < right


def test_answers_that_keep_their_promise_have_no_calibration_error() -> None:
    parts = [spread(level, 100, round(100 * level)) for level in (0.11, 0.35, 0.62, 0.87, 1.0)]
    confidence = np.concatenate([part[0] for part in parts])
    right = np.concatenate([part[1] for part in parts])
    assert expected_calibration_error(confidence, right) == pytest.approx(0, abs=1e-12)


def test_overconfidence_is_measured_as_the_promise_broken() -> None:
    assert expected_calibration_error(*spread(0.95, 200, 140)) == pytest.approx(0.25)


def test_underconfidence_counts_as_much() -> None:
    assert expected_calibration_error(*spread(0.55, 100, 80)) == pytest.approx(0.25)


def test_gaps_are_weighted_by_the_answers_of_their_bin() -> None:
    sure, doubtful = spread(1.0, 300, 270), spread(0.5, 100, 20)
    confidence = np.concatenate([sure[0], doubtful[0]])
    right = np.concatenate([sure[1], doubtful[1]])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.75 * 0.1 + 0.25 * 0.3)


def test_opposite_gaps_in_one_bin_cancel_but_not_across_bins() -> None:
    near = np.array([0.94, 0.99]), np.array([True, False])
    assert expected_calibration_error(*near) == pytest.approx(0.965 - 0.5)
    apart = np.array([0.60, 0.99]), np.array([True, False])
    assert expected_calibration_error(*apart) == pytest.approx((0.4 + 0.99) / 2)


def test_no_answers_have_no_error() -> None:
    assert expected_calibration_error(np.zeros(0), np.zeros(0, bool)) == 0


def test_a_bin_holds_its_upper_edge_and_not_its_lower() -> None:
    confidence = np.array([0.0, 0.25, 0.26, 0.5, 1.0])
    bins = reliability_bins(confidence, np.ones(5, bool), 4)
    assert [(b.low, b.high, b.count) for b in bins] == [(0, 0.25, 2), (0.25, 0.5, 2), (0.75, 1, 1)]


def test_every_fifteenth_lies_in_the_bin_that_it_ends() -> None:
    bins = reliability_bins(np.arange(1, 16) / 15, np.ones(15, bool))
    assert [b.count for b in bins] == [1] * 15


@given(answers)
def test_bins_hold_every_answer_once(pair: tuple[Numbers, Flags]) -> None:
    confidence, right = pair
    bins = reliability_bins(confidence, right)
    assert sum(b.count for b in bins) == len(confidence)
    assert sum(b.count * b.accuracy for b in bins) == pytest.approx(right.sum())
    assert all(b.low - 1e-9 <= b.confidence <= b.high + 1e-9 for b in bins)


@given(answers, st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order(pair: tuple[Numbers, Flags], random: object) -> None:
    confidence, right = pair
    order = np.arange(len(right))
    random.shuffle(order)  # type: ignore[attr-defined]
    curve, other = risk_coverage(*pair), risk_coverage(confidence[order], right[order])
    assert curve.errors.tolist() == other.errors.tolist()
    assert errors_after_rejecting(curve) == errors_after_rejecting(other)
    assert expected_calibration_error(*pair) == pytest.approx(
        expected_calibration_error(confidence[order], right[order])
    )


@given(answers)
def test_errors_never_fall_when_more_is_kept(pair: tuple[Numbers, Flags]) -> None:
    curve = risk_coverage(*pair)
    steps = np.diff(curve.errors, prepend=0)
    assert set(steps.tolist()) <= {0, 1}
    assert curve.errors[-1] == (~pair[1]).sum()
    assert np.all(np.diff(curve.confidence) <= 0)
    assert curve.coverage[-1] == 1


@given(answers)
def test_rejecting_more_never_leaves_more_errors(pair: tuple[Numbers, Flags]) -> None:
    points = errors_after_rejecting(risk_coverage(*pair), (0, 0.05, 0.3, 0.9, 1.0))
    errors = [point.errors for point in points]
    assert errors == sorted(errors, reverse=True)
    assert points[0].error == pytest.approx(1 - pair[1].mean())
    assert points[-1].kept == 0 and points[-1].error == 0


def test_the_least_confident_are_rejected_first() -> None:
    confidence = np.linspace(0.01, 1, 100)
    right = confidence > 0.035
    points = errors_after_rejecting(risk_coverage(confidence, right), (0, 0.01, 0.02, 0.05))
    assert [(p.kept, p.errors) for p in points] == [(100, 3), (99, 2), (98, 1), (95, 0)]


def test_ties_are_settled_against_the_model() -> None:
    right = np.array([False, True, True, True])
    (point,) = errors_after_rejecting(risk_coverage(np.full(4, 0.7), right), (0.75,))
    assert (point.kept, point.errors) == (1, 1)


def test_a_rejected_share_is_rounded_down_to_whole_answers() -> None:
    curve = risk_coverage(np.linspace(0, 1, 5677), np.ones(5677, bool))
    assert [p.kept for p in errors_after_rejecting(curve, (0.05, 0.1))] == [5677 - 283, 5677 - 567]


@pytest.mark.parametrize(
    ("confidence", "right"),
    [
        (np.array([0.5]), np.array([True, False])),
        (np.array([1.2]), np.array([True])),
        (np.array([np.nan]), np.array([True])),
        (np.array([-0.1]), np.array([True])),
    ],
)
def test_what_is_no_confidence_is_refused(confidence: Numbers, right: Flags) -> None:
    with pytest.raises(ValueError, match="confidence"):
        risk_coverage(confidence, right)


def test_wilson_interval_of_known_cases() -> None:
    assert wilson_interval(8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-6)
    assert wilson_interval(0, 20) == pytest.approx((0, 0.161125), abs=1e-6)
    assert wilson_interval(0, 0) == (0, 1)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_wilson_interval_holds_the_share_and_mirrors(n: int, share: float) -> None:
    good = round(share * n)
    low, high = wilson_interval(good, n)
    assert 0 <= low <= good / n + 1e-12 and good / n - 1e-12 <= high <= 1
    assert low < high
    assert wilson_interval(n - good, n) == pytest.approx((1 - high, 1 - low))


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="no such count"):
        wilson_interval(3, 2)
