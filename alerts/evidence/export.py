"""A case as one ZIP for police or a solicitor, who can check it with nothing but Python."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from alerts.evidence.at_rest import Key, opened_name
from alerts.evidence.carried import verifier_files
from alerts.evidence.cover import README, Packed, in_plain_words, words
from alerts.evidence.errors import Never, NotNow, no_room
from alerts.evidence.on_paper import as_html
from alerts.evidence.proofs import Proofs, mask
from alerts.evidence.report import REPORT_PDF
from alerts.evidence.seal import MANIFEST
from alerts.evidence.verifier import verify
from monitor.domain import CaptureMode, Case, Evidence, Sighting, Told
from monitor.wire import assessment_to_json, moment

_log = logging.getLogger(__name__)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # so that packing the same case twice gives the same bytes
_WORDS_ONLY = (".json", ".txt")
_NO_PROOFS = Proofs()
_BARRED = "no picture of this case may be copied"
_MASKED = "this copy of the pack is to name nobody"


def export(
    case: Case,
    root: Path,
    out: Path,
    *,
    proofs: Proofs = _NO_PROOFS,
    print_pdf: Callable[[str], bytes] | None = None,
    school: str = "",
) -> str:
    """Write *case* with its evidence from *root* to the ZIP *out*, whole or not at all.

    The answer is the SHA-256 of its incident.json, to be written down elsewhere: with it
    the verifier also notices a pack that was made anew.
    Where the incident allows no pictures, or a capture was made without, only words are
    packed, whatever lies in the folder; in a masked pack, only manifests. Evidence that is not
    as it was sealed is packed and named as such. Where the browser fails, there is no PDF, and
    the log says so: nobody waits for proof because of a printer. Raises CannotKeep when the
    disk refuses.
    """
    if proofs.masked is not None:
        case = mask(case, proofs.masked)
    packed = tuple(_pack(case, one, root, proofs) for one in case.evidence)
    papers = _papers(case, packed, proofs)
    if print_pdf is not None:
        html = as_html(case, packed, proofs, school or case.incident.school)
        papers |= _printed(html, print_pdf)
    facts = _bytes(_for_computers(case, packed, papers))
    _keep(out, papers | {"incident.json": facts}, packed, proofs.key)
    return hashlib.sha256(facts).hexdigest()


def _printed(html: str, print_pdf: Callable[[str], bytes]) -> dict[str, bytes]:
    try:
        return {REPORT_PDF: print_pdf(html)}
    except (NotNow, Never) as error:
        _log.warning("The pack is without its report.pdf: %s", error)
        return {}


def _papers(case: Case, packed: tuple[Packed, ...], proofs: Proofs) -> dict[str, bytes]:
    texts = {"README.txt": README, "incident.txt": in_plain_words(case, packed)}
    return {
        **{name: _bytes(text) for name, text in (texts | verifier_files()).items()},
        **proofs.papers(case),
    }


def _pack(case: Case, evidence: Evidence, root: Path, proofs: Proofs) -> Packed:
    folder = root / evidence.id
    if not folder.is_dir():
        return Packed(evidence=evidence, folder=None)
    no_pictures = not case.incident.pictures_allowed or evidence.mode is not CaptureMode.FULL
    names = (file.name for file in evidence.files)
    return Packed(
        evidence=evidence,
        folder=folder,
        problems=tuple(verify(folder, evidence.manifest_sha256)),
        left_out=tuple(
            name
            for name in names
            if proofs.masked or (no_pictures and not name.endswith(_WORDS_ONLY))
        ),
        why=_MASKED if proofs.masked else _BARRED,
    )


def _keep(out: Path, papers: Mapping[str, bytes], packed: tuple[Packed, ...], key: Key) -> None:
    unfinished = out.with_name(f".{out.name}.tmp")
    try:
        with unfinished.open("wb") as file:
            _write(file, papers, packed, key)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    except OSError as fault:
        raise no_room(fault, "The evidence pack") from fault
    finally:
        unfinished.unlink(missing_ok=True)


def _write(
    file: BinaryIO, papers: Mapping[str, bytes], packed: tuple[Packed, ...], key: Key
) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in papers.items():
            archive.writestr(_entry(name), content)
        for record in packed:
            for path in _files(record):
                _add_file(archive, f"{record.evidence.id}/{opened_name(path)}", path, key)


def _files(record: Packed) -> list[Path]:
    """Plain files that were sealed, and nothing that someone put beside them."""
    if record.folder is None:
        return []
    sealed = {file.name for file in record.evidence.files} - set(record.left_out) | {MANIFEST}
    there = [path for path in sorted(record.folder.iterdir()) if opened_name(path) in sealed]
    return [path for path in there if path.is_file() and not path.is_symlink()]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _add_file(archive: zipfile.ZipFile, name: str, path: Path, key: Key) -> None:
    """As it was recorded: whoever gets the pack has no key."""
    if path.name != opened_name(path):
        archive.writestr(_entry(name), key.unlock(path.read_bytes()))
        return
    with path.open("rb") as source, archive.open(_entry(name), "w") as target:
        shutil.copyfileobj(source, target)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.create_system = 3  # Unix, whatever this runs on
    entry.external_attr = 0o100644 << 16
    return entry


def _for_computers(case: Case, packed: tuple[Packed, ...], papers: Mapping[str, bytes]) -> str:
    incident = case.incident
    facts = {
        "id": incident.number or incident.key,
        "school": incident.school,
        "opened_at": moment(incident.opened_at),
        "state": incident.state.value,
        "severity": incident.severity.value,
        "categories": sorted(category.value for category in incident.categories),
        "pictures_allowed": incident.pictures_allowed,
        "mentions": [_mention(case, sighting) for sighting in case.sightings],
        "evidence": [_evidence(record) for record in packed],
        "alerts": [_alert(told) for told in case.told],
        "papers": [
            {"name": name, "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in papers.items()
        ],
    }
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def _mention(case: Case, sighting: Sighting) -> dict[str, object]:
    mention = sighting.mention
    return {
        "source": mention.source,
        "url": mention.url,
        "author": mention.author,
        "text": words(case, sighting),
        "published_at": moment(mention.published_at),
        "first_seen_at": moment(sighting.first_seen_at),
        "assessment": assessment_to_json(sighting.assessment),
        "revisions": [
            {
                "text": words(case, revision),
                "edited_at": moment(revision.mention.edited_at),
                "seen_at": moment(revision.first_seen_at),
                "assessment": assessment_to_json(revision.assessment),
            }
            for revision in sighting.editions[1:]
        ],
    }


def _evidence(record: Packed) -> dict[str, object]:
    evidence = record.evidence
    return {
        "id": evidence.id,
        "mode": evidence.mode.value,
        "captured_at": moment(evidence.captured_at),
        "state": evidence.state.value,
        "note": evidence.note,
        "manifest_sha256": evidence.manifest_sha256,
        "files": [{"name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in evidence.files],
        "folder": evidence.id if record.folder else None,
        "left_out": list(record.left_out),
        "problems": [problem.sentence for problem in record.problems],
    }


def _alert(told: Told) -> dict[str, object]:
    return {
        "role": told.role.value,
        "channel": told.channel,
        "state": told.state.value,
        "sent_at": moment(told.sent_at),
        "message_id": told.message_id,
    }
