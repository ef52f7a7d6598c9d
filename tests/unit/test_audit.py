"""The audit log in a real database: it can only be added to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from monitor.audit import Act, Trace
from monitor.store.audit import note
from monitor.store.database import StoreError
from monitor.store.store import Store

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_what_stands_in_the_audit_log_is_neither_changed_nor_taken_out(database_url: str) -> None:
    store = Store(database_url)
    with store.transaction() as session:
        note(session, Trace(act=Act.ADDED, subject="account 2", actor="account 1", at=NOW))
    tries = ["UPDATE audit SET actor = 'account 9'", "DELETE FROM audit", "TRUNCATE audit"]
    if database_url.startswith("sqlite"):
        tries[2] = (
            "INSERT OR REPLACE INTO audit (n, moment, act, actor, subject) "
            "VALUES (1, 'x', 'x', 'x', 'x')"
        )
    for statement in tries:
        with pytest.raises(StoreError), store.transaction() as session:
            session.execute(text(statement))
    (found,), total = store.deeds_of([2], 10, 0)
    assert (found.act, found.actor, found.at, total) == ("added", "account 1", NOW, 1)
    store.close()
