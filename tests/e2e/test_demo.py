"""`make run` as a newcomer meets it: the whole product on the sample town, in one command."""

from __future__ import annotations

import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from alerts.evidence.launcher import find_browser
from monitor.demo.expected import read_expectations
from monitor.demo.posts import Where, read_posts
from tests.e2e.command import MONITOR, Monitor
from tests.needs import missing

pytestmark = pytest.mark.xdist_group("demo")  # one worker: one demonstration


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a finished demonstration leaves."""
    if find_browser() is None:
        missing("Chromium", "chromium")
    folder = tmp_path_factory.mktemp("demo") / "demo"
    done = subprocess.run(
        [MONITOR, "demo", "--dir", folder],
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for heading in ("What was found", "What was flagged", "evidence", "mails", "Where to look"):
        assert heading in done.stdout
    return folder


@pytest.mark.browser
def test_it_leaves_a_log_with_sealed_evidence_for_every_incident(demo: Path) -> None:
    incidents = Monitor(demo).incidents()
    assert len(incidents) >= 10
    for incident in incidents:
        assert {e["state"] for e in incident["evidence"]} == {"sealed"}, incident["id"]
    assert Monitor(demo)("verify", "--all").returncode == 0


@pytest.mark.browser
def test_no_picture_exists_of_what_may_be_indecent(demo: Path) -> None:
    for incident in Monitor(demo).incidents():
        if "sexual" in str(incident["categories"]) or incident["severity"] == "none":
            for piece in incident["evidence"]:
                assert piece["mode"] == "link"
                assert "screenshot.png" not in {f["name"] for f in piece["files"]}


@pytest.mark.browser
def test_the_mails_are_for_people_and_name_no_pupil(demo: Path) -> None:
    mails = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted((demo / "mail").glob("*.eml"))
    ]
    assert mails
    for mail in mails:
        body = mail.get_body(("plain",))  # type: ignore[attr-defined]  # the policy makes it an EmailMessage
        words = f"{mail['Subject']}\n{body.get_content()}"
        assert "incident 2026" in mail["Subject"] or "incident 20" in mail["Subject"]
        for pupil in ("Tamsin-Rae", "Ollerway", "Dorrie", "Pettiglade", "Larkrise"):
            assert pupil not in words


@pytest.mark.browser
def test_lawful_criticism_and_namesakes_open_no_incident(demo: Path) -> None:
    """By the expectations that a person wrote beside each post."""
    expected = read_expectations()
    innocent = {
        post.id: post.text[:60]
        for post in read_posts()
        if not expected[post.id].categories
        and not expected[post.id].not_assessed
        and post.where is not Where.WIKI  # an article holds the words of many, vandals' too
    }
    assert len(innocent) > 20
    said = [str(m["text"]) for i in Monitor(demo).incidents() for m in i["mentions"]]
    wrongly = {id_ for id_, words in innocent.items() if any(words in text for text in said)}
    assert wrongly == set()
