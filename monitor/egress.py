"""Which addresses the program may connect to: public ones, and those a school has named.

Everything we fetch is chosen by strangers, so a link may point at the school's own
printer or at a cloud's metadata service. Both doors to the network (sources/http.py for
text, alerts/evidence/gate.py for the browser) ask here, and connect to the very address
that was checked: a name is resolved once, so it cannot change between check and use.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Our own table: ipaddress.is_global calls NAT64, multicast, site-local and, on some
# Pythons (CVE-2024-4032), 6to4 addresses global. Source: IANA special-purpose registries.
FORBIDDEN = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's machine service on a public number (Azure)
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/96",  # unspecified, loopback, IPv4-compatible
            "::ffff:0:0/96",  # IPv4-mapped
            "::ffff:0:0:0/96",  # IPv4-translated
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",  # Teredo, ORCHID, benchmarking
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "3fff::/20",
            "5f00::/16",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
        ),
    )
)
PORTS = frozenset({80, 443})

Resolve = Callable[[str, int], Iterable[str]]


class Refused(Exception):
    """This address may not be connected to; the message says why, in plain words."""


def forbidden(address: Address) -> bool:
    return any(address in network for network in FORBIDDEN if network.version == address.version)


def _ask_the_system(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is empty or longer than 63 characters
        raise OSError(f"{host[:80]} is not a host name") from None
    return [str(info[4][0]) for info in found]


@dataclass(frozen=True)
class Egress:
    """`allow` holds "host:port" as written in addresses, for places inside the network."""

    allow: frozenset[str] = frozenset()
    resolve: Resolve = _ask_the_system

    def also(self, places: Iterable[str]) -> Egress:
        return Egress(self.allow | frozenset(places), self.resolve)

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of *host*, each fit to be connected to.

        Raises Refused if any one of them is not (a name with one public and one inner
        address is a trick), OSError if the name cannot be resolved.
        """
        host = host.strip("[]").rstrip(".").lower()
        allowed = place(host, port) in self.allow
        if not allowed and port not in PORTS:
            raise Refused(f"{host}: port {port} is not used by public web pages")
        found = list(self.resolve(host, port))
        if not found:
            raise OSError(f"{host} has no address")
        for text in () if allowed else found:
            if forbidden(ip_address(text.partition("%")[0])):
                raise Refused(f"{host} is inside a private network ({text})")
        return found


def place(host: str, port: int) -> str:
    """The form in which `network.allow` names a place: "host:port"."""
    host = host.strip("[]").rstrip(".").lower()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
