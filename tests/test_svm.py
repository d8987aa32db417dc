from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitscan.errors import UsageError
from digitscan.glyph.classifier import load_classifier
from digitscan.glyph.deskew import deskew_glyphs
from digitscan.learn.datasets import Digits, load_mnist
from digitscan.learn.export import write_model
from digitscan.learn.material import (
    Material,
    MaterialSettings,
    draw_digits,
    make_material,
    spoil_digits,
)
from digitscan.learn.svm import PAIRS, SvmSettings, fit_machine, train_svm, vote
from digitscan.learn.training import Trained, TrainingSet, training_set
from digitscan.values import NOT_A_DIGIT

SETTINGS = SvmSettings(material=MaterialSettings(copies=1, junk_share=0.3), components=40)
NONE = Digits(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))


def quiet(message: str) -> None:
    assert message.startswith("svm: ")


@pytest.fixture(scope="module")
def drawn() -> TrainingSet:
    """Two hundred drawn digits to learn from, and sixty to choose with."""
    random = np.random.default_rng(7)
    return TrainingSet(draw_digits(200, random), draw_digits(60, random), NONE, "drawn", "00", 3)


@pytest.fixture(scope="module")
def trained(drawn: TrainingSet) -> Trained:
    return train_svm(SETTINGS, drawn, quiet)


@pytest.fixture(scope="module")
def others() -> Digits:
    return draw_digits(120, np.random.default_rng(8))


def test_the_file_reads_drawn_digits(trained: Trained, others: Digits, tmp_path: Path) -> None:
    path = tmp_path / "svm.onnx"
    write_model(path, trained.network, trained.card)
    classifier = load_classifier(str(path))
    assert classifier.card == trained.card
    labels = classifier.classify(others.images).argmax(axis=1)
    assert (labels == others.labels).mean() > 0.85
    np.testing.assert_array_equal(labels, trained.original(others.images))


def test_junk_is_told_from_digits(
    trained: Trained, drawn: TrainingSet, others: Digits, tmp_path: Path
) -> None:
    path = tmp_path / "svm.onnx"
    write_model(path, trained.network, trained.card)
    classifier = load_classifier(str(path))
    junk = spoil_digits(drawn.fit, 100, np.random.default_rng(9))
    of_junk = classifier.classify(junk.images)[:, NOT_A_DIGIT]
    of_digits = classifier.classify(others.images)[:, NOT_A_DIGIT]
    threshold = np.quantile(of_digits, 0.95)
    assert (of_junk > threshold).mean() > 0.5


def test_the_same_seed_gives_the_same_network(drawn: TrainingSet, trained: Trained) -> None:
    again = train_svm(SETTINGS, drawn, quiet)
    assert again.network.SerializeToString() == trained.network.SerializeToString()
    other = train_svm(SETTINGS, replace(drawn, seed=4), quiet)
    assert other.network.SerializeToString() != trained.network.SerializeToString()


def test_the_card_says_what_was_learned_from(trained: Trained) -> None:
    card = trained.card
    assert (card.kind, card.data, card.seed, card.deskew) == ("svm", "drawn", 3, True)
    assert card.counts["digits"] == card.counts["changed digits"] == 200 + 60
    assert 0 <= card.figures["validation error"] < 0.2
    assert card.settings["components"] == 40
    assert "scikit-learn" in card.versions


@pytest.fixture(scope="module")
def material(drawn: TrainingSet) -> Material:
    return make_material(drawn, SETTINGS.material)


def test_the_second_fit_adds_support_vectors(material: Material, trained: Trained) -> None:
    first = fit_machine(SETTINGS, replace(material, changed=NONE), quiet)
    assert trained.card.counts["support vectors"] > len(first.vectors.support_)


def test_votes_count_every_pair_once() -> None:
    answers = np.zeros((1, 55))
    for column, (first, second) in enumerate(PAIRS):
        answers[0, column] = 9.0 if first == 4 else -9.0 if second == 4 else 0.0
    scores = vote(answers, slope=1.0)[0]
    assert scores.argmax() == 4
    assert scores[4] == pytest.approx(-10 * np.log1p(np.exp(-9)))
    assert scores[0] == pytest.approx(-9 * np.log(2) - np.logaddexp(0, 9))


def test_a_digit_that_never_occurs_is_told(drawn: TrainingSet) -> None:
    keep = drawn.fit.labels != 6
    fit = Digits(drawn.fit.images[keep], drawn.fit.labels[keep])
    with pytest.raises(UsageError, match="shows a 6"):
        train_svm(SETTINGS, replace(drawn, fit=fit), quiet)


def test_own_digits_are_learned_too(drawn: TrainingSet) -> None:
    extra = draw_digits(20, np.random.default_rng(1))
    material = make_material(replace(drawn, extra=extra), SETTINGS.material)
    assert material.counts["digits"] == 220
    np.testing.assert_array_equal(material.base.images[200:220], deskew_glyphs(extra.images))


def test_junk_counts_little_in_validation(material: Material) -> None:
    junk = material.validation.labels == NOT_A_DIGIT
    assert material.weights[junk].sum() / material.weights.sum() == pytest.approx(0.02)
    assert len(material.validation_digits.images) == 60


@pytest.mark.slow
@pytest.mark.real_data
def test_the_file_and_the_original_agree_on_all_test_digits(
    real_data: Path, tmp_path: Path
) -> None:
    mnist = load_mnist(real_data / "mnist")
    settings = replace(SETTINGS, components=80, material=MaterialSettings(copies=0))
    trained = train_svm(settings, training_set(mnist, seed=1, limit=2000), quiet)
    path = tmp_path / "svm.onnx"
    write_model(path, trained.network, trained.card)
    labels = load_classifier(str(path)).classify(mnist.test_images).argmax(axis=1)
    np.testing.assert_array_equal(labels, trained.original(mnist.test_images))
    assert (labels != mnist.test_labels).mean() < 0.04
