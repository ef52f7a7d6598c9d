"""Keeps what people wrote out of mails, except for plain words that are nobody's name.

It shows only words of a closed list (plain_words.toml), for no program can tell every name
from every other word. What is not on the list is left out.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from monitor.domain import Mention, School
from monitor.domains import registered

GAP = "[...]"
_NO_ADDRESS = "(no web address that can be shown)"
_LONGEST_QUOTE = 30  # words
_LONGEST_ADDRESS = 200  # characters
_TIME = re.compile(r"\d{1,2}([:.]\d{2})?(am|pm)|\d{1,2}:\d{2}")
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _lists() -> dict[str, frozenset[str]]:
    file = Path(__file__).with_name("plain_words.toml")
    lists = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in lists.items()}


@cache
def _quotable() -> frozenset[str]:
    return frozenset().union(*(words for name, words in _lists().items() if name != "address"))


def quote(text: str, school: School) -> str | None:
    """The plain words of *text* in lower case, with gaps; None if too few are left.

    The school's own names become "[the school]", so that a pupil with a name like the
    school's is not shown either.
    """
    shown = [*_masked(_tokens(text, school))][:_LONGEST_QUOTE]
    kept = [word for word in shown if word != GAP]
    says_something = len(kept) >= 2 and any(word not in _lists()["small"] for word in kept)
    return " ".join(shown) if says_something else None


def private_words(text: str, school: School) -> frozenset[str]:
    """All words of *text* that could be somebody's name, folded."""
    known = _quotable() | _lists()["address"] | _school_words(school)
    return frozenset(word for word in _words(text) if len(word) > 1 and word not in known)


def said_in(mention: Mention, school: School) -> frozenset[str]:
    """The private words of what it says, and of as whose it says it."""
    return private_words(mention.text, school) | private_words(mention.author, school)


def defang(url: str, school: School, *, private: frozenset[str] = frozenset()) -> str:
    """*url* in a form that no mail program makes clickable: hxxps://host[.]example/path.

    The site is shown, unless it holds two of the *private* words. Of what comes before and after
    it only those parts are shown whose words are all on the list or make up a name of the
    school; the others become [...], and with them whoever has a page or an account there.
    """
    parts = _web_address(url)
    if parts is None:
        return _NO_ADDRESS
    shown = partial(_plain_part, school=school, private=private)
    path = parts._replace(scheme="", netloc="").geturl()
    return _site(parts, private, shown) + _path(path, shown)


def host_of(url: str, school: School, *, private: frozenset[str] = frozenset()) -> str:
    """Only the site, where the rest of the address could tell who a child is."""
    parts = _web_address(url)
    if parts is None:
        return _NO_ADDRESS
    shown = partial(_plain_part, school=school, private=private)
    return f"{_site(parts, private, shown)}/{GAP}"


def _web_address(url: str) -> SplitResult | None:
    # urlsplit would drop line ends and join what stood around them
    whole = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in url.strip())
    try:
        parts = urlsplit(whole)
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _site(parts: SplitResult, private: frozenset[str], shown: Callable[[str], str]) -> str:
    host = parts.hostname or ""
    where = f"[{host}]" if ":" in host else _host(host, private, shown)
    place = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme.replace('t', 'x')}://{where}{place}"


def _host(host: str, private: frozenset[str], shown: Callable[[str], str]) -> str:
    """A site's own name may hold one word of the post ("social", "gazette"), for people talk of
    sites, but not a whole name. What stands before it may be whose page it is."""
    site = registered(host) or host
    before = host.removesuffix(site).strip(".")
    return "[.]".join(
        [
            *(shown(label) for label in before.split(".") if label),
            *(_part(label, private, may_hold=1) for label in site.split(".")),
        ]
    )


def _path(path: str, shown_part: Callable[[str], str]) -> str:
    shown = "".join(map(shown_part, re.split(r"([/?&=#;+,:~]+)", path)))
    return shown if len(shown) <= _LONGEST_ADDRESS else shown[:_LONGEST_ADDRESS] + GAP


