"""What strangers, disks and servers do to a scan: it says so, loses nothing, and goes on."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.command import MONITOR, Json, Monitor
from tests.e2e.school import (
    HEAD,
    PRAISE,
    SECOND_THREAT,
    THREAT,
    Site,
    configuration,
    endless,
    mail_at,
    page,
    pieces,
    rss,
    silent,
    whole,
)
from tests.processes import free_port
from tests.smtp import Certificate, Fault, SmtpServer, make_certificate

FEED = "application/rss+xml"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def no_browser(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence is then words only, at once: for tests that are about something else."""
    nothing = str(tmp_path_factory.mktemp("nothing"))
    monkeypatch.setenv("PATH", nothing)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", nothing)


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def school(folder: Path, toml: str) -> Monitor:
    folder.mkdir(exist_ok=True)
    monitor = Monitor(folder)
    monitor.configure(toml)
    return monitor


def errors(summary: Json) -> dict[str, str | None]:
    return {source["name"]: source["error"] for source in summary["sources"]}


def health(monitor: Monitor) -> dict[str, str]:
    """What the dashboard will show of each source that fails."""
    with closing(sqlite3.connect(monitor.data / "monitor.db")) as database:
        return dict(database.execute("SELECT source, error FROM visit WHERE error != ''"))


def stored(monitor: Monitor) -> list[str]:
    """The words of every post that is remembered."""
    with closing(sqlite3.connect(monitor.data / "monitor.db")) as database:
        return [text for (text,) in database.execute("SELECT text FROM mention")]


# Feeds

HALF = rss({"https://a.example/1": THREAT, "https://a.example/2": PRAISE})[:-160]
CAFE = rss({"https://a.example/3": "The café at Wexcombe Park Primary School: lovely"})
MISLABELLED = CAFE.decode().encode("latin-1")  # and says that it is UTF-8
BAD_FEEDS = {
    "a page": whole("text/html", page(THREAT)),
    "a page that says it is a feed": whole(FEED, page(THREAT)),
    "nothing": whole(FEED, b""),
    "two hundred megabytes": pieces(FEED, (b"x" * 1_000_000 for _ in range(200))),
    "says two hundred megabytes": lambda visitor: visitor.begin(FEED, 200_000_000),
    "endless": endless(FEED, rss({"https://a.example/1": THREAT})[:-20], b"<!-- -->"),
    "noise": whole(FEED, bytes(range(256)) * 100),
}


@pytest.mark.usefixtures("no_browser")
def test_feeds_that_are_none_are_each_told_and_the_others_are_read(
    tmp_path: Path, site: Site, mail: SmtpServer
) -> None:
    for number, answer in enumerate(BAD_FEEDS.values()):
        site.answers[f"/bad/{number}"] = answer
    site.answers["/half"] = whole(FEED, HALF)
    site.answers["/latin"] = whole(FEED, MISLABELLED)
    site.publish("/good", {"window": SECOND_THREAT})
    feeds = {name: f"/bad/{number}" for number, name in enumerate(BAD_FEEDS)}
    feeds |= {"half": "/half", "latin": "/latin", "good": "/good"}
    monitor = school(tmp_path, configuration(site, feeds, mail=mail_at(mail.port)))

    summary = monitor.scan()

    found = errors(summary)
    assert found["good"] is found["latin"] is None
    assert {name for name, error in found.items() if error} == {*BAD_FEEDS, "half"}
    assert all(str(found[name]).endswith((".", ")")) for name in BAD_FEEDS)
    assert "Traceback" not in str(found)
    new = {s["name"]: s["new"] for s in summary["sources"]}
    assert (new["half"], new["good"]) == (1, 1), "what was whole of the broken one is kept"
    assert new["latin"] == 1
    assert any("café" in text for text in stored(monitor))
    assert sum(new[name] for name in BAD_FEEDS) == 0
    assert health(monitor) == {name: error for name, error in found.items() if error}
    posts, sources = _mails(mail)
    assert len(posts) == 2
    assert len(sources) == 1, "one mail for all that is broken"


@pytest.mark.usefixtures("no_browser")
def test_a_source_that_comes_to_its_senses_is_read_and_its_error_is_gone(
    tmp_path: Path, site: Site, mail: SmtpServer
) -> None:
    site.answers["/feed"] = whole("text/html", page("Closed for repairs"))
    monitor = school(tmp_path, configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port)))
    only = monitor("scan", "--all")
    assert only.returncode == 1, "no source could be read at all"
    assert "Paper" in only.stderr
    assert health(monitor)

    site.publish("/feed", {"knife": THREAT})
    assert errors(monitor.scan()) == {"Paper": None}
    assert health(monitor) == {}
    posts, sources = _mails(mail)
    assert (len(posts), len(sources)) == (1, 1)


