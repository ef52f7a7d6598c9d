"""Whom an OpenID provider is believed to vouch for: a real one on loopback, asked through the one
door."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from monitor.checks import check_doors
from monitor.egress import Egress
from monitor.elsewhere import Elsewhere
from monitor.openid import Kind, NotBelieved, Person, Question, Return
from monitor.posting import PostRoom
from tests.authenticator import text
from tests.provider import (
    DOMAIN,
    KEYS,
    LASTS,
    SECRET,
    OpenId,
    elsewhere,
    of_google,
    of_microsoft,
    openid,
)

ADDRESS = "https://monitor.wexcombepark.example"
EMAIL = f"head@{DOMAIN}"
MICROSOFT, GOOGLE = Kind.MICROSOFT, Kind.GOOGLE


class Town:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("SIGN_IN_SECRET", SECRET)
    return Town()


@pytest.fixture
def provider(town: Town) -> Iterator[OpenId]:
    with openid(town) as provider:
        yield provider


def gone_there(address: str) -> Return:
    """What the person's browser brings back."""
    answer = httpx.get(address, trust_env=False)
    came = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    return Return(code=came.get("code", ""), state=came["state"], error=came.get("error", ""))


def signed_in(there: Elsewhere) -> Person:
    address, question = there.begin()
    return there.person(question, gone_there(address))


def refused(there: Elsewhere) -> str:
    with pytest.raises(NotBelieved) as caught:
        signed_in(there)
    return str(caught.value)


def test_somebody_of_the_school_s_tenant_is_known(provider: OpenId) -> None:
    provider.claims = of_microsoft("Head@WexcombePark.example")
    there = elsewhere(provider, MICROSOFT, ADDRESS)
    assert signed_in(there) == Person(
        kind=MICROSOFT,
        issuer=provider.url,
        subject="number 1",
        email=EMAIL,
        second_factor=False,
    )
    (asked,) = provider.asked
    assert asked["redirect_uri"] == f"{ADDRESS}/sign-in/with/microsoft/back"
    assert asked["prompt"] == "select_account"
    assert len(asked["state"]) >= 40
    assert len(asked["nonce"]) >= 40


def test_somebody_of_the_school_s_domain_is_known(provider: OpenId) -> None:
    provider.claims = of_google(EMAIL)
    found = signed_in(elsewhere(provider, GOOGLE, ADDRESS))
    assert (found.email, found.second_factor) == (EMAIL, False)
    assert provider.asked[0]["hd"] == DOMAIN


def test_a_second_factor_counts_only_where_the_provider_says_so(provider: OpenId) -> None:
    there = elsewhere(provider, MICROSOFT, ADDRESS)
    for methods, counts in ((["pwd", "mfa"], True), (["pwd"], False), (None, False)):
        provider.claims = of_microsoft(EMAIL, amr=methods)
        assert signed_in(there).second_factor is counts
    provider.claims = of_microsoft(EMAIL, amr="mfa")
    assert "not one that can be believed" in refused(there)


@pytest.mark.parametrize(
    ("kind", "claims"),
    [
        (MICROSOFT, of_microsoft(EMAIL, tid="00000000-7777-8888-9999-000000000000")),
        (MICROSOFT, of_microsoft(EMAIL, tid=None)),
        (GOOGLE, of_google(EMAIL, hd="another.example")),
        (GOOGLE, of_google(EMAIL, hd=None)),
        (GOOGLE, of_google(EMAIL, hd=["wexcombepark.example"])),
    ],
)
def test_whoever_is_of_another_school_is_not_let_in(
    provider: OpenId, kind: Kind, claims: dict[str, object]
) -> None:
    provider.claims = claims
    assert "is not one of your school" in refused(elsewhere(provider, kind, ADDRESS))


