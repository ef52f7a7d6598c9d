"""A real SMTP server on loopback, for tests: it keeps what it takes, and fails when told to."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Fault(StrEnum):
    BUSY = "421 at MAIL"
    MAILBOX_FULL = "452 at RCPT"
    NO_SUCH_MAILBOX = "550 at RCPT"
    SENDER_REFUSED = "550 at MAIL"
    MAIL_REFUSED = "554 after DATA"
    BASIC_AUTH_OFF = "550 5.7.30 at AUTH"
    DROP_AFTER_DATA = "takes the mail and drops the connection"
    STALL_AFTER_DATA = "takes the mail and says nothing more"
    DRIP = "says a little now and then, and never comes to an end"


_ANSWERS = {
    Fault.BUSY: "421 4.3.2 Too busy, closing",
    Fault.SENDER_REFUSED: "550 5.7.60 Not allowed to send as this sender",
    Fault.MAILBOX_FULL: "452 4.2.2 Mailbox full",
    Fault.NO_SUCH_MAILBOX: "550 5.1.1 No such mailbox",
    Fault.MAIL_REFUSED: "554 5.7.1 Refused by policy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool
    login: str | None

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        """The plain text, as a person reads it."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate for localhost and 127.0.0.1 that signs itself; both parts in one PEM."""

    file: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.file)
        return context


def make_certificate(folder: Path, name: str = "localhost") -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ip_address("127.0.0.1")))  # type: ignore[arg-type]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Certificate(file=file)


@dataclass(slots=True)
class SmtpServer:
    """Use it as a context manager. `messages` holds all mails taken, in order.

    `fault` may be set at any time, and then holds for all mails; `refuses` are recipients
    refused for good. With `save_to`, each mail is also written there as NNN.eml. With
    `users`, nothing is taken without one of these log-ins; with `tokens` (each with its
    user) only by XOAUTH2, as Microsoft and Google have it.
    """

    certificate: Certificate | None = None
    tls_from_the_start: bool = False
    users: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    save_to: Path | None = None
    fault: Fault | None = None
    refuses: set[str] = field(default_factory=set)
    messages: list[Received] = field(default_factory=list, init=False)
    connections: int = field(default=0, init=False)
    port: int = field(default=0, init=False)
    host: str = field(default="127.0.0.1", init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)
    _server: asyncio.Server = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def subjects(self) -> list[str]:
        return [str(received.message["Subject"]) for received in self.messages]

    async def _listen(self) -> None:
        tls = self.certificate.context() if self.certificate else None
        self._server = await self._loop.create_server(
            self._session, self.host, 0, ssl=tls if self.tls_from_the_start else None
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _session(self) -> asyncio.Protocol:
        self.connections += 1
        if self.fault is Fault.DRIP:
            return _Drip()
        starttls = bool(self.certificate) and not self.tls_from_the_start
        protocol: asyncio.Protocol = _Server(
            _Handler(self),
            hostname="localhost",
            loop=self._loop,
            tls_context=self.certificate.context() if self.certificate and starttls else None,
            require_starttls=starttls,
            authenticator=self._login if self.users else None,
            # aiosmtpd does not know that a line can be encrypted from the start
            auth_require_tls=not self.tls_from_the_start,
            auth_required=bool(self.users or self.tokens) and not self.tls_from_the_start,
            auth_exclude_mechanism=["LOGIN", "PLAIN"] if self.tokens else ["XOAUTH2"],
        )
        return protocol

    def _login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if self.fault is Fault.BASIC_AUTH_OFF:
            answer = "550 5.7.30 Basic authentication is not supported for Client Submission."
            return AuthResult(success=False, handled=False, message=answer)
        assert isinstance(data, LoginPassword)
        name, password = data.login.decode(), data.password.decode()
        right = self.users.get(name) == password
        return AuthResult(success=right, handled=False, auth_data=name if right else None)

    async def _end(self) -> None:
        self._server.close()
        mine = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the transports close


class _Server(SMTP):  # type: ignore[misc]  # aiosmtpd has no types
    line_length_limit = command_size_limit = 12_288  # RFC 4954: a token is long
    command_size_limits: ClassVar[dict[str, int]] = defaultdict(lambda: 12_288)


class _Handler:
    def __init__(self, owner: SmtpServer) -> None:
        self._owner = owner

    async def auth_XOAUTH2(self, server: SMTP, said: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        """A wrong token is told why first, and refused after an empty answer to that."""
        plain = base64.b64decode(said[1]).decode()
        given = dict(part.split("=", 1) for part in plain.strip("\1").split("\1"))
        user = self._owner.tokens.get(given["auth"].removeprefix("Bearer "))
        if user is not None and user == given["user"]:
            return AuthResult(success=True, auth_data=user)
        await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._owner.fault in (Fault.BUSY, Fault.SENDER_REFUSED):
            return _ANSWERS[self._owner.fault]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._owner.refuses:
            return _ANSWERS[Fault.NO_SUCH_MAILBOX]
        if self._owner.fault in (Fault.MAILBOX_FULL, Fault.NO_SUCH_MAILBOX):
            return _ANSWERS[self._owner.fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        owner = self._owner
        if owner.fault is Fault.MAIL_REFUSED:
            return _ANSWERS[owner.fault]
        self._keep(session, envelope, server)
        if owner.fault is Fault.DROP_AFTER_DATA:
            _line(server).abort()
        if owner.fault is Fault.STALL_AFTER_DATA:
            await asyncio.Event().wait()
        return "250 2.0.0 Taken"

    def _keep(self, session: Session, envelope: Envelope, server: SMTP) -> None:
        content = envelope.original_content
        assert isinstance(content, bytes)
        owner = self._owner
        received = Received(
            sender=envelope.mail_from or "",
            recipients=tuple(_words(envelope.rcpt_tos)),
            content=content,
            encrypted=_line(server).get_extra_info("sslcontext") is not None,
            login=session.auth_data if isinstance(session.auth_data, str) else None,
        )
        owner.messages.append(received)
        if owner.save_to:
            (owner.save_to / f"{len(owner.messages):03}.eml").write_bytes(content)


class _Drip(asyncio.Protocol):
    """A line of a greeting that goes on for ever, every tenth of a second."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._drip(transport)

    def _drip(self, transport: asyncio.Transport) -> None:
        if not transport.is_closing():
            transport.write(b"220-still here\r\n")
            asyncio.get_running_loop().call_later(0.1, self._drip, transport)


def _line(server: SMTP) -> asyncio.Transport:
    assert isinstance(server.transport, asyncio.Transport)
    return server.transport


def _words(addresses: Iterable[object]) -> list[str]:
    return [str(address) for address in addresses]
