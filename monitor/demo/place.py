"""A small web server on loopback: one place of the sample town."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LONGEST_FORM = 10_000
PATIENCE_SECONDS = 10  # with a visitor who connects and then says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a visitor asked. Names of `headers` are in small letters."""

    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int) -> int:
        """A whole number of one or more, or *default* where none was given."""
        given = self.get(name)
        return int(given) if re.fullmatch(r"[1-9][0-9]{0,17}", given) else default


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def html(text: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(body=text.encode(), status=status)


def as_json(
    data: object,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    kind: str = "application/json; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    body = json.dumps(data, ensure_ascii=False).encode()
    return Answer(body=body, kind=kind, status=status, headers=headers or {})


def conditional(request: Request, body: bytes, kind: str, changed: datetime) -> Answer:
    """The body, or 304 for a visitor who has it already (RFC 9110, 13.1)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Last-Modified": format_datetime(changed, usegmt=True)}
    if _has_it(request, etag, headers["Last-Modified"]):
        return Answer(body=b"", kind=kind, status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(body=body, kind=kind, headers=headers)


def _has_it(request: Request, etag: str, changed: str) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        return etag in [one.strip().removeprefix("W/") for one in known.split(",")]
    return request.headers.get("if-modified-since") == changed


class Place:
    """Serves what *answer* says, on a free port of 127.0.0.1, until stopped."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[str] = []  # the path of every request, for whoever wants to know
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.place = self
        self._thread = threading.Thread(target=self._serve, name=f"town: {name}")

    @property
    def address(self) -> str:
        """ "host:port", as network.allow wants it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def answer(self, request: Request) -> Answer:
        """Each place says its own."""
        raise NotImplementedError

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Frees the port and ends every thread, also those of visitors who linger."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them
    place: Place

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who hangs up in the middle is no event; anything else is a mistake of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        with self._lock:
            lingering = list(self._open)
        for connection in lingering:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has left of its own accord


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE_SECONDS

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        self._reply(unquote(target.path), target.query)

    do_HEAD = do_GET  # noqa: N815 - the base class calls it by this name

    def do_POST(self) -> None:
        given = self.headers.get("Content-Length", "")
        length = min(int(given), LONGEST_FORM) if re.fullmatch("[0-9]{1,9}", given) else 0
        self._reply(unquote(urlsplit(self.path).path), self.rfile.read(length).decode("latin-1"))

    def version_string(self) -> str:
        return "SampleTown"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay quiet: the terminal belongs to the story."""

    def _reply(self, path: str, query: str) -> None:
        place = self.server.place
        place.asked.append(path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(path=path, query=parse_qs(query), headers=headers)
        self._send(_robots(request) or place.answer(request))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        if answer.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def _robots(request: Request) -> Answer | None:
    if request.path != "/robots.txt":
        return None
    return Answer(body=b"User-agent: *\nAllow: /\n", kind="text/plain; charset=utf-8")
