"""A web site on 127.0.0.1 that keeps count of who came, and may be as hostile as it likes."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from monitor.egress import Egress, place

Page = Callable[[BaseHTTPRequestHandler], None]


class Site(AbstractContextManager["Site"]):
    """Pages by path: bytes of HTML, or a function that answers by itself. Others are 404.

    With *tls*, the site speaks HTTPS.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[str] = []
        self.connections = 0
        self.closing = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                site.connections += 1
                super().setup()

            def do_GET(self) -> None:
                site.requests.append(self.path)
                with suppress(ConnectionError):
                    site.pages.get(self.path, _not_found)(self)

            do_POST = do_HEAD = do_GET  # noqa: N815 - the names that http.server calls

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A visitor that turns away in the middle is no fault of the site."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def egress(self) -> Egress:
        """Lets the browser come here and nowhere else on this computer."""
        return Egress(frozenset({place("127.0.0.1", self.port)}))

    def url(self, path: str = "/") -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"

    def html(self, path: str, body: str, status: int = 200) -> None:
        self.pages[path] = lambda request: answer(request, body.encode(), status=status)

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.pages[path] = lambda request: answer(
            request, b"", status=status, headers={"Location": target}
        )

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def answer(
    request: BaseHTTPRequestHandler,
    body: bytes,
    *,
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
    headers: dict[str, str] | None = None,
) -> None:
    request.send_response(status)
    sent = {"Content-Type": content_type, "Content-Length": str(len(body))} | (headers or {})
    for name, value in sent.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def _not_found(request: BaseHTTPRequestHandler) -> None:
    answer(request, b"<p>No such page here.</p>", status=404)
