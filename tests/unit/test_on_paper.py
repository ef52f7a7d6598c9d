"""A screenshot on paper: in pieces that fit, and what does not fit is said."""

from __future__ import annotations

import base64
from io import BytesIO

from PIL import Image

from alerts.evidence.on_paper import MOST_PAGES, cut_up


def png(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "PNG")
    return out.getvalue()


def heights(pieces: tuple[str, ...]) -> list[int]:
    raw = (base64.b64decode(piece.partition(",")[2]) for piece in pieces)
    return [Image.open(BytesIO(one)).height for one in raw]


def test_a_tall_picture_is_cut_into_pages_without_losing_a_line() -> None:
    cut = cut_up(png(100, 300))
    assert heights(cut.pieces) == [128, 128, 44]
    assert cut.note == ""


def test_where_there_are_too_many_pages_it_says_that_the_rest_is_in_the_pack() -> None:
    cut = cut_up(png(100, 128 * MOST_PAGES + 1))
    assert len(cut.pieces) == MOST_PAGES
    assert "goes on" in cut.note


def test_a_picture_that_cannot_be_put_on_paper_is_said_to_be_in_the_pack() -> None:
    cut = cut_up(b"\x89PNG and then nothing")
    assert (cut.pieces, "could not be put on paper" in cut.note) == ((), True)
