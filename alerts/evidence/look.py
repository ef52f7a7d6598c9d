"""What every step of a visit shares: the page, where its files go, and the time that is left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import CDPSession, Page

from alerts.evidence.gate import Gate
from alerts.evidence.pace import Pace
from alerts.evidence.report import Report
from alerts.evidence.traffic import Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One visit under way."""

    page: Page
    session: CDPSession
    gate: Gate
    folder: Path
    report: Report
    pace: Pace
    traffic: Traffic

    def keep(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)
