"""Glyphs in, what the classical models compare: how much stroke runs in which direction where.

Histograms of oriented gradients (Dalal and Triggs, 2005) as ONNX operators. Each pixel's gradient
is shared out among directions by how well it agrees with them, directions are summed up in
overlapping cells on one or more grids, and each cell is measured against its neighbourhood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digitscan.glyph.card import GLYPH_SIDE
from digitscan.learn.export import FloatArray, Network, run_network

EPSILON = 1e-3
MAX_FIT = 60_000
"""Glyphs that principal components are found on; more do not move them."""


@dataclass(frozen=True, slots=True)
class HogSettings:
    """How the histograms are made.

    ``cell_px`` are the cells' sizes, one grid each. ``sharpness`` is how often the agreement with
    a direction is squared. ``background`` is the ink, 0…1, below which there is paper.
    """

    directions: int = 6
    signed: bool = True
    cell_px: tuple[float, ...] = (4.0, 6.0)
    sharpness: int = 3
    background: float = 0.1
    blur_px: float = 0.7
    norm_radius: float = 2.0


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """Histograms turned onto their principal components.

    Scaled so that a point's mean square length is 1. ``mean`` is (k,), ``basis`` (k, components);
    both are float32.
    """

    hog: HogSettings
    mean: FloatArray
    basis: FloatArray

    @property
    def dimensions(self) -> int:
        """Coordinates of a point."""
        return int(self.basis.shape[1])

    def add(self, network: Network) -> str:
        """Add the operators from ``glyphs`` to points; returns the name of the answer."""
        features = add_hog(network, self.hog)
        return network.affine(features, self.basis, -self.mean @ self.basis)

    def compute(self, glyphs: npt.NDArray[np.uint8]) -> FloatArray:
        """Give the (N, dimensions) float32 points of deskewed (N, 28, 28) uint8 glyphs."""
        network = Network()
        return run_network(network.model(points=(self.add(network), self.dimensions)), glyphs)[0]


def find_feature_space(
    hog: HogSettings, components: int, glyphs: npt.NDArray[np.uint8], flattening: float = 0.0
) -> FeatureSpace:
    """Find the principal components of the histograms of deskewed (N, 28, 28) uint8 glyphs.

    With a ``flattening`` of 0 the components keep their variances, with 1 all get the same one.
    """
    features = compute_hog(hog, glyphs[:MAX_FIT]).astype(np.float64)
    mean = features.mean(axis=0)
    spread, axes = np.linalg.eigh(np.cov(features.T, bias=True))
    spread, axes = spread[::-1][:components], axes[:, ::-1][:, :components]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    basis = axes * signs * spread ** (-flattening / 2)
    basis /= np.sqrt((spread ** (1 - flattening)).sum())
    return FeatureSpace(hog, mean.astype(np.float32), basis.astype(np.float32))


def add_hog(network: Network, settings: HogSettings) -> str:
    """Add the operators from ``glyphs`` to features; returns the name of the (N, k) answer."""
    image = network.reshape("glyphs", -1, 1, GLYPH_SIDE, GLYPH_SIDE)
    image = network.add("Relu", network.add("Sub", image, network.constant(settings.background)))
    kernels = gradient_kernels(settings.blur_px)
    margin = kernels.shape[-1] // 2
    gradient = network.add("Conv", image, network.constant(kernels), pads=[margin] * 4)
    directed = _add_directions(network, gradient, settings)
    parts = [_add_cells(network, directed, settings, size) for size in settings.cell_px]
    return network.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]


def compute_hog(settings: HogSettings, glyphs: npt.NDArray[np.uint8]) -> FloatArray:
    """Compute the features of (N, 28, 28) uint8 glyphs; returns (N, k) float32."""
    network = Network()
    features = add_hog(network, settings)
    width = feature_count(settings)
    return run_network(network.model(features=(features, width)), glyphs)[0]


def feature_count(settings: HogSettings) -> int:
    """Tell how many features a glyph has."""
    directions = settings.directions * (2 if settings.signed else 1)
    return sum(directions * cell_weights(size).shape[1] ** 2 for size in settings.cell_px)


def gradient_kernels(blur_px: float) -> FloatArray:
    """Give (2, 1, k, k) kernels: the derivatives of a Gaussian along x and along y."""
    reach = max(1, round(2.5 * blur_px))
    offsets = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 * (offsets / blur_px) ** 2)
    slope = offsets * bell
    along_x = np.outer(bell / bell.sum(), slope / np.abs(slope).sum())
    return np.stack([along_x, along_x.T])[:, None].astype(np.float32)


def cell_weights(size: float) -> FloatArray:
    """Give (28, cells) weights: how much each row, or column, of pixels counts for each cell.

    Cells ``size`` pixels apart, symmetric about the middle, each fading out over its neighbours.
    """
    cells = int((GLYPH_SIDE - size) // size) + 1
    centres = (np.arange(cells) - (cells - 1) / 2) * size + (GLYPH_SIDE - 1) / 2
    distance = np.abs(np.arange(GLYPH_SIDE)[:, None] - centres) / size
    return np.maximum(0, 1 - distance).astype(np.float32)


def _add_directions(network: Network, gradient: str, settings: HogSettings) -> str:
    """Share gradients (N, 2, 28, 28) out: (N, directions, 28, 28), none of them negative."""
    turn = 2 * np.pi if settings.signed else np.pi
    count = settings.directions * (2 if settings.signed else 1)
    angles = np.arange(count) * turn / count
    axes = np.stack([np.cos(angles), np.sin(angles)], axis=1)[:, :, None, None]
    along = network.add("Conv", gradient, network.constant(axes))
    length = network.add("ReduceL2", gradient, axes=[1], keepdims=1)
    safe_length = network.add("Add", length, network.constant(EPSILON))
    if settings.signed:
        along = network.add("Relu", along)
    share = network.add("Div", along, safe_length)
    for _ in range(settings.sharpness):
        share = network.add("Mul", share, share)
    return network.add("Mul", share, length)


def _add_cells(network: Network, directed: str, settings: HogSettings, size: float) -> str:
    """Sum (N, d, 28, 28) up in cells, measure each against its neighbours, flatten: (N, k)."""
    weights = cell_weights(size)
    columns = network.add("MatMul", directed, network.constant(weights))
    cells = network.add("MatMul", network.constant(weights.T), columns)
    power = network.add("ReduceSumSquare", cells, axes=[1], keepdims=1)
    near = _neighbourhood(weights.shape[1], settings.norm_radius)
    around = network.add(
        "MatMul", network.constant(near), network.add("MatMul", power, network.constant(near.T))
    )
    length = network.add("Sqrt", network.add("Add", around, network.constant(EPSILON**0.5)))
    relative = network.add("Sqrt", network.add("Div", cells, length))
    count = weights.shape[1] ** 2 * settings.directions * (2 if settings.signed else 1)
    return network.reshape(relative, -1, count)


def _neighbourhood(cells: int, radius: float) -> FloatArray:
    """Give (cells, cells) weights by which a cell's neighbours count, itself included."""
    distance = np.abs(np.arange(cells)[:, None] - np.arange(cells))
    return np.asarray(np.exp(-0.5 * (distance / radius) ** 2), np.float32)
