"""No address that a stranger can write leads inside: an inner canary is never connected to."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

import httpcore
import pytest

from monitor import egress
from monitor.egress import Egress
from sources.errors import NotAllowed, SourceError, Unreachable
from sources.http import PoliteClient
from sources.testing import PUBLIC
from tests.integration.test_http import answer, head, saying, serving

# {p} is the canary's port, so that the port alone never saves us.
ADDRESSES = [
    # this machine, in every way of writing it
    *(
        "http://127.0.0.1:{p}/",
        "http://127.0.0.1.:{p}/",
        "http://127.1:{p}/",
        "http://127.0.1:{p}",
    ),
    *("http://2130706433:{p}/", "http://0x7f000001:{p}/", "http://0x7f.1:{p}/"),
    *("http://0177.0.0.1:{p}/", "http://0177.1:{p}/", "http://017700000001:{p}/"),
    *("http://0x7f.0x0.0x0.0x1:{p}/", "http://127.0.0.1%2e:{p}/", "http://127%2e0%2e0%2e1:{p}/"),
    *("http://localhost:{p}/", "http://LOCALHOST:{p}/", "http://localhost.:{p}/"),
    *("http://0:{p}/", "http://0.0.0.0:{p}/", "http://127.8.8.8:{p}/", "HTTP://127.0.0.1:{p}/"),
    *("http://[::1]:{p}/", "http://[0:0:0:0:0:0:0:1]:{p}/", "http://[::]:{p}/"),
    *("http://[::ffff:127.0.0.1]:{p}/", "http://[::ffff:7f00:1]:{p}/", "http://[::127.0.0.1]:{p}"),
    *("http://[::ffff:0:127.0.0.1]:{p}/", "http://[64:ff9b::7f00:1]:{p}/"),
    *("http://[64:ff9b:1::7f00:1]:{p}/", "http://[2002:7f00:1::]:{p}/"),
    *("http://[2001:0:7f00:1::1]:{p}/", "http://[::1%25lo]:{p}/", "http://[fe80::1%25lo]:{p}/"),
    # other digits and dots for the same
    *("http://\u2460\u2461\u2466.0.0.1:{p}/", "http://127\u30020\u30020\u30021:{p}/"),
    *("http://\uff11\uff12\uff17.0.0.1:{p}/", "http://127.0.0.1\u3002:{p}/"),
    *("http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3:{p}/",),
    # names that lead inside
    *("http://inner.example:{p}/", "http://127.0.0.1.nip.example:{p}/"),
    *("http://both.example:{p}/", "http://alias.example:{p}/", "http://six.example:{p}/"),
    # the neighbours: printers, clouds, carriers
    *("http://10.0.0.1:{p}/", "http://172.16.0.1:{p}/", "http://192.168.1.1:{p}/"),
    *("http://169.254.169.254:{p}/latest/meta-data/", "http://[fd00:ec2::254]:{p}/latest/"),
    *("http://100.64.0.1:{p}/", "http://168.63.129.16:{p}/", "http://metadata.example:{p}/"),
    *("http://[fc00::1]:{p}/", "http://[fec0::1]:{p}/", "http://224.0.0.1:{p}/"),
    # tricks with the parts of an address
    *("http://user@127.0.0.1:{p}/", "http://site.example@127.0.0.1:{p}/"),
    *("http://site.example:80@127.0.0.1:{p}/", "http://127.0.0.1:{p}@site.example:x/"),
    *("http://127.0.0.1:{p}\\@site.example/", "http:\\\\127.0.0.1:{p}/", "http:/\\127.0.0.1:{p}/"),
    *("http://site.example\\@127.0.0.1:{p}/", "http://127.0.0.1:{p}#@site.example/"),
    *("http://127.0.0.1:{p}?@site.example/", "http:////127.0.0.1:{p}/", "\thttp://127.0.0.1:{p}/"),
    *("http://127.0.0.1:0{p}/", "http://127.0.0.1:+{p}/", "http://127.0.0.1\x00.x.example:{p}/"),
    "http://site.example:80\r\nHost:127.0.0.1:{p}/",
    # other schemes, other ports
    *("file:///etc/hostname", "ftp://127.0.0.1:{p}/", "gopher://127.0.0.1:{p}/_x"),
    *("data:text/html,x", "dict://127.0.0.1:{p}/", "ldap://127.0.0.1:{p}/", "ws://127.0.0.1:{p}/"),
    *("view-source:http://127.0.0.1:{p}/", "jar:http://127.0.0.1:{p}!/", "unix:///run/x.sock"),
    *(
        "chrome://version",
        "javascript:fetch('http://127.0.0.1:{p}/')",
        "blob:http://127.0.0.1:{p}/",
    ),
    *("http://127.0.0.1:22/", "http://127.0.0.1:25/", "http://127.0.0.1:6379/"),
]
NAMES = {
    "localhost": ["127.0.0.1"],
    "inner.example": ["127.0.0.1"],
    "alias.example": ["127.0.0.1"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "both.example": [PUBLIC, "127.0.0.1"],
    "six.example": ["::1"],
    "metadata.example": ["169.254.169.254"],
}


def test_there_are_more_than_sixty_forms() -> None:
    assert len(set(ADDRESSES)) >= 60


class Canary:
    """Listens on this machine, on both kinds of address where there are two."""

    def __init__(self) -> None:
        self.listeners = [socket.create_server(("127.0.0.1", 0), backlog=2000)]
        self.port = int(self.listeners[0].getsockname()[1])
        with suppress(OSError):
            self.listeners.append(
                socket.create_server(("::1", self.port), family=socket.AF_INET6, backlog=200)
            )
        for listener in self.listeners:
            listener.setblocking(False)

    def visitors(self) -> int:
        count = 0
        for listener in self.listeners:
            with suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
                    count += 1
        return count

    def close(self) -> None:
        for listener in self.listeners:
            listener.close()


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    with closing(Canary()) as found:
        monkeypatch.setattr(egress, "PORTS", egress.PORTS | {found.port, 22, 25, 6379})
        yield found


def resolve(host: str, port: int) -> list[str]:
    """As the system does for numbers, whichever way they are written; names are ours."""
    if host in NAMES:
        return NAMES[host]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(info[4][0]) for info in found]


@pytest.mark.parametrize("address", ADDRESSES)
def test_asked_for_directly_it_leads_nowhere(address: str, canary: Canary) -> None:
    with (
        PoliteClient(Egress(resolve=resolve), gap=timedelta(0)) as client,
        pytest.raises((NotAllowed, Unreachable)),
    ):
        client.get(address.format(p=canary.port))
    assert canary.visitors() == 0


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary"])
def test_sent_on_to_it_we_do_not_go(status: str, canary: Canary) -> None:
    """One site for each address; a header cannot hold a line's end, so those are left out."""
    for address in ADDRESSES:
        place = address.format(p=canary.port).encode().decode("latin-1")
        if any(c in place for c in "\r\n\x00"):
            continue
        away = head("", status=status).replace(b"\r\n\r\n\r\n", b"\r\n")
        away += b"Location: " + address.format(p=canary.port).encode() + b"\r\n\r\n"
        with serving(saying(away)) as site:
            there = Egress(resolve=resolve).also([site.place])
            with PoliteClient(there, gap=timedelta(0)) as client, pytest.raises(SourceError) as e:
                client.get(site.url)
            assert site.connections >= 1
        assert isinstance(e.value, NotAllowed | Unreachable), address
        assert canary.visitors() == 0, address


