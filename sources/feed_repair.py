"""Mending what people get wrong most often in the XML of feeds; for those that need it only.

Everything here reads the text once: a feed full of errors takes no longer than a good one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_JUNK = 2000  # characters of warnings and the like before the feed itself


def repaired(text: str) -> str:
    """*text* from where the feed begins, its HTML made text, its "&" made plain."""
    return _plain_ampersands("".join(_sheltered(_begun(text))))


def _begun(text: str) -> str:
    root = _ROOT.search(text, 0, _JUNK + 20)
    if root is None or text.startswith("<!") or "<html" in text[: root.start()].lower():
        return text
    return text[root.start() :]


_OPENED = re.compile(
    r"<(title|description|content|content:encoded|summary)(?:\s[^<>]{0,500})?(?<!/)>"
)


def _sheltered(text: str) -> Iterator[str]:
    """With CDATA around the HTML that stands unescaped in a title or a body: its tags are
    seldom closed as XML would have them, and would pull what follows down with them."""
    done = 0
    without_end: set[str] = set()
    for opened in _OPENED.finditer(text):
        if opened.start() < done or opened[1] in without_end:
            continue
        end = text.find(f"</{opened[1]}", opened.end())
        if end < 0:
            without_end.add(opened[1])
            continue
        yield text[done : opened.end()]
        yield _as_cdata(text[opened.end() : end])
        done = end
    yield text[done:]


def _as_cdata(inner: str) -> str:
    plain = "<" not in inner or "<![CDATA[" in inner or "]]>" in inner
    other = re.search(r"<(?:item|entry|guid|link|pubDate)[\s>]", inner)  # its end is missing
    return inner if plain or other else f"<![CDATA[{inner}]]>"


def _plain_ampersands(text: str) -> str:
    """With HTML's own entities written out, and every other "&" taken for a mere "&"."""
    known = re.sub(r"&([A-Za-z][A-Za-z0-9]{1,31};)", _spelt_out, text)
    return re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)", "&amp;", known)


def _spelt_out(found: re.Match[str]) -> str:
    letters = html5.get(found[1], "")
    return found[0] if not letters or set(letters) & set("<>&\"'") else letters
