"""The convolutional network: trained for real on drawn digits, for an epoch or two."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitscan.errors import ModelError
from digitscan.glyph.classifier import load_classifier
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn import mixture
from digitscan.learn.checkpoint import CHECKPOINT_NAME, load_checkpoint, save_checkpoint
from digitscan.learn.cnn import (
    CnnSettings,
    Progress,
    caught_junk,
    error_rate,
    junk_weights,
    train_cnn,
)
from digitscan.learn.datasets import Digits
from digitscan.learn.export import run_network, write_model
from digitscan.learn.material import JUNK_PRIOR
from digitscan.learn.mixture import Mixture, draw_epoch
from digitscan.learn.network import Layers, add_bias, build_network, convert_network, fold_norm
from digitscan.learn.shapes import draw_digit
from digitscan.learn.training import Trained, TrainingSet
from digitscan.learn.warm_start import read_weights
from digitscan.values import CLASS_COUNT, NOT_A_DIGIT, GreyImage

SETTINGS = CnnSettings(
    epochs=4,
    final=0,
    batch=16,
    warm_up_epochs=0.2,
    average=20,
    layers=Layers(first=4, middle=4, late=8, last=8),
    mixture=Mixture(plain=1, turned=0, drawn=0.2, foreign=0.1, junk=0.3, cut=0.2, aged=0.2),
)


class StopTrainingError(Exception):
    """Somebody pulls the plug."""


def drawn_digits(count: int, seed: int) -> Digits:
    labels = np.arange(count, dtype=np.uint8) % 10
    inks = [draw_digit(int(one), np.random.default_rng([seed, n])) for n, one in enumerate(labels)]
    return Digits(np.stack([normalise_glyph(ink) for ink in inks]), labels)


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    none = Digits(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))
    return TrainingSet(drawn_digits(300, 1), drawn_digits(100, 2), none, "drawn", "0" * 64, seed=5)


@pytest.fixture(scope="module")
def told() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def trained(
    data: TrainingSet, told: list[Progress], tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    return train_cnn(data, SETTINGS, tmp_path_factory.mktemp("train"), report=told.append)


def untrained() -> Any:
    """A network whose batch normalisation is not the identity."""
    model = build_network(SETTINGS.layers, seed=3)
    random = np.random.default_rng(0)
    model.set_weights([random.uniform(0.1, 0.6, one.shape) for one in model.get_weights()])
    return model


@pytest.mark.slow
def test_a_few_epochs_learn_something(
    trained: Trained, told: list[Progress], data: TrainingSet
) -> None:
    first, last = (
        np.mean([one.loss for one in told if one.epoch == epoch and one.error is None])
        for epoch in (0, SETTINGS.epochs - 1)
    )
    assert last < 0.7 * first
    share = float((trained.original(data.validation.images) == data.validation.labels).mean())
    assert trained.card.figures["validation error"] == pytest.approx(1 - share)


@pytest.mark.slow
def test_the_written_file_labels_like_keras(
    trained: Trained, data: TrainingSet, tmp_path: Path
) -> None:
    write_model(tmp_path / "m.onnx", trained.network, trained.card)
    classifier = load_classifier(str(tmp_path / "m.onnx"))
    probabilities = classifier.classify(data.validation.images)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(
        probabilities.argmax(axis=1), trained.original(data.validation.images)
    )
    assert classifier.card == trained.card
    assert classifier.card.settings["epochs done"] == SETTINGS.epochs


@pytest.mark.slow
def test_progress_counts_up_and_tells_errors_after_each_epoch(
    trained: Trained, told: list[Progress]
) -> None:
    places = [(one.epoch, one.step) for one in told]
    assert places == sorted(places)
    ends = [one for one in told if one.error is not None]
    assert [one.epoch for one in ends] == [1, 2, 3, 4]
    assert ends[0].steps == -(-SETTINGS.mixture.total(300) // SETTINGS.batch)


@pytest.mark.slow
def test_stopped_and_resumed_equals_uninterrupted(
    trained: Trained, data: TrainingSet, tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        if progress.epoch == 1 and progress.step == 3 and progress.error is None:
            raise StopTrainingError

    with pytest.raises(StopTrainingError):
        train_cnn(data, SETTINGS, tmp_path, report=stop)
    resumed = train_cnn(data, SETTINGS, tmp_path, resume=True)
    whole, parts = (run_network(one.network, data.validation.images) for one in (trained, resumed))
    np.testing.assert_allclose(parts, whole, atol=0.02)
    other = dataclasses.replace(SETTINGS, learning_rate=1e-3)
    with pytest.raises(ModelError, match="other data or settings"):
        train_cnn(data, other, tmp_path, resume=True)


@pytest.mark.slow
def test_a_training_goes_on_from_a_model(
    trained: Trained, data: TrainingSet, tmp_path: Path
) -> None:
    """With steps of next to nothing it reads digits as before; its card names the model's file."""
    write_model(tmp_path / "m.onnx", trained.network, trained.card)
    start = read_weights(tmp_path / "m.onnx")
    settings = dataclasses.replace(SETTINGS, epochs=1, learning_rate=1e-9)
    again = train_cnn(data, settings, tmp_path / "again", start=start)
    before, after = (
        run_network(one.network, data.validation.images)[0][:, :10].argmax(axis=1)
        for one in (trained, again)
    )
    assert (before == after).mean() > 0.75
    assert again.card.settings["start"] == start.sha256
    assert "start" not in trained.card.settings
    with pytest.raises(ModelError, match="other data or settings"):
        train_cnn(data, settings, tmp_path / "again", resume=True)


