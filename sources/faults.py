"""The faults of the wire, in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from monitor.egress import Refused
from sources.errors import NotAllowed, SourceError, Unreachable


@contextmanager
def named(host: str) -> Iterator[None]:
    """Give every fault of the wire its name; the address itself may hold a secret, so only
    the host is mentioned."""
    try:
        yield
    except SourceError:
        raise
    except Refused as error:
        raise NotAllowed(str(error)) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise Unreachable(f"{host}: {_why(error)}") from error


def _why(error: BaseException) -> str:
    causes = list(_causes(error))
    for kind, words in _FAULTS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return "the connection broke"


_FAULTS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "a secure connection could not be made"),
    (socket.gaierror, "there is no site of this name, or this computer is not online"),
    (ConnectionRefusedError, "nothing answers at this address"),
    (httpx.TimeoutException, "it took too long"),
    (TimeoutError, "it took too long"),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
