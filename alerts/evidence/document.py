"""Reading the one document of a capture in text mode: its words, and no picture in any form."""

from __future__ import annotations

from pathlib import Path

from alerts.evidence.errors import Never, NotNow
from alerts.evidence.fetched import Fetch, FetchedText
from alerts.evidence.report import TEXT, Fault, Report
from alerts.evidence.shows import Seen, shown
from alerts.evidence.words import without_coded_content, words_of
from monitor.domain import Mention

TEXT_TYPES = ("text/html", "text/plain")
NOT_TEXT = "The address leads to something other than text, so it was not kept."


def read_document(mention: Mention, folder: Path, fetch: Fetch) -> Report:
    """Ask for it once, keep its words in *folder*, and tell what it showed."""
    try:
        found = fetch(mention.url)
    except (NotNow, Never) as error:
        fault = Fault.NOT_NOW if isinstance(error, NotNow) else Fault.NEVER
        return Report(fault=fault, why=str(error), shows=error.shows, status=error.status)
    kind = found.content_type.partition(";")[0].strip().lower()
    if kind not in TEXT_TYPES:
        return Report(fault=Fault.NEVER, why=NOT_TEXT)
    words = words_of(found.body) if kind == "text/html" else without_coded_content(found.body)
    (folder / TEXT).write_text(words, encoding="utf-8", errors="replace")
    return _told(found, words, mention)


def _told(found: FetchedText, words: str, mention: Mention) -> Report:
    page = Seen(
        url=found.url,
        asked=mention.url,
        html=found.body,
        words=words,
        status=found.status,
        headers=dict(found.headers),
    )
    return Report(
        final_url=without_coded_content(found.url),
        status=found.status,
        headers=tuple((name, without_coded_content(value)) for name, value in found.headers),
        chain=found.chain,
        text=True,
        shows=shown(page, mention.text),
    )
