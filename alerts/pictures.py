"""Which screenshots may leave with a mail. Unless a school asks for them none does: a link is
enough, and attachments are opened by accident, forwarded and kept.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from urllib.parse import urlsplit

from monitor.domain import (
    CaptureMode,
    Case,
    Category,
    Evidence,
    EvidenceState,
    School,
    Shows,
    Urgency,
)


class Indecent(StrEnum):
    """What a person says of the pictures there; whoever is not sure has said enough."""

    NO = "no"
    YES = "yes"
    NOT_SURE = "not_sure"


class Screenshots(StrEnum):
    """What [alerts] screenshots may say."""

    LINK = "link"
    ATTACH_INTERNAL = "attach-internal"


MOST_BYTES = 5 * 1024 * 1024
# A mail is a good third larger than what is attached to it, and Postfix takes no mail of
# more than 10,240,000 bytes unless it is told to.
MOST_TOGETHER = 7 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_NEVER = frozenset({Category.IDENTIFYING, Category.SEXUAL, Category.SELF_HARM})


def attachable(
    cases: tuple[Case, ...], school: School, *, urgency: Urgency, recipient: str
) -> tuple[Evidence, ...]:
    """The evidence whose screenshot may be attached; what it holds is read elsewhere.

    Only to the school's own mail domain, only of one incident at a time, and never where
    a picture could show who a child is.
    """
    allowed = (
        urgency is not Urgency.DIGEST
        and len(cases) == 1
        and is_own_address(recipient, school)
        and all(_harmless(case) for case in cases)
    )
    if not allowed:
        return ()
    return tuple(item for case in cases for item in case.evidence if _complete(item))


def fitting(
    items: tuple[Evidence, ...], read: Callable[[Evidence], bytes | None], *, room: int
) -> tuple[dict[str, bytes], int]:
    """The screenshots that go along, by evidence id: the newest, of *room* bytes in all. And
    how many more there are."""
    chosen: dict[str, bytes] = {}
    left_out = 0
    for item in sorted(items, key=lambda item: item.captured_at, reverse=True):
        content = read(item) or b""
        if is_png(content) and len(content) <= room:
            chosen[item.id] = content
            room -= len(content)
        elif content.startswith(_PNG):
            left_out += 1
    return chosen, left_out


def is_png(content: bytes) -> bool:
    """Whether *content* may be sent as a picture at all."""
    return content.startswith(_PNG) and len(content) <= MOST_BYTES


def is_own_address(recipient: str, school: School) -> bool:
    """Whether mail to *recipient* stays on the domain of the school's website."""
    domain = recipient.rpartition("@")[2].strip().casefold()
    own = (urlsplit(school.website).hostname or "").removeprefix("www.").casefold()
    if own.count(".") < 1 or own.replace(".", "").isdigit():
        return False
    return domain == own or domain.endswith(f".{own}")


def _harmless(case: Case) -> bool:
    incident = case.incident
    return (
        incident.pictures_allowed
        and bool(incident.categories)
        and not case.concerns_child
        and not incident.categories & _NEVER
    )


def _complete(item: Evidence) -> bool:
    of_a_page = item.mode is CaptureMode.FULL and item.shows is not Shows.SUPPLIED
    return of_a_page and item.state is EvidenceState.SEALED
