"""A mail that a member of staff sent in, as one mention: what they say, what they pass on, and
the page that it is about. That page is never opened: the words are the mail's, so nobody has
judged what the page shows, and a link in somebody's mail may do a thing once it is followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from monitor.domain import Mention, School
from sources.mailbox_letter import Letter
from sources.text import TEXT_LIMIT, joined, sha256, stable_id, written
from sources.website import host_of, is_within
from sources.wrapped_links import links_behind, links_in, unfolded

_SHOWN = 20  # links that are written under the words
_FORWARDED = re.compile(  # as Gmail, Outlook and Apple's Mail write it
    r"^[> ]*-{2,}\s*(?:forwarded|original) message\s*-{2,}\s*$"
    r"|^[> ]*(?:begin forwarded message:?|_{10,})\s*$"
    r"|^[> ]*from:.*\n(?:.*\n){0,2}?[> ]*(?:sent|date|to|subject):",
    re.IGNORECASE | re.MULTILINE,
)
# To whom a mail was sent, and by whom: addresses of private people.
_ABOVE = re.compile(
    r"\*?(?:(from|to|cc|bcc|reply-to)|sent|date|subject|importance):|begin forwarded message:?$",
    re.IGNORECASE,
)
_FOLDED = re.compile(
    r"[,;]|[^<]*[<\[](?:mailto:)?[^\s<>@]{1,100}@[^\s<>@]{1,255}[>\]]", re.IGNORECASE
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
        text=_words(letter, school, links, key),
        author=sender[:200],
        **letter.header.dated,
        sensitive=True,
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


def _words(letter: Letter, school: School, links: list[str], key: str) -> str:
    """Begins with the school: "look at this" names nobody by itself."""
    below = joined(_mark(letter, key), _attached(letter), "\n".join(links))
    subject = _PREFIX.sub("", letter.header.subject)
    above = joined(school.name, subject, *halves(letter.plain))
    return joined(above[: TEXT_LIMIT - len(below) - 2], below)


def _mark(letter: Letter, key: str) -> str:
    """No two mails have it: those with the same few words and another picture would else be
    taken for one. In consonants, so that it is never a word, a telephone or a postcode."""
    name = sha256(key)[:8].translate(str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst"))
    at = letter.header.sent_at
    when = f"on {written(at)} at {at:%H:%M:%S}" if at else "without a date"
    return f"(This was sent in {when}, as mail {name}.)"


def halves(text: str) -> tuple[str, str]:
    """The sender's own words without their signature, and what they pass on without the lines
    that say to whom it was sent."""
    found = _FORWARDED.search(text)
    above = text[: found.start()] if found else text
    below = text[found.start() :] if found else ""
    unquoted = re.sub(r"^(?:> ?)+", "", below, flags=re.MULTILINE)
    passed_on = "\n".join(_without_addressees(unquoted.split("\n")))
    return _SIGNATURE.sub("", above).strip(), passed_on.strip()


def _without_addressees(lines: Iterable[str]) -> Iterator[str]:
    """A list of people may go on in the lines below; what is not clearly a part of it is kept."""
    people = ""  # the line of them that we are in
    for line in lines:
        head = _ABOVE.match(line)
        if head or (people and _goes_on(people, line)):
            people = line if not head or head[1] else ""
        elif not _is_rule(line):
            people = ""
            yield line


def _goes_on(people: str, line: str) -> bool:
    open_ended = people.rstrip().endswith((",", ";", "<", ":", ":*"))
    address = line.rstrip().endswith((">", "]", ",", ";")) and _FOLDED.match(line) is not None
    return bool(line.strip()) and (open_ended or address)


def _is_rule(line: str) -> bool:
    """A line across the mail, with or without words in it."""
    line = line.rstrip()
    dashes = len(line) > 3 and line.startswith("--") and line.endswith("--")
    return dashes or (len(line) > 9 and not line.strip("_"))


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
        which = "Some" if letter.plain else "The"
        unread = "words of this mail could not be read; please look at it in the mailbox"
        said.append(f"({which} {unread}.)")
    return "\n".join(said)
