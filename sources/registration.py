"""Since when a domain exists (RDAP), and since when it has a certificate (transparency logs)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, Field, RootModel

from sources.errors import SourceError
from sources.http import PoliteClient
from sources.text import UNDATED, Dated, dated, read_date

_NOMINET = "https://rdap.nominet.uk/uk/"
_BOOTSTRAP = "https://data.iana.org/rdap/dns.json"
_CRT_SH = "https://crt.sh/"
_CERT_SPOTTER = "https://api.certspotter.com/v1/issuances"
_ENOUGH = 3  # troubles in a row: the registries are not asked any more in this visit
_NAMES = 300  # of one search in the logs


class Registries:
    """Asks the registry of each ending when a name was registered; keeps what went wrong."""

    def __init__(self, client: PoliteClient) -> None:
        self._client = client
        self._services: dict[str, str] | None = None
        self.troubles: list[SourceError] = []

    def registered(self, domain: str) -> Dated:
        """Without a date where the registry does not say, or was in trouble."""
        if len(self.troubles) >= _ENOUGH:
            return UNDATED
        try:
            base = self._service(domain.rpartition(".")[2])
            return self._ask(f"{base.rstrip('/')}/domain/{domain}") if base else UNDATED
        except SourceError as error:
            self.troubles.append(error)
            return UNDATED

    def _ask(self, url: str) -> Dated:
        answer = self._client.get(url, accept="application/rdap+json", expect=(404,))
        if answer.status == 404:  # not the registry's: a name below somebody else's
            return UNDATED
        events = answer.read(_Domain).events
        return next((dated(e.at) for e in events if e.action == "registration"), UNDATED)

    def _service(self, ending: str) -> str:
        if ending == "uk":
            return _NOMINET
        if self._services is None:
            self._services = {}
            self._services = self._client.get(_BOOTSTRAP).read(_Bootstrap).by_ending()
        return self._services.get(ending, "")


class _Event(BaseModel):
    action: str = Field("", alias="eventAction")
    at: str | None = Field(None, alias="eventDate")


class _Domain(BaseModel):
    ldh_name: str = Field(alias="ldhName")
    events: tuple[_Event, ...] = ()


class _Bootstrap(BaseModel):
    services: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    def by_ending(self) -> dict[str, str]:
        """Only services that can be asked over TLS."""
        found = (
            (ends, [u for u in urls if u.startswith("https://")]) for ends, urls in self.services
        )
        return {ending: urls[0] for ends, urls in found for ending in ends if urls}


def in_certificates(label: str, client: PoliteClient) -> dict[str, datetime | None]:
    """Every name with *label* in it for which a certificate holds today, and since when."""
    params = {"q": f"%{label}%", "match": "ILIKE", "output": "json", "exclude": "expired"}
    answer = client.get(_CRT_SH, params=params | {"deduplicate": "Y"}, accept="application/json")
    if not answer.content.strip():  # its way of saying that there are none
        return {}
    found: dict[str, datetime | None] = {}
    for row in sorted(answer.read(_Rows).root, key=lambda row: row.since or ""):
        for name in row.names.lower().split("\n"):
            plain = name.strip().removeprefix("*.")
            if label in plain and "@" not in plain and len(found) < _NAMES:
                found.setdefault(plain, read_date(row.since))
    return found


class _Row(BaseModel):
    names: str = Field(alias="name_value")
    since: str | None = Field(None, alias="not_before")


class _Rows(RootModel[tuple[_Row, ...]]):
    pass


def certified(domain: str, client: PoliteClient) -> datetime | None:
    """Since when *domain* has a certificate, by the other log; it can only be asked by name."""
    params = {"domain": domain, "include_subdomains": "true"}
    answer = client.get(_CERT_SPOTTER, params=params, accept="application/json")
    return _earliest(read_date(one.since) for one in answer.read(_Issued).root)


def _earliest(dates: Iterable[datetime | None]) -> datetime | None:
    return min((date for date in dates if date), default=None)


class _Issuance(BaseModel):
    since: str | None = Field(None, alias="not_before")


class _Issued(RootModel[tuple[_Issuance, ...]]):
    pass
