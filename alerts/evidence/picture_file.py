"""Where the file of a picture ends: one that is something else besides (a page, a program, an
archive) goes on after that. JPEG is left out, because telephones put more pictures there.

Formats: PNG (W3C, 5.2 and 5.3), GIF89a (sections 15 to 27), WebP (RFC 9649, 2.4).
"""

from __future__ import annotations

from collections.abc import Callable

_PADDING = b"\0"
_HEIC = (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1", b"ftypavif")


def left_over(kind: str, content: bytes) -> bool:
    """Whether there is anything but padding behind the picture; False for what nobody can tell."""
    find_end = _ENDS.get(kind)
    return find_end is not None and bool(content[find_end(content) :].strip(_PADDING))


def heic(content: bytes) -> bool:
    """What iPhones make, unless they are told otherwise."""
    return content[4:12].startswith(_HEIC)


def _png(content: bytes) -> int:
    at = 8
    while at < len(content):
        kind = content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")
        if kind == b"IEND":
            break
    return at


def _webp(content: bytes) -> int:
    size = int.from_bytes(content[4:8], "little")
    return 8 + size + size % 2


def _gif(content: bytes) -> int:
    at = 13 + _colours(content[10])
    while at < len(content) and (mark := content[at]) != 0x3B:
        flags = content[at + 9] if at + 9 < len(content) else 0
        at += 10 + _colours(flags) + 1 if mark == 0x2C else 2
        while at < len(content) and content[at]:
            at += content[at] + 1
        at += 1
    return at + 1


def _colours(flags: int) -> int:
    """Bytes of the table of colours that these announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


_ENDS: dict[str, Callable[[bytes], int]] = {"PNG": _png, "WEBP": _webp, "GIF": _gif}
