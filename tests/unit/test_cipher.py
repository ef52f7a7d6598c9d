"""A database with a key shows nothing to whoever has only the disk; one without gets one."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from monitor import settings
from monitor.app import App
from monitor.cli.main import cli
from monitor.custody import Deed, Handling
from monitor.domain import Assessment, Mention
from monitor.secret import MissingSecret
from monitor.store.cipher import is_plain
from monitor.store.database import StoreError
from monitor.store.encrypting import encrypt
from monitor.store.entry import Entry
from monitor.store.pulse import read_pulse
from monitor.store.store import Store
from tests.needs import missing
from tests.unit.test_store import entry

KEY, ANOTHER = "0f" * 32, "1e" * 32
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WORDS = "Quentin Blodwen said so at the gate"


@pytest.fixture(autouse=True)
def _needs_sqlcipher() -> None:
    if importlib.util.find_spec("sqlcipher3") is None:
        missing("SQLCipher", "sqlcipher3")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'monitor.db'}"


def said(id_: str) -> Mention:
    return Mention(source="forum", external_id=id_, url=f"https://f.example/{id_}", text=WORDS)


def fill(store: Store) -> None:
    assessment = Assessment(about_school=True, relevance=1, model="m")
    entry = Entry(
        school="park", mention=said("1"), place="", story="", assessment=assessment, seen_at=NOW
    )
    assert store.keep(entry)


def test_what_is_kept_is_read_back_and_none_of_it_can_be_found_on_the_disk(
    url: str, tmp_path: Path
) -> None:
    store = Store(url, key=KEY)
    fill(store)
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # while it is open
    store.close()
    everything += b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Blodwen" not in everything
    assert b"SQLite format 3" not in everything
    again = Store(url, key=KEY)
    assert [*again.unseen("park", [said("1"), said("2")])] == [said("2")]
    again.close()


@pytest.mark.parametrize("key", [ANOTHER, ""])
def test_with_another_key_or_none_it_says_that_the_key_may_be_the_trouble(
    url: str, key: str
) -> None:
    Store(url, key=KEY).close()
    with pytest.raises(StoreError, match="key under database_key is another"):
        Store(url, key=key)
    with pytest.raises(StoreError, match="key under database_key is another"):
        read_pulse(url, NOW, key=key)


def test_a_database_from_before_there_was_a_key_says_how_it_is_encrypted(url: str) -> None:
    Store(url).close()
    for opening in (lambda: Store(url, key=KEY), lambda: read_pulse(url, NOW, key=KEY)):
        with pytest.raises(StoreError, match=r"Please stop the monitor.*monitor encrypt"):
            opening()


def begun_without_a_key(url: str) -> None:
    store = Store(url)
    fill(store)
    assert store.keep(entry("7"))
    store.record(Deed(act=Handling.CAPTURED, subject="ev-1", at=NOW, actor="x", sha256="0" * 64))
    store.close()


def is_all_there(store: Store) -> bool:
    """What was kept, and the log that nobody can change."""
    kept = [*store.unseen("park", [said("1"), said("2")])] == [said("2")]
    with pytest.raises(DBAPIError), store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM custody")
    found = len(store.cases()) == 1 and bool(store.custody())
    store.close()
    return kept and found


def test_a_database_from_before_is_encrypted_with_all_that_is_in_it(
    url: str, tmp_path: Path
) -> None:
    begun_without_a_key(url)
    assert encrypt(url, KEY)
    assert [path.name for path in tmp_path.iterdir()] == ["monitor.db"]
    everything = (tmp_path / "monitor.db").read_bytes()
    assert b"Blodwen" not in everything
    assert b"SQLite format 3" not in everything
    assert is_all_there(Store(url, key=KEY))
    assert not encrypt(url, KEY), "it is done"


def test_a_folder_of_an_odd_name_is_no_matter(tmp_path: Path) -> None:
    folder = tmp_path / "a%20b?"
    folder.mkdir()
    url = f"sqlite:///{quote(str(folder / 'monitor.db'))}"  # as the settings write it
    begun_without_a_key(url)
    assert encrypt(url, KEY)
    assert [path.name for path in tmp_path.rglob("*")] == ["a%20b?", "monitor.db"]
    assert is_all_there(Store(url, key=KEY))


def test_what_is_not_there_yet_is_not_made(url: str, tmp_path: Path) -> None:
    assert not encrypt(url, KEY)
    assert list(tmp_path.iterdir()) == []


RESTS = """
import sys
from monitor.store.store import Store
store = Store(sys.argv[1])
print(len(list(store.cases())), flush=True)
sys.stdin.read()
"""  # as monitor run does between two jobs


def test_while_another_program_has_it_open_nothing_is_changed(url: str, tmp_path: Path) -> None:
    begun_without_a_key(url)
    command = [sys.executable, "-c", RESTS, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stdin
        assert running.stdout.readline() == b"1\n"
        with pytest.raises(StoreError, match="stop monitor run"):
            encrypt(url, KEY)
        running.stdin.close()
    assert not list(tmp_path.glob("*.encrypting"))
    assert is_all_there(Store(url))


def dies_at(step: int, url: str) -> bool:
    """A process of its own encrypts, until SIGKILL at its step of this number; True if so."""
    pid = os.fork()
    if pid == 0:
        steps = count()

        def tick(*_: object) -> None:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        def watch(what: str, _arguments: object) -> None:
            if what in ("open", "os.rename", "os.remove"):
                tick()

        event.listen(Engine, "before_cursor_execute", tick)
        event.listen(Engine, "after_cursor_execute", tick)
        sys.addaudithook(watch)
        try:
            encrypt(url, KEY)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def test_killed_at_any_step_there_is_one_good_database(url: str, tmp_path: Path) -> None:
    """Some of them; ALL_STEPS=1 takes every one."""
    begun_without_a_key(url)
    good = (tmp_path / "monitor.db").read_bytes()
    states = []
    for step in range(0, 10_000, 1 if os.environ.get("ALL_STEPS") else 61):
        for path in tmp_path.iterdir():
            path.unlink()
        (tmp_path / "monitor.db").write_bytes(good)
        killed = dies_at(step, url)
        states.append(is_plain(tmp_path / "monitor.db"))
        assert is_all_there(Store(url, key="" if states[-1] else KEY)), step
        assert encrypt(url, KEY) is states[-1]
        assert [path.name for path in tmp_path.iterdir()] == ["monitor.db"]
        if not killed:
            break
    assert not killed
    assert states.count(True) > 2


def test_one_plain_command_encrypts_it(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    school = '[[schools]]\nid = "park"\nname = "Park School"\n'
    config.write_text(school)
    App(settings.load(config)).close()
    without = CliRunner().invoke(cli, ["encrypt", "--config", str(config)])
    assert "There is no database_key" in str(without.exception)
    (tmp_path / "key.txt").write_text(f"{KEY}\n")
    config.write_text(f'database_key = "file:key.txt"\n{school}')
    for says in ("The database is encrypted now.", "There is nothing to encrypt"):
        assert says in CliRunner().invoke(cli, ["encrypt", "--config", str(config)]).stdout
    App(settings.load(config)).close()


def test_what_is_no_key_is_said_with_the_way_to_make_one(url: str) -> None:
    with pytest.raises(MissingSecret, match="openssl rand -hex 32"):
        Store(url, key="correct horse battery staple")


def test_the_watcher_reads_it_too(url: str) -> None:
    Store(url, key=KEY).close()
    assert read_pulse(url, NOW, key=KEY).last_read_at is None


def test_one_setting_is_all_it_takes(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(f"{KEY}\n")
    config = tmp_path / "config.toml"
    config.write_text(
        'database_key = "file:key.txt"\n[[schools]]\nid = "park"\nname = "Park School"\n'
    )
    App(settings.load(config)).close()
    assert not (tmp_path / "data" / "monitor.db").read_bytes().startswith(b"SQLite format 3")


def test_a_key_for_another_kind_of_database_is_a_mistake(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'database = "env:URL"\ndatabase_key = "file:key.txt"\n'
        '[[schools]]\nid = "park"\nname = "Park School"\n'
    )
    with pytest.raises(settings.SettingsError, match="database_key: is for SQLite"):
        settings.load(config)
