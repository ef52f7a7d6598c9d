"""Is the evidence as it was sealed, and the custody log whole?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from alerts.evidence.timestamp import problem
from alerts.evidence.verifier import MANIFEST, check, provisos, verify, verify_chain
from monitor.app import App
from monitor.custody import Handling, Head, Link
from monitor.domain import Evidence
from monitor.stamps import Stamp

CUSTODY = "custody log"
_UNKNOWN = "The incident log knows no evidence of this name, so nothing can be proved."
_NOT_IN_CUSTODY = (
    "The custody log does not tell how this evidence came about: entries were removed from it."
)
_OTHER_SEAL = "The custody log has another seal (SHA-256 of the manifest) for this evidence."
_NEW = timedelta(hours=1)
_STRAY = (
    "It lies among the evidence, and the incident log does not know it. Look at it, then move "
    "it away: nothing that is kept here may be outside the log."
)
_VANISHED = "{id} was captured and never erased, and yet the incident log does not know it."
_BEGINNINGS = frozenset({Handling.ADOPTED, Handling.CAPTURED, Handling.SUPPLIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`problems`: a sentence naming each file that is not as it was; none when all is well.

    `provisos`: what "unchanged" leaves open, where no number from elsewhere was at hand.
    `waiting`: the authorities whose time stamp is still to come.
    """

    id: str
    problems: tuple[str, ...]
    provisos: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def prove_folder(folder: Path, sha256: str | None = None) -> Proof:
    """One capture or an unpacked evidence pack, by what lies in it and the number given."""
    return Proof(
        id=folder.resolve().name,
        problems=tuple(p.sentence for p in check(folder, sha256)),
        provisos=() if sha256 else tuple(provisos(folder, "with --sha256 NUMBER")),
    )


def prove_log(app: App, id_: str | None) -> list[Proof]:
    """All that is in the log, or one piece; a manifest replaced with its files shows too."""
    known = [_prove(app, app.evidence.root / e.id, e) for e in app.store.evidence(id_)]
    return known if id_ else [*known, *_strays(app)]


def _strays(app: App) -> Iterator[Proof]:
    """Somebody put them there; or a power cut came after the folder and before its entry. One
    that is new may be having its entry written now."""
    known, new = app.store.capture_ids(), app.clock().timestamp() - _NEW.total_seconds()
    for folder in sorted(app.evidence.root.glob("*")):
        if folder.name not in known and folder.lstat().st_mtime < new:
            yield Proof(id=folder.name, problems=(_STRAY,))


def prove_here(app: App, folder: Path) -> Proof:
    """A folder by the log's own number, if the log knows its name.

    Of what lies among the evidence nothing else is believed.
    """
    place = folder.resolve()
    for evidence in app.store.evidence(place.name):
        return _prove(app, place, evidence)
    if place.parent == app.evidence.root.resolve():
        return Proof(id=place.name, problems=(_UNKNOWN,))
    return prove_folder(folder)


def prove_custody(app: App, head: str | None = None) -> tuple[Proof, Head]:
    """The chain, link by link, and its head now. *head*: one that was written down elsewhere."""
    links = app.store.custody()
    problems = [p.sentence for p in verify_chain([link.to_json() for link in links], head)]
    problems += _vanished(links, app.store.evidence())
    return Proof(id=CUSTODY, problems=tuple(problems)), app.store.custody_head()


def _vanished(links: Sequence[Link], evidence: Sequence[Evidence]) -> list[str]:
    """What came and is gone, although nothing says that it was erased."""
    known, there = {e.id for e in evidence}, {}
    for link in links:
        if link.act in _BEGINNINGS or link.act == Handling.ERASED:
            there[link.subject] = link.act != Handling.ERASED
    return [_VANISHED.format(id=id_) for id_, is_ in there.items() if is_ and id_ not in known]


def _prove(app: App, folder: Path, evidence: Evidence) -> Proof:
    deeds = app.store.custody_of([evidence.id])
    stamps = app.store.stamps([evidence.id])
    found = [problem.sentence for problem in verify(folder, evidence.manifest_sha256)]
    found += _in_custody(evidence, deeds)
    found += _stamped(folder, stamps, deeds)
    owed = set(app.settings.evidence.timestamp_authorities)
    owed -= {stamp.authority for stamp in stamps if stamp.at is not None}
    return Proof(id=evidence.id, problems=tuple(found), waiting=tuple(sorted(owed)))


def _in_custody(evidence: Evidence, deeds: Sequence[Link]) -> list[str]:
    """The incident log against the custody log, which is the harder one to change."""
    seals = [deed.sha256 for deed in deeds if deed.act in _BEGINNINGS]
    if seals and seals[-1] == evidence.manifest_sha256:
        return []
    return [_OTHER_SEAL if seals else _NOT_IN_CUSTODY]


def _stamped(folder: Path, stamps: Sequence[Stamp], deeds: Sequence[Link]) -> Iterator[str]:
    """What is wrong with the time stamps that the custody log says were kept."""
    kept = [(deed.outcome, deed.sha256) for deed in deeds if deed.act == Handling.TIMESTAMPED]
    there = [stamp for stamp in stamps if stamp.at is not None]
    for stamp in there:
        if (stamp.name, stamp.sha256) not in kept:
            yield f"The time stamp of {stamp.name} is not the one that was kept."
        elif (wrong := problem(stamp.token, stamp.root, _manifest(folder))) is not None:
            yield f"Of {stamp.name}, {wrong}."
    if len(there) < len(kept):
        yield "A time stamp that was kept is missing."


def _manifest(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError:
        return b""
