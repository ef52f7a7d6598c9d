"""An unpacked evidence pack: every capture in it, the log of custody, and the papers on top."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from .capture import MANIFEST, hashed, verify
from .chain import LOG, verify_chain
from .problem import ADDED, CHANGED, MISSING, UNREADABLE, Problem
from .stamps import verify_stamps

PACK = "incident.json"


def is_pack(folder: Path) -> bool:
    return (folder / PACK).exists() and not (folder / MANIFEST).exists()


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
    tops = {name.partition("/")[0] for name in papers}
    return (
        problems
        + _custody(folder, LOG in papers)
        + verify_stamps(folder)
        + _rewritten(folder, papers)
        + _unlisted(folder, {PACK, *tops, *(name for name, _, _ in captures)})
        + _beside(folder, papers)
    )


def _custody(folder: Path, listed: bool) -> list[Problem]:
    """The chain from the first entry that is told on, where the pack has one."""
    if not listed:
        return []
    try:
        rows = json.loads((folder / LOG).read_bytes().decode("utf-8"))
        fit = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    except (OSError, ValueError, RecursionError):
        fit = False
    if not fit:
        return [Problem(LOG, UNREADABLE, f"{LOG} is missing or was changed.")]
    return verify_chain(rows, whole=False)


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
            found = hashed(folder / name)
        except OSError:
            problems.append(Problem(name, MISSING, f"{name} is missing."))
        else:
            if found is None or found[0] != sha256:
                problems.append(Problem(name, CHANGED, f"{name} was changed."))
    return problems


def _unlisted(folder: Path, listed: set[str]) -> list[Problem]:
    added = sorted(path.name for path in folder.iterdir() if path.name not in listed)
    return [
        Problem(name, ADDED, f"{name} was added: the pack does not list it.") for name in added
    ]


def _beside(folder: Path, papers: dict[str, str]) -> list[Problem]:
    """What was put into the folders of the papers."""
    problems = []
    for top in sorted({name.partition("/")[0] for name in papers if "/" in name}):
        for path in sorted((folder / top).rglob("*")) if (folder / top).is_dir() else ():
            name = path.relative_to(folder).as_posix()
            if name not in papers:
                problems.append(
                    Problem(name, ADDED, f"{name} was added: the pack does not list it.")
                )
    return problems
