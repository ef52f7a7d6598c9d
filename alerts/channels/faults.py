"""What a mail server's faults mean, in words for a school."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl

from alerts.channels.contract import (
    ChannelError,
    Permanent,
    Refused,
    Temporary,
    TooLarge,
    Unusable,
)

_BASIC_OFF = (
    "Microsoft no longer lets this mailbox send with a user name and password (5.7.30). Register "
    "the program with your Microsoft 365 as docs/mail.md says, or ask whoever runs it to allow "
    "SMTP AUTH for this one mailbox"
)


def no_connection(
    host: str, port: int, username: str | None, fault: Exception, by_token: bool = False
) -> str:
    """A sentence for a fault that concerns the server and not a letter."""
    where = f"the mail server {host}, port {port},"
    if isinstance(fault, smtplib.SMTPResponseException):
        return _rejection(where, username, fault, by_token)
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"{where} shows a certificate that cannot be trusted: {fault.verify_message}"
    if isinstance(fault, ssl.SSLError):
        return (
            f"{where} does not speak TLS there; for port 587 write "
            'security = "starttls", for port 465 "tls"'
        )
    if isinstance(fault, smtplib.SMTPNotSupportedError):
        return _unsupported(where, fault)
    return f"{where} {_silence(fault)}"


def no_such_host(host: str) -> str:
    return (
        f"{' '.join(host.split())!a} is no name of a server; correct host under [alerts.email], "
        "for example smtp.yourschool.example"
    )


def no_such_login() -> str:
    """Never with the fault's own words, which hold the password."""
    return (
        "the log-in of the mail server can only carry letters without accents, digits and plain "
        "signs (no £), and the user name or password under [alerts.email] has others; give the "
        "account another password"
    )


def _rejection(
    where: str, username: str | None, fault: smtplib.SMTPResponseException, by_token: bool
) -> str:
    answer = _answer(fault.smtp_code, fault.smtp_error)
    if by_token and isinstance(fault, smtplib.SMTPAuthenticationError):
        return (
            f"{where} does not let this program send for {username}; look at the permission that "
            f"it was given: see docs/mail.md. It said: {answer}"
        )
    if "5.7.30" in answer:
        return _BASIC_OFF
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return (
            f"{where} does not accept the user name {username} with this password; "
            f"check both under [alerts.email]. It said: {answer}"
        )
    return f"{where} does not let us in. It said: {answer}"


def _unsupported(where: str, fault: smtplib.SMTPNotSupportedError) -> str:
    if "STARTTLS" in str(fault):
        return f'{where} offers no STARTTLS; try security = "tls" with port 465'
    if "XOAUTH2" in str(fault):
        return f"{where} offers no log-in with a token; write a password instead of client_id"
    return f"{where} offers no log-in with a password; ask whoever runs it how to send"


def _silence(fault: Exception) -> str:
    """What an unanswered call sounds like in plain words."""
    if isinstance(fault, ConnectionRefusedError):
        return "refuses the connection; is the port right, and is the server running?"
    if isinstance(fault, socket.gaierror):
        return "cannot be found by that name; check host, and whether this machine is online"
    if _timed_out(fault):
        return "does not answer in time"
    return "ended the connection; it will be tried again"


def _timed_out(fault: BaseException | None) -> bool:
    """smtplib hides a time-out behind "disconnected", and keeps it as the context."""
    while fault is not None:
        if isinstance(fault, TimeoutError):
            return True
        fault = fault.__context__
    return False


def refusal(fault: Exception) -> ChannelError:
    """What a fault in the middle of a letter means for that letter."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(fault.recipients.values()))
        what = "the recipient's address; correct it under [schools.contacts]"
        return _judge(code, text, what, Refused)
    if isinstance(fault, smtplib.SMTPSenderRefused):
        # The sender is the same for every letter, so the letter is not at fault.
        return _judge(fault.smtp_code, fault.smtp_error, "the sender's address", Unusable)
    if isinstance(fault, smtplib.SMTPResponseException):
        return _judge(fault.smtp_code, fault.smtp_error, "the mail", Permanent)
    if _timed_out(fault):
        return Temporary("the mail server stopped answering; the same mail will be sent again")
    return Temporary(
        "the connection broke before the mail server confirmed; the same mail will be sent again"
    )


def came_back(status: str) -> str:
    """What it means that a letter was taken and sent back. *status*: as "5.1.1" (RFC 3463)."""
    subject = ".".join(status.split(".")[:2])
    why = _CAME_BACK.get(status) or _CAME_BACK.get(subject) or "the other side did not say why"
    return f"the mail was sent, and came back undelivered: {why} ({status})"


_CAME_BACK = {
    "5.1": "there is no such address; correct it under [schools.contacts]",
    "5.2": "the mailbox takes no mails; ask whoever runs it, or name another address",
    "5.2.2": "the mailbox is full; make room in it",
    "5.2.3": "the mail is too large for that mailbox; ask whoever runs it to allow larger ones",
    "5.3.4": "the mail is too large for that server; ask whoever runs it to allow larger ones",
    "5.7": "that server does not let our mails in; ask whoever runs it to allow the sender",
    "4.4": "that server could not be reached for days; ask whoever runs it",
}


def _judge(code: int, text: bytes | str, what: str, for_good: type[ChannelError]) -> ChannelError:
    """*for_good* is what a refusal means that will not go away by itself."""
    answer = _answer(code, text)
    if "5.7.30" in answer:
        return Unusable(_BASIC_OFF)
    if code in (530, 535):
        return Unusable(f"the mail server wants a log-in first. It said: {answer}")
    if _is_full(answer):
        return Refused(f"the recipient's mailbox is full; make room in it. It said: {answer}")
    if _is_too_large(code, answer):
        return TooLarge(
            "the mail server refuses a mail of this size; ask whoever runs it to allow larger "
            f"ones. It said: {answer}"
        )
    if 500 <= code < 600:
        return for_good(f"the mail server refuses {what}. It said: {answer}")
    return Temporary(f"the mail server cannot take the mail now. It said: {answer}")


def _is_full(answer: str) -> bool:
    return _status(answer) == "5.2.2"


def _is_too_large(code: int, answer: str) -> bool:
    """RFC 1870 and 3463; a bare 552 is about size as well, except where it blocks content."""
    status = _status(answer)
    return status in ("5.3.4", "5.2.3") or (code == 552 and not status.startswith("5.7."))


def _status(answer: str) -> str:
    """The enhanced status code (RFC 3463), if the answer begins with one."""
    found = re.match(r"\d{3}[ -](5\.\d{1,3}\.\d{1,3})\b", answer)
    return found[1] if found else ""


def _answer(code: int, text: bytes | str) -> str:
    """The server's own words on one line, for whoever has to mend it."""
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    printable = "".join(c if c.isprintable() else " " for c in words)
    return f"{code} {' '.join(printable.split())[:200]}".strip()
