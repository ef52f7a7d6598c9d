"""The only way to the network for text: polite, bounded, identified, and never inward."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from monitor.egress import Egress, place
from sources.answer import Answer, Validators, complain, media_type, read_answer
from sources.body import LIMIT, read_body, too_large
from sources.breaker import Breaker
from sources.errors import LayoutChanged, NotAllowed, SourceError, Unreachable
from sources.faults import named
from sources.identity import PRODUCT, sendable, user_agent
from sources.line import Before, connected, for_the_web, nothing, trusted
from sources.manners import Manners
from sources.pinned import CheckedTransport, PinnedTransport, until
from sources.robots import Robots
from sources.walls import challenged, wall
from sources.web_address import onward_from, origin_of, place_of, read_address

__all__ = ["Answer", "PoliteClient", "Validators", "user_agent"]

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LINE = timedelta(minutes=3)  # a mailbox is read in many small steps
_WAITING = timedelta(days=1)


class _Shared:
    """What all views of a client have in common: manners, and connections by allowance."""

    def __init__(
        self,
        manners: Manners,
        breaker: Breaker,
        robots: Robots,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self.manners, self.breaker, self.robots = manners, breaker, robots
        self._new: Callable[[Egress], httpx.BaseTransport] = (
            partial(PinnedTransport, ssl_context=for_the_web())
            if transport is None
            else partial(CheckedTransport, inner=transport)
        )
        self._transports: dict[frozenset[str], httpx.BaseTransport] = {}

    def transport(self, egress: Egress) -> httpx.BaseTransport:
        """One pool for each allowance: a connection that one source may use is not lent to
        another that may not."""
        found = self._transports.get(egress.allow)
        return found or self._transports.setdefault(egress.allow, self._new(egress))

    @contextmanager
    def turn(self, place: str, apart: timedelta = timedelta(0)) -> Iterator[None]:
        """Our turn at *place*, unless it rests; trouble met there is counted."""
        self.breaker.check(place)
        with self.manners.turn(place, apart):
            self.breaker.check(place)  # whoever was there before us may have found out
            try:
                yield
            except SourceError as error:
                self.breaker.trouble(place, error)
                raise

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()


class PoliteClient:
    """Fetches text from public addresses; raises only SourceError.

    Says truthfully who we are, waits *gap* between two visits to one place, follows at most
    five redirects and checks each, reads at most *limit* decoded bytes within *deadline*
    (the time spent waiting for our turn not counted). Use it from any thread.
    """

    def __init__(
        self,
        egress: Egress | None = None,
        *,
        gap: timedelta = timedelta(seconds=1),
        deadline: timedelta = timedelta(seconds=20),
        limit: int = LIMIT,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        contact: str = "",
    ) -> None:
        self._egress = egress or Egress()
        self._seconds, self._limit, self._clock = deadline.total_seconds(), limit, clock
        self._agent = user_agent(contact)
        self._shared = _Shared(
            Manners(gap, clock, sleep),
            Breaker(clock, now),
            Robots(PRODUCT, clock),
            transport,
        )

    def allowing(self, places: Iterable[str]) -> PoliteClient:
        """The same client, which may also go to these "host:port" inside the network."""
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view._egress = self._egress.also(places)
        return view

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "*/*",
        validators: Validators | None = None,
        types: Collection[str] | None = None,
        expect: Collection[int] = (),
        page: bool = False,
        apart: timedelta = timedelta(0),
    ) -> Answer:
        """Fetch *url*. *headers* (a token, say) go to that site only, never on to another.
        An answer whose content type is not among *types* is left before its body is read.
        One whose status is among *expect* is handed over for the source to make sense of.
        *page*: it is meant for people, so it is visited only if the site's robots.txt allows.
        *apart*: how long the site asks its visitors to wait, if that is longer than our gap.
        A place that refused us, or is in trouble, is not asked: the same error says until when.
        """
        target, left = read_address(url, params), self._seconds
        extra = {**sendable(headers or {}), **(validators.as_headers() if validators else {})}
        asked = str(target)
        for _ in range(MAX_REDIRECTS + 1):
            if page:
                self._shared.robots.check(target, self.get)
            request = httpx.Request("GET", target, headers=self._headers(accept) | extra)
            with self._shared.turn(place_of(target), apart):
                began = self._clock()
                answer, onward = self._visit(request, began + left, validators, types, expect)
                left -= self._clock() - began
                self._look_at(answer, target, asked)
            if answer is not None:
                return answer
            target, previous = onward_from(target, onward), target
            if origin_of(target) != origin_of(previous):
                extra = {}
        raise Unreachable(f"{target.host} sends its visitors round in circles")

    def post(
        self,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        expect: Collection[int] = (),
    ) -> Answer:
        """Send *json*, *form* or *content* to *url*, to log in or to ask what needs more than an
        address.
        It is for that site alone: one that sends us on with it raises NotAllowed."""
        target = read_address(url)
        sent = {**self._headers(accept), **sendable(headers or {})}
        request = httpx.Request(
            "POST", target, headers=sent, json=json, data=form, content=content
        )
        with self._shared.turn(place_of(target)):
            deadline = self._clock() + self._seconds
            answer, _ = self._visit(request, deadline, None, None, expect)
            self._look_at(answer, target, str(target))
        if answer is None:
            raise NotAllowed(f"{target.host} wants what we send it sent on to another address")
        return answer

    @contextmanager
    def line(
        self, host: str, port: int, *, ca_file: Path | None = None, before: Before = nothing
    ) -> Iterator[ssl.SSLSocket]:
        """A TLS connection for what is not the web (a mailbox): to the checked address, in
        our turn, for three minutes at most. *before*: what is said in the clear, to ask for TLS.
        Faults of the wire are named while it is open."""
        its = place(host, port)
        with self._shared.turn(its), self._line(host, port, ca_file, before, _LINE) as line:
            yield line
            self._shared.breaker.well(its)

    @contextmanager
    def waiting_line(
        self, host: str, port: int, *, ca_file: Path | None = None, before: Before = nothing
    ) -> Iterator[ssl.SSLSocket]:
        """The same, for a day at most, to be told of something: meanwhile it is others' turn."""
        with self._shared.turn(place(host, port)):
            pass
        with self._line(host, port, ca_file, before, _WAITING) as line:
            yield line

    @contextmanager
    def _line(
        self, host: str, port: int, ca_file: Path | None, before: Before, longest: timedelta
    ) -> Iterator[ssl.SSLSocket]:
        context, seconds = trusted(ca_file), longest.total_seconds()
        with (
            named(host),
            connected(self._egress, host, port, context, seconds, before) as line,
        ):
            yield line

    def suspend(self, url: str, error: SourceError) -> None:
        """Leave the place of *url* alone for some hours (an hour; six for a changed layout),
        for a reason that only a source can see in what it was sent."""
        self._shared.breaker.suspend(place_of(read_address(url)), error)

    def _look_at(self, answer: Answer | None, target: httpx.URL, asked: str) -> None:
        """Whether what came is what was asked for. Raises the name of the wall before it."""
        if answer is None or answer.status >= 400:
            return
        if found := wall(answer, asked):
            raise found
        self._shared.breaker.well(place_of(target))

    def _headers(self, accept: str) -> dict[str, str]:
        return {
            "User-Agent": self._agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "Accept-Language": "en-GB,en;q=0.9,cy;q=0.5",
        }

    def _visit(
        self,
        request: httpx.Request,
        deadline: float,
        validators: Validators | None,
        types: Collection[str] | None,
        expect: Collection[int],
    ) -> tuple[Answer | None, str]:
        """One request: its answer, or where it sends us."""
        host = request.url.host
        with named(host), until(deadline, self._clock):
            response = self._shared.transport(self._egress).handle_request(request)
            try:
                onward = response.headers.get("location", "")
                if response.status_code in _REDIRECTS and onward:
                    return None, onward
                if found := challenged(response.headers, host, response.status_code):
                    raise found
                if response.status_code not in expect:
                    complain(response, host, asked_if_changed=validators is not None)
                if types is not None and media_type(response.headers) not in types:
                    raise LayoutChanged(f"{host} sent another kind of thing than text")
                body = self._body(response, deadline)
            finally:
                response.stream.close()  # type: ignore[union-attr] # ours is never asynchronous
        return read_answer(request.url, response, body), ""

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared[:20]) > self._limit:
            raise too_large(self._limit)

        def still_time() -> None:
            if self._clock() > deadline:
                raise httpx.ReadTimeout("too slow")

        assert isinstance(response.stream, httpx.SyncByteStream)
        encoding = response.headers.get("content-encoding", "")
        return read_body(response.stream, encoding, self._limit, still_time)

    def close(self) -> None:
        """Hang up. The views of one client share its connections."""
        self._shared.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
