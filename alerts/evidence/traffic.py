"""What went over the wire while a page was open, of every frame of it: asked and answered.

The browser hands over bodies as it decoded them: what a site sent compressed is kept unpacked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.async_api import BrowserContext, Error, Request

from alerts.evidence.gate import Gate
from alerts.evidence.pace import Pace

MOST_EXCHANGES, MOST_BYTES = 1_000, 60_000_000
ONE_SECONDS = 2.0
_AT_ONCE = 16
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer. `body` is None where there was none, or none is left;
    `address` is the one that the gate connected to."""

    url: str
    method: str
    asked: Headers
    posted: bytes = b""
    status: int
    reason: str = ""
    answered: Headers
    body: bytes | None = None
    at: datetime
    address: str = ""


class Traffic:
    """Listens from now on; `exchanges` reads what was heard."""

    def __init__(self, context: BrowserContext, gate: Gate) -> None:
        self._gate = gate
        self._heard: list[Request] = []
        self._unheard = 0
        context.on("requestfinished", self._finished)

    def _finished(self, request: Request) -> None:
        if not request.url.startswith(("http://", "https://")):
            return
        if len(self._heard) < MOST_EXCHANGES:
            self._heard.append(request)
        else:
            self._unheard += 1

    async def exchanges(self, pace: Pace) -> tuple[list[Exchange], int]:
        """In order, and how many more there were that are not kept."""
        found: list[Exchange] = []
        room, lost = MOST_BYTES, self._unheard
        for first in range(0, len(self._heard), _AT_ONCE):
            some = self._heard[first : first + _AT_ONCE]
            read = await asyncio.gather(
                *(pace.within(ONE_SECONDS, self._exchange(request)) for request in some)
            )
            for exchange in read:
                size = len(exchange.body or b"") if exchange else 0
                if exchange is None or size > room:
                    lost += 1
                else:
                    room -= size
                    found.append(exchange)
        return found, lost

    async def _exchange(self, request: Request) -> Exchange | None:
        response = await request.response()
        if response is None:
            return None
        asked = await request.headers_array()
        answered = await response.headers_array()
        try:
            body: bytes | None = await response.body()
        except Error:  # a redirect has none, and an older page's may be gone
            body = None
        decision = self._gate.verdict(request.url)
        return Exchange(
            url=request.url.partition("#")[0],
            method=request.method,
            asked=tuple((one["name"], one["value"]) for one in asked),
            posted=request.post_data_buffer or b"",
            status=response.status,
            reason=response.status_text,
            answered=tuple((one["name"], one["value"]) for one in answered),
            body=body,
            at=datetime.fromtimestamp(request.timing["startTime"] / 1000, UTC),
            address=decision.address if decision else "",
        )
