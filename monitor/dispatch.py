"""Where letters leave: those that are due, by the school's own way of sending, and the bells."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from alerts.channels.contract import Bell, Channel, ChannelError
from alerts.deliver import Delivered, deliver
from alerts.evidence.launcher import find_browser
from alerts.guidance import BadGuidance, Guidance, load_guidance
from alerts.pictures import Screenshots
from alerts.playbook import Playbook, load_playbook
from alerts.routing import weekly_readers
from alerts.term_news import Paper
from alerts.writer import MailWriter
from monitor.answering import escalate
from monitor.counts import Period
from monitor.domain import AlertState, Evidence, Letter, Urgency
from monitor.egress import Egress
from monitor.posting import PostRoom
from monitor.reviewing import Reviewer
from monitor.schools import Schools
from monitor.settings import Settings
from monitor.store.letters import URGENT
from monitor.store.store import Store
from monitor.termly import promise_term, term_paper

log = logging.getLogger(__name__)
Data = TypeVar("Data")


class Dispatch:
    """*screenshot*: the picture of a piece of evidence for a school's mail, if there is one."""

    def __init__(
        self,
        settings: Settings,
        schools: Schools,
        egress: Egress,
        screenshot: Callable[[str, Evidence], bytes | None],
        reviewer: Reviewer,
        store: Store,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings, self._schools, self._egress = settings, schools, egress
        self._screenshot, self._reviewer = screenshot, reviewer
        self._store, self._clock = store, clock

    @cached_property
    def guidance(self) -> Guidance:
        """What mails tell people to do. A mistake in a school's own words stops no mail."""
        return _own_or_ours(load_guidance, self._settings.alerts.guidance)

    @cached_property
    def playbook(self) -> Playbook:
        """The steps after an incident; likewise."""
        return _own_or_ours(load_playbook, self._settings.alerts.steps)

    def channel(self) -> Channel | None:
        """The way by which letters leave; None where none is configured."""
        return self._settings.alerts.channel(PostRoom(self._egress))

    def bells(self, school: str) -> list[Bell]:
        """Those to be rung for *school* when an incident is critical."""
        return list(self._settings.alerts.bells(school, PostRoom(self._egress)))

    def deliver(self) -> Delivered:
        """Try every letter that is due. Without a way to send all wait, and are seen to; the
        bells ring nevertheless."""
        channel = self.channel()
        writer = self._writer(channel.sender if channel else "")
        self._hasten_readdressed(writer)
        return deliver(
            self._store,
            channel,
            writer,
            clock=self._clock,
            urgencies=frozenset(Urgency if channel else URGENT),
            most=self._settings.alerts.mails_an_hour,
            ring=self._ring,
        )

    def hasten(self, *, keep_hours: bool) -> None:
        """A pass was asked for, so what is urgent is due now. With *keep_hours*, in quiet hours
        only what is critical is."""
        now, tellings = self._clock(), self._schools.tellings()
        quiet = [school for school, told in tellings.items() if told.hours.is_quiet(now)]
        self._store.hasten(now, quiet if keep_hours else ())

    def _writer(self, sender: str) -> MailWriter:
        return MailWriter(
            schools=self._schools,
            rosters=self._schools.rosters(),
            sender=sender,
            dashboard_url=self._settings.dashboard.url,
            guidance=self.guidance,
            playbook=self.playbook,
            screenshot=self._screenshot if self._attaches() else _no_picture,
            paper=self._paper,
            custody_mailbox=self._settings.evidence.custody_mailbox or "",
        )

    def _attaches(self) -> bool:
        return self._settings.alerts.screenshots is Screenshots.ATTACH_INTERNAL

    def _hasten_readdressed(self, writer: MailWriter) -> None:
        """A letter that was refused leaves at once when its address has been put right."""
        now = self._clock()
        for letter, state, due_at, _ in self._store.unsent():
            if state is AlertState.WAITING and due_at > now and writer.is_readdressed(letter):
                self._store.hasten_letter(letter, now)

    def _ring(self, school: str) -> None:
        """The second way for what is critical. A bell that fails stops no letter."""
        for bell in self.bells(school):
            try:
                bell.ring(self._settings.dashboard.url)
            except ChannelError as error:
                log.warning("the urgent call (%s) for %s failed: %s", bell.name, school, error)

    def weekly(self) -> None:
        """The weekly summary is due on a Monday, whether there is anything to tell or not."""
        now = self._clock()
        for school, telling in self._schools.tellings().items():
            for role in weekly_readers(telling.roster):
                self._store.promise_week(school, role, telling.hours.next_week(now), now)

    def termly(self) -> None:
        """When a term is over its report is published, and goes to the clerk once."""
        for school, telling in self._schools.tellings().items():
            promise_term(self._reviewer, school, telling)

    def _paper(self, letter: Letter, term: Period, with_pdf: bool) -> Paper:
        return term_paper(self._reviewer, letter, term, find_browser() if with_pdf else None)

    def escalate(self) -> int:
        """Tell others of what nobody has answered in time."""
        return escalate(self._store, self._schools.tellings(), self._clock())

    def undelivered(self) -> list[str]:
        """A sentence for each letter that should have left and has not."""
        now, found = self._clock(), []
        for letter, state, due_at, error in self._store.unsent():
            if state is AlertState.WAITING and not error and due_at > now:
                continue
            why = error or self._why_not_tried()
            what = "waits" if state is AlertState.WAITING else "could not be delivered"
            found.append(f"A mail to {letter.whose} {what}: {why}")
        return found

    def _why_not_tried(self) -> str:
        if self.channel() is None:
            return "no mail server is configured; add [alerts.email]"
        return "it has not been tried yet"


def _no_picture(_school: str, _evidence: Evidence) -> bytes | None:
    return None


def _own_or_ours(load: Callable[..., Data], own: Path | None) -> Data:
    try:
        return load(own) if own is not None else load()
    except BadGuidance as error:
        log.error("%s. Until that is mended, what came with the program is used.", error)
        return load()
