"""The outermost layer: what no request may do, and what every answer must say.

Any web page that a member of staff has open can make their browser send requests here.
So a request must name us as its host (or a name pointed at our address could read us),
and a change must come from our own pages.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.evidence.supplied import LARGEST

LARGEST_FORM = 256 * 1024  # two texts of 5,000 characters at 12 bytes each, and one too long
FILES = "/hand-in"  # at the end of the address of a form that takes a file
_AROUND_IT = 4 * 1024  # bytes
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers would then say "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}

_log = logging.getLogger(__name__)


class Shield:
    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str],
        *,
        tls: bool,
        broken: Callable[[Request], Awaitable[Response]],
    ) -> None:
        """*hosts*: the names, without port, under which staff reach the dashboard. *broken*: the
        page that says that something went wrong; where it fails too, a sentence has to do."""
        self._app, self._broken = app, broken
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = HEADERS | (HSTS if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        begun, form = False, _Form(receive, scope)

        async def say(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope["method"], scope["path"], Headers(scope=scope)) or self._app
        try:
            await answer(scope, form.receive, say)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody sees a traceback
            _report(error)
            if not begun:
                page = await self._say_so(Request(scope, form.again))
                await page(scope, receive, say)

    async def _say_so(self, request: Request) -> Response:
        try:
            return await self._broken(request)
        except Exception as error:  # noqa: BLE001 - as above
            _report(error)
            return _BROKEN

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        host = headers.get("host", "").lower()
        if _without_port(host) not in self._hosts:
            return _plain(421, "The dashboard does not answer under this name.")
        if method in ("GET", "HEAD"):
            return None
        if not _from_our_own_page(host, headers):
            return _plain(403, "This form was not sent from the dashboard. Nothing was done.")
        return _too_long(path, headers.get("content-length", ""))


class _Form:
    """Keeps a form that was sent, so that what a person wrote can be shown to them if the program
    breaks over it; of a file nothing."""

    def __init__(self, receive: Receive, scope: Scope) -> None:
        self._receive, self._kept = receive, b""
        self._is_kept = not scope["path"].endswith(FILES)

    async def receive(self) -> Message:
        message = await self._receive()
        if self._is_kept and len(self._kept) <= LARGEST_FORM:
            self._kept += message.get("body", b"")
        return message

    async def again(self) -> Message:
        """As much of it as was read."""
        return {"type": "http.request", "body": self._kept, "more_body": False}


def _too_long(path: str, length: str) -> Response | None:
    if not length.isdigit():
        return _plain(411, "This form does not say how long it is.")
    if path.endswith(FILES):
        most = f"The file is larger than {LARGEST // 1_000_000} MB. Nothing was kept."
        return _plain(413, most) if int(length) > LARGEST + _AROUND_IT else None
    return _plain(413, "This form is too large.") if int(length) > LARGEST_FORM else None


def _plain(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence + "\n", status)


_BROKEN = _plain(500, "Something went wrong here. Please try again; if it stays, tell your IT.")


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _from_our_own_page(host: str, headers: Headers) -> bool:
    """Every browser says at least one of the two with a form; neither can be forged by a page."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and site is None:
        return False
    return site in (None, "same-origin") and (origin is None or _netloc(origin) == host)


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _report(error: Exception) -> None:
    """Where it broke, without the message: that could hold what a person wrote."""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("The dashboard broke with %s:\n%s", type(error).__name__, where)
