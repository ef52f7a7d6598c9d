"""A mail that a member of staff sent in, as one mention: what they say, what they pass on, and
the page that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.domain import Mention, School
from sources.mailbox_letter import Letter
from sources.text import joined, sha256, stable_id
from sources.website import host_of, is_within
from sources.wrapped_links import links_behind, links_in, unfolded

_SHOWN = 20  # links that are written under the words
_FORWARDED = re.compile(  # as Gmail, Outlook and Apple's Mail write it
    r"^[> ]*-{2,}\s*(?:forwarded|original) message\s*-{2,}\s*$"
    r"|^[> ]*(?:begin forwarded message:?|_{10,})\s*$"
    r"|^[> ]*from:.*\n(?:.*\n){0,2}?[> ]*(?:sent|date|to|subject):",
    re.IGNORECASE | re.MULTILINE,
)
_ABOVE = re.compile(  # to whom a mail was sent, and by whom: addresses of private people
    r"^\*?(?:from|sent|date|to|cc|bcc|reply-to|subject|importance):.*$"
    r"|^-{2,}.*-{2,}\s*$|^_{10,}\s*$|^begin forwarded message:?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^-- ?$.*", re.MULTILINE | re.DOTALL)
_PREFIX = re.compile(r"^(?:\s*(?:fwd?|re|wg|tr)\s*:)+\s*", re.IGNORECASE)


def report(source: str, letter: Letter, sender: str, school: School) -> Mention:
    """`author` is who sent it in. Without a link there is no page, so nothing to be opened:
    the mail's own id takes its place, and the words are all the evidence there is."""
    key = letter.header.id or sha256(sender, *letter.header.lines("Date"), letter.header.subject)
    links = list(dict.fromkeys(_links(letter, sender, school)))[:_SHOWN]
    return Mention(
        source=source,
        external_id=stable_id(f"mail:{key}"),
        url=links[0] if links else _own_address(key),
        text=_words(letter, school, links),
        author=sender[:200],
        published_at=letter.header.sent_at,
        sensitive=not links,
        for_a_person=True,
    )


def _own_address(key: str) -> str:
    """RFC 2392: "mid:" is the address of a mail; no browser opens it."""
    return "mid:" + re.sub(r"[^\w.@+=-]", "", key)[:200]


def _links(letter: Letter, sender: str, school: School) -> Iterator[str]:
    """In their order. The school's own site stands in every signature, and is no finding."""
    own = {host_of(school.website), sender.rpartition("@")[2]} - {""}
    behind = (link for html in letter.html for link in links_behind(html))
    for link in map(unfolded, (*links_in(letter.plain), *behind)):
        host = host_of(link)
        if host and not any(is_within(host, site) for site in own):
            yield link


def _words(letter: Letter, school: School, links: list[str]) -> str:
    """Begins with the school: "look at this" names nobody by itself."""
    above, below = halves(letter.plain)
    return joined(
        school.name,
        _PREFIX.sub("", letter.header.subject),
        above,
        below,
        _attached(letter),
        "" if not links else "\n".join(links),
    )


def halves(text: str) -> tuple[str, str]:
    """The sender's own words without their signature, and what they pass on without the lines
    that say to whom it was sent."""
    found = _FORWARDED.search(text)
    above = text[: found.start()] if found else text
    below = text[found.start() :] if found else ""
    unquoted = re.sub(r"^(?:> ?)+", "", below, flags=re.MULTILINE)
    return _SIGNATURE.sub("", above).strip(), _ABOVE.sub("", unquoted).strip()


def _attached(letter: Letter) -> str:
    said = []
    if letter.pictures == 1:
        said.append("(A picture was attached; it was not opened.)")
    elif letter.pictures:
        said.append(f"({letter.pictures} pictures were attached; they were not opened.)")
    if letter.files:
        files = "1 file was" if letter.files == 1 else f"{letter.files} files were"
        said.append(f"({files} attached and not opened.)")
    if letter.unread:
        said.append("(The words of this mail could not be read.)")
    return "\n".join(said)
