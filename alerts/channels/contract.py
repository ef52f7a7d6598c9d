"""What every channel promises."""

from __future__ import annotations

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
    """A way to send. It keeps no state between letters, and raises only ChannelError."""

    name: ClassVar[str]

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        """Returns once the other side has taken the letter, exactly as *message* has it."""

    def check(self) -> None:
        """Try all that can be tried without sending. Raises ChannelError."""
