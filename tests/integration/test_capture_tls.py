"""Certificates: their facts are recorded, and a wrong one is never looked away from."""

from __future__ import annotations

import json
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.evidence.capture import capture
from monitor.domain import CaptureMode, CapturePromise, Evidence, EvidenceState, Mention, Shows
from tests.certificates import Authority
from tests.integration.site import Site
from tests.needs import missing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.fresh(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def believer(browser: Path, authority: Authority) -> Iterator[Path]:
    """A browser that, when started, is first told to trust the authority."""
    if shutil.which("certutil") is None:
        missing("certutil", "libnss3-tools")
    with tempfile.TemporaryDirectory() as folder:
        root, script = Path(folder) / "root.pem", Path(folder) / "browser"
        root.write_bytes(authority.root.read_bytes())
        script.write_text(
            "#!/bin/sh\n"
            'mkdir -p "$HOME/.pki/nssdb"\n'
            'certutil -d "sql:$HOME/.pki/nssdb" -N --empty-password\n'
            f'certutil -d "sql:$HOME/.pki/nssdb" -A -t C,, -n root -i {shlex.quote(str(root))}\n'
            f'exec {browser} "$@"\n'
        )
        script.chmod(0o755)
        Path(folder).chmod(0o755)
        root.chmod(0o644)
        yield script


def take(site: Site, browser: Path, root: Path) -> Evidence:
    mention = Mention(source="forum", external_id="7", url=site.url(), text="The bins. Again.")
    promise = CapturePromise(
        id="capture-1", school="wexcombe", mention=mention, mode=CaptureMode.FULL
    )
    return capture(
        promise, root, egress=site.egress, clock=lambda: datetime.now(UTC), browser=browser
    )


def facts(root: Path) -> dict:
    return json.loads((root / "capture-1" / "meta.json").read_text())["page"]


def test_the_facts_of_a_valid_certificate_are_kept_with_the_certificate(
    authority: Authority, believer: Path, tmp_path: Path
) -> None:
    with Site(authority.context()) as site:
        site.html("/", "<p>The bins. Again.")
        evidence = take(site, believer, tmp_path)
    assert evidence.state is EvidenceState.SEALED, evidence.note
    page = facts(tmp_path)
    assert page["certificate"]["issuer"] == "Wexcombe Test Authority"
    assert page["certificate"]["names"] == ["127.0.0.1"]
    assert page["certificate"]["protocol"].startswith("TLS 1.")
    assert page["certificate"]["valid_to"] > datetime.now(UTC).timestamp()
    assert page["certificate_error"] is None
    kept = (tmp_path / "capture-1" / "certificates.pem").read_text()
    assert kept.count("BEGIN CERTIFICATE") >= 1


@pytest.mark.parametrize(
    ("days", "name", "trusted", "error", "said"),
    [
        ((-30, -3), "127.0.0.1", True, "ERR_CERT_DATE_INVALID", "run out"),
        ((-1, 30), "bank.example", True, "ERR_CERT_COMMON_NAME_INVALID", "for another site"),
        ((-1, 30), "127.0.0.1", False, "ERR_CERT_AUTHORITY_INVALID", "nobody whom browsers trust"),
    ],
    ids=["expired", "of another site", "of an unknown authority"],
)
def test_a_wrong_certificate_is_recorded_and_the_page_not_opened(
    days: tuple[int, int],
    name: str,
    trusted: bool,
    error: str,
    said: str,
    authority: Authority,
    believer: Path,
    browser: Path,
    tmp_path: Path,
) -> None:
    with Site(authority.context(days=days, name=name)) as site:
        evidence = take(site, believer if trusted else browser, tmp_path)
        assert site.requests == []
    assert (evidence.mode, evidence.shows) == (CaptureMode.LINK, Shows.NOT_OPENED)
    assert said in evidence.note
    page = facts(tmp_path)
    assert page["certificate_error"] == error
    assert page["certificate"]["subject"] == name
    assert page["certificate"]["names"] == [name]
    assert page["certificate"]["protocol"].startswith("TLS 1.")
    assert page["certificate"]["valid_from"] < page["certificate"]["valid_to"]
