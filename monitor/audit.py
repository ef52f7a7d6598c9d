"""Who let whom in, who signed in, who read which incident: only ever added to. Pure.

As in the custody log there are no names and no words, only numbers of accounts and incidents:
what is erased elsewhere leaves nothing behind here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

ACCOUNT = "account "  # and then its number
DOOR = "the sign-in page"  # who did it, where nobody is signed in yet


class Act(StrEnum):
    SIGNED_IN = "signed in"
    SIGNED_IN_BY_PASSKEY = "signed in with a passkey"
    SIGNED_IN_ELSEWHERE = "signed in with an account elsewhere"
    REFUSED = "refused"
    SIGNED_OUT = "signed out"
    PASSWORD_SET = "password set"  # noqa: S105 - no password
    PASSWORD_CHANGED = "password changed"  # noqa: S105 - no password
    STEP_SET_UP = "second step set up"
    STEP_REFUSED = "second step refused"
    STEP_REMOVED = "second step removed"
    STEP_RESET = "second step reset"
    RECOVERY_USED = "recovery code used"
    RECOVERY_RENEWED = "recovery codes renewed"
    PASSKEY_ADDED = "passkey added"
    PASSKEY_REMOVED = "passkey removed"
    PASSKEY_REFUSED = "passkey refused"
    TIED = "account elsewhere tied"
    UNTIED = "account elsewhere untied"
    ADDED = "added"
    ENABLED = "enabled anew"
    ADDRESS_CHANGED = "address changed"
    ROLE_CHANGED = "role changed"
    LINK_MADE = "link made"
    DISABLED = "disabled"
    SESSION_ENDED = "session ended"
    DENIED = "denied"
    READ = "read"
    REPORTED = "reported"
    LESSON_TAKEN_BACK = "lesson taken back"
    LESSON_USED_AGAIN = "lesson used again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """`subject`: an account, as in "account 3", the number of an incident, the id of a report, or
    a lesson, as in "lesson 12".
    `actor`: an account, the command line, or DOOR."""

    act: Act
    subject: str
    actor: str
    at: datetime


def account(id_: int) -> str:
    """How an account is written."""
    return f"{ACCOUNT}{id_}"


def ids_in(names: Iterable[str]) -> set[int]:
    """Of the accounts that are written so; other names are no accounts."""
    numbers = (name.removeprefix(ACCOUNT) for name in names if name.startswith(ACCOUNT))
    return {int(number) for number in numbers if number.isdecimal()}


def moment(at: datetime) -> str:
    """As it is kept, and as the custody log keeps it: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def at_moment(kept: str) -> datetime:
    return datetime.fromisoformat(kept)
