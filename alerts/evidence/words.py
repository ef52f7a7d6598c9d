"""The words of a page without its pictures, for captures in text mode.

Nothing that could be a picture survives: not the elements, not data: or blob: addresses,
not long runs of coded bytes. The addresses of pictures stay, as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

MAX_ADDRESS = 2_000
LEFT_OUT = "(coded content, left out)"
_MEDIA = (
    "video", "audio", "source", "track", "picture", "svg", "canvas", "img", "style", "script",
    "iframe", "frame", "object", "embed", "template", "head",
)  # fmt: skip
_ADDRESSES = ("src", "data-src", "poster", "srcset", "data-srcset")
_INLINE = re.compile(r"\b(?:data:[^\s,\"'<>]{0,300},|blob:)[^\s\"'<>]*", re.I)
# base64 as mails and pages wrap them (64, 72 or 76 to the line); no word is as long
_CODED = re.compile(r"[A-Za-z0-9+/=_-]{64,}")
_HEX_LINES = 128  # shorter ones are fingerprints
_CODED_IN_ADDRESS = re.compile(r"[A-Za-z0-9+/=_%-]{512,}")
_BLANKS = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\s*\n\s*")


def without_coded_content(text: str) -> str:
    """*text* with everything taken out that could carry a picture inside it."""
    return _CODED.sub(_unless_words, _INLINE.sub(LEFT_OUT, text))


def _unless_words(run: re.Match[str]) -> str:
    """Long addresses are runs too; coded bytes mix capitals, small letters and digits."""
    text = run[0]
    mixed = all(any(map(kind, text)) for kind in (str.isupper, str.islower, str.isdigit))
    is_hex = len(text) >= _HEX_LINES and set(text.lower()) <= set("0123456789abcdef")
    return LEFT_OUT if mixed or is_hex else text


def words_of(html: str) -> str:
    """What a page says, then the addresses and descriptions of the pictures it would show."""
    soup = BeautifulSoup(html, "html.parser")
    pictures = list(dict.fromkeys(_pictures(soup)))
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for element in soup.find_all(_MEDIA):
        if not element.decomposed:
            element.decompose()
    words = without_coded_content(_tidy(f"{title}\n{soup.get_text(chr(10))}"))
    return "\n".join((words, *_section(pictures))) + "\n"


def _tidy(text: str) -> str:
    return _GAPS.sub("\n", _BLANKS.sub(" ", text)).strip()


def _pictures(soup: BeautifulSoup) -> Iterator[str]:
    for element in soup.find_all(["img", "video", "source", "meta"]):
        alt = without_coded_content(_tidy(_value(element, "alt")))
        for address in _addresses(element):
            yield f"{address} ({alt})" if alt else address
        if alt and not any(_addresses(element)):
            yield alt


def _addresses(element: Tag) -> Iterator[str]:
    if element.name == "meta" and _value(element, "property") in ("og:image", "og:video"):
        yield _address(_value(element, "content"))
    for name in _ADDRESSES:
        value = _value(element, name)
        if value:
            yield _address(value)


def _address(value: str) -> str:
    """As words; a picture that is its own address is never kept."""
    squeezed = "".join(value.split())
    if squeezed.lower().startswith(("data:", "blob:")):
        return "(a picture inside the page itself, left out)"
    plain = _INLINE.sub(LEFT_OUT, " ".join(value.split())[:MAX_ADDRESS])
    return _CODED_IN_ADDRESS.sub(LEFT_OUT, plain)


def _value(element: Tag, name: str) -> str:
    value = element.get(name)
    return value if isinstance(value, str) else ""


def _section(pictures: list[str]) -> list[str]:
    if not pictures:
        return []
    return ["", "Pictures that the page would show (not fetched, not kept):", *pictures]
