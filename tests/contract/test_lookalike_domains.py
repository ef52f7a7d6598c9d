"""Domains like the school's: real dnstwist, a real name server on loopback, registries and logs
of certificates on recordings. All names are invented."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from monitor.domain import Mention, School
from sources.contract import Source
from sources.errors import AccessRefused, Broken, LayoutChanged, SourceError, Unreachable
from sources.lookalike_domains import LookalikeDomains
from sources.names import Dns
from sources.testing import SCHOOL, Handler, SourceContract, recorded
from sources.twist import made_up, parts_of
from tests.name_server import NameServer

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OURS = replace(SCHOOL, website="https://www.wexcombepark.co.uk/")
WEB = {"A": "192.0.2.7"}
BOTH = {"AAAA": "2001:db8::7", "MX": "10 mx.site.example."}
MADE_UP = [  # in the order in which they are thought of
    *("wexcombepark.uk", "wexcombepark.org.uk", "wexcombepark.com", "wexcombepark.school"),
    *("wexco-mbepark.co.uk", "wexcombe-park.co.uk", "wexcombpark.co.uk", "wxcombepark.co.uk"),
    *("wexcombbepark.co.uk", "wexcoombepark.co.uk", "wecxombepark.co.uk"),
    *("account-wexcombepark.co.uk", "accountwexcombepark.co.uk"),
]
CERTIFIED = "wexcombepark.site-builder.example"
TABLE = dict.fromkeys(MADE_UP, WEB) | {
    "wexcombepark.co.uk": WEB,
    "wexcombe-park.co.uk": BOTH,
    "wxcombepark.co.uk": {"MX": "0 ."},
    "wexcombepark.com": {"A": "192.0.2.7", "MX": "0 ."},
    CERTIFIED: WEB,
}
FOUND = [name for name in MADE_UP if name != "wxcombepark.co.uk"]
REGISTERED = {
    "wexcombe-park.co.uk": "2026-11-03T10:00:00Z",
    "wexcombepark.com": "2009-01-02T00:00Z",
}


class Fixed(LookalikeDomains):
    """On one morning."""

    def now(self) -> datetime:
        return NOW


def services(request: httpx.Request) -> httpx.Response:
    host, path = request.url.host, request.url.path
    if host == "crt.sh":
        return certificates(request)
    if host == "api.certspotter.com":
        return httpx.Response(200, json=[{"id": "1", "not_before": "2026-11-04T00:00:00Z"}])
    if host == "data.iana.org":
        listed = [[["com", "net"], ["http://plain.example/", "https://rdap.registry.example/v1/"]]]
        return httpx.Response(200, json={"version": "1.0", "services": listed})
    assert host in ("rdap.nominet.uk", "rdap.registry.example")
    assert path.startswith("/uk/domain/" if host == "rdap.nominet.uk" else "/v1/domain/")
    name = path.rpartition("/")[2]
    if name not in REGISTERED:
        return httpx.Response(404, json={"errorCode": 404, "title": "Not Found"})
    events = [
        {"eventAction": "last changed", "eventDate": "2026-11-19T00:00:00Z"},
        {"eventAction": "registration", "eventDate": REGISTERED[name]},
    ]
    return httpx.Response(200, json={"ldhName": name, "events": events, "entities": []})


def certificates(request: httpx.Request) -> httpx.Response:
    asked = request.url.params
    assert (asked["q"], asked["match"], asked["output"]) == ("%wexcombepark%", "ILIKE", "json")
    assert b"%25wexcombepark%25" in request.url.query
    names = f"*.{CERTIFIED}\n{CERTIFIED}\nwww.wexcombepark.co.uk\nwexcombepark.othershire.sch.uk"
    rows = [
        {"id": 2, "name_value": "gone.wexcombepark.example", "not_before": "2026-10-01T00:00:00"},
        {"id": 1, "name_value": names, "not_before": "2026-11-05T00:00:00", "common_name": "x"},
        {"id": 3, "name_value": "office@wexcombepark.example", "not_before": None},
    ]
    return httpx.Response(200, json=rows)


@pytest.fixture
def dns() -> Iterator[NameServer]:
    with NameServer(table=dict(TABLE)) as server:
        yield server


def watching(dns: NameServer, **keys: Any) -> Fixed:
    return Fixed.model_validate(
        {"name": "domains", "nameserver": dns.address, "names": 100} | keys
    )


def read(
    source: Source, cursor: str | None = None, handler: Handler = services, school: School = OURS
) -> tuple[list[Mention], str | None]:
    found: list[Mention] = []
    for page in source.fetch(school, cursor, recorded(handler)):
        found += page.mentions
        cursor = page.cursor
    return found, cursor


def troubled(source: Source, handler: Handler) -> tuple[list[Mention], SourceError, str | None]:
    """What was handed over before the trouble, the trouble, and the cursor then."""
    found: list[Mention] = []
    cursor: str | None = None
    try:
        for page in source.fetch(OURS, None, recorded(handler)):
            found += page.mentions
            cursor = page.cursor
    except SourceError as error:
        return found, error, cursor
    pytest.fail("nobody was told")


def ids(names: list[str]) -> list[str]:
    return [f"domain:{name}" for name in names]


class TestLookalikeDomains(SourceContract):
    source: ClassVar[Source] = LookalikeDomains(name="domains")
    school: ClassVar[School] = OURS
    expected: ClassVar[list[str]] = ids([*FOUND, CERTIFIED])
    expected_later: ClassVar[list[str]] = ids(["wexcombepark.net"])

    @pytest.fixture(autouse=True)
    def _dns(self, dns: NameServer) -> None:
        self.dns = dns
        vars(self)["source"] = watching(dns)

    def server(self, request: httpx.Request) -> httpx.Response:
        return services(request)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return services(request)

    def visit(self, cursor: str | None = None, handler: Handler | None = None) -> Any:
        if handler == self.later_server:
            self.dns.table["wexcombepark.net"] = WEB
        yield from super().visit(cursor, handler)


def test_a_young_domain_is_told_with_what_it_answers_and_what_it_may_be_for(
    dns: NameServer,
) -> None:
    found = {m.url: m for m in read(watching(dns))[0]}
    young = found["http://wexcombe-park.co.uk/"]
    assert young.text == (
        "The domain wexcombe-park.co.uk, registered on 3 November 2026, resembles that of "
        "Wexcombe Park Primary School (a hyphen was added) and answers web and mail.\n\n"
        "Somebody may be pretending to be the school, to send fake emails or show a fake page in "
        "its name."
    )
    assert young.published_at == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert young.for_a_person
    assert young.sensitive, "nobody knows what such a page shows, so it is never photographed"


def test_an_old_neighbour_is_told_without_a_warning(dns: NameServer) -> None:
    found = {m.url: m for m in read(watching(dns))[0]}
    assert found["http://wexcombepark.com/"].text == (
        "The domain wexcombepark.com, registered on 2 January 2009, resembles that of Wexcombe "
        "Park Primary School (the same name with another ending) and has a website."
    )
    assert "fake" not in found["http://wexcombepark.school/"].text


def test_a_name_in_a_certificate_is_found_though_nobody_would_think_of_it(
    dns: NameServer,
) -> None:
    found = {m.url: m for m in read(watching(dns))[0]}
    assert found[f"http://{CERTIFIED}/"].text == (
        f"The domain {CERTIFIED}, with a certificate of 5 November 2026, resembles that of "
        "Wexcombe Park Primary School (the name stands in it, as a part of site-builder.example) "
        "and has a website."
    )


def test_the_school_s_own_and_those_it_knows_are_no_finding(dns: NameServer) -> None:
    source = watching(dns, known=["https://www.wexcombepark.org.uk/", "site-builder.example"])
    found = {m.external_id for m in read(source)[0]}
    assert found == set(ids(FOUND)) - {"domain:wexcombepark.org.uk"}


def test_what_begins_to_take_mail_is_told_again(dns: NameServer) -> None:
    _, cursor = read(watching(dns))
    dns.table["wexcombepark.org.uk"] = WEB | {"MX": "10 mx.site.example."}
    found, cursor = read(watching(dns), cursor)
    assert [m.external_id for m in found] == ["domain:wexcombepark.org.uk:mail"]
    assert "fake emails" in found[0].text, "new since the last visit, and its age is not known"
    assert read(watching(dns), cursor)[0] == []


def test_what_goes_and_comes_back_is_new_and_what_does_not_answer_is_not_gone(
    dns: NameServer,
) -> None:
    _, cursor = read(watching(dns))
    del dns.table["wexcombepark.org.uk"]
    dns.broken.add("wexcombepark.com")
    found, cursor = read(watching(dns), cursor)
    assert found == []
    dns.table["wexcombepark.org.uk"] = WEB
    dns.broken.clear()
    found, cursor = read(watching(dns), cursor)
    assert [m.external_id for m in found] == ["domain:wexcombepark.org.uk:2"]
    assert read(watching(dns), cursor)[0] == []


def test_old_neighbours_are_no_warning_when_the_first_visit_was_broken_off(
    dns: NameServer,
) -> None:
    broken_off = next(iter(watching(dns).fetch(OURS, None, recorded(services)))).cursor
    rest, cursor = read(watching(dns), broken_off)
    assert [m.external_id for m in rest] == TestLookalikeDomains.expected[10:]
    assert not any("fake" in m.text for m in rest)
    dns.table["wexcombepark.net"] = WEB
    assert "fake" in read(watching(dns), cursor)[0][0].text


def test_a_first_visit_to_a_slow_name_server_is_the_first_until_all_had_their_turn(
    dns: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("sources.names._WALL", 1.5)
    monkeypatch.setattr("sources.lookalike_domains.Dns", lambda at: Dns(at, lambda: next(clock)))
    some, trouble, cursor = troubled(watching(dns), services)
    assert "wait for the next visit" in str(trouble)
    monkeypatch.undo()
    rest, _ = read(watching(dns), cursor)
    assert (bool(some), bool(rest)) == (True, True)
    assert [m.url for m in rest if "fake" in m.text and "registered" not in m.text] == []


def test_certificates_that_are_first_read_late_are_no_warning(dns: NameServer) -> None:
    def ill(request: httpx.Request) -> httpx.Response:
        return httpx.Response(502) if request.url.host == "crt.sh" else services(request)

    _, _, cursor = troubled(watching(dns), ill)
    found, cursor = read(watching(dns), cursor)
    assert [m.external_id for m in found] == [f"domain:{CERTIFIED}"]
    assert "fake" not in found[0].text
    dns.table["gone.wexcombepark.example"] = WEB
    assert "fake" in read(watching(dns), cursor)[0][0].text


def test_when_the_log_of_certificates_is_out_of_order_the_other_is_asked_for_a_few(
    dns: NameServer,
) -> None:
    asked: list[str] = []

    def ill(request: httpx.Request) -> httpx.Response:
        if request.url.host == "crt.sh":
            return httpx.Response(502)
        if request.url.host == "api.certspotter.com":
            asked.append(request.url.params["domain"])
        return services(request)

    found, trouble, _ = troubled(watching(dns), ill)
    assert isinstance(trouble, Unreachable)
    assert "crt.sh answered 502" in str(trouble)
    assert "the rest was looked at" in str(trouble)
    assert trouble.retry_after == timedelta(days=1), "more than once a day is rude"
    assert asked == FOUND[:5]
    assert found[0].text.startswith(
        "The domain wexcombepark.uk, with a certificate of 4 November 2026, resembles"
    )


def test_registries_in_trouble_are_left_alone_and_the_domains_told_all_the_same(
    dns: NameServer,
) -> None:
    asked: list[str] = []

    def ill(request: httpx.Request) -> httpx.Response:
        if request.url.host.startswith(("rdap", "data")):
            asked.append(request.url.host)
            return httpx.Response(500)
        return services(request)

    found, _, _ = troubled(watching(dns), ill)
    assert [m.external_id for m in found] == TestLookalikeDomains.expected
    assert len(asked) <= 3


def test_a_network_that_answers_for_every_name_is_found_out(dns: NameServer) -> None:
    dns.everything = True
    with pytest.raises(LayoutChanged, match="answers even for names that do not exist"):
        read(watching(dns))


def test_a_name_server_that_does_not_answer_is_said(
    dns: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.names._LIFETIME", 0.2)
    address = dns.address
    dns._server.shutdown()
    source = Fixed.model_validate({"name": "d", "nameserver": address})
    with pytest.raises(Unreachable, match="name server does not answer"):
        read(source)


def test_where_the_name_server_is_slow_the_rest_has_its_turn_next_time(
    dns: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.names._WALL", 0.0)
    _, trouble, cursor = troubled(watching(dns), services)
    assert "wait for the next visit" in str(trouble)
    monkeypatch.undo()
    assert len(read(watching(dns), cursor)[0]) == len(FOUND) + 1


def test_a_short_name_is_not_searched_for_in_certificates(dns: NameServer) -> None:
    def listening(request: httpx.Request) -> httpx.Response:
        assert request.url.host != "crt.sh"
        return services(request)

    source = watching(dns, domains=["wpps.example"])
    assert read(source, handler=listening)[0] == []
    assert "too short" in source.plan(OURS)


def test_without_a_website_it_asks_for_a_domain(dns: NameServer) -> None:
    with pytest.raises(AccessRefused, match="please write domains"):
        read(watching(dns), school=SCHOOL)


@pytest.mark.parametrize(
    "keys", [{"domains": ["school"]}, {"nameserver": "dns.example"}, {"known": [""]}], ids=str
)
def test_a_mistake_in_a_domain_is_said(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LookalikeDomains.model_validate({"name": "d", **keys})


@pytest.mark.parametrize(
    ("domain", "parts"),
    [
        ("wexcombepark.example", ("wexcombepark", "example")),
        ("wexcombepark.co.uk", ("wexcombepark", "co.uk")),
        ("news.wexcombepark.org.uk", ("wexcombepark", "org.uk")),
        ("wexcombepark.uk", ("wexcombepark", "uk")),
        ("wexcombepark.wexshire.sch.uk", ("wexcombepark", "sch.uk")),
        ("co.uk", ("co", "uk")),
    ],
)
def test_a_domain_is_a_name_and_an_ending(domain: str, parts: tuple[str, str]) -> None:
    assert parts_of(domain) == parts


def test_a_school_below_its_county_is_looked_for_where_anybody_may_register() -> None:
    made = made_up("wexcombepark.wexshire.sch.uk", ("co.uk", "org.uk"), 2000)
    assert made["wexcombepark.co.uk"] == made["wexcombepark.org.uk"] == "tld-swap"
    assert made["wexcombe-park.co.uk"] == made["wexcombe-park.com"] == "hyphenation"
    assert not any(name.endswith("sch.uk") for name in made)


def test_no_more_names_are_made_up_than_were_asked_for() -> None:
    assert len(made_up("averylongschoolname.example", ("com",), 500)) == 500


def test_the_process_that_makes_up_names_is_told_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed: list[dict[str, str]] = []
    real = subprocess.run

    def listening(*command: Any, **keys: Any) -> Any:
        handed.append(keys["env"])
        return real(*command, **keys)

    monkeypatch.setenv("SMTP_PASSWORD", "zqxj")
    monkeypatch.setattr(subprocess, "run", listening)
    assert made_up("never-asked-before.example", (), 100)
    assert handed
    assert not any("zqxj" in value for value in handed[0].values())


def test_names_that_cannot_be_made_up_in_time_are_our_fault_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sources.twist._WALL", 0.001)
    with pytest.raises(Broken, match="could not be made up"):
        made_up("too-slow-for-us.example", (), 100)
