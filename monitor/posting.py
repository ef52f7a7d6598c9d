"""The one door to the network, lent to the channels by which people are told, and to the page
where they sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from alerts.channels.contract import Unusable
from monitor.egress import Egress
from sources.answer import Answer
from sources.errors import SourceError
from sources.http import PoliteClient

_WHATEVER = range(300, 600)  # the channel makes sense of each
_LONGEST = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class PostRoom:
    """Asks for the channels. It does not wait between two letters, and never leaves a service
    alone for an hour as it would a site that we only visit: whoever must be told waits."""

    egress: Egress
    patience: timedelta = _LONGEST
    transport: httpx.BaseTransport | None = None  # instead of the network, for recordings

    def get(self, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        try:
            with self._client() as client:
                return client.get(url, params=params, headers=headers, expect=_WHATEVER)
        except SourceError as error:
            raise _unheard(url) from error

    def post(
        self,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        try:
            with self._client() as client:
                return client.post(
                    url, json=json, form=form, content=content, headers=headers, expect=_WHATEVER
                )
        except SourceError as error:
            raise _unheard(url) from error

    def _client(self) -> PoliteClient:
        return PoliteClient(
            self.egress, gap=timedelta(0), deadline=self.patience, transport=self.transport
        )


def _unheard(url: str) -> Unusable:
    return Unusable(
        f"{urlsplit(url).hostname} could not be reached, or did not answer; it will be tried "
        "again. Is this computer online?"
    )
