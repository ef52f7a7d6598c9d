"""Which site, community or group a post stands on, where that may say whom it is about. Never a
person's own page: the monitor watches nobody."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from nlp.names import host_of
from nlp.profile import Profile
from nlp.rules import word_list

_COMMUNITY = re.compile(r"/(r|c|groups)/([\w.-]{2,60})(?=/|$)")
_SITES = {"r": "reddit.com", "groups": "facebook.com"}  # and /c/ is Lemmy's, wherever it runs
_SOMEBODYS = re.compile(
    r"/(?:@|~|(?:u|in|user|users|profile|profiles|author|authors|member|members|people|channel"
    r"|post|posts|comment|status|notes|objects)(?:/|$))",
    re.IGNORECASE,
)


def page_of(profile: Profile, url: str) -> str:
    """As "forum.example" or "reddit.com/r/oakmarsh"; "" where that says nothing, where it could
    be a person's own page, and where it is the school's."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = re.sub(r"^(?:old|m)\.", "", host_of(url))
    if (
        parts.scheme not in ("http", "https")
        or not host
        or host == host_of(profile.school.website)
    ):
        return ""
    if community := _community(host, parts.path):
        return community
    return "" if _SOMEBODYS.match(parts.path) or _many_voices(host) else host


def is_community(page: str) -> bool:
    """Rather than a whole site, which may be one person's."""
    return "/" in page


def _community(host: str, path: str) -> str:
    """What begins with u_ on Reddit is a person's own page."""
    match = _COMMUNITY.match(path)
    if match is None or match.group(2).startswith("u_"):
        return ""
    kind, name = match.groups()
    there = host == _SITES[kind] if kind in _SITES else _may_be_lemmy(host)
    return f"{host}/{kind}/{name}" if there else ""


def _may_be_lemmy(host: str) -> bool:
    return host.startswith("lemmy.") or not _many_voices(host)


def _many_voices(host: str) -> bool:
    sites = word_list("lessons", "many_voices")
    return any(host == site or host.endswith(f".{site}") for site in sites)
