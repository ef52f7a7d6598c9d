"""The watcher over a real database, in every state it may be in, with a real mail server."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from monitor import settings
from monitor.app import App
from monitor.dashboard_settings import Dashboard
from monitor.settings import Settings
from monitor.store.pulse import read_pulse
from monitor.store.store import Store
from monitor.watchdog import Watched, watch
from tests.certificates import Authority
from tests.contract.channels import room
from tests.e2e.command import Monitor
from tests.e2e.school import PRAISE, THREAT, Site
from tests.smtp import Fault, SmtpServer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY, LOOK = timedelta(hours=1), timedelta(days=1), timedelta(minutes=5)
OFFICE, TECHNICIAN = "office@wexcombepark.example", "technician@trust.example"
CONFIG = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
town = "Wexcombe"
[schools.contacts]
head = "head@wexcombepark.example"
{office}
[[sources]]
kind = "feed"
name = "gazette"
url = "{url}"
[alerts.email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "monitor@wexcombepark.example"
timeout = 5
[watchdog]
{watchdog}
"""


class Scene:
    """A small school whose monitor looked once, at noon."""

    def __init__(self, folder: Path, site: Site, mail: SmtpServer) -> None:
        self.folder, self.site, self.mail = folder, site, mail
        self.pings: list[str] = []
        self.pong = 200
        site.publish("/feed", {"fair": PRAISE})
        self.settings = self.configure()

    def configure(
        self, watchdog: str = "", *, office: str = f'office = "{OFFICE}"', port: int = 0
    ) -> Settings:
        text = CONFIG.format(
            url=self.site.url("/feed"),
            port=port or self.mail.port,
            office=office,
            watchdog=watchdog,
        )
        (self.folder / "config.toml").write_text(text)
        self.settings = settings.load(self.folder / "config.toml")
        return self.settings

    def scan(self, now: datetime) -> None:
        with closing(App(self.settings, clock=lambda: now)) as app:
            for visit in app.visitor.all():
                app.visitor.visit(visit)
            app.dispatch.deliver()

    def look(self, now: datetime) -> Watched:
        return watch(self.settings, now, room=room(self._outside))

    def look_twice(self, now: datetime) -> Watched:
        self.look(now - LOOK)
        return self.look(now)

    def _outside(self, request: httpx.Request) -> httpx.Response:
        self.pings.append(str(request.url))
        return httpx.Response(self.pong)

    @property
    def database(self) -> Path:
        return self.settings.data_dir / "monitor.db"


