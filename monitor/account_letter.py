"""The letter that tells a person of a change of how they get in, or of what they may see: so that
whoever changes it behind their back is noticed. Pure; standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.audit import DOOR, Act, Trace
from monitor.custody import COMMAND_LINE

LETTER = "account"
NEW_ADDRESS = "new"  # the letter to it; the one to the old address is like all others

TOLD = frozenset(
    {
        Act.PASSWORD_SET,
        Act.PASSWORD_CHANGED,
        Act.STEP_SET_UP,
        Act.STEP_REMOVED,
        Act.STEP_RESET,
        Act.RECOVERY_USED,
        Act.RECOVERY_RENEWED,
        Act.PASSKEY_ADDED,
        Act.PASSKEY_REMOVED,
        Act.TIED,
        Act.UNTIED,
        Act.ENABLED,
        Act.DISABLED,
        Act.ADDRESS_CHANGED,
        Act.ROLE_CHANGED,
    }
)


class By(StrEnum):
    """Who made the change, as the person may know it: an administrator has no name here."""

    ONESELF = "oneself"  # whoever was signed in as this person
    LINK = "link"  # whoever used their one-time link
    ADMINISTRATOR = "administrator"
    COMPUTER = "computer"  # by a command, where the monitor runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the audit. `detail`: of a role the one that the account then got, of a tie the
    kind of provider, of an address NEW_ADDRESS or nothing."""

    act: Act
    at: datetime
    by: By
    detail: str = ""


def letter_key(line: int, detail: str = "") -> str:
    """*line*: the number in the audit, so that nobody is told twice."""
    return f"{LETTER}:{line}:{detail}"


def line_in(key: str) -> tuple[int, str] | None:
    """The line of the audit that such a letter tells of, and the detail; None of any other."""
    parts = key.split(":")
    if parts[0] != LETTER or len(parts) != 3:
        return None
    return int(parts[1]), parts[2]


def change(trace: Trace, detail: str) -> Change:
    return Change(act=trace.act, at=trace.at, by=_by(trace), detail=detail)


def _by(trace: Trace) -> By:
    if trace.actor == trace.subject:
        return By.ONESELF
    return {DOOR: By.LINK, COMMAND_LINE: By.COMPUTER}.get(trace.actor, By.ADMINISTRATOR)
