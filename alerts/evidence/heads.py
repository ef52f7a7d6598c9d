"""HTTP/1.1 heads, as far as a proxy must understand them."""

from __future__ import annotations

import asyncio
from urllib.parse import SplitResult

MAX_HEAD = 65_536
_HOP_BY_HOP = (b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization")


class Turned(Exception):
    """This request goes no further; carries the HTTP status for the browser."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


async def read_head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as fault:
        raise Turned(431) from fault


def request_line(head: bytes) -> tuple[bytes, str]:
    parts = head.split(b"\r\n", 1)[0].split(b" ")
    if len(parts) != 3:
        raise Turned(400)
    try:
        return parts[0], parts[1].decode("ascii")
    except UnicodeDecodeError as fault:
        raise Turned(400) from fault


def host_and_port(url: SplitResult) -> tuple[str, int]:
    try:
        host, port = url.hostname, url.port
    except ValueError as fault:
        raise Turned(400) from fault
    if not host:
        raise Turned(400)
    return host, port or (443 if url.scheme == "https" else 80)


def _headers(head: bytes) -> list[bytes]:
    return head[:-4].split(b"\r\n")[1:]


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def content_length(head: bytes) -> int:
    for line in _headers(head):
        if _name(line) == b"content-length":
            value = line.partition(b":")[2].strip()
            return int(value) if value.isdigit() and len(value) < 12 else 0
    return 0


def _without_hop_by_hop(head: bytes) -> list[bytes]:
    return [line for line in _headers(head) if _name(line) not in _HOP_BY_HOP]


def forwarded(head: bytes, method: bytes, url: SplitResult) -> bytes:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    line = method + b" " + target.encode("ascii") + b" HTTP/1.1"
    return b"\r\n".join([line, *_without_hop_by_hop(head), b"Connection: close", b"", b""])


def closing(head: bytes) -> bytes:
    line = head.split(b"\r\n", 1)[0]
    return b"\r\n".join([line, *_without_hop_by_hop(head), b"Connection: close", b"", b""])


def refusal(status: int) -> bytes:
    words = {403: "Forbidden", 502: "Bad Gateway", 431: "Too Large"}.get(status, "Bad Request")
    return f"HTTP/1.1 {status} {words}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
