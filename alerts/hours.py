"""What a school writes about when it may be mailed: hours of the day, and its term dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from alerts.contacts import Section
from alerts.when import Hours, Span
from monitor.terms import Break, Term, Terms

_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)")


def read_span(text: str) -> Span:
    """ "07:00-19:00"; "00:00-24:00" is the whole day. Raises ValueError, in words."""
    found = _SPAN.fullmatch(text.replace(" ", ""))
    if found is None:
        raise ValueError('write the hours as "07:00-19:00"')
    start = time(int(found[1]), int(found[2]))
    end = time(int(found[3]), int(found[4])) if found[3] else None
    if end is not None and end <= start:
        raise ValueError("the hours must end later than they begin, on the same day")
    return Span(start=start, end=end)


def _span(text: str) -> str:
    read_span(text)
    return text


SpanText = Annotated[str, AfterValidator(_span)]


class HoursSettings(Section):
    """[schools.hours]: when mails about what is high may come; what is critical always does."""

    school_days: SpanText = Field("07:00-19:00", description="on school days and INSET days")
    other_days: SpanText = Field("09:00-17:00", description="at weekends and in the holidays")

    answer_critical_hours: int = Field(
        1, ge=1, le=24, description="a critical mail unanswered for so long goes to the deputy"
    )
    answer_high_hours: int = Field(
        12, ge=1, le=168, description="the same for what is high, in the hours of school days only"
    )

    def hours(self, terms: Terms) -> Hours:
        return Hours(
            school_days=read_span(self.school_days),
            other_days=read_span(self.other_days),
            terms=terms,
        )


class TermSettings(Section):
    """[[schools.terms]]: one term."""

    name: str = Field(min_length=1, description="for example Autumn term 2026")
    start: date = Field(description="the first day")
    end: date = Field(description="the last day")
    half_term: tuple[date, date] | None = Field(
        None, description="its first day without school, and its last"
    )

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        self.term()
        return self

    def term(self) -> Term:
        rest = self.half_term and Break(start=self.half_term[0], end=self.half_term[1])
        return Term(name=self.name, start=self.start, end=self.end, half_term=rest)


def terms_of(
    own: Sequence[TermSettings], inset: Sequence[date], closed: Sequence[date], read: Terms
) -> Terms:
    """What stands in the configuration and what was *read* from a file, together. Raises
    ValueError where terms overlap."""
    return Terms(
        own=(*(one.term() for one in own), *read.own),
        inset=frozenset(inset) | read.inset,
        closed=frozenset(closed) | read.closed,
    )