def _mails(mail: SmtpServer) -> tuple[list[str], list[str]]:
    """The subjects of those about posts, and of those about blind sources."""
    subjects = [str(sent.message["Subject"]) for sent in mail.messages]
    sources = [subject for subject in subjects if "may be blind" in subject]
    return [subject for subject in subjects if subject not in sources], sources


# Pages


@pytest.mark.browser
def test_a_page_that_never_loads_does_not_hold_up_the_mail_or_the_other_evidence(
    tmp_path: Path, site: Site, mail: SmtpServer
) -> None:
    site.publish("/feed", {"knife": THREAT, "window": SECOND_THREAT})
    site.answers["/posts/knife"] = silent
    monitor = school(tmp_path, configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port)))
    summary = monitor.scan()
    assert (summary["incidents_opened"], summary["captures"]) == (2, 1)
    assert len(mail.messages) == 2
    assert sorted(sealed(monitor).values()) == ["sealed", "wanted"]

    make_due(monitor, attempts=2)  # the third try settles for less
    assert monitor.scan()["captures"] == 1
    assert sorted(sealed(monitor).values()) == ["partial", "sealed"]
    incident = next(i for i in monitor.incidents() if "knife" in i["mentions"][0]["text"])
    (evidence,) = incident["evidence"]
    assert (evidence["mode"], evidence["state"]) == ("link", "partial")
    assert evidence["note"]
    assert monitor("verify", "--all").returncode == 0
    assert len(mail.messages) == 2, "nobody is told twice"


def sealed(monitor: Monitor) -> dict[str, str]:
    with closing(sqlite3.connect(monitor.data / "monitor.db")) as database:
        return dict(database.execute("SELECT id, state FROM capture"))


def make_due(monitor: Monitor, attempts: int) -> None:
    """Let what waits have been tried so often, and be due again."""
    with closing(sqlite3.connect(monitor.data / "monitor.db")) as database, database:
        database.execute(
            "UPDATE capture SET due_at = '2020-01-01 00:00:00.000000', leased_until = NULL, "
            "attempts = ? WHERE state = 'wanted'",
            (attempts,),
        )


# Mail servers


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize("trouble", ["nobody listens", "full mailbox", "wrong password"])
def test_a_mail_that_cannot_leave_waits_and_leaves_exactly_once(
    tmp_path: Path, site: Site, trouble: str
) -> None:
    site.publish("/feed", {"knife": THREAT})
    certificate = make_certificate(tmp_path)
    users = {"monitor": "right"} if trouble == "wrong password" else {}
    (tmp_path / "password").write_text("wrong")
    with SmtpServer(certificate=certificate if users else None, users=users) as mail:
        if trouble == "full mailbox":
            mail.fault = Fault.MAILBOX_FULL
        monitor = school(tmp_path / "school", "")
        port = free_port() if trouble == "nobody listens" else mail.port
        monitor.configure(lettered(site, tmp_path, port, certificate if users else None))

        first = monitor("scan", "--all", "--json")
        assert first.returncode == 1
        assert json.loads(first.stdout)["alerts_sent"] == 0
        assert "the head of wexcombe waits" in first.stderr
        assert "Traceback" not in first.stderr
        (incident,) = monitor.incidents()
        assert {a["state"] for a in incident["alerts"]} == {"waiting"}
        assert all(a["error"] for a in incident["alerts"])

        mail.fault = None
        (tmp_path / "password").write_text("right")
        monitor.configure(lettered(site, tmp_path, mail.port, certificate if users else None))
        sent = [monitor.scan()["alerts_sent"] for _ in range(2)]
        assert sent == [1, 0]
        (mailed,) = mail.messages
        assert mailed.recipients == (HEAD,)
        assert {a["state"] for i in monitor.incidents() for a in i["alerts"]} == {"sent"}


def lettered(site: Site, folder: Path, port: int, certificate: Certificate | None) -> str:
    if certificate is None:
        return configuration(site, {"Paper": "/feed"}, mail=mail_at(port))
    mail = (
        f'host = "localhost"\nport = {port}\nsecurity = "starttls"\n'
        f'ca_file = "{certificate.file}"\nusername = "monitor"\n'
        f'password = "file:{folder / "password"}"'
    )
    return configuration(site, {"Paper": "/feed"}, mail=mail)


