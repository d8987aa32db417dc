"""Where a photographed sheet lies, and how exactly its edges are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    Homography,
    blurred,
    corners_of,
    draw_box,
    draw_digit,
    moved,
    noisy,
    page_of,
    paper,
    pieces_of,
    shadowed,
)

from digitscan.scan.cleaning import clean_page
from digitscan.scan.sheet import find_gutter, find_sheet, sheet_edges
from digitscan.values import Box, GreyImage

SHAPE = 1000, 760
SHEET = Box(0, 0, 1000, 760)


def sheet() -> GreyImage:
    """Two boxes with digits on an otherwise empty sheet."""
    image = paper(*SHAPE, 235)
    for top in (120, 300):
        draw_box(image, Box(top, 90, top + 60, 400))
        for left in (120, 200, 280):
            draw_digit(image, 4, Box(top + 10, left, top + 50, left + 30))
    return image


def seen_from(corners: list[tuple[float, float]]) -> Homography:
    """Homography of the sheet to where its corners (row, column) are seen."""
    source = np.array([(column, row) for row, column in corners_of(SHEET)], np.float32)
    goal = np.array([(column, row) for row, column in corners], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, goal), np.float64)


def photo(view: Homography, ground: int = 70) -> GreyImage:
    """The sheet on a darker table."""
    size = (900, 1150)
    seen = cv2.warpPerspective(sheet(), view, size, borderValue=ground)
    return noisy(blurred(shadowed(np.asarray(seen, np.uint8), 0.75), 0.8), 3)


VIEWS = [
    [(90.0, 110.0), (60.0, 800.0), (1080.0, 70.0), (1050.0, 850.0)],
    [(60.0, 60.0), (140.0, 760.0), (1070.0, 120.0), (1000.0, 840.0)],
    [(120.0, 150.0), (120.0, 750.0), (1090.0, 60.0), (1090.0, 840.0)],
]


@pytest.mark.parametrize("corners", VIEWS)
def test_the_edges_of_a_sheet_are_found_to_a_fraction_of_a_pixel(
    corners: list[tuple[float, float]],
) -> None:
    picture = photo(seen_from(corners))
    found = find_sheet(picture)
    assert found is not None
    edges = sheet_edges(found, picture)
    assert len(edges) == 4
    top_left, top_right, low_left, low_right = (np.array(corner) for corner in corners)
    sides = [(top_left, top_right), (low_left, low_right), (top_left, low_left)]
    sides.append((top_right, low_right))
    for edge in edges:
        ends = edge.reshape(2, 2)[:, ::-1]
        assert min(max(distance(end, *side) for end in ends) for side in sides) < 0.8


def distance(point: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """Distance of a point (row, column) from the line through two others."""
    (down, right), (y, x) = end - start, point - start
    return float(abs(down * x - right * y) / np.hypot(down, right))


@pytest.mark.parametrize("corners", VIEWS)
def test_a_sheet_with_few_lines_is_laid_flat_all_over(corners: list[tuple[float, float]]) -> None:
    view = seen_from(corners)
    clean = clean_page(page_of(photo(view)))
    to_clean = np.linalg.inv(clean.to_scan) @ view
    for row in np.linspace(50, 900, 6):
        for column in np.linspace(40, 650, 5):
            start, right, below = moved(
                [(row, column), (row, column + 60), (row + 60, column)], to_clean
            )
            assert abs(np.degrees(np.arctan2(*(right - start)))) < 0.3
            assert abs(np.degrees(np.arctan2(*(below - start)[::-1]))) < 0.3


@given(st.floats(-0.8, 0.8))
@settings(max_examples=5, deadline=None)
def test_print_askew_on_its_sheet_is_levelled_not_the_sheet(degrees: float) -> None:
    image = paper(1000, 760, 235)
    for top in range(200, 800, 120):
        image[top : top + 3, 260:500] = 30
    turn = np.vstack([cv2.getRotationMatrix2D((380, 500), -degrees, 1), [0, 0, 1]])
    printed = cv2.warpPerspective(image, turn, (760, 1000), borderValue=235)
    scan = cv2.copyMakeBorder(printed, 70, 70, 70, 70, cv2.BORDER_CONSTANT, value=70)
    clean = clean_page(page_of(noisy(np.asarray(scan, np.uint8), 3)))
    line = np.array(moved([(440, 260), (440, 500)], turn)) + 70
    start, end = moved([(row, column) for row, column in line], np.linalg.inv(clean.to_scan))
    # a skew that moves no corner by more than a 500th of the page is left as it is
    assert abs(np.degrees(np.arctan2(*(end - start)))) < 0.25


def half_in_shadow(image: GreyImage, softness: float, tone: float = 0.55) -> GreyImage:
    """The right half in shadow; its edge is so many pixels soft."""
    light = np.ones(image.shape, np.float32)
    light[:, image.shape[1] // 2 :] = tone
    return np.asarray(image * cv2.GaussianBlur(light, (0, 0), softness), np.uint8)


@pytest.mark.parametrize("softness", [10, 25])
def test_what_lies_in_shadow_is_no_surround(softness: float) -> None:
    assert find_sheet(half_in_shadow(sheet(), softness)) is None


@pytest.mark.parametrize("corners", VIEWS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_shadow_that_falls_on_a_sheet_and_its_table_cuts_nothing_off(
    corners: list[tuple[float, float]], turned: bool
) -> None:
    picture = photo(seen_from(corners))
    fall = 1 / (1 + np.exp(np.linspace(-5, 7, picture.shape[0])))
    light = (0.3 + 0.7 * fall)[:: -1 if turned else 1, None]
    found = find_sheet(np.asarray(picture * light, np.uint8))
    outline = np.array(corners)[[0, 1, 3, 2], ::-1].round().astype(np.int32)
    whole = cv2.fillPoly(np.zeros(picture.shape, np.uint8), [outline], 1) > 0
    assert found is not None
    assert (found & whole).sum() > 0.96 * (found | whole).sum()


def test_pale_ink_in_the_light_part_of_a_dark_photo_is_kept() -> None:
    picture = np.full((1400, 1000), 40, np.uint8)
    picture[200:1000, 150:850] = 225
    for left in range(250, 750, 60):
        draw_digit(picture, 4, Box(400, left, 440, left + 28), tone=170)
    assert np.median(picture) < 60, "most of it is dark"
    clean = clean_page(page_of(noisy(blurred(picture, 0.8), 3)))
    assert pieces_of(clean.ink) >= 9


def test_ink_in_shadow_is_found_as_in_light() -> None:
    light, shade = (clean_page(page_of(image)) for image in (sheet(), half_in_shadow(sheet(), 12)))
    assert shade.ink.shape == light.ink.shape
    both, either = (light.ink > 0) & (shade.ink > 0), (light.ink > 0) | (shade.ink > 0)
    assert both.sum() > 0.9 * either.sum()


@pytest.mark.parametrize("share", [0.35, 0.5, 0.7])
def test_a_crease_is_no_end_of_the_sheet(share: float) -> None:
    """Along it lies a dark line, and the paper behind it turns away from the light."""
    image, behind = sheet(), (np.arange(1000) - 1000 * share)[:, None]
    light = 1 - 0.4 * np.exp(-((behind / 5) ** 2))
    light -= np.where(behind > 0, 0.16 * np.exp(-np.maximum(behind, 0) / 90), 0)
    assert find_sheet(np.asarray(image * light, np.uint8)) is None


@pytest.mark.parametrize("degrees", [3.0, -7.0, 10.0])
def test_a_turned_sheet_with_black_corners_is_one(degrees: float) -> None:
    matrix = cv2.getRotationMatrix2D((380, 500), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    width, height = round(760 * cosine + 1000 * sine), round(1000 * cosine + 760 * sine)
    matrix[:, 2] += (width - 760) / 2, (height - 1000) / 2
    turned = cv2.warpAffine(sheet(), matrix, (width, height), flags=cv2.INTER_NEAREST)
    found = find_sheet(np.asarray(turned, np.uint8))
    assert found is not None
    assert found.mean() == pytest.approx(760 * 1000 / (width * height), rel=0.03)


def book(gutter: int, right_width: int = 420) -> GreyImage:
    """A small photo of an open book on a dark table: two pages, and the gutter between them."""
    picture = np.full((700, 1000), 60, np.uint8)
    picture[90:610, 60 : 480 - gutter // 2] = 215
    picture[80:600, 480 + gutter // 2 : 480 + right_width] = 235
    return blurred(picture, 0.8)


@pytest.mark.parametrize("gutter", [8, 30])
def test_both_pages_of_an_open_book_are_paper(gutter: int) -> None:
    found = find_sheet(book(gutter))
    assert found is not None
    assert found[350, 200]
    assert found[350, 750]
    assert not found[350, 30]
    edges = sheet_edges(found, book(gutter))
    left, right = edges[edges[:, 0] < 480], edges[edges[:, 0] >= 480]
    assert len(left) >= 3
    assert len(right) >= 3


@pytest.mark.parametrize("lean", [0, 60])
def test_the_gutter_lies_between_the_pages_however_it_leans(lean: int) -> None:
    shown = np.zeros((700, 1000), np.uint8)
    left, right = [(60, 90), (480 + lean, 90), (480 - lean, 610), (60, 610)], [(520 + lean, 80)]
    right += [(900, 80), (900, 600), (520 - lean, 600)]
    for page in (left, right):
        cv2.fillPoly(shown, [np.array(page, np.int32)], 1)
    found = find_gutter(shown > 0)
    assert found is not None
    assert abs(found - 500) <= 8


def test_a_single_page_or_a_sheet_with_scraps_has_no_gutter() -> None:
    shown = np.zeros((700, 1000), np.bool_)
    shown[50:600, 40:700] = True
    assert find_gutter(shown) is None
    shown[50:600, 720:800] = True
    assert find_gutter(shown) is None
    assert find_gutter(np.zeros_like(shown)) is None


def test_a_narrow_strip_of_another_sheet_is_none_of_the_page() -> None:
    found = find_sheet(book(30, right_width=110))
    assert found is not None
    assert found[350, 200]
    assert not found[350, 560]


def ruled_page(line: int) -> GreyImage:
    picture = np.full((900, 700), 220, np.uint8)
    for row in range(80, 860, 60):
        picture[row : row + line] = 120
    for column in (120, 330, 560):
        picture[:, column : column + line] = 120
    return picture


def test_lines_that_go_on_into_a_shadow_tell_that_the_sheet_does() -> None:
    page = ruled_page(2).astype(np.float32)
    shade = np.ones(page.shape, np.float32)
    shade[:, :250] = 0.45
    page *= cv2.GaussianBlur(shade, (0, 0), 2)
    assert find_sheet(page.astype(np.uint8)) is None
    page[:, :262] = 60
    assert find_sheet(page.astype(np.uint8)) is not None


def test_a_line_of_a_table_seen_from_near_is_no_edge_of_the_sheet() -> None:
    """Where the light falls off to one side, the other was taken for the sheet."""
    page = np.full((600, 520), 135, np.float32)
    for row in range(30, 600, 56):
        page[row : row + 4] = 90
    for column in (110, 260):
        page[:, column : column + 4] = 90
    page *= np.linspace(0.5, 1.0, 520, dtype=np.float32)
    assert find_sheet(blurred(page.astype(np.uint8), 1)) is None
