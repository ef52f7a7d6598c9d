"""Whom a provider vouches for: its ID token, and when that is believed. Pure.

Claims, checked 2026-11-27: learn.microsoft.com/entra/identity-platform/id-token-claims-reference
and developers.google.com/identity/openid-connect/openid-connect.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from monitor.openid import Kind, NotBelieved, Person, Provider, Question, Tokens, strange

# authlib and joserfc are loaded where they are needed: most commands never are at this door.

_ALGORITHMS = ("RS256",)  # what both sign with
_LEEWAY = 60  # seconds by which two clocks may differ
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2
Claims = Mapping[str, Any]


class UnknownKey(Exception):
    """It is signed with a key that is not among those known: they may have been renewed."""


def person(
    provider: Provider, keys: bytes, tokens: Tokens, question: Question, now: datetime
) -> Person:
    """*keys*: the provider's, as JSON. Raises NotBelieved, UnknownKey."""
    claims = _believed(provider, _signed(provider, keys, tokens.id_token), question, now)
    methods = claims.get("amr")
    return Person(
        kind=provider.kind,
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        email=_PINS[provider.kind](provider, claims),
        second_factor=isinstance(methods, list) and "mfa" in methods,  # RFC 8176
    )


def _signed(provider: Provider, keys: bytes, token: str) -> tuple[dict[str, Any], Claims]:
    """Header and claims of a token that one of the *keys* signed."""
    from joserfc import jws, jwt
    from joserfc.errors import InvalidKeyIdError, JoseError
    from joserfc.jwk import KeySet

    try:
        known = KeySet.import_key_set(json.loads(keys))
        header = jws.extract_compact(token.encode()).headers()
        try:
            key = known.get_by_kid(header.get("kid"))
        except InvalidKeyIdError:
            raise UnknownKey from None
        found = jwt.decode(token, key, algorithms=_ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise NotBelieved(strange(provider)) from None
    return found.header, found.claims


def _believed(
    provider: Provider, signed: tuple[dict[str, Any], Claims], question: Question, now: datetime
) -> Claims:
    """Issuer, audience, times, nonce (OpenID Connect Core 1.0, 3.1.3.7)."""
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import ExpiredTokenError, JoseError

    header, claims = signed
    token = CodeIDToken(
        claims,
        header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        params={"nonce": question.nonce, "client_id": provider.client_id},
    )
    try:
        token.validate(now=int(now.timestamp()), leeway=_LEEWAY)
    except ExpiredTokenError:
        raise NotBelieved(
            f"What {provider.name} said of you is too old. Please try again; if it stays, check "
            "the clock of the computer that the dashboard runs on."
        ) from None
    except (JoseError, ValueError, TypeError):
        raise NotBelieved(strange(provider)) from None
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= _LONGEST_SUBJECT:
        raise NotBelieved(strange(provider))
    return claims


def _of_tenant(provider: Provider, claims: Claims) -> str:
    """Of this tenant, and no guest in it. Entra lets nobody have a user name in a domain that the
    tenant has not proved to own; an `email` may be anything, unless `xms_edov` says otherwise."""
    if claims.get("tid") != provider.pinned:
        raise NotBelieved(
            "This Microsoft account is not one of your school. Choose the one with which you work "
            "at school."
        )
    if claims.get("idp") not in (None, provider.issuer) or claims.get("acct") == 1:
        return ""
    proved = claims.get("xms_edov") in (True, 1, "1", "true") and claims.get("email")
    name = proved or claims.get("preferred_username")
    return name.strip().casefold() if isinstance(name, str) and "#EXT#" not in name else ""


def _of_domain(provider: Provider, claims: Claims) -> str:
    if str(claims.get("hd", "")).casefold() != provider.pinned.casefold():
        raise NotBelieved(
            "This Google account is not one of your school. Choose the one with which you work at "
            "school."
        )
    verified, email = claims.get("email_verified") is True, claims.get("email")
    return email.strip().casefold() if verified and isinstance(email, str) else ""


_PINS: Mapping[Kind, Callable[[Provider, Claims], str]] = {
    Kind.MICROSOFT: _of_tenant,
    Kind.GOOGLE: _of_domain,
}
