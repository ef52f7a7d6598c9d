"""Mail by SMTP: STARTTLS, TLS from the start, or plainly to this very machine."""

from __future__ import annotations

import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from alerts.channels.contract import Unusable
from alerts.channels.faults import no_connection, no_such_host, no_such_login, refusal
from monitor.secret import MissingSecret, Secret


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


def is_address(text: str) -> bool:
    """Whether mail can be addressed to it: one address, without a name beside it."""
    return re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", text, re.ASCII) is not None


def _address(text: str) -> str:
    if not is_address(text):
        raise ValueError("write one e-mail address, for example monitor@yourschool.example")
    return text


class EmailSettings(BaseModel):
    """What a school writes under [alerts.email]."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field(min_length=1, description="name of your outgoing mail server")
    port: int = Field(587, ge=1, le=65535, description="587 for starttls, 465 for tls")
    security: Security = Field(
        Security.STARTTLS,
        description='"starttls", "tls", or "none" for a server on this machine only',
    )
    username: str | None = Field(
        None, description="account to log in with; leave out if the server wants none"
    )
    password: Secret | None = Field(
        None, description="where its password is: env:NAME, file:/path or keyring:name"
    )
    sender: Annotated[str, AfterValidator(_address)] = Field(
        alias="from", description="address the mails come from; must belong to the account"
    )
    ca_file: Path | None = Field(
        None, description="certificates to trust, if the server's own authority is not public"
    )
    timeout: float = Field(
        30.0, gt=0, le=60, description="seconds to wait for each answer of the server"
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.security is Security.NONE and not _is_loopback(self.host):
            raise ValueError(
                'security = "none" is only for a mail server on this machine; '
                'write "starttls" or "tls"'
            )
        if (self.username is None) != (self.password is None):
            raise ValueError("write both username and password, or neither")
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


class Email:
    """A channel over one mail server. Each letter has its own connection."""

    name: ClassVar[str] = "email"

    def __init__(self, settings: EmailSettings, *, longest: float = 120.0) -> None:
        """*longest*: seconds that one letter may take, however slowly the server answers."""
        self._settings = settings
        self._longest = longest

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        with self._connection() as server:
            try:
                server.sendmail(sender, [recipient], message)
            except (smtplib.SMTPException, OSError) as fault:
                raise refusal(fault) from None

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
            if mine.username is not None and mine.password is not None:
                server.login(mine.username, mine.password.reveal())
        except (smtplib.SMTPException, OSError) as fault:
            raise self._out_of_order(fault) from None
        except MissingSecret as fault:
            raise Unusable(f"the password of the mail account is missing: {fault}") from None
        except UnicodeError:
            raise Unusable(no_such_login()) from None

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
        return Unusable(no_connection(mine.host, mine.port, mine.username, fault))


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
