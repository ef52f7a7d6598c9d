"""The register of schools in England (GIAS), downloaded for `monitor init`.

Contains public sector information licensed under the Open Government Licence v3.0. The
address is the one the Department's own services read; it may move, so it is an argument, and
without it a school types its details.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sources.errors import SourceError, Unreachable
from sources.http import PoliteClient

ADDRESS = (
    "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public/"
    "edubasealldata{day:%Y%m%d}.csv"
)
LARGEST = 200 * 1024 * 1024  # bytes; about 60 MB in 2026
PATIENCE = timedelta(minutes=6)
DAYS_BACK = 9  # today's file may not be there yet; the Department keeps the last ones


def register_client() -> PoliteClient:
    """The register is far larger than a page, and as trustworthy as its certificate."""
    return PoliteClient(limit=LARGEST, deadline=PATIENCE)


def download(client: PoliteClient, folder: Path, today: date, address: str = ADDRESS) -> Path:
    """The newest register there is, as a file in *folder*. Raises SourceError."""
    for back in range(DAYS_BACK + 1):
        day = today - timedelta(days=back)
        try:
            answer = client.get(address.format(day=day), types=("text/csv", _BYTES))
        except Unreachable as error:
            if error.status != 404:
                raise
            continue
        path = folder / f"register-{day:%Y%m%d}.csv"
        path.write_bytes(answer.content)
        return path
    raise SourceError("no register was found for the last days")


_BYTES = "application/octet-stream"
