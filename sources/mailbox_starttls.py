"""Ask a mail server to encrypt, before anything else is said (STARTTLS, RFC 9051 §6.2.1).

Read byte by byte: what somebody slipped in behind the server's answer is never taken for
something that was said under encryption (CVE-2011-0411 and its kin).
"""

from __future__ import annotations

from typing import Protocol

from sources.errors import LayoutChanged, Unreachable

_SECONDS = 30.0  # for each byte; the line as a whole has its own limit
_LONGEST = 8192  # bytes of one line
_MOST = 20  # lines before the answer

_NO_TLS = (
    "the mail server does not encrypt on this port, so no password was sent; please try "
    'security = "tls" with port 993'
)


class Line(Protocol):
    """An open connection, as a socket is one."""

    def settimeout(self, value: float, /) -> None: ...
    def recv(self, bufsize: int, /) -> bytes: ...
    def sendall(self, data: bytes, /) -> None: ...


def start_tls(line: Line) -> None:
    """Raises SourceError where the server will not, and OSError."""
    line.settimeout(_SECONDS)
    if not _next(line).upper().startswith(b"* OK"):
        raise Unreachable("the mail server turns everybody away just now")
    line.sendall(b"a STARTTLS\r\n")
    for _ in range(_MOST):
        said = _next(line)
        if not said.startswith(b"* "):
            break
    if not said.upper().startswith(b"A OK"):
        raise LayoutChanged(_NO_TLS)


def _next(line: Line) -> bytes:
    said = b""
    while not said.endswith(b"\n"):
        byte = line.recv(1)
        if not byte:
            raise Unreachable("the mail server ended the connection")
        said += byte
        if len(said) > _LONGEST:
            raise LayoutChanged("this is not how a mail server answers")
    return said
