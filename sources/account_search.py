"""Searching for accounts: one page of answers, from Mastodon or from Bluesky, without a login."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field

from sources.errors import AccessRefused, LayoutChanged
from sources.http import PoliteClient
from sources.text import Dated, dated, html_to_text, stable_id, tidy, web_link

MASTODON = "https://mastodon.social"
BLUESKY = "https://public.api.bsky.app"
_JSON = "application/json"
_MASTODON_GIVES, _BLUESKY_GIVES = 40, 50
_MEMBERS_ONLY = "this server lets only its members search; please name another under servers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`handle` is in full: user@server, or a Bluesky handle. `shown` is the name it gives."""

    id: str
    service: str
    handle: str
    shown: str
    url: str
    description: str
    made: Dated


def on_mastodon(server: str, query: str, client: PoliteClient) -> Sequence[Account]:
    base = server.rstrip("/")
    params = {"q": query, "type": "accounts", "limit": str(_MASTODON_GIVES)}
    try:
        answer = client.get(f"{base}/api/v2/search", params=params, accept=_JSON)
    except (AccessRefused, LayoutChanged) as error:
        if error.status in (401, 422):
            raise AccessRefused(_MEMBERS_ONLY, status=error.status) from error
        raise
    host = urlsplit(base).hostname or ""
    return [account.as_account(base, host) for account in answer.read(_Found).accounts]


def on_bluesky(query: str, client: PoliteClient) -> Sequence[Account]:
    params = {"q": query, "limit": str(_BLUESKY_GIVES)}
    url = f"{BLUESKY}/xrpc/app.bsky.actor.searchActors"
    found = client.get(url, params=params, accept=_JSON).read(_Actors)
    return [actor.as_account() for actor in found.actors]


Said = Annotated[str, BeforeValidator(lambda value: value or "")]  # null where there is none


class _Mastodon(BaseModel):
    acct: str = Field(min_length=1)
    url: Said = ""
    shown: Said = Field("", alias="display_name")
    note: Said = ""
    created: str | None = Field(None, alias="created_at")

    def as_account(self, base: str, host: str) -> Account:
        """An account of the server that we asked is named without it."""
        handle = self.acct if "@" in self.acct else f"{self.acct}@{host}"
        url = web_link(base, self.url) or f"{base}/@{self.acct}"
        return Account(
            id=stable_id(url),
            service="Mastodon",
            handle=handle,
            shown=tidy(self.shown) or handle,
            url=url,
            description=html_to_text(self.note)[:2000],
            made=dated(self.created),
        )


class _Found(BaseModel):
    accounts: tuple[_Mastodon, ...]


class _Bluesky(BaseModel):
    did: str = Field(pattern=r"^did:[a-z]+:[A-Za-z0-9._:%-]+$")
    handle: str = Field(min_length=1)
    shown: Said = Field("", alias="displayName")
    description: Said = ""
    created: str | None = Field(None, alias="createdAt")

    def as_account(self) -> Account:
        """Its address goes by the permanent id: a handle may be given to somebody else."""
        return Account(
            id=stable_id(self.did),
            service="Bluesky",
            handle=self.handle,
            shown=tidy(self.shown) or self.handle,
            url=f"https://bsky.app/profile/{self.did}",
            description=tidy(self.description)[:2000],
            made=dated(self.created),
        )


class _Actors(BaseModel):
    actors: tuple[_Bluesky, ...]
