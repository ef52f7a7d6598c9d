"""The school's own place on the web, and what lies within it."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(address: str) -> str:
    """ "wexcombepark.example" for https://www.wexcombepark.example/news; nothing for none."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.lower().rstrip(".").removeprefix("www.")


def is_within(host: str, site: str) -> bool:
    """Whether *host* is *site*, or one of its parts (news.site)."""
    return host == site or host.endswith(f".{site}")
