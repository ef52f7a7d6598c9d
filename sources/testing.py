"""The promises of contract.py as tests. A stranger's package subclasses this too.

class TestGazette(SourceContract):
    source = Gazette(name="the gazette", url="https://gazette.example/feed")
    expected = ["a1", "a2", "a3"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=RECORDING)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import httpx
import pytest

from monitor.domain import Mention, School
from monitor.egress import Egress
from sources.contract import About, Page, Source
from sources.errors import (
    AccessRefused,
    LayoutChanged,
    NotAllowed,
    RateLimited,
    SourceError,
    Unreachable,
)
from sources.http import PoliteClient

Handler = Callable[[httpx.Request], httpx.Response]
PUBLIC = "93.184.216.34"  # any public address; nothing connects to it

SCHOOL = School(
    id="wexcombe",
    name="Wexcombe Park Primary School",
    aliases=("WPPS",),
    town="Wexcombe",
    hashtags=("#wexcombepark",),
)


def recorded(handler: Handler) -> PoliteClient:
    """A client for which *handler* is the whole internet, checks of addresses included."""
    return PoliteClient(
        Egress(resolve=_resolve),
        gap=timedelta(0),
        transport=httpx.MockTransport(handler),
        sleep=lambda _: None,
    )


def _resolve(host: str, port: int) -> list[str]:  # noqa: ARG001 # the shape of Egress.resolve
    literal = host.replace(".", "").isdigit() or ":" in host
    return [host if literal else PUBLIC]


def _always(answer: httpx.Response) -> Handler:
    return lambda request: answer  # noqa: ARG005 # the shape of a handler


class Promises:
    """What holds of every source, however it is read. SourceContract is this for the web; what
    speaks another language than HTTP says for itself how it is visited (`visit`; it is given
    `later_server` for a visit some days on), and what happens when its line breaks."""

    source: ClassVar[Source]
    expected: ClassVar[list[str]]
    expected_later: ClassVar[list[str]]
    school: ClassVar[School] = SCHOOL
    leads_to: ClassVar[tuple[str, ...]] = ("https://", "http://")
    later_server: Any

    def visit(self, cursor: str | None = None, handler: Any = None) -> Iterator[Page]:
        raise NotImplementedError

    def pages(self, cursor: str | None = None, handler: Any = None) -> list[Page]:
        return list(self.visit(cursor, handler))

    def mentions(self, cursor: str | None = None, handler: Any = None) -> list[Mention]:
        return [m for page in self.pages(cursor, handler) for m in page.mentions]

    def test_the_recording_holds_at_least_two_pages(self) -> None:
        """Or the tests of resuming would prove little."""
        assert len([page for page in self.pages() if page.mentions]) >= 2

    def test_everything_a_person_sees_is_found_and_nothing_else(self) -> None:
        assert [m.external_id for m in self.mentions()] == self.expected

    def test_the_same_site_gives_the_same_answer_twice(self) -> None:
        """Reading leaves no state behind."""
        assert self.pages() == self.pages()

    def test_keys_are_unique_and_carry_the_name_of_the_source(self) -> None:
        keys = [m.key for m in self.mentions()]
        assert len(set(keys)) == len(keys)
        assert {name for name, _ in keys} == {self.source.name}

    def test_every_mention_has_words_and_leads_to_the_web(self) -> None:
        for mention in self.mentions():
            assert mention.text.strip()
            assert mention.url.startswith(self.leads_to)

    def test_times_are_aware_some_are_known_and_each_stands_as_the_site_writes_it(self) -> None:
        dated = [m for m in self.mentions() if m.published_at is not None]
        assert dated
        assert all(m.published_at and m.published_at.utcoffset() is not None for m in dated)
        assert all(m.published_as for m in dated)

    def test_resuming_after_any_page_gives_exactly_the_rest(self) -> None:
        """The cursor neither skips nor repeats, wherever the program was killed."""
        pages = self.pages()
        for i, page in enumerate(pages):
            rest = [m.external_id for p in pages[i + 1 :] for m in p.mentions]
            assert [m.external_id for m in self.mentions(page.cursor)] == rest

    def test_caught_up_is_quiet(self) -> None:
        assert self.mentions(self.pages()[-1].cursor) == []

    def test_what_arrives_between_two_visits_is_found_and_nothing_twice(self) -> None:
        cursor = self.pages()[-1].cursor
        found = [m.external_id for m in self.mentions(cursor, self.later_server)]
        assert found == self.expected_later

    def test_what_arrives_while_a_visit_is_broken_off_is_found(self) -> None:
        """After each page in turn: the rest and the new ones, in any order, none twice."""
        pages = self.pages()
        for i, page in enumerate(pages):
            rest = [m.external_id for p in pages[i + 1 :] for m in p.mentions]
            found = [m.external_id for m in self.mentions(page.cursor, self.later_server)]
            assert sorted(found) == sorted(rest + self.expected_later)

    def test_an_unreadable_cursor_means_a_fresh_start(self) -> None:
        for cursor in ("", "{", "[]", '{"seen": 3}', "from an older version"):
            assert [m.external_id for m in self.mentions(cursor)] == self.expected

    def test_a_school_can_read_what_the_kind_is_for(self) -> None:
        assert isinstance(self.source.about, About)
        for name, field in type(self.source).model_fields.items():
            assert field.description, f"{name} has no description"


class SourceContract(Promises):
    """Subclass it; give `source`; `server`, the recorded site; and `expected`.

    `expected` is what a person sees in the recording, as external ids, in the order in
    which they should come. Without it a source that skips the same item every time would
    look consistent. `later_server` is the same site some days on, with the ids in
    `expected_later` added. `secret` is what the source logs in with, if it does.
    `secret_in_address`: the service takes it in no other way than in the query string.
    `asks_if_changed`: the site offers ETag or Last-Modified, and the source uses it.
    `nothing`: the JSON by which the site says that there is nothing, if it is an empty object.
    """

    secret: ClassVar[str] = ""
    secret_in_address: ClassVar[bool] = False
    asks_if_changed: ClassVar[bool] = False
    nothing: ClassVar[object] = None

    def server(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError

    def later_server(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError

    def carries_secret(self, request: httpx.Request) -> bool:
        """Say it differently where the secret goes in the body, or encoded."""
        address = request.url.params.values() if self.secret_in_address else ()
        return any(self.secret in value for value in (*request.headers.values(), *address))

    def visit(self, cursor: str | None = None, handler: Handler | None = None) -> Iterator[Page]:
        client = recorded(handler or self.server).allowing(self.source.places())
        yield from self.source.fetch(self.school, cursor, client)

    def trouble(self, handler: Handler) -> SourceError:
        with pytest.raises(SourceError) as caught:
            self.pages(handler=handler)
        return caught.value

    def test_nothing_is_lost_when_any_one_request_fails(self) -> None:
        asked = self._count_requests()
        assert asked > 0
        for nth in range(asked):
            first, cursor = self._visit_failing_at(nth)
            rest = [m.external_id for m in self.mentions(cursor)]
            assert sorted(first + rest) == sorted(self.expected), f"request {nth + 1} of {asked}"

    def test_unchanged_sites_are_asked_whether_they_changed(self) -> None:
        if not self.asks_if_changed:
            return
        asked: list[httpx.Headers] = []

        def unchanged(request: httpx.Request) -> httpx.Response:
            asked.append(request.headers)
            return httpx.Response(304)

        assert self.pages(self.pages()[-1].cursor, unchanged) == []
        assert asked
        assert all("if-none-match" in h or "if-modified-since" in h for h in asked)

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (httpx.Response(429, headers={"Retry-After": "7"}), RateLimited),
            (httpx.Response(401), AccessRefused),
            (httpx.Response(403), AccessRefused),
            (httpx.Response(404), Unreachable),
            (httpx.Response(410), Unreachable),
            (httpx.Response(500), Unreachable),
            (httpx.Response(503), Unreachable),
            (httpx.Response(200, html="<!doctype html><title>Welcome</title>"), LayoutChanged),
            (httpx.Response(200, html="<html><p>Please log in</p></html>"), LayoutChanged),
            (httpx.Response(200, content=b""), LayoutChanged),
            (httpx.Response(200, content=b"null"), LayoutChanged),
            (httpx.Response(200, json={}), LayoutChanged),
            (httpx.Response(200, content=b"\x00\xff\xfe binary \x01"), LayoutChanged),
            (httpx.Response(302, headers={"Location": "http://127.0.0.1:9/"}), NotAllowed),
            (httpx.Response(302, headers={"Location": "http://[::1]/"}), NotAllowed),
            (httpx.Response(302, headers={"Location": "file:///etc/hostname"}), NotAllowed),
        ],
        ids=lambda value: str(getattr(value, "status_code", "")) or value.__name__,
    )
    def test_trouble_has_a_name(self, answer: httpx.Response, error: type[SourceError]) -> None:
        if self.nothing is not None and answer.content == httpx.Response(200, json={}).content:
            assert self.nothing == {}
            assert self.mentions(handler=_always(answer)) == []
            return
        found = self.trouble(_always(answer))
        assert type(found).__mro__.index(error) <= 1
        assert not self.secret or self.secret not in str(found)

    def test_being_asked_to_slow_down_says_for_how_long(self) -> None:
        found = self.trouble(_always(httpx.Response(429, headers={"Retry-After": "7"})))
        assert found.retry_after == timedelta(seconds=7)

    def test_a_broken_wire_is_the_sites_trouble(self) -> None:
        def cut(request: httpx.Request) -> httpx.Response:
            raise httpx.ReadError("cut", request=request)

        found = self.trouble(cut)
        assert isinstance(found, Unreachable)
        assert not self.secret or self.secret not in str(found)

    def test_what_a_site_sends_is_never_quoted_in_an_error(self) -> None:
        for status in (200, 403, 404, 500):
            answer = httpx.Response(status, text="zqxj wvkp")
            assert "zqxj" not in str(self.trouble(_always(answer)))

    def test_the_secret_is_sent_but_never_shown(self) -> None:
        if not self.secret:
            return
        sent: list[bool] = []

        def listening(request: httpx.Request) -> httpx.Response:
            sent.append(self.carries_secret(request))
            assert self.secret_in_address or self.secret not in str(request.url)
            return self.server(request)

        pages = self.pages(handler=listening)
        assert any(sent)
        assert self.secret not in repr(self.source)
        assert not any(self.secret in page.cursor for page in pages)

    def _count_requests(self) -> int:
        asked: list[httpx.URL] = []

        def counting(request: httpx.Request) -> httpx.Response:
            asked.append(request.url)
            return self.server(request)

        self.pages(handler=counting)
        return len(asked)

    def _visit_failing_at(self, nth: int) -> tuple[list[str], str | None]:
        """What was handed over before the *nth* request failed, and the cursor then."""
        asked: list[httpx.URL] = []

        def failing(request: httpx.Request) -> httpx.Response:
            asked.append(request.url)
            return httpx.Response(503) if len(asked) == nth + 1 else self.server(request)

        found: list[str] = []
        cursor: str | None = None
        try:
            for page in self.visit(handler=failing):
                found += [m.external_id for m in page.mentions]
                cursor = page.cursor
        except SourceError:
            return found, cursor
        pytest.fail(f"request {nth + 1} failed and nobody was told")
