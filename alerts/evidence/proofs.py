"""What goes into a pack besides the evidence: the custody log, and time stamps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.evidence.at_rest import NO_KEY, Key
from alerts.masking import GAP, host_of, quote, said_in
from monitor.custody import Link
from monitor.domain import Case, Mention, School, Sighting
from monitor.stamps import Stamp

CUSTODY = "custody.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """`links`: the whole custody log, of which a pack tells only what is its business.

    `masked`: of whose school it is a copy that names nobody; None for the whole. `at`: now.
    """

    links: tuple[Link, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    masked: School | None = None
    at: datetime | None = None
    key: Key = NO_KEY  # to read what is encrypted

    def told(self, case: Case) -> list[Link]:
        ours = _subjects(case)
        return [link for link in self.links if link.subject in ours]

    def papers(self, case: Case) -> dict[str, bytes]:
        """custody.json, and each token with its root; by their names in the pack."""
        papers = {CUSTODY: _as_json(self.links, _subjects(case))}
        ids = {evidence.id for evidence in case.evidence}
        for name, stamp in _named([s for s in self.stamps if s.at and s.capture in ids]):
            papers[f"timestamps/{name}.tsr"] = stamp.token
            papers[f"timestamps/{name}.pem"] = stamp.root.encode()
        return papers


def _named(stamps: list[Stamp]) -> Iterator[tuple[str, Stamp]]:
    """capture.1, capture.2 ...: the verifier knows by it which manifest a token is for."""
    for place, stamp in enumerate(stamps):
        before = sum(other.capture == stamp.capture for other in stamps[:place])
        yield f"{stamp.capture}.{before + 1}", stamp


def _subjects(case: Case) -> set[str]:
    return {case.incident.number, *(evidence.id for evidence in case.evidence)}


def _as_json(links: tuple[Link, ...], ours: set[str]) -> bytes:
    """From the first link that is ours on; what lies between is given by its digest."""
    first = next((place for place, link in enumerate(links) if link.subject in ours), len(links))
    rows = [link.to_json(told=link.subject in ours) for link in links[first:]]
    return json.dumps(rows, indent=1).encode() + b"\n"


def mask(case: Case, school: School) -> Case:
    """*case* in words that are nobody's name, and with addresses down to their site."""
    return replace(case, sightings=tuple(_masked(s, school) for s in case.sightings))


def _masked(sighting: Sighting, school: School) -> Sighting:
    return replace(
        sighting,
        mention=_nobody(sighting.mention, school),
        assessment=replace(sighting.assessment, because=()),
        revisions=tuple(
            replace(
                revision,
                mention=_nobody(revision.mention, school),
                assessment=replace(revision.assessment, because=()),
            )
            for revision in sighting.revisions
        ),
    )


def _nobody(mention: Mention, school: School) -> Mention:
    return replace(
        mention,
        external_id=GAP,
        url=host_of(mention.url, school, private=said_in(mention, school)),
        author="",
        published_as="",
        answers="",
        text=quote(mention.text, school) or GAP,
    )
