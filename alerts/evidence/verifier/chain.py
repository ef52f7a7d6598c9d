"""The custody log: a chain in which each link holds the hash of all before it.

A link is SHA-256(previous link as 32 bytes, then SHA-256 of the deed), the deed written as
JSON with its keys in order and no blanks. Where a pack tells nothing of a deed that is not
its business, it gives the SHA-256 of the deed instead, and the chain can still be followed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from .problem import ADDED, CHANGED, MISSING, REORDERED, Problem

LOG = "custody.json"
START = "0" * 64
DEED = ("act", "actor", "at", "n", "outcome", "sha256", "subject")
_MOST_SWAPS = 200  # links among which an exchange is looked for

Row = Mapping[str, object]


def verify_chain(
    rows: Sequence[Row], head: str | None = None, *, whole: bool = True
) -> list[Problem]:
    """What is wrong with *rows*, which stand in the order of the log; from its start, if *whole*.

    *head*: "NUMBER:HASH" of a link as it was written down elsewhere. Without it nobody can
    tell whether the newest links were cut off, or the whole chain was written anew.
    """
    problems = _in_order(rows)
    ordered = sorted(rows, key=_n)
    broken = [row for row in ordered if _hash(row) != row.get("hash")]
    problems += _changed(broken)
    before: Row | None = {"n": 0, "hash": START} if whole else None
    for row in ordered:
        problems += _follows(row, before, broken)
        before = row
    return problems + (_headed(ordered, head) if head else [])


def digest(row: Row) -> str:
    """Of the deed alone, or as it is given in place of the deed."""
    if "digest" in row:
        return str(row["digest"])
    deed = {name: row.get(name) for name in DEED}
    text = json.dumps(deed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _hash(row: Row, n: object = None) -> str | None:
    """What the link must be; None where it cannot be worked out. *n*: as if it stood there."""
    seen = row if n is None else {**row, "n": n}
    try:
        joined = bytes.fromhex(str(row.get("previous"))) + bytes.fromhex(digest(seen))
    except ValueError:
        return None
    return hashlib.sha256(joined).hexdigest()


def _n(row: Row) -> int:
    n = row.get("n")
    return n if type(n) is int else 0


def _entry(n: object) -> str:
    return f"{LOG}: entry {n}"


def _in_order(rows: Sequence[Row]) -> list[Problem]:
    problems = []
    for before, row in zip(rows, rows[1:]):  # noqa: B905, RUF007 - Python 3.8
        if _n(row) <= _n(before):
            sentence = f"{_entry(_n(row))} stands after entry {_n(before)}: they were reordered."
            problems.append(Problem(LOG, REORDERED, sentence))
    return problems


def _changed(broken: Iterable[Row]) -> list[Problem]:
    """Links that do not fit what stands in them; two that changed places are said to have."""
    problems, left = [], list(broken)
    places = [_n(row) for row in left][:_MOST_SWAPS]
    for row in left:
        place = next((n for n in places if n != _n(row) and _hash(row, n) == row["hash"]), None)
        if place is None:
            problems.append(Problem(LOG, CHANGED, f"{_entry(_n(row))} was changed."))
        else:
            sentence = f"{_entry(place)} was put in the place of entry {_n(row)}."
            problems.append(Problem(LOG, REORDERED, sentence))
    return problems


def _follows(row: Row, before: Row | None, broken: Sequence[Row]) -> list[Problem]:
    n = _n(row)
    if before is None:
        return []
    missing = range(_n(before) + 1, n)
    if missing:
        return [Problem(LOG, MISSING, f"{_entry(gone)} is missing.") for gone in missing[:100]]
    if n == _n(before):
        return [Problem(LOG, ADDED, f"{_entry(n)} is there twice.")]
    if row.get("previous") == before.get("hash") or row in broken or before in broken:
        return []
    if n == 1:
        return [Problem(LOG, CHANGED, f"{_entry(1)} is not the first: others were removed.")]
    sentence = f"{_entry(_n(before))} is not the one that entry {n} was written after."
    return [Problem(LOG, CHANGED, f"{sentence} It was changed or put in.")]


def _headed(ordered: Sequence[Row], head: str) -> list[Problem]:
    n, _, hash_ = head.strip().lower().partition(":")
    there = next((row for row in ordered if str(_n(row)) == n), None)
    if there is None:
        return [Problem(LOG, MISSING, f"{_entry(n)} is missing: the log ends before it.")]
    if there.get("hash") == hash_:
        return []
    sentence = f"{_entry(n)} is not the one that was written down: the log was written anew."
    return [Problem(LOG, CHANGED, sentence)]
