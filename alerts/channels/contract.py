"""What every channel promises.

Two kinds. A `Channel` carries whole letters, to one address each. A `Bell` can say one thing
only, that there is one urgent incident and where the dashboard is: Teams, Slack, a text
message or a push are read on locked screens, and kept by others.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import ClassVar, Protocol


class ChannelError(Exception):
    """Why a letter did not leave, as a sentence for the school that says what to do.

    It never holds what a person wrote.
    """


class Temporary(ChannelError):
    """It may work later. Also when nobody knows whether the letter was taken."""


class Refused(Temporary):
    """This letter is refused until a person mends something: its address, the mailbox, what
    the server takes. It waits, and the others go on."""


class TooLarge(Refused):
    """The server takes no mail of this size; a smaller one may pass at once."""


class Unusable(Temporary):
    """Nothing can be sent until the server, or the settings, are in order again. The
    letters wait, for they are not at fault."""


class Permanent(ChannelError):
    """This letter is refused and never will be taken as it is; a person must act."""


class Channel(Protocol):
    """A way to send letters. It keeps nothing of them, and raises only ChannelError."""

    name: ClassVar[str]

    @property
    def sender(self) -> str:
        """The address that its letters come from."""

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        """Returns once the other side has taken the letter: exactly as *message* has it, or,
        where the service writes its own mails, with this subject and all of this text."""

    def took(self, message: bytes) -> bool:
        """Whether the other side is known to have this very letter, by its Message-ID. Asked
        before a letter whose fate nobody knows is sent again; False where it cannot be known."""

    def check(self) -> None:
        """Try all that can be tried without sending. Raises ChannelError."""


class Bell(Protocol):
    """A way to call somebody to the dashboard. It raises only ChannelError."""

    name: ClassVar[str]

    def ring(self, dashboard_url: str) -> None:
        """Say that there is one urgent incident. Rung again, it says so again."""

    def check(self) -> None:
        """Try all that can be tried without ringing. Raises ChannelError."""


def call(dashboard_url: str) -> str:
    """The one thing that a bell may say."""
    return (
        "School reputation monitor: one urgent incident. "
        f"Please open the dashboard: {dashboard_url}"
    )


def read_letter(message: bytes) -> EmailMessage:
    """A letter's parts, for a service that wants them one by one."""
    read = message_from_bytes(message, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read
