"""What was begun at the door and is finished a moment later: asked of a device, or of an account
elsewhere. It belongs to one browser, is used once, and soon forgotten."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import Session, col, delete

from monitor.store.account import AccountError
from monitor.store.account_tables import BegunRow, digest
from monitor.store.entrance import Entrance


class Begun(Entrance):
    def _start_anew(self, what: str, lasts: timedelta, holds: Mapping[str, str]) -> str:
        """A ticket for a browser of which nothing is known yet."""
        ticket = secrets.token_urlsafe(32)
        with self._database.transaction() as session:
            self._start(session, ticket, what, lasts, holds)
        return ticket

    def _start(
        self, session: Session, token: str, what: str, lasts: timedelta, holds: Mapping[str, str]
    ) -> None:
        """In place of anything that this browser began before."""
        now, name = self._clock(), digest(token)
        old = (col(BegunRow.expires_at) <= now) | (col(BegunRow.token_sha256) == name)
        session.exec(delete(BegunRow).where(old))
        session.add(
            BegunRow(token_sha256=name, what=what, holds=json.dumps(holds), expires_at=now + lasts)
        )

    def _finish(self, token: str, what: str) -> dict[str, str]:
        """What it holds; it is used up, whatever comes of it. Raises AccountError."""
        with self._database.transaction() as session:
            found = session.get(BegunRow, digest(token), with_for_update=True)
            if found is not None:
                session.delete(found)
            if found is None or found.what != what or found.expires_at <= self._clock():
                held = None
            else:
                held = dict[str, str](json.loads(found.holds))
        if held is None:
            raise AccountError("That took too long, or was done already. Please try again.")
        return held
