"""The lists that people save, each for themselves."""

from __future__ import annotations

from sqlmodel import col, delete, select

from monitor.store.database import Database
from monitor.store.desk_tables import ViewRow

MOST = 20  # of one person


class Views(Database):
    def views(self, account: int) -> dict[str, str]:
        """The filters of each, by name."""
        query = select(ViewRow).where(ViewRow.account == account).order_by(col(ViewRow.name))
        with self.reading() as session:
            return {row.name: row.filters for row in session.exec(query)}

    def save_view(self, account: int, name: str, filters: str) -> bool:
        """In place of one of the same name. False where there are too many already."""
        with self.transaction() as session:
            names = session.exec(select(ViewRow.name).where(ViewRow.account == account)).all()
            if name not in names and len(names) >= MOST:
                return False
            session.merge(ViewRow(account=account, name=name, filters=filters))
            return True

    def forget_view(self, account: int, name: str) -> None:
        with self.transaction() as session:
            this = (col(ViewRow.account) == account, col(ViewRow.name) == name)
            session.execute(delete(ViewRow).where(*this))
