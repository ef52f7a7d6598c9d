"""What is shown of a screenshot is drawn anew."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from monitor.web.pictures import Look, drawn_anew


def a_png(size: tuple[int, int] = (300, 600)) -> bytes:
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (0, 0, size[0] // 2, size[1]))
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "<script>alert(1)</script>")
    out = BytesIO()
    picture.save(out, "PNG", pnginfo=hidden)
    return out.getvalue() + b"<script>alert(2)</script>"


def shown(look: Look) -> Image.Image:
    drawn = drawn_anew(a_png(), look)
    assert drawn is not None
    return Image.open(BytesIO(drawn))


@pytest.mark.parametrize("look", Look)
def test_nothing_but_the_picture_is_left(look: Look) -> None:
    drawn = drawn_anew(a_png(), look)
    assert drawn is not None
    assert b"script" in a_png()
    assert b"script" not in drawn


def test_each_look_is_what_it_says() -> None:
    assert shown(Look.COLOUR).getpixel((0, 0)) == (0, 0, 255)
    assert shown(Look.GREY).mode == "L"
    assert shown(Look.BLURRED).size == (24, 48)


@pytest.mark.parametrize(
    "other", [b"", b"GIF89a", b"<svg/>", a_png()[:100], a_png().replace(b"IDAT", b"IDAX")]
)
def test_what_is_no_sound_picture_is_not_shown(other: bytes) -> None:
    assert drawn_anew(other, Look.COLOUR) is None


def test_a_small_file_of_huge_pixels_is_not_unpacked() -> None:
    out = BytesIO()
    Image.new("1", (8000, 8000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    assert drawn_anew(out.getvalue(), Look.COLOUR) is None
