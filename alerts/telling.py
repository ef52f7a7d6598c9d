"""How one school is told today: who is on duty, and where it departs from the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.roster import Roster
from alerts.routing import Routes
from monitor.domain import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """All that decides whom a school's alerts go to, and when."""

    roster: Roster
    routes: Routes = field(default_factory=dict)

    @classmethod
    def to(cls, holders: Mapping[Role, str]) -> Telling:
        """By the table as it stands, with nobody away."""
        return cls(roster=Roster.of(holders))
