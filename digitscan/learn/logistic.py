"""Digits in, a logistic regression as a network of plain operators out.

It weighs fixed features of a glyph: the principal components of its oriented-gradient histograms,
bent by cosines in random directions (Rahimi and Recht, 2007), so that a straight border between
features is a curved one between shapes. Only the weights are learned.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from digitscan.glyph.deskew import deskew_glyphs
from digitscan.learn.datasets import Digits, Images, Labels
from digitscan.learn.export import FloatArray, Network, require_training_packages, run_network
from digitscan.learn.features import FeatureSpace, HogSettings, find_feature_space
from digitscan.learn.material import Material, MaterialSettings, make_material
from digitscan.learn.training import (
    IS_JUNK,
    Scores,
    Tell,
    Trained,
    TrainingSet,
    choose_calibration,
    flat_settings,
    join,
    make_card,
)

FEATURE_SCALE = 10.0
"""Features are scaled up to this mean square length: on smaller ones the search stops early."""


@dataclass(frozen=True, slots=True)
class LogisticSettings:
    """How the regression is made; chosen on MNIST's last training digits."""

    hog: HogSettings = field(default_factory=HogSettings)
    material: MaterialSettings = field(default_factory=MaterialSettings)
    components: int = 100
    waves: int = 3000
    gamma: float = 0.7
    penalty: float = 30.0
    max_iterations: int = 150


@dataclass(frozen=True, slots=True)
class WaveFeatures:
    """Cosines of a point's projections: ``directions`` (d, waves) and ``phases`` (waves,)."""

    space: FeatureSpace
    directions: FloatArray
    phases: FloatArray

    def add(self, network: Network) -> str:
        """Add the operators from ``glyphs`` to features (N, waves)."""
        angles = network.affine(self.space.add(network), self.directions, self.phases)
        return network.scale(network.add("Cos", angles), self._height)

    def compute(self, glyphs: Images) -> FloatArray:
        """Give the (N, waves) float32 features of deskewed (N, 28, 28) uint8 glyphs."""
        network = Network()
        return run_network(network.model(waves=(self.add(network), len(self.phases))), glyphs)[0]

    @property
    def _height(self) -> float:
        return FEATURE_SCALE * float(np.sqrt(2 / len(self.phases)))


@dataclass(frozen=True, slots=True)
class Regression:
    """A fitted regression: scikit-learn's own, and how its scores become probabilities."""

    features: WaveFeatures
    weights: Any
    junk_bias: float = 0.0
    temperature: float = 1.0

    def scores(self, glyphs: Images) -> Scores:
        """Score deskewed (N, 28, 28) glyphs as scikit-learn does: (N, 11) float64."""
        features = self.features.compute(glyphs).astype(np.float64)
        scores = self.weights.decision_function(features)
        return np.asarray(scores + self.junk_bias * IS_JUNK, np.float64)

    def label(self, glyphs: Images) -> Labels:
        """Label (N, 28, 28) glyphs as they come, not deskewed."""
        return np.asarray(self.scores(deskew_glyphs(glyphs)).argmax(axis=1), np.uint8)


def train_logistic(settings: LogisticSettings, data: TrainingSet, tell: Tell) -> Trained:
    """Fit a logistic regression and write it as a network.

    Raises
    ------
    UsageError
        If scikit-learn or onnx is not installed, or a digit does not occur in the data.
    """
    require_training_packages("sklearn", "onnx")
    tell("logistic: making glyphs to learn from")
    material = make_material(data, settings.material)
    fit = join(material.base, material.changed)
    tell(f"logistic: fitting to {len(fit.images):,} glyphs")
    regression = fit_regression(settings, fit, data.seed)
    tell("logistic: tuning its confidence on validation digits")
    regression = _calibrate(regression, material)
    digits = material.validation_digits
    scores = regression.scores(digits.images)
    card = make_card(
        "logistic",
        data,
        temperature=regression.temperature,
        counts=material.counts,
        figures={"validation error": float((scores.argmax(axis=1) != digits.labels).mean())},
        settings=flat_settings(settings) | {"junk_bias": regression.junk_bias},
        packages=("scikit-learn",),
    )
    return Trained(build_network(regression), card, regression.label)


def fit_regression(settings: LogisticSettings, fit: Digits, seed: int) -> Regression:
    """Draw the random directions and fit the weights to deskewed glyphs of eleven classes."""
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(seed)
    space = find_feature_space(settings.hog, settings.components, fit.images)
    spread = np.sqrt(2 * settings.gamma)
    directions = random.normal(0, spread, (settings.components, settings.waves))
    phases = random.uniform(0, 2 * np.pi, settings.waves)
    features = WaveFeatures(space, directions.astype(np.float32), phases.astype(np.float32))
    weights = LogisticRegression(C=settings.penalty, max_iter=settings.max_iterations)
    return Regression(features, weights.fit(features.compute(fit.images), fit.labels))


def _calibrate(regression: Regression, material: Material) -> Regression:
    scores = regression.scores(material.validation.images)
    bias, temperature = choose_calibration(scores, material.validation.labels, material.weights)
    return replace(regression, junk_bias=bias, temperature=temperature)


def build_network(regression: Regression) -> Any:
    """Write a regression as an ONNX model: histograms, components, waves, weights, softmax."""
    network = Network()
    weights = regression.weights
    scores = network.affine(regression.features.add(network), weights.coef_.T, weights.intercept_)
    return network.classifier(scores, regression.temperature, regression.junk_bias)
