"""The gate lets through what may be reached, and keeps a record of all that asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import pytest

from alerts.evidence import gate as gate_module
from alerts.evidence.gate import Gate, Verdict
from monitor.egress import Egress

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Upstream:
    """A server on 127.0.0.1 that remembers what it was sent, and answers *answer*."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") -> None:
        self.answer, self.received, self.connections = answer, b"", 0

    async def __aenter__(self) -> Upstream:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.received += await reader.readuntil(b"\r\n\r\n")
        writer.write(self.answer)
        writer.close()


def egress_to(*upstreams: Upstream, names: dict[str, str] | None = None) -> Egress:
    """Lets through to these servers, which are also known as forum.example."""

    def resolve(host: str, _port: int) -> Iterable[str]:
        known = {"forum.example": "127.0.0.1", "127.0.0.1": "127.0.0.1"} | (names or {})
        if host not in known:
            raise OSError("Name or service not known")
        return [known[host]]

    places = {f"{h}:{u.port}" for u in upstreams for h in ("forum.example", "127.0.0.1")}
    return Egress(frozenset(places), resolve)


async def ask(proxy: str, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.rpartition(":")[2]))
    writer.write(sent)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def get(url: str) -> bytes:
    return f"GET {url} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n".encode()


def test_a_page_is_fetched_from_the_very_address_that_was_checked() -> None:
    """No system resolver knows forum.example: only the checked address can lead there."""

    async def play() -> None:
        async with Upstream() as site:
            gate = Gate(egress_to(site))
            async with gate.open() as proxy:
                url = f"http://forum.example:{site.port}/post?id=7"
                answer = await ask(proxy, get(url))
            assert answer.endswith(b"\r\n\r\nhi")
            assert site.received.startswith(b"GET /post?id=7 HTTP/1.1\r\n")
            assert b"proxy-connection" not in site.received.lower()
            decision = gate.verdict(url)
            assert decision is not None
            assert (decision.verdict, decision.address) == (Verdict.ALLOWED, "127.0.0.1")

    asyncio.run(play())


def test_a_tunnel_carries_bytes_both_ways() -> None:
    async def play() -> None:
        async with Upstream(answer=b"pong") as site:
            async with Gate(egress_to(site)).open() as proxy:
                connect = f"CONNECT forum.example:{site.port} HTTP/1.1\r\n\r\nping\r\n\r\n"
                answer = await ask(proxy, connect.encode())
            assert answer == b"HTTP/1.1 200 Connection established\r\n\r\npong"
            assert site.received == b"ping\r\n\r\n"

    asyncio.run(play())


@pytest.mark.parametrize("form", ["GET http://{} HTTP/1.1", "CONNECT {} HTTP/1.1"])
def test_an_inner_place_is_refused_and_never_connected_to(form: str) -> None:
    async def play() -> None:
        async with Upstream() as site, Upstream() as inner:
            gate = Gate(egress_to(site))
            async with gate.open() as proxy:
                request = form.format(f"127.0.0.1:{inner.port}") + "\r\n\r\n"
                answer = await ask(proxy, request.encode())
            assert answer.startswith(b"HTTP/1.1 403 ")
            assert inner.connections == 0
            (decision,) = gate.decisions
            assert decision.place == f"127.0.0.1:{inner.port}"
            assert decision.verdict is Verdict.REFUSED

    asyncio.run(play())


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"]
)
def test_a_public_name_with_an_inner_address_is_refused(address: str) -> None:
    async def play() -> None:
        gate = Gate(egress_to(names={"trick.example": address}))
        async with gate.open() as proxy:
            answer = await ask(proxy, get("http://trick.example/"))
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert [d.verdict for d in gate.decisions] == [Verdict.REFUSED]

    asyncio.run(play())


def test_a_name_that_changes_its_address_is_asked_only_once_for_each_connection() -> None:
    """Public when checked, inside when connected to: there is no second question to answer."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Iterable[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async def play() -> None:
        async with Upstream() as site:
            gate = Gate(Egress(frozenset({f"turning.example:{site.port}"}), rebinding))
            async with gate.open() as proxy:
                await ask(proxy, get(f"http://turning.example:{site.port}/"))
            assert asked == ["turning.example"]

    asyncio.run(play())


def test_a_place_that_cannot_be_reached_is_recorded_as_such() -> None:
    async def play() -> None:
        gate = Gate(egress_to())
        async with gate.open() as proxy:
            answer = await ask(proxy, get("http://nowhere.example/"))
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert [d.verdict for d in gate.decisions] == [Verdict.UNREACHABLE]

    asyncio.run(play())


def test_two_requests_in_one_breath_do_not_both_go_to_the_first_place() -> None:
    async def play() -> None:
        async with Upstream() as site, Upstream() as inner:
            async with Gate(egress_to(site)).open() as proxy:
                first = get(f"http://forum.example:{site.port}/1")
                answer = await ask(proxy, first + get(f"http://127.0.0.1:{inner.port}/2"))
            assert b"\r\nConnection: close\r\n" in answer or answer == b""
            assert b"/2" not in site.received
            assert inner.connections == 0

    asyncio.run(play())


def test_a_capture_has_only_so_many_bytes() -> None:
    async def play() -> None:
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        async with Upstream(answer=head + b"x" * 300_000) as site:
            gate = Gate(egress_to(site), max_bytes=100_000)
            url = f"http://forum.example:{site.port}/"
            async with gate.open() as proxy:
                first = await ask(proxy, get(url))
                second = await ask(proxy, get(url))
            assert len(first) < 110_000
            assert gate.full
            assert second.startswith(b"HTTP/1.1 403 ")
            assert site.connections == 1

    asyncio.run(play())


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET ftp://forum.example/ HTTP/1.1\r\n\r\n", 400),
        (b"GET file:///etc/passwd HTTP/1.1\r\n\r\n", 400),
        (b"GET http://forum.example:99999/ HTTP/1.1\r\n\r\n", 400),
        (b"GET http://\xff\xfe/ HTTP/1.1\r\n\r\n", 400),
        (b"CONNECT :443 HTTP/1.1\r\n\r\n", 400),
        (b"GET http://forum.example/ HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_not_a_request_is_turned_away(sent: bytes, status: int) -> None:
    async def play() -> None:
        gate = Gate(egress_to())
        async with gate.open() as proxy:
            assert (await ask(proxy, sent)).startswith(f"HTTP/1.1 {status} ".encode())
        assert not gate.decisions

    asyncio.run(play())


def test_a_page_that_asks_for_any_number_of_places_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate_module, "MAX_PLACES", 3)

    async def play() -> None:
        gate = Gate(egress_to())
        async with gate.open() as proxy:
            for count in range(5):
                await ask(proxy, get(f"http://n{count}.example/"))
            await ask(proxy, get("http://n0.example/"))
        assert (len(gate.decisions), gate.unrecorded) == (3, 2)
        assert max(gate.decisions.values()) == 2

    asyncio.run(play())
