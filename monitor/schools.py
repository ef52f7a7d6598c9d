"""The schools of the configuration, as they are today: in term or not, and who is on duty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from alerts.roster import Roster
from alerts.telling import Telling
from monitor.counts import LONDON
from monitor.domain import School
from monitor.settings import Settings
from monitor.terms import Terms


class Schools(Mapping[str, School]):
    """Each by its id. What depends on the day is worked out when asked for."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = {school.id: school for school in settings.schools}
        self._most = settings.alerts.mails_an_hour
        self._clock = clock
        self._profiles = {s.id: s.school() for s in settings.schools}
        self.terms: dict[str, Terms] = {s.id: s.calendar() for s in settings.schools}
        self._today: tuple[date, dict[str, Telling]] = (date.min, {})

    def __getitem__(self, school: str) -> School:
        return self._profiles[school]

    def __iter__(self) -> Iterator[str]:
        return iter(self._profiles)

    def __len__(self) -> int:
        return len(self._profiles)

    def today(self) -> date:
        """By the clock on the school's wall."""
        return self._clock().astimezone(LONDON).date()

    def telling(self, school: str) -> Telling:
        """Whom to tell of what today, and when; worked out once a day."""
        today = self.today()
        day, known = self._today
        if day != today:
            self._today = _, known = today, {}
        if school not in known:
            settings, terms = self._settings[school], self.terms[school]
            known[school] = settings.telling(today, terms, self._most)
        return known[school]

    def tellings(self) -> dict[str, Telling]:
        return {school: self.telling(school) for school in self._settings}

    def rosters(self) -> dict[str, Roster]:
        return {id_: school.roster(self.today()) for id_, school in self._settings.items()}
