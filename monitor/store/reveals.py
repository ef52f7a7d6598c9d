"""That somebody looked who wrote something: with a reason, in the history and in the custody log.

To look at one person again and again is directed surveillance, for which a school has no power
(RIPA 2000 s.26; Home Office Code of August 2018, 3.10 and following). So it is counted.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlmodel import col, func, select

from monitor.custody import Deed
from monitor.domain import Event
from monitor.store.custody import record
from monitor.store.desk_tables import RevealRow
from monitor.store.working import Working


class Reveals(Working):
    def looks(self, school: str, author: str, since: datetime) -> int:
        """How often somebody at *school* looked at *author* from then on."""
        query = select(func.count()).where(
            col(RevealRow.author) == _digest(school, author), col(RevealRow.at) >= since
        )
        with self.reading() as session:
            return session.exec(query).one()

    def reveal(self, number: str, author: str, event: Event, deed: Deed) -> bool:
        """All of it is written down, or none: then the answer is False, because the incident is
        gone, and nobody may be shown anything."""
        with self.working(number) as folder:
            if folder is None:
                return False
            folder.record(event, folder.incident, ())
            folder.session.add(
                RevealRow(
                    incident=folder.incident.key,
                    school=folder.incident.school,
                    author=_digest(folder.incident.school, author),
                    at=event.at,
                )
            )
            record(folder.session, deed)
            return True


def _digest(school: str, author: str) -> str:
    return hashlib.sha256(f"{school}\n{author.casefold()}".encode()).hexdigest()