@pytest.mark.parametrize(
    ("kind", "claims"),
    [
        (GOOGLE, of_google(EMAIL, email_verified=False)),
        (GOOGLE, of_google(EMAIL, email_verified="true")),
        (GOOGLE, of_google(EMAIL, email_verified=None)),
        (GOOGLE, of_google(EMAIL, email=None)),
        (MICROSOFT, of_microsoft("", email=EMAIL)),
        (MICROSOFT, of_microsoft("", email=EMAIL, xms_edov=False)),
        (MICROSOFT, of_microsoft(EMAIL, idp="https://sts.windows.net/another/")),
        (MICROSOFT, of_microsoft(EMAIL, acct=1)),
        (MICROSOFT, of_microsoft("head_wexcombepark.example#EXT#@other.example")),
    ],
)
def test_an_address_that_was_not_verified_is_nobody_s(
    provider: OpenId, kind: Kind, claims: dict[str, object]
) -> None:
    provider.claims = claims
    assert signed_in(elsewhere(provider, kind, ADDRESS)).email == ""


def test_an_address_of_which_the_tenant_owns_the_domain_is_theirs(provider: OpenId) -> None:
    provider.claims = of_microsoft("h.ead@tenant.example", email=EMAIL, xms_edov=True)
    assert signed_in(elsewhere(provider, MICROSOFT, ADDRESS)).email == EMAIL


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://login.evil.example"},
        {"iss": None},
        {"aud": "another program"},
        {"aud": ["another program", "11111111-2222-3333-4444-555555555555"]},  # and no azp
        {"azp": "another program"},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"exp": None},
        {"iat": None},
        {"nbf": 4_000_000_000},
    ],
)
def test_a_token_that_is_not_meant_for_this_is_not_believed(
    provider: OpenId, claims: dict[str, object]
) -> None:
    provider.claims = of_google(EMAIL) | claims
    assert "not one that can be believed" in refused(elsewhere(provider, GOOGLE, ADDRESS))


def test_a_token_that_has_expired_is_not_believed(provider: OpenId, town: Town) -> None:
    then = int(town.now.timestamp())
    provider.claims = of_google(EMAIL, iat=then - 2 * LASTS, exp=then - LASTS)
    assert "is too old" in refused(elsewhere(provider, GOOGLE, ADDRESS))


def test_only_a_signature_by_the_provider_s_own_key_is_believed(provider: OpenId) -> None:
    provider.claims = of_google(EMAIL)
    there = elsewhere(provider, GOOGLE, ADDRESS)
    assert signed_in(there).email == EMAIL
    forged = KEYS[1].as_dict(private=True) | {"kid": KEYS[0].kid}
    provider.signing = type(KEYS[1]).import_key(forged)
    assert "not one that can be believed" in refused(there)


def forged(token: str, algorithm: str) -> str:
    """The same claims, signed with what everybody knows, or not at all."""
    _, claims, _ = token.split(".")
    header = json.dumps({"alg": algorithm, "kid": KEYS[0].kid})
    signed = f"{text(header.encode())}.{claims}"
    public = KEYS[0].as_pem(private=False)
    signature = hmac.digest(public, signed.encode(), "sha256") if algorithm == "HS256" else b""
    return f"{signed}.{text(signature)}"


def test_no_signature_and_one_by_a_shared_secret_are_not_believed(provider: OpenId) -> None:
    provider.claims = of_google(EMAIL)
    there = elsewhere(provider, GOOGLE, ADDRESS)
    for algorithm in ("HS256", "none"):
        provider.changed = partial(forged, algorithm=algorithm)
        assert "not one that can be believed" in refused(there)
    for nonsense in ("a.b.c", "é", "....", "e30.e30.e30"):
        provider.changed = lambda _, nonsense=nonsense: nonsense
        assert "not one that can be believed" in refused(there)


def test_keys_are_renewed_without_anybody_noticing(provider: OpenId) -> None:
    provider.claims = of_google(EMAIL)
    there = elsewhere(provider, GOOGLE, ADDRESS)
    assert signed_in(there).email == EMAIL
    provider.published = provider.signing = KEYS[1]
    assert signed_in(there).email == EMAIL
    provider.signing = KEYS[0]
    assert "a key that it does not name" in refused(there)


