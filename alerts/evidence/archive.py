"""WACZ: what went over the wire while the page was open, for web archives to replay."""

from __future__ import annotations

import asyncio
from importlib.metadata import version

from alerts.evidence.look import Look
from alerts.evidence.report import TEXT, WACZ
from alerts.evidence.wacz import ArchivedPage, write_wacz

NOT_IN_IT = "The page itself did not come over the wire, so there is no WACZ."


async def keep_archive(look: Look) -> None:
    exchanges, lost = await look.traffic.exchanges(look.pace)
    if lost:
        look.report.limits.append(f"{lost:,} of the page's requests are not in the WACZ.")
    words = look.folder / TEXT
    page = ArchivedPage(
        url=look.page.url.partition("#")[0],
        title=look.report.title,
        words=words.read_text(encoding="utf-8") if words.exists() else "",
        software=f"school-reputation-monitor {version('school-reputation-monitor')}",
    )
    if not await asyncio.to_thread(write_wacz, look.folder / WACZ, exchanges, page):
        look.report.limits.append(NOT_IN_IT)
