"""An account elsewhere as a way in (OpenID Connect Core 1.0): of Microsoft, pinned to the school's
tenant, or of Google, pinned to its domain. What is asked, and what comes back. Pure.

Authorization code with PKCE (RFC 7636), state and nonce. Whom to believe: id_token.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.secret import Reference

# authlib and joserfc are loaded where they are needed: most commands never are at this door.

_LONGEST_CODE = 4000  # characters


class Kind(StrEnum):
    MICROSOFT = "microsoft"
    GOOGLE = "google"


NAMES: Mapping[Kind, str] = {Kind.MICROSOFT: "Microsoft", Kind.GOOGLE: "Google"}


class NotBelieved(ValueError):
    """Nobody was let in; the message says why and what to do, for the person at the screen.
    `detail`: for whoever looks after the monitor."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """*pinned*: the tenant's id, or the domain; whoever is of another is not let in. *back*: our
    own address, to which people are sent back."""

    kind: Kind
    issuer: str
    pinned: str
    client_id: str
    secret: Reference
    back: str

    @property
    def name(self) -> str:
        return NAMES[self.kind]


class Metadata(BaseModel):
    """OpenID Connect Discovery 1.0, as far as it is needed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    issuer: str
    authorization_endpoint: str = Field(max_length=500)
    token_endpoint: str = Field(max_length=500)
    jwks_uri: str = Field(max_length=500)


class Tokens(BaseModel):
    """What a code was exchanged for; all but the ID token is thrown away."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    id_token: str = Field(min_length=1, max_length=20_000, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What only the browser that began may bring to an end."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom the provider vouches for. `email`: "" where it vouches for none. `second_factor`: it
    says that it asked for one."""

    kind: Kind
    issuer: str
    subject: str
    email: str
    second_factor: bool


def discovery(provider: Provider) -> str:
    return provider.issuer.rstrip("/") + "/.well-known/openid-configuration"


def read_metadata(provider: Provider, content: bytes) -> Metadata:
    """Raises NotBelieved where it is another's, or leads away from https."""
    try:
        found = Metadata.model_validate_json(content)
    except ValidationError:
        raise NotBelieved(strange(provider)) from None
    scheme = urlsplit(provider.issuer).scheme
    places = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
    if found.issuer != provider.issuer or any(urlsplit(p).scheme != scheme for p in places):
        raise NotBelieved(strange(provider))
    return found


def new_question() -> Question:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Question(state=state, nonce=nonce, verifier=verifier)


def where_to_ask(provider: Provider, metadata: Metadata, question: Question) -> str:
    """The address at which the person signs in. They choose the account each time, because a
    computer in an office is used by several."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    hint = {"hd": provider.pinned} if provider.kind is Kind.GOOGLE else {}
    return str(
        prepare_grant_uri(
            metadata.authorization_endpoint,
            provider.client_id,
            "code",
            redirect_uri=provider.back,
            scope=["openid", "email", "profile"],
            state=question.state,
            nonce=question.nonce,
            code_challenge=create_s256_code_challenge(question.verifier),
            code_challenge_method="S256",
            prompt="select_account",
            **hint,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What the browser brings back. Anybody can send it here with anything in it, so nothing of
    it is repeated."""

    code: str
    state: str
    error: str


def code_of(provider: Provider, question: Question, came: Return) -> str:
    """Raises NotBelieved."""
    if not compare_digest(came.state.encode(), question.state.encode()):
        raise NotBelieved("This sign-in was begun in another window. Please try again.")
    if came.error in ("server_error", "temporarily_unavailable"):
        raise NotBelieved(f"{provider.name} has a trouble of its own. Please try again later.")
    if came.error or not 0 < len(came.code) <= _LONGEST_CODE:
        raise NotBelieved(
            f"Nobody was signed in: {provider.name} did not let you through, or you went back."
        )
    return came.code


def form_for(provider: Provider, question: Question, code: str) -> dict[str, str]:
    """With which the code is exchanged. Raises MissingSecret."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.back,
        "code_verifier": question.verifier,
        "client_id": provider.client_id,
        "client_secret": provider.secret.reveal(),
    }


def read_tokens(provider: Provider, content: bytes) -> Tokens:
    """Raises NotBelieved."""
    try:
        return Tokens.model_validate_json(content)
    except ValidationError:
        raise NotBelieved(strange(provider)) from None


def strange(provider: Provider) -> str:
    return (
        f"The answer of {provider.name} is not one that can be believed, so nobody was let in. "
        "Please try again; if it stays, tell whoever looks after the monitor."
    )
