"""Forms whose lines are dashed or dotted, with people's digits on them: pages for ``pages.py``.

    python benchmarks/dashed_forms.py DATA/digits_ch FOLDER
    python benchmarks/pages.py FOLDER

Each kind of field is printed with each kind of dash, on a page of ten numbers at 300, 200 and
150 dpi: combs dashed all around, combs with a solid frame, boxes, rules under a number, and rules
of one dash a digit.
"""

from __future__ import annotations

from functools import partial
from itertools import product

from paper import blank_page
from written_pages import Hand, make_pages

from digitscan.values import GreyImage

DASHES = {
    "dashes": (8, 8, 2),
    "fine dashes": (5, 5, 1),
    "dots": (3, 5, 3),
    "wide dots": (3, 11, 3),
    "long dashes": (24, 14, 2),
}
"""Length of a dash, of a gap, and thickness, in pixels at 300 dpi."""
KINDS = "comb", "frame", "box", "rule"
NUMBERS, LEFT, STEP = 10, 600, 200
PRINT = 50
Point = tuple[int, int]


def print_line(page: GreyImage, start: Point, end: Point, dashes: tuple[int, int, int]) -> None:
    """Print a level or plumb line between two points, as (row, column)."""
    dash, gap, thickness = dashes
    (top, left), (bottom, right) = start, end
    for begin in range(0, max(bottom - top, right - left), dash + gap):
        if top == bottom:
            page[top : top + thickness, left + begin : min(right, left + begin + dash)] = PRINT
        else:
            page[top + begin : min(bottom, top + begin + dash), left : left + thickness] = PRINT


def print_field(
    page: GreyImage, kind: str, dashes: tuple[int, int, int], cells: int, top: int, pitch: int
) -> None:
    """Print one field for a number of so many digits."""
    bottom, right = top + 105, LEFT + cells * pitch
    if kind == "digit rules":
        for left in range(LEFT, right, pitch):
            page[bottom : bottom + 2, left + pitch // 8 : left + pitch - pitch // 8] = PRINT
        return
    if kind == "rule":
        print_line(page, (bottom, LEFT), (bottom, right), dashes)
        return
    edge = (1, 0, 3) if kind == "frame" else dashes
    for row in (top, bottom):
        print_line(page, (row, LEFT), (row, right), edge)
    for column in (LEFT, right):
        print_line(page, (top, column), (bottom, column), edge)
    if kind != "box":
        for column in range(LEFT + pitch, right, pitch):
            print_line(page, (top, column), (bottom, column), dashes)


def draw_page(kind: str, dashes: tuple[int, int, int], hand: Hand) -> tuple[GreyImage, list[str]]:
    """A page of ten numbers, and what they are."""
    rng, page, values = hand.rng, blank_page(), []
    for number in range(NUMBERS):
        top, pitch = 300 + STEP * number, int(rng.integers(72, 100))
        digits = rng.integers(10, size=rng.integers(3, 8)).tolist()
        print_field(page, kind, dashes, len(digits), top, pitch)
        for place, digit in enumerate(digits):
            row = top + 52 + rng.normal(0, 5)
            column = LEFT + pitch * (place + 0.5) + rng.normal(0, 4)
            hand.write(page, digit, row, column, rng.uniform(58, 80))
        values.append("".join(map(str, digits)))
    return page, values


def main() -> None:
    """Draw all pages and write what stands on them."""
    styles = [*product(KINDS, DASHES), ("digit rules", "dashes")]
    kinds = {f"{kind} {name}": partial(draw_page, kind, DASHES[name]) for kind, name in styles}
    make_pages(__doc__.partition("\n")[0], kinds)


if __name__ == "__main__":
    main()
