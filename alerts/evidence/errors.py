"""Why evidence could not be made. Each message is a plain sentence fit for the dashboard.

EvidenceError
├── NotNow        a fault that may pass; try the promise again later
├── Never         a fault that trying again will not mend
│   └── NoBrowser there is no browser, or none that can be opened safely
└── CannotKeep    the evidence could not be written to, or read from, the disk
"""

from __future__ import annotations

from monitor.domain import Shows
from monitor.failure import Explained


class EvidenceError(Explained):
    """Evidence could not be made; str() is the sentence for people.

    `shows`: what stood in the way, where the site showed something at all; `status`: that of
    its answer (HTTP), if there was one.
    """

    def __init__(
        self, sentence: str, shows: Shows = Shows.NOT_OPENED, status: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.shows, self.status = shows, status


class NotNow(EvidenceError):
    """The site or the browser failed in a way that may pass."""


class Never(EvidenceError):
    """Trying again will not help: refused, not a web page, an invalid certificate."""


class NoBrowser(Never):
    """No browser is installed, or the system forbids its sandbox."""


class CannotKeep(EvidenceError):
    """The disk is full, read-only or failing, or holds something else under this name."""


def no_room(fault: OSError, what: str) -> CannotKeep:
    """*what* could not be written: "The evidence", "The export"."""
    return CannotKeep(
        f"{what} could not be written to the disk ({fault.strerror or type(fault).__name__}). "
        "Make room or mend the folder's permissions; nothing was lost, and it will be tried again."
    )