def flat(mail: SmtpServer) -> str:
    """The first mail's text without its line breaks."""
    return " ".join(mail.messages[0].text.split())


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a browser that is as old as a test wants, where anybody may reach it."""
    with TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "chromium"
        file.write_text("")
        file.chmod(0o755)
        os.utime(file, (NOON.timestamp(), NOON.timestamp()))
        monkeypatch.setenv("MONITOR_BROWSER", str(file))
        yield file


@pytest.fixture
def scene(tmp_path: Path, browser: Path) -> Iterator[Scene]:
    with Site() as site, SmtpServer() as mail:
        scene = Scene(tmp_path, site, mail)
        scene.scan(NOON)
        yield scene


def test_a_monitor_that_works_is_not_written_about(scene: Scene) -> None:
    done = scene.look(NOON + HOUR)
    assert (done.sentences, done.unheard) == (("The monitor is alive.",), "")
    assert scene.mail.messages == []


def test_one_that_stopped_is_told_to_the_office_once(scene: Scene) -> None:
    for minutes in range(0, 60, 5):
        scene.look(NOON + DAY + timedelta(minutes=minutes))
    (mail,) = scene.mail.messages
    assert mail.recipients == (OFFICE,)
    assert mail.message["Subject"] == "The school reputation monitor needs help"
    assert "It has not looked anywhere since Friday 20 November 2026, 12:00." in flat(scene.mail)
    assert max(map(len, mail.text.splitlines())) <= 72


def test_where_there_is_no_office_the_head_is_told(scene: Scene) -> None:
    scene.configure(office="")
    scene.look_twice(NOON + DAY + HOUR)
    assert scene.mail.messages[0].recipients == ("head@wexcombepark.example",)


def test_when_it_looks_again_that_is_told_too(scene: Scene) -> None:
    scene.look_twice(NOON + DAY + HOUR)
    scene.scan(NOON + DAY + 2 * HOUR)
    scene.look(NOON + DAY + 2 * HOUR)
    assert scene.mail.subjects[-1] == "The school reputation monitor works again"
    assert "Mended: it is looking again." in scene.mail.messages[-1].text


def test_mails_that_cannot_leave_are_told_by_the_watchers_own_way(scene: Scene) -> None:
    with SmtpServer() as own:
        scene.configure(
            f'[watchdog.email]\nhost = "127.0.0.1"\nport = {own.port}\nsecurity = "none"\n'
            'from = "watch@other.example"'
        )
        scene.mail.fault = Fault.BUSY
        scene.site.publish("/feed", {"fair": PRAISE, "threat": THREAT})
        scene.scan(NOON + HOUR)  # within school hours, so that the mail is due at once
        for hours in range(2, 6):
            scene.look(NOON + hours * HOUR)
    (mail,) = own.messages
    assert mail.sender == "watch@other.example"
    assert "Mails have been waiting to leave" in mail.text
    assert scene.mail.messages == []


def test_when_its_own_way_fails_the_monitors_is_taken(scene: Scene) -> None:
    scene.configure(
        '[watchdog.email]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n'
        'from = "watch@other.example"'
    )
    assert scene.look_twice(NOON + DAY + HOUR).unheard == ""
    assert len(scene.mail.messages) == 1


def test_what_nobody_could_be_told_is_told_at_the_next_look(scene: Scene) -> None:
    scene.mail.fault = Fault.BUSY
    assert "cannot take the mail now" in scene.look_twice(NOON + DAY + HOUR).unheard
    scene.mail.fault = None
    assert scene.look(NOON + DAY + 2 * HOUR).unheard == ""
    assert len(scene.mail.messages) == 1


def test_what_goes_wrong_while_nobody_can_be_told_comes_of_age_all_the_same(scene: Scene) -> None:
    """A new trouble is given time; that time runs although the mails about an old one fail."""
    scene.configure("free_mb = 1_000_000_000")  # the old one: the disk is too small
    scene.mail.fault = Fault.BUSY
    scene.database.rename(scene.database.with_suffix(".away"))  # given half an hour
    assert scene.look(NOON + 2 * HOUR).unheard
    scene.mail.fault = None
    scene.look(NOON + 3 * HOUR)
    assert "Its database cannot be read" in flat(scene.mail)


def test_that_it_is_mended_is_told_once_somebody_can_be_told(scene: Scene) -> None:
    scene.look_twice(NOON + DAY + HOUR)
    scene.scan(NOON + DAY + 2 * HOUR)
    scene.mail.fault = Fault.BUSY
    assert scene.look(NOON + DAY + 2 * HOUR).unheard
    scene.mail.fault = None
    scene.look(NOON + DAY + 2 * HOUR + LOOK)
    assert scene.mail.subjects[-1] == "The school reputation monitor works again"


def test_a_watcher_killed_before_it_could_remember_sends_the_same_mail_again(
    scene: Scene,
) -> None:
    scene.look_twice(NOON + DAY + HOUR)
    memory = scene.settings.data_dir / "watchdog.json"
    scene.look(NOON + DAY + HOUR - LOOK)
    memory.unlink()
    scene.look_twice(NOON + DAY + 2 * HOUR)
    first, second = (m.message["Message-ID"] for m in scene.mail.messages)
    assert first == second


def test_a_database_that_is_missing_is_told_and_never_made(scene: Scene) -> None:
    for file in scene.settings.data_dir.glob("monitor.db*"):
        file.unlink()
    scene.look(NOON)
    scene.look(NOON + HOUR)
    assert "The database file cannot be opened" in flat(scene.mail)
    assert not scene.database.exists()


def test_a_database_is_read_in_a_folder_whose_name_is_no_plain_address(tmp_path: Path) -> None:
    folder = tmp_path / "St Mary's #1, 100% ours%20? yes"
    folder.mkdir()
    (tmp_path / "config.toml").write_text(
        f'data_dir = "{folder}"\n'
        + CONFIG.format(url="http://127.0.0.1/", port=25, office="", watchdog="")
    )
    url = settings.load(tmp_path / "config.toml").database_url()
    Store(url).close()
    assert (folder / "monitor.db").exists(), "and nowhere else"
    assert read_pulse(url, NOON).letters_due == 0


def test_a_database_that_is_damaged_is_told(scene: Scene) -> None:
    for file in scene.settings.data_dir.glob("monitor.db-*"):
        file.unlink()
    scene.database.write_bytes(b"this is no database" * 1000)
    scene.look(NOON)
    scene.look(NOON + HOUR)
    assert "The database file is damaged" in flat(scene.mail)


def test_while_somebody_writes_the_watcher_reads_all_the_same(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert scene.look(NOON + HOUR).sentences == ("The monitor is alive.",)


def test_a_data_folder_that_is_gone_is_told_and_remembered_elsewhere(scene: Scene) -> None:
    scene.settings.data_dir.rename(scene.folder / "moved")
    for minutes in (0, 40, 45, 50):
        scene.look(NOON + timedelta(minutes=minutes))
    assert len(scene.mail.messages) == 1
    assert not scene.settings.data_dir.exists()


def test_a_full_disk_is_told_and_whoever_looks_after_the_computer_too(scene: Scene) -> None:
    scene.configure(f'free_mb = 900000000\ntell = ["{TECHNICIAN}"]')
    scene.look(NOON)
    scene.look(NOON + HOUR)
    assert [m.recipients for m in scene.mail.messages] == [(OFFICE,), (TECHNICIAN,)]
    assert "Make room on the disk" in scene.mail.messages[0].text


def test_memory_is_written_over_in_place_so_that_a_full_disk_can_hold_it(scene: Scene) -> None:
    scene.look(NOON)
    file = scene.settings.data_dir / "watchdog.json"
    before = (file.stat().st_ino, file.stat().st_size)
    scene.look_twice(NOON + DAY + HOUR)
    assert (file.stat().st_ino, file.stat().st_size) == before == (before[0], 4096)


def test_an_old_browser_is_told(scene: Scene, browser: Path) -> None:
    made = (NOON - 200 * DAY).timestamp()
    os.utime(browser, (made, made))
    scene.look(NOON)
    assert "pages written by strangers is from May 2026" in flat(scene.mail)


def test_a_certificate_that_ends_soon_is_told(scene: Scene, tmp_path: Path) -> None:
    file = Authority.fresh(tmp_path).certify(days=(-80, 3))
    board = Dashboard(url="https://127.0.0.1:8000", certificate=file)
    scene.settings = scene.settings.model_copy(update={"dashboard": board})
    scene.look(datetime.now(UTC))
    assert "The dashboard's certificate is good until" in flat(scene.mail)


def test_an_outside_check_hears_while_all_is_well_and_nothing_else(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PING", "https://check.example/abc")
    scene.configure('ping = "env:PING"')
    scene.look(NOON + HOUR)
    assert scene.pings == ["https://check.example/abc"]
    scene.look_twice(NOON + DAY + HOUR)
    assert len(scene.pings) == 2  # the look before the alarm was raised
    scene.scan(NOON + DAY + 2 * HOUR)
    scene.pong = 404
    assert "answered 404" in scene.look(NOON + DAY + 2 * HOUR).unheard


def test_the_command_says_how_it_is_and_fails_only_when_nobody_can_be_told(scene: Scene) -> None:
    monitor = Monitor(scene.folder)
    scene.configure("free_mb = 900000000")
    done = monitor("watchdog")
    assert done.returncode == 0, done.stderr
    assert "The disk has only" in done.stdout
    (scene.settings.data_dir / "watchdog.json").unlink()
    scene.configure("free_mb = 900000000", port=9)
    done = monitor("watchdog")
    assert done.returncode == 1
    assert done.stderr.startswith("the mail server 127.0.0.1, port 9,")
