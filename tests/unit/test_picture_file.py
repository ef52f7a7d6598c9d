"""A file that is a picture and something else besides is told from one that is a picture."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from alerts.evidence.picture_file import heic, left_over

KINDS = ["PNG", "WEBP", "GIF"]


def picture(kind: str, frames: int = 1) -> bytes:
    out = BytesIO()
    shades = [Image.new("P", (31, 17), shade) for shade in range(frames)]
    for shade in shades:
        shade.putpalette([value for value in range(256) for _ in range(3)])
    more = {"save_all": True, "append_images": shades[1:]} if frames > 1 else {}
    shades[0].save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frames", [1, 3])
def test_a_picture_ends_where_its_file_does(kind: str, frames: int) -> None:
    content = picture(kind, frames)
    assert not left_over(kind, content)
    assert not left_over(kind, content + b"\0\0"), "some programs fill up the last block"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("more", [b"<script>alert(1)</script>", b"PK\x03\x04", b"\0\0MZ", b";"])
def test_what_follows_the_picture_is_noticed(kind: str, more: bytes) -> None:
    assert left_over(kind, picture(kind, 2) + more)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_breaks_off_breaks_nothing_here(kind: str) -> None:
    content = picture(kind)
    for end in range(11, len(content)):
        left_over(kind, content[:end])


def test_a_photo_may_hold_more_photos() -> None:
    assert not left_over("JPEG", b"\xff\xd8\xff\xd9 and what telephones add")


def test_an_iphones_own_kind_is_known() -> None:
    assert heic(b"\0\0\0\x18ftypheic\0\0\0\0")
    assert not heic(b"\x89PNG\r\n\x1a\n\0\0\0\0")
