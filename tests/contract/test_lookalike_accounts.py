"""Accounts that carry the school's name, on recordings; people and accounts are invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import httpx
import pytest

from monitor.domain import Mention, School
from sources.account_names import Likeness, Names
from sources.account_search import Account
from sources.contract import Source
from sources.errors import AccessRefused
from sources.lookalike_accounts import LookalikeAccounts
from sources.testing import SCHOOL, SourceContract, recorded
from sources.text import UNDATED

OURS = replace(
    SCHOOL,
    website="https://www.wexcombepark.example",
    handles=("@office@mastodon.example", "@wexcombepark"),
)
SERVER = "https://mastodon.example"


def toot_account(number: int, shown: str = "Wexcombe Park Primary School", **more: Any) -> Any:
    acct = more.pop("acct", f"user{number}")
    return {
        "id": str(number),
        "acct": acct,
        "username": acct.partition("@")[0],
        "display_name": f"{shown} {number}",
        "url": f"{SERVER}/@{acct}",
        "note": "<p>Hello &amp; welcome</p>",
        "created_at": f"2026-11-{number:02}T00:00:00.000Z",
        **more,
    }


def sky_account(number: int, shown: str | None = "WPPS memes", **more: Any) -> Any:
    return {
        "did": f"did:plc:user{number}",
        "handle": f"user{number}.bsky.example",
        "displayName": shown,
        "createdAt": f"2026-11-{number:02}T00:00:00.000Z",
        "labels": [],
        **more,
    }


STRANGERS = [
    toot_account(30, "Pat, who lives in Wexcombe"),
    toot_account(31, "x", note="<p>I teach at Wexcombe Park Primary School</p>"),
    toot_account(32, acct="office"),
]
TOOTS = {
    "Wexcombe Park Primary School": [*STRANGERS, *(toot_account(n) for n in range(1, 13))],
    "WPPS": [toot_account(5)],
    "wexcombepark": [toot_account(13, "Parents", acct="wexcombepark_confessions@other.example")],
}
SKIES = {
    "Wexcombe Park Primary School": [],
    "WPPS": [
        sky_account(1),
        sky_account(2, None, handle="news.wexcombepark.example"),
        sky_account(3, "Pat"),
    ],
    "wexcombepark": [sky_account(4, "", handle="wexcombepark.bsky.example")],
}


def services(request: httpx.Request, toots: Any = TOOTS, skies: Any = SKIES) -> httpx.Response:
    asked = request.url.params
    if request.url.host == "mastodon.example":
        assert request.url.path == "/api/v2/search"
        assert asked["type"] == "accounts"
        answer = {"accounts": toots[asked["q"]], "statuses": [], "hashtags": []}
        return httpx.Response(200, json=answer)
    assert request.url.host == "public.api.bsky.app"
    assert request.url.path == "/xrpc/app.bsky.actor.searchActors"
    return httpx.Response(200, json={"actors": skies[asked["q"]], "cursor": "x"})


class TestLookalikeAccounts(SourceContract):
    source: ClassVar[Source] = LookalikeAccounts(name="accounts", servers=[SERVER])
    school: ClassVar[School] = OURS
    expected: ClassVar[list[str]] = [
        *(f"{SERVER}/@user{n}" for n in range(1, 13)),
        f"{SERVER}/@wexcombepark_confessions@other.example",
        *("did:plc:user1", "did:plc:user4"),
    ]
    expected_later: ClassVar[list[str]] = [f"{SERVER}/@user14"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return services(request)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return services(request, TOOTS | {"WPPS": [toot_account(14), toot_account(5)]})

    def test_when_one_service_fails_the_other_is_still_asked(self) -> None:
        def broken(request: httpx.Request) -> httpx.Response:
            gone = request.url.host == "mastodon.example"
            return httpx.Response(503) if gone else self.server(request)

        found: list[Mention] = []
        with pytest.raises(Exception, match="did not answer"):
            found.extend(m for page in self.visit(handler=broken) for m in page.mentions)
        assert [m.external_id for m in found] == ["did:plc:user1", "did:plc:user4"]

    def test_a_finding_says_what_it_is_and_goes_before_a_person(self) -> None:
        found = {m.external_id: m for m in self.mentions()}
        first = found[f"{SERVER}/@user1"]
        assert first.text == (
            "The account “Wexcombe Park Primary School 1” (@user1 on mastodon.example, made on "
            "1 November 2026) carries the name of Wexcombe Park Primary School.\n\n"
            "It says of itself: Hello & welcome"
        )
        same = found["did:plc:user4"]
        assert same.text.startswith("Somebody may be posing as Wexcombe Park Primary School: ")
        assert same.url == "https://bsky.app/profile/did:plc:user4"
        assert all(m.for_a_person for m in found.values())

    def test_a_server_for_members_only_says_to_name_another(self) -> None:
        found = self.trouble(lambda r: httpx.Response(422, json={"error": "zqxj"}))
        assert isinstance(found, AccessRefused)
        assert "name another" in str(found)


def test_without_a_server_the_large_one_is_asked_and_services_can_be_left_out() -> None:
    asked: set[str] = set()

    def listening(request: httpx.Request) -> httpx.Response:
        asked.add(request.url.host)
        return httpx.Response(200, json={"accounts": [], "actors": []})

    for keys in ({}, {"without": ["bluesky"]}, {"without": ["mastodon"]}):
        source = LookalikeAccounts.model_validate({"name": "a", **keys})
        list(source.fetch(OURS, None, recorded(listening)))
        expected = {"mastodon.social", "public.api.bsky.app"}
        left_out = {"bluesky": "public.api.bsky.app", "mastodon": "mastodon.social"}
        assert asked == expected - {left_out[name] for name in keys.get("without", ())}
        asked.clear()


def account(shown: str, handle: str) -> Account:
    link = "https://m.example/@x"
    return Account(
        id="1", service="m", handle=handle, shown=shown, url=link, description="", made=UNDATED
    )


NAMES = Names.of(
    replace(OURS, aliases=("Wexcombe Park", "WPPS", "St X")),
    ("Learning by the River",),
    ("https://mastodon.example/@Parents", "@fans.bsky.example", "https://bsky.app/profile/a.b"),
)


@pytest.mark.parametrize(
    ("shown", "handle", "likeness"),
    [
        ("Wexcombe Park Primary School", "a@m.example", Likeness.SAME),
        ("The REAL Wexcombe-Park", "a@m.example", Likeness.SAME),
        ("Wexcombe Park Official ✅", "a@m.example", Likeness.SAME),
        ("𝗪𝗲𝘅𝗰𝗼𝗺𝗯𝗲 𝗣𝗮𝗿𝗸", "a@m.example", Likeness.SAME),  # noqa: RUF001
        ("x", "wexcombe_park_official@m.example", Likeness.SAME),
        ("x", "wexcombepark.bsky.example", Likeness.SAME),
        ("wexcombeparkmemes", "a@m.example", Likeness.PART),
        ("WPPS's finest", "a@m.example", Likeness.PART),
        ("x", "wpps_confessions@m.example", Likeness.PART),
        ("Learning by the River!!", "a@m.example", Likeness.SAME),
        ("swppsy", "a@m.example", Likeness.NONE),
        ("best x factor", "a@m.example", Likeness.NONE),
        ("Pat", "pat.wexcombe.example", Likeness.NONE),
        ("Wexcombe Park", "wexcombepark.example", Likeness.NONE),
        ("Wexcombe Park", "Office@Mastodon.example", Likeness.NONE),
        ("Wexcombe Park", "parents@mastodon.example", Likeness.NONE),
        ("Wexcombe Park", "fans.bsky.example", Likeness.NONE),
        ("Wexcombe Park", "a.b", Likeness.NONE),
        ("Wexcombe Park", "wexcombepark@evil.example", Likeness.SAME),
    ],
)
def test_what_counts_is_the_account_s_own_name(
    shown: str, handle: str, likeness: Likeness
) -> None:
    assert NAMES.likeness(account(shown, handle)) is likeness
