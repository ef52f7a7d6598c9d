"""A county of many schools on loopback: six feeds, three search engines, three Mastodon servers.

Each search finds three pages, each hashtag two posts, each feed holds two items; the second
time round there is nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from html import escape

from monitor.demo.place import Answer, Place, Request, as_json

FEEDS, SEARCHES, SOCIAL = 6, 3, 3
_HILLS = ("Aldermoor", "Birkhow", "Coldfell", "Dunmoss", "Elderscar", "Fernlaw", "Gorsehow")
_WHAT = ("fair", "choir", "crossing", "garden", "library", "trip", "play")


@dataclass(frozen=True, slots=True)
class County:
    """`config`: a configuration for *schools* schools; `asked`: every address asked for."""

    config: str
    asked: list[str]


@contextmanager
def county(schools: int) -> Iterator[County]:
    asked: list[str] = []
    with ExitStack() as running:
        places = [_Place(number, asked) for number in range(FEEDS + SEARCHES + SOCIAL)]
        for place in places:
            place.start()
            running.callback(place.stop)
        tables = [*map(_school, range(schools)), *(place.table for place in places)]
        allow = ", ".join(f'"{place.address}"' for place in places)
        yield County("\n".join([*tables, f"[network]\nallow = [{allow}]"]), asked)


def _school(number: int) -> str:
    hill = _HILLS[number % len(_HILLS)]
    return (
        f'[[schools]]\nid = "s{number}"\nname = "{hill} Number {number} Primary School"\n'
        f'town = "{hill}"\nhashtags = ["#{hill.lower()}{number}"]\n'
    )


class _Place(Place):
    def __init__(self, number: int, asked: list[str]) -> None:
        super().__init__(f"place {number}")
        self._asked, self._number = asked, number
        kinds = (
            (FEEDS, self._feed, f'kind = "feed"\nurl = "{self.url}/feed.json"'),
            (SEARCHES, self._search, f'kind = "searxng"\nurl = "{self.url}"\n{_NAMES_ONLY}'),
            (SOCIAL, self._social, f'kind = "mastodon"\nurl = "{self.url}"'),
        )
        which = [entry for entry in kinds for _ in range(entry[0])]
        _, self._say, keys = which[number]
        self.table = f'[[sources]]\nname = "place {number}"\n{keys}\n'

    def answer(self, request: Request) -> Answer:
        query = "&".join(f"{key}={value[0]}" for key, value in request.query.items())
        self._asked.append(f"{self.url}{request.path}?{query}")
        if request.path == "/robots.txt":
            return Answer(body=b"", kind="text/plain")
        return as_json(self._say(request))

    def _feed(self, request: Request) -> object:
        told = partial(_told, f"place {self._number}")
        items = [{"id": f"{n}", "url": f"{self.url}/{n}", "content_text": told(n)} for n in (1, 2)]
        return {"version": "https://jsonfeed.org/version/1.1", "items": items}

    def _search(self, request: Request) -> object:
        words = request.get("q").strip('"')
        page = words.lower().replace(" ", "-")
        return {
            "unresponsive_engines": [],
            "results": [
                {"url": f"https://n{n}.example/{page}", "title": words, "content": _told(words, n)}
                for n in range(3)
            ],
        }

    def _social(self, request: Request) -> object:
        tag = request.path.rpartition("/")[2]
        after = int(request.get("min_id", "0"))
        return [_status(self.url, tag, number) for number in (2, 1) if number > after]


_NAMES_ONLY = 'without = ["aliases", "handles", "social", "forums", "reviews"]\nper_day = 100'


def _told(name: str, number: int) -> str:
    what = _WHAT[number % len(_WHAT)]
    return f"A lovely {what} at {name} last week, thank you to everybody who came to help us."


def _status(url: str, tag: str, number: int) -> dict[str, object]:
    uri = f"{url}/@parent/{tag}-{number}"
    return {
        "id": str(number),
        "uri": uri,
        "url": uri,
        "account": {"acct": "parent"},
        "content": f"<p>{escape(_told('#' + tag, number))}</p>",
    }
