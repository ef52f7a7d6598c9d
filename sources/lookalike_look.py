"""One look at the domains round the school's: which are thought of, and how old they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domains import registered
from sources.errors import RateLimited, SourceError, Unreachable
from sources.http import PoliteClient
from sources.names import Answers
from sources.registration import Registries, certified, in_certificates
from sources.text import UNDATED, Dated
from sources.twist import RESTRICTED, made_up, parts_of
from sources.website import is_within

LONG = 8  # letters: a shorter name stands within other people's by chance
CERTIFICATE = "certificate"  # the way in which a name was found that nobody made up
_DAY = timedelta(days=1)
_DATED = 40  # findings of one visit for whose age a registry is asked
_SPOTTED = 5  # those for which the second log of certificates is asked, which allows few


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`way`: how it is like the school's. Days are None where nobody could tell."""

    domain: str
    way: str
    answers: Answers
    registered: datetime | None = None
    registered_as: str = ""  # as the registry writes it
    certified: datetime | None = None


class Look:
    """Whatever goes wrong on the way is told at the end: a domain without a date is told, too."""

    def __init__(self, own: Sequence[str], known: Sequence[str], client: PoliteClient) -> None:
        self._own, self._client = own, client
        self._not_news = (*own, *known)
        self._registries = Registries(client)
        self._certificates: dict[str, datetime | None] = {}
        self._log_trouble: list[SourceError] = []
        self.certificates_read = True
        self._dated = self._spotted = 0

    def candidates(self, endings: Sequence[str], most: int) -> dict[str, str]:
        """Each name with its way: those made up, then those in certificates."""
        found: dict[str, str] = {}
        for domain in self._own:
            for name, way in made_up(domain, tuple(endings), most).items():
                found.setdefault(name, way)
            self._search_certificates(parts_of(domain)[0])
        for name in sorted(self._certificates):
            found.setdefault(name, CERTIFICATE)
        return {name: way for name, way in found.items() if not self._is_known(name)}

    def _search_certificates(self, label: str) -> None:
        if len(label) < LONG:
            return
        try:
            self._certificates |= in_certificates(label, self._client)
        except SourceError as error:
            self._log_trouble.append(error)
            self.certificates_read = False

    def _is_known(self, name: str) -> bool:
        """Ours, or below an ending whose registry looks at who asks for a name."""
        return any(is_within(name, site) for site in (*self._not_news, *RESTRICTED))

    def finding(self, name: str, way: str, answers: Answers) -> Finding:
        known = self._registered(name)
        return Finding(
            domain=name,
            way=way,
            answers=answers,
            registered=known["published_at"],
            registered_as=known["published_as"],
            certified=self._certificates.get(name) or self._spot(name),
        )

    def _registered(self, name: str) -> Dated:
        if registered(name) != name or self._dated >= _DATED:
            return UNDATED
        self._dated += 1
        return self._registries.registered(name)

    def _spot(self, name: str) -> datetime | None:
        """Only where the first log could not be read."""
        if not self._log_trouble or self._spotted >= _SPOTTED:
            return None
        self._spotted += 1
        try:
            return certified(name, self._client)
        except SourceError as error:
            self._log_trouble.append(error)
            return None

    def tell_trouble(self, *, left: int) -> None:
        """Not to look at thousands of names again within minutes: the rest was looked at."""
        for error in (*self._log_trouble, *self._registries.troubles):
            why = str(error).removeprefix(error.plain).strip(" ()")
            asked = error.retry_after if isinstance(error, RateLimited) else None
            rest = f"{why}; the rest was looked at".removeprefix("; ")
            raise type(error)(rest, retry_after=asked or _DAY, status=error.status) from error
        if left:
            raise Unreachable(f"the name server is slow; {left} names wait for the next visit")
