"""The mail to a chair of governors because nobody at the school has answered.

It says that something is urgent, and not what: governors should know no details of cases.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.body import Context, footer, seen_link
from alerts.text import one_line, render, table
from monitor.domain import Case, Letter, Role

_MOST = 5


def is_note(letter: Letter, cases: Sequence[Case]) -> bool:
    """Whether *letter* only calls somebody in, who must not read what it is about."""
    return letter.called_in and letter.role is Role.CHAIR_OF_GOVERNORS and bool(_told(cases))


def _told(cases: Sequence[Case]) -> list[Case]:
    """Without what has come to concern the head since: that comes in a mail of its own, and the
    head is not to be telephoned about it."""
    return [case for case in cases if not case.concerns_head]


def subject(cases: Sequence[Case]) -> str:
    first, *others = _told(cases)
    more = f" and {len(others)} more" if others else ""
    return f"Not answered: an urgent alert, incident {first.incident.number}{more}"


def body(letter: Letter, cases: Sequence[Case], context: Context) -> str:
    told = _told(cases)
    numbers = [case.incident.number for case in told]
    more = f" and {len(numbers) - _MOST} more" if len(numbers) > _MOST else ""
    gravest = max((case.incident.severity for case in told), key=lambda s: s.rank)
    return render(
        "called_in.txt",
        lead=f"{one_line(context.school.name)}: an urgent alert about a public post was sent to "
        "the people who deal with it, and to their deputies where there are any. Nobody has "
        "said that they have seen it.",
        facts=table(
            [("Incident", ", ".join(numbers[:_MOST]) + more), ("Severity", gravest.value)]
        ),
        do=(
            "Telephone the headteacher now and ask whether they have seen it. If you do not reach "
            "them, telephone the designated safeguarding lead.",
            "Give them the number of the incident: they find it in the incident log.",
            "When somebody has taken it on, say so with the link below.",
        ),
        do_not=(
            "Do not look for the post yourself. What it says is for those who deal with it.",
            "Do not forward this mail.",
        ),
        seen=seen_link(letter, context),
        footer=footer(context.guidance),
    )
