"""Whatever is done to sealed evidence, the verifier names it, with nothing but Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.evidence.carried import verifier_files
from alerts.evidence.seal import MANIFEST, seal
from alerts.evidence.verifier import verify
from monitor.domain import CaptureMode

FILES = {"meta.json": b'{"a": 1}\n', "source.json": b'{"text": "x"}\n', "text.txt": b"Some words."}


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    folder = tmp_path / "capture-1"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def sealed(capture: Path) -> str:
    return seal(capture, capture="capture-1", mode=CaptureMode.LINK).manifest_sha256


def found(folder: Path, sha256: str | None = None) -> list[tuple[str, str]]:
    return [(problem.name, problem.kind) for problem in verify(folder, sha256)]


def test_untouched_evidence_is_unchanged(capture: Path, sealed: str) -> None:
    assert found(capture, sealed) == []
    assert found(capture) == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_flipped_byte_of_every_file_is_named(capture: Path, sealed: str, name: str) -> None:
    original = FILES[name]
    for place in range(len(original)):
        changed = bytearray(original)
        changed[place] ^= 0x01
        (capture / name).write_bytes(changed)
        assert found(capture, sealed) == [(name, "changed")], place


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
def test_every_flipped_byte_of_the_manifest_is_noticed(
    capture: Path, sealed: str, bit: int
) -> None:
    """Also without the number written down elsewhere, though then a file may be blamed."""
    original = (capture / MANIFEST).read_bytes()
    for place in range(len(original)):
        changed = bytearray(original)
        changed[place] ^= bit
        (capture / MANIFEST).write_bytes(changed)
        assert (MANIFEST, "changed") in found(capture, sealed), place
        assert found(capture), place


def test_a_missing_file_is_named(capture: Path, sealed: str) -> None:
    (capture / "text.txt").unlink()
    assert found(capture, sealed) == [("text.txt", "missing")]


def test_an_added_file_is_named(capture: Path, sealed: str) -> None:
    (capture / "extra.png").write_bytes(b"x")
    assert found(capture, sealed) == [("extra.png", "added")]


def test_an_added_folder_and_a_link_are_named(capture: Path, sealed: str) -> None:
    (capture / "sub").mkdir()
    (capture / "way-out").symlink_to("/etc/hostname")
    assert found(capture, sealed) == [("sub", "added"), ("way-out", "added")]


def test_a_link_in_place_of_a_file_is_named_even_if_the_words_are_the_same(
    capture: Path, sealed: str, tmp_path: Path
) -> None:
    (capture / "text.txt").rename(tmp_path / "elsewhere.txt")
    (capture / "text.txt").symlink_to(tmp_path / "elsewhere.txt")
    assert found(capture, sealed) == [("text.txt", "changed")]


def test_a_renamed_file_is_named_with_its_new_name(capture: Path, sealed: str) -> None:
    (capture / "text.txt").rename(capture / "words.txt")
    (problem,) = verify(capture, sealed)
    assert problem.sentence == "text.txt was renamed to words.txt."


def test_swapped_files_are_both_named(capture: Path, sealed: str) -> None:
    (capture / "text.txt").write_bytes(FILES["meta.json"])
    (capture / "meta.json").write_bytes(FILES["text.txt"])
    assert found(capture, sealed) == [("meta.json", "swapped"), ("text.txt", "swapped")]


def test_a_manifest_replaced_together_with_a_file_is_noticed(capture: Path, sealed: str) -> None:
    (capture / "text.txt").write_bytes(b"Other words.")
    seal(capture, capture="capture-1", mode=CaptureMode.LINK)
    assert found(capture) == []
    assert found(capture, sealed) == [(MANIFEST, "changed")]


def test_a_manifest_from_another_capture_is_noticed(capture: Path, sealed: str) -> None:
    copy = shutil.copytree(capture, capture.with_name("capture-2"))
    assert found(Path(copy)) == [(MANIFEST, "changed")]


def test_a_missing_manifest_is_named(capture: Path, sealed: str) -> None:
    (capture / MANIFEST).unlink()
    assert found(capture, sealed) == [(MANIFEST, "missing")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"capture":"capture-1","files":[{}],"format":1,"mode":"link"}',
        b'{"capture":"capture-1","files":[{"bytes":1,"name":"../x","sha256":""}],'
        b'"format":1,"mode":"link"}',
        b'{"capture":"capture-1","files":[{"bytes":true,"name":"x","sha256":""}],'
        b'"format":1,"mode":"link"}',
        b'{"capture":"capture-1","files":[],"format":2,"mode":"link"}',
        b'{"capture":"capture-1","files":[],"format":1,"mode":{}}',
    ],
)
def test_a_manifest_that_is_none_is_said_to_be_changed(capture: Path, content: bytes) -> None:
    (capture / MANIFEST).write_bytes(content)
    assert found(capture) == [(MANIFEST, "changed")]


def alone(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The verifier as police would run it: none of our packages, no site-packages."""
    command = [sys.executable, "-I", "-S", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    for name, text in verifier_files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "verify.py"


def test_the_verifier_works_alone(script: Path, capture: Path, sealed: str) -> None:
    done = alone(script, capture, sealed)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Unchanged: every file is as it was sealed.\n"


def test_without_the_number_from_elsewhere_it_says_what_it_cannot_prove(
    script: Path, capture: Path, sealed: str
) -> None:
    done = alone(script, capture)
    assert done.returncode == 0
    assert done.stdout.startswith("Unchanged, as far as the folder can tell by itself.\n")
    assert "made anew together" in done.stdout
    assert "as a second word" in done.stdout


def test_the_verifier_alone_names_what_was_changed(
    script: Path, capture: Path, sealed: str
) -> None:
    (capture / "text.txt").write_bytes(b"Other words")
    done = alone(script, capture)
    assert done.returncode == 1
    assert done.stdout == "text.txt was changed.\nNOT as it was sealed.\n"


def test_the_verifier_alone_says_when_there_is_no_such_folder(
    script: Path, tmp_path: Path
) -> None:
    done = alone(script, tmp_path / "nowhere")
    assert (done.returncode, done.stderr) == (1, "")
    assert "is not a folder" in done.stdout
