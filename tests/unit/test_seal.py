"""A seal lists every file, in bytes that depend on nothing but the files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from alerts.evidence.seal import MANIFEST, fresh_folder, hash_file, publish, seal
from monitor.domain import CaptureMode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "abc"
    made.mkdir()
    (made / "text.txt").write_bytes(b"words")
    (made / "a.json").write_bytes(b"{}")
    return made


def test_the_manifest_lists_every_file_with_its_size_and_hash(folder: Path) -> None:
    sealed = seal(folder, capture="abc", mode=CaptureMode.TEXT)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    assert manifest == {
        "capture": "abc",
        "files": [
            {"name": "a.json", "sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2},
            {"name": "text.txt", "sha256": hashlib.sha256(b"words").hexdigest(), "bytes": 5},
        ],
        "format": 1,
        "mode": "text",
    }
    assert [file.name for file in sealed.files] == ["a.json", "text.txt"]
    assert sealed.manifest_sha256 == hash_file(folder / MANIFEST).sha256


def test_the_manifest_is_canonical(folder: Path) -> None:
    seal(folder, capture="abc", mode=CaptureMode.LINK)
    written = (folder / MANIFEST).read_bytes()
    assert written.startswith(b'{"capture":"abc","files":[{"bytes":2,"name":"a.json","sha256":"')
    assert b" " not in written


def test_sealing_twice_gives_the_same_seal(folder: Path) -> None:
    first = seal(folder, capture="abc", mode=CaptureMode.FULL)
    assert seal(folder, capture="abc", mode=CaptureMode.FULL) == first


def test_a_large_file_is_hashed_in_pieces(tmp_path: Path) -> None:
    data = bytes(range(256)) * 10_000
    (tmp_path / "big").write_bytes(data)
    found = hash_file(tmp_path / "big")
    assert (found.sha256, found.bytes) == (hashlib.sha256(data).hexdigest(), len(data))


def test_what_a_killed_capture_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".tmp-abc"
    left.mkdir()
    (left / "half.png").write_bytes(b"x")
    assert list(fresh_folder(left).iterdir()) == []


def test_publishing_gives_the_folder_its_name(folder: Path) -> None:
    publish(folder, folder.with_name("final"))
    assert not folder.exists()
    assert (folder.with_name("final") / "text.txt").read_bytes() == b"words"
