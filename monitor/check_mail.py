"""Can people be told? The way by which mails leave, the domain they come from, the bells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from alerts.channels.contract import Channel, ChannelError
from alerts.deliver import to_bytes
from alerts.envelope import note
from alerts.guidance import BadGuidance, load_guidance
from alerts.mail_domain import Texts, advise
from alerts.playbook import load_playbook
from monitor.app import App
from monitor.finding import Finding
from sources.errors import SourceError
from sources.names import Dns

# Names that stand for nobody (RFC 2606, 6761): there is nothing to look up.
_NOBODY = (".example", ".test", ".invalid", ".localhost", ".local")


def check_mail(app: App, send_to: str = "", names: str = "") -> Iterator[Finding]:
    """*send_to*: where a test mail goes, if to anybody. *names*: "address:port" of the name
    server to ask; empty: this computer's own."""
    yield from _words(app)
    channel = app.dispatch.channel()
    if channel is None:
        nobody = (
            "No way to send mails, so nobody can be told. Add [alerts.email]: see docs/mail.md."
        )
        yield Finding(part="mail", ok=False, sentence=nobody)
    else:
        yield _sent(channel, send_to, app.clock()) if send_to else _let_in(channel)
        yield from _domain(app, channel, names)
    yield from _bells(app)


def _words(app: App) -> Iterator[Finding]:
    """A school's own copy of what mails say, if it has one."""
    own = app.settings.alerts
    for part, path, load in (
        ("guidance", own.guidance, load_guidance),
        ("steps", own.steps, load_playbook),
    ):
        if path is None:
            continue
        try:
            load(path)
        except BadGuidance as error:
            said = f"Ours is used until yours is mended: {error}."
            yield Finding(part=part, ok=False, sentence=said)
        else:
            yield Finding(part=part, ok=True, sentence="Your own copy is in order.")


def _let_in(channel: Channel) -> Finding:
    try:
        channel.check()
    except ChannelError as error:
        return Finding(part="mail", ok=False, sentence=str(error))
    said = "The mail server lets us in. Nothing was sent; --send-to ADDRESS sends a test mail."
    return Finding(part="mail", ok=True, sentence=said)


def _sent(channel: Channel, send_to: str, at: datetime) -> Finding:
    domain = channel.sender.rpartition("@")[2]
    message = note(
        subject="Test: mails of the school reputation monitor arrive",
        paragraphs=_TEST,
        sender=channel.sender,
        recipient=send_to,
        at=at,
        identity=f"<test-{uuid4()}@{domain}>",
    )
    try:
        channel.send(to_bytes(message), sender=channel.sender, recipient=send_to)
    except ChannelError as error:
        return Finding(part="mail", ok=False, sentence=str(error))
    said = (
        f"A test mail is on its way to {send_to}. If it does not come within minutes, look among "
        "the junk, and read what is said about your domain."
    )
    return Finding(part="mail", ok=True, sentence=said)


_TEST = (
    "This is a test. Nothing has happened.",
    "Somebody at your school wanted to know whether mails of the school reputation monitor "
    "arrive. This one did.",
    "If it lay among the junk, ask whoever looks after your mail to let this sender through. In "
    "the full header, under Authentication-Results, spf, dkim and dmarc should say pass.",
    "Please do not answer this mail.",
)


def _domain(app: App, channel: Channel, names: str) -> Iterator[Finding]:
    host, domain = app.settings.alerts.leaves_by(), channel.sender.rpartition("@")[2].lower()
    if host is None or (domain.endswith(_NOBODY) and not names):
        return
    try:
        texts: Texts = Dns(names).texts
    except SourceError as error:
        yield Finding(part=f"mail domain {domain}", ok=True, sentence=str(error))
        return
    for advice in advise(domain, host, texts):
        yield Finding(part=f"mail domain {domain}", ok=advice.ok, sentence=advice.sentence)


def _bells(app: App) -> Iterator[Finding]:
    for school in app.settings.schools:
        for bell in app.dispatch.bells(school.id):
            part = f"urgent call ({bell.name}) for {school.id}"
            try:
                bell.check()
            except ChannelError as error:
                yield Finding(part=part, ok=False, sentence=str(error))
            else:
                yield Finding(
                    part=part, ok=True, sentence="In order, as far as can be seen without a call."
                )
