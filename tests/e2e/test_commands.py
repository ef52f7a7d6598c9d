"""Each command as a user meets it: what it prints where, and how it ends."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer

import pytest

from monitor.cli.main import main
from tests.e2e.command import MONITOR, Json, Monitor, environment, run
from tests.e2e.school import (
    ELSEWHERE,
    HEAD,
    PRAISE,
    THREAT,
    Site,
    configuration,
    mail_at,
)
from tests.processes import free_port
from tests.smtp import SmtpServer

ASSESS_KEYS = {
    *("id", "about_school", "relevance", "categories", "scores", "severity", "sentiment"),
    *("because", "not_assessed", "model"),
}
PAST_ASSESS = ("about_head", "child_safety", "criticism")  # added to the outer interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A school after its first scan; its site and its mail server go on."""

    site: Site
    mail: SmtpServer
    monitor: Monitor
    summary: Json

    def copied_to(self, folder: Path) -> Monitor:
        """All the school knows, for a test to change."""
        shutil.copytree(self.monitor.folder, folder)
        return Monitor(folder)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    folder = tmp_path_factory.mktemp("school")
    with Site() as site, SmtpServer() as mail:
        posts = {"fair": PRAISE, "knife": THREAT, "hotel": ELSEWHERE}
        site.publish("/feed", posts)
        monitor = Monitor(folder)
        monitor.configure(configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port)))
        summary = monitor.scan()
        for _ in range(3):  # a machine busy with other tests may not start a browser in time
            if not unsealed(monitor):
                break
            summary["captures"] += monitor.scan()["captures"]
        yield Scanned(site=site, mail=mail, monitor=monitor, summary=summary)


def unsealed(monitor: Monitor) -> bool:
    """Whether evidence waits for its next try, which is made due here."""
    with closing(sqlite3.connect(monitor.data / "monitor.db")) as database, database:
        waiting = database.execute(
            "UPDATE capture SET due_at = '2020-01-01 00:00:00.000000', attempts = 0 "
            "WHERE state = 'wanted'"
        )
        return waiting.rowcount > 0


@pytest.fixture
def school(tmp_path: Path) -> Monitor:
    """A school that has no source, and has scanned nothing."""
    monitor = Monitor(tmp_path)
    monitor.configure(configuration())
    return monitor


