"""The pictures of how a page was read: each shows what it says it shows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest
from sheets import draw_box, draw_comb, draw_digit, odd_images, page_of, paper, turning, warped

from digitscan.errors import OutputError
from digitscan.glyph.classifier import Classifier
from digitscan.reader import PageTrace, Reader
from digitscan.report import closeup
from digitscan.report.account import account_for
from digitscan.report.closeup import GLYPH_ZOOM, draw_closeup
from digitscan.report.dossier import Dossier
from digitscan.report.drawing import STATUS_COLOURS, Colour
from digitscan.report.panels import SEAM_COLOUR, piece_colour
from digitscan.report.stages import (
    KIND_COLOURS,
    LEVEL_COLOUR,
    PLUMB_COLOUR,
    draw_fields,
    draw_ink,
    draw_ruling,
)
from digitscan.values import (
    CLASS_COUNT,
    Box,
    ColourImage,
    FieldKind,
    GreyImage,
    Mask,
    Page,
    PageRef,
    Probabilities,
    Status,
)

BOX, COMB = Box(60, 60, 125, 420), Box(200, 60, 260, 360)


class Sure:
    """Sees a 7 in every glyph."""

    card = SimpleNamespace(kind="cnn")

    def classify(self, glyphs: GreyImage) -> Probabilities:
        return np.tile(np.eye(CLASS_COUNT, dtype=np.float32)[7], (len(glyphs), 1))


READER = Reader(cast(Classifier, Sure()))


def form() -> GreyImage:
    """A box with two digits, a comb of five cells with one, and a digit beside them."""
    image = paper(400, 900)
    draw_box(image, BOX)
    for left in (90, 160):
        draw_digit(image, 2, Box(BOX.top + 12, left, BOX.bottom - 12, left + 28))
    cells = draw_comb(image, COMB, 5)
    draw_digit(image, 4, Box(COMB.top + 10, cells[1].left + 15, COMB.bottom - 10, 165))
    draw_digit(image, 5, Box(300, 700, 340, 725))
    return image


@pytest.fixture(scope="module")
def trace() -> PageTrace:
    return READER.trace(page_of(form()))


def is_colour(picture: ColourImage, colour: Colour) -> Mask:
    return np.asarray((picture == np.array(colour, np.uint8)).all(axis=2))


def below_caption(picture: ColourImage, trace: PageTrace) -> ColourImage:
    return picture[picture.shape[0] - trace.clean.ink.shape[0] :]


def test_the_ink_is_shown_as_it_is(trace: PageTrace) -> None:
    drawn = below_caption(draw_ink(trace), trace)
    np.testing.assert_array_equal(drawn, np.repeat(255 - trace.clean.ink[..., None], 3, axis=2))


def test_ruling_has_two_colours(trace: PageTrace) -> None:
    drawn = below_caption(draw_ruling(trace), trace)
    np.testing.assert_array_equal(is_colour(drawn, PLUMB_COLOUR), trace.clean.plumb)
    level = trace.clean.level & ~trace.clean.plumb
    np.testing.assert_array_equal(is_colour(drawn, LEVEL_COLOUR), level)
    assert level.sum() > 500
    written = (trace.clean.ink > 0) & ~trace.clean.plumb & ~trace.clean.level
    assert (drawn[written] > 150).all(), "ink is pale"


def test_fields_have_the_colour_of_their_kind(trace: PageTrace) -> None:
    drawn = below_caption(draw_fields(trace), trace)
    assert {field.cut.field.kind for field in trace.fields} == {FieldKind.BOX, FieldKind.COMB}
    for field in (traced.cut.field for traced in trace.fields):
        painted = is_colour(drawn, KIND_COLOURS[field.kind])
        box = field.box
        assert painted[box.bottom - 1, box.left : box.right].mean() > 0.8
        for cell in field.cells:
            assert painted[cell.top : cell.bottom, cell.left].mean() > 0.6
    dark: Mask = np.asarray((drawn < 60).all(axis=2))
    pieces = [piece for traced in trace.fields for piece in traced.cut.pieces]
    for piece in pieces:
        assert dark[piece.box.slices][piece.ink > 0].mean() > 0.5, "a field's own ink is dark"
    scale = trace.clean.ink.shape[1] / 900
    beside = slice(round(290 * scale), round(350 * scale)), slice(round(690 * scale), None)
    assert (trace.clean.ink[beside] > 0).any()
    assert not dark[beside].any(), "ink of no field is pale"


def test_a_closeup_holds_every_glyph(trace: PageTrace) -> None:
    for field in trace.fields:
        account = account_for(trace.clean, field, 0.9)
        picture = draw_closeup(trace, account)
        assert account.way
        for candidate in field.cut.candidates:
            glyph = np.kron(255 - candidate.glyph, np.ones((GLYPH_ZOOM, GLYPH_ZOOM), np.uint8))
            grey = np.ascontiguousarray(picture[..., 0])
            match = cv2.matchTemplate(grey, glyph, cv2.TM_SQDIFF)
            top, left = np.unravel_index(match.argmin(), match.shape)
            found = grey[top : top + len(glyph), left : left + len(glyph)]
            np.testing.assert_array_equal(found, glyph)
        for number in range(len(field.cut.pieces)):
            assert is_colour(picture, piece_colour(number)).sum() > 100


def test_glyphs_that_were_read_are_framed(trace: PageTrace) -> None:
    field = trace.fields[0]
    account = account_for(trace.clean, field, 0.9)
    framed = is_colour(draw_closeup(trace, account), STATUS_COLOURS[Status.OK])
    without = account_for(trace.clean, field, 0.9)
    object.__setattr__(without, "way", ())
    bare = is_colour(draw_closeup(trace, without), STATUS_COLOURS[Status.OK])
    assert framed.sum() - bare.sum() > 2 * 2 * 3 * 300


def test_cuts_are_red() -> None:
    image = paper(300, 500)
    draw_box(image, BOX)
    for left in (90, 124):
        draw_digit(image, 0, Box(BOX.top + 8, left, BOX.bottom - 8, left + 36))
    trace = READER.trace(page_of(image))
    (field,) = trace.fields
    assert any(piece.cut for piece in field.cut.pieces)
    drawn = draw_closeup(trace, account_for(trace.clean, field, 0.9))
    plain = READER.trace(page_of(form()))
    uncut = draw_closeup(plain, account_for(plain.clean, plain.fields[0], 0.9))
    title = is_colour(uncut, SEAM_COLOUR).sum()
    assert is_colour(drawn, SEAM_COLOUR).sum() > title + 20


def test_the_scan_is_shown_upright_and_in_colour() -> None:
    grey = form()
    grey = warped(grey, turning(4, grey.shape))
    colour = np.stack([np.full_like(grey, 255), grey, grey], axis=2)
    trace = READER.trace(Page(PageRef("blue.png"), colour.min(axis=2), colour))
    field = next(field for field in trace.fields if len(field.cut.pieces) == 2)
    picture = draw_closeup(trace, account_for(trace.clean, field, 0.9)).astype(int)
    rows, columns = np.nonzero((picture[..., 0] > 230) & (picture[..., 2] < 40))
    assert len(rows) > 500, "blue ink is blue"
    edge = rows[columns == np.median(columns)]
    left, right = rows[columns < columns.min() + 20], rows[columns > columns.max() - 20]
    assert abs(int(left.min()) - int(right.min())) < 12, "the box lies level"
    assert len(edge)


def test_a_blank_field_can_be_drawn() -> None:
    image = paper(300, 500)
    draw_box(image, BOX)
    trace = READER.trace(page_of(image))
    account = account_for(trace.clean, trace.fields[0], 0.9)
    assert account.reading.status is Status.BLANK
    assert min(draw_closeup(trace, account).shape[:2]) > 100


def test_no_more_glyphs_than_can_be_looked_at(
    trace: PageTrace, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = account_for(trace.clean, trace.fields[0], 0.9)
    assert len(account.traced.cut.candidates) > 1
    whole = draw_closeup(trace, account)
    monkeypatch.setattr(closeup, "MOST_TILES", 1)
    fewer = draw_closeup(trace, account)
    frames = [is_colour(picture, STATUS_COLOURS[Status.OK]).sum() for picture in (whole, fewer)]
    assert frames[1] < frames[0] - 500


@pytest.mark.parametrize(("name", "image"), [*odd_images()])
def test_any_page_gives_pictures(name: str, image: GreyImage) -> None:
    trace = READER.trace(page_of(image))
    for draw in (draw_ink, draw_ruling, draw_fields):
        picture = draw(trace)
        assert picture.dtype == np.uint8
        assert max(picture.shape) >= 800, name
    for field in trace.fields:
        account = account_for(trace.clean, field, 0.9)
        assert draw_closeup(trace, account).shape[2] == 3


def test_an_explanation_is_replaced_whole(trace: PageTrace, tmp_path: Path) -> None:
    accounts = [account_for(trace.clean, field, 0.9) for field in trace.fields]
    folder = tmp_path / "new" / "x"
    assert Dossier(folder).write(trace, accounts, blanks=False) == 3 + len(accounts)
    mine = folder / "04-holiday.png"
    mine.write_text("mine")
    with pytest.raises(OutputError, match=r"01-ink\.png: exists already; give --overwrite"):
        Dossier(folder)
    Dossier(folder, overwrite=True).write(trace, accounts[:1], blanks=False)
    assert sorted(path.name for path in folder.iterdir()) == [
        "01-ink.png",
        "02-ruling.png",
        "03-fields.png",
        "04-f1.png",
        "04-holiday.png",
        "explanation.txt",
    ]
    assert mine.read_text() == "mine"


def test_a_folder_that_can_not_be_is_refused(trace: PageTrace, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(OutputError, match=r"file: can't hold the explanation"):
        Dossier(file)
    with pytest.raises(OutputError, match="can't hold the explanation"):
        Dossier(file / "inner").write(trace, [], blanks=False)
