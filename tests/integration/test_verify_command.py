"""`monitor verify` believes the log before it believes a folder, and says what it cannot prove."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from alerts.evidence.export import export
from alerts.evidence.seal import MANIFEST, seal
from monitor import settings
from monitor.app import App
from monitor.cli.main import cli
from monitor.domain import (
    Assessment,
    CaptureMode,
    Case,
    Category,
    Evidence,
    Incident,
    Mention,
    Severity,
)
from monitor.store.mentions import Entry

CONFIG = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
town = "Wexcombe"
headteacher = "Mrs A Head"
[schools.contacts]
head = "head@wexcombepark.example"
"""
INCIDENT = Incident(
    key="k",
    number="2026-001",
    school="wexcombe",
    opened_at=datetime(2026, 11, 20, tzinfo=UTC),
    categories=frozenset({Category.THREAT}),
    severity=Severity.HIGH,
)


@dataclass
class Place:
    config: Path
    root: Path
    evidence: Evidence

    @property
    def folder(self) -> Path:
        return self.root / self.evidence.id


@pytest.fixture
def place(tmp_path: Path) -> Place:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    app = App(settings.load(config))
    evidence = app.evidence.capture_page("https://forum.example/7", "wexcombe", CaptureMode.LINK)
    app.close()
    return Place(config, app.evidence.root, evidence)


def verify(place: Place, *arguments: str | Path) -> Result:
    words = ["verify", *map(str, arguments), "--config", str(place.config)]
    return CliRunner().invoke(cli, words)


def forge(folder: Path) -> None:
    """Change the words, and make the seal anew so that the folder agrees with itself."""
    (folder / "text.txt").write_text("forged words")
    (folder / MANIFEST).unlink()
    seal(folder, capture=folder.name, mode=CaptureMode.LINK)


def copied(place: Place, to: Path) -> Path:
    to.mkdir(parents=True)
    for file in place.folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


Naming = Callable[[Place], "str | Path"]
BY_ID: Naming = lambda place: place.evidence.id  # noqa: E731 - two of a kind, side by side
BY_PATH: Naming = lambda place: place.folder  # noqa: E731 - as above


@pytest.mark.parametrize("named", [BY_ID, BY_PATH], ids=["id", "path"])
@pytest.mark.parametrize("inside", [True, False], ids=["inside data/evidence", "elsewhere"])
def test_forged_evidence_is_named_wherever_one_stands_and_however_one_asks(
    place: Place, named: Naming, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.root if inside else place.config.parent)
    whole = verify(place, named(place))
    assert (whole.exit_code, whole.stdout) == (0, "Checked: 1. Everything is unchanged.\n")
    forge(place.folder)
    found = verify(place, named(place))
    assert found.exit_code == 1
    assert "manifest.json is not the one that was sealed" in str(found.exception)


