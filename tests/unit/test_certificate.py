"""The dashboard's own certificate: what is said of one that browsers would not believe."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitor.certificate import BadCertificate, Certificate
from monitor.checks import check_certificate
from monitor.dashboard_settings import Dashboard
from monitor.finding import Finding
from tests.certificates import Authority

NAME = "monitor.school.example"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.fresh(tmp_path)


def found(file: Path, *, key: Path | None = None, name: str = NAME) -> Finding:
    wanted = Dashboard(url=f"https://{name}", certificate=file, certificate_key=key)
    (finding,) = check_certificate(wanted, datetime.now(UTC))
    return finding


def another_key(folder: Path, password: bytes = b"") -> Path:
    file = folder / "another.key"
    locked = serialization.BestAvailableEncryption(password) if password else None
    file.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            locked or serialization.NoEncryption(),
        )
    )
    return file


def test_a_good_one_is_said_with_its_last_day(authority: Authority) -> None:
    finding = found(authority.certify(name=NAME))
    assert finding.ok
    assert finding.sentence.startswith(f"The certificate is for {NAME}, and good until ")


def test_one_that_ended_is_a_fault(authority: Authority) -> None:
    finding = found(authority.certify(name=NAME, days=(-30, -1)))
    assert not finding.ok
    assert "browsers warn" in finding.sentence


def test_one_for_another_name_is_a_fault(authority: Authority) -> None:
    finding = found(authority.certify(name="other.school.example"))
    assert not finding.ok
    assert f"not for {NAME}" in finding.sentence


@pytest.mark.parametrize(
    ("name", "believed"), [("a.school.example", True), ("school.example", False)]
)
def test_one_for_all_names_of_a_domain(authority: Authority, name: str, believed: bool) -> None:
    assert Certificate(file=authority.certify(name="*.school.example")).is_for(name) is believed


def test_a_number_in_place_of_a_name_is_believed(authority: Authority) -> None:
    assert found(authority.certify(name="192.168.1.20"), name="192.168.1.20").ok


def test_a_key_of_another_certificate_is_a_fault(authority: Authority, tmp_path: Path) -> None:
    finding = found(authority.certify(name=NAME), key=another_key(tmp_path))
    assert not finding.ok
    assert "does not belong to the certificate" in finding.sentence


def test_a_key_with_a_password_is_a_fault_and_asks_nobody(
    authority: Authority, tmp_path: Path
) -> None:
    finding = found(authority.certify(name=NAME), key=another_key(tmp_path, b"a password"))
    assert not finding.ok
    assert "no password" in finding.sentence


@pytest.mark.parametrize("bytes_", [b"", b"-----BEGIN CERTIFICATE-----\nnone\n", b"\xff\x00"])
def test_what_is_no_certificate_is_a_fault(tmp_path: Path, bytes_: bytes) -> None:
    file = tmp_path / "dashboard.pem"
    file.write_bytes(bytes_)
    assert "cannot be read" in found(file).sentence
    with pytest.raises(BadCertificate, match="cannot be read"):
        Certificate(file=file).ends_at()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    finding = found(tmp_path / "none.pem")
    assert not finding.ok
    assert "none.pem cannot be read (No such file or directory)" in finding.sentence


def test_without_one_there_is_nothing_to_check() -> None:
    assert list(check_certificate(Dashboard(), datetime.now(UTC))) == []


def test_what_is_half_written_leaves_it_with_what_it_has(authority: Authority) -> None:
    file = authority.certify()
    certificate = Certificate(file=file)
    context, before = certificate.context(), certificate.changed_at()
    file.write_bytes(b"-----BEGIN CERT")
    later = datetime.now(UTC) + timedelta(seconds=5)
    os.utime(file, (later.timestamp(), later.timestamp()))
    assert certificate.changed_at() != before
    assert context.sni_callback is not None
    context.sni_callback(None, "", context)  # type: ignore[arg-type]  # it is not touched