@pytest.mark.usefixtures("no_browser")
def test_an_address_that_is_refused_is_said_at_each_scan_until_it_is_put_right(
    tmp_path: Path, site: Site, mail: SmtpServer
) -> None:
    site.publish("/feed", {"knife": THREAT})
    toml = configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port))
    monitor = school(tmp_path, toml)
    mail.refuses = {HEAD}
    for _ in range(2):
        done = monitor("scan", "--all")
        assert done.returncode == 1
        assert "correct it under [schools.contacts]" in done.stderr
    assert mail.messages == []
    (incident,) = monitor.incidents()
    assert {a["state"] for a in incident["alerts"]} == {"waiting"}

    other = "new.head@wexcombepark.example"
    (tmp_path / "config.toml").write_text(toml.replace(HEAD, other), encoding="utf-8")
    assert monitor.scan()["alerts_sent"] == 1
    (mailed,) = mail.messages
    assert mailed.recipients == (other,)


# The database and the disk


@pytest.mark.usefixtures("no_browser")
def test_a_locked_database_is_said_and_afterwards_nothing_is_missing(
    tmp_path: Path, site: Site, mail: SmtpServer
) -> None:
    """Locked for longer than any patience, and then only for a moment in the middle."""
    site.publish("/feed", {"knife": THREAT})
    monitor = school(tmp_path, configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port)))
    assert monitor("incidents").returncode == 0  # makes the database
    with closing(sqlite3.connect(monitor.data / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = monitor("scan", "--all", "--json")
        other.execute("ROLLBACK")
    assert (done.returncode, done.stdout) == (1, "")
    assert "in use by another program" in done.stderr
    assert "Traceback" not in done.stderr

    summary = monitor.scan()
    assert (summary["mentions"], len(mail.messages)) == (1, 1)


FULL_AND_THEN_NOT = """
set -e
mount -t tmpfs -o size=2m tmpfs "$DIR"
cp "$TOML" "$DIR/config.toml"
"$MONITOR" incidents --config "$DIR/config.toml" >&2
dd if=/dev/zero of="$DIR/filler" bs=1k 2>/dev/null || true
"$MONITOR" scan --all --json --config "$DIR/config.toml" && exit 3
echo "ended in $?"
rm "$DIR/filler"
"$MONITOR" scan --all --json --config "$DIR/config.toml"
"""


def may_mount() -> list[str]:
    """The command under which a mount is ours alone and ends with the process."""
    if shutil.which("unshare") is None:
        return []
    command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    probe = subprocess.run(
        [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    return command if probe.returncode == 0 else []


def test_a_full_disk_is_said_and_with_room_again_nothing_is_missing(
    tmp_path: Path, site: Site, mail: SmtpServer
) -> None:
    if not (unshare := may_mount()):
        pytest.skip("this system lets nobody mount a small disk")
    site.publish("/feed", {"knife": THREAT, "window": SECOND_THREAT})
    toml = tmp_path / "config.toml"
    toml.write_text(configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port)))
    (tmp_path / "disk").mkdir()
    env = {"DIR": str(tmp_path / "disk"), "TOML": str(toml), "MONITOR": str(MONITOR)}
    env["PLAYWRIGHT_BROWSERS_PATH"] = str(tmp_path)
    done = subprocess.run(
        [*unshare, "/bin/sh", "-c", FULL_AND_THEN_NOT],
        capture_output=True,
        text=True,
        env=os.environ | env,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "disk is full" in done.stderr
    *_, ended, last = done.stdout.splitlines()
    assert ended == "ended in 1"
    assert json.loads(last)["mentions"] == 2
    assert len(mail.messages) == 2


@pytest.mark.browser
def test_evidence_that_finds_no_room_waits_and_the_mail_leaves(
    tmp_path: Path, site: Site, mail: SmtpServer
) -> None:
    site.publish("/feed", {"knife": THREAT})
    monitor = school(tmp_path, configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port)))

    assert monitor("incidents").returncode == 0
    (monitor.data / "evidence").write_text("a file where a folder should be")
    first = monitor.scan()
    assert (first["mentions"], first["captures"]) == (1, 0)
    assert len(mail.messages) == 1
    (monitor.data / "evidence").unlink()
    make_due(monitor, attempts=1)
    assert monitor.scan()["captures"] == 1
    assert len(mail.messages) == 1
    assert monitor("verify", "--all").returncode == 0
