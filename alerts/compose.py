"""A letter and its cases -> a mail. Pure: reads no file but its own templates, sends nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.message import EmailMessage
from types import MappingProxyType

from alerts import called_in, custody_head, many, source_news, term_news, week_news
from alerts.body import Context, body
from alerts.envelope import envelope, identity, set_text
from alerts.pictures import attachable, is_png
from alerts.routing import unread
from alerts.spreading import is_spread
from alerts.term_news import Paper
from alerts.text import one_line
from monitor.custody import Head
from monitor.domain import Case, Evidence, Letter, Urgency
from monitor.health import Notice
from monitor.week import Week

__all__ = [
    "Context",
    "compose",
    "compose_head",
    "compose_notices",
    "compose_term",
    "compose_week",
    "head_id",
    "message_id",
    "notices_id",
    "term_id",
    "week_id",
]

_NONE: Mapping[str, bytes] = MappingProxyType({})


def compose(
    letter: Letter,
    cases: tuple[Case, ...],
    context: Context,
    *,
    at: datetime,
    screenshots: Mapping[str, bytes] = _NONE,
    left_out: int = 0,
) -> EmailMessage:
    """The whole mail, dated *at*. *screenshots* are PNG files by evidence id; whether one
    is attached is decided here. *left_out*: how many more were too large to go along.

    Raises ValueError for an address that is none.
    """
    distinct = tuple({case.incident.key: case for case in cases}.values())
    message = _envelope(context, at, message_id(letter, distinct, context))
    if letter.urgency is not Urgency.DIGEST:  # all mails of one story stand in one thread
        _thread(message, [f"story:{many.story_of(s[0])}" for s in many.stories(distinct)], context)
    subject, text = _words(letter, distinct, context, left_out)
    message["Subject"] = subject
    set_text(message, text)
    for item in attachable(
        distinct, context.school, urgency=letter.urgency, recipient=context.recipient
    ):
        _attach(message, item, screenshots.get(item.id, b""))
    return message


def _words(
    letter: Letter, cases: tuple[Case, ...], context: Context, left_out: int
) -> tuple[str, str]:
    if called_in.is_note(letter, cases):
        return called_in.subject(cases), called_in.body(letter, cases, context)
    again = "Not answered. " if letter.deputy or letter.called_in else ""
    if letter.urgency is not Urgency.DIGEST and len(cases) > 1:
        return again + many.subject(cases), many.body(letter, cases, context)
    text = body(letter, cases, context, left_out=left_out)
    return again + _subject(letter, cases, context), text


def compose_notices(
    letter: Letter, notices: tuple[Notice, ...], context: Context, *, at: datetime
) -> EmailMessage:
    """The mail about sources, dated *at*. Raises ValueError for an address that is none."""
    message = _envelope(context, at, notices_id(letter, notices, context))
    _thread(message, [f"sources:{letter.school}"], context)
    message["Subject"] = source_news.subject(notices)
    set_text(message, source_news.body(notices, context))
    return message


def notices_id(letter: Letter, notices: tuple[Notice, ...], context: Context) -> str:
    """Another, once one of the troubles is over."""
    return _identity("source", letter, context, {notice.key for notice in notices})


def compose_week(letter: Letter, week: Week, context: Context, *, at: datetime) -> EmailMessage:
    """The weekly summary, dated *at*."""
    message = _envelope(context, at, week_id(letter, week, context))
    _thread(message, [f"weekly:{letter.school}"], context)
    message["Subject"] = week_news.subject(week)
    set_text(message, week_news.body(week, context))
    return message


def week_id(letter: Letter, week: Week, context: Context) -> str:
    """Another, once the reader may no longer know of one of the incidents."""
    named = (incident.key for incident in week.incidents)
    return _identity("weekly", letter, context, (week.start.isoformat(), *named))


def compose_term(letter: Letter, paper: Paper, context: Context, *, at: datetime) -> EmailMessage:
    """The governors' report on a term, dated *at*: in words, and as a PDF where there is one."""
    message = _envelope(context, at, term_id(letter, context))
    _thread(message, [f"term:{letter.school}"], context)
    message["Subject"] = term_news.subject(paper)
    set_text(message, term_news.body(letter, paper, context))
    if paper.pdf:
        message.add_attachment(
            paper.pdf, maintype="application", subtype="pdf", filename=term_news.file_name(paper)
        )
    return message


def term_id(letter: Letter, context: Context) -> str:
    return _identity("term", letter, context, ())


def compose_head(letter: Letter, head: Head, context: Context, *, at: datetime) -> EmailMessage:
    """The mail that takes the head of the custody log out of the house, dated *at*."""
    message = _envelope(context, at, head_id(letter, head, context))
    _thread(message, [f"custody:{letter.school}"], context)
    message["Subject"] = custody_head.subject(head)
    set_text(message, custody_head.body(head, context, at))
    return message


def head_id(letter: Letter, head: Head, context: Context) -> str:
    return _identity("custody", letter, context, {str(head)})


def message_id(letter: Letter, cases: tuple[Case, ...], context: Context) -> str:
    """The same letter about the same incidents to the same person has the same identity, on
    any machine; another, once less may be said of an incident than before."""
    return _identity("alert", letter, context, {_sayable(case) for case in cases})


def _identity(kind: str, letter: Letter, context: Context, said: Iterable[str]) -> str:
    return identity(kind, letter.key, context.sender, context.recipient, said)


def _sayable(case: Case) -> str:
    """An incident, and what forbids to say or to show all of it."""
    incident = case.incident
    marks = ["head"] * case.concerns_head + ["child"] * case.concerns_child
    marks += ["pictures"] * incident.pictures_allowed
    return " ".join((incident.key, *marks))


def _envelope(context: Context, at: datetime, identity: str) -> EmailMessage:
    return envelope(
        sender=context.sender,
        recipient=context.recipient,
        at=at,
        identity=identity,
        about=context.school.id,
    )


_MOST_THREADS = 10  # a long header is cut by some servers


def _thread(message: EmailMessage, of: list[str], context: Context) -> None:
    """*of*: the stories that it tells, the gravest first: it answers that and joins the others."""
    domain = context.sender.rpartition("@")[2]
    roots = [
        f"<{name.partition(':')[0]}-{uuid.uuid5(uuid.NAMESPACE_URL, name)}@{domain}>"
        for name in of[:_MOST_THREADS]
    ]
    message["In-Reply-To"] = roots[0]
    message["References"] = " ".join(reversed(roots))


def _subject(letter: Letter, cases: tuple[Case, ...], context: Context) -> str:
    """Never a person, never the post's words: subjects are read on locked screens."""
    if letter.urgency is Urgency.DIGEST:
        many = "1 incident" if len(cases) == 1 else f"{len(cases)} incidents"
        return f"Digest: {many} to look at"
    incident = cases[0].incident
    grave = incident.severity.value.capitalize() + ", and spreading" * is_spread(letter.key)
    if unread(incident):
        return f"To be read: what could not be judged, incident {incident.number}"
    if cases[0].concerns_head:
        what = "for the chair of governors"
    else:
        what = one_line(context.guidance.topics(cases[0])[0].name)
    return f"{grave}: {what}, incident {incident.number}"


def _attach(message: EmailMessage, item: Evidence, screenshot: bytes) -> None:
    if is_png(screenshot):
        name = f"screenshot-{re.sub(r'[^A-Za-z0-9-]+', '', item.id)}.png"
        message.add_attachment(screenshot, maintype="image", subtype="png", filename=name)
