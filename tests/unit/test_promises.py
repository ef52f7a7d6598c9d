"""Every promise of evidence is kept in the end, whatever one of them does on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.evidence.errors import CannotKeep, NotNow
from alerts.evidence.promises import LONGEST_WAIT, Make, keep_promises, wait
from monitor.domain import CaptureMode, CapturePromise, Evidence, EvidenceState, Mention

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def promise(name: str, attempts: int = 0) -> CapturePromise:
    mention = Mention(source="s", external_id=name, url="https://x.example", text="private words")
    return CapturePromise(
        id=name, school="w", mention=mention, mode=CaptureMode.LINK, attempts=attempts
    )


def evidence(of: CapturePromise, _last: bool = False) -> Evidence:
    return Evidence(
        id=of.id,
        mode=of.mode,
        state=EvidenceState.SEALED,
        captured_at=NOON,
        manifest_sha256="0" * 64,
    )


class MemoryShelf:
    def __init__(self, *promises: CapturePromise) -> None:
        self.due = {p.id: (NOON, p) for p in promises}
        self.done: list[str] = []
        self.errors: dict[str, str] = {}

    def claim_capture(self, now: datetime, lease: timedelta) -> CapturePromise | None:
        for name, (due, found) in sorted(self.due.items()):
            if due <= now:
                self.due[name] = (now + lease, found)
                return found
        return None

    def captured(self, promise: CapturePromise, evidence: Evidence) -> None:
        del self.due[promise.id]
        self.done.append(evidence.id)

    def postpone_capture(self, promise: CapturePromise, until: datetime, error: str) -> None:
        self.due[promise.id] = (until, replace(promise, attempts=promise.attempts + 1))
        self.errors[promise.id] = error


def failing(name: str, fault: Exception) -> Make:
    def make(promise: CapturePromise, last: bool) -> Evidence:
        if promise.id == name:
            raise fault
        return evidence(promise, last)

    return make


def test_every_promise_that_is_due_is_kept_and_told_of() -> None:
    shelf, told = MemoryShelf(promise("a"), promise("b")), []
    kept = keep_promises(
        shelf, evidence, lambda: NOON, on_done=lambda p, e: told.append((p.id, e.id))
    )
    assert (kept.count, kept.notes) == (2, ())
    assert shelf.done == ["a", "b"]
    assert told == [("a", "a"), ("b", "b")]


def test_one_that_must_wait_does_not_stop_the_others() -> None:
    shelf = MemoryShelf(promise("a"), promise("b"))
    kept = keep_promises(shelf, failing("a", NotNow("The site rests.")), lambda: NOON)
    assert (kept.count, kept.notes) == (1, ("The site rests.",))
    assert shelf.due["a"][0] == NOON + timedelta(minutes=2)
    assert shelf.errors == {"a": "The site rests."}


def test_an_unforeseen_fault_is_shown_without_quoting_anybody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shelf = MemoryShelf(promise("a"), promise("b"))
    kept = keep_promises(shelf, failing("a", RuntimeError("private words")), lambda: NOON)
    assert shelf.done == ["b"]
    assert "RuntimeError" in shelf.errors["a"]
    assert "private words" not in caplog.text + shelf.errors["a"] + "".join(kept.notes)


def test_a_full_disk_stops_the_round_and_loses_nothing() -> None:
    shelf = MemoryShelf(promise("a"), promise("b"))
    kept = keep_promises(shelf, failing("a", CannotKeep("The disk is full.")), lambda: NOON)
    assert (kept.count, kept.notes) == (0, ("The disk is full.",))
    assert sorted(shelf.due) == ["a", "b"]


@pytest.mark.parametrize(("attempts", "last"), [(0, False), (1, False), (2, True), (7, True)])
def test_the_third_try_is_told_that_it_is_the_last(attempts: int, last: bool) -> None:
    said: list[bool] = []

    def make(promise: CapturePromise, is_last: bool) -> Evidence:
        said.append(is_last)
        return evidence(promise)

    keep_promises(MemoryShelf(promise("a", attempts)), make, lambda: NOON)
    assert said == [last]


def test_waits_grow_and_end_at_an_hour() -> None:
    assert [wait(n) for n in range(3)] == [timedelta(minutes=m) for m in (2, 4, 8)]
    assert wait(1_000) == LONGEST_WAIT
