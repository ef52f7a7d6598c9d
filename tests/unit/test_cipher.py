"""A database with a key shows nothing to whoever has only the disk."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import settings
from monitor.app import App
from monitor.domain import Assessment, Mention
from monitor.secret import MissingSecret
from monitor.store.database import StoreError
from monitor.store.entry import Entry
from monitor.store.pulse import read_pulse
from monitor.store.store import Store
from tests.needs import missing

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


def test_a_database_from_before_there_was_a_key_is_not_taken_for_damaged_alone(url: str) -> None:
    Store(url).close()
    with pytest.raises(StoreError, match="key under database_key is another"):
        Store(url, key=KEY)


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
