"""Who has an incident open: a courtesy that keeps two people from working on one, and never
keeps anybody out for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from monitor.store.account_tables import AccountRow
from monitor.store.database import Database
from monitor.store.desk_tables import CheckoutRow

LASTS = timedelta(minutes=15)  # without a sign of life
_RENEWED = timedelta(minutes=5)  # so that not every glance writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The one who has it open: their e-mail address, and since when."""

    email: str
    since: datetime


class Checkouts(Database):
    def holder(self, incident: str, account: int, now: datetime) -> Holder | None:
        """Who else has it open just now. *incident*: Incident.key."""
        with self.reading() as session:
            return _other(session, incident, account, now)

    def open(
        self, incident: str, account: int, now: datetime, *, take_over: bool = False
    ) -> Holder | None:
        """It is this account's now; else who has it."""
        with self.reading() as session:
            row = session.get(CheckoutRow, incident)
            if row and row.account == account and row.until > now + LASTS - _RENEWED:
                return None
        with self.transaction() as session:
            other = None if take_over else _other(session, incident, account, now)
            if other is None:
                _take(session, incident, account, now)
            return other

    def leave_all(self, account: int) -> None:
        """Whatever this account has open: it signs out."""
        with self.transaction() as session:
            session.execute(delete(CheckoutRow).where(col(CheckoutRow.account) == account))

    def leave(self, incident: str, account: int) -> None:
        with self.transaction() as session:
            this = (col(CheckoutRow.incident) == incident, col(CheckoutRow.account) == account)
            session.execute(delete(CheckoutRow).where(*this))


def _other(session: Session, incident: str, account: int, now: datetime) -> Holder | None:
    query = (
        select(AccountRow.email, CheckoutRow.since)
        .join_from(CheckoutRow, AccountRow)
        .where(
            CheckoutRow.incident == incident,
            CheckoutRow.account != account,
            CheckoutRow.until > now,
            col(AccountRow.disabled_at).is_(None),
        )
    )
    found = session.exec(query).first()
    return Holder(email=found[0], since=found[1]) if found else None


def _take(session: Session, incident: str, account: int, now: datetime) -> None:
    row = session.get(CheckoutRow, incident)
    mine = row is not None and row.account == account and row.until > now
    since = row.since if row and mine else now
    session.merge(CheckoutRow(incident=incident, account=account, since=since, until=now + LASTS))
