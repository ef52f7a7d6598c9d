"""The one door to the network against real servers on loopback, honest and hostile."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor.domain import School
from monitor.egress import Egress
from sources import http
from sources.contract import Page
from sources.errors import (
    LayoutChanged,
    NotAllowed,
    RateLimited,
    SourceError,
    TooLarge,
    Unreachable,
)
from sources.feed import Feed
from sources.http import PoliteClient

Say = Callable[[bytes], Iterator[bytes]]


class Server:
    """Answers each request with the bytes that *say* yields; counts connections."""

    def __init__(self, say: Say, context: ssl.SSLContext | None = None) -> None:
        self.say, self.context = say, context
        self.requests: list[bytes] = []
        self.connections = 0
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                self.threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self.threads[-1].start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError), closing(self._secured(plain)) as connection:
            connection.settimeout(5)
            while request := self._request(connection):
                self.requests.append(request)
                if not self._answered(connection, request):
                    return

    def _answered(self, connection: socket.socket, request: bytes) -> bool:
        """Whether the connection is kept for another request."""
        first = b""
        for piece in self.say(request):
            first = first or piece
            connection.sendall(piece)
            if self.closing.is_set():
                return False
        return b"Connection: close" not in first and first.startswith(
            b"HTTP/1.1 200 OK\r\nContent-"
        )

    def _secured(self, plain: socket.socket) -> socket.socket:
        if self.context is None:
            return plain
        try:
            return self.context.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            raise

    def _request(self, connection: socket.socket) -> bytes:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            piece = connection.recv(65536)
            if not piece:
                return b""
            request += piece
        return request

    def close(self) -> None:
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join()


@contextmanager
def serving(say: Say, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(say, context)
    try:
        yield server
    finally:
        server.close()


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def head(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *headers, "", ""]).encode()


def saying(*pieces: bytes) -> Say:
    return lambda request: iter(pieces)


@contextmanager
def visiting(*servers: Server, deadline: float = 10) -> Iterator[PoliteClient]:
    """A client that may go to these servers and to nothing else inside."""
    egress = Egress().also(server.place for server in servers)
    seconds = timedelta(seconds=deadline)
    with PoliteClient(egress, gap=timedelta(0), deadline=seconds) as client:
        yield client


def test_a_page_arrives_as_it_was_sent_and_we_say_who_we_are() -> None:
    with serving(saying(answer(b"hello", 'ETag: "a"'))) as server, visiting(server) as client:
        found = client.get(f"{server.url}/x", params={"q": "a b"}, accept="text/plain")
    assert (found.content, found.status, found.validators.etag) == (b"hello", 200, '"a"')
    request = server.requests[0].decode().lower()
    assert request.startswith(("get /x?q=a+b ", "get /x?q=a%20b "))
    assert "user-agent: schoolreputationmonitor/" in request
    assert "accept-encoding: gzip\r\n" in request
    assert "accept: text/plain" in request


def test_an_inner_address_is_not_connected_to_unless_it_was_named() -> None:
    with serving(saying(answer(b"secret"))) as server, PoliteClient(gap=timedelta(0)) as client:
        with pytest.raises(NotAllowed):
            client.get(server.url)
        assert server.connections == 0
        assert client.allowing([server.place]).get(server.url).content == b"secret"
        with pytest.raises(NotAllowed):  # although a connection is open by now
            client.get(server.url)
        assert server.connections == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 T", "308 P"])
@pytest.mark.parametrize("scheme", ["http://", "//", "HTTP://"])
def test_a_redirect_to_another_inner_place_is_refused_without_a_connection(
    status: str, scheme: str
) -> None:
    with serving(saying(answer(b"secret"))) as canary:
        away = head(f"Location: {scheme}{canary.place}/", status=status)
        with (
            serving(saying(away)) as server,
            visiting(server) as client,
            pytest.raises(NotAllowed),
        ):
            client.get(server.url)
        assert (server.connections, canary.connections) == (1, 0)


@pytest.mark.parametrize(
    "location",
    [
        *("http://localhost:{}/", "http://2130706433:{}/", "http://0x7f.1:{}/"),
        *("http://[::ffff:127.0.0.1]:{}/", "http://user@127.0.0.1:{}/", "http:\\\\127.0.0.1:{}/"),
        *("file:///etc/hostname", "ftp://127.0.0.1:{}/", "gopher://127.0.0.1:{}/", "data:,x"),
        *("http://127.0.0.1:{}\\@site.example/", "http://", "http://[::1", "view-source:http://x"),
    ],
)
def test_no_odd_redirect_leads_inside(location: str) -> None:
    with serving(saying(answer(b"secret"))) as canary:
        away = head(f"Location: {location.format(canary.port)}", status="302 Found")
        with (
            serving(saying(away)) as server,
            visiting(server) as client,
            pytest.raises((NotAllowed, Unreachable)),
        ):
            client.get(server.url)
        assert canary.connections == 0


def test_a_few_redirects_are_followed_and_no_more_than_five() -> None:
    def walk(request: bytes) -> Iterator[bytes]:
        left = int(request.split()[1].strip(b"/"))
        yield answer(b"there") if left == 0 else head(f"Location: /{left - 1}", status="302 F")

    with serving(walk) as server, visiting(server) as client:
        assert client.get(f"{server.url}/5").url == f"{server.url}/0"
        with pytest.raises(Unreachable, match="round in circles"):
            client.get(f"{server.url}/6")


def test_a_redirect_in_circles_ends() -> None:
    away = head("Location: /again", status="302 Found")
    with serving(saying(away)) as server, visiting(server) as client:
        with pytest.raises(Unreachable, match="round in circles"):
            client.get(server.url)
        assert len(server.requests) == 6


def test_a_key_does_not_travel_on_to_another_site() -> None:
    with serving(saying(answer(b"x"))) as other:
        away = head(f"Location: {other.url}/", status="302 Found")
        with serving(saying(away)) as server, visiting(server, other) as client:
            client.get(server.url, headers={"Authorization": "Bearer sesame"})
    assert b"sesame" in server.requests[0]
    assert b"sesame" not in other.requests[0]


def test_a_key_that_cannot_be_sent_is_not_shown_either() -> None:
    with serving(saying(answer(b"x"))) as server, visiting(server) as client:
        for key in ("sesame\r\nX: y", "sesamé"):
            with pytest.raises(SourceError) as caught:
                client.get(server.url, headers={"Authorization": key})
            assert "sesam" not in f"{caught.value}{caught.value.__cause__}"


def test_a_cookie_is_not_brought_back() -> None:
    with serving(saying(answer(b"x", "Set-Cookie: a=b"))) as server, visiting(server) as client:
        client.get(server.url)
        client.get(server.url)
    assert b"cookie" not in server.requests[1].lower()


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(saying(answer(b"x"))) as server, visiting(server) as client:
        assert client.get(server.url).content == b"x"


def test_the_connection_goes_to_the_address_that_was_checked_and_the_name_stays() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with serving(saying(answer(b"x"))) as server:
        egress = Egress(frozenset({f"site.example:{server.port}"}), resolve)
        with PoliteClient(egress, gap=timedelta(0)) as client:
            client.get(f"http://site.example:{server.port}/")
    assert asked == ["site.example"]
    assert f"Host: site.example:{server.port}".encode() in server.requests[0]


def test_a_dead_first_address_does_not_hide_the_second() -> None:
    with serving(saying(answer(b"x"))) as server, closing(socket.socket(socket.AF_INET)) as free:
        free.bind(("127.0.0.2", server.port))  # bound and not listening: refuses
        egress = Egress(
            frozenset({f"site.example:{server.port}"}), lambda h, p: ["127.0.0.2", "127.0.0.1"]
        )
        with PoliteClient(egress, gap=timedelta(0)) as client:
            assert client.get(f"http://site.example:{server.port}/").content == b"x"


def test_a_name_that_changes_its_address_between_two_visits_never_leads_inside() -> None:
    """DNS rebinding: whatever comes second is checked like the first."""
    answers = itertools.cycle([[], ["127.0.0.1"], ["::1"], ["93.184.216.34", "127.0.0.1"]])
    with serving(saying(answer(b"secret"))) as canary:
        egress = Egress(resolve=lambda host, port: next(answers))
        with PoliteClient(egress, gap=timedelta(0)) as client:
            for _ in range(100):
                with pytest.raises((NotAllowed, Unreachable)):
                    client.get("http://rebinding.example/")
    assert canary.connections == 0


BOMB = gzip.compress(bytes(64 * 1024 * 1024))


@pytest.mark.parametrize("length", ["Content-Length: 10429760", "X: y"])
def test_ten_gigabytes_in_a_small_packet_are_never_unpacked(length: str) -> None:
    bomb = [head("Content-Encoding: gzip", length), *itertools.repeat(BOMB, 160)]
    with serving(saying(*bomb)) as server, visiting(server) as client:
        tracemalloc.start()
        with pytest.raises(TooLarge):
            client.get(server.url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 40_000_000


def test_a_packed_page_is_unpacked() -> None:
    body = gzip.compress(b"words " * 50_000) + gzip.compress(b"and more")
    reply = answer(body + b"\x00\x00", "Content-Encoding: gzip")
    with serving(saying(reply)) as server, visiting(server) as client:
        assert client.get(server.url).content == b"words " * 50_000 + b"and more"


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "identity, br"])
def test_a_packing_that_we_did_not_ask_for_is_refused(encoding: str) -> None:
    reply = answer(b"x", f"Content-Encoding: {encoding}")
    with (
        serving(saying(reply)) as server,
        visiting(server) as client,
        pytest.raises(LayoutChanged, match="packed"),
    ):
        client.get(server.url)


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_packed_page_that_breaks_off_is_not_taken_for_whole(cut: int) -> None:
    body = gzip.compress(bytes(range(256)) * 40)
    reply = answer(body[:-cut], "Content-Encoding: gzip")
    with (
        serving(saying(reply)) as server,
        visiting(server) as client,
        pytest.raises(Unreachable, match="cut short"),
    ):
        client.get(server.url)


def test_what_says_that_it_is_packed_and_is_not_has_a_name() -> None:
    reply = answer(b"plain words", "Content-Encoding: gzip")
    with (
        serving(saying(reply)) as server,
        visiting(server) as client,
        pytest.raises(LayoutChanged, match="gzip"),
    ):
        client.get(server.url)


def test_two_hundred_megabytes_are_refused_by_their_label() -> None:
    with (
        serving(saying(head(f"Content-Length: {200 * 1024 * 1024}"))) as server,
        visiting(server) as client,
        pytest.raises(TooLarge, match="5 MB"),
    ):
        client.get(server.url)


def test_an_answer_without_end_is_left() -> None:
    def endless(request: bytes) -> Iterator[bytes]:
        yield head("Content-Type: application/rss+xml")
        yield from itertools.repeat(b"<item><title>more</title></item>" * 1000)

    with serving(endless) as server, visiting(server) as client, pytest.raises(TooLarge):
        client.get(server.url)


def drip(prefix: bytes, gap: threading.Event) -> Say:
    """One byte now and then: never late by any time-out between two bytes."""

    def say(request: bytes) -> Iterator[bytes]:
        yield prefix
        for _ in range(300):
            gap.wait(0.02)
            yield b"a"

    return say


@pytest.mark.parametrize(
    "prefix",
    [head("Content-Length: 300"), b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 2", b""],
    ids=["body", "headers", "status", "nothing"],
)
def test_a_site_that_drips_is_left_at_the_deadline(prefix: bytes) -> None:
    with (
        serving(drip(prefix, threading.Event())) as server,
        visiting(server, deadline=0.3) as client,
        pytest.raises(Unreachable, match="took too long"),
    ):
        client.get(server.url)


def test_a_site_that_says_nothing_at_all_is_left_at_the_deadline() -> None:
    silence = threading.Event()

    def say(request: bytes) -> Iterator[bytes]:
        silence.wait(5)
        yield b""

    with serving(say) as server, visiting(server, deadline=0.2) as client:
        with pytest.raises(Unreachable, match="took too long"):
            client.get(server.url)
        silence.set()


@pytest.mark.parametrize(
    "reply",
    [
        head("Content-Length: 100") + b"half",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
        b"",
    ],
    ids=["cut short", "not HTTP", "endless header", "hung up"],
)
def test_a_broken_answer_is_the_sites_trouble(reply: bytes) -> None:
    with (
        serving(saying(reply)) as server,
        visiting(server) as client,
        pytest.raises(Unreachable),
    ):
        client.get(server.url)


def test_nobody_at_home_is_said_in_words() -> None:
    with serving(saying(b"")) as server:
        pass
    with visiting(server) as client, pytest.raises(Unreachable, match="nothing answers"):
        client.get(server.url)


def test_an_unknown_name_is_said_in_words() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with (
        PoliteClient(Egress(resolve=unknown), gap=timedelta(0)) as client,
        pytest.raises(Unreachable, match="no site of this name"),
    ):
        client.get("https://nowhere.example/")


def test_a_site_that_is_busy_says_for_how_long_and_its_words_are_not_quoted() -> None:
    busy = answer(b"<p>zqxj</p>", "Retry-After: 120", status="429 Too Many Requests")
    with (
        serving(saying(busy)) as server,
        visiting(server) as client,
        pytest.raises(RateLimited) as caught,
    ):
        client.get(f"{server.url}/feed?key=sesame")
    assert caught.value.retry_after == timedelta(seconds=120)
    assert "zqxj" not in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_site_is_asked_whether_it_changed() -> None:
    def say(request: bytes) -> Iterator[bytes]:
        unchanged = b'if-none-match: "a"' in request.lower()
        yield head(status="304 Not Modified") if unchanged else answer(b"x", 'ETag: "a"')

    with serving(say) as server, visiting(server) as client:
        first = client.get(server.url)
        assert not first.not_modified
        assert client.get(server.url, validators=first.validators).not_modified
        with pytest.raises(LayoutChanged):  # "unchanged" is no answer when nobody asked
            client.get(server.url, headers={"If-None-Match": '"a"'})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of site.example, signed by itself; with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("site.example")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def secure(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(secure: ssl.SSLContext) -> None:
    with (
        serving(saying(answer(b"x")), secure) as server,
        visiting(server) as client,
        pytest.raises(Unreachable, match="certificate"),
    ):
        client.get(f"https://{server.place}/")
    assert server.requests == []


@pytest.mark.parametrize(("name", "good"), [("site.example", True), ("other.example", False)])
def test_the_certificate_must_be_of_the_name_and_not_of_the_address(
    secure: ssl.SSLContext,
    certificate: Path,
    name: str,
    good: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        http, "for_the_web", lambda: ssl.create_default_context(cafile=str(certificate))
    )
    with serving(saying(answer(b"x")), secure) as server:
        egress = Egress(frozenset({f"{name}:{server.port}"}), lambda h, p: ["127.0.0.1"])
        with PoliteClient(egress, gap=timedelta(0)) as client:
            if good:
                assert client.get(f"https://{name}:{server.port}/").content == b"x"
            else:
                with pytest.raises(Unreachable, match="certificate"):
                    client.get(f"https://{name}:{server.port}/")


SCHOOL = School(id="wexcombe", name="Wexcombe Park Primary School")


def read(server: Server, client: PoliteClient, cursor: str | None = None) -> list[Page]:
    feed = Feed(name="gazette", url=server.url)  # type: ignore[arg-type] # as TOML gives it
    return list(feed.fetch(SCHOOL, cursor, client))


def test_a_feed_that_is_really_html_says_so() -> None:
    page = answer(b"<!DOCTYPE html><html><body>Welcome</body></html>", "Content-Type: text/html")
    with (
        serving(saying(page)) as server,
        visiting(server) as client,
        pytest.raises(LayoutChanged, match="web page, not a feed"),
    ):
        read(server, client)


def test_a_feed_in_another_encoding_than_it_says_is_still_read() -> None:
    xml = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><item>'
        "<guid>1</guid><title>Caf\xe9 f\xeate \x96 caf\xe9</title></item></channel></rss>"
    ).encode("latin-1")
    reply = answer(xml, "Content-Type: application/rss+xml; charset=utf-8")
    with serving(saying(reply)) as server, visiting(server) as client:
        (page,) = read(server, client)
    assert page.mentions[0].text == "Caf\xe9 f\xeate \u2013 caf\xe9"


@pytest.mark.parametrize("endless", [True, False])
def test_a_feed_that_is_endless_or_huge_is_left(endless: bool) -> None:
    def say(request: bytes) -> Iterator[bytes]:
        yield head(*(() if endless else ["Content-Length: 209715200"]))
        yield b"<rss version='2.0'><channel>"
        yield from itertools.repeat(b"<item><guid>x</guid><title>t</title></item>" * 500)

    with serving(say) as server, visiting(server) as client, pytest.raises(TooLarge):
        read(server, client)


def test_of_a_feed_that_breaks_off_the_whole_items_are_kept_and_the_rest_follows() -> None:
    items = "".join(f"<item><guid>{n}</guid><title>Story {n}</title></item>" for n in range(9))
    whole = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    half = whole[: whole.index(b"Story 5") + 5]
    replies = iter([answer(half, 'ETag: "a"'), answer(whole, 'ETag: "b"')])
    pages: list[Page] = []
    with serving(lambda request: iter([next(replies)])) as server, visiting(server) as client:
        feed = Feed(name="gazette", url=server.url)  # type: ignore[arg-type] # as TOML gives it
        with pytest.raises(Unreachable, match="broke off"):
            pages.extend(feed.fetch(SCHOOL, None, client))
        rest = read(server, client, pages[-1].cursor)
    assert {m.external_id for p in pages for m in p.mentions} == {"0", "1", "2", "3", "4"}
    assert {m.external_id for p in rest for m in p.mentions} == {"5", "6", "7", "8"}
    assert b"if-none-match" not in server.requests[1].lower()
