"""Is the evidence as it was sealed?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alerts.evidence.verify import PACK, verify, verify_pack
from monitor.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`problems`: a sentence naming each file that is not as it was; none when all is well."""

    id: str
    problems: tuple[str, ...]


def prove_folder(folder: Path) -> Proof:
    """By what lies in the folder alone: one capture, or an unpacked evidence pack."""
    found = verify_pack(folder) if (folder / PACK).is_file() else verify(folder)
    return Proof(id=folder.resolve().name, problems=tuple(p.sentence for p in found))


def prove_log(app: App, id_: str | None) -> list[Proof]:
    """All that is in the log, or one piece; a manifest replaced with its files shows too."""
    return [
        Proof(
            id=evidence.id,
            problems=tuple(
                p.sentence
                for p in verify(app.evidence_root / evidence.id, evidence.manifest_sha256)
            ),
        )
        for evidence in app.store.evidence(id_)
    ]
