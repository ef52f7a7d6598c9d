"""Evidence on a stolen disk tells nothing; that it is unchanged can be checked without a key."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.evidence.at_rest import NO_KEY, Key, Locked, lock, new_pair
from alerts.evidence.capture import already_there, capture
from alerts.evidence.export import export
from alerts.evidence.proofs import Proofs
from alerts.evidence.seal import MANIFEST, read_sealed
from alerts.evidence.verifier import check, verify
from monitor.domain import (
    CaptureMode,
    CapturePromise,
    Case,
    Category,
    Evidence,
    Incident,
    Mention,
    Severity,
)
from monitor.egress import Egress
from monitor.secret import Reference

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
WORDS = "Quentin Blodwen, we know where you park."
PAIR = new_pair()
KEY = Key(lambda: f"# made today\n{PAIR.private}\n")


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    mention = Mention(source="f", external_id="7", url="https://f.example/blodwen", text=WORDS)
    promise = CapturePromise(id="ev-1", school="park", mention=mention, mode=CaptureMode.LINK)
    return capture(
        promise,
        tmp_path,
        egress=Egress(),
        clock=lambda: NOW,
        browser=None,
        encrypt_to=PAIR.public,
    )


def test_nothing_that_was_recorded_can_be_found_on_the_disk(
    evidence: Evidence, tmp_path: Path
) -> None:
    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()).lower()
    for word in (b"quentin", b"blodwen", b"f.example"):
        assert word not in everything
    assert {p.name for p in (tmp_path / "ev-1").iterdir()} == {
        MANIFEST,
        *(f"{file.name}.age" for file in evidence.files),
    }


def test_with_the_key_it_is_read_as_it_was_recorded(evidence: Evidence, tmp_path: Path) -> None:
    assert read_sealed(tmp_path, evidence, "text.txt", KEY) == WORDS.encode()


@pytest.mark.parametrize("key", [NO_KEY, Key(lambda: new_pair().private), Key(lambda: "no key")])
def test_without_the_key_it_says_what_to_do(evidence: Evidence, tmp_path: Path, key: Key) -> None:
    with pytest.raises(Locked, match=r"\[evidence\]"):
        read_sealed(tmp_path, evidence, "text.txt", key)


def test_a_key_that_was_taken_away_is_not_called_a_wrong_one(
    evidence: Evidence, tmp_path: Path
) -> None:
    away = Key(Reference("file", str(tmp_path / "evidence-key.txt")).reveal)
    with pytest.raises(Locked, match=r"evidence-key\.txt cannot be read\. Put the key back"):
        read_sealed(tmp_path, evidence, "text.txt", away)


def test_every_flipped_byte_is_named_without_a_key(evidence: Evidence, tmp_path: Path) -> None:
    assert verify(tmp_path / "ev-1", evidence.manifest_sha256) == []
    for path in sorted((tmp_path / "ev-1").iterdir()):
        original = path.read_bytes()
        for place in range(len(original)):
            changed = bytearray(original)
            changed[place] ^= 0x01
            path.write_bytes(changed)
            found = verify(tmp_path / "ev-1", evidence.manifest_sha256)
            assert path.name in {problem.name for problem in found}, (path.name, place)
        path.write_bytes(original)


def test_what_is_missing_or_put_beside_it_is_named(evidence: Evidence, tmp_path: Path) -> None:
    folder = tmp_path / "ev-1"
    (folder / "text.txt.age").unlink()
    (folder / "text.txt").write_text(WORDS)
    assert [(p.name, p.kind) for p in verify(folder)] == [
        ("text.txt.age", "missing"),
        ("text.txt", "added"),
    ]


def test_a_file_encrypted_anew_is_not_the_one_that_was_sealed(
    evidence: Evidence, tmp_path: Path
) -> None:
    path = tmp_path / "ev-1" / "text.txt.age"
    path.write_bytes(lock(b"Harmless words.", PAIR.public))
    assert [p.name for p in verify(tmp_path / "ev-1")] == ["text.txt.age"]
    assert read_sealed(tmp_path, evidence, "text.txt", KEY) is None


def test_a_capture_that_was_killed_before_the_log_knew_is_found_again_without_a_key(
    evidence: Evidence, tmp_path: Path
) -> None:
    found = already_there(tmp_path / "ev-1")
    assert (found.manifest_sha256, found.state, found.captured_at, found.files) == (
        evidence.manifest_sha256,
        evidence.state,
        evidence.captured_at,
        evidence.files,
    )


def case(evidence: Evidence) -> Case:
    incident = Incident(
        key="k",
        number="2026-001",
        school="park",
        opened_at=NOW,
        categories=frozenset({Category.ABUSE}),
        severity=Severity.HIGH,
    )
    return Case(incident=incident, sightings=(), evidence=(evidence,))


def test_a_pack_holds_what_was_recorded_and_proves_it_by_the_same_manifest(
    evidence: Evidence, tmp_path: Path
) -> None:
    out = tmp_path / "pack.zip"
    number = export(case(evidence), tmp_path, out, proofs=Proofs(key=KEY))
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "pack")
    assert check(tmp_path / "pack", number) == []
    assert (tmp_path / "pack" / "ev-1" / "text.txt").read_text() == WORDS
    listed = json.loads((tmp_path / "pack" / "ev-1" / MANIFEST).read_text())
    assert listed["format"] == 2
    (tmp_path / "pack" / "ev-1" / "text.txt").write_text("Other words.")
    assert check(tmp_path / "pack", number) != []


def test_no_pack_is_left_half_made_where_the_key_is_missing(
    evidence: Evidence, tmp_path: Path
) -> None:
    with pytest.raises(Locked):
        export(case(evidence), tmp_path, tmp_path / "pack.zip")
    assert not list(tmp_path.glob("*pack*"))
