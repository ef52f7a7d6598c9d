"""A small invented school, and a small web site that says whatever a test wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Self
from xml.sax.saxutils import escape

NAME = "Wexcombe Park Primary School"
HEAD = "head@wexcombepark.example"
PRAISE = f"Thank you to everyone at {NAME} for a lovely summer fair on Saturday."
THREAT = f"I will bring a knife to {NAME} on Friday and stab the deputy headteacher."
SECOND_THREAT = f"On Monday I am going to smash every window of {NAME} and then burn it down."
ELSEWHERE = "The Wexcombe Park Hotel is the best place for a wedding."

Send = Callable[["Visitor"], None]


class Visitor(BaseHTTPRequestHandler):
    """One request; `going` is cleared when the site closes, so that endless answers end."""

    site: Site

    def do_GET(self) -> None:
        self.site.requests[self.path] += 1
        answer = self.site.answers.get(self.path)
        if answer is None:
            self.send_error(404)
        else:
            answer(self)

    def begin(self, kind: str, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A visitor who hangs up in the middle is what some tests are about."""


@dataclass(slots=True)
class Site:
    """A context manager. `answers`: what to say at each path; it may change at any time."""

    answers: dict[str, Send] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    closing: Event = field(default_factory=Event)
    _server: _Server = field(init=False, repr=False)
    _thread: Thread = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), type("Bound", (Visitor,), {"site": self}))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def publish(self, path: str, posts: Mapping[str, str]) -> None:
        """A feed at *path* with a post for each id, and a page for each post."""
        for key, words in posts.items():
            self.answers[f"/posts/{key}"] = whole("text/html; charset=utf-8", page(words))
        links = {self.url(f"/posts/{key}"): words for key, words in posts.items()}
        self.answers[path] = whole("application/rss+xml", rss(links))


def page(words: str) -> bytes:
    return f"<!doctype html><title>Post</title><p>{escape(words)}</p>".encode()


def rss(posts: Mapping[str, str], encoding: str = "utf-8") -> bytes:
    items = "".join(
        f"<item><guid>{link}</guid><link>{link}</link><title>Post</title>"
        f"<description>{escape(words)}</description>"
        f"<pubDate>{format_datetime(datetime(2026, 11, 2, tzinfo=UTC))}</pubDate></item>"
        for link, words in posts.items()
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        f'<rss version="2.0"><channel><title>Posts</title>{items}</channel></rss>'
    ).encode(encoding)


def whole(kind: str, content: bytes) -> Send:
    def send(visitor: Visitor) -> None:
        visitor.begin(kind, len(content))
        visitor.wfile.write(content)

    return send


def pieces(kind: str, content: Iterable[bytes]) -> Send:
    """Without a length: whoever reads must know when it is enough."""

    def send(visitor: Visitor) -> None:
        visitor.begin(kind)
        for piece in content:
            visitor.wfile.write(piece)

    return send


def endless(kind: str, start: bytes, drop: bytes = b" ") -> Send:
    """*start*, then a drop every fifth of a second for as long as anybody listens."""

    def send(visitor: Visitor) -> None:
        visitor.begin(kind)
        visitor.wfile.write(start)
        while not visitor.site.closing.wait(0.2):
            visitor.wfile.write(drop)

    return send


def silent(visitor: Visitor) -> None:
    """Takes the request, and never answers."""
    visitor.site.closing.wait()


def configuration(
    site: Site | None = None,
    feeds: Mapping[str, str] | None = None,
    *,
    mail: str = "",
    every: str = "6h",
    more: str = "",
) -> str:
    """*feeds*: the name of each source, and the path of its feed. *mail*: the body of
    [alerts.email] but for `from`."""
    sources = "".join(
        f'[[sources]]\nkind = "feed"\nname = "{name}"\nurl = "{site.url(path)}"\n'
        f'every = "{every}"\n\n'
        for name, path in (feeds or {}).items()
        if site is not None
    )
    email = f'{_MAIL}\n{mail}\nfrom = "monitor@wexcombepark.example"\n' if mail else ""
    allow = f'"{site.place}"' if site else ""
    return f"""
[[schools]]
id = "wexcombe"
name = "{NAME}"
aliases = ["Wexcombe Park Primary"]
town = "Wexcombe"
county = "Wexshire"
postcode = "WX4 1ZZ"
homonyms = ["Wexcombe Park Hotel"]

[schools.contacts]
head = "{HEAD}"
chair_of_governors = "chair@wexcombepark.example"
dsl = "dsl@wexcombepark.example"
office = "office@wexcombepark.example"

[schools.hours]
school_days = "00:00-24:00"
other_days = "00:00-24:00"

{sources}
{email}
[network]
allow = [{allow}]

[evidence]
timestamp_authorities = []

{more}
"""


_MAIL = "[alerts]\nmails_an_hour = 1000\n[alerts.email]"


def mail_at(port: int) -> str:
    """A mail server on this machine that wants no log-in."""
    return f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"'
