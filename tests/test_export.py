from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from digitscan.errors import OutputError, UsageError
from digitscan.glyph.card import ModelCard
from digitscan.glyph.classifier import read_model
from digitscan.learn.export import (
    Network,
    package_versions,
    require_training_packages,
    run_network,
    write_model,
)
from digitscan.learn.features import (
    HogSettings,
    cell_weights,
    compute_hog,
    feature_count,
    find_feature_space,
    gradient_kernels,
)

RANDOM = np.random.default_rng(2)
GLYPHS = RANDOM.integers(0, 256, (30, 28, 28)).astype(np.uint8)
CARD = ModelCard("m", "logistic", False, "noise", "00", 1, 1.0, "0")


def model() -> onnx.ModelProto:
    network = Network()
    pixels = network.reshape("glyphs", -1, 784)
    scores = network.affine(pixels, RANDOM.normal(size=(784, 11)), np.zeros(11))
    return network.classifier(scores, temperature=2.0, junk_bias=-5.0)


def test_a_bias_and_a_temperature_are_inside() -> None:
    network = Network()
    pixels = network.reshape("glyphs", -1, 784)
    scores = network.affine(pixels, np.zeros((784, 11)), np.arange(11))
    logits, probabilities = run_network(network.classifier(scores, 2.0, -4.0), GLYPHS[:2])
    expected = np.arange(11) / 2
    expected[10] -= 2
    np.testing.assert_allclose(logits[0], expected, atol=1e-6)
    np.testing.assert_allclose(probabilities[1], np.exp(expected) / np.exp(expected).sum(), 1e-5)


def test_the_card_is_in_the_file_and_not_in_the_network(tmp_path: Path) -> None:
    network = model()
    before = network.SerializeToString()
    path = tmp_path / "new" / "m.onnx"
    write_model(path, network, CARD)
    assert read_model(path)[1] == CARD
    assert network.SerializeToString() == before
    assert [one.name for one in path.parent.iterdir()] == ["m.onnx"]


def test_the_standard_and_its_version_are_pinned(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    write_model(path, model(), CARD)
    written = onnx.load(path)
    assert [(one.domain, one.version) for one in written.opset_import] == [("", 17)]
    assert written.ir_version == 8
    write_model(path, onnx.load(path), CARD)
    assert len(onnx.load(path).metadata_props) == 1


def test_a_file_that_can_not_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").mkdir()
    with pytest.raises(OutputError, match=r"m\.onnx: the model can't be written"):
        write_model(tmp_path / "m.onnx", model(), CARD)
    assert [one.name for one in tmp_path.iterdir()] == ["m.onnx"]


def test_no_glyphs_give_no_rows() -> None:
    assert run_network(model(), GLYPHS[:0])[0].shape == (0, 11)


def test_missing_packages_say_how_to_install_them() -> None:
    require_training_packages("numpy", "json")
    with pytest.raises(UsageError, match=r"no_such_package.*pip install 'digitscan\[train\]'"):
        require_training_packages("numpy", "no_such_package")


def test_only_installed_packages_have_versions() -> None:
    assert package_versions("numpy", "no-such-package") == {"numpy": np.__version__}


def hog_by_hand(glyph: np.ndarray, settings: HogSettings) -> np.ndarray:
    """The same histograms in plain numpy loops, one direction after another."""
    image = np.maximum(glyph / 255 - settings.background, 0)
    gradients = []
    for kernel in gradient_kernels(settings.blur_px)[:, 0]:
        reach = kernel.shape[0] // 2
        padded = np.pad(image, reach)
        windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
        gradients.append((windows * kernel).sum(axis=(2, 3)))
    x, y = gradients
    length = np.hypot(x, y)
    parts = []
    for size in settings.cell_px:
        weights = cell_weights(size)
        cells = []
        for number in range(2 * settings.directions):
            angle = np.pi * number / settings.directions
            share = np.maximum(x * np.cos(angle) + y * np.sin(angle), 0) / (length + 1e-3)
            cells.append(weights.T @ (share ** (2**settings.sharpness) * length) @ weights)
        histogram = np.stack(cells)
        steps = np.arange(weights.shape[1])
        near = np.exp(-0.5 * ((steps[:, None] - steps) / settings.norm_radius) ** 2)
        power = near @ (histogram**2).sum(axis=0) @ near
        parts.append(np.sqrt(histogram / np.sqrt(power + np.sqrt(1e-3))).ravel())
    return np.concatenate(parts)


def test_the_operators_compute_what_a_plain_loop_does() -> None:
    settings = HogSettings()
    features = compute_hog(settings, GLYPHS[:3])
    assert features.shape == (3, feature_count(settings))
    for glyph, row in zip(GLYPHS, features, strict=False):
        np.testing.assert_allclose(row, hog_by_hand(glyph, settings), atol=2e-4)


def test_an_empty_glyph_has_no_features() -> None:
    assert not compute_hog(HogSettings(), np.zeros((1, 28, 28), np.uint8)).any()


def test_weak_background_changes_nothing() -> None:
    glyph = np.zeros((1, 28, 28), np.uint8)
    glyph[0, 6:22, 12:16] = 255
    noisy = np.maximum(glyph, RANDOM.integers(0, 25, glyph.shape).astype(np.uint8))
    np.testing.assert_array_equal(
        compute_hog(HogSettings(), glyph), compute_hog(HogSettings(), noisy)
    )


def test_components_are_scaled_uncorrelated_and_ordered() -> None:
    space = find_feature_space(HogSettings(), 12, GLYPHS)
    points = space.compute(GLYPHS)
    assert points.shape == (30, 12)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-3)
    assert (points**2).sum(axis=1).mean() == pytest.approx(1, abs=1e-3)
    spread = points.T @ points / len(points)
    np.testing.assert_allclose(spread, np.diag(np.diag(spread)), atol=1e-3)
    assert (np.diff(np.diag(spread)) <= 1e-6).all()
