"""Prove that evidence is what was sealed. Needs Python 3.8 or later and nothing else.

    python verify.py FOLDER [SHA256]

FOLDER is one capture (it holds manifest.json) or an unpacked evidence pack (it holds
incident.json); without FOLDER, the folder in which this file lies. SHA256 is a number
written down elsewhere: for a capture that of its manifest, from the incident log; for a pack
that of incident.json, printed at export. Without it nobody can tell whether the lists were
made anew together with the files.
Ends with 0 when everything is unchanged; with 1, and the name of each file, when not.
"""

from __future__ import annotations

import hashlib
import json
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"
PACK = "incident.json"
KEYS = {"capture", "files", "format", "mode"}
FILE_KEYS = {"bytes", "name", "sha256"}
MODES = ("full", "text", "link")
MAX_MANIFEST = 10_000_000  # bytes; larger is not ours

CHANGED, MISSING, ADDED = "changed", "missing", "added"
RENAMED, SWAPPED, UNREADABLE = "renamed", "swapped", "unreadable"


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was sealed: the file's name, the kind, a sentence."""

    name: str
    kind: str
    sentence: str


class Unfit(Exception):
    """The manifest is not in the form in which it was sealed; the message says how."""


def verify(folder: Path, manifest_sha256: str | None = None) -> list[Problem]:
    """Everything in *folder* that is not as it was sealed; an empty list when all is.

    With *manifest_sha256*, a manifest replaced together with its files shows too.
    """
    try:
        manifest = _read_manifest(folder)
        replaced = _replaced(manifest, manifest_sha256)
        return replaced + _compare(folder, _listed(manifest, folder.resolve().name))
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


def _listed(manifest: bytes, capture: str) -> dict[str, tuple[str, int]]:
    """The SHA-256 and size of each file by name, from a manifest in exactly our form."""
    data = _parsed(manifest)
    if data["capture"] != capture:
        raise Unfit(f"it belongs to the capture {data['capture']}, not to the folder {capture}")
    if data["mode"] not in MODES or data["format"] != 1:
        raise Unfit("it has a mode or a format that does not exist")
    listed = {entry["name"]: (entry["sha256"], entry["bytes"]) for entry in data["files"]}
    if len(listed) != len(data["files"]):
        raise Unfit("it lists a name twice")
    return listed


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
        and set(data) == KEYS
        and isinstance(data["capture"], str)
        and isinstance(data["files"], list)
        and all(_is_file_entry(entry) for entry in data["files"])
    )


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
            found[path.name] = _hashed(path)
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


def _hashed(path: Path) -> tuple[str, int] | None:
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


def is_pack(folder: Path) -> bool:
    return (folder / PACK).exists() and not (folder / MANIFEST).exists()


def check(folder: Path, sha256: str | None = None) -> list[Problem]:
    """A capture or an unpacked pack, with the number for it that was written down elsewhere."""
    return verify_pack(folder, sha256) if is_pack(folder) else verify(folder, sha256)


def verify_pack(folder: Path, sha256: str | None = None) -> list[Problem]:
    """The same for every capture of an unpacked evidence pack, each name with its folder.

    Files that the pack says were left out on purpose are no problem; a folder that it does
    not list is one. With *sha256*, that of incident.json, a pack made anew shows too.
    """
    try:
        content = (folder / PACK).read_bytes()
        pack = json.loads(content.decode("utf-8"))
        captures = [_capture(entry) for entry in pack["evidence"]]
        papers = {str(paper["name"]): str(paper["sha256"]) for paper in pack.get("papers", [])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [Problem(PACK, UNREADABLE, f"{PACK} is missing or was changed.")]
    problems = []
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256.strip().lower():
        sentence = f"{PACK} is not the one that was exported: it was changed or replaced."
        problems.append(Problem(PACK, CHANGED, sentence))
    for name, manifest_sha256, left_out in captures:
        problems += _packed(folder / name, manifest_sha256, left_out)
    return problems + _rewritten(folder, papers) + _unlisted(folder, {c[0] for c in captures})


def _capture(entry: dict) -> tuple[str, str, set[str]]:  # type: ignore[type-arg]  # as above
    """Its folder, the SHA-256 of its manifest, and what was left out of it."""
    name = str(entry["id"])
    if name in ("", ".", "..") or set(name) & set("/\\\0:"):
        raise ValueError(name)
    return name, str(entry["manifest_sha256"]), {str(file) for file in entry["left_out"]}


def _packed(folder: Path, sha256: str, left_out: set[str]) -> list[Problem]:
    name = folder.name
    if not folder.is_dir():
        sentence = f"{name} is not in this pack, so nothing can be proved of it."
        return [Problem(name, MISSING, sentence)]
    return [
        Problem(f"{name}/{problem.name}", problem.kind, f"{name}: {problem.sentence}")
        for problem in verify(folder, sha256)
        if not (problem.kind == MISSING and problem.name in left_out)
    ]


def _rewritten(folder: Path, papers: dict[str, str]) -> list[Problem]:
    """What lies on top of the pack for people to read."""
    problems = []
    for name, sha256 in sorted(papers.items()):
        try:
            found = _hashed(folder / name)
        except OSError:
            problems.append(Problem(name, MISSING, f"{name} is missing."))
        else:
            if found is None or found[0] != sha256:
                problems.append(Problem(name, CHANGED, f"{name} was changed."))
    return problems


def _unlisted(folder: Path, listed: set[str]) -> list[Problem]:
    added = sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in listed and (path.is_dir() or path.is_symlink())
    )
    return [
        Problem(name, ADDED, f"{name} was added: a folder or a link that the pack does not list.")
        for name in added
    ]


def main(arguments: list[str]) -> int:
    if len(arguments) > 2 or any(a in ("-h", "--help") for a in arguments):
        sys.stdout.write(__doc__ or "")
        return 2
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    sha256 = arguments[1] if len(arguments) == 2 else None
    if not folder.is_dir():
        return _say([f"{folder} is not a folder. Name the folder that holds the evidence."], 1)
    problems = check(folder, sha256)
    if problems:
        return _say([*(problem.sentence for problem in problems), "NOT as it was sealed."], 1)
    if sha256 is None:
        return _say(provisos(folder, "as a second word: python verify.py FOLDER NUMBER"), 0)
    return _say(["Unchanged: every file is as it was sealed."], 0)


def provisos(folder: Path, how: str) -> list[str]:
    """What "unchanged" means where no number from elsewhere was given, and how to give one."""
    pack = is_pack(folder)
    what, listing = ("pack", PACK) if pack else ("folder", MANIFEST)
    number = (
        f"the SHA-256 of {PACK} that was printed at export"
        if pack
        else "the SHA-256 of the manifest from the incident log"
    )
    return [
        f"Unchanged, as far as the {what} can tell by itself.",
        f"It cannot tell whether {listing} was made anew together with changed files.",
        f"To prove that too, add {number} {how}",
    ]


def _say(lines: list[str], status: int) -> int:
    text = "\n".join(lines) + "\n"
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
