"""The sample forms: each function prints one sheet and has it filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from drawing.hands import ANNA, BRUNO, CARLA, DARIO, ELENA, FINN, GRETA, Hand
from drawing.scanner import Scanner
from drawing.sheet import Place, Sheet, doubt


@dataclass(frozen=True, slots=True)
class Form:
    """A sample: the folder it goes to, how its sheet is drawn, how that is scanned."""

    name: str
    draw: Callable[[], Sheet]
    scanner: Scanner


def exam_cover() -> Sheet:
    """Draw the cover of an exam: a candidate number with leading zeros, a date, marks."""
    sheet = _exam_sheet(dpi=200, seed=101)
    _fill_exam(sheet, ("0047125", "306", "0914", "06072025"), ANNA)
    _fill_marks(sheet, ("8", "10", "7", "", "12"), ("9", "4", "", "15", "3"), "68", DARIO)
    return sheet


def exam_blank() -> Sheet:
    """Draw the same cover handed in empty: nothing on it may be read as a digit."""
    sheet = _exam_sheet(dpi=150, seed=102)
    _fill_exam(sheet, ("", "", "", ""), ANNA)
    _fill_marks(sheet, ("",) * 5, ("",) * 5, "", DARIO)
    return sheet


def _exam_sheet(dpi: int, seed: int) -> Sheet:
    sheet = Sheet(148, 150, dpi, seed)
    sheet.print_text(14, 10, "Regional Board of Examinations", 4.6)
    sheet.print_text(14, 16.5, "Mathematics, paper B. Write one digit in each cell.", 3.0)
    sheet.line(14, 22, 120, width=0.4)
    return sheet


def _fill_exam(sheet: Sheet, values: Sequence[str], hand: Hand) -> None:
    candidate, centre, room, date = values
    sheet.print_text(14, 29.5, "Candidate", 3.2)
    _comb(sheet, Place(38, 26, 56, 9.5), 7, candidate, hand)
    sheet.print_text(98, 29.5, "Centre", 3.2)
    _comb(sheet, Place(111, 26, 24, 9.5), 3, centre, hand)
    sheet.print_text(14, 44.5, "Seat", 3.2)
    _comb(sheet, Place(38, 41, 32, 9.5), 4, room, hand)
    sheet.print_text(76, 44.5, "Date", 3.2)
    _comb(sheet, Place(87, 41, 48, 9.5), 8, date, hand)
    sheet.print_text(14, 57, "For the examiner", 4.0)


def _fill_marks(
    sheet: Sheet, upper: Sequence[str], lower: Sequence[str], total: str, hand: Hand
) -> None:
    for row, values in enumerate((upper, lower)):
        y = 68 + 23 * row
        for column, value in enumerate(values):
            x = 14 + 25 * column
            sheet.print_text(x, y - 4.2, f"Question {'ABCDEFGHKL'[5 * row + column]}", 2.8)
            _box(sheet, Place(x, y, 19, 12), value, hand)
    sheet.print_text(88, 118, "Total", 4.0)
    _box(sheet, Place(103, 113, 30, 15), total, hand, width=0.5)


def survey() -> Sheet:
    """Draw a household survey: number boxes among tick boxes with crosses, black ballpoint."""
    sheet = Sheet(148, 160, 300, 201)
    sheet.print_text(14, 10, "Household survey", 5.2)
    sheet.print_text(14, 17, "Please use a black pen. Cross the box that applies.", 3.0)
    questions = (
        ("How old are you?", "43"),
        ("How many people live in your household?", "4"),
        ("How many minutes is your way to work?", "075"),
        ("What do you pay for rent each month?", "1180"),
        ("How many cars do you own?", "0"),
    )
    for row, (question, answer) in enumerate(questions):
        y = 29 + 15.5 * row
        sheet.print_text(14, y + 3.2, question, 3.2)
        _box(sheet, Place(92, y, 34, 10.5), answer, BRUNO)
    ticks = (("Do you rent or own?", (True, False)), ("Have you moved lately?", (False, True)))
    for row, (question, crosses) in enumerate(ticks):
        y = 110 + 10 * row
        sheet.print_text(14, y, question, 3.2)
        for column, (answer, crossed) in enumerate(zip(("yes", "no"), crosses, strict=True)):
            _tick(sheet, Place(92 + 20 * column, y, 4.4, 4.4), answer, crossed)
    sheet.print_text(14, 137.5, "Postal code", 3.2)
    _comb(sheet, Place(92, 134, 36, 9), 5, "02138", BRUNO)
    return sheet


def _tick(sheet: Sheet, place: Place, answer: str, crossed: bool) -> None:
    sheet.frame(place, 0.25)
    sheet.print_text(place.x + 6.5, place.y + 0.6, answer, 3.2)
    if crossed:
        sheet.write("X", place.x + 0.4, place.y + 4.1, BRUNO, 3.8)
    sheet.keep("", place, "unreadable" if crossed else "blank")


def clinic_register() -> Sheet:
    """Draw a clinic's register: a table of row numbers, labels, numbers and empty cells."""
    sheet = Sheet(190, 138, 150, 301)
    sheet.print_text(12, 8, "Outpatient register", 5.0)
    columns = (
        *((12, "No."), (22, "Ward"), (52, "Record"), (90, "Pulse")),
        *((110, "Systolic"), (134, "Diastolic"), (158, "Weight")),
    )
    wards = ("Surgery", "Medicine", "Children", "Maternity", "Eye", "Surgery", "Dental", "Medicine")
    rows = (
        ("00417", "72", "128", "84", "67"),
        ("00418", "88", "141", "", "80"),
        ("00419", "104", "96", "58", "14"),
        ("00423", "76", "119", "77", ""),
        ("00426", "", "", "", "59"),
        ("00431", "63", "133", "92", "102"),
        ("", "", "", "", ""),
        ("00438", "95", "150", "86", "73"),
    )
    heads, *lines = _grid(sheet, [x for x, _ in columns] + [178], [18 + 12 * k for k in range(10)])
    sheet.line(12, 30, 166, width=0.45)
    for place, (_, label) in zip(heads, columns, strict=True):
        _print_cell(sheet, place, label)
    for k, (ward, values) in enumerate(zip(wards, rows, strict=True)):
        number, name, *cells = lines[k]
        _print_cell(sheet, number, str(k + 1), value=str(k + 1))
        _print_cell(sheet, name, ward)
        for place, value in zip(cells, values, strict=True):
            sheet.write_in(place, value, CARLA if k < 5 else ANNA, fill=0.52)
    return sheet


