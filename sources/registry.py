"""Which kinds of source exist. Ours are the table; other people's arrive by entry point."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Any

from pydantic import HttpUrl
from pydantic.fields import FieldInfo

from sources.contract import About, Source

GROUP = "school_reputation_monitor.sources"

BUILT_IN = {
    "bluesky": "sources.bluesky:Bluesky",
    "brave": "sources.brave:Brave",
    "discourse": "sources.discourse:Discourse",
    "facebook_page": "sources.facebook_page:FacebookPage",
    "feed": "sources.feed:Feed",
    "gdelt": "sources.gdelt:Gdelt",
    "google_alerts": "sources.google_alerts:GoogleAlerts",
    "google_news": "sources.google_news:GoogleNews",
    "google_places": "sources.google_places:GooglePlaces",
    "guardian": "sources.guardian:Guardian",
    "instagram": "sources.instagram:Instagram",
    "keenable": "sources.keenable:Keenable",
    "lemmy": "sources.lemmy:Lemmy",
    "lookalike_accounts": "sources.lookalike_accounts:LookalikeAccounts",
    "lookalike_domains": "sources.lookalike_domains:LookalikeDomains",
    "mailbox": "sources.mailbox:Mailbox",
    "mastodon": "sources.mastodon:Mastodon",
    "mediawiki": "sources.mediawiki:MediaWiki",
    "mojeek": "sources.mojeek:Mojeek",
    "page": "sources.page:WebPage",
    "reddit": "sources.reddit:Reddit",
    "searxng": "sources.searxng:Searxng",
    "telegram_channel": "sources.telegram_channel:TelegramChannel",
    "uk_petitions": "sources.uk_petitions:UkPetitions",
    "whatdotheyknow": "sources.whatdotheyknow:WhatDoTheyKnow",
    "wordpress": "sources.wordpress:WordPress",
    "x": "sources.x:X",
    "youtube": "sources.youtube:YouTube",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One thing that a school may write in a [[sources]] table. `default` is in words."""

    name: str
    required: bool
    default: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """All that a school should know of a kind before it turns it on."""

    kind: str
    about: About
    keys: tuple[Key, ...]


def available() -> dict[str, str]:
    """Kind to "module:Class". A stranger's package cannot take the place of one of ours."""
    theirs = {found.name: found.value for found in entry_points(group=GROUP)}
    return dict(sorted((theirs | BUILT_IN).items()))


def load(kind: str) -> type[Source]:
    """The class of *kind*, imported now. Raises ValueError with a sentence."""
    where = BUILT_IN.get(kind) or available().get(kind)
    if where is None:
        raise ValueError(_unknown(kind, available()))
    try:
        found = resolve_name(where)
    except (ImportError, AttributeError, ValueError):
        raise ValueError(
            f"the package that brings the kind {kind} cannot be loaded; please reinstall it"
        ) from None
    if not (isinstance(found, type) and issubclass(found, Source)):
        raise ValueError(  # noqa: TRY004 # a mistake in the configuration, not in our code
            f"what is installed as the kind {kind} is not a source"
        )
    return found


def _unknown(kind: str, kinds: Iterable[str]) -> str:
    close = difflib.get_close_matches(kind, list(kinds), n=2)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(kinds)}"
    return f"there is no kind of source called {kind[:60]}; {hint}"


def describe(kind: str) -> Description:
    """What `monitor sources KIND` prints. Raises ValueError with a sentence."""
    source = load(kind)
    keys = tuple(_key(name, field) for name, field in source.model_fields.items())
    ordered = sorted(keys, key=lambda key: (key.name in Source.model_fields, not key.required))
    return Description(kind=kind, about=source.about, keys=tuple(ordered))


def _key(name: str, field: FieldInfo) -> Key:
    required = field.is_required()
    default = "" if required else _in_words(field.get_default(call_default_factory=True))
    return Key(name=name, required=required, default=default, description=field.description or "")


def _in_words(value: Any) -> str:
    """A default as it would be written in the configuration."""
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return f'"{_every(value)}"'
    return f'"{value}"' if isinstance(value, str | HttpUrl) else str(value)


def _every(value: timedelta) -> str:
    for unit, letter in ((timedelta(days=1), "d"), (timedelta(hours=1), "h")):
        if value % unit == timedelta(0):
            return f"{value // unit}{letter}"
    return f"{value // timedelta(minutes=1)}m"
