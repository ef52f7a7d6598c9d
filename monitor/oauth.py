"""Tokens for a program that acts by itself for a mailbox (OAuth 2), of Microsoft or Google.

Who asks lends us the way to the network, because sources and channels each have their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, Field, ValidationError

from monitor.secret import Reference

MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
GOOGLE = "https://oauth2.googleapis.com/token"
OUTLOOK = "https://outlook.office365.com/.default"  # for IMAP and SMTP
GRAPH = "https://graph.microsoft.com/.default"


class Said(Protocol):
    """What a service answered, whatever its status."""

    @property
    def status(self) -> int: ...
    @property
    def content(self) -> bytes: ...


Post = Callable[[str, Mapping[str, str]], Said]  # an address and a form


class NoToken(Exception):
    """None was given; `status` is the service's answer. Its words are not repeated, for they
    may quote the secret."""

    def __init__(self, status: int) -> None:
        super().__init__(f"no token was given ({status})")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of an app that was registered: with Microsoft for a *tenant*, with Google by the
    *refresh* token that it was given."""

    client_id: str
    secret: Reference
    tenant: str = ""
    refresh: Reference | None = None


class Token(BaseModel):
    access: str = Field(alias="access_token", min_length=1, repr=False)
    seconds: int = Field(3600, alias="expires_in", ge=0)


def fresh_token(post: Post, who: Credentials, scope: str) -> Token:
    """Ask for one. *scope* is Microsoft's; Google's is in the refresh token.

    Raises NoToken, MissingSecret, and whatever *post* raises.
    """
    given = {"client_id": who.client_id, "client_secret": who.secret.reveal()}
    if who.refresh is not None:
        url, more = GOOGLE, {"grant_type": "refresh_token", "refresh_token": who.refresh.reveal()}
    else:
        url = MICROSOFT.format(tenant=who.tenant)
        more = {"grant_type": "client_credentials", "scope": scope}
    said = post(url, given | more)
    if said.status != 200:
        raise NoToken(said.status)
    try:
        return Token.model_validate_json(said.content)
    except ValidationError:
        raise NoToken(said.status) from None