def tally_sheet() -> Sheet:
    """Draw a polling station's count: numbers in felt tip on rules, printed text beside them."""
    sheet = Sheet(120, 168, 150, 401)
    sheet.print_text(12, 9, "Record of the count", 5.2)
    sheet.print_text(12, 16, "Numbers in figures, without fractions", 3.0)
    lines = (
        ("Entitled to vote", "1264"),
        ("Ballot papers received", "1300"),
        ("Voters who came", "839"),
        ("Papers taken from the box", "837"),
        ("Invalid papers", "21"),
        ("Valid papers", "816"),
        ("List of the Mill", "407"),
        ("List of the River", "352"),
        ("List of the Bridge", "57"),
        ("List of the Harbour", ""),
    )
    for row, (label, value) in enumerate(lines):
        base = 36 + 13.2 * row
        sheet.print_text(12, base - 4.2, label, 3.4)
        sheet.line(68, base, 40, width=0.3)
        place = Place(68, base - 9.5, 40, 9.5)
        if value:
            sheet.write(value, 76 + 3 * (row % 3), base - 0.8, DARIO, 7.0)
            sheet.keep(value, place, doubt(value, DARIO))
    return sheet


def free_lines() -> Sheet:
    """Draw numbers in lines on plain paper, some digits touching, no ruling at all."""
    sheet = Sheet(136, 126, 200, 501)
    rows = (
        ("2048", "731", "96"),
        ("0050", "8842", "17"),
        ("365", "4096", "203"),
        ("6174", "55", "1089"),
        ("27", "90210", "384"),
    )
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            x = 12 + 42 * column + float(sheet.rng.normal(0, 1))
            base = 26 + 20 * row + float(sheet.rng.normal(0, 0.6))
            touching = (row, column) in ((1, 1), (3, 1))
            gap = 0.0 if touching else None
            place = sheet.write(value, x, base, CARLA, 7.5, gap)
            sheet.keep(value, place, "review" if touching else None)
    return sheet


def letters() -> Sheet:
    """Draw names, words and a tick beside a single number: letters are no digits."""
    sheet = Sheet(140, 120, 200, 601)
    sheet.print_text(12, 9, "Membership", 5.0)
    words = (("Family name", "HAMMER"), ("First name", "MAREK"), ("Street", "NEHRHEX"))
    for row, (label, word) in enumerate(words):
        y = 22 + 15 * row
        sheet.print_text(12, y + 3, label, 3.2)
        place = Place(44, y, 80, 10)
        cells = sheet.comb(place, 8)
        sheet.write_comb(place, cells, word, ANNA)
        sheet.fields.pop()
        sheet.keep("", place, "unreadable")
    sheet.print_text(12, 70, "Member since", 3.2)
    _box(sheet, Place(44, 67, 36, 10.5), "1997", ANNA)
    sheet.print_text(12, 86, "Remarks", 3.2)
    sheet.line(44, 90, 80)
    sheet.keep("", sheet.write("mark nehme euer kram", 46, 89, ANNA, 5.5), "optional")
    sheet.print_text(12, 103, "Accepted", 3.2)
    box = Place(44, 101, 6, 6)
    sheet.frame(box)
    sheet.write("v", 45, 105.4, ANNA, 5.0)
    sheet.keep("", box, "unreadable")
    return sheet


