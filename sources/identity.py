"""Who we say we are, and what may be said at all in a header."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from sources.errors import AccessRefused

PRODUCT = "SchoolReputationMonitor"  # what a robots.txt may name


def user_agent(contact: str = "") -> str:
    """Who we are, and whom a site may write to about us (Wikimedia requires that)."""
    try:
        number = version("school-reputation-monitor")
    except PackageNotFoundError:  # run from a copy of the files
        number = "0"
    contact = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()")
    return f"{PRODUCT}/{number}" + (f" (+{contact})" if contact else "")


def sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Checked here, because the wire's own complaint would quote the key."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise AccessRefused("the key for this source holds characters that no key has")
    return headers