def test_an_id_is_not_answered_for_by_a_folder_of_that_name(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(place, tmp_path / "elsewhere" / place.evidence.id)
    forge(place.folder)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert verify(place, place.evidence.id).exit_code == 1


def test_a_forged_copy_elsewhere_is_held_against_the_log(place: Place, tmp_path: Path) -> None:
    copy = copied(place, tmp_path / "copy" / place.evidence.id)
    assert verify(place, copy).stdout == "Checked: 1. Everything is unchanged.\n"
    forge(copy)
    assert verify(place, copy).exit_code == 1


def test_a_folder_among_the_evidence_that_the_log_does_not_know_is_not_believed(
    place: Place,
) -> None:
    stranger = place.root / "ev-0000"
    stranger.mkdir()
    (stranger / "text.txt").write_text("words")
    seal(stranger, capture="ev-0000", mode=CaptureMode.LINK)
    found = verify(place, stranger)
    assert found.exit_code == 1
    assert "The incident log knows no evidence of this name" in str(found.exception)


def test_a_folder_without_a_configuration_says_what_it_cannot_prove(
    place: Place, tmp_path: Path
) -> None:
    copy = copied(place, tmp_path / "usb stick" / place.evidence.id)
    place.config.unlink()
    found = verify(place, copy)
    assert found.exit_code == 0
    assert "as far as the folder can tell by itself" in found.stdout
    assert "made anew together" in found.stdout
    told = json.loads(verify(place, copy, "--json").stdout)
    assert "made anew together" in told["cannot_prove"]


def test_a_folder_without_a_configuration_can_be_held_against_a_number(
    place: Place, tmp_path: Path
) -> None:
    copy = copied(place, tmp_path / "usb stick" / place.evidence.id)
    place.config.unlink()
    number = place.evidence.manifest_sha256
    whole = verify(place, copy, "--sha256", number)
    assert whole.stdout == "Checked: 1. Everything is unchanged.\n"
    forge(copy)
    assert verify(place, copy, "--sha256", number).exit_code == 1


def test_a_number_without_a_folder_is_wrong_usage(place: Place) -> None:
    assert verify(place, "--all", "--sha256", "0" * 64).exit_code == 2
    assert verify(place, place.evidence.id, "--sha256", "0" * 64).exit_code == 2


def test_a_pack_says_what_it_cannot_prove_and_proves_it_with_the_number(
    place: Place, tmp_path: Path
) -> None:
    case = Case(incident=INCIDENT, sightings=(), evidence=(place.evidence,))
    number = export(case, place.root, tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(tmp_path / "pack")
    alone = verify(place, tmp_path / "pack")
    assert alone.exit_code == 0
    assert "as far as the pack can tell by itself" in alone.stdout
    assert "printed at export" in alone.stdout
    assert verify(place, tmp_path / "pack", "--sha256", number).stdout == (
        "Checked: 1. Everything is unchanged.\n"
    )
    assert verify(place, tmp_path / "pack", "--sha256", "0" * 64).exit_code == 1


def test_everything_in_the_log_is_held_against_the_log(place: Place) -> None:
    told = json.loads(verify(place, "--all", "--json").stdout)
    assert told["ok"] is True
    assert told["cannot_prove"] is None


def test_export_prints_the_number_that_proves_the_pack(place: Place, tmp_path: Path) -> None:
    open_an_incident(place)
    out = tmp_path / "pack.zip"
    done = CliRunner().invoke(
        cli, ["export", "2026-001", "--out", str(out), "--config", str(place.config)]
    )
    assert done.exit_code == 0
    with zipfile.ZipFile(out) as archive:
        number = sha256(archive.read("incident.json")).hexdigest()
    assert f"The SHA-256 of its incident.json: {number}\n" in done.stdout


def open_an_incident(place: Place) -> None:
    app = App(settings.load(place.config))
    app.store.keep(
        Entry(
            school="wexcombe",
            mention=Mention(source="forum", external_id="1", url="", text="words"),
            place="",
            story="",
            assessment=Assessment(about_school=True, relevance=1, model="m"),
            seen_at=INCIDENT.opened_at,
            incident=INCIDENT,
        )
    )
    app.close()


def meddle(place: Place, *statements: str) -> None:
    """As somebody would who may do anything to the database."""
    with sqlite3.connect(place.root.parent / "monitor.db") as connection:
        for trigger in ("custody_no_update", "custody_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def problems(place: Place, *arguments: str) -> list[str]:
    return str(verify(place, "--all", *arguments).exception).splitlines()


def test_the_custody_log_is_whole_and_says_its_number(place: Place) -> None:
    done = verify(place, "--all")
    head = done.stdout.rpartition(" ")[2].strip()
    assert done.stdout == (
        f"Checked: 1. Everything is unchanged.\nThe custody log is whole. Its number now: {head}\n"
    )
    assert verify(place, "--all", "--head", head).exit_code == 0
    assert json.loads(verify(place, "--all", "--json").stdout)["custody"]["head"] == head


@pytest.mark.parametrize("number", ["7", "1:ab", "x" * 70])
def test_a_number_that_is_none_is_wrong_usage(place: Place, number: str) -> None:
    assert verify(place, "--all", "--head", number).exit_code == 2


def test_a_changed_entry_of_the_custody_log_is_named(place: Place) -> None:
    meddle(place, "UPDATE custody SET actor = 'nobody'")
    assert problems(place) == ["custody log: custody.json: entry 1 was changed."]


def test_evidence_whose_entries_are_gone_is_named(place: Place) -> None:
    meddle(place, "DELETE FROM custody")
    (line,) = problems(place)
    assert line.startswith(f"{place.evidence.id}: The custody log does not tell how")


def test_evidence_that_is_gone_without_being_erased_is_named(place: Place) -> None:
    meddle(place, "DELETE FROM capture")
    (line,) = problems(place)
    assert line.startswith(f"custody log: {place.evidence.id} was captured and never erased")


def test_evidence_replaced_together_with_its_number_in_the_log_is_named(place: Place) -> None:
    forge(place.folder)
    number = sha256((place.folder / MANIFEST).read_bytes()).hexdigest()
    meddle(place, f"UPDATE capture SET manifest_sha256 = '{number}'")
    (line,) = problems(place)
    assert "The custody log has another seal" in line
    assert verify(place, place.folder).exit_code == 1


def test_an_export_is_in_the_custody_log_with_the_number_of_the_pack(
    place: Place, tmp_path: Path
) -> None:
    open_an_incident(place)
    out = tmp_path / "pack.zip"
    CliRunner().invoke(
        cli, ["export", "2026-001", "--out", str(out), "--config", str(place.config)]
    )
    app = App(settings.load(place.config))
    (packed,) = [link for link in app.store.custody() if link.act == "packed"]
    app.close()
    with zipfile.ZipFile(out) as archive:
        number = sha256(archive.read("incident.json")).hexdigest()
    assert (packed.subject, packed.actor, packed.sha256) == ("2026-001", "command line", number)


def test_what_lies_among_the_evidence_and_is_in_no_log_is_named(place: Place) -> None:
    stray = place.root / "ev-0123456789abcdef"
    stray.mkdir()
    assert verify(place, "--all").exit_code == 0, "it may be being written down just now"
    long_ago = stray.stat().st_mtime - 7200
    os.utime(stray, (long_ago, long_ago))
    (line,) = problems(place)
    assert line.startswith("ev-0123456789abcdef: It lies among the evidence")


def test_a_capture_that_is_still_to_be_written_down_is_no_stray(place: Place) -> None:
    long_ago = place.folder.stat().st_mtime - 7200
    os.utime(place.folder, (long_ago, long_ago))
    meddle(place, "UPDATE capture SET state = 'wanted'")
    assert not any("lies among" in line for line in problems(place))


def test_the_database_is_opened_once_whatever_is_checked(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    load = settings.load
    monkeypatch.setattr(settings, "load", lambda path: (opened.append(path), load(path))[1])
    assert verify(place, "--all").exit_code == 0
    assert opened == [place.config]
