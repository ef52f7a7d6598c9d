"""What a person hands in is sealed and marked, and never touched where the rule forbids it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from alerts.evidence.supplied import Refused, Supply, keep_supplied
from alerts.evidence.verifier import verify
from monitor import settings
from monitor.app import App
from monitor.cli.main import cli
from monitor.domain import Assessment, Category, Incident, Mention, Severity, Shows
from monitor.proof import prove_log
from monitor.store.mentions import Entry

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
MAIL = (
    b"From: jo@parents.example\r\nTo: office@wexcombepark.example\r\n"
    b"Date: Fri, 20 Nov 2026 14:00:00 +0000\r\nSubject: Fwd: look\r\n\r\nThey wrote this.\r\n"
)
CONFIG = '[[schools]]\nid = "wexcombe"\nname = "Wexcombe Park Primary School"\n'


def photo(kind: str = "JPEG") -> bytes:
    """Of a print, with the place where it was taken hidden in it."""
    picture, out = Image.new("RGB", (60, 40), (200, 30, 30)), BytesIO()
    facts = Image.Exif()
    facts[0x010F] = "CAMERA-OF-QUENTIN"  # the maker
    facts[0x0112] = 6  # to be turned by a quarter
    picture.save(out, kind, exif=facts)
    return out.getvalue()


def supply(content: bytes) -> Supply:
    return Supply(
        id="ev-1",
        school="wexcombe",
        by="account 3",
        read=lambda: content,
        no_indecent_picture=True,
    )


def forbidden() -> bytes:
    pytest.fail("the file was read")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_original_is_sealed_bit_by_bit_and_the_copy_has_no_hidden_facts(
    tmp_path: Path, kind: str
) -> None:
    content = photo(kind)
    evidence = keep_supplied(supply(content), tmp_path, NOW)
    assert verify(tmp_path / "ev-1", evidence.manifest_sha256) == []
    (original,) = (tmp_path / "ev-1").glob("original.*")
    assert original.read_bytes() == content
    assert b"CAMERA-OF-QUENTIN" in content
    copy = (tmp_path / "ev-1" / "display.png").read_bytes()
    assert b"CAMERA-OF-QUENTIN" not in copy
    with Image.open(BytesIO(copy)) as shown:
        assert (shown.size, dict(shown.getexif()), shown.info) == ((40, 60), {}, {})


def test_it_is_marked_for_what_it_is(tmp_path: Path) -> None:
    evidence = keep_supplied(supply(photo()), tmp_path, NOW)
    assert evidence.shows is Shows.SUPPLIED
    assert evidence.note.startswith("Human-supplied, not machine-witnessed.")
    assert "not machine-witnessed" in (tmp_path / "ev-1" / "meta.json").read_text()


def test_a_mail_is_kept_with_its_words_beside_it(tmp_path: Path) -> None:
    keep_supplied(supply(MAIL), tmp_path, NOW)
    assert (tmp_path / "ev-1" / "original.eml").read_bytes() == MAIL
    assert "They wrote this." in (tmp_path / "ev-1" / "text.txt").read_text()


@pytest.mark.parametrize(
    "change", [{"no_indecent_picture": False}, {"pictures_allowed": False}], ids=str
)
def test_where_a_picture_may_be_indecent_the_file_is_not_even_read(
    tmp_path: Path, change: dict[str, bool]
) -> None:
    with pytest.raises(Refused, match="Nothing was kept"):
        keep_supplied(replace(supply(b""), read=forbidden, **change), tmp_path, NOW)  # type: ignore[arg-type]  # both are bool
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\x00 a program", b"%PDF-1.7", b"<svg/>", photo()[:200], b"\x89PNG\r\n\x1a\n"],
)
def test_what_is_neither_a_picture_nor_a_mail_is_refused_and_leaves_nothing(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(Refused, match="Hand in a picture"):
        keep_supplied(supply(content), tmp_path, NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    out = BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    with pytest.raises(Refused, match=r"far too large|more than 40m dots"):
        keep_supplied(supply(out.getvalue()), tmp_path, NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG)
    app = App(settings.load(config))
    for number, allowed in (("1", True), ("2", False)):
        incident = Incident(
            key=f"k{number}",
            school="wexcombe",
            opened_at=NOW,
            categories=frozenset({Category.ABUSE}),
            severity=Severity.HIGH,
            pictures_allowed=allowed,
        )
        mention = Mention(source="f", external_id=number, url="", text=f"words {number}")
        judged = Assessment(about_school=True, relevance=1, model="m")
        app.store.keep(
            Entry(
                school="wexcombe",
                mention=mention,
                place=number,
                story="",
                assessment=judged,
                seen_at=NOW,
                incident=incident,
            )
        )
    app.close()
    (tmp_path / "print.jpg").write_bytes(photo())
    return config


def hand_in(config: Path, incident: str, answer: str) -> tuple[int, str]:
    words = ["supply", str(config.parent / "print.jpg"), "--incident", incident]
    done = CliRunner().invoke(cli, [*words, "--config", str(config)], input=answer)
    return done.exit_code, str(done.exception or done.stdout)


def test_it_belongs_to_its_incident_and_to_the_custody_log(config: Path) -> None:
    assert hand_in(config, "2026-001", "no\n")[0] == 0
    app = App(settings.load(config))
    case = app.store.case("2026-001")
    assert case is not None
    (evidence,) = case.evidence
    deed = app.store.custody()[-1]
    assert (deed.act, deed.actor, deed.subject) == ("supplied", "command line", evidence.id)
    assert [p.problems for p in prove_log(app, None)] == [()]
    app.close()


@pytest.mark.parametrize(
    ("incident", "answer"),
    [("2026-001", "yes\n"), ("2026-001", "\n"), ("2026-001", "nope\n"), ("2026-002", "no\n")],
)
def test_the_command_asks_first_and_refuses(config: Path, incident: str, answer: str) -> None:
    code, said = hand_in(config, incident, answer)
    assert code == 1
    assert "Nothing was kept" in said
    assert not (config.parent / "data" / "evidence").exists()
