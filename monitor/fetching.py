"""How a text capture reads its one document: by the only door to the network."""

from __future__ import annotations

from alerts.evidence.capture import TEXT_TYPES
from alerts.evidence.errors import Never, NotNow
from alerts.evidence.fetched import FetchedText
from sources.errors import SourceError
from sources.http import PoliteClient


def fetch_text(client: PoliteClient, url: str) -> FetchedText:
    """Ask for *url*; what is not text is refused before a byte of it is read.

    Raises NotNow for what may pass, Never for what will not.
    """
    try:
        answer = client.get(url, accept=", ".join(TEXT_TYPES), types=TEXT_TYPES)
    except SourceError as error:
        resting = error.until is not None  # for the trouble of some other page there
        raise (Never if error.needs_a_person and not resting else NotNow)(str(error)) from error
    return FetchedText(
        url=answer.url,
        status=answer.status,
        content_type=answer.content_type,
        body=answer.content.decode(answer.charset, errors="replace"),
        headers=tuple(answer.headers.items()),
    )
