"""What is sent to a site reaches it, whole, and goes nowhere else: a real server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from monitor.egress import Egress
from sources.errors import AccessRefused, NotAllowed
from sources.http import PoliteClient


class Desk(HTTPServer):
    """Answers with what it was sent; /onward sends everybody to /login."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.heard: list[tuple[str, str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Clerk(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, self.headers["Content-Type"], body))
        self.send_response({"/onward": 307, "/wrong": 401}.get(self.path, 200))
        self.send_header("Location", "/login")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silence: pytest's output is for failures."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with _running(Desk()) as server:
        yield server


@contextmanager
def _running(server: Desk) -> Iterator[Desk]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def client(desk: Desk) -> Iterator[PoliteClient]:
    place = f"127.0.0.1:{desk.server_port}"
    with PoliteClient(Egress().also([place]), gap=timedelta(0)) as client:
        yield client


def test_json_arrives_as_json(desk: Desk, client: PoliteClient) -> None:
    answer = client.post(f"{desk.url}/login", json={"identifier": "caf\u00e9"})
    assert json.loads(answer.content) == {"identifier": "caf\u00e9"}
    assert desk.heard[0][:2] == ("/login", "application/json")


def test_a_form_arrives_as_a_form(desk: Desk, client: PoliteClient) -> None:
    client.post(f"{desk.url}/login", form={"grant_type": "client credentials"})
    kind = "application/x-www-form-urlencoded"
    assert desk.heard == [("/login", kind, b"grant_type=client+credentials")]


def test_a_login_is_not_repeated_to_whom_it_is_sent_on(desk: Desk, client: PoliteClient) -> None:
    with pytest.raises(NotAllowed, match="sent on"):
        client.post(f"{desk.url}/onward", json={"password": "x"})
    assert [path for path, _, _ in desk.heard] == ["/onward"]


def test_a_status_that_the_source_expects_is_for_it_to_read(
    desk: Desk, client: PoliteClient
) -> None:
    """Before the other: a refusal closes the place for a while."""
    answer = client.post(f"{desk.url}/wrong", json={"error": "ExpiredToken"}, expect=(401,))
    assert (answer.status, json.loads(answer.content)) == (401, {"error": "ExpiredToken"})
    with pytest.raises(AccessRefused):
        client.post(f"{desk.url}/wrong", json={})


def test_an_inner_address_is_not_written_to(desk: Desk) -> None:
    with PoliteClient() as stranger, pytest.raises(NotAllowed):
        stranger.post(f"{desk.url}/login", json={"password": "x"})
    assert desk.heard == []
