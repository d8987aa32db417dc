"""Combs in, those of which cells are missing filled up after their equals above and below, out.

A form repeats itself: where several combs of one size stand over one another, a piece of one in the
same column is a comb like them whose other cells were too pale or too crowded to be found.
"""

from __future__ import annotations

from collections.abc import Sequence

from digitscan.form.cells import shows_line
from digitscan.form.combs import is_for_one_digit
from digitscan.values import Box, CleanPage

LIKE = 0.25
"""Difference in size and place of equal combs, as a share of a cell's width."""
SAME_PLACE = 0.2
"""How far a cell of a piece may be from the place of a cell in its column, likewise."""
LEAST_SHOWN, LEAST_INKED = 0.3, 0.75
"""Share of a side of a cell that was not found which must show as a line, at least, or of its lower
side as ink in one row: a line too short to tell from a stroke.
"""
MANY = 4
"""So many equal combs in a column make a rule."""

Comb = list[Box]


def complete_combs(groups: list[Comb], clean: CleanPage) -> list[Comb]:
    """Put whole combs in the place of pieces of combs.

    Parameters
    ----------
    groups : list of lists of Box
        Combs and single cells of a page.
    clean : CleanPage
        The page: of each cell that was not found it must show something.
    """
    whole: list[Comb] = []
    for family in _families(groups):
        pieces = (group for group in groups if len(group) < len(family[0]))
        higher = [group for group in groups if _is_higher(group, family[0][0])]
        for piece in pieces:
            comb = _whole_comb(piece, family)
            if comb is None or any(_meet(comb, other) for other in [*family, *whole, *higher]):
                continue
            if all(_shows(cell, piece, clean) for cell in comb):
                whole.append(comb)
    rest = [group for group in groups if not any(_meet(group, comb) for comb in whole)]
    return rest + whole


def _families(groups: list[Comb]) -> list[list[Comb]]:
    """Sets of equal combs that stand over one another, those of most cells first."""
    families: list[list[Comb]] = []
    combs = [group for group in groups if len(group) > 1 and is_for_one_digit(group[0])]
    for comb in sorted(combs, key=len, reverse=True):
        family = next((f for f in families if _equal(f[-1], comb)), None)
        if family is None:
            families.append([comb])
        else:
            family.append(comb)
    return [family for family in families if len(family) >= MANY]


def _equal(one: Comb, two: Comb) -> bool:
    slack = 2 * LIKE * one[0].width
    place = abs(one[0].left - two[0].left) <= slack and abs(one[-1].right - two[-1].right) <= slack
    return place and len(one) == len(two) and _alike(one[0], two[0])


def _alike(one: Box, two: Box) -> bool:
    slack = LIKE * one.width
    return abs(one.width - two.width) <= slack and abs(one.height - two.height) <= slack


def _is_higher(comb: Comb, cell: Box) -> bool:
    """Whether a comb has higher cells than ``cell``. A single one may be two, a line unseen."""
    return len(comb) > 1 and comb[0].height > cell.height + LIKE * cell.width


def _whole_comb(piece: Comb, family: Sequence[Comb]) -> Comb | None:
    """The comb of ``family`` that ``piece`` is a part of, moved to where it must be."""
    first = piece[0]
    nearest = min(family, key=lambda comb: abs(comb[0].top - first.top))
    place = min(nearest, key=lambda cell: abs(cell.left - first.left))
    aside = first.left - place.left
    if not _alike(place, first) or abs(aside) > SAME_PLACE * place.width:
        return None
    comb = [Box(first.top, c.left + aside, first.bottom, c.right + aside) for c in nearest]
    return comb if all(_has_place(cell, comb) for cell in piece) else None


def _shows(cell: Box, piece: Comb, clean: CleanPage) -> bool:
    """Whether a cell is one of a piece, or a line shows above, below or at its far side."""
    if any(own.shared_area(cell) for own in piece):
        return True
    reach = round(SAME_PLACE * cell.width)
    top, bottom = cell.top + reach, cell.bottom - reach
    left, right = cell.left + reach, cell.right - reach
    far = cell.right if cell.left > piece[0].left else cell.left
    sides = (
        (clean.level, cell.top, left, right),
        (clean.level, cell.bottom, left, right),
        (clean.plumb.T, far, top, bottom),
    )
    if any(shows_line(*side, reach, LEAST_SHOWN) for side in sides):
        return True
    below = clean.ink[max(0, cell.bottom - reach) : cell.bottom + reach, left:right] > 0
    return bool(below.size and below.mean(axis=1).max() >= LEAST_INKED)


def _has_place(cell: Box, comb: Comb) -> bool:
    """Whether a cell stands where a comb has one."""
    return min(abs(cell.left - other.left) for other in comb) <= SAME_PLACE * cell.width


def _meet(one: Comb, two: Comb) -> bool:
    """Whether two combs share more than a line."""
    rows = min(one[0].bottom, two[0].bottom) - max(one[0].top, two[0].top)
    columns = min(one[-1].right, two[-1].right) - max(one[0].left, two[0].left)
    slack = LIKE * min(one[0].width, two[0].width)
    return rows > slack and columns > slack
