"""What stands in the mail that tells a person of a change of how they get in: what, when, by whom,
and what to do if it was not them. It holds no secret, and no link: a mail about one's account that
has one teaches people to click."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from types import MappingProxyType

from alerts.envelope import envelope, identity, set_text
from alerts.text import one_line, render, table, uk_time
from monitor.account_letter import NEW_ADDRESS, By, Change
from monitor.audit import Act
from monitor.domain import Letter

_WHAT: Mapping[Act, str] = MappingProxyType(
    {
        Act.PASSWORD_SET: "A password was set",
        Act.PASSWORD_CHANGED: "The password was changed, and all other sessions ended",
        Act.STEP_SET_UP: "An authenticator app was set up as the second step",
        Act.STEP_REMOVED: "The second step was taken out",
        Act.STEP_RESET: "The second step was reset, and all passkeys taken out",
        Act.RECOVERY_USED: "A recovery code was used to sign in",
        Act.RECOVERY_RENEWED: "New recovery codes were made; the old ones no longer work",
        Act.PASSKEY_ADDED: "A passkey was added",
        Act.PASSKEY_REMOVED: "A passkey was removed",
        Act.TIED: "An account at {name} was tied to yours, so that it opens it",
        Act.UNTIED: "An account at {name} was untied from yours, and no longer opens it",
        Act.ENABLED: "Your account was made anew, after it was disabled: {role}",
        Act.DISABLED: "Your account was disabled, and you are signed out everywhere",
        Act.ADDRESS_CHANGED: "The e-mail address of your account was changed to another one",
        Act.ROLE_CHANGED: "What you may see was changed: {role}",
    }
)
_TO_THE_NEW = "The e-mail address of your account was changed to this one"
_PROVIDERS: Mapping[str, str] = MappingProxyType({"microsoft": "Microsoft", "google": "Google"})
_ROLES: Mapping[str, str] = MappingProxyType(
    {
        "head": "you are in it as the head",
        "dsl": "you are in it as a safeguarding lead",
        "office": "you are in it as the office",
        "governor": "you are in it as a governor",
        "admin": "you are in it as an administrator",
        "staff": "you report in it, by a link",
    }
)
_BY: Mapping[By, str] = MappingProxyType(
    {
        By.ONESELF: "you, or somebody who signed in as you",
        By.LINK: "whoever had the one-time link for your account",
        By.ADMINISTRATOR: "an administrator of the monitor at your school",
        By.COMPUTER: "somebody at the computer on which the monitor runs",
    }
)


def news_id(letter: Letter, sender: str) -> str:
    return identity("account", letter.key, sender, letter.person)


def compose_account(
    letter: Letter, change: Change, *, school: str, sender: str, at: datetime
) -> EmailMessage:
    """*school*: its name, empty where it is no longer known. Raises ValueError for an address
    that is none."""
    message = envelope(
        sender=sender,
        recipient=letter.person,
        at=at,
        identity=news_id(letter, sender),
        about=letter.school,
    )
    message["Subject"] = f"Your account: {_subject(change)}"
    set_text(message, _body(change, one_line(school)))
    return message


def _subject(change: Change) -> str:
    """Its first words, for lists of mails and locked screens."""
    what = re.split("[,;:]", _what(change))[0]
    return what[0].lower() + what[1:]


def _what(change: Change) -> str:
    if change.act is Act.ADDRESS_CHANGED and change.detail == NEW_ADDRESS:
        return _TO_THE_NEW
    name = _PROVIDERS.get(change.detail, "Microsoft or Google")
    return _WHAT[change.act].format(name=name, role=_ROLES.get(change.detail, "ask for your role"))


def _body(change: Change, school: str) -> str:
    rows = [
        ("What", f"{_what(change)}."),
        ("When", f"{uk_time(change.at)} (UK time)"),
        ("By", f"{_BY[change.by]}"),
    ]
    return render(
        "account.txt",
        of=f" of {school}" if school else "",
        facts=table(rows),
        asked_for=change.by in (By.ADMINISTRATOR, By.COMPUTER),
        shut=change.act is Act.DISABLED,
    )
