"""A model file in, its weights in a network about to be trained out.

The network may have residual blocks that the file's has not: they come last and change nothing
until they have learned something (Goyal et al., 2017). Weights between those before and those after
are often better than either (Wortsman et al., 2022).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digitscan.errors import ModelError
from digitscan.glyph.classifier import load_classifier
from digitscan.learn.datasets import Images
from digitscan.learn.export import FloatArray
from digitscan.learn.network import fold_norm, to_float
from digitscan.values import CLASS_COUNT

SAMPLE = 512
"""Glyphs on which the spread of each convolution's answers is measured."""
Affine = tuple[FloatArray, FloatArray]
"""Weights and a bias."""


@dataclass(frozen=True, slots=True)
class TrainedWeights:
    """What a network has learned, in the order of its layers.

    ``convolutions`` are weights (output channels, input channels, rows, columns) and a bias
    (output channels,); ``dense`` weights (inputs, 11) and a bias (11,). ``file`` is where they are
    from, if anywhere, and ``sha256`` its hash.
    """

    convolutions: tuple[Affine, ...]
    dense: Affine
    file: str = ""
    sha256: str = ""


def read_weights(path: Path) -> TrainedWeights:
    """Read the weights of a cnn, without what was added to the logit of 4 in the end.

    Raises
    ------
    ModelError
        If the file is no model of digitscan's, or one of another kind.
    """
    import onnx

    card = load_classifier(str(path)).card
    if card.kind != "cnn":
        raise ModelError(f"{path}: a {card.kind}; only a cnn can be trained on")
    content = path.read_bytes()
    graph = onnx.load_model_from_string(content).graph
    try:
        known = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
        convolutions, (dense,) = (
            tuple(
                (known[node.input[1]], known[node.input[2]])
                for node in graph.node
                if node.op_type == operator
            )
            for operator in ("Conv", "Gemm")
        )
        weights, bias = dense
        bias = bias - float(card.settings.get("fours", 0)) * (np.arange(CLASS_COUNT) == 4)
    except (KeyError, IndexError, ValueError) as error:
        raise ModelError(f"{path}: not a network that digitscan trained") from error
    dense = weights, bias.astype(np.float32)
    return TrainedWeights(convolutions, dense, str(path), hashlib.sha256(content).hexdigest())


def weights_of(model: Any) -> TrainedWeights:
    """Take the weights out of a Keras model of ``build_network``, batch normalisation folded in."""
    convolutions, norms, dense = _learning_layers(model)
    folded = tuple(fold_norm(*pair) for pair in zip(convolutions, norms, strict=True))
    weights, bias = dense.get_weights()
    return TrainedWeights(folded, (weights, bias))


def blend(start: TrainedWeights, end: TrainedWeights, share: float) -> TrainedWeights:
    """Go ``share`` of the way from one network to the one that it became.

    The end may have residual blocks more, of two convolutions each: at the start their answers
    were nothing.
    """
    added = end.convolutions[len(start.convolutions) :]
    before = list(start.convolutions)
    for first, (weights, bias) in zip(added[::2], added[1::2], strict=True):
        before += [first, (np.zeros_like(weights), np.zeros_like(bias))]
    blended = tuple(_mix(*pair, share) for pair in zip(before, end.convolutions, strict=True))
    return TrainedWeights(blended, _mix(start.dense, end.dense, share))


def _mix(before: Affine, after: Affine, share: float) -> Affine:
    weights, bias = (
        np.asarray((1 - share) * one + share * other, np.float32)
        for one, other in zip(before, after, strict=True)
    )
    return weights, bias


def start_from(weights: TrainedWeights, model: Any, glyphs: Images) -> None:
    """Give a Keras ``model`` of ``build_network`` these weights, in place.

    They have the batch normalisation folded in. Each convolution gets one of its own back, with the
    mean and spread of its answers to ``glyphs`` (N, 28, 28) uint8, so that the network says the
    same whether it is being trained or asked.

    Raises
    ------
    ModelError
        If the network has fewer layers than the weights, or layers of other sizes.
    """
    convolutions, norms, dense = _learning_layers(model)
    known = len(weights.convolutions)
    if known > len(norms):
        raise ModelError(f"{weights.file}: a network of more layers than the one to be trained")
    shown = to_float(glyphs[:SAMPLE])
    try:
        for each, norm, learned in zip(convolutions, norms, weights.convolutions, strict=False):
            _unfold_norm(model, each, norm, learned, shown)
        dense.set_weights(weights.dense)
    except ValueError as error:
        raise ModelError(f"{weights.file}: a network with layers of other sizes") from error
    for norm in norms[known + 1 :: 2]:
        gamma, *others = norm.get_weights()
        norm.set_weights([np.zeros_like(gamma), *others])


def _learning_layers(model: Any) -> tuple[Sequence[Any], Sequence[Any], Any]:
    """The convolutions, the batch normalisation after each, and the dense layer."""
    kinds = ("Conv2D", "BatchNormalization", "Dense")
    convolutions, norms, (dense,) = (
        [layer for layer in model.layers if type(layer).__name__ == kind] for kind in kinds
    )
    return convolutions, norms, dense


def _unfold_norm(model: Any, layer: Any, norm: Any, learned: Affine, shown: FloatArray) -> None:
    """Give a convolution its weights, and the normalisation after it what leaves its answers."""
    import keras

    weights, bias = learned
    layer.set_weights([weights.transpose(2, 3, 1, 0)])
    answers = np.asarray(keras.Model(model.input, layer.output)(shown, training=False), np.float64)
    mean, variance = answers.mean(axis=(0, 1, 2)), answers.var(axis=(0, 1, 2))
    norm.set_weights([np.sqrt(variance + norm.epsilon), bias + mean, mean, variance])
