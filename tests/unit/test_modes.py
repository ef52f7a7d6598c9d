"""Captures without a browser: words only, or nothing at all; and what is kept when all fails."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.evidence import seal as seal_module
from alerts.evidence.capture import capture, is_web_address
from alerts.evidence.errors import CannotKeep, Never, NotNow
from alerts.evidence.fetched import Fetch, FetchedText
from alerts.evidence.verifier import verify
from monitor.domain import CaptureMode, CapturePromise, Evidence, EvidenceState, Mention
from monitor.egress import Egress

URL = "https://forum.example/7"
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
)


def clock() -> datetime:
    return datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def keep(
    root: Path,
    mode: CaptureMode,
    *,
    fetch: Fetch | None = None,
    text: str = "Ask for the photo.",
    url: str = URL,
    last_try: bool = False,
    sensitive: bool = False,
) -> Evidence:
    mention = Mention(
        source="town forum",
        external_id="7",
        url=url,
        text=text,
        author="jo",
        sensitive=sensitive,
        answers="https://forum.example/6",
        counts=(("likes", 3),),
        published_as="yesterday at 9",
    )
    promise = CapturePromise(id="capture-1", school="wexcombe", mention=mention, mode=mode)
    return capture(
        promise, root, egress=Egress(), clock=clock, browser=None, fetch=fetch, last_try=last_try
    )


def never_asked(url: str) -> FetchedText:
    raise AssertionError(f"{url} was asked for")


def page(body: str, content_type: str = "text/html; charset=utf-8", status: int = 200) -> Fetch:
    headers = (("Link", f"<data:image/png;base64,{PICTURE}>"),)
    found = FetchedText(
        url=URL, status=status, content_type=content_type, body=body, headers=headers
    )
    return lambda _url: found


def stored(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("incident", "role", "asked_by"),
    [
        ("", "", "a person"),
        ("2026-007", "", "the monitor"),
        ("2026-007", "dsl", "a person (role: dsl)"),
    ],
)
def test_it_says_who_wanted_it_and_why(
    incident: str, role: str, asked_by: str, tmp_path: Path
) -> None:
    mention = Mention(source="s", external_id="7", url=URL, text="x")
    promise = CapturePromise(
        id="capture-1",
        school="wexcombe",
        mention=mention,
        mode=CaptureMode.LINK,
        incident=incident,
        asked_by=role,
    )
    capture(promise, tmp_path, egress=Egress(), clock=clock, browser=None)
    job = json.loads((tmp_path / "capture-1" / "meta.json").read_bytes())["job"]
    assert job["asked_by"] == asked_by
    assert incident in job["why"]


def test_in_link_mode_nothing_is_fetched_and_the_words_are_kept(tmp_path: Path) -> None:
    evidence = keep(tmp_path, CaptureMode.LINK, fetch=never_asked)
    folder = tmp_path / "capture-1"
    assert {file.name for file in evidence.files} == {"meta.json", "source.json", "text.txt"}
    assert evidence.state is EvidenceState.SEALED
    assert (folder / "text.txt").read_text() == "Ask for the photo."
    assert json.loads((folder / "source.json").read_bytes())["url"] == URL
    assert json.loads((folder / "meta.json").read_bytes())["page"] is None
    said = json.loads((folder / "source.json").read_bytes())
    assert (said["answers"], said["counts"]) == ("https://forum.example/6", {"likes": 3})
    assert (said["published_at"], said["published_as"]) == (None, "yesterday at 9")
    assert verify(folder, evidence.manifest_sha256) == []


@pytest.mark.parametrize("mode", [CaptureMode.LINK, CaptureMode.TEXT])
def test_a_picture_in_the_words_themselves_is_not_kept(tmp_path: Path, mode: CaptureMode) -> None:
    words = f"Look: data:image/png;base64,{PICTURE} nice"
    keep(tmp_path, mode, text=words, fetch=page(words))
    assert b"iVBORw0KGgo" not in stored(tmp_path)


@pytest.mark.parametrize("mode", [CaptureMode.FULL, CaptureMode.TEXT])
def test_what_its_site_calls_sensitive_is_never_opened_whatever_was_promised(
    tmp_path: Path, mode: CaptureMode
) -> None:
    evidence = keep(tmp_path, mode, fetch=never_asked, sensitive=True)
    assert (evidence.mode, evidence.state) == (CaptureMode.LINK, EvidenceState.SEALED)


def test_in_text_mode_one_document_is_asked_for_and_only_its_words_are_kept(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def fetch(url: str) -> FetchedText:
        asked.append(url)
        return page(f"<p>Words.</p><img src='data:image/png;base64,{PICTURE}' alt='us'>")(url)

    evidence = keep(tmp_path, CaptureMode.TEXT, fetch=fetch)
    assert asked == [URL]
    assert (evidence.mode, evidence.state) == (CaptureMode.TEXT, EvidenceState.SEALED)
    assert (tmp_path / "capture-1" / "text.txt").read_text().startswith("Words.\n")
    assert b"iVBORw0KGgo" not in stored(tmp_path)


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/octet-stream", ""])
def test_in_text_mode_anything_but_text_is_dropped(tmp_path: Path, kind: str) -> None:
    evidence = keep(tmp_path, CaptureMode.TEXT, fetch=page("\x89PNG", kind))
    assert (evidence.mode, evidence.state) == (CaptureMode.LINK, EvidenceState.PARTIAL)
    assert b"\x89PNG" not in stored(tmp_path)
    assert b"\xc2\x89PNG" not in stored(tmp_path)


def test_a_fault_that_may_pass_is_tried_again_and_at_last_settled(tmp_path: Path) -> None:
    def fetch(_url: str) -> FetchedText:
        raise NotNow("The site did not answer.")

    with pytest.raises(NotNow):
        keep(tmp_path, CaptureMode.TEXT, fetch=fetch)
    assert list(tmp_path.iterdir()) == []
    evidence = keep(tmp_path, CaptureMode.TEXT, fetch=fetch, last_try=True)
    assert (evidence.state, evidence.note) == (EvidenceState.PARTIAL, "The site did not answer.")


def test_a_fault_that_will_not_pass_is_settled_at_once(tmp_path: Path) -> None:
    def fetch(_url: str) -> FetchedText:
        raise Never("The address is inside a private network.")

    assert keep(tmp_path, CaptureMode.TEXT, fetch=fetch).state is EvidenceState.PARTIAL


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "http:\\\\x.example",
     "https://u:p@x.example/", "http://", "view-source:http://x.example", "http://x.example:0/",
     "http://x.example/a b", "http://x.example/\n", "http://[::1", "ftp://x.example/"],
)  # fmt: skip
def test_what_is_no_web_address_is_never_opened(tmp_path: Path, url: str) -> None:
    assert not is_web_address(url)
    evidence = keep(tmp_path, CaptureMode.TEXT, url=url, fetch=never_asked)
    assert (evidence.mode, evidence.state) == (CaptureMode.LINK, EvidenceState.PARTIAL)


def test_a_capture_that_is_already_there_is_found_and_not_made_again(tmp_path: Path) -> None:
    """As after a kill between the rename and the database."""
    first = keep(tmp_path, CaptureMode.TEXT, fetch=page("<p>Words"))
    assert keep(tmp_path, CaptureMode.TEXT, fetch=never_asked) == first


def test_evidence_that_was_tampered_with_is_neither_believed_nor_overwritten(
    tmp_path: Path,
) -> None:
    keep(tmp_path, CaptureMode.LINK)
    (tmp_path / "capture-1" / "text.txt").write_text("Other words")
    with pytest.raises(CannotKeep, match=r"text\.txt was changed"):
        keep(tmp_path, CaptureMode.LINK)
    assert (tmp_path / "capture-1" / "text.txt").read_text() == "Other words"


def test_a_full_disk_says_so_and_leaves_no_half_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(seal_module.os, "fsync", full)
        with pytest.raises(CannotKeep, match="No space left on device"):
            keep(tmp_path, CaptureMode.LINK)
    assert list(tmp_path.iterdir()) == []
    assert keep(tmp_path, CaptureMode.LINK).state is EvidenceState.SEALED


def test_a_root_that_is_not_a_folder_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(CannotKeep, match="could not be written"):
        keep(tmp_path / "evidence", CaptureMode.LINK)


def test_half_a_character_does_not_stop_a_capture(tmp_path: Path) -> None:
    evidence = keep(tmp_path, CaptureMode.TEXT, fetch=page("<p>odd \ud83d end"))
    assert (tmp_path / "capture-1" / "text.txt").read_text().startswith("odd ")
    assert verify(tmp_path / "capture-1", evidence.manifest_sha256) == []


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from alerts.evidence.capture import capture
from monitor.domain import CaptureMode, CapturePromise, Mention
from monitor.egress import Egress

left = int(sys.argv[2])

def count(event, _arguments):
    global left
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

mention = Mention(source="s", external_id="1", url="https://forum.example/7", text="x")
promise = CapturePromise(id="capture-1", school="s", mention=mention, mode=CaptureMode.LINK)
sys.addaudithook(count)
capture(promise, Path(sys.argv[1]), egress=Egress(), browser=None,
        clock=lambda: datetime(2026, 11, 20, tzinfo=UTC))
"""


def test_killed_at_every_step_there_is_a_whole_capture_or_none(tmp_path: Path) -> None:
    """The kernel's own view of steps: every file opened, made, renamed or removed."""
    outcomes = []
    for step in range(1, 100):
        root = tmp_path / str(step)
        root.mkdir()
        done = subprocess.run([sys.executable, "-c", KILLED, str(root), str(step)], check=False)
        outcomes.append((root / "capture-1").exists())
        if outcomes[-1]:
            assert verify(root / "capture-1") == []
        evidence = keep(root, CaptureMode.LINK)
        assert verify(root / "capture-1", evidence.manifest_sha256) == []
        assert [path.name for path in root.iterdir()] == ["capture-1"]
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert done.returncode == 0
    assert outcomes.count(False) > 10