def test_a_key_that_was_withdrawn_is_forgotten_within_an_hour(
    provider: OpenId, town: Town
) -> None:
    provider.claims = of_google(EMAIL)
    there = elsewhere(provider, GOOGLE, ADDRESS)
    assert signed_in(there).email == EMAIL
    provider.published = KEYS[1]
    town.now += timedelta(hours=1)
    assert "a key that it does not name" in refused(there)


def test_what_comes_back_must_be_what_was_begun(provider: OpenId) -> None:
    provider.claims = of_google(EMAIL)
    there = elsewhere(provider, GOOGLE, ADDRESS)
    mine, question = there.begin()
    theirs, _ = there.begin()
    with pytest.raises(NotBelieved, match="in another window"):
        there.person(question, gone_there(theirs))
    came = gone_there(theirs)
    forged = Return(code=came.code, state=question.state, error="")
    with pytest.raises(NotBelieved, match="did not confirm"):  # PKCE
        there.person(question, forged)
    came = gone_there(mine)
    assert there.person(question, came).email == EMAIL
    with pytest.raises(NotBelieved, match="did not confirm"):
        there.person(question, came)


def test_whoever_goes_back_is_told_so_and_no_word_of_the_address_is_repeated(
    provider: OpenId,
) -> None:
    there = elsewhere(provider, MICROSOFT, ADDRESS)
    for provider.refuses in ("access_denied", "<script>", "x" * 3000):
        assert refused(there) == (
            "Nobody was signed in: Microsoft did not let you through, or you went back."
        )
    provider.refuses = "server_error"
    assert "a trouble of its own" in refused(there)
    with pytest.raises(NotBelieved, match="in another window"):
        there.person(
            Question(state="a", nonce="b", verifier="c"), Return(code="", state="é", error="")
        )


def test_what_a_provider_says_of_itself_must_be_of_itself(provider: OpenId) -> None:
    provider.metadata = {"issuer": "https://login.evil.example"}
    assert "not one that can be believed" in refused(elsewhere(provider, GOOGLE, ADDRESS))
    provider.metadata = {"token_endpoint": "ftp://127.0.0.1/token"}
    assert "not one that can be believed" in refused(elsewhere(provider, GOOGLE, ADDRESS))


def test_a_provider_that_is_away_is_told_of_in_words(provider: OpenId, town: Town) -> None:
    there = elsewhere(provider, GOOGLE, ADDRESS)
    provider.broken = 503
    assert "Google could not be asked just now" in refused(there)
    provider.broken = 0
    provider.claims = of_google(EMAIL)
    assert signed_in(there).email == EMAIL, "nothing is left alone for an hour"
    shut = Elsewhere(there.provider, PostRoom(Egress(frozenset())), town)
    assert "Google could not be asked just now" in refused(shut)


def test_a_check_says_what_works_and_what_to_enter_there(provider: OpenId) -> None:
    there = elsewhere(provider, MICROSOFT, ADDRESS)
    (found,) = check_doors([there])
    assert found.ok
    assert found.sentence == (
        f"Microsoft answers. The redirect URI there must be {ADDRESS}/sign-in/with/microsoft/back"
    )
    provider.broken = 400
    (found,) = check_doors([elsewhere(provider, MICROSOFT, ADDRESS)])
    assert not found.ok
    assert found.sentence == (
        "Microsoft: it answered 400 when asked about itself. See docs/sign-in.md."
    )


def test_a_secret_that_is_missing_or_has_run_out_is_told_of_in_words(
    provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.claims = of_microsoft(EMAIL)
    there = elsewhere(provider, MICROSOFT, ADDRESS)
    monkeypatch.setenv("SIGN_IN_SECRET", "another")
    assert "has run out" in refused(there)
    monkeypatch.delenv("SIGN_IN_SECRET")
    assert "missing" in refused(there)
