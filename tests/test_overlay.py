"""Pictures of what was read: where the boxes stand, what they hide, what the files are called."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitscan.errors import OutputError
from digitscan.report.drawing import STATUS_COLOURS
from digitscan.report.files import picture_bytes
from digitscan.report.overlay import LONGEST_SIDE_PX, OverlayFolder, draw_overlay, name_overlays
from digitscan.values import (
    CLASS_COUNT,
    Box,
    ColourImage,
    Digit,
    Field,
    FieldKind,
    Page,
    PageRef,
    PageResult,
    Reading,
    Record,
    Status,
)

REF = PageRef("scan.png")
WHITE_PAGE = Page(REF, np.full((1000, 800), 255, np.uint8))


def record(box: Box, status: Status = Status.OK, value: str = "42") -> Record:
    digit = Digit(
        Box(box.top + 8, box.left + 8, box.bottom - 8, box.left + 40),
        np.ones(CLASS_COUNT, np.float32),
    )
    reading = Reading(value, 0.97, status, digits=(digit,))
    return Record(REF, Field("a", box, FieldKind.BOX), reading)


def is_colour(
    picture: ColourImage, status: Status
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    same = picture == np.array(STATUS_COLOURS[status], np.uint8)
    return np.asarray(same.all(axis=2))


def test_a_picture_holds_every_status_in_its_colour() -> None:
    boxes = [Box(50 + 100 * row, 100, 100 + 100 * row, 300) for row in range(len(STATUS_COLOURS))]
    records = tuple(record(box, status) for box, status in zip(boxes, STATUS_COLOURS, strict=True))
    picture = draw_overlay(WHITE_PAGE, PageResult(REF, records))
    strip = picture.shape[0] - 1000
    assert picture.dtype == np.uint8
    assert picture.shape[1:] == (800, 3)
    for box, status in zip(boxes, STATUS_COLOURS, strict=True):
        drawn = is_colour(picture, status)[strip:]
        assert drawn[box.top, box.left : box.right].all(), status
        assert drawn[box.top : box.bottom, box.right - 1].all(), status
        assert drawn[box.top + 8, box.left + 8 : box.left + 40].all(), "the box of the digit"


def test_the_label_stands_beside_the_box_and_leaves_the_ink() -> None:
    box = Box(400, 100, 450, 200)
    ink = np.zeros((1000, 800), bool)
    ink[410:440, 110:190] = True
    page = Page(REF, np.where(ink, 0, 255).astype(np.uint8))
    labelled = draw_overlay(page, PageResult(REF, (record(box),)))
    strip = labelled.shape[0] - 1000
    drawn = is_colour(labelled, Status.OK)[strip:]
    assert drawn[box.top : box.bottom, box.right : box.right + 120].any(), "a label to the right"
    unlabelled = drawn.copy()
    unlabelled[box.slices] = False
    rows, columns = np.nonzero(unlabelled)
    assert rows.min() > box.top - 30
    assert rows.max() < box.bottom + 30
    assert columns.max() < box.right + 150


def test_a_label_moves_where_it_hides_nothing() -> None:
    box, neighbour = Box(400, 100, 450, 200), Box(400, 200, 450, 400)
    picture = draw_overlay(
        WHITE_PAGE, PageResult(REF, (record(box), record(neighbour, Status.REVIEW)))
    )
    strip = picture.shape[0] - 1000
    inside = is_colour(picture, Status.OK)[strip:][neighbour.top : neighbour.bottom, 204:396]
    assert not inside.any()
    assert is_colour(picture, Status.OK)[strip + 455 : strip + 490].any(), "below the box"


def test_colour_stays_colour() -> None:
    colour = np.zeros((900, 900, 3), np.uint8)
    colour[..., 2] = 255
    picture = draw_overlay(Page(REF, colour.min(axis=2), colour), PageResult(REF))
    assert (picture[-1, -1] == (0, 0, 255)).all()
    assert colour[0, 0].tolist() == [0, 0, 255], "the page itself is not drawn on"


@pytest.mark.parametrize("shape", [(1, 1), (1, 60_000), (3300, 2560), (60, 200)])
def test_any_page_gives_a_picture_that_can_be_looked_at(shape: tuple[int, int]) -> None:
    result = PageResult(REF, (record(Box(0, 0, *shape)), record(Box(0, 0, 1, 1), value="9" * 40)))
    picture = draw_overlay(Page(REF, np.zeros(shape, np.uint8)), result)
    assert 800 <= max(picture.shape) <= LONGEST_SIDE_PX


def test_boxes_follow_a_page_that_is_made_smaller() -> None:
    page = Page(REF, np.full((3920, 2000), 255, np.uint8))
    picture = draw_overlay(page, PageResult(REF, (record(Box(1000, 400, 1200, 1000)),)))
    strip = picture.shape[0] - 1960
    assert is_colour(picture, Status.OK)[strip + 500, 200:500].all()


def test_the_legend_says_why_there_is_nothing() -> None:
    plain = draw_overlay(WHITE_PAGE, PageResult(REF, (record(Box(500, 0, 550, 90)),)))
    for other in (PageResult(REF), PageResult(REF, problem="scan.png: é\n")):
        assert (draw_overlay(WHITE_PAGE, other)[:30] != plain[:30]).any()


def test_names_are_told_apart() -> None:
    refs = [
        PageRef("a/x.png"),
        PageRef("b/X.jpg"),
        PageRef("t.tif", 0),
        PageRef("t.tif", 1),
        PageRef("-"),
        PageRef("../../x-2"),
        PageRef("a/x.png"),
    ]
    assert name_overlays(refs) == (
        "x.png",
        "X-2.png",
        "t-p1.png",
        "t-p2.png",
        "stdin.png",
        "x-2-2.png",
        "x-3.png",
    )


@given(
    st.lists(st.builds(PageRef, st.text(st.characters()) | st.text("./\\a-"), st.integers(0, 2)))
)
def test_names_are_safe_and_unique(refs: list[PageRef]) -> None:
    names = name_overlays(refs)
    assert len(names) == len(refs)
    assert len({name.casefold() for name in names}) == len(refs)
    for name in names:
        assert name == Path(name).name
        assert name.endswith(".png")
        assert not name.startswith(".")
        assert "\\" not in name
        assert len(name.encode()) < 255


def test_writing_makes_the_folder_and_a_png(tmp_path: Path) -> None:
    folder = OverlayFolder(tmp_path / "new" / "folder", [REF])
    picture = np.full((4, 5, 3), 7, np.uint8)
    path = folder.write(0, picture_bytes(picture))
    assert path == tmp_path / "new" / "folder" / "scan.png"
    again = cv2.imread(str(path))
    assert again is not None
    np.testing.assert_array_equal(again, picture)
    assert list(path.parent.iterdir()) == [path]


def test_an_existing_picture_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    existing = tmp_path / "b.png"
    existing.write_text("mine")
    refs = [PageRef("a.png"), PageRef("b.png")]
    with pytest.raises(OutputError, match=r"b\.png: exists already; give --overwrite"):
        OverlayFolder(tmp_path, refs)
    OverlayFolder(tmp_path, refs, overwrite=True).write(
        1, picture_bytes(np.zeros((2, 2, 3), np.uint8))
    )
    assert existing.read_bytes().startswith(b"\x89PNG")


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "scan.png").symlink_to(outside)
    folder = OverlayFolder(tmp_path / "folder", [REF], overwrite=True)
    folder.write(0, picture_bytes(np.zeros((2, 2, 3), np.uint8)))
    assert outside.read_text() == "mine"


def test_a_folder_that_can_not_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="can't hold the overlays"):
        OverlayFolder(tmp_path / "file", [REF])
