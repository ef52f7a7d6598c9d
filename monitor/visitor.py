"""Visits: every source of the configuration, for every school that it serves, when it is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.domain import School
from monitor.listening import Heard
from monitor.pipeline import Assess, Polled, poll
from monitor.rounds import Rounds
from monitor.schools import Schools
from monitor.secret import MissingSecret
from monitor.store.database import RowRefused, StoreError
from monitor.store.store import Store
from monitor.watching import ask_canaries, write_down
from sources.contract import Source
from sources.errors import AccessRefused, Broken, SourceError, Unfinished
from sources.http import PoliteClient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One source, to be read for one school."""

    school: School
    source: Source

    @property
    def key(self) -> tuple[str, str]:
        """Of the school and of the source."""
        return self.school.id, self.source.name


class Visitor:
    """Reads sources; what became of each visit is written down."""

    def __init__(
        self,
        sources: Sequence[Source],
        schools: Schools,
        client: PoliteClient,
        assess: Assess,
        store: Store,
        clock: Callable[[], datetime],
    ) -> None:
        self._sources, self._schools = sources, schools
        self._assess, self._store, self._clock = assess, store, clock
        self._clients = {s.name: client.allowing(s.places()) for s in sources}
        self.rounds = Rounds(self.visit, self.give_up)

    def all(self, *, only: str | None = None) -> Iterator[Visit]:
        """In the order of the configuration; those to the source of that name *only*."""
        for source in self._sources:
            for school in self._schools.values():
                if source.serves(school) and only in (None, source.name):
                    yield Visit(school=school, source=source)

    def of(self, schools: Collection[str]) -> list[Visit]:
        """All for these."""
        served = [self._schools[id_] for id_ in schools if id_ in self._schools]
        return [
            Visit(school=school, source=source)
            for source in self._sources
            for school in served
            if source.serves(school)
        ]

    def heard(self) -> Iterator[Heard]:
        """The sources that may tell when something is new."""
        for source in self._sources:
            if type(source).listen is not Source.listen:
                client = self._clients[source.name]
                yield source.name, partial(source.listen, client), partial(self._read, source.name)

    def _read(self, name: str) -> None:
        self.go(self.all(only=name))

    def due(self) -> list[Visit]:
        resting = self._store.resting(self._clock())
        return [visit for visit in self.all() if visit.key not in resting]

    def go(
        self, visits: Iterable[Visit], on_done: Callable[[], None] = lambda: None
    ) -> list[Polled]:
        """What came of each visit, in the order given. *on_done* is called after each."""
        visits, came = list(visits), {}
        for visit, polled in self.rounds.go(visits):
            came[visit.key] = polled
            on_done()
        return [came[visit.key] for visit in visits if visit.key in came]

    def visit(self, visit: Visit) -> Polled:
        """Poll one source for one school, and write down how that went."""
        polled = self._poll(visit)
        canary = self._canary(visit, polled.canaries_at) if polled.error is None else None
        return self._write_down(visit, polled, canary)

    def give_up(self, visit: Visit) -> Polled:
        """It did not end in time; that is written down."""
        return self._write_down(visit, _failed(visit, Unfinished()))

    def _write_down(self, visit: Visit, polled: Polled, canary: str | None = None) -> Polled:
        telling = self._schools.telling(visit.school.id)
        write_down(polled, visit.source, telling, self._store, self._clock(), canary)
        return polled

    def _poll(self, visit: Visit) -> Polled:
        """One source that fails in an unforeseen way must not end the visits to the others."""
        school, source = visit.school, visit.source
        try:
            return poll(
                school,
                source,
                self._clients[source.name],
                self._assess,
                self._schools.telling(school.id),
                self._store,
                self._clock,
            )
        except RowRefused as error:
            return _failed(visit, Broken(str(error)))
        except StoreError:
            raise
        except MissingSecret as error:
            return _failed(visit, AccessRefused(str(error)))
        except Exception as error:  # noqa: BLE001 - a kind may be a stranger's
            return _failed(visit, Broken(type(error).__name__))

    def _canary(self, visit: Visit, asked_at: datetime | None) -> str | None:
        """As ask_canaries says; a kind that fails in an unforeseen way was not asked."""
        source, client = visit.source, self._clients[visit.source.name]
        try:
            return ask_canaries(visit.school, source, client, self._store, self._clock, asked_at)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a kind may be a stranger's; its words may be a person's
            log.warning("the canaries of %s failed (%s)", source.name, type(error).__name__)
            return None


def _failed(visit: Visit, error: SourceError) -> Polled:
    return Polled(source=visit.source.name, school=visit.school.id, error=error)
