"""How one school is told today: who is on duty, where it departs from the table, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.roster import Roster
from alerts.routing import Routes
from alerts.when import Hours
from monitor.domain import Role, Severity

MAILS_AN_HOUR = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """All that decides whom a school's alerts go to, and when.

    `mails_an_hour`: so many urgent ones at most; half of them may be mails of their own, the
    rest is for what is gathered.
    """

    roster: Roster
    routes: Routes = field(default_factory=dict)
    hours: Hours = field(default_factory=Hours)
    mails_an_hour: int = MAILS_AN_HOUR
    answer_critical: timedelta = timedelta(hours=1)
    answer_high: timedelta = timedelta(hours=12)

    def answer_within(self, severity: Severity) -> timedelta:
        """How long an urgent alert may go unanswered before others are told."""
        return self.answer_critical if severity is Severity.CRITICAL else self.answer_high

    @property
    def at_once(self) -> int:
        return max(1, self.mails_an_hour // 2)

    @classmethod
    def to(cls, holders: Mapping[Role, str]) -> Telling:
        """By the table as it stands, with nobody away."""
        return cls(roster=Roster.of(holders))
