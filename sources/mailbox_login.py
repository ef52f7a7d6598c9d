"""How a mailbox is logged in to: with a password, or with a token (XOAUTH2).

Microsoft 365 takes no passwords any more, Google only such as are made for one program. A
token lives for an hour, so one is asked for at each visit and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitor.oauth import OUTLOOK, Credentials, NoToken, Said, fresh_token
from monitor.secret import MissingSecret, Reference
from sources.errors import AccessRefused
from sources.http import PoliteClient


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


def token(client: PoliteClient, who: Credentials) -> OAuth:
    """A fresh one."""

    def post(url: str, form: Mapping[str, str]) -> Said:
        return client.post(url, form=form, expect=(400, 401))

    try:
        return OAuth(fresh_token(post, who, OUTLOOK).access)
    except NoToken as error:
        raise AccessRefused(_WRONG, status=error.status) from None
    except MissingSecret as error:
        raise AccessRefused(str(error)) from error


_WRONG = (
    "no token was given for the mailbox: please check client_id, client_secret and tenant "
    "or refresh_token, and whether the secret has run out: see docs/connect/mailbox.md"
)


def _reveal(secret: Reference) -> str:
    try:
        return secret.reveal()
    except MissingSecret as error:
        raise AccessRefused(str(error)) from error
