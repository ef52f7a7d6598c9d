"""Whose mails are believed. Anybody can write any name into From; the school's own mail
server says whether it is true (Authentication-Results, RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from sources.mailbox_letter import Header

ALERTS = "googlealerts-noreply@google.com"
_ADDRESS = r"[\w.+'&%=/-]+@(?:[\w-]+\.)+[\w-]+"
_FROM = re.compile(rf"(?:[^<>]*<\s*({_ADDRESS})\s*>|({_ADDRESS}))\s*", re.ASCII)
_VERDICT = re.compile(r"(?:^|;)\s*(dmarc|dkim|spf)\s*=\s*(\w+)([^;]*)", re.IGNORECASE)
_NAMED = {
    "dmarc": re.compile(r"\bheader\.from=@?([\w.-]+)", re.IGNORECASE),
    "dkim": re.compile(r"\bheader\.(?:d|i)=(?:[^\s@]*@)?([\w.-]+)", re.IGNORECASE),
    "spf": re.compile(r"\bsmtp\.mailfrom=(?:[^\s@]*@)?([\w.-]+)", re.IGNORECASE),
}
_OUR_OWN = re.compile(
    r"<(?:alert|source|weekly|term|custody)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}@.*"
)
_MICROSOFT = "outlook.office365.com"


def sender(header: Header) -> str:
    """The one address in From, in small letters; nothing if there are more, or none."""
    lines = header.lines("From")
    found = _FROM.fullmatch(lines[0]) if len(lines) == 1 and len(lines[0]) < 1000 else None
    return (found[1] or found[2]).lower() if found else ""


def is_listed(address: str, listed: Collection[str]) -> bool:
    """Whether *address*, or all of its domain, is among *listed*."""
    domain = address.rpartition("@")[2]
    return bool(domain) and not {address, domain}.isdisjoint(listed)


def is_by_a_program(header: Header) -> bool:
    """An absence notice, say, or a letter of the monitor itself (RFC 3834): were that a report,
    the report would be told in a letter, and so on for ever."""
    said = [line.partition(";")[0].split() for line in header.lines("Auto-Submitted")]
    automatic = any(line and line[0].lower() != "no" for line in said)
    return automatic or is_our_own(header.id)


def is_our_own(message_id: str) -> bool:
    """Whether it is the name of a letter that the monitor wrote."""
    return _OUR_OWN.fullmatch(message_id) is not None


def is_true(header: Header, address: str, *, host: str, checked_by: str) -> bool:
    """Whether the school's own server agrees that *address* sent it. *checked_by*: the name
    under which that server says so; then a mail without its word is not believed."""
    domain = address.rpartition("@")[2]
    if host == _MICROSOFT and header.lines("X-MS-Exchange-Organization-AuthAs") == ["Internal"]:
        return True  # a colleague's; Exchange takes this line off whatever comes from outside
    said = header.lines("Authentication-Results")
    if checked_by:
        said = [line for line in said if line.partition(";")[0].split()[:1] == [checked_by]]
    if not said:
        return not checked_by
    # The topmost is our own server's: each puts its own above what was there.
    return any(_agree(found, domain) for found in _passed(said[0]))


def _passed(line: str) -> Iterator[str]:
    """The domains that a check named and passed."""
    # What a stranger chose stands in quotation marks or brackets; it must not look like a check.
    plain = re.sub(r"\([^()]*\)", " ", re.sub(r'"[^"]*"', "x", line[:8000]))
    for check, result, rest in _VERDICT.findall(plain):
        found = _NAMED[check.lower()].search(rest)
        if result.lower() == "pass" and found:
            yield found[1].lower().rstrip(".")


def _agree(found: str, domain: str) -> bool:
    """The same, or one within the other: mail.school.example signs for school.example."""
    within = found.endswith(f".{domain}") or domain.endswith(f".{found}")
    return found == domain or (within and "." in found)
