"""The only way to the network for text: polite, bounded, identified, and never inward."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self

import httpx

from monitor.egress import Egress
from sources.answer import Answer, Validators, complain, read_answer
from sources.body import LIMIT, read_body, too_large
from sources.errors import AccessRefused, Unreachable
from sources.faults import named
from sources.manners import Manners
from sources.pinned import CheckedTransport, PinnedTransport, until
from sources.web_address import onward_from, origin_of, place_of, read_address

__all__ = ["Answer", "PoliteClient", "Validators", "user_agent"]

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class _Shared:
    """What all views of a client have in common: manners, and connections by allowance."""

    def __init__(self, manners: Manners, transport: httpx.BaseTransport | None) -> None:
        self.manners = manners
        self._new: Callable[[Egress], httpx.BaseTransport] = (
            partial(PinnedTransport, ssl_context=_ssl_context())
            if transport is None
            else partial(CheckedTransport, inner=transport)
        )
        self._transports: dict[frozenset[str], httpx.BaseTransport] = {}

    def transport(self, egress: Egress) -> httpx.BaseTransport:
        """One pool for each allowance: a connection that one source may use is not lent to
        another that may not."""
        found = self._transports.get(egress.allow)
        return found or self._transports.setdefault(egress.allow, self._new(egress))

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()


def _ssl_context() -> ssl.SSLContext:
    """httpx's list of authorities and the machine's own: many schools' filters have one."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


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
        contact: str = "",
    ) -> None:
        self._egress = egress or Egress()
        self._seconds, self._limit, self._clock = deadline.total_seconds(), limit, clock
        self._agent = user_agent(contact)
        self._shared = _Shared(Manners(gap, clock, sleep), transport)

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
    ) -> Answer:
        """Fetch *url*. *headers* (a token, say) go to that site only, never on to another."""
        target, left = read_address(url, params), self._seconds
        extra = {**_sendable(headers or {}), **(validators.as_headers() if validators else {})}
        for _ in range(MAX_REDIRECTS + 1):
            request = httpx.Request("GET", target, headers=self._headers(accept) | extra)
            with self._shared.manners.turn(place_of(target)):
                began = self._clock()
                answer, onward = self._visit(request, began + left, validators)
                left -= self._clock() - began
            if answer is not None:
                return answer
            target, previous = onward_from(target, onward), target
            if origin_of(target) != origin_of(previous):
                extra = {}
        raise Unreachable(f"{target.host} sends its visitors round in circles")

    def _headers(self, accept: str) -> dict[str, str]:
        return {
            "User-Agent": self._agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
            "Accept-Language": "en-GB,en;q=0.9,cy;q=0.5",
        }

    def _visit(
        self, request: httpx.Request, deadline: float, validators: Validators | None
    ) -> tuple[Answer | None, str]:
        """One request: its answer, or where it sends us."""
        host = request.url.host
        with named(host), until(deadline, self._clock):
            response = self._shared.transport(self._egress).handle_request(request)
            try:
                onward = response.headers.get("location", "")
                if response.status_code in _REDIRECTS and onward:
                    return None, onward
                complain(response, host, asked_if_changed=validators is not None)
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


def _sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Checked here, because the wire's own complaint would quote the key."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise AccessRefused("the key for this source holds characters that no key has")
    return headers


def user_agent(contact: str = "") -> str:
    """Who we are, and whom a site may write to about us (Wikimedia requires that)."""
    try:
        number = version("school-reputation-monitor")
    except PackageNotFoundError:  # run from a copy of the files
        number = "0"
    contact = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()")
    return f"SchoolReputationMonitor/{number}" + (f" (+{contact})" if contact else "")
