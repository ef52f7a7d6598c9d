"""A search engine that answers SearXNG's JSON API and really searches its pages.

Understands "quoted phrases", OR and -excluded; any other word must occur. Like a real
one it is late: it has not yet read what was published in the last CRAWL_HOURS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from monitor.demo.pages import not_found, page
from monitor.demo.place import Answer, Place, Request, as_json, html

CRAWL_HOURS = 36
PAGE_SIZE = 15
SNIPPET = 320  # characters
TIME_RANGES = {"day": 1, "week": 7, "month": 30, "year": 365}
ENGINE = "town"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that the engine has read."""

    url: str
    title: str
    text: str
    published: datetime

    @property
    def words(self) -> str:
        return plain(f"{self.title} {self.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One alternative of a query: every phrase of `all`, none of `none`."""

    all: tuple[str, ...]
    none: tuple[str, ...]

    def score(self, words: str) -> int:
        """How often the phrases occur; 0 when this page is not wanted."""
        if any(phrase in words for phrase in self.none):
            return 0
        counts = [words.count(phrase) for phrase in self.all]
        return sum(counts) if counts and all(counts) else 0


def plain(text: str) -> str:
    """Small letters and single spaces, with a space at each end, so that words match whole."""
    words = re.findall(r"[^\W_]+", text.lower())
    return f" {' '.join(words)} "


def understand(query: str) -> list[Wanted]:
    alternatives: list[list[str]] = [[]]
    for term in re.findall(r'-?"[^"]*"|\S+', query):
        if term in ("OR", "|"):
            alternatives.append([])
        else:
            alternatives[-1].append(term)
    return [_wanted(terms) for terms in alternatives]


def _wanted(terms: Iterable[str]) -> Wanted:
    spoken = [(term.startswith("-"), plain(term)) for term in terms if plain(term).strip()]
    return Wanted(
        all=tuple(words for excluded, words in spoken if not excluded),
        none=tuple(words for excluded, words in spoken if excluded),
    )


class SearchEngine(Place):
    def __init__(self, now: datetime) -> None:
        super().__init__("Wexfind")
        self._now = now
        self._pages: list[Page] = []

    def read(self, pages: Iterable[Page]) -> None:
        """Add those of *pages* that are old enough for the engine to have come by."""
        seen = self._now - timedelta(hours=CRAWL_HOURS)
        self._pages += [page for page in pages if page.published <= seen]

    def answer(self, request: Request) -> Answer:
        if request.path == "/config":
            return as_json(_config())
        if request.path == "/":
            return page("search.html", engine=self.name, query="", results=[])
        if request.path != "/search":
            return not_found(self.name)
        return self._search(request)

    def _search(self, request: Request) -> Answer:
        form = request.get("format", "html")
        if form not in ("html", "json"):
            return html("<title>403</title><h1>Forbidden</h1>", HTTPStatus.FORBIDDEN)
        query = request.get("q").strip()
        if not query:
            return as_json({"error": "No query"}, status=HTTPStatus.BAD_REQUEST)
        found = self._found(query, request.get("time_range"))
        start = (request.number("pageno", 1) - 1) * PAGE_SIZE
        shown = found[start : start + PAGE_SIZE]
        if form == "html":
            return page("search.html", engine=self.name, query=query, results=shown)
        return as_json(_answers(query, shown, start))

    def _found(self, query: str, time_range: str) -> list[Page]:
        """The pages that match, best first."""
        days = TIME_RANGES.get(time_range, 36_500)
        oldest = self._now - timedelta(days=days)
        wanted = understand(query)
        scored = [(max(w.score(p.words) for w in wanted), p.published, p) for p in self._pages]
        hits = [(score, when, p) for score, when, p in scored if score and when >= oldest]
        return [p for _, _, p in sorted(hits, key=lambda hit: hit[:2], reverse=True)]


def _answers(query: str, shown: Sequence[Page], start: int) -> dict[str, object]:
    """The body of SearXNG's answer (docs/dev/search_api.rst)."""
    first = next((w for wanted in understand(query) for w in wanted.all), "")
    return {
        "query": query,
        "results": [_result(p, start + i, first) for i, p in enumerate(shown, 1)],
        "answers": [],
        "corrections": [],
        "infoboxes": [],
        "suggestions": [],
        "unresponsive_engines": [],
    }


def _result(found: Page, position: int, phrase: str) -> dict[str, object]:
    # SearXNG writes the date as its engines gave it: without a time zone, in practice.
    published = found.published.replace(tzinfo=None).isoformat(timespec="seconds")
    return {
        "url": found.url,
        "title": found.title,
        "content": _snippet(found.text, phrase.strip()),
        "publishedDate": published,
        "pubdate": published.replace("T", " "),
        "thumbnail": "",
        "img_src": "",
        "engine": ENGINE,
        "engines": [ENGINE],
        "positions": [position],
        "score": round(1 / position, 4),
        "category": "general",
        "template": "default.html",
        "priority": "",
        "parsed_url": [*urlsplit(found.url)[:3], "", *urlsplit(found.url)[3:]],
    }


def _snippet(text: str, phrase: str) -> str:
    """About SNIPPET characters of the page, from shortly before the phrase."""
    flat = " ".join(text.split())
    if len(flat) <= SNIPPET:
        return flat
    start = max(0, flat.lower().find(phrase) - SNIPPET // 4)
    piece = flat[start : start + SNIPPET].strip()
    return f"{'… ' if start else ''}{piece}{' …' if start + SNIPPET < len(flat) else ''}"


def _config() -> dict[str, object]:
    """What the engine says of itself at /config, as far as visitors look at it."""
    return {
        "instance_name": "Wexfind",
        "engines": [
            {
                "name": ENGINE,
                "categories": ["general"],
                "enabled": True,
                "paging": True,
                "time_range_support": True,
            }
        ],
        "categories": ["general"],
        "limiter": {"enabled": False},
        "public_instance": False,
        "safe_search": 0,
        "default_locale": "en-GB",
    }
