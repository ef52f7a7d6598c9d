"""What evidence needs of the network, by the only door to it: a document, a time stamp."""

from __future__ import annotations

from alerts.evidence.document import TEXT_TYPES
from alerts.evidence.errors import Never, NotNow
from alerts.evidence.fetched import FetchedText
from alerts.evidence.timestamp import QUERY, REPLY
from monitor.domain import Shows
from sources.errors import Captcha, ConsentWall, LoginWall, SourceError
from sources.http import PoliteClient


def fetch_text(client: PoliteClient, url: str) -> FetchedText:
    """Ask for *url*; what is not text is refused before a byte of it is read.

    Raises NotNow for what may pass, Never for what will not.
    """
    try:
        answer = client.get(url, accept=", ".join(TEXT_TYPES), types=TEXT_TYPES)
    except SourceError as error:
        resting = error.until is not None  # for the trouble of some other page there
        kind = Never if error.needs_a_person and not resting else NotNow
        raise kind(str(error), _shown(error), error.status) from error
    return FetchedText(
        url=answer.url,
        status=answer.status,
        content_type=answer.content_type,
        body=answer.content.decode(answer.charset, errors="replace"),
        headers=tuple(answer.headers.items()),
    )


_WALLS: dict[type[SourceError], Shows] = {
    LoginWall: Shows.LOGIN_WALL,
    ConsentWall: Shows.CONSENT_WALL,
    Captcha: Shows.BOT_WALL,
}


def _shown(error: SourceError) -> Shows:
    if error.status in (404, 410):
        return Shows.GONE
    return _WALLS.get(type(error), Shows.NOT_OPENED)


def ask_authority(client: PoliteClient, url: str, question: bytes) -> bytes:
    """Send a time stamping authority *question*. Raises NotNow."""
    try:
        answer = client.post(url, content=question, headers={"Content-Type": QUERY}, accept=REPLY)
    except SourceError as error:
        raise NotNow(str(error)) from error
    return answer.content
