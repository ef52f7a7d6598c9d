"""monitor check on the key to evidence: here, in a safe, or another one."""

from __future__ import annotations

from pathlib import Path

from alerts.evidence.at_rest import new_pair
from alerts.evidence.options import EvidenceSettings
from monitor.checks import check_key
from monitor.secret import Reference

PAIR, ANOTHER = new_pair(), new_pair()


def wanted(folder: Path, private: str | None) -> EvidenceSettings:
    where = folder / "evidence-key.txt"
    if private is not None:
        where.write_text(f"# made today\n{private}\n")
    reference = Reference("file", str(where))
    return EvidenceSettings(encrypt_to=PAIR.public).model_copy(update={"identity": reference})


def test_a_key_that_fits_is_said(tmp_path: Path) -> None:
    (found,) = check_key(wanted(tmp_path, PAIR.private))
    assert (found.ok, found.sentence) == (
        True,
        "The key is here, and evidence can be read with it.",
    )


def test_a_key_in_a_safe_is_no_mistake(tmp_path: Path) -> None:
    (found,) = check_key(wanted(tmp_path, None))
    assert found.ok
    assert "not on this computer" in found.sentence


def test_evidence_that_nobody_could_read_is_a_mistake(tmp_path: Path) -> None:
    for private in (ANOTHER.private, "not a key"):
        (found,) = check_key(wanted(tmp_path, private))
        assert not found.ok
        assert "do not belong together" in found.sentence


def test_where_evidence_is_not_encrypted_there_is_no_key_to_check() -> None:
    assert list(check_key(EvidenceSettings())) == []
