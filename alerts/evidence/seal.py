"""Sealing a capture: a manifest of every file's SHA-256, and all of it safely on the disk."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import rfc8785

from monitor.domain import CaptureMode, Evidence, EvidenceFile

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The manifest's own SHA-256, and the files it lists."""

    manifest_sha256: str
    files: tuple[EvidenceFile, ...]


def hash_file(path: Path) -> EvidenceFile:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return EvidenceFile(name=path.name, sha256=digest.hexdigest(), bytes=size)


def seal(folder: Path, *, capture: str, mode: CaptureMode) -> Sealed:
    """Write the manifest of all files in *folder* and push everything to the disk."""
    files = tuple(hash_file(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST)
    manifest = canonical(
        {
            "capture": capture,
            "files": [asdict(file) for file in files],
            "format": FORMAT,
            "mode": mode.value,
        }
    )
    (folder / MANIFEST).write_bytes(manifest)
    for path in (*folder.iterdir(), folder):
        _to_disk(path)
    return Sealed(manifest_sha256=hashlib.sha256(manifest).hexdigest(), files=files)


def canonical(value: Mapping[str, object]) -> bytes:
    """RFC 8785, so that the same facts always give the same bytes."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]  # its JSON type is private and exact


def publish(temporary: Path, final: Path) -> None:
    """Give a sealed folder its name, in one step that either happened or did not."""
    temporary.rename(final)
    _to_disk(final.parent)


def fresh_folder(path: Path) -> Path:
    """An empty folder at *path*, in place of what a killed capture may have left there."""
    if path.exists():
        shutil.rmtree(path)
    path.mkdir(parents=True, mode=0o700)
    return path


def _to_disk(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return  # Windows cannot flush a folder, and keeps its names in a journal
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_sealed(root: Path, evidence: Evidence, name: str) -> bytes | None:
    """A file of a capture, if it is there and exactly as it was sealed."""
    listed = next((file for file in evidence.files if file.name == name), None)
    if listed is None:
        return None
    try:
        content = (root / evidence.id / Path(listed.name).name).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == listed.sha256 else None
