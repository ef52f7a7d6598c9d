"""Asks Microsoft or Google who somebody is, by the one door to the network, and within seconds:
the person is waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from alerts.channels.contract import Unusable
from monitor.id_token import UnknownKey, person
from monitor.oauth import Said
from monitor.openid import (
    Metadata,
    NotBelieved,
    Person,
    Provider,
    Question,
    Return,
    Tokens,
    code_of,
    discovery,
    form_for,
    new_question,
    read_metadata,
    read_tokens,
    where_to_ask,
)
from monitor.secret import MissingSecret

_KEPT = timedelta(hours=1)  # what the provider says of itself, and its keys

_log = logging.getLogger(__name__)


class Web(Protocol):
    """Each call raises Unusable where no answer came."""

    def get(self, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Said: ...
    def post(self, url: str, *, form: Mapping[str, str]) -> Said: ...


@dataclass(frozen=True, slots=True)
class _Known:
    metadata: Metadata
    keys: bytes
    until: datetime


class Elsewhere:
    """One provider. Use it from any thread; each call raises NotBelieved."""

    def __init__(self, provider: Provider, web: Web, clock: Callable[[], datetime]) -> None:
        self.provider = provider
        self._web, self._clock = web, clock
        self._known: _Known | None = None
        self._turn = Lock()

    def begin(self) -> tuple[str, Question]:
        """The address at which a person signs in, and what must come back from there."""
        question = new_question()
        return where_to_ask(self.provider, self._what_is_known().metadata, question), question

    def person(self, question: Question, came: Return) -> Person:
        """Whom the provider vouches for."""
        code, known = code_of(self.provider, question, came), self._what_is_known()
        tokens = self._exchanged(known.metadata, question, code)
        try:
            return person(self.provider, known.keys, tokens, question, self._clock())
        except UnknownKey:
            keys = self._what_is_known(anew=True).keys  # they are renewed every few weeks
        try:
            return person(self.provider, keys, tokens, question, self._clock())
        except UnknownKey:
            raise NotBelieved(
                f"{self.provider.name} signed its answer with a key that it does not name as its "
                "own, so nobody was let in. Please try again later."
            ) from None

    def _what_is_known(self, *, anew: bool = False) -> _Known:
        with self._turn:
            if anew or self._known is None or self._known.until <= self._clock():
                metadata = read_metadata(self.provider, self._got(discovery(self.provider)))
                keys = self._got(metadata.jwks_uri)
                self._known = _Known(metadata, keys, self._clock() + _KEPT)
            return self._known

    def _got(self, url: str) -> bytes:
        said = self._heard(lambda: self._web.get(url, params={}, headers={}))
        if said.status != 200:
            raise self._unreachable(f"it answered {said.status} when asked about itself.")
        return said.content

    def _exchanged(self, metadata: Metadata, question: Question, code: str) -> Tokens:
        try:
            form = form_for(self.provider, question, code)
        except MissingSecret as error:
            raise self._not_set_up(str(error)) from None
        said = self._heard(lambda: self._web.post(metadata.token_endpoint, form=form))
        if said.status == 200:
            return read_tokens(self.provider, said.content)
        if said.status == 401 or b"invalid_client" in said.content:
            raise self._not_set_up("client_id or client_secret is wrong, or has run out.")
        if said.status >= 500 or said.status == 429:
            raise self._unreachable(f"it answered {said.status} to a code.")
        raise NotBelieved(
            f"{self.provider.name} did not confirm that it was you. That happens when it takes "
            "too long, or when a page is loaded twice. Please try again."
        )

    def _heard(self, ask: Callable[[], Said]) -> Said:
        try:
            return ask()
        except Unusable as error:
            raise self._unreachable(str(error)) from None

    def _unreachable(self, why: str) -> NotBelieved:
        _log.warning("Signing in with %s: %s", self.provider.name, why)
        return NotBelieved(
            f"{self.provider.name} could not be asked just now. Please try again in a few "
            "minutes, or sign in with your password or a passkey.",
            why,
        )

    def _not_set_up(self, why: str) -> NotBelieved:
        _log.warning("Signing in with %s: %s", self.provider.name, why)
        return NotBelieved(
            f"Signing in with {self.provider.name} does not work at present, because something in "
            "the configuration is missing or has run out. Tell whoever looks after the monitor; "
            "until then sign in with your password or a passkey.",
            why,
        )
