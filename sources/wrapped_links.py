"""Where a link really leads, out of the wrappers that mail filters and big sites put round it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qs, unquote, urlsplit

from sources.google_alerts import unwrapped
from sources.text import web_link

_LAYERS = 5  # a filter's link round a search engine's link round the page is two
_LINKS = 200  # of one text
_LONGEST = 4000  # characters; a longer one is noise, and stays among the words
# The host, or what it ends in; what the path begins with; the parameter that holds the page.
_WRAPPERS = (
    ("safelinks.protection.outlook.com", "/", "url"),
    ("l.facebook.com", "/l.php", "u"),
    ("lm.facebook.com", "/l.php", "u"),
    ("l.instagram.com", "/", "u"),
    ("l.messenger.com", "/l.php", "u"),
    ("l.threads.net", "/", "u"),
    ("out.reddit.com", "/", "url"),
    ("youtube.com", "/redirect", "q"),
    ("linkedin.com", "/redir/redirect", "url"),
    ("linkprotect.cudasvc.com", "/url", "a"),
    ("slack-redir.net", "/link", "url"),
    ("secure-web.cisco.com", "/url", "u"),
)
_GOOGLE = re.compile(r"(www\.)?google\.(com|[a-z]{2}|com?\.[a-z]{2})")
_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]+", re.IGNORECASE)
_HREF = re.compile(r"<a\b[^<>]{0,2000}?\bhref\s*=\s*(\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)", re.I)


def links_in(text: str) -> Iterator[str]:
    """The links in plain text, without the full stop or bracket that follows one."""
    found = (link[0] for link in _LINK.finditer(text))
    yield from map(_without_end, islice(filter(_is_short, found), _LINKS))


def links_behind(html: str) -> Iterator[str]:
    """The links behind the words of a marked-up text; pictures are none."""
    found = (link[1].strip("\"'").strip() for link in _HREF.finditer(html))
    links = (web_link("", link) for link in found if _is_short(link))
    yield from islice(filter(None, links), _LINKS)


def _is_short(link: str) -> bool:
    return len(link) <= _LONGEST


def _without_end(link: str) -> str:
    link = link.rstrip(".,;:!?*_~")
    while link.endswith(")") and link.count(")") > link.count("("):
        link = link[:-1].rstrip(".,;:!?")
    return link


def unfolded(link: str) -> str:
    """The page itself, as far as the wrappers tell; *link* if it is not wrapped."""
    for _ in range(_LAYERS):
        inner = _inside(link) if _is_short(link) else None
        if inner is None:
            break
        link = inner
    return link


def _inside(link: str) -> str | None:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if _GOOGLE.fullmatch(host) and parts.path == "/url":
        return unwrapped(link)
    if host == "urldefense.proofpoint.com" or host.endswith("urldefense.com"):
        return _defended(link, parts.query)
    for end, path, name in _WRAPPERS:
        at_host = host == end or host.endswith(f".{end}")
        if at_host and parts.path.startswith(path) and (found := parse_qs(parts.query).get(name)):
            return web_link("", found[0])
    return None


def _defended(link: str, query: str) -> str | None:
    """Proofpoint's three spellings: percent signs as dashes, plain, and stars with a key."""
    wrapped, closed, rest = link.partition("/v3/__")[2].partition("__;")
    if wrapped and closed:
        return web_link("", _starred(wrapped, re.split(r"[^\w-]", rest, maxsplit=1)[0]))
    inner = next(iter(parse_qs(query).get("u", [])), "")
    if "/v2/" in link:
        inner = unquote(inner.replace("-", "%").replace("_", "/"))
    return web_link("", inner)


def _starred(link: str, key: str) -> str:
    """Each star stands for the next character of *key*, which is written in base64. Runs of
    stars are rare, and stay as they are."""
    link = re.sub(r"^(https?):/(?!/)", r"\1://", link)
    try:
        letters = iter(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode())
    except (binascii.Error, UnicodeError, ValueError):
        return link
    return re.sub(r"\*(?!\*)", lambda _: next(letters, "*"), link)
