"""What to ask a search engine about a school, from the school's own profile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain import School


class QueryKind(StrEnum):
    NAMES = "names"
    ALIASES = "aliases"
    HANDLES = "handles"
    SOCIAL = "social"
    FORUMS = "forums"
    REVIEWS = "reviews"


SITES = {
    QueryKind.SOCIAL: ("facebook.com", "instagram.com", "tiktok.com", "x.com", "threads.com"),
    QueryKind.FORUMS: ("reddit.com", "nextdoor.co.uk", "mumsnet.com", "thestudentroom.co.uk"),
    QueryKind.REVIEWS: (
        *("glassdoor.co.uk", "goodschoolsguide.co.uk", "locrating.com", "ratemyteachers.com"),
        *("schoolguide.co.uk", "snobe.co.uk", "trustpilot.com"),
    ),
}
# What `without` may name: a whole kind of query, or one site.
OPTIONAL = frozenset({*QueryKind, *(site for sites in SITES.values() for site in sites)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """*words* as typed into a search box, on one *site* if it names one; str() is both."""

    words: str
    site: str = ""
    kind: QueryKind | None = None  # None: the school wrote it

    def __str__(self) -> str:
        return f"site:{self.site} {self.words}" if self.site else self.words

    @property
    def phrases(self) -> tuple[str, ...]:
        """What must stand in the text exactly so."""
        return tuple(re.findall(r'"([^"]+)"', self.words))


def queries(school: School) -> tuple[str, ...]:
    """The exact name; every other name with the town, since nicknames are shared by many."""
    return (_phrase(school.name), *(_phrase(alias, school.town) for alias in school.aliases))


def generate(
    school: School, *, without: Iterable[str] = (), own: Iterable[str] = ()
) -> tuple[Query, ...]:
    """Every query about *school*, those that find most first, then its *own*; each once."""
    left_out = frozenset(without)
    wanted = (q for q in _generated(school) if left_out.isdisjoint((q.kind or "", q.site)))
    typed = (Query(words=words.strip()) for words in own)
    once: dict[str, Query] = {}
    for query in (*wanted, *typed):
        once.setdefault(str(query).casefold(), query)
    return tuple(once.values())


def _generated(school: School) -> Iterator[Query]:
    yield from _names(school)
    for alias in school.aliases:
        yield Query(words=_phrase(alias, school.town), kind=QueryKind.ALIASES)
    for handle in _handles(school):
        yield Query(words=_phrase(handle), kind=QueryKind.HANDLES)
    # A namesake fills the few results that a site has, unless the town is asked for too.
    name = _phrase(school.name, school.town if school.homonyms else "")
    for kind, sites in SITES.items():
        yield from (Query(words=name, site=site, kind=kind) for site in sites)
    for alias in school.aliases:
        for site in SITES[QueryKind.SOCIAL]:
            yield Query(words=_phrase(alias, school.town), site=site, kind=QueryKind.SOCIAL)


def _names(school: School) -> Iterator[Query]:
    yield Query(words=_phrase(school.name), kind=QueryKind.NAMES)
    if school.homonyms:
        yield Query(words=_phrase(school.name, school.town), kind=QueryKind.NAMES)


def _handles(school: School) -> tuple[str, ...]:
    """Accounts and hashtags as bare words, each once: engines ignore the @ and the #."""
    bare = (word.lstrip("@#") for word in (*school.handles, *school.hashtags))
    return tuple({word.casefold(): word for word in bare if word}.values())


def _phrase(name: str, town: str = "") -> str:
    quoted = '"' + name.replace('"', " ").strip() + '"'
    return f"{quoted} {town}" if town else quoted
