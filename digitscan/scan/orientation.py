"""A small picture of a page in, the quarter turns that may bring it upright out.

Words tell whether a page stands or lies: letters follow one another more closely than lines do.
Which of the two ways up is told by the letters (Caprari, 2000): Latin letters share the line they
stand on while their tops differ, since far more of them rise above an x than hang below it. Numbers
and capitals say nothing either way. Other scripts, and dates with slashes, may say the opposite: a
turn found here is only a guess, to be held against the digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.flattening import Homography
from digitscan.values import GreyImage, Mask

Picture = npt.NDArray[np.uint8]
Blobs = npt.NDArray[np.int32]

HALF_INK = 127
"""A pixel of the overview laid flat is ink if half of it is."""
LONGEST_LETTER = 35
"""Longer runs of ink, in pixels of the overview, are ruling."""
LETTER_GAP = 7
"""Ink nearer than this, in pixels of the overview, belongs to one word."""
LOWEST_WORD, HIGHEST_WORD = 5, 40
"""Height of a word in pixels of the overview: 1.5 to 12 mm on an A4 page."""
WORD_ASPECT = 2.0
"""A word is at least this much longer than high."""
WORD_STROKES = 2.5
"""Strokes that a row of pixels through a word crosses, at least; a dash has one."""
LEAST_WORDS, LYING_RATIO = 6, 3.0
"""A page lies on its side if its columns hold so many words, and so many times those of its rows.
"""
MANY_WORDS, MANY_RATIO = 15, 1.5
"""The same for many words, for torn print and rules look like words."""
LARGEST_ZOOM = 3.0
"""Letters are looked at on a copy so many times finer than the overview, at most; at least 2."""
MARGIN_PX = 2
MOST_WORDS = 48
"""The longest words that are looked at."""
FEWEST_LETTERS = 3
SMALL_BLOB = 0.4
"""A blob lower than this share of the highest ones is a dot or a speck, not a letter."""
SAME_HEIGHT = 0.07
"""Letters stand on one line if they differ by no more than this share of their height."""
CERTAIN_SCORE = 2.0
"""A score that ends the search: the page is the right way up."""
ENOUGH_WORDS = 8
"""The search does not end before so many words were looked at."""
LIKELY_SCORE = 1.5
"""A score that tells which way up the page is, for a guess."""
LEAST_TELLING = 4
"""Words that must say something, for a guess that the page is upside down."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A small picture of a page.

    ``ink`` is (h, w) bool, ``flat`` the homography of its (x, y, 1) that lays the sheet flat, and
    ``scale`` the size of the picture relative to the page.
    """

    ink: Mask
    flat: Homography
    scale: float

    def laid_flat(self) -> GreyImage:
        """The ink laid flat, (h, w) uint8, 0 paper, 255 ink."""
        ink = self.ink.astype(np.uint8) * np.uint8(255)
        if np.array_equal(self.flat, np.eye(3)):
            return ink
        return np.asarray(cv2.warpPerspective(ink, self.flat, ink.shape[::-1]), np.uint8)


def find_turns(image: GreyImage, overview: Overview) -> tuple[int, ...]:
    """Quarter turns counter-clockwise that may bring a page upright, the likeliest first.

    Parameters
    ----------
    image : (H, W) uint8
        The page, 0 black.
    overview : Overview
        Its small picture.

    Returns
    -------
    turns : tuple of int
        0 to 3; only 0 where nothing says that the page is not upright.
    """
    text = _find_text(overview)
    level, plumb = find_words(text), find_words(np.ascontiguousarray(np.rot90(text)))
    ratio = plumb[:, 4].sum() / max(level[:, 4].sum(), 1)
    least = MANY_RATIO if len(plumb) >= MANY_WORDS else LYING_RATIO
    if len(plumb) >= LEAST_WORDS and ratio >= least:
        score = _score(_gather_votes(image, overview, plumb, 1))
        if len(plumb) < MANY_WORDS and abs(score) < LIKELY_SCORE:
            return 0, 1, 3
        return (1, 3, 0) if score > 0 else (3, 1, 0)
    votes = _gather_votes(image, overview, level, 0)
    telling = np.count_nonzero(votes) >= LEAST_TELLING
    return (0, 2) if telling and _score(votes) <= -LIKELY_SCORE else (0,)


def _find_text(overview: Overview) -> Picture:
    """The overview's ink laid flat, without long runs: (h, w) uint8, 0 paper, 1 ink."""
    ink = (overview.laid_flat() > HALF_INK).astype(np.uint8)
    along, across = np.ones((1, LONGEST_LETTER), np.uint8), np.ones((LONGEST_LETTER, 1), np.uint8)
    runs = cv2.bitwise_or(
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, along), cv2.morphologyEx(ink, cv2.MORPH_OPEN, across)
    )
    return np.asarray(cv2.subtract(ink, runs), np.uint8)


