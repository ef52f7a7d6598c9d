"""Evidence is stamped by a real authority, later if need be, and verify says how it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from monitor import settings
from monitor.app import App
from monitor.cli.main import cli
from monitor.domain import CaptureMode, Evidence
from tests.timestamp_authority import Authority, openssl

CONFIG = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
[network]
allow = ["{one.place}", "{two.place}"]
[evidence]
timestamp_authorities = ["{one.url}", "{two.url}"]
timestamp_ca_file = "roots.pem"
"""


@dataclass
class Place:
    one: Authority
    two: Authority
    config: Path
    now: datetime = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    evidence: list[Evidence] = field(default_factory=list)
    app: App = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """The program is started."""
        self.app = App(settings.load(self.config), clock=lambda: self.now, gap=timedelta(0))

    def capture(self) -> Evidence:
        return self.app.evidence.capture_page(
            "https://forum.example/7", "wexcombe", CaptureMode.LINK
        )

    def verify(self, *words: str) -> tuple[int, dict[str, object]]:
        done = CliRunner().invoke(
            cli, ["verify", "--all", "--json", "--config", str(self.config), *words]
        )
        return done.exit_code, json.loads(done.stdout)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, Authority]]:
    folder = tmp_path_factory.mktemp("authorities")
    with Authority(folder / "1", name="One") as one, Authority(folder / "2", name="Two") as two:
        yield one, two


@pytest.fixture
def place(tmp_path: Path, authorities: tuple[Authority, Authority]) -> Iterator[Place]:
    one, two = authorities
    for authority in authorities:
        authority.status, authority.answer = 200, None
        authority.asked.clear()
    (tmp_path / "roots.pem").write_text(one.root.read_text() + two.root.read_text())
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(one=one, two=two))
    place = Place(one, two, config)
    yield place
    place.app.close()


def test_each_piece_of_evidence_is_stamped_by_each_authority_once(place: Place) -> None:
    evidence = place.capture()
    assert place.app.evidence.stamp() == 2
    assert place.app.evidence.stamp() == 0
    for stamp in place.app.store.stamps([evidence.id]):
        assert stamp.at is not None
    assert (len(place.one.asked), len(place.two.asked)) == (1, 1)
    acts = [(d.act, d.outcome) for d in place.app.store.custody()]
    assert acts == [("captured", ""), ("timestamped", "127.0.0.1"), ("timestamped", "127.0.0.1")]


def test_openssl_agrees_with_what_was_kept(place: Place, tmp_path: Path) -> None:
    evidence = place.capture()
    place.app.evidence.stamp()
    for stamp in place.app.store.stamps([evidence.id]):
        (tmp_path / "r.tsr").write_bytes(stamp.token)
        (tmp_path / "root.pem").write_text(stamp.root)
        manifest = place.app.evidence.root / evidence.id / "manifest.json"
        verify = ("ts", "-verify", "-in", tmp_path / "r.tsr", "-CAfile", tmp_path / "root.pem")
        assert openssl(*verify, "-data", manifest).returncode == 0
        assert openssl(*verify, "-data", manifest.with_name("text.txt")).returncode != 0


def test_an_authority_that_is_away_is_asked_again_later_and_does_not_stop_the_other(
    place: Place,
) -> None:
    ids = [place.capture().id, place.capture().id]
    place.one.status = 503
    assert place.app.evidence.stamp() == 2
    assert len(place.one.asked) == 1, "not asked again for the second piece"
    code, told = place.verify()
    assert code == 0
    assert len(told["not_yet_timestamped"]) == 2
    errors = [s.error for s in place.app.store.stamps(ids) if s.at is None]
    assert any("out of order" in error or "503" in error for error in errors), errors
    place.one.status = 200
    place.now += timedelta(hours=7)
    place.app.close()
    place.begin()
    assert place.app.evidence.stamp() == 2
    assert place.verify()[1]["not_yet_timestamped"] == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [(b"0" * 500, "not a time stamp"), (bytes.fromhex("30053003020100"), "cannot be read")],
)
def test_a_false_answer_is_not_kept(place: Place, answer: bytes, why: str) -> None:
    evidence = place.capture()
    place.one.answer = answer
    assert place.app.evidence.stamp() == 1
    (false,) = [s for s in place.app.store.stamps([evidence.id]) if s.at is None]
    assert false.token == b""
    assert why in false.error, false.error


def test_a_scan_asks_for_a_while_and_leaves_the_rest_for_later(place: Place) -> None:
    place.capture()
    assert place.app.evidence.stamp(until=place.now) == 0
    assert place.one.asked == []
    assert place.app.evidence.stamp(until=place.now + timedelta(minutes=1)) == 2


def test_what_was_changed_is_not_stamped(place: Place) -> None:
    evidence = place.capture()
    (place.app.evidence.root / evidence.id / "manifest.json").write_text("{}")
    assert place.app.evidence.stamp() == 0
    assert place.one.asked == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE stamp SET token = x'00'", "is not the one that was kept"),
        ("DELETE FROM stamp", "is missing"),
        ("UPDATE stamp SET root = ''", "proves nothing"),
    ],
)
def test_a_stamp_that_was_tampered_with_is_named(
    place: Place, statement: str, problem: str
) -> None:
    place.capture()
    place.app.evidence.stamp()
    with place.app.store.transaction() as session:
        session.execute(text(statement))
    code, told = place.verify()
    assert code == 1
    assert problem in json.dumps(told)
