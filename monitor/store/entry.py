"""What is to be written down of one mention, and what of others decides that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain import Alert, Assessment, CaptureMode, Incident, Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A mention of an incident that stands at the same place or has the same words."""

    incident: Incident
    mention: Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One mention and all that follows from it, to be written down together.

    `place` and `story` say where it stands and what its words are (monitor.incidents);
    `capture` is None where no evidence is wanted. `edition` is empty for a post that is new,
    and else tells it from what it said before; `sketch` is None where no story is wanted.
    """

    school: str
    mention: Mention
    place: str
    story: str
    assessment: Assessment
    seen_at: datetime
    incident: Incident | None = None
    alerts: tuple[Alert, ...] = ()
    capture: CaptureMode | None = None
    edition: str = ""
    sketch: bytes | None = None