def find_words(text: Picture) -> Blobs:
    """Words along the rows of ``text`` (h, w) uint8, 0 paper, those of most strokes first.

    Returns
    -------
    words : (n, 5) int32
        Left, top, width, height, and how many strokes a row through the word crosses.
    """
    joined = cv2.morphologyEx(text, cv2.MORPH_CLOSE, np.ones((1, LETTER_GAP), np.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = np.array([cv2.boundingRect(o) for o in outlines], np.int32).reshape(-1, 4)
    width, height = boxes[:, 2], boxes[:, 3]
    fits = (height >= LOWEST_WORD) & (height <= HIGHEST_WORD) & (width >= WORD_ASPECT * height)
    boxes = boxes[fits]
    strokes = np.array([_count_strokes(text[y : y + h, x : x + w]) for x, y, w, h in boxes])
    words = np.column_stack([boxes, strokes.reshape(-1).round()])
    words = words[strokes.reshape(-1) >= WORD_STROKES]
    return words[np.argsort(-words[:, 4], kind="stable")].astype(np.int32)


def _count_strokes(word: Picture) -> float:
    """How many strokes a row of pixels crosses, on average."""
    return float(np.count_nonzero(word[:, 1:] > word[:, :-1]) / word.shape[0])


def _gather_votes(
    image: GreyImage, overview: Overview, words: Blobs, turn: int
) -> npt.NDArray[np.float64]:
    """What each word says, positive where it is upright after ``turn`` quarter turns.

    Ends as soon as the words agree that it is.
    """
    zoom = float(np.clip(1 / overview.scale, 2.0, LARGEST_ZOOM))
    shrink = np.diag([overview.scale, overview.scale, 1.0])
    enlarge = np.diag([zoom, zoom, 1.0])
    to_fine = enlarge @ quarter_turn(turn, overview.ink.shape) @ overview.flat @ shrink
    votes: list[float] = []
    for left, top, width, height in words[:MOST_WORDS, :4]:
        corner = zoom * (left - MARGIN_PX), zoom * (top - MARGIN_PX)
        size = round(zoom * (width + 2 * MARGIN_PX)), round(zoom * (height + 2 * MARGIN_PX))
        move = np.array([[1, 0, -corner[0]], [0, 1, -corner[1]], [0, 0, 1.0]])
        word = cv2.warpPerspective(image, move @ to_fine, size, borderMode=cv2.BORDER_REPLICATE)
        votes.append(vote_of_word(np.asarray(word, np.uint8)))
        if len(votes) >= ENOUGH_WORDS and _score(np.array(votes)) >= CERTAIN_SCORE:
            break
    return np.array(votes)


def vote_of_word(word: GreyImage) -> float:
    """How many more letters share their lower end than their upper end, with each letter.

    Zero where there are too few letters. ``word`` is (h, w) uint8, 0 black.
    """
    _, ink = cv2.threshold(word, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    blobs = cv2.connectedComponentsWithStats(ink, ltype=cv2.CV_16U)[2][1:]
    if len(blobs) < FEWEST_LETTERS:
        return 0.0
    typical = float(np.percentile(blobs[:, 3], 90))
    letters = blobs[blobs[:, 3] > SMALL_BLOB * typical]
    if len(letters) < FEWEST_LETTERS:
        return 0.0
    top, bottom = letters[:, 1], letters[:, 1] + letters[:, 3]
    slack = max(1.01, SAME_HEIGHT * typical)
    shared = [int((np.abs(end[:, None] - end) <= slack).sum()) for end in (top, bottom)]
    return (shared[1] - shared[0]) / len(letters)


def _score(votes: npt.NDArray[np.float64]) -> float:
    """How far the votes lean one way, in standard errors of votes that lean neither way."""
    return float(votes.sum() / max(np.sqrt(np.square(votes).sum()), 1e-6))


def quarter_turn(turn: int, shape: tuple[int, ...]) -> Homography:
    """Homography of (x, y, 1), corner to corner, of ``numpy.rot90`` of an image of ``shape``."""
    height, width = shape[:2]
    turns = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, 1, 0], [-1, 0, width]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, -1, height], [1, 0, 0]],
    }
    return np.array([*turns[turn], [0, 0, 1]], np.float64)
