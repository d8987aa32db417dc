"""Numbers in, chains of them out: fields that stand in one row, one column or one stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def chains(numbers: Iterable[int], follows: Callable[[int, int], bool]) -> list[list[int]]:
    """Put each number behind the last of the first chain that it ``follows``, or begin another.

    >>> chains([1, 5, 2, 6, 3], lambda last, number: number == last + 1)
    [[1, 2, 3], [5, 6]]
    """
    found: list[list[int]] = []
    for number in numbers:
        chain = next((one for one in found if follows(one[-1], number)), None)
        if chain is None:
            found.append([number])
        else:
            chain.append(number)
    return found