def _plain_part(piece: str, *, school: School, private: frozenset[str]) -> str:
    return _part(piece, private) if _is_plain(_decoded(piece), school) else GAP


def _is_plain(plain: str, school: School) -> bool:
    """Whether all its words are on the list, or make up a name of the school. A single
    letter is nobody; several could spell a name."""
    words = _own_names(school).sub(" ", " ".join(_words(plain))).split()
    known = _quotable() | _lists()["address"]
    letters = sum(len(word) == 1 for word in words)
    return letters <= 1 and all(len(word) == 1 or word in known for word in words)


@cache
def _own_names(school: School) -> re.Pattern[str]:
    """Its names as they stand in addresses, whole: a pupil may be called as a part of one."""
    own = (*school.names, school.town, school.county, *school.handles, *school.hashtags)
    forms = {form for name in own for form in _forms(name) if form}
    longest_first = "|".join(sorted(map(re.escape, forms), key=len, reverse=True))
    return re.compile(rf"\b(?:{longest_first})\b" if forms else r"(?!)")


def _forms(name: str) -> tuple[str, str, str]:
    """st mary s school, st marys school, stmarysschool."""
    words, joined = _words(name), _words(re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]", "", name))
    return " ".join(words), " ".join(joined), "".join(words)


def _part(piece: str, private: frozenset[str], may_hold: int = 0) -> str:
    plain = _decoded(piece)
    if not re.fullmatch(r"[!-~]*", piece) or not re.fullmatch(r"[ -$&-~]*", plain):
        return GAP
    words = set(_words(plain))
    run_together = "".join(_WORD.findall(_fold(plain)))
    held = [w for w in private if w in words or (len(w) > 3 and w in run_together)]
    return GAP if len(held) > may_hold else piece


def _decoded(piece: str) -> str:
    """Without %-signs, however often it was encoded; what keeps one is not shown."""
    for _ in range(3):
        piece = unquote(piece)
    return piece


def _words(text: str) -> list[str]:
    return [part for word in _WORD.findall(_fold(text)) for part in word.split("_")]


def _fold(text: str) -> str:
    """Without case and accents, so that José, JOSE and jose are one."""
    apart = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def _school_words(school: School) -> frozenset[str]:
    own = (*school.names, school.town, school.county, *school.handles, *school.hashtags)
    return frozenset(_words(" ".join(own)))


_SCHOOL = "[the school]"


def _tokens(text: str, school: School) -> Iterator[str]:
    """The words of *text* as written, its punctuation removed."""
    names = sorted((*school.names, *school.handles, *school.hashtags), key=len, reverse=True)
    known = "|".join(re.escape(name) for name in names if name.strip())
    pattern = rf"(?<!\w)(?P<school>{known})(?!\w)|\S+" if known else r"\S+"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        if match.groupdict().get("school"):
            yield _SCHOOL
        else:
            yield re.sub(r"^\W+|\W+$", "", match[0]).replace(
                "\N{RIGHT SINGLE QUOTATION MARK}", "'"
            )


def _masked(tokens: Iterable[str]) -> Iterator[str]:
    """Each word that may be shown, and one gap for each run of others."""
    words = [token for token in tokens if token]
    last = ""
    for place, word in enumerate(words):
        beside = words[max(place - 1, 0) : place] + words[place + 1 : place + 2]
        shown = _shown(word, beside)
        if shown != last or shown != GAP:
            yield shown
        last = shown


def _shown(word: str, beside: list[str]) -> str:
    if word == _SCHOOL:
        return word
    named = word.istitle() and len(word) > 1 and any(_is_capital(other) for other in beside)
    plain = word.lower()
    allowed = plain in _quotable() or _TIME.fullmatch(plain)
    return plain if word.isascii() and allowed and not named else GAP


def _is_capital(word: str) -> bool:
    return word.istitle() and len(word) > 1 and word != _SCHOOL
