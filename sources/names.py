"""Who is behind a name, as the network's own name server tells: a web address, a mail server.

Names are asked for, never visited. It is the server that every program on this computer asks,
so it is as far inside the network as it always was.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import dns.exception
import dns.resolver

from sources.errors import LayoutChanged, Unreachable

_LIFETIME = 4.0  # seconds for one answer
_AT_ONCE = 12
_WALL = 240.0  # seconds for one visit; names that are left are asked first at the next


@dataclass(frozen=True, slots=True)
class Answers:
    """What a name answers. None of it known: the name server did not say."""

    web: bool = False
    mail: bool = False
    known: bool = True


class Dns:
    """*server* is "address:port"; empty: what this computer uses."""

    def __init__(self, server: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        try:
            self._resolver = dns.resolver.Resolver(configure=not server)
        except dns.resolver.NoResolverConfiguration:
            raise Unreachable("this computer knows no name server") from None
        self._resolver.lifetime = _LIFETIME
        if server:
            address, _, port = server.rpartition(":")
            self._resolver.nameservers = [address.strip("[]")]
            self._resolver.port = int(port)

    def check(self, ending: str) -> None:
        """Whether it can be trusted to say no: some networks answer for every name there is."""
        nobody = self.one(f"no-such-name-{secrets.token_hex(8)}.{ending}")
        if not nobody.known:
            raise Unreachable("the name server does not answer")
        if nobody.web or nobody.mail:
            raise LayoutChanged(
                "this network's name server answers even for names that do not exist, so none "
                "can be told from another; name another one under nameserver"
            )

    def many(self, names: Sequence[str]) -> Iterator[tuple[str, Answers]]:
        """In their order, a dozen at once, until the time for one visit is up."""
        ends, waiting = self._clock() + _WALL, iter(names)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while self._clock() < ends and (some := list(islice(waiting, _AT_ONCE * 4))):
                yield from zip(some, pool.map(self.one, some), strict=True)

    def one(self, name: str) -> Answers:
        try:
            web = self._has(name, "A") or self._has(name, "AAAA")
            return Answers(web=web, mail=self._takes_mail(name))
        except dns.resolver.NXDOMAIN:
            return Answers()
        except (dns.exception.DNSException, OSError, UnicodeError):
            return Answers(known=False)

    def texts(self, name: str) -> tuple[str, ...] | None:
        """What is written at a name (TXT), each record in one piece; None: nobody said."""
        try:
            found = self._ask(name, "TXT")
            return tuple(b"".join(one.strings).decode("utf-8", "replace") for one in found)
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError, UnicodeError):
            return None

    def _has(self, name: str, kind: str) -> bool:
        return bool(self._ask(name, kind))

    def _takes_mail(self, name: str) -> bool:
        """A mail server called "." means that there is none (RFC 7505)."""
        return any(str(found.exchange) != "." for found in self._ask(name, "MX"))

    def _ask(self, name: str, kind: str) -> dns.resolver.Answer | tuple[()]:
        try:
            return self._resolver.resolve(f"{name}.", kind, search=False)
        except dns.resolver.NoAnswer:
            return ()
