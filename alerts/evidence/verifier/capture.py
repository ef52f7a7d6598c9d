"""One capture: the files of a folder against the manifest that lists them."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

from .problem import ADDED, CHANGED, MISSING, RENAMED, SWAPPED, UNREADABLE, Problem

MANIFEST = "manifest.json"
KEYS = {"capture", "files", "format", "mode"}
LOCKED_KEYS = KEYS | {"locked", "made"}  # format 2: the files are encrypted at rest
FILE_KEYS = {"bytes", "name", "sha256"}
MODES = ("full", "text", "link")
MAX_MANIFEST = 10_000_000  # bytes; larger is not ours


class Unfit(Exception):
    """The manifest is not in the form in which it was sealed; the message says how."""


def verify(folder: Path, manifest_sha256: str | None = None) -> list[Problem]:
    """Everything in *folder* that is not as it was sealed; an empty list when all is.

    With *manifest_sha256*, a manifest replaced together with its files shows too.
    """
    try:
        manifest = _read_manifest(folder)
        replaced = _replaced(manifest, manifest_sha256)
        return replaced + _compare(folder, _expected(folder, manifest))
    except FileNotFoundError:
        return [Problem(MANIFEST, MISSING, f"{MANIFEST} is missing: nothing can be proved.")]
    except OSError as fault:
        return [Problem(MANIFEST, UNREADABLE, f"{MANIFEST} cannot be read: {fault.strerror}.")]
    except Unfit as fault:
        return [Problem(MANIFEST, CHANGED, f"{MANIFEST} was changed: {fault}.")]


def _read_manifest(folder: Path) -> bytes:
    path = folder / MANIFEST
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise Unfit("it is not a file")
    if status.st_size > MAX_MANIFEST:
        raise Unfit("it is far too large")
    return path.read_bytes()


def _replaced(manifest: bytes, expected: str | None) -> list[Problem]:
    if expected is None or hashlib.sha256(manifest).hexdigest() == expected.strip().lower():
        return []
    sentence = f"{MANIFEST} is not the one that was sealed: it was changed or replaced."
    return [Problem(MANIFEST, CHANGED, sentence)]


def _expected(folder: Path, manifest: bytes) -> dict[str, tuple[str, int]]:
    """What must be in *folder*: the files, or where they are encrypted, that form of each."""
    listed, locked = _listed(manifest, folder.resolve().name)
    return locked if any((folder / name).exists() for name in locked) else listed


def _listed(
    manifest: bytes, capture: str
) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, int]]]:
    """The SHA-256 and size of each file by name, from a manifest in exactly our form; and those
    of the encrypted forms, if it has any."""
    data = _parsed(manifest)
    if data["capture"] != capture:
        raise Unfit(f"it belongs to the capture {data['capture']}, not to the folder {capture}")
    locked = data.get("locked", [])
    if data["mode"] not in MODES or data["format"] != (2 if "locked" in data else 1):
        raise Unfit("it has a mode or a format that does not exist")
    both = [
        {entry["name"]: (entry["sha256"], entry["bytes"]) for entry in entries}
        for entries in (data["files"], locked)
    ]
    if len(both[0]) != len(data["files"]) or len(both[1]) != len(locked):
        raise Unfit("it lists a name twice")
    if locked and set(both[1]) != {name + ".age" for name in both[0]}:
        raise Unfit("it does not list the encrypted form of each file")
    return both[0], both[1]


def _parsed(manifest: bytes) -> dict:  # type: ignore[type-arg]  # whatever shape a stranger gave it
    try:
        data = json.loads(manifest.decode("utf-8"))
        canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        sound = canonical.encode("utf-8") == manifest and _in_shape(data)
    except (ValueError, RecursionError):
        sound = False
    if not sound:
        raise Unfit("it is not written as a manifest is")
    return data  # type: ignore[no-any-return]  # checked just above


def _in_shape(data: object) -> bool:
    return (
        isinstance(data, dict)
        and set(data) in (KEYS, LOCKED_KEYS)
        and isinstance(data["capture"], str)
        and all(_is_list_of_files(data.get(name, [])) for name in ("files", "locked"))
    )


def _is_list_of_files(entries: object) -> bool:
    return isinstance(entries, list) and all(_is_file_entry(entry) for entry in entries)


def _is_file_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == FILE_KEYS
        and isinstance(entry["name"], str)
        and isinstance(entry["sha256"], str)
        and type(entry["bytes"]) is int
        and entry["name"] not in ("", ".", "..", MANIFEST)
        and not set(entry["name"]) & set("/\\\0:")
    )


def _compare(folder: Path, listed: dict[str, tuple[str, int]]) -> list[Problem]:
    problems, found = [], {}
    for path in sorted(folder.iterdir()):
        if path.name == MANIFEST:
            continue
        try:
            found[path.name] = hashed(path)
        except OSError as fault:
            found[path.name] = listed.get(path.name)  # it is there; more cannot be said
            sentence = f"{path.name} cannot be read: {fault.strerror}."
            problems.append(Problem(path.name, UNREADABLE, sentence))
    problems += [
        _altered(name, listed, found)
        for name in sorted(listed)
        if name in found and found[name] != listed[name]
    ]
    return problems + _moved(listed, found)


def hashed(path: Path) -> tuple[str, int] | None:
    """None for anything but a plain file: what a link points at can change unnoticed."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _altered(
    name: str,
    listed: dict[str, tuple[str, int]],
    found: dict[str, tuple[str, int] | None],
) -> Problem:
    content = found[name]
    if content is None:
        return Problem(name, CHANGED, f"{name} is no longer a plain file.")
    for other in listed:
        if listed[other] == content and found.get(other) == listed[name]:
            return Problem(name, SWAPPED, f"{name} was swapped with {other}.")
    return Problem(name, CHANGED, f"{name} was changed.")


def _moved(
    listed: dict[str, tuple[str, int]],
    found: dict[str, tuple[str, int] | None],
) -> list[Problem]:
    """What is missing and what is added; a file under another name is said to be so."""
    problems = []
    added = [name for name in found if name not in listed]
    for name in sorted(set(listed) - set(found)):
        twin = next((other for other in added if found[other] == listed[name]), None)
        if twin is None:
            problems.append(Problem(name, MISSING, f"{name} is missing."))
        else:
            added.remove(twin)
            problems.append(Problem(name, RENAMED, f"{name} was renamed to {twin}."))
    for name in added:
        what = "a link or a folder" if found[name] is None else "a file"
        problems.append(Problem(name, ADDED, f"{name} was added: {what} that was not sealed."))
    return problems
