"""Which addresses may be connected to."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

import pytest

from monitor import egress
from monitor.egress import FORBIDDEN, Egress, Refused, forbidden, place

PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "8.8.8.8", "168.63.129.17"]

# One address of each range that no other range holds.
INNER = {
    "0.0.0.0/8": "0.0.0.0",
    "10.0.0.0/8": "10.11.12.13",
    "100.64.0.0/10": "100.100.100.200",
    "127.0.0.0/8": "127.8.8.8",
    "168.63.129.16/32": "168.63.129.16",
    "169.254.0.0/16": "169.254.169.254",
    "172.16.0.0/12": "172.31.255.1",
    "192.0.0.0/24": "192.0.0.192",
    "192.0.2.0/24": "192.0.2.1",
    "192.88.99.0/24": "192.88.99.1",
    "192.168.0.0/16": "192.168.1.1",
    "198.18.0.0/15": "198.19.0.1",
    "198.51.100.0/24": "198.51.100.7",
    "203.0.113.0/24": "203.0.113.7",
    "224.0.0.0/4": "239.255.255.250",
    "240.0.0.0/4": "255.255.255.255",
    "::/96": "::1",
    "::ffff:0:0/96": "::ffff:127.0.0.1",
    "::ffff:0:0:0/96": "::ffff:0:127.0.0.1",
    "64:ff9b::/96": "64:ff9b::7f00:1",
    "64:ff9b:1::/48": "64:ff9b:1::7f00:1",
    "100::/64": "100::1",
    "2001::/23": "2001:0:7f00:1::1",
    "2001:db8::/32": "2001:db8::1",
    "2002::/16": "2002:7f00:1::",
    "3fff::/20": "3fff::1",
    "5f00::/16": "5f00::1",
    "fc00::/7": "fd00:ec2::254",
    "fe80::/10": "fe80::1",
    "fec0::/10": "fec0::1",
    "ff00::/8": "ff02::1",
}


def always(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda host, port: list(addresses)


def test_every_range_has_its_example() -> None:
    assert set(INNER) == {str(network) for network in FORBIDDEN}


@pytest.mark.parametrize("address", INNER.values())
def test_an_inner_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="private network"):
        Egress(resolve=always(address)).addresses("trap.example", 80)


@pytest.mark.parametrize(("network", "address"), INNER.items())
def test_each_range_is_needed(network: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it missing from the table, its example would pass."""
    without = tuple(known for known in FORBIDDEN if str(known) != network)
    monkeypatch.setattr(egress, "FORBIDDEN", without)
    assert not forbidden(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_given_back_as_it_was_checked(address: str) -> None:
    assert Egress(resolve=always(address)).addresses("site.example", 443) == [address]


@pytest.mark.parametrize("inner", ["127.0.0.1", "::1", "fe80::1%eth0"])
def test_one_inner_address_among_public_ones_is_a_trick(inner: str) -> None:
    for answer in ([*PUBLIC, inner], [inner, *PUBLIC]):
        with pytest.raises(Refused):
            Egress(resolve=always(*answer)).addresses("trap.example", 80)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001"),
        *("0177.0.0.1", "0", "0.0.0.0", "localhost", "LOCALHOST", "localhost.", "127.0.0.1."),
        *("[::1]", "::1", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]"),
        *("[2002:7f00:1::]", "169.254.169.254", "0xa9fea9fe", "2852039166", "[fe80::1]"),
    ],
)
def test_no_way_of_writing_an_inner_address_passes(host: str) -> None:
    """Read by the system's own resolver, as it would be when connecting; some of these it
    does not take for a host at all, which is as good."""
    with pytest.raises((Refused, OSError)):
        Egress().addresses(host, 80)


@pytest.mark.parametrize("port", [0, 21, 22, 25, 3306, 6379, 8080, 8443, 65535])
def test_only_the_ports_of_web_pages_are_open_and_others_are_not_even_looked_up(port: int) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("looked up")

    with pytest.raises(Refused, match="port"):
        Egress(resolve=never).addresses("site.example", port)


def test_a_named_place_is_open_and_its_neighbours_are_not() -> None:
    allowed = Egress(resolve=always("10.0.0.9")).also([place("Search.School.example.", 8888)])
    assert allowed.addresses("search.school.example", 8888) == ["10.0.0.9"]
    assert allowed.addresses("SEARCH.school.example.", 8888) == ["10.0.0.9"]
    for host, port in (("search.school.example", 80), ("other.school.example", 8888)):
        with pytest.raises(Refused):
            allowed.addresses(host, port)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "..", "a..example"])
def test_a_name_that_is_none_is_not_found_rather_than_a_crash(host: str) -> None:
    with pytest.raises(OSError, match=r".+"):
        Egress().addresses(host, 80)


def test_a_name_without_addresses_is_not_found() -> None:
    with pytest.raises(OSError, match="no address"):
        Egress(resolve=always()).addresses("empty.example", 80)


def test_a_name_is_looked_up_once_for_each_check() -> None:
    """What was checked is what is connected to; a second look could find another address."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    assert Egress(resolve=lambda host, port: next(answers)).addresses("rebinding.example", 80) == [
        "93.184.216.34"
    ]


@pytest.mark.parametrize(
    ("host", "port", "written"),
    [
        ("[::1]", 80, "[::1]:80"),
        ("A.Example.", 443, "a.example:443"),
        ("10.0.0.1", 1, "10.0.0.1:1"),
    ],
)
def test_a_place_is_written_in_one_way(host: str, port: int, written: str) -> None:
    assert place(host, port) == written