def test_the_canary_would_notice(canary: Canary) -> None:
    """Or the tests above would prove nothing."""
    place = f"127.0.0.1:{canary.port}"
    seconds = timedelta(seconds=0.2)
    client = PoliteClient(Egress().also([place]), gap=timedelta(0), deadline=seconds)
    with client, pytest.raises(Unreachable):
        client.get(f"http://{place}/")
    assert canary.visitors() == 1


class Wire:
    """Stands in for the internet: what goes to the public address reaches *site* instead,
    and everything else goes where it would; with a list of where that was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, site_port: int) -> None:
        self.connected: list[str] = []
        real = httpcore.SyncBackend.connect_tcp

        def connect(backend: Any, host: str, port: int, *rest: Any) -> httpcore.NetworkStream:
            self.connected.append(host)
            there = ("127.0.0.1", site_port) if host == PUBLIC else (host, port)
            return real(backend, *there, *rest)

        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)


class Rebinding:
    """A name server that says something else each time it is asked."""

    def __init__(self, answers: Iterable[list[str]]) -> None:
        self.answers, self.asked = itertools.cycle(answers), 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return next(self.answers)


TRIES = 500


def test_a_name_that_turns_inward_between_check_and_use_is_asked_only_once(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Public when checked, inner a moment later: who asks twice is inside."""
    names = Rebinding([[PUBLIC], ["127.0.0.1"]])
    with serving(saying(answer(b"outside", "Connection: close"))) as site:
        wire = Wire(monkeypatch, site.port)
        with PoliteClient(Egress(resolve=names), gap=timedelta(0)) as client:
            outside = refused = 0
            for _ in range(TRIES):
                try:
                    found = client.get(f"http://rebinding.example:{canary.port}/")
                    assert found.content == b"outside"
                    outside += 1
                except NotAllowed:
                    refused += 1
    assert (outside, refused, names.asked) == (TRIES // 2, TRIES // 2, TRIES)
    assert set(wire.connected) == {PUBLIC}
    assert canary.visitors() == 0


def test_a_name_that_turns_inward_on_the_way_of_a_redirect_is_refused(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Rebinding([[PUBLIC], ["127.0.0.1"], [PUBLIC], ["::1"], [PUBLIC], [PUBLIC, "10.0.0.1"]])
    again = head("Location: /again", "Content-Length: 0", status="302 Found")
    with serving(saying(again)) as site:
        wire = Wire(monkeypatch, site.port)
        with PoliteClient(Egress(resolve=names), gap=timedelta(0)) as client:
            for _ in range(TRIES):
                with pytest.raises(NotAllowed, match="private network"):
                    client.get(f"http://rebinding.example:{canary.port}/")
    assert names.asked == 2 * TRIES
    assert wire.connected == [PUBLIC] * TRIES
    assert canary.visitors() == 0
