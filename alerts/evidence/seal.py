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

from alerts.evidence.at_rest import ENDING, NO_KEY, Key, lock
from monitor.domain import CaptureMode, Evidence, EvidenceFile

MANIFEST = "manifest.json"
FORMAT, LOCKED_FORMAT = 1, 2
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


def seal(
    folder: Path,
    *,
    capture: str,
    mode: CaptureMode,
    encrypt_to: str = "",
    made: Mapping[str, str] | None = None,
) -> Sealed:
    """Write the manifest of all files in *folder* and push everything to the disk.

    With *encrypt_to*, a public key, only NAME.age is left of each file. The manifest then also
    lists the encrypted forms, and says in *made* what no key should be needed for.
    """
    paths = [path for path in sorted(folder.iterdir()) if path.name != MANIFEST]
    files = tuple(hash_file(path) for path in paths)
    listed: dict[str, object] = {
        "capture": capture,
        "files": [asdict(file) for file in files],
        "format": FORMAT,
        "mode": mode.value,
    }
    if encrypt_to:
        locked = [_lock(path, encrypt_to) for path in paths]
        listed |= {"format": LOCKED_FORMAT, "locked": locked, "made": dict(made or {})}
    manifest = canonical(listed)
    (folder / MANIFEST).write_bytes(manifest)
    for path in (*folder.iterdir(), folder):
        _to_disk(path)
    return Sealed(manifest_sha256=hashlib.sha256(manifest).hexdigest(), files=files)


def _lock(path: Path, public: str) -> dict[str, object]:
    """Leave only the encrypted form of a file; what the manifest says of it."""
    locked = path.with_name(path.name + ENDING)
    locked.write_bytes(lock(path.read_bytes(), public))
    path.unlink()
    return asdict(hash_file(locked))


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


def read_sealed(root: Path, evidence: Evidence, name: str, key: Key = NO_KEY) -> bytes | None:
    """A file of a capture, if it is there and exactly as it was sealed. Raises Locked where
    *key* cannot read it."""
    listed = next((file for file in evidence.files if file.name == name), None)
    if listed is None:
        return None
    try:
        content = read_file(root / evidence.id / Path(listed.name).name, key)
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == listed.sha256 else None


def read_file(path: Path, key: Key = NO_KEY) -> bytes:
    """What was recorded under this name, encrypted or not. Raises OSError, Locked."""
    locked = path.with_name(path.name + ENDING)
    return key.unlock(locked.read_bytes()) if locked.is_file() else path.read_bytes()
