"""Is the evidence as it was sealed?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alerts.evidence.verify import check, provisos, verify
from monitor.app import App
from monitor.domain import Evidence

_UNKNOWN = "The incident log knows no evidence of this name, so nothing can be proved."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`problems`: a sentence naming each file that is not as it was; none when all is well.

    `provisos`: what "unchanged" leaves open, where no number from elsewhere was at hand.
    """

    id: str
    problems: tuple[str, ...]
    provisos: tuple[str, ...] = ()


def prove_folder(folder: Path, sha256: str | None = None) -> Proof:
    """One capture or an unpacked evidence pack, by what lies in it and the number given."""
    return Proof(
        id=folder.resolve().name,
        problems=tuple(p.sentence for p in check(folder, sha256)),
        provisos=() if sha256 else tuple(provisos(folder, "with --sha256 NUMBER")),
    )


def prove_log(app: App, id_: str | None) -> list[Proof]:
    """All that is in the log, or one piece; a manifest replaced with its files shows too."""
    return [_by_log(app.evidence_root / e.id, e) for e in app.store.evidence(id_)]


def prove_here(app: App, folder: Path) -> Proof:
    """A folder by the log's own number, if the log knows its name.

    Of what lies among the evidence nothing else is believed.
    """
    place = folder.resolve()
    for evidence in app.store.evidence(place.name):
        return _by_log(place, evidence)
    if place.parent == app.evidence_root.resolve():
        return Proof(id=place.name, problems=(_UNKNOWN,))
    return prove_folder(folder)


def _by_log(folder: Path, evidence: Evidence) -> Proof:
    found = verify(folder, evidence.manifest_sha256)
    return Proof(id=evidence.id, problems=tuple(problem.sentence for problem in found))