def meter_log() -> Sheet:
    """Draw meter readings in pencil, scanned coarsely: leading zeros, one very faint row."""
    sheet = Sheet(130, 120, 100, 701)
    sheet.print_text(12, 8, "Water meter", 5.4)
    readings = (
        ("January", "004812"),
        ("April", "005097"),
        ("July", "005563"),
        ("October", "006120"),
        ("December", "006418"),
    )
    for row, (month, value) in enumerate(readings):
        y = 24 + 17 * row
        sheet.print_text(12, y + 4, month, 4.0)
        place, faint = Place(40, y, 72, 12), month == "October"
        _comb(sheet, place, 6, value, FINN if faint else ELENA)
        if faint:
            sheet.fields.pop()
            sheet.keep(value, place, "review")
    return sheet


def marks_table() -> Sheet:
    """Draw a teacher's list of marks: a narrow table on grey paper, red pen."""
    sheet = Sheet(100, 120, 170, 801)
    sheet.print_text(10, 8, "Class test, list of marks", 4.2)
    tests = ("A", "B", "C", "D")
    rows = (
        ("14", "9", "20", "17"),
        ("8", "11", "6", ""),
        ("19", "20", "18", "15"),
        ("", "", "", ""),
        ("13", "7", "16", "10"),
        ("5", "12", "3", "8"),
    )
    (corner, *heads), *lines = _grid(
        sheet, [10, *(30 + 15 * k for k in range(5))], [18 + 13 * k for k in range(8)]
    )
    sheet.keep("", corner)
    for place, test in zip(heads, tests, strict=True):
        _print_cell(sheet, place, test)
    for k, values in enumerate(rows):
        name, *cells = lines[k]
        _print_cell(sheet, name, f"Pupil {'abcdef'[k]}")
        for place, value in zip(cells, values, strict=True):
            sheet.write_in(place, value, GRETA, fill=0.50)
    return sheet


def _grid(sheet: Sheet, xs: Sequence[float], ys: Sequence[float]) -> list[list[Place]]:
    """Print a ruled table with lines at ``xs`` and ``ys``; returns its cells row by row."""
    for y in ys:
        sheet.line(xs[0], y, xs[-1] - xs[0])
    for x in xs:
        sheet.line(x, ys[0], ys[-1] - ys[0], upright=True)
    return [
        [Place(left, top, right - left, bottom - top) for left, right in pairwise(xs)]
        for top, bottom in pairwise(ys)
    ]


def _print_cell(sheet: Sheet, place: Place, text: str, value: str = "") -> None:
    """Print into a cell; a reader may take it for a field or not."""
    sheet.print_text(place.x + 3, place.y + 4.2, text, 3.2)
    sheet.keep(value, place, "optional")


def _comb(sheet: Sheet, place: Place, cells: int, value: str, hand: Hand) -> None:
    sheet.write_comb(place, sheet.comb(place, cells), value, hand)


def _box(sheet: Sheet, place: Place, value: str, hand: Hand, width: float = 0.3) -> None:
    sheet.frame(place, width)
    sheet.write_in(place, value, hand)


FORMS = (
    Form("clinic_register", clinic_register, Scanner("scan.jpg", "colour", 0.4, blur_px=0.55)),
    Form("exam_blank", exam_blank, Scanner("scan.png", "grey", -0.6, noise=0.006, grey_levels=32)),
    Form("exam_cover", exam_cover, Scanner("scan.png", "grey", 0.5, noise=0.006, grey_levels=32)),
    Form("free_lines", free_lines, Scanner("scan.jpg", "colour", -1.2, (0.97, 0.96, 0.93))),
    Form("letters", letters, Scanner("scan.png", "grey", 0.3, noise=0.006, grey_levels=32)),
    Form(
        "marks_table",
        marks_table,
        Scanner("scan.jpg", "colour", -0.8, (0.92, 0.90, 0.86), shade=0.12, blur_px=0.7),
    ),
    Form("meter_log", meter_log, Scanner("scan.png", "grey", -0.4, blur_px=0.45, noise=0.01)),
    Form("survey", survey, Scanner("scan.tif", "bitonal", 0.7, blur_px=0.7, noise=0.03)),
    Form(
        "tally_sheet",
        tally_sheet,
        Scanner("scan.jpg", "grey", 0.9, (0.90, 0.895, 0.88), shade=0.1, blur_px=0.9, noise=0.02),
    ),
)
