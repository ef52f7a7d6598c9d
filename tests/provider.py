"""A small OpenID provider on loopback, with its real parts: discovery, keys, authorize, token.

It lets in whoever comes, as the person that *claims* describe.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from monitor.egress import Egress
from monitor.elsewhere import Elsewhere
from monitor.openid import Kind, Provider
from monitor.posting import PostRoom
from monitor.secret import Reference

TENANT = "66666666-7777-8888-9999-000000000000"
DOMAIN = "wexcombepark.example"
CLIENT, SECRET = "11111111-2222-3333-4444-555555555555", "a secret of the test's own"
LASTS = 3600  # seconds


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": token_hex(8), "use": "sig", "alg": "RS256"})


KEYS = (new_key(), new_key())  # made once, for they take a while


@dataclass
class OpenId:
    """*claims* are added to what every ID token has, and win. *changed* is what happens to a token
    before it is handed over."""

    url: str
    clock: Callable[[], datetime]
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    published: RSAKey = field(default_factory=lambda: KEYS[0])
    signing: RSAKey = field(default_factory=lambda: KEYS[0])
    changed: Callable[[str], str] = str
    refuses: str = ""  # an error, to whoever comes
    asked: list[dict[str, str]] = field(default_factory=list)  # by those who want to sign in
    broken: int = 0  # a status, of whatever is asked
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def answer(self, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> Any:
        """A status, and JSON or the address to which it sends."""
        if self.broken:
            return self.broken, {}
        return {
            "/.well-known/openid-configuration": self._about,
            "/keys": lambda *_: (200, {"keys": [self.published.as_dict(private=False)]}),
            "/authorize": self._authorize,
            "/token": self._token,
        }[path](query, form)

    def _about(self, *_: Mapping[str, str]) -> Any:
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return 200, found | self.metadata

    def _authorize(self, query: Mapping[str, str], _: Mapping[str, str]) -> Any:
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        self.asked.append(dict(query))
        code = token_hex(8)
        self.codes[code] = dict(query)
        came = {"error": self.refuses} if self.refuses else {"code": code}
        return 302, f"{query['redirect_uri']}?{urlencode(came | {'state': query['state']})}"

    def _token(self, _: Mapping[str, str], form: Mapping[str, str]) -> Any:
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "never used", "id_token": self._id_token(asked)}

    def _id_token(self, asked: Mapping[str, str]) -> str:
        now = int(self.clock().timestamp())
        usual = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "number 1",
            "iat": now,
            "exp": now + LASTS,
            "nonce": asked["nonce"],
        }
        given = {name: each for name, each in (usual | self.claims).items() if each is not None}
        header = {"alg": "RS256", "kid": self.signing.kid}
        return self.changed(jwt.encode(header, given, self.signing))


def of_microsoft(username: str, /, **more: Any) -> dict[str, Any]:
    """The claims of somebody who works at the school."""
    return {"tid": TENANT, "preferred_username": username} | more


def of_google(address: str, /, **more: Any) -> dict[str, Any]:
    return {"hd": DOMAIN, "email": address, "email_verified": True} | more


@contextmanager
def openid(clock: Callable[[], datetime]) -> Iterator[OpenId]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            self._say(dict(parse_qsl(self.rfile.read(length).decode())))

        def _say(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            status, said = provider.answer(parts.path, dict(parse_qsl(parts.query)), form)
            self.send_response(status)
            if isinstance(said, str):
                self.send_header("Location", said)
                said = {}
            body = json.dumps(said).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = OpenId(f"http://127.0.0.1:{server.server_port}", clock)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


def elsewhere(provider: OpenId, kind: Kind, address: str) -> Elsewhere:
    """As monitor.app makes it, for a dashboard at this address. The secret is in the environment
    variable SIGN_IN_SECRET."""
    ours = Provider(
        kind=kind,
        issuer=provider.url,
        pinned=TENANT if kind is Kind.MICROSOFT else DOMAIN,
        client_id=CLIENT,
        secret=Reference("env", "SIGN_IN_SECRET"),
        back=f"{address}/sign-in/with/{kind}/back",
    )
    there = Egress(frozenset({urlsplit(provider.url).netloc}))
    return Elsewhere(ours, PostRoom(there), provider.clock)
