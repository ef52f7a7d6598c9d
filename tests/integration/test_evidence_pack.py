"""The pack as police get it: complete, on paper, provable by Python alone, or naming nobody."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.evidence.carried import verifier_files
from alerts.evidence.launcher import find_browser
from alerts.evidence.verifier import check
from monitor import settings
from monitor.app import App
from monitor.cli.main import cli
from monitor.domain import (
    Assessment,
    CaptureMode,
    Category,
    Incident,
    Mention,
    Severity,
)
from monitor.store.mentions import Entry
from tests.flips import Work, every_byte, missed, some_bytes, verdicts, verdicts_alone
from tests.needs import missing
from tests.timestamp_authority import Authority, openssl

CONFIG = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
[network]
allow = ["{authority.place}"]
[evidence]
timestamp_authorities = ["{authority.url}"]
timestamp_ca_file = "root.pem"
"""
WORDS = "Mr Quentin Blodwen of Wexcombe Park Primary School is a disgrace, meet me at the gate."


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with Authority(tmp_path_factory.mktemp("authority")) as authority:
        yield authority


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Path:
    """A log with one incident, its evidence stamped, and evidence of another."""
    folder = tmp_path_factory.mktemp("school")
    (folder / "root.pem").write_text(authority.root.read_text())
    config = folder / "config.toml"
    config.write_text(CONFIG.format(authority=authority))
    app = App(settings.load(config))
    app.evidence.capture_page("https://forum.example/other", "wexcombe", CaptureMode.LINK)
    for number in ("1", "2"):
        app.store.keep(_entry(app, number))
    app.evidence.capture()
    app.evidence.stamp()
    app.close()
    return config


def _entry(app: App, number: str) -> Entry:
    now = app.clock()
    return Entry(
        school="wexcombe",
        mention=Mention(
            source="town forum",
            external_id=number,
            url=f"https://forum.example/quentin-blodwen/{number}",
            text=WORDS,
            author="jo of the gate",
            published_as="Quentin's birthday",
            answers="https://forum.example/quentin-blodwen/0",
            counts=(("likes", 3),),
        ),
        place=number,
        story="",
        assessment=Assessment(about_school=True, relevance=1, model="m"),
        seen_at=now,
        incident=Incident(
            key=f"k{number}",
            school="wexcombe",
            opened_at=now,
            categories=frozenset({Category.ABUSE}),
            severity=Severity.HIGH,
        ),
        capture=CaptureMode.LINK,
    )


def export(config: Path, out: Path, *words: str) -> tuple[Path, str]:
    """The unpacked pack of the first incident, and its number."""
    number = next(i for i in _numbers(config))
    done = CliRunner().invoke(
        cli, ["export", number, "--out", f"{out}.zip", "--config", str(config), *words]
    )
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(f"{out}.zip") as archive:
        archive.extractall(out)
    return out, done.stdout.partition("incident.json: ")[2].split()[0]


def _numbers(config: Path) -> list[str]:
    app = App(settings.load(config))
    found = sorted(case.incident.number for case in app.store.cases())
    app.close()
    return found


