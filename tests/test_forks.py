"""Two ruled lines that run into one another, parted again."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitscan.scan.evening import fill_outline
from digitscan.scan.forks import Contour, Picture, part_fork
from digitscan.scan.ruling import find_ruling


def outline_of(runs: Picture) -> Contour:
    (contour,) = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    return np.asarray(contour, np.int32)


def fork(rise: int) -> Picture:
    """A level line, and one that comes up to it from ``rise`` pixels below."""
    runs = np.zeros((80, 400), np.uint8)
    cv2.line(runs, (20, 30), (379, 30), 255, 3)
    cv2.line(runs, (20, 30 + rise), (379, 31), 255, 3)
    return runs


def rows_at(lines: list[Contour], column: int) -> list[int]:
    """The middle row of each line in a column."""
    return sorted(
        cv2.boundingRect(line)[1]
        + int(np.flatnonzero(fill_outline(line)[:, column - cv2.boundingRect(line)[0]]).mean())
        for line in lines
    )


@pytest.mark.parametrize("rise", [12, 20])
def test_both_lines_of_a_fork_are_found(rise: int) -> None:
    runs = fork(rise)
    lines = part_fork(outline_of(runs), runs, 90)
    assert all(cv2.boundingRect(line)[2] > 300 for line in lines)
    assert rows_at(lines, 40) == pytest.approx([30, 30 + rise * 0.95], abs=1)


def test_the_lines_of_a_double_rule_that_touch_are_found() -> None:
    runs = np.zeros((60, 400), np.uint8)
    runs[20:23, 20:380] = 255
    runs[28:31, 20:380] = 255
    runs[23:28, 100:110] = 255
    assert rows_at(part_fork(outline_of(runs), runs, 90), 200) == [21, 29]


def test_one_line_is_no_fork_and_short_ones_are_none() -> None:
    line = np.zeros((60, 400), np.uint8)
    line[20:24, 20:380] = 255
    assert part_fork(outline_of(line), line, 90) == []
    short = fork(12)[:, 310:]
    assert part_fork(outline_of(short), np.ascontiguousarray(short), 90) == []


def test_a_one_between_a_line_and_a_fork_is_no_divider() -> None:
    darkness = np.zeros((300, 400), np.uint8)
    for row in (60, 130):
        cv2.line(darkness, (20, row), (379, row), 200, 3)
    cv2.line(darkness, (20, 148), (379, 131), 200, 3)
    cv2.line(darkness, (300, 60), (300, 130), 255, 4)
    level, plumb = find_ruling(darkness, 4.0)
    assert (level[125:136, 30:370] > 0).any(axis=0).mean() > 0.95
    assert (level[140:150, 30:120] > 0).any(axis=0).mean() > 0.95
    assert not plumb.any()
