"""Writes the mails of all schools: joins incidents with addresses, guidance and screenshots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import partial

from alerts.account_news import compose_account, news_id
from alerts.channels.email_settings import is_address
from alerts.compose import (
    Context,
    compose,
    compose_head,
    compose_notices,
    compose_term,
    compose_week,
    head_id,
    message_id,
    notices_id,
    term_id,
    week_id,
)
from alerts.deliver import CannotWrite, Matter, Matters, envelope
from alerts.guidance import Guidance
from alerts.pictures import MOST_TOGETHER, attachable, fitting
from alerts.playbook import Playbook
from alerts.roster import Roster
from alerts.term_news import Paper, none_made
from monitor.account_letter import Change
from monitor.counts import Period
from monitor.custody import head_in
from monitor.domain import Case, Evidence, Letter, Role, School
from monitor.health import Notice
from monitor.term_letter import period_in
from monitor.week import Week

ReadScreenshot = Callable[[str, Evidence], bytes | None]
MakePaper = Callable[[Letter, Period, bool], Paper]  # the last: whether a PDF is wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWriter:
    """`schools` and `rosters` are by school id. `screenshot` yields the PNG of a piece of
    evidence, or None where there is none; it is asked only for those that may be attached.
    `custody_mailbox` gets the head of the custody log. `paper` makes the report of a school's
    term, with a PDF if that is wanted and can be; it raises CannotWrite.
    """

    schools: Mapping[str, School]
    rosters: Mapping[str, Roster]
    sender: str
    dashboard_url: str
    guidance: Guidance
    playbook: Playbook
    screenshot: ReadScreenshot
    custody_mailbox: str = ""
    paper: MakePaper = none_made

    def readable(self, letter: Letter, matters: Matters) -> Matters:
        """Without what has come to concern the head since, if the head would read it.

        Where the role was chosen although nobody may be told, all stay, so that `write`
        says what is wrong with the addresses.
        """
        roster = self._roster(letter)
        if letter.role is Role.CHAIR_OF_GOVERNORS:
            return matters
        return tuple(
            one
            for one in matters
            if roster.may_read(
                letter.role, concerns_head=_concerns_head(one), deputy=letter.deputy
            )
        )

    def is_readdressed(self, letter: Letter) -> bool:
        """Whether its kept mail is for an address that the role no longer has, and another is
        there: such a letter need not wait until its next attempt."""
        if letter.message is None:
            return False
        try:
            return envelope(letter.message)[1] != self._recipient(letter, ())
        except CannotWrite:
            return False

    def message_id(self, letter: Letter, matters: Matters) -> str:
        """Of the mail that `write` would write now. Raises CannotWrite."""
        if letter.person:
            return news_id(letter, self.sender)
        context = self._context(letter, matters)
        if head := head_in(letter.key):
            return head_id(letter, head, context)
        if period_in(letter.key):
            return term_id(letter, context)
        if week := _week(matters):
            return week_id(letter, week, context)
        if notices := _notices(matters):
            return notices_id(letter, notices, context)
        return message_id(letter, _cases(matters), context)

    def write(
        self, letter: Letter, matters: Matters, at: datetime, *, pictures: bool = True
    ) -> EmailMessage:
        """Raises CannotWrite. Without *pictures*, the mail only says that there are some."""
        if change := _change(matters):
            return self._to_a_person(letter, change, at)
        context = self._context(letter, matters)
        if head := head_in(letter.key):
            return compose_head(letter, head, context, at=at)
        if term := period_in(letter.key):
            paper = self.paper(letter, term, pictures)
            return compose_term(letter, paper, context, at=at)
        if week := _week(matters):
            return compose_week(letter, week, context, at=at)
        if notices := _notices(matters):
            return compose_notices(letter, notices, context, at=at)
        cases = _cases(matters)
        wanted = attachable(
            cases, context.school, urgency=letter.urgency, recipient=context.recipient
        )
        read = partial(self.screenshot, letter.school)
        chosen, left_out = fitting(wanted, read, room=MOST_TOGETHER if pictures else 0)
        return compose(letter, cases, context, at=at, screenshots=chosen, left_out=left_out)

    def _to_a_person(self, letter: Letter, change: Change, at: datetime) -> EmailMessage:
        """Also of a school that is no longer in the configuration: the account is there."""
        school = self.schools.get(letter.school)
        return compose_account(
            letter, change, school=school.name if school else "", sender=self.sender, at=at
        )

    def _context(self, letter: Letter, matters: Matters) -> Context:
        school = self.schools.get(letter.school)
        if school is None:
            raise CannotWrite(
                f"the school {letter.school} is no longer in the configuration; "
                "put it back, or close its incidents"
            )
        return Context(
            school=school,
            sender=self.sender,
            recipient=self._recipient(letter, matters),
            dashboard_url=self.dashboard_url.rstrip("/"),
            guidance=self.guidance,
            playbook=self.playbook,
        )

    def _recipient(self, letter: Letter, matters: Matters) -> str:
        if letter.person:
            return letter.person
        if head_in(letter.key):
            return self._custody_recipient()
        roster = self._roster(letter)
        address = roster.address(letter.role, deputy=letter.deputy)
        if not address:
            where = "[schools.deputies]" if letter.deputy else "[schools.contacts]"
            raise CannotWrite(
                f"nobody can be told: there is no address for {letter.role.value}; "
                f"add {letter.role.value} under {where}"
            )
        if not is_address(address):
            raise CannotWrite(
                f"the address of {letter.role.value} under [schools.contacts] is not an "
                "e-mail address; correct it"
            )
        concerns_head = any(map(_concerns_head, matters))
        if not roster.may_read(letter.role, concerns_head=concerns_head, deputy=letter.deputy):
            raise CannotWrite(
                f"the address of {letter.role.value} is also the head's, and this is a concern "
                "about the head; give that role an address of its own under [schools.contacts]"
            )
        return address

    def _custody_recipient(self) -> str:
        if not self.custody_mailbox:
            raise CannotWrite(
                "nobody can be sent the head of the custody log; add custody_mailbox under "
                "[evidence]"
            )
        return self.custody_mailbox

    def _roster(self, letter: Letter) -> Roster:
        return self.rosters.get(letter.school) or Roster.of({})


def _concerns_head(matter: Matter) -> bool:
    return isinstance(matter, Case) and matter.concerns_head


def _cases(matters: Matters) -> tuple[Case, ...]:
    return tuple(one for one in matters if isinstance(one, Case))


def _week(matters: Matters) -> Week | None:
    return next((one for one in matters if isinstance(one, Week)), None)


def _change(matters: Matters) -> Change | None:
    return next((one for one in matters if isinstance(one, Change)), None)


def _notices(matters: Matters) -> tuple[Notice, ...]:
    return tuple(one for one in matters if isinstance(one, Notice))
