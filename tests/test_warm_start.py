"""A network that goes on from what another has learned says the same until it learns more."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitscan.errors import ModelError
from digitscan.glyph.card import ModelCard
from digitscan.glyph.classifier import find_model, load_classifier
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.cnn import CnnSettings
from digitscan.learn.datasets import Images
from digitscan.learn.export import Network, run_network, write_model
from digitscan.learn.network import Layers, build_network, convert_network
from digitscan.learn.shapes import draw_digit
from digitscan.learn.warm_start import blend, read_weights, start_from, weights_of
from digitscan.values import CLASS_COUNT

SMALL = Layers(first=4, middle=4, late=8, last=8, last_blocks=0)
CARD = ModelCard("cnn", "cnn", False, "drawn", "0" * 64, 1, 2.0, "digitscan")


@pytest.fixture(scope="module")
def glyphs() -> Images:
    inks = (draw_digit(n % 10, np.random.default_rng(n)) for n in range(200))
    return np.stack([normalise_glyph(ink) for ink in inks])


@pytest.fixture(scope="module")
def learned() -> Any:
    """A network whose batch normalisation is not the identity."""
    model = build_network(SMALL, seed=3)
    random = np.random.default_rng(0)
    model.set_weights([random.uniform(0.1, 0.6, one.shape) for one in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def file(learned: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("start") / "small.onnx"
    write_model(path, convert_network(learned, 2.0), CARD)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [0, 1, 2])
def test_a_network_says_what_the_file_says_that_it_starts_from(
    learned: Any, file: Path, glyphs: Images, blocks: int
) -> None:
    model = build_network(dataclasses.replace(SMALL, last_blocks=blocks), seed=7)
    start_from(read_weights(file), model, glyphs)
    shown = np.asarray(glyphs[..., None], np.float32) / 255
    wanted = np.asarray(learned(shown, training=False))
    np.testing.assert_allclose(np.asarray(model(shown, training=False)), wanted, rtol=2e-3)
    written = run_network(convert_network(model, 2.0), glyphs)[0] * 2
    np.testing.assert_allclose(written, wanted, rtol=2e-3)


@pytest.mark.slow
def test_normalising_by_the_batch_changes_little_at_the_start(file: Path, glyphs: Images) -> None:
    """Else the first steps would undo what was learned."""
    model = build_network(dataclasses.replace(SMALL, dropped=0.0), seed=7)
    start_from(read_weights(file), model, glyphs)
    shown = np.asarray(glyphs[..., None], np.float32) / 255
    asked = np.asarray(model(shown, training=False))
    trained = np.asarray(model(shown, training=True))
    np.testing.assert_allclose(trained, asked, atol=0.05 * float(asked.std()))


@pytest.mark.slow
def test_a_blend_lies_between_where_a_network_started_and_what_it_became(
    learned: Any, glyphs: Images
) -> None:
    start = weights_of(learned)
    longer = build_network(dataclasses.replace(SMALL, last_blocks=1), seed=7)
    start_from(start, longer, glyphs)
    random = np.random.default_rng(1)
    changed = [one + 0.02 * random.uniform(size=one.shape) for one in longer.get_weights()]
    longer.set_weights(changed)
    end = weights_of(longer)
    shown = np.asarray(glyphs[..., None], np.float32) / 255
    before, after = (np.asarray(one(shown, training=False)) for one in (learned, longer))
    said = {}
    for share in (0.0, 0.3, 1.0):
        start_from(blend(start, end, share), longer, glyphs)
        said[share] = np.asarray(longer(shown, training=False))
    np.testing.assert_allclose(said[0.0], before, rtol=2e-3)
    np.testing.assert_allclose(said[1.0], after, rtol=2e-3)
    assert 0 < np.abs(said[0.3] - before).mean() < 0.5 * np.abs(after - before).mean()


def test_the_file_that_was_started_from_is_known_by_its_hash(file: Path) -> None:
    weights = read_weights(file)
    assert len(weights.sha256) == 64
    assert len(weights.convolutions) == 8


def test_what_was_added_to_the_logit_of_4_is_taken_off(
    learned: Any, file: Path, tmp_path: Path
) -> None:
    """Else it would be added twice."""
    favoured = dataclasses.replace(CARD, settings={**CARD.settings, "fours": 1.5})
    write_model(tmp_path / "fours.onnx", convert_network(learned, 2.0), favoured)
    plain, less = (read_weights(one).dense[1] for one in (file, tmp_path / "fours.onnx"))
    np.testing.assert_allclose(plain - less, 1.5 * (np.arange(CLASS_COUNT) == 4), atol=1e-6)


@pytest.mark.slow
def test_layers_of_other_sizes_or_fewer_are_told(file: Path, glyphs: Images) -> None:
    weights = read_weights(file)
    with pytest.raises(ModelError, match=r"small\.onnx: .*other sizes"):
        start_from(weights, build_network(dataclasses.replace(SMALL, late=12), 1), glyphs)
    more = dataclasses.replace(weights, convolutions=weights.convolutions * 2)
    with pytest.raises(ModelError, match=r"small\.onnx: .*more layers"):
        start_from(more, build_network(SMALL, 1), glyphs)


def test_only_a_cnn_can_be_gone_on_from() -> None:
    with pytest.raises(ModelError, match=r"svm\.onnx: a svm; only a cnn"):
        read_weights(find_model("svm"))


def test_a_file_that_holds_no_network_of_ours_is_told(file: Path, tmp_path: Path) -> None:
    network = Network()
    pixels = network.reshape("glyphs", -1, 784)
    other = network.classifier(network.affine(pixels, np.zeros((784, 11)), np.zeros(11)), 1.0)
    write_model(tmp_path / "other.onnx", other, CARD)
    weights = read_weights(tmp_path / "other.onnx")
    assert weights.convolutions == ()
    twice = network.classifier(network.affine(pixels, np.zeros((784, 11)), np.zeros(11)), 1.0)
    write_model(tmp_path / "twice.onnx", twice, CARD)
    with pytest.raises(ModelError, match=r"twice\.onnx: not a network that digitscan"):
        read_weights(tmp_path / "twice.onnx")


def test_the_shipped_network_can_be_gone_on_from(glyphs: Images) -> None:
    model = build_network(CnnSettings.from_model().layers, seed=1)
    start_from(read_weights(find_model("cnn")), model, glyphs)
    said = run_network(convert_network(model, 1.0), glyphs)[0].argmax(axis=1)
    assert (said == load_classifier("cnn").logits(glyphs).argmax(axis=1)).mean() > 0.99
