"""The convolutional network: built in Keras for training, written in ONNX for reading.

Keras keeps images as (N, rows, columns, channels), ONNX as (N, channels, rows, columns); batch
normalisation is folded into the convolution before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from digitscan.glyph.normalise import GLYPH_SIZE
from digitscan.learn.datasets import Images
from digitscan.learn.export import FloatArray, Network
from digitscan.values import CLASS_COUNT


@dataclass(frozen=True, slots=True)
class Layers:
    """Channels of the stages, and the share of values dropped before the last layer.

    The first stage sees the glyph at 28×28 and is pooled to 14×14, where ``middle`` channels have
    one residual block; ``late`` at 7×7 have another; ``last`` at 4×4 have ``last_blocks``. The
    defaults are 450 thousand weights and 14 million products a glyph.
    """

    first: int = 16
    middle: int = 28
    late: int = 72
    last: int = 112
    last_blocks: int = 1
    dropped: float = 0.2


def build_network(layers: Layers, seed: int) -> Any:
    """Build the untrained network: float glyphs (N, 28, 28, 1), 0…1, to (N, 11) logits.

    The probabilities are the softmax of the logits divided by a temperature, added on export.
    """
    import keras

    glyphs = keras.Input((GLYPH_SIZE, GLYPH_SIZE, 1))
    x = _convolve(glyphs, layers.first, side=5)
    x = keras.layers.MaxPooling2D(2)(x)
    x = _residual_block(_convolve(x, layers.middle))
    x = _residual_block(_convolve(x, layers.late, stride=2))
    x = _convolve(x, layers.last, stride=2)
    for _ in range(layers.last_blocks):
        x = _residual_block(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dropout(layers.dropped, seed=seed)(x)
    return keras.Model(glyphs, keras.layers.Dense(CLASS_COUNT)(x))


def _convolve(x: Any, channels: int, side: int = 3, stride: int = 1, rectify: bool = True) -> Any:
    import keras

    x = keras.layers.Conv2D(channels, side, strides=stride, padding="same", use_bias=False)(x)
    x = keras.layers.BatchNormalization(momentum=0.98)(x)
    return keras.layers.ReLU()(x) if rectify else x


def _residual_block(x: Any) -> Any:
    """Two convolutions whose answer is added to what they were given (He et al., 2015)."""
    import keras

    channels = x.shape[-1]
    change = _convolve(_convolve(x, channels), channels, rectify=False)
    return keras.layers.ReLU()(keras.layers.Add()([x, change]))


def to_float(images: Images) -> FloatArray:
    """Turn (N, 28, 28) uint8 glyphs into what the network takes: (N, 28, 28, 1), 0…1."""
    return np.asarray(images[..., None], np.float32) / np.float32(255)


def add_bias(model: Any, label: int, bias: float) -> None:
    """Add ``bias`` to the logits of one class, in place."""
    weights, biases = model.layers[-1].get_weights()
    biases[label] += bias
    model.layers[-1].set_weights([weights, biases])


def convert_network(model: Any, temperature: float) -> Any:
    """Write a trained Keras model of ``build_network`` as an ONNX model with a temperature."""
    network = Network()
    names = {id(model.inputs[0]): network.reshape("glyphs", -1, 1, GLYPH_SIZE, GLYPH_SIZE)}
    convolutions: dict[int, Any] = {}
    for layer in model.layers[1:]:
        sources = layer.input if isinstance(layer.input, list) else [layer.input]
        kind, answer = type(layer).__name__, id(layer.output)
        if kind == "Conv2D":
            convolutions[answer] = layer
            names[answer] = names[id(sources[0])]
            continue
        inputs = [names[id(source)] for source in sources]
        if kind == "BatchNormalization":
            names[answer] = _add_convolution(
                network, inputs[0], convolutions[id(sources[0])], layer
            )
        else:
            names[answer] = _add_layer(network, kind, inputs, layer)
    return network.classifier(names[id(model.outputs[0])], temperature)


def _add_convolution(network: Network, source: str, convolution: Any, norm: Any) -> str:
    weights, bias = fold_norm(convolution, norm)
    side, stride = convolution.kernel_size[0], convolution.strides[0]
    rows = convolution.input.shape[1]
    missing = max((-(-rows // stride) - 1) * stride + side - rows, 0)
    before, after = missing // 2, missing - missing // 2
    return network.add(
        "Conv",
        source,
        network.constant(weights),
        network.constant(bias),
        kernel_shape=[side, side],
        strides=[stride, stride],
        pads=[before, before, after, after],
    )


def fold_norm(convolution: Any, norm: Any) -> tuple[FloatArray, FloatArray]:
    """Fold batch normalisation into the convolution before it.

    Returns
    -------
    tuple
        Weights (output channels, input channels, rows, columns) and bias (output channels,).
    """
    gamma, beta, mean, variance = (np.asarray(values, np.float64) for values in norm.get_weights())
    factor = gamma / np.sqrt(variance + norm.epsilon)
    weights = np.asarray(convolution.get_weights()[0], np.float64) * factor
    return (
        np.ascontiguousarray(weights.transpose(3, 2, 0, 1), np.float32),
        np.asarray(beta - mean * factor, np.float32),
    )


def _add_layer(network: Network, kind: str, inputs: list[str], layer: Any) -> str:
    if kind == "Dropout":
        return inputs[0]
    if kind == "Dense":
        return network.affine(inputs[0], *layer.get_weights())
    if kind == "MaxPooling2D":
        sides = list(layer.pool_size)
        return network.add("MaxPool", inputs[0], kernel_shape=sides, strides=sides)
    if kind == "Flatten":
        inputs = [network.add("Transpose", inputs[0], perm=[0, 2, 3, 1])]
    operator = {"ReLU": "Relu", "Add": "Add", "Flatten": "Flatten"}[kind]
    return network.add(operator, *inputs)