@pytest.fixture(scope="module")
def made(config: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return export(config, tmp_path_factory.mktemp("packs") / "pack")


def alone(folder: Path, *words: str, path: str | None = None) -> tuple[int, str]:
    """As police would: Python, no packages, and with *path* not even openssl."""
    command = [sys.executable, "-I", "-S", "verify.py", *words]
    environment = None if path is None else {"PATH": path}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_pack_proves_itself_with_python_alone(made: tuple[Path, str]) -> None:
    folder, number = made
    assert alone(folder, ".", number) == (0, "Unchanged: every file is as it was sealed.\n")
    code, said = alone(folder, ".", number, path="/nonexistent")
    assert code == 0
    assert "no openssl" in said
    assert check(folder, number) == []


def test_it_tells_its_own_custody_and_of_the_rest_only_digests(made: tuple[Path, str]) -> None:
    folder, _ = made
    (evidence,) = json.loads((folder / "incident.json").read_text())["evidence"]
    rows = json.loads((folder / "custody.json").read_text())
    told = [row for row in rows if "act" in row]
    assert [row["act"] for row in told] == ["captured", "timestamped", "exported"]
    assert {row["subject"] for row in told} == {evidence["id"]}
    assert len(rows) > len(told)


def test_openssl_believes_the_time_stamps_as_the_readme_says(made: tuple[Path, str]) -> None:
    folder, _ = made
    (token,) = (folder / "timestamps").glob("*.tsr")
    manifest = folder / token.name.removesuffix(".1.tsr") / "manifest.json"
    done = openssl(
        "ts", "-verify", "-data", manifest, "-in", token, "-CAfile", token.with_suffix(".pem")
    )
    assert b"Verification: OK" in done.stdout


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_flipped_bytes_of_a_pack_are_named_by_us_and_by_the_verifier_alone(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    """10,000 of a large one, with a real page's captures: BENCH_FLIPS=10000 make bench."""
    folder, number = made
    verifier = unpacked_verifier(tmp_path)
    work = Work(str(folder), number, some_bytes(folder, 60, seed=7))
    ours = verdicts(work, check)
    assert missed(work, ours) == []
    assert verdicts_alone(work, verifier) == ours
    assert check(folder, number) == []


def test_every_flipped_byte_of_a_small_capture_is_named_by_us_and_by_the_verifier_alone(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    folder, _ = made
    (evidence,) = json.loads((folder / "incident.json").read_text())["evidence"]
    capture = folder / evidence["id"]
    work = Work(str(capture), evidence["manifest_sha256"], every_byte(capture))
    assert len(work.places) > 1000
    ours = verdicts(work, check)
    assert missed(work, ours) == []
    assert verdicts_alone(work, unpacked_verifier(tmp_path)) == ours


def unpacked_verifier(folder: Path) -> Path:
    """As it came in a pack that nobody has touched."""
    for name, text in verifier_files().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_verifier_alone_gives_the_same_verdicts(made: tuple[Path, str]) -> None:
    folder, number = made
    for path in _files(folder):
        if path.parent.name == "verifier" or path.name == "verify.py":
            continue  # a verifier that was changed may say what it likes
        original = path.read_bytes()
        path.write_bytes(original + b" ")
        ours = [problem.sentence for problem in check(folder, number)]
        code, said = alone(folder, ".", number)
        path.write_bytes(original)
        assert (code, said.splitlines()) == (1, [*ours, "NOT as it was sealed."])


def test_a_file_put_into_the_pack_is_named(made: tuple[Path, str]) -> None:
    folder, number = made
    for place in (folder, folder / "timestamps", folder / "verifier"):
        (place / "extra.txt").write_text("x")
        assert any(p.name.endswith("extra.txt") for p in check(folder, number)), place
        (place / "extra.txt").unlink()


def test_a_masked_pack_names_nobody_and_still_proves_itself(config: Path, tmp_path: Path) -> None:
    folder, number = export(config, tmp_path / "masked", "--masked")
    assert check(folder, number) == []
    everything = b"".join(p.read_bytes() for p in _files(folder) if p.suffix != ".pdf").lower()
    for name in (b"quentin", b"blodwen", b"jo of the gate"):
        assert name not in everything
    (evidence,) = json.loads((folder / "incident.json").read_text())["evidence"]
    assert [p.name for p in _files(folder / evidence["id"])] == ["manifest.json"]
    (token,) = (folder / "timestamps").glob("*.tsr")
    assert token.read_bytes()


@pytest.mark.browser
def test_the_paper_has_numbered_pages_seals_and_the_words(made: tuple[Path, str]) -> None:
    if find_browser() is None:
        missing("Chromium", "chromium")
    folder, _ = made
    pdf = (folder / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    listed = {p["name"] for p in json.loads((folder / "incident.json").read_text())["papers"]}
    assert {"report.pdf", "custody.json", "verify.py", "README.txt"} <= listed