@pytest.mark.slow
def test_4s_are_favoured(data: TrainingSet, tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, epochs=1, fours=1000.0)
    trained = train_cnn(data, settings, tmp_path)
    assert set(trained.original(data.validation.images).tolist()) == {4}
    assert trained.card.settings["fours"] == 1000.0


def test_there_must_be_a_checkpoint_to_go_on_from(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no checkpoint"):
        load_checkpoint(tmp_path)


def test_a_checkpoint_comes_back_whole_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7)]
    save_checkpoint(tmp_path, arrays, {"epoch": 3})
    kept, facts = load_checkpoint(tmp_path)
    assert facts == {"epoch": 3}
    for one, two in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(one, two)
    path = tmp_path / CHECKPOINT_NAME
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError, match="damaged"):
        load_checkpoint(tmp_path)


@pytest.mark.slow
def test_onnx_and_keras_give_the_same_scores() -> None:
    model, glyphs = untrained(), drawn_digits(20, 3).images
    ours = run_network(convert_network(model, 2.0), glyphs)[0]
    keras_logits = np.asarray(model(glyphs[..., None].astype(np.float32) / 255, training=False))
    np.testing.assert_allclose(ours, keras_logits / 2.0, rtol=1e-4)


@pytest.mark.slow
def test_folding_a_norm_changes_no_answer() -> None:
    import keras

    convolution = keras.layers.Conv2D(3, 1, use_bias=False)
    norm = keras.layers.BatchNormalization()
    x = np.random.default_rng(1).normal(size=(4, 2, 2, 5)).astype(np.float32)
    norm(convolution(x))
    norm.set_weights(
        [np.array(v, np.float32) for v in ([1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 2, 3])]
    )
    weights, bias = fold_norm(convolution, norm)
    folded = np.einsum("nhwi,oi->nhwo", x, weights[:, :, 0, 0]) + bias
    np.testing.assert_allclose(folded, np.asarray(norm(convolution(x))), rtol=1e-4, atol=1e-4)


def test_a_draw_has_the_shares_it_was_asked_for() -> None:
    digits = drawn_digits(100, 4)
    epoch = draw_epoch(digits, SETTINGS.mixture, seed=1, number=0)
    assert len(epoch.labels) == SETTINGS.mixture.total(100) == 180
    assert int((epoch.labels == NOT_A_DIGIT).sum()) == 30 + 10
    originals = {one.tobytes() for one in digits.images}
    assert sum(one.tobytes() in originals for one in epoch.images) >= 100


