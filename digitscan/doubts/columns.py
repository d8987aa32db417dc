"""The records of a page in, which of their fields are of one size or of one column out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitscan.values import Mask, Record

ALIKE = 0.2
"""Difference in width and height, as a share, within which boxes are of one kind."""
LEAST_IN_COLUMN = 3
"""So many plain numbers in boxes of one kind over one another are a column of numbers."""


class Places:
    """Where the fields of a page lie to one another."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._sides = np.array([record.field.box.sides for record in records]).reshape(-1, 4)

    def like(self, number: int) -> list[Record]:
        """The records with fields of the size of this one's, itself among them."""
        return self._of(self._are_alike(number))

    def column(self, number: int) -> list[Record]:
        """Those of them that stand over one another."""
        apart = np.abs(self._sides - self._sides[number])[:, [1, 3]].max(axis=1)
        width = self._sides[number, 3] - self._sides[number, 1]
        return self._of(self._are_alike(number) & (apart <= ALIKE * width))

    def beginning(self, number: int) -> list[Record]:
        """Those of its kind that begin in one column, whatever their size."""
        kind = self._records[number].field.kind
        same = np.array([record.field.kind is kind for record in self._records])
        height = self._sides[number, 2] - self._sides[number, 0]
        return self._of(same & (np.abs(self._sides[:, 1] - self._sides[number, 1]) <= height / 2))

    def _are_alike(self, number: int) -> Mask:
        sizes = self._sides[:, 2:] - self._sides[:, :2]
        alike = np.abs(sizes - sizes[number]) <= ALIKE * sizes[number]
        return np.asarray(alike.all(axis=1), np.bool_)

    def _of(self, chosen: Mask) -> list[Record]:
        return [self._records[number] for number in np.flatnonzero(chosen).tolist()]