def piped(
    words: str | bytes, *arguments: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The command with *words* on its standard input, and no --config of its own.

    With an environment of its own it is started afresh, as Python reads that when it starts.
    """
    words = words.encode() if isinstance(words, str) else words
    if env is None:
        return run(arguments, words)
    return subprocess.run(
        [MONITOR, *arguments],
        input=words,
        capture_output=True,
        env=environment() | env,
        timeout=120,
        check=False,
    )


def assert_one_sentence(stderr: str) -> None:
    assert "Traceback" not in stderr
    assert stderr.strip()
    assert stderr.strip().endswith((".", "…")), stderr


# Wrong usage, and the configuration.


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("scan", "--nonsense"),
        ("scan", "--source", "no such source"),
        ("assess", "--school", "no-such-school"),
        ("capture",),
        ("capture", "ftp://paper.example/"),
        ("capture", "https://paper.example/", "--mode", "picture"),
        ("capture", "https://paper.example/", "--school", "no-such-school"),
        ("verify",),
        ("verify", "ev-1", "--all"),
        ("incidents", "--json", "--csv"),
        ("incidents", "--state", "lost"),
        ("incidents", "--since", "Friday"),
        ("report", "--from", "2026-11-01", "--to", "2026-10-01", "--out", "r.html"),
        ("report", "--from", "2026-11-01", "--to", "2026-11-30", "--out", "r.docx"),
        ("export", "2026-001", "--out", "pack.rar"),
        ("users", "add", "a@wexcombepark.example", "--role", "caretaker"),
        ("users", "add", "a@wexcombepark.example"),
        ("run", "--port", "70000"),
        ("sources", "carrier-pigeon"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_in_two_and_says_what_is_wrong(
    school: Monitor,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """In this process, as there are many; the command itself is run just below."""
    config = str(school.folder / "config.toml")
    monkeypatch.setattr(sys, "argv", ["monitor", *arguments, "--config", config])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capfd.readouterr()
    assert (ended.value.code, told.out) == (2, ""), told.err
    assert "Usage: monitor" in told.err


def test_the_installed_command_ends_in_two_as_well() -> None:
    done = subprocess.run([MONITOR, "verify"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "--all" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_configuration_each_command_says_where_it_looked(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path)
    for command in (("incidents", "--json"), ("check", "--json")):
        done = monitor(*command)
        assert (done.returncode, done.stdout) == (1, ""), command
        assert_one_sentence(done.stderr)
        assert str(tmp_path / "config.toml") in done.stderr


def test_the_configuration_may_be_named_by_the_environment(school: Monitor) -> None:
    env = {"MONITOR_CONFIG": str(school.folder / "config.toml")}
    assert piped("", "incidents", env=env).returncode == 0
    env = {"MONITOR_CONFIG": str(school.folder / "other.toml")}
    done = piped("", "incidents", env=env)
    assert done.returncode == 1
    assert "other.toml" in done.stderr.decode()


def test_every_mistake_of_a_configuration_is_said_at_once_and_no_secret(school: Monitor) -> None:
    wrong = configuration(mail='host = "smtp.example"\nusername = "u"\npassword = "tiger-lily-9"')
    wrong = wrong.replace('town = "Wexcombe"', 'twon = "Wexcombe"')
    school.configure(wrong.replace(HEAD, "the head"))
    done = school("scan", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    for part in ("schools[1].twon", "town", "contacts.head", "alerts.email.password"):
        assert part in done.stderr
    assert "tiger-lily-9" not in done.stderr


# assess


def test_assess_answers_each_line_in_the_form_that_is_promised(school: Monitor) -> None:
    text = "\N{PILE OF POO} " + THREAT
    posts = [
        {"id": "a", "text": text, "url": "https://x.example/1", "author": "n", "channel": "forum"},
        {"id": 7, "text": ELSEWHERE, "school": "wexcombe", "mine": ["extra", "keys"]},
    ]
    words = "\n".join(json.dumps(post) for post in posts)
    done = piped(words, "assess", "--config", school.folder / "config.toml")
    assert (done.returncode, done.stderr) == (0, b"")
    threat, hotel = map(json.loads, done.stdout.decode().splitlines())
    for line in (threat, hotel):
        assert set(line) - set(PAST_ASSESS) == ASSESS_KEYS
        assert 0 <= line["relevance"] <= 1
        assert line["not_assessed"] is None
        assert line["model"]
    assert (threat["id"], hotel["id"]) == ("a", 7)
    assert threat["about_school"] is True
    assert hotel["about_school"] is False
    assert "threat" in threat["categories"]
    assert 0 < threat["scores"]["threat"] <= 1
    assert threat["severity"] in {"high", "critical"}
    reasons = [b for b in threat["because"] if b["category"] == "threat"]
    assert reasons
    for reason in threat["because"]:
        assert set(reason) == {"category", "start", "end", "text", "rule"}
        assert text[reason["start"] : reason["end"]] == reason["text"]
    assert not (school.data / "monitor.db").exists(), "nothing is stored"


def test_assess_answers_broken_lines_too_and_goes_on(school: Monitor) -> None:
    lines = [
        b"not json",
        b'{"id": "no text"}',
        b'{"id": "which", "text": "Hello", "school": "elsewhere"}',
        b'{"id": "latin", "text": "caf\xe9"}',
        b"[1, 2]",
        b'{"id": "long", "text": "' + b"x" * 1_100_000 + b'"}',
        b"",
        b'{"id": "good", "text": "A lovely fair at Wexcombe Park Primary School."}',
    ]
    done = piped(b"\n".join(lines), "assess", "--config", school.folder / "config.toml")
    assert done.returncode == 1
    assert_one_sentence(done.stderr.decode())
    assert "6 lines" in done.stderr.decode()
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [a["id"] for a in answers] == [None, "no text", "which", None, None, None, "good"]
    assert all(set(a) >= ASSESS_KEYS for a in answers)
    assert [bool(a["not_assessed"]) for a in answers] == [True] * 6 + [False]


def test_assess_with_several_schools_wants_to_know_which(school: Monitor) -> None:
    other = '[[schools]]\nid = "thorley"\nname = "Thorley Green Junior School"\ntown = "Thorley"\n'
    school.configure(configuration(more=other))
    text = "A lovely fair at Thorley Green Junior School in Thorley."
    config = school.folder / "config.toml"
    lines = [{"id": 1, "text": text}, {"id": 2, "text": text, "school": "wexcombe"}]
    words = "\n".join(map(json.dumps, lines))

    unnamed = piped(words, "assess", "--config", config)
    assert unnamed.returncode == 1
    first, second = map(json.loads, unnamed.stdout.splitlines())
    assert "--school" in first["not_assessed"]
    assert (second["not_assessed"], second["about_school"]) == (None, False)

    named = piped(words, "assess", "--config", config, "--school", "thorley")
    assert named.returncode == 0
    first, second = map(json.loads, named.stdout.splitlines())
    assert first["about_school"] is True
    assert second["about_school"] is False, "the post's own school counts first"


def test_assess_answers_while_more_is_to_come(school: Monitor) -> None:
    with subprocess.Popen(
        [MONITOR, "assess", "--config", school.folder / "config.toml"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
    ) as process:
        watchdog = Timer(60, process.kill)  # or an answer that never comes would hang us
        watchdog.start()
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for number in (1, 2):
            process.stdin.write(json.dumps({"id": number, "text": PRAISE}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(60) == 0
        watchdog.cancel()
        assert process.stderr.read() == ""


def test_assess_writes_utf_8_whatever_the_system_says(school: Monitor) -> None:
    words = json.dumps({"id": "ŵ", "text": "Ysgol 🏫 at Wexcombe Park Primary School"})
    env = {"PYTHONIOENCODING": "latin-1"}
    done = piped(words, "assess", "--config", school.folder / "config.toml", env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8"))["id"] == "ŵ"


# scan, and the log


@pytest.mark.browser
def test_scan_sums_up_what_it_did(scanned: Scanned) -> None:
    summary = scanned.summary
    assert summary["sources"] == [
        {"name": "Paper", "school": "wexcombe", "new": 3, "about_school": 2, "error": None}
    ]
    assert (summary["mentions"], summary["incidents_opened"]) == (3, 1)
    assert summary["captures"] == 1
    assert summary["alerts_sent"] == len(scanned.mail.messages) > 0
    assert set(summary) == {"sources", "mentions", "incidents_opened", "captures", "alerts_sent"}


@pytest.mark.browser
def test_scan_visits_only_what_is_due_unless_all_or_one_is_asked_for(
    scanned: Scanned, tmp_path: Path
) -> None:
    monitor = scanned.copied_to(tmp_path / "school")
    not_due = json.loads(monitor("scan", "--json").stdout)
    assert not_due["sources"] == []
    named = json.loads(monitor("scan", "--source", "Paper", "--json").stdout)
    assert [s["new"] for s in named["sources"]] == [0]
    in_words = monitor("scan", "--all")
    assert in_words.returncode == 0, in_words.stderr
    assert "0 new posts" in in_words.stdout
    assert in_words.stderr == "", "no progress but on a terminal"


@pytest.mark.browser
def test_incidents_as_json_lines_are_in_the_form_that_is_promised(scanned: Scanned) -> None:
    (incident,) = scanned.monitor.incidents()
    assert set(incident) == {
        *("id", "school", "opened_at", "state", "severity", "categories"),
        *("mentions", "evidence", "alerts"),
        *("places", "near_copies", "history", "decision", "veracity"),  # added since
        *("assigned", "due", "acknowledged_at", "closed_at"),
    }
    assert (incident["school"], incident["state"]) == ("wexcombe", "open")
    (mention,) = incident["mentions"]
    assert {"source", "url", "author", "text", "published_at", "first_seen_at"} < set(mention)
    assert ASSESS_KEYS - {"id"} <= set(mention["assessment"])
    assert mention["published_at"] == "2026-11-02T00:00:00Z"
    (evidence,) = incident["evidence"]
    assert {"id", "mode", "captured_at", "state", "files"} <= set(evidence)
    assert all(set(f) == {"name", "sha256", "bytes"} for f in evidence["files"])
    for alert in incident["alerts"]:
        assert {"role", "channel", "state", "sent_at", "message_id"} <= set(alert)
        assert alert["state"] == "sent"
    for moment in (incident["opened_at"], evidence["captured_at"], mention["first_seen_at"]):
        assert datetime.fromisoformat(moment).utcoffset() == timedelta(0)
        assert moment.endswith("Z")


@pytest.mark.browser
def test_incidents_can_be_filtered_and_read_in_a_spreadsheet(scanned: Scanned) -> None:
    monitor = scanned.monitor
    assert monitor("incidents", "--state", "closed", "--json").stdout == ""
    assert monitor("incidents", "--since", "2999-01-01", "--json").stdout == ""
    since = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    filtered = monitor("incidents", "--state", "open", "--since", since, "--json")
    assert len(filtered.stdout.splitlines()) == 1

    rows = list(csv.DictReader(io.StringIO(monitor("incidents", "--csv").stdout)))
    (row,) = rows
    assert THREAT in row["text"]
    assert row["source"] == "Paper"
    assert row["severity"] in {"high", "critical"}
    lines = monitor("incidents").stdout
    assert "Threat" in lines
    assert "knife" not in lines, "what was written stays in the log"
    empty = monitor("incidents", "--state", "closed")
    assert (empty.returncode, empty.stdout) == (0, "The incident log is empty.\n")


# evidence


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["full", "text", "link"])
def test_capture_prints_the_id_of_evidence_that_verifies(
    scanned: Scanned, tmp_path: Path, mode: str
) -> None:
    monitor = scanned.copied_to(tmp_path / "school")
    before = scanned.site.requests["/posts/fair"]
    done = monitor("capture", scanned.site.url("/posts/fair"), "--mode", mode)
    assert done.returncode == 0, done.stderr
    id_ = done.stdout.strip()
    folder = monitor.data / "evidence" / id_
    assert (folder / "screenshot.png").exists() is (mode == "full")
    opened = scanned.site.requests["/posts/fair"] > before
    assert opened is (mode != "link"), "a link is never opened"
    if mode != "link":
        assert "summer fair" in (folder / "text.txt").read_text()
    verified = monitor("verify", id_, "--json")
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["evidence"] == [{"id": id_, "ok": True, "problems": []}]
    assert monitor("verify", str(folder)).returncode == 0


@pytest.mark.browser
def test_capture_of_a_page_that_is_not_there_still_keeps_the_address(school: Monitor) -> None:
    address = f"127.0.0.1:{free_port()}"
    school.configure(configuration().replace("allow = []", f'allow = ["{address}"]'))
    done = school("capture", f"http://{address}/gone")
    assert done.returncode == 1
    assert_one_sentence(done.stderr)
    id_ = done.stdout.strip()
    assert address in (school.data / "evidence" / id_ / "source.json").read_text()
    assert school("verify", id_).returncode == 0


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)


def reseal(file: Path) -> None:
    """Change a file, and its manifest with it."""
    flip(file)
    manifest = file.parent / "manifest.json"
    manifest.chmod(0o600)
    found = json.loads(manifest.read_bytes())
    for entry in found["files"]:
        if entry["name"] == file.name:
            entry["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(
        json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (lambda f: flip(f / "screenshot.png"), "screenshot.png"),
        (lambda f: (f / "text.txt").unlink(), "text.txt"),
        (lambda f: (f / "extra.txt").write_text("I was here"), "extra.txt"),
        (lambda f: reseal(f / "text.txt"), "manifest.json"),
        (shutil.rmtree, "manifest.json"),
    ],
    ids=["flipped", "removed", "added", "manifest replaced too", "all gone"],
)
def test_verify_names_what_was_changed(
    scanned: Scanned, tmp_path: Path, tamper: object, named: str
) -> None:
    monitor = scanned.copied_to(tmp_path / "school")
    (folder,) = [p for p in (monitor.data / "evidence").iterdir() if p.is_dir()]
    folder.chmod(0o700)
    assert callable(tamper)
    tamper(folder)
    done = monitor("verify", "--all", "--json")
    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)
    assert found["ok"] is False
    (evidence,) = found["evidence"]
    assert any(named in problem for problem in evidence["problems"])


def test_verify_of_what_does_not_exist_says_so(school: Monitor) -> None:
    done = school("verify", "ev-0000")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_sentence(done.stderr)
    assert "ev-0000" in done.stderr


@pytest.mark.browser
def test_an_exported_pack_proves_itself_with_nothing_but_python(
    scanned: Scanned, tmp_path: Path
) -> None:
    (incident,) = scanned.monitor.incidents()
    done = scanned.monitor("export", incident["id"], "--out", str(tmp_path / "pack.zip"))
    assert done.returncode == 0, done.stderr
    pack = tmp_path / "pack"
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(pack)
    python = os.path.realpath(sys.executable)

    def proof() -> subprocess.CompletedProcess[str]:
        command = [python, "-I", str(pack / "verify.py")]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")

    assert proof().returncode == 0, proof().stdout
    assert scanned.monitor("verify", str(pack)).returncode == 0
    (screenshot,) = pack.rglob("screenshot.png")
    flip(screenshot)
    assert proof().returncode == 1
    assert "screenshot.png" in proof().stdout
    told = scanned.monitor("verify", str(pack))
    assert told.returncode == 1
    assert "screenshot.png" in told.stderr


def test_export_says_what_is_missing(school: Monitor) -> None:
    for arguments, named in (
        (("2026-999", "--out", "pack.zip"), "2026-999"),
        (("2026-999", "--out", "no/such/folder/pack.zip"), "no/such/folder"),
    ):
        done = school("export", *arguments)
        assert done.returncode == 1
        assert_one_sentence(done.stderr)
        assert named in done.stderr


# the governors' report


@pytest.mark.browser
@pytest.mark.parametrize(
    ("kind", "start"), [("html", b"<!"), ("pdf", b"%PDF"), ("csv", b""), ("xlsx", b"PK")]
)
def test_the_report_is_written_in_each_form_without_anybodys_words(
    scanned: Scanned, tmp_path: Path, kind: str, start: bytes
) -> None:
    today = datetime.now(UTC).date()
    first, last = (today - timedelta(days=30)).isoformat(), (today + timedelta(days=1)).isoformat()
    out = tmp_path / f"report.{kind}"
    done = scanned.monitor("report", "--from", first, "--to", last, "--out", str(out))
    assert (done.returncode, done.stdout) == (0, f"Written to {out}.\n"), done.stderr
    assert out.read_bytes().startswith(start)
    assert b"knife" not in out.read_bytes()
    assert list(tmp_path.iterdir()) == [out], "nothing half written is left"


def test_a_report_into_a_folder_that_does_not_exist_says_so(school: Monitor) -> None:
    done = school(
        *("report", "--from", "2026-11-01", "--to", "2026-11-30", "--out", "no/folder/r.html")
    )
    assert done.returncode == 1
    assert_one_sentence(done.stderr)
    assert "no/folder" in done.stderr


# forget


def age(monitor: Monitor, days: int) -> None:
    """Let all that was seen have been seen so long ago, and every incident be closed then."""
    then = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(monitor.data / "monitor.db")) as database, database:
        database.execute("UPDATE mention SET first_seen_at = ?, author = 'somebody'", (then,))
        database.execute("UPDATE incident SET state = 'closed', closed_at = ?", (then,))


def remembered(monitor: Monitor) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(monitor.data / "monitor.db")) as database:
        query = "SELECT external_id, author FROM mention ORDER BY external_id"
        return list(database.execute(query))


@pytest.mark.browser
def test_forget_applies_retention_and_a_dry_run_changes_nothing(
    scanned: Scanned, tmp_path: Path
) -> None:
    monitor = scanned.copied_to(tmp_path / "school")
    fair, hotel, knife = (scanned.site.url(f"/posts/{p}") for p in ("fair", "hotel", "knife"))
    age(monitor, 100)
    before = remembered(monitor)
    assert [row[0] for row in before] == [fair, hotel, knife]
    would = monitor("forget", "--dry-run")
    assert would.returncode == 0
    assert remembered(monitor) == before

    did = monitor("forget")
    assert did.returncode == 0
    assert did.stdout.replace("Forgot", "Would forget") == would.stdout
    assert remembered(monitor) == [(fair, ""), (knife, "somebody")], "after 100 days"

    age(monitor, 7 * 366)
    would = monitor("forget", "--dry-run")
    assert len(monitor.incidents()) == 1
    did = monitor("forget")
    assert did.stdout.replace("Forgot", "Would forget") == would.stdout
    assert remembered(monitor) == []
    assert monitor.incidents() == []
    assert list((monitor.data / "evidence").iterdir()) == []
    assert b"knife" not in (monitor.data / "monitor.db").read_bytes()


# users


def test_an_account_is_made_listed_and_locked(school: Monitor) -> None:
    who = "office@wexcombepark.example"
    assert "no account" in school("users", "list").stdout
    added = school("users", "add", who, "--role", "office")
    assert added.returncode == 0
    assert "http://127.0.0.1:8000/invite/" in added.stdout
    again = school("users", "add", who, "--role", "head")
    assert again.returncode == 1
    assert_one_sentence(again.stderr)
    assert f"{who}  office  wexcombe" in school("users", "list").stdout
    nothing_to_reset = school("users", "reset-second-step", who)
    assert nothing_to_reset.returncode == 1
    assert_one_sentence(nothing_to_reset.stderr)
    assert school("users", "disable", who).returncode == 0
    assert "disabled" in school("users", "list").stdout
    unknown = school("users", "disable", "nobody@wexcombepark.example")
    assert unknown.returncode == 1
    assert_one_sentence(unknown.stderr)


# init

ANSWERS = (
    *("Wexcombe Park", "", "", "", "", "", "", "", "", ""),
    *(HEAD, "", "not an address", "dsl@wexcombepark.example", "", "clerk@wexcombepark.example"),
    *("smtp.example", "monitor@wexcombepark.example"),
)


def test_init_writes_a_configuration_that_loads(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    answers = ("Wexcombe Park Primary School", "", "Wexcombe", *[""] * 6, HEAD, *[""] * 5)
    done = piped("\n".join(answers) + "\n", "init", "--offline", "--config", config)
    assert done.returncode == 0, done.stderr
    (school,) = tomllib.loads(config.read_text())["schools"]
    assert (school["name"], school["town"]) == ("Wexcombe Park Primary School", "Wexcombe")
    assert school["aliases"] == ["Wexcombe Park Primary", "Wexcombe Park"]
    assert config.stat().st_mode & 0o077 == 0
    assert piped("", "incidents", "--config", config).returncode == 0

    again = piped("", "init", "--offline", "--config", config)
    assert again.returncode == 1
    assert_one_sentence(again.stderr.decode())


def test_init_takes_the_details_from_the_register(tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    columns = (
        "URN,EstablishmentName,EstablishmentStatus (code),Town,County (name),Postcode,"
        "SchoolWebsite,HeadTitle (name),HeadFirstName,HeadLastName"
    )
    rows = (
        "900001,Wexcombe Park Primary School,1,Wexcombe,Wexshire,WX4 1ZZ,"
        "www.wexcombepark.example,Mrs,Zoë,Quillet",
        "900002,Wexcombe Park Infant School,2,Wexcombe,Wexshire,WX4 1ZY,,,,",
        "900003,Wexcombe Park Academy,1,Thorley,,TH1 1ZZ,,,,",
    )
    register.write_text("\r\n".join((columns, *rows)), encoding="cp1252")
    config = tmp_path / "config.toml"
    words = "\n".join(ANSWERS) + "\n"
    done = piped(words, "init", "--config", config, "--register", register)
    assert done.returncode == 0, done.stderr
    found = tomllib.loads(config.read_text(encoding="utf-8"))
    (school,) = found["schools"]
    assert (school["urn"], school["postcode"]) == ("900001", "WX4 1ZZ")
    assert school["website"] == "https://www.wexcombepark.example"
    assert school["headteacher"] == "Mrs Zoë Quillet"
    assert school["aliases"] == ["Wexcombe Park Primary", "Wexcombe Park"]
    assert school["homonyms"] == ["Wexcombe Park Academy, Thorley"], "a closed school is no rival"
    assert school["contacts"] == {
        "head": HEAD,
        "dsl": "dsl@wexcombepark.example",
        "clerk": "clerk@wexcombepark.example",
    }
    assert found["alerts"]["email"]["password"] == "env:SMTP_PASSWORD"


def test_init_that_is_broken_off_or_misled_writes_nothing(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    cut = piped("Wexcombe Park Primary School\n", "init", "--offline", "--config", config)
    assert cut.returncode == 1
    assert cut.stderr.decode().strip().endswith("nothing was written.")
    (tmp_path / "letter.csv").write_text("Dear parents,\n")
    letter = tmp_path / "letter.csv"
    wrong = piped("Wexcombe\n", "init", "--config", config, "--register", letter)
    assert wrong.returncode == 1
    assert "is not the register" in wrong.stderr.decode()
    nowhere = piped("", "init", "--offline", "--config", tmp_path / "no" / "config.toml")
    assert nowhere.returncode == 1
    assert_one_sentence(nowhere.stderr.decode())
    assert not config.exists()


# sources, check


def test_the_kinds_of_source_are_listed_and_each_is_explained(school: Monitor) -> None:
    listed = json.loads(school("sources", "--json").stdout)
    assert {k["kind"] for k in listed["kinds"]} >= {"feed", "mastodon", "mediawiki", "searxng"}
    told = json.loads(school("sources", "mastodon", "--json").stdout)
    assert told["kind"] == "mastodon"
    assert {"finds", "cost", "limits", "terms"} <= set(told["about"])
    assert {"url", "name", "every"} <= {key["name"] for key in told["keys"]}
    words = school("sources", "mastodon").stdout
    assert "cost" in words
    assert "terms" in words


@pytest.mark.browser
def test_check_is_content_when_all_works(scanned: Scanned) -> None:
    sent = len(scanned.mail.messages)
    done = scanned.monitor("check", "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert found["ok"] is True
    assert len(scanned.mail.messages) == sent
    in_words = scanned.monitor("check")
    assert in_words.returncode == 0
    assert "BROKEN" not in in_words.stdout
    assert len(in_words.stdout.splitlines()) == len(found["findings"])


@pytest.mark.browser
def test_check_names_each_broken_part(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path)
    monitor.data.mkdir()
    (monitor.data / "monitor.db").write_bytes(b"this is no database" * 1000)
    with Site() as site:
        site.publish("/feed", {"fair": PRAISE})
        mail = (
            f'host = "127.0.0.1"\nport = {free_port()}\nsecurity = "none"\n'
            'username = "u"\npassword = "env:NO_SUCH_PASSWORD"'
        )
        toml = configuration(site, {"good": "/feed", "gone": "/gone"}, mail=mail)
        monitor.configure(toml.replace(f'head = "{HEAD}"\n', ""))
        done = monitor("check", "--json")
    assert done.returncode == 1
    assert_one_sentence(done.stderr)
    found = json.loads(done.stdout)
    assert found["ok"] is False
    broken = {f["part"] for f in found["findings"] if not f["ok"]}
    assert broken == {
        *("database", "secrets", "source gone for wexcombe", "contacts of wexcombe", "mail"),
    }
    assert all(part in done.stderr for part in broken)
    assert all(f["sentence"].endswith((".", ")", "?", "set")) for f in found["findings"])
    assert b"no database" in (monitor.data / "monitor.db").read_bytes(), "left as it was"


def test_check_without_anything_to_visit_is_not_well(school: Monitor) -> None:
    done = school("check")
    assert done.returncode == 1
    assert "BROKEN  sources" in done.stdout
    assert "BROKEN  mail" in done.stdout


# demo


def test_demo_leaves_other_peoples_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = piped("", "demo", "--dir", tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert "Traceback" not in done.stderr.decode()
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]
