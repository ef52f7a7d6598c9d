"""How Bluesky is asked: through an account's own server with a session, or anonymously.

A session lives as long as one visit. Its tokens are kept nowhere: a login is a token's
worth of secret, and Bluesky allows one account 300 logins a day.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from monitor.secret import MissingSecret, Reference
from sources.answer import judge
from sources.bluesky_posts import Post
from sources.errors import AccessRefused, LayoutChanged
from sources.http import Answer, PoliteClient

_JSON = "application/json"
_NO_ACCOUNT = (
    "Bluesky no longer lets visitors without an account search: "
    "please give handle and app_password of a free account"
)
_WRONG = (
    "Bluesky does not know this handle with this app password; please make a new one under "
    "Settings, Privacy and security, App passwords"
)


class Anonymous:
    """Page one of each search is all that Bluesky shows to visitors, and not always that."""

    def __init__(self, server: str, client: PoliteClient) -> None:
        self._server, self._client = server.rstrip("/"), client

    def get(self, method: str, params: dict[str, str]) -> Answer:
        try:
            return self._client.get(f"{self._server}/xrpc/{method}", params=params, accept=_JSON)
        except AccessRefused as error:
            raise AccessRefused(_NO_ACCOUNT, status=error.status) from error

    def may_show(self, post: Post) -> bool:
        """Some people show their posts only to visitors who are logged in."""
        return not post.members_only


class Login:
    """Logs in at the first question; renews the session when the server calls it expired."""

    def __init__(
        self, server: str, handle: str, password: Reference, client: PoliteClient
    ) -> None:
        self._server, self._client = server.rstrip("/"), client
        self._handle, self._password = handle, password
        self._session: _Session | None = None

    def get(self, method: str, params: dict[str, str]) -> Answer:
        self._session = self._session or self._log_in()
        answer = self._ask(method, params, self._session)
        if answer.status != 200 and _error_of(answer) == "ExpiredToken":
            self._session = self._renewed(self._session)
            answer = self._ask(method, params, self._session)
        judge(answer.status, answer.headers, self._host)
        return answer

    def may_show(self, post: Post) -> bool:  # noqa: ARG002 # the shape of Anonymous.may_show
        return True

    def _ask(self, method: str, params: dict[str, str], session: _Session) -> Answer:
        return self._client.get(
            f"{self._server}/xrpc/{method}",
            params=params,
            headers=_bearer(session.access),
            accept=_JSON,
            expect=(400, 401),
        )

    def _log_in(self) -> _Session:
        url = f"{self._server}/xrpc/com.atproto.server.createSession"
        try:
            given = {"identifier": self._handle, "password": self._password.reveal()}
            return self._client.post(url, json=given).read(_Session)
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        except AccessRefused as error:
            raise AccessRefused(_WRONG, status=error.status) from error

    def _renewed(self, session: _Session) -> _Session:
        url = f"{self._server}/xrpc/com.atproto.server.refreshSession"
        try:
            return self._client.post(url, headers=_bearer(session.refresh)).read(_Session)
        except (AccessRefused, LayoutChanged):
            return self._log_in()

    @property
    def _host(self) -> str:
        return self._server.partition("//")[2]


class _Session(BaseModel):
    access: str = Field(alias="accessJwt", min_length=1, repr=False)
    refresh: str = Field(alias="refreshJwt", min_length=1, repr=False)


class _Error(BaseModel):
    error: str = ""


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _error_of(answer: Answer) -> str:
    try:
        return answer.read(_Error).error
    except LayoutChanged:
        return ""
