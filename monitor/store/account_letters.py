"""The mail that tells a person of a change of their account: promised with the change itself, so
that neither is there without the other."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from monitor.account_letter import letter_key
from monitor.domain import AlertState, Role, Urgency
from monitor.store.account_tables import AccountRow
from monitor.store.tables import LetterRow


def promise(
    session: Session,
    row: AccountRow,
    line: int,
    now: datetime,
    *,
    detail: str = "",
    to: str = "",
) -> None:
    """*line*: of the audit. *to*: an address, if not the account's present one."""
    session.add(
        LetterRow(
            key=letter_key(line, detail),
            school=min(row.schools),
            role=Role.OFFICE,
            person=to or row.email,
            urgency=Urgency.PERSONAL,
            state=AlertState.WAITING,
            promised_at=now,
            due_at=now,
        )
    )
