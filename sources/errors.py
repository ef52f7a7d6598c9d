"""Why a source could not be read, in the school's words and in ours.

SourceError
├── Unreachable       the site did not answer, or answered with a fault of its own
├── RateLimited       asked to slow down; carries how long
├── AccessRefused     key or permission missing          (needs a person)
│   ├── Captcha       wants proof of a person
│   ├── AskedNotTo    its robots.txt asks programs to leave this page alone
│   └── TurnedAway    by its guard against robots, for a while (needs nobody)
├── LayoutChanged     an answer in a shape we do not know (needs a person)
│   ├── ConsentWall   wants an agreement before it shows anything
│   ├── LoginWall     shows a login instead
│   ├── Emptied       shows nothing at all, where it showed something before (needs nobody)
│   └── ErrorPage     says in a page for people that it has a trouble of its own (needs nobody)
├── TooLarge          the answer never ends, or is larger than we read
│   └── TooMuchNew    more is new than one visit reads; what it read is kept
├── Broken            our own fault, or that of a stranger's kind (needs a person)
│   └── Unfinished    did not come to an end, and was left alone
└── NotAllowed        an address that we may not go to, often an inner one (needs a person)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from monitor.health import Actor


class SourceError(Exception):
    """A source could not be read. `plain` is what the school sees; str() adds the detail.

    `status` is the HTTP status behind it, where there was one. A detail never holds what a
    site sent, nor an address beyond its host: both may carry other people's words or a key.
    `until`: the site was not even asked, because of the same trouble shortly before; it will
    be after this time.
    """

    plain: ClassVar[str] = "This source could not be read."
    needs_a_person: ClassVar[bool] = False
    actor: ClassVar[Actor] = Actor.NOBODY  # who can mend it

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
        self.until: datetime | None = None


class Unreachable(SourceError):
    plain = "The site did not answer. We will try again."


class RateLimited(SourceError):
    plain = "The site asked us to slow down. We will, and try again later."


class AccessRefused(SourceError):
    plain = "The site refused us. Please check the key or permission for this source."
    needs_a_person = True
    actor = Actor.KEY_HOLDER


class Captcha(AccessRefused):
    plain = (
        "The site wants proof that a person is asking, which we do not fake. "
        "Please look at it yourself, or find its feed or another way to read it."
    )
    actor = Actor.OFFICE


class AskedNotTo(AccessRefused):
    plain = (
        "The site asks programs not to read this page, and we keep to that. "
        "Please look at it yourself from time to time, or ask the site for a feed."
    )
    actor = Actor.OFFICE


class TurnedAway(AccessRefused):
    plain = "The site's guard against robots turned us away, which passes. We will try again."
    needs_a_person = False
    actor = Actor.NOBODY


class LayoutChanged(SourceError):
    plain = "The site answered in a shape we do not know. Please check the address."
    needs_a_person = True
    actor = Actor.TECHNICIAN


class ConsentWall(LayoutChanged):
    plain = (
        "The site shows a page about cookies and consent instead of what we asked for. "
        "We agree to nothing in your name; please find another address for this source."
    )


class LoginWall(LayoutChanged):
    plain = (
        "The site asks us to log in instead of showing the page. "
        "Only public pages are read; please check the address."
    )


class Emptied(LayoutChanged):
    """Told to people only when it lasts: a site under repair is empty for an hour, too."""

    plain = (
        "The site shows nothing at all, where it showed something before, so we may be blind "
        "here. Please look at its address; if it is empty for good, take it out."
    )
    needs_a_person = False
    actor = Actor.TECHNICIAN


class ErrorPage(LayoutChanged):
    plain = "The site sent a page about a trouble of its own. We will try again."
    needs_a_person = False
    actor = Actor.NOBODY


class Broken(SourceError):
    """Our own fault, or that of a stranger's kind; its words may be a person's, so only the
    name of the error is kept."""

    plain = "The program that reads this source failed. The rest went on; please report this."
    needs_a_person = True
    actor = Actor.MAKERS


class Unfinished(Broken):
    plain = (
        "The visit did not come to an end in half an hour, so we stopped waiting for it. "
        "The rest went on. Please report this if it happens again after a new start."
    )


class TooLarge(SourceError):
    plain = "The site sent more than we read at once. Please check the address."
    needs_a_person = True
    actor = Actor.TECHNICIAN


class TooMuchNew(TooLarge):
    plain = (
        "More is new here than we read in one visit, so some of it was missed. "
        "Please let this source be visited more often."
    )


class NotAllowed(SourceError):
    plain = (
        "We may not go to this address. If it is a place inside your own network, "
        "name it in [network] allow in the configuration."
    )
    needs_a_person = True
    actor = Actor.TECHNICIAN