def test_draws_repeat_by_their_number() -> None:
    digits = drawn_digits(30, 4)
    first, again, other = (draw_epoch(digits, Mixture(), 1, number) for number in (0, 0, 1))
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert not np.array_equal(first.images, other.images)


def test_the_last_epochs_show_more_digits_as_they_are() -> None:
    settings = CnnSettings(
        epochs=10, final=3, final_plain=0.9, shows=2, mixture=Mixture(plain=0.2, rare=0.4)
    )
    mixtures = [settings.mixture_of(draw) for draw in range(5)]
    assert [mixture.plain for mixture in mixtures] == [0.2, 0.2, 0.2, 0.9, 0.9]
    assert {mixture.rare for mixture in mixtures} == {0.4}


def test_of_all_but_plain_digits_a_share_is_scanned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What too little is left of stays as it is."""
    seen = []

    def scan(inks: list[GreyImage], random: np.random.Generator) -> list[GreyImage | None]:
        seen.append(len(inks))
        return [None, *[np.full((28, 28), 200, np.uint8)] * (len(inks) - 1)] if inks else []

    monkeypatch.setattr(mixture, "scan_inks", scan)
    all_scanned = Mixture(
        plain=0.5, turned=0, drawn=0.3, foreign=0, junk=0.2, cut=0.1, aged=0, scanned=1
    )
    digits = drawn_digits(200, 4)
    epoch = draw_epoch(digits, all_scanned, 1, 0)
    grey = (epoch.images == 200).all(axis=(1, 2))
    assert sum(seen) == grey.sum() + 3
    assert 170 < grey.sum() < 230
    assert seen[1:] == [60, 0, 40]
    none = draw_epoch(digits, dataclasses.replace(all_scanned, scanned=0), 1, 0)
    assert not (none.images == 200).all(axis=(1, 2)).any()


def test_a_drawn_glyph_is_never_empty() -> None:
    epoch = draw_epoch(drawn_digits(150, 6), Mixture(plain=0, turned=0.1, aged=1), 2, 0)
    real = epoch.images[epoch.labels != NOT_A_DIGIT]
    assert (real > 100).sum(axis=(1, 2)).min() > 5


def test_junk_counts_as_little_as_on_real_pages() -> None:
    labels = np.array([1] * 98 + [NOT_A_DIGIT] * 7, np.uint8)
    weights = junk_weights(labels)
    assert weights[-7:].sum() / weights.sum() == pytest.approx(JUNK_PRIOR)
    np.testing.assert_array_equal(weights[:98], 1)


@pytest.mark.slow
def test_a_bias_moves_the_logit_of_its_class_only() -> None:
    model = untrained()
    glyphs = drawn_digits(3, 3).images[..., None].astype(np.float32) / 255
    before = np.asarray(model(glyphs, training=False))
    add_bias(model, NOT_A_DIGIT, -0.25 * abs(float(before.max())))
    change = np.asarray(model(glyphs, training=False)) - before
    np.testing.assert_array_equal(change[:, :NOT_A_DIGIT], 0)
    assert (change[:, NOT_A_DIGIT] < 0).all()


def test_junk_is_caught_above_what_one_percent_of_digits_reach() -> None:
    real = np.zeros((100, CLASS_COUNT))
    real[:, NOT_A_DIGIT] = np.linspace(0, 0.5, 100)
    junk = np.zeros((4, CLASS_COUNT))
    junk[:, NOT_A_DIGIT] = [0.1, 0.49, 0.6, 0.9]
    glyphs = Digits(np.zeros((4, 28, 28), np.uint8), np.full(4, NOT_A_DIGIT, np.uint8))
    assert caught_junk(real, junk, glyphs, refused=0.01) == 0.5
    assert caught_junk(real, junk, glyphs, refused=0.9) == 1.0


def test_error_rate_counts_wrong_labels() -> None:
    scores = np.eye(CLASS_COUNT)
    labels = np.arange(CLASS_COUNT, dtype=np.uint8)
    labels[0] = 5
    assert error_rate(scores, labels) == pytest.approx(1 / CLASS_COUNT)
