"""Which addresses are plain enough to be visited at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

import httpx

from monitor.egress import place
from sources.errors import NotAllowed

_LONGEST_ADDRESS = 4000
_ODD = re.compile(r"[\\\x00-\x20\x7f]")


def read_address(url: str, params: Mapping[str, str] | None = None) -> httpx.URL:
    """*url*, if it is a plain web address. Programs disagree on how to read odd ones
    (backslashes, user names, control characters), and that is how checks are evaded."""
    if len(url) > _LONGEST_ADDRESS or _ODD.search(url):
        raise NotAllowed("it is not a plain web address")
    try:
        parsed = _with(url, params) if params else _parsed(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise NotAllowed("it is not a web address that can be read") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise NotAllowed("only addresses that begin with http:// or https:// are visited")
    if parsed.userinfo or "@" in parsed.netloc.decode("ascii", "replace"):
        raise NotAllowed("an address must not hold a user name or password")
    return parsed


def _with(url: str, params: Mapping[str, str]) -> httpx.URL:
    if "?" in url or "#" in url:
        return _parsed(url).copy_merge_params(dict(params))
    return httpx.URL(f"{url}?{urlencode(params)}")  # the same for half of the work


@lru_cache(maxsize=1000)
def _parsed(url: str) -> httpx.URL:
    """Kept: a source asks the same address at each visit, and httpx reads it letter by letter."""
    return httpx.URL(url)


def place_of(url: httpx.URL) -> str:
    return place(url.host, url.port or (443 if url.scheme == "https" else 80))


def origin_of(url: httpx.URL) -> tuple[str, str]:
    return url.scheme, place_of(url)


def onward_from(target: httpx.URL, location: str) -> httpx.URL:
    try:
        return read_address(str(target.join(location.strip().replace(" ", "%20"))))
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise NotAllowed(f"{target.host} sends us on to something that is no address") from None
