"""Why a source could not be read, in the school's words and in ours.

SourceError
├── Unreachable       the site did not answer, or answered with a fault of its own
├── RateLimited       asked to slow down; carries how long
├── AccessRefused     key or permission missing          (needs a person)
├── LayoutChanged     an answer in a shape we do not know (needs a person)
├── TooLarge          the answer never ends, or is larger than we read
└── NotAllowed        an address that we may not go to, often an inner one (needs a person)
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class SourceError(Exception):
    """A source could not be read. `plain` is what the school sees; str() adds the detail.

    `status` is the HTTP status behind it, where there was one. A detail never holds what a
    site sent, nor an address beyond its host: both may carry other people's words or a key.
    """

    plain: ClassVar[str] = "This source could not be read."
    needs_a_person: ClassVar[bool] = False

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: timedelta | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{self.plain} ({detail})" if detail else self.plain)
        self.retry_after = retry_after
        self.status = status


class Unreachable(SourceError):
    plain = "The site did not answer. We will try again."


class RateLimited(SourceError):
    plain = "The site asked us to slow down. We will, and try again later."


class AccessRefused(SourceError):
    plain = "The site refused us. Please check the key or permission for this source."
    needs_a_person = True


class LayoutChanged(SourceError):
    plain = "The site answered in a shape we do not know. Please check the address."
    needs_a_person = True


class TooLarge(SourceError):
    plain = "The site sent more than we read at once. Please check the address."
    needs_a_person = True


class NotAllowed(SourceError):
    plain = (
        "We may not go to this address. If it is a place inside your own network, "
        "name it in [network] allow in the configuration."
    )
    needs_a_person = True
