"""A bell in Teams, Slack, a push service or wherever apprise can call (an extra package).

Nothing of an incident ever goes that way: see contract.call.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any, ClassVar

from alerts.channels.contract import Temporary, Unusable, call
from alerts.channels.web import reveal
from monitor.secret import Reference

_HOW = "see docs/mail.md and https://appriseit.com/services/ for how such an address is written"


class Messenger:
    """A bell at one address of apprise's, for example msteams://... or ntfys://..."""

    name: ClassVar[str] = "messenger"

    def __init__(self, url: Reference) -> None:
        self._url = url

    def ring(self, dashboard_url: str) -> None:
        if not self._ready().notify(body=call(dashboard_url)):
            raise Temporary("the message service did not take the call; it will be tried again")

    def check(self) -> None:
        self._ready()

    def _ready(self) -> Any:
        address = reveal(self._url, "the address of the message service")
        # Its log would repeat the address, which is a secret.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():  # it loads parts that Python is to lose
            warnings.simplefilter("ignore", DeprecationWarning)
            ready = _apprise()
            understood = ready.add(address)
        if not understood:
            raise Unusable(f"the address of the message service is not understood; {_HOW}")
        return ready


def _apprise() -> Any:
    try:
        import apprise
    except ImportError:
        raise Unusable(
            "for messages to Teams, Slack and the like the extra package apprise is needed; "
            "install it"
        ) from None
    return apprise.Apprise()
