"""The email channel against a real SMTP server: what each fault means for a letter."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.channels.contract import (
    ChannelError,
    Permanent,
    Refused,
    Temporary,
    TooLarge,
    Unusable,
)
from alerts.channels.email import Email
from alerts.channels.email_settings import EmailSettings
from alerts.channels.faults import refusal
from tests.smtp import Certificate, Fault, SmtpServer, make_certificate

SENDER, HEAD = "monitor@wexcombepark.example", "head@wexcombepark.example"
MAIL = (
    b"From: monitor@wexcombepark.example\r\nTo: head@wexcombepark.example\r\n"
    b"Message-ID: <alert-1@wexcombepark.example>\r\nSubject: High\r\n\r\n.dot\r\nend\r\n"
)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SMTP_PASSWORD", "correct horse")
    return "env:SMTP_PASSWORD"


def channel(server: SmtpServer, *, longest: float = 120.0, **settings: Any) -> Email:
    kept = {"host": "127.0.0.1", "port": server.port, "security": "none", "from": SENDER}
    return Email(EmailSettings.model_validate(kept | settings), longest=longest)


def send(email: Email, mail: bytes = MAIL) -> None:
    email.send(mail, sender=SENDER, recipient=HEAD)


def test_a_mail_arrives_exactly_as_it_was_written(server: SmtpServer) -> None:
    send(channel(server))
    (received,) = server.messages
    assert (received.sender, received.recipients) == (SENDER, (HEAD,))
    assert received.content == MAIL


def test_starttls_encrypts_before_the_login_and_the_mail(
    certificate: Certificate, password: str
) -> None:
    with SmtpServer(certificate=certificate, users={SENDER: "correct horse"}) as server:
        send(
            channel(
                server,
                security="starttls",
                username=SENDER,
                password=password,
                ca_file=certificate.file,
            )
        )
        assert [(r.encrypted, r.login) for r in server.messages] == [(True, SENDER)]


def test_tls_from_the_start_works_with_a_login_too(
    certificate: Certificate, password: str
) -> None:
    users = {SENDER: "correct horse"}
    with SmtpServer(certificate=certificate, tls_from_the_start=True, users=users) as server:
        email = channel(
            server, security="tls", username=SENDER, password=password, ca_file=certificate.file
        )
        email.check()
        send(email)
        assert [(r.encrypted, r.login) for r in server.messages] == [(True, SENDER)]


def test_a_certificate_nobody_vouches_for_is_refused_and_no_password_is_said(
    certificate: Certificate, password: str
) -> None:
    with SmtpServer(certificate=certificate, users={SENDER: "correct horse"}) as server:
        email = channel(server, security="starttls", username=SENDER, password=password)
        with pytest.raises(Unusable, match="certificate that cannot be trusted"):
            send(email)
        assert server.messages == []


def test_a_certificate_for_another_server_is_refused(tmp_path: Path) -> None:
    other = make_certificate(tmp_path, name="other.example")
    with (
        SmtpServer(certificate=other, tls_from_the_start=True) as server,
        pytest.raises(Unusable, match="certificate that cannot be trusted"),
    ):
        send(channel(server, security="tls", ca_file=other.file))


def test_a_wrong_password_says_what_to_check_and_never_says_the_password(
    certificate: Certificate, password: str
) -> None:
    with SmtpServer(certificate=certificate, users={SENDER: "another"}) as server:
        email = channel(
            server,
            security="starttls",
            username=SENDER,
            password=password,
            ca_file=certificate.file,
        )
        with pytest.raises(Unusable, match=r"does not accept the user name.*535") as error:
            send(email)
        assert "correct horse" not in str(error.value)


@pytest.mark.parametrize(
    ("username", "secret"), [(SENDER, "p\u00a3ssword-long"), ("b\u00fcro@wexcombe.example", "x")]
)
def test_a_password_or_user_name_the_log_in_cannot_carry_says_what_to_change(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, username: str, secret: str
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", secret)
    with SmtpServer(certificate=certificate, users={username: secret}) as server:
        email = channel(
            server,
            security="starttls",
            username=username,
            password="env:SMTP_PASSWORD",
            ca_file=certificate.file,
        )
        with pytest.raises(
            Unusable, match=r"letters without accents.*user name or password"
        ) as it:
            email.check()
        assert secret not in str(it.value)


@pytest.mark.parametrize("host", ["mail..example", ".mail.example", "a" * 70])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_host_that_is_no_name_says_what_to_correct(host: str, security: str) -> None:
    settings = {"host": host, "security": security, "from": SENDER}
    with pytest.raises(Unusable, match="is no name of a server; correct host"):
        Email(EmailSettings.model_validate(settings)).check()


def test_a_password_that_is_not_where_the_configuration_says_is_named(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    with SmtpServer(certificate=certificate, users={SENDER: "x"}) as server:
        email = channel(
            server,
            security="starttls",
            username=SENDER,
            password="env:SMTP_PASSWORD",
            ca_file=certificate.file,
        )
        with pytest.raises(Unusable, match="SMTP_PASSWORD is not set"):
            email.check()


def test_microsoft_without_passwords_says_what_to_ask_for(
    certificate: Certificate, password: str
) -> None:
    users = {SENDER: "correct horse"}
    with SmtpServer(certificate=certificate, users=users, fault=Fault.BASIC_AUTH_OFF) as server:
        email = channel(
            server,
            security="starttls",
            username=SENDER,
            password=password,
            ca_file=certificate.file,
        )
        with pytest.raises(Unusable, match="allow SMTP AUTH for this one mailbox"):
            send(email)


@pytest.mark.parametrize(
    ("fault", "kind", "sentence"),
    [
        (Fault.BUSY, Temporary, "cannot take the mail now. It said: 421"),
        (Fault.MAILBOX_FULL, Temporary, "cannot take the mail now. It said: 452"),
        (Fault.NO_SUCH_MAILBOX, Refused, "refuses the recipient's address; correct it"),
        (Fault.SENDER_REFUSED, Unusable, "refuses the sender's address"),
        (Fault.MAIL_REFUSED, Permanent, "refuses the mail. It said: 554"),
        (Fault.DROP_AFTER_DATA, Temporary, "broke before the mail server confirmed"),
        (Fault.STALL_AFTER_DATA, Temporary, "stopped answering"),
    ],
)
def test_each_fault_in_the_middle_of_a_letter_has_its_meaning(
    server: SmtpServer, fault: Fault, kind: type[ChannelError], sentence: str
) -> None:
    server.fault = fault
    with pytest.raises(ChannelError) as error:
        send(channel(server, timeout=0.5))
    assert type(error.value) is kind
    assert sentence in str(error.value)


def test_a_mail_larger_than_the_server_takes_is_the_mails_fault_and_not_the_servers(
    server: SmtpServer,
) -> None:
    email, limit = channel(server), 33_554_432  # aiosmtpd's own
    with pytest.raises(TooLarge, match=r"a mail of this size.*552"):
        send(email, MAIL + b"x" * limit)
    send(email)
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (smtplib.SMTPDataError(552, b"5.3.4 Message too big for system"), TooLarge),
        (smtplib.SMTPDataError(554, b"5.3.4 Message size exceeds fixed maximum"), TooLarge),
        (smtplib.SMTPDataError(552, b"5.2.3 Longer than this mailbox takes"), TooLarge),
        (smtplib.SMTPDataError(552, b"Exceeded storage allocation"), TooLarge),
        (smtplib.SMTPSenderRefused(552, b"5.3.4 Too big", SENDER), TooLarge),
        (smtplib.SMTPRecipientsRefused({HEAD: (552, b"5.3.4 Too big")}), TooLarge),
        (smtplib.SMTPDataError(552, b"5.2.2 Mailbox over quota"), Refused),
        (smtplib.SMTPDataError(552, b"5.7.0 Blocked for its content"), Permanent),
        (smtplib.SMTPRecipientsRefused({HEAD: (550, b"5.7.1 Relaying denied")}), Refused),
    ],
)
def test_only_what_can_never_be_right_is_refused_for_good(
    fault: smtplib.SMTPException, kind: type[ChannelError]
) -> None:
    assert type(refusal(fault)) is kind


def test_after_a_dropped_connection_the_same_bytes_go_again(server: SmtpServer) -> None:
    server.fault = Fault.DROP_AFTER_DATA
    with pytest.raises(Temporary):
        send(channel(server))
    server.fault = None
    send(channel(server))
    first, second = server.messages
    assert first.content == second.content == MAIL


def test_a_server_that_only_drips_is_left_after_a_while(server: SmtpServer) -> None:
    server.fault = Fault.DRIP
    with pytest.raises(Unusable):
        send(channel(server, longest=0.5))


def test_a_server_that_is_not_running_says_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "from": SENDER}
        with pytest.raises(Unusable, match="refuses the connection"):
            Email(EmailSettings.model_validate(settings)).check()


def test_a_server_that_takes_the_call_and_never_speaks_is_a_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = {"host": "127.0.0.1", "port": port, "security": "none", "from": SENDER}
        email = Email(EmailSettings.model_validate(settings | {"timeout": 0.3}))
        with pytest.raises(Unusable, match="does not answer in time"):
            email.check()


def test_a_name_that_does_not_exist_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    settings = {"host": "smtp.example", "security": "starttls", "from": SENDER}
    with pytest.raises(Unusable, match="cannot be found by that name"):
        Email(EmailSettings.model_validate(settings)).check()


def test_tls_against_a_server_without_it_says_which_setting_to_change(server: SmtpServer) -> None:
    with pytest.raises(Unusable, match="does not speak TLS"):
        channel(server, security="tls").check()


def test_starttls_against_a_server_without_it_never_goes_on_unencrypted(
    server: SmtpServer,
) -> None:
    with pytest.raises(Unusable, match="offers no STARTTLS"):
        send(channel(server, security="starttls"))
    assert server.messages == []


def test_a_login_where_none_is_offered_says_so(server: SmtpServer, password: str) -> None:
    with pytest.raises(Unusable, match="offers no log-in"):
        channel(server, username=SENDER, password=password).check()


def test_a_certificate_file_that_is_not_there_is_named(
    certificate: Certificate, tmp_path: Path
) -> None:
    with (
        SmtpServer(certificate=certificate) as server,
        pytest.raises(Unusable, match="ca_file"),
    ):
        channel(server, security="starttls", ca_file=tmp_path / "absent.pem").check()


def test_check_sends_nothing(server: SmtpServer) -> None:
    channel(server).check()
    assert (server.connections, server.messages) == (1, [])


def test_mail_in_clear_is_only_for_this_machine() -> None:
    with pytest.raises(ValidationError, match="only for a mail server on this machine"):
        EmailSettings.model_validate({"host": "smtp.example", "security": "none", "from": SENDER})


def test_a_user_name_without_a_password_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="both username and password"):
        EmailSettings.model_validate({"host": "smtp.example", "username": "u", "from": SENDER})


def test_a_password_written_into_the_configuration_is_refused_and_not_repeated() -> None:
    table = {"host": "smtp.example", "username": "u", "password": "hunter2", "from": SENDER}
    with pytest.raises(ValidationError, match="env:NAME") as error:
        EmailSettings.model_validate(table)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("address", ["", "head", "a@b@c", "Head <a@b.example>", "a@b\r\nBcc: c@d"])
def test_a_sender_that_is_no_address_is_a_mistake(address: str) -> None:
    with pytest.raises(ValidationError, match="one e-mail address"):
        EmailSettings.model_validate({"host": "smtp.example", "from": address})
