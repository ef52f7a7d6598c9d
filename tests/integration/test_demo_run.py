"""run_demo: the town, the post office and the story around one scan."""

from __future__ import annotations

import io
import smtplib
import tomllib
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from monitor.demo.run import run_demo
from monitor.demo.story import Counts, ScanResult
from monitor.demo.town import MARKER

COUNTS = Counts(read=1, about_school=1, criticism=0, not_assessed=0)


def _visit(config: Path) -> ScanResult:
    """A small scan: read one timeline, tell the head by mail, leave a file in data/."""
    table = tomllib.loads(config.read_text(encoding="utf-8"))
    (mastodon,) = [s for s in table["sources"] if s["kind"] == "mastodon"]
    with httpx.Client(trust_env=False) as web:
        url = f"{mastodon['url']}/api/v1/timelines/tag/wexcombepark"
        assert web.get(url).status_code == 200
    email = table["alerts"]["email"]
    mail = EmailMessage()
    mail["From"], mail["Subject"] = email["from"], "Incident 2026-001"
    with smtplib.SMTP(email["host"], email["port"], timeout=10) as post:
        post.send_message(mail, to_addrs=[table["schools"][0]["contacts"]["head"]])
    (config.parent / "data").mkdir()
    return ScanResult(counts=COUNTS, cases=())


def _never(config: Path) -> ScanResult:
    pytest.fail("nothing may be scanned")


def _run(directory: Path, scan: object = _visit) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = run_demo(
        directory,
        scan=scan,  # type: ignore[arg-type]  # one of the functions above
        console=Console(file=out, width=200),
        errors=Console(file=err, width=200),
    )
    return status, out.getvalue(), err.getvalue()


def test_the_town_is_there_while_the_scan_runs_and_its_mail_is_kept(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "demo"
    status, out, err = _run(directory)
    assert (status, err) == (0, "")
    assert sorted(p.name for p in directory.iterdir()) == ["config.toml", "data", "mail"]
    assert [p.name for p in (directory / "mail").iterdir()] == ["001-head.eml"]
    assert "Incident 2026-001" in out


def test_an_earlier_demonstration_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    assert _run(tmp_path)[0] == 0
    (tmp_path / "data" / "old").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    assert _run(tmp_path)[0] == 0
    assert not (tmp_path / "data" / "old").exists()
    assert len(list((tmp_path / "mail").iterdir())) == 1
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["notes.txt", "config.toml"])
def test_a_folder_that_is_not_ours_stays_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'data_dir = "data" # \xff')
    status, out, err = _run(tmp_path, _never)
    assert (status, out) == (1, "")
    assert "is not a demonstration" in err
    assert "--dir" in err
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_marker_that_is_not_on_the_first_line_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f'data_dir = "data"\n{MARKER}\n')
    assert _run(tmp_path, _never)[0] == 1


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    status, _, err = _run(tmp_path / "demo", _never)
    assert status == 1
    assert "is not a folder" in err


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, _, err = _run(tmp_path / "file" / "demo", _never)
    assert status == 1
    assert "could not be set up" in err
    assert "Traceback" not in err


def test_a_scan_with_problems_ends_in_one_and_is_still_told(tmp_path: Path) -> None:
    def failed(config: Path) -> ScanResult:
        return ScanResult(counts=COUNTS, cases=(), problems=("The forum cannot be read.",))

    status, out, _ = _run(tmp_path, failed)
    assert status == 1
    assert "The forum cannot be read." in out


def test_the_town_is_gone_even_when_the_scan_breaks_off(tmp_path: Path) -> None:
    ports: list[str] = []

    def broken(config: Path) -> ScanResult:
        ports.extend(tomllib.loads(config.read_text())["network"]["allow"])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path, broken)
    with httpx.Client(trust_env=False) as web, pytest.raises(httpx.ConnectError):
        web.get(f"http://{ports[0]}/")
