"""The configuration that the sample town writes for itself."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from monitor.demo.town import CONTACTS, MARKER, Town
from monitor.settings import load


def test_the_configuration_is_complete_and_accepted(tmp_path: Path) -> None:
    with Town(datetime.now(UTC)) as town:
        text = town.config_toml(smtp_port=2525)
    table = tomllib.loads(text)
    assert text.splitlines()[0] == MARKER
    assert table["network"]["allow"] == town.places
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    settings = load(tmp_path / "config.toml")
    assert settings.schools[0].school() == town.school
    assert {r.value: a for r, a in settings.schools[0].contacts.by_role().items()} == CONTACTS
    assert [source.kind for source in settings.sources] == [
        "searxng",
        "mastodon",
        "mediawiki",
        "feed",
        "feed",
        "feed",
    ]
