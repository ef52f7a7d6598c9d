"""What a channel needs of the web: answers, whatever their status. The door is lent to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from alerts.channels.contract import Unusable
from monitor.oauth import Credentials, NoToken, Said, fresh_token
from monitor.secret import MissingSecret, Reference

Shape = TypeVar("Shape", bound=BaseModel)


class Web(Protocol):
    """Each call raises Unusable where no answer came at all; what was sent may then have
    arrived nevertheless."""

    def get(self, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Said: ...

    def post(
        self,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Said: ...


def shaped(said: Said, shape: type[Shape]) -> Shape | None:
    """The JSON in an answer; None where it is something else."""
    try:
        return shape.model_validate_json(said.content)
    except ValidationError:
        return None


def reveal(secret: Reference, of: str) -> str:
    """Raises Unusable, saying what is missing."""
    try:
        return secret.reveal()
    except MissingSecret as error:
        raise Unusable(f"{of} is missing: {error}") from None


class Tokens:
    """The token of one app, asked for when first needed: it holds for an hour, longer than a
    round of letters takes."""

    def __init__(self, web: Web, who: Credentials, scope: str) -> None:
        self._web, self._who, self._scope = web, who, scope
        self._kept = ""

    def get(self) -> str:
        """Raises Unusable."""
        self._kept = self._kept or self._ask()
        return self._kept

    def _ask(self) -> str:
        def post(url: str, form: Mapping[str, str]) -> Said:
            return self._web.post(url, form=form)

        try:
            return fresh_token(post, self._who, self._scope).access
        except MissingSecret as error:
            raise Unusable(f"a secret of the mail account is missing: {error}") from None
        except NoToken as error:
            raise Unusable(_no_token(error.status)) from None


def _no_token(status: int) -> str:
    if status >= 500 or status == 429:
        return (
            f"the service that lets us in has a trouble of its own ({status}); it will be tried "
            "again"
        )
    return (
        "the program was not let into the mail account: please check client_id, client_secret "
        "and tenant or refresh_token, and whether the secret has run out: see docs/mail.md"
    )
