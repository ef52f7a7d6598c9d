"""Mail by SMTP: STARTTLS, TLS from the start, or plainly to this very machine."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Self

from alerts.channels.contract import Unusable
from alerts.channels.email_settings import EmailSettings, Security
from alerts.channels.faults import no_connection, no_such_host, no_such_login, refusal
from alerts.channels.web import Tokens, Web, reveal
from monitor.oauth import OUTLOOK


class Email:
    """A channel over one mail server. Each letter has its own connection."""

    name: ClassVar[str] = "email"

    def __init__(
        self, settings: EmailSettings, *, web: Web | None = None, longest: float = 120.0
    ) -> None:
        """*web* is needed to log in with a token. *longest*: seconds that one letter may take,
        however slowly the server answers."""
        self._settings = settings
        self._longest = longest
        who = settings.credentials()
        self._tokens = Tokens(web, who, OUTLOOK) if web is not None and who else None

    @property
    def sender(self) -> str:
        return self._settings.sender

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        with self._connection() as server:
            try:
                server.sendmail(sender, [recipient], message)
            except (smtplib.SMTPException, OSError) as fault:
                raise refusal(fault) from None

    def took(self, message: bytes) -> bool:  # noqa: ARG002 - as the contract has it
        """SMTP has no way to ask."""
        return False

    def check(self) -> None:
        with self._connection() as server:
            try:
                server.noop()
            except (smtplib.SMTPException, OSError) as fault:
                raise refusal(fault) from None

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        with _Limit(self._longest) as limit:
            server = self._connect(limit)
            try:
                self._prepare(server)
                yield server
            finally:
                _leave(server)

    def _connect(self, limit: _Limit) -> smtplib.SMTP:
        mine = self._settings
        me = mine.sender.rpartition("@")[2]  # and not this computer's name, which is private
        try:
            if mine.security is Security.TLS:
                return _TlsServer(
                    mine.host,
                    mine.port,
                    me,
                    timeout=mine.timeout,
                    context=self._trust(),
                    limit=limit,
                )
            return _Server(mine.host, mine.port, me, timeout=mine.timeout, limit=limit)
        except (smtplib.SMTPException, OSError) as fault:
            raise self._out_of_order(fault) from None
        except ValueError:  # UnicodeError is one: a part that is empty, or too long
            raise Unusable(no_such_host(mine.host)) from None

    def _prepare(self, server: smtplib.SMTP) -> None:
        """Encrypt and log in, before anything is said about a letter."""
        mine = self._settings
        try:
            server.ehlo_or_helo_if_needed()
            if mine.security is Security.STARTTLS:
                server.starttls(context=self._trust())
            self._log_in(server)
        except (smtplib.SMTPException, OSError) as fault:
            raise self._out_of_order(fault) from None
        except UnicodeError:
            raise Unusable(no_such_login()) from None

    def _log_in(self, server: smtplib.SMTP) -> None:
        mine = self._settings
        if mine.username is None:
            return
        if mine.password is not None:
            server.login(mine.username, reveal(mine.password, "the password of the mail account"))
        else:
            assert self._tokens is not None, "a log-in with a token needs the web"
            _log_in_with_token(server, mine.username, self._tokens.get())

    def _trust(self) -> ssl.SSLContext:
        file = self._settings.ca_file
        try:
            return ssl.create_default_context(cafile=file)
        except OSError:
            raise Unusable(
                f"the certificates in {file} (ca_file under [alerts.email]) cannot be read"
            ) from None

    def _out_of_order(self, fault: Exception) -> Unusable:
        mine = self._settings
        by_token = self._tokens is not None
        return Unusable(no_connection(mine.host, mine.port, mine.username, fault, by_token))


class _Limit:
    """Ends a connection after so many seconds: a server that says a little now and then
    outlasts every other time-out."""

    def __init__(self, seconds: float) -> None:
        self.server: smtplib.SMTP | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        line = self.server.sock if self.server else None
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Limited:
    """smtplib hears the server's greeting while the object is still being made, so the limit
    must know the object before that."""

    def __init__(self, *where: Any, limit: _Limit, **how: Any) -> None:
        assert isinstance(self, smtplib.SMTP)
        limit.server = self
        super().__init__(*where, **how)


class _Server(_Limited, smtplib.SMTP):
    pass


class _TlsServer(_Limited, smtplib.SMTP_SSL):
    pass


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye. What happens now changes nothing for a letter already taken."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _log_in_with_token(server: smtplib.SMTP, username: str, token: str) -> None:
    """XOAUTH2, as Microsoft 365 and Google speak it. Raises what `login` would raise.

    A server that refuses the token says why, and wants an empty answer to that.
    """
    server.ehlo_or_helo_if_needed()  # what was said before STARTTLS counts no more
    offered = server.esmtp_features.get("auth", "").upper().split()
    if "XOAUTH2" not in offered:
        raise smtplib.SMTPNotSupportedError("XOAUTH2 is not offered")

    def answer(challenge: bytes | None = None) -> str:
        return f"user={username}\1auth=Bearer {token}\1\1" if challenge is None else ""

    server.auth("XOAUTH2", answer)
