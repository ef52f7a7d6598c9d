"""How a mailbox is logged in to: with a password, or with a token (XOAUTH2).

Microsoft 365 takes no passwords any more, Google only such as are made for one program. A
token lives for an hour, so one is asked for at each visit and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, Field

from monitor.secret import MissingSecret, Reference
from sources.errors import AccessRefused
from sources.http import PoliteClient

MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
GOOGLE = "https://oauth2.googleapis.com/token"
_SCOPE = "https://outlook.office365.com/.default"


@dataclass(frozen=True, slots=True)
class Password:
    plain: str
    wrong: str = (
        "the mail server does not know this user with this password; Microsoft 365 takes no "
        "password at all, and Google only an app password: see docs/connect/mailbox.md"
    )

    def __repr__(self) -> str:
        return "Password(...)"

    def answer(self, user: str) -> Callable[[bytes], bytes]:
        return lambda _: f"\0{user}\0{self.plain}".encode()


@dataclass(frozen=True, slots=True)
class OAuth:
    token: str
    wrong: str = (
        "the mail server does not let this program into this mailbox; please look at the "
        "permission that it was given: see docs/connect/mailbox.md"
    )

    def __repr__(self) -> str:
        return "OAuth(...)"

    def answer(self, user: str) -> Callable[[bytes], bytes]:
        """The token once; a server that refuses it says why, and wants an empty answer to that."""
        said = iter((f"user={user}\1auth=Bearer {self.token}\1\1".encode(),))
        return lambda _: next(said, b"")


def password(secret: Reference) -> Password:
    return Password(_reveal(secret))


def token(
    client: PoliteClient,
    *,
    client_id: str,
    secret: Reference,
    tenant: str,
    refresh: Reference | None,
) -> OAuth:
    """A fresh one, of Microsoft for a *tenant*, of Google for a *refresh* token."""
    given = {"client_id": client_id, "client_secret": _reveal(secret)}
    if refresh is not None:
        url, more = GOOGLE, {"grant_type": "refresh_token", "refresh_token": _reveal(refresh)}
    else:
        url = MICROSOFT.format(tenant=tenant)
        more = {"grant_type": "client_credentials", "scope": _SCOPE}
    answer = client.post(url, form=given | more, expect=(400, 401))
    if answer.status != 200:
        raise AccessRefused(_WRONG, status=answer.status)
    return OAuth(answer.read(_Token).access)


_WRONG = (
    "no token was given for the mailbox: please check client_id, client_secret and tenant "
    "or refresh_token, and whether the secret has run out: see docs/connect/mailbox.md"
)


class _Token(BaseModel):
    access: str = Field(alias="access_token", min_length=1, repr=False)


def _reveal(secret: Reference) -> str:
    try:
        return secret.reveal()
    except MissingSecret as error:
        raise AccessRefused(str(error)) from error
