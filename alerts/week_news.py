"""What stands in the weekly mail: that we looked, what could not be seen, and what there was."""

from __future__ import annotations

from datetime import timedelta

from alerts.body import Context
from alerts.text import one_line, render, table, uk_time
from monitor.domain import Category, Incident, IncidentState
from monitor.unusual import is_unusual
from monitor.week import Week
from monitor.words import CATEGORIES, many

_MOST = 10
_A_WEEK = timedelta(days=7, hours=1)  # one of them has an hour more, when the clocks go back


def subject(week: Week) -> str:
    """Read on locked screens; so no source and no incident is named."""
    found = len(week.incidents)
    what = "nothing new" if not found else many(found, "new incident")
    if not week.looked:
        return "This week: nobody looked"
    if week.unseen:
        return f"This week: {what}, and {many(len(week.unseen), 'place')} not seen"
    return f"This week: {what}"


def body(week: Week, context: Context) -> str:
    return render(
        "weekly.txt",
        lead=f"{one_line(context.school.name)}, {_when(week)}. {_looked(week)}",
        unseen=[one_line(name) for name in week.unseen],
        facts=table(_facts(week)),
        incidents=[_incident(one, context) for one in week.incidents[:_MOST]],
        more=max(0, len(week.incidents) - _MOST),
        log=f"{context.dashboard_url}/incidents",
        sources=f"{context.dashboard_url}/sources",
        footer=[
            "This mail comes every week, even when there is nothing to tell, so that nobody takes "
            "silence for good news. If it does not come, the program has stopped.",
            one_line(context.guidance.disclaimer),
        ],
    )


def _when(week: Week) -> str:
    end = uk_time(week.end)
    whole = week.end - week.start <= _A_WEEK
    return f"the week to {end}" if whole else f"the time from {uk_time(week.start)} to {end}"


def _looked(week: Week) -> str:
    if not week.looked:
        return (
            "We did not look at all: the program was off, or no place could be read. Nobody knows "
            "what was written. Please pass this mail to whoever looks after the program, today."
        )
    looked = f"We looked {many(week.looked, 'time')} at {many(week.places, 'place')}."
    if not week.unseen:
        return f"{looked} Every place could be seen."
    return f"{looked} {many(len(week.unseen), 'place')} could not be seen when the week ended."


def _facts(week: Week) -> list[tuple[str, str]]:
    rows = [("About the school", _posts(week))]
    praise = week.praise or {}
    if praise:
        where = ", ".join(f"{one_line(name)} ({n})" for name, n in sorted(praise.items()))
        rows.append(("Good news", f"{_speak(sum(praise.values()))}: {where}"))
    else:
        rows.append(("Good news", "none that we could find" if week.looked else "not known"))
    if week.criticism:
        said = f"{many(week.criticism, 'post')} of lawful criticism, counted and in no log"
        rows.append(("Criticism", said))
    none = "none" if week.looked else "not known"
    rows.append(("New incidents", str(len(week.incidents) or none)))
    if week.open:
        untouched = f", of which {week.unanswered} nobody has touched" if week.unanswered else ""
        rows.append(("Still open", f"{week.open}{untouched}"))
    return rows


def _posts(week: Week) -> str:
    if not week.posts:
        return "nothing was found" if week.looked else "not known"
    said = many(week.posts, "post")
    if week.usual is None:
        return said
    if is_unusual(week.posts, week.usual):
        return f"{said}: unusually many (about {week.usual:.0f} is usual)"
    return f"{said} (about {week.usual:.0f} is usual)"


def _incident(incident: Incident, context: Context) -> dict[str, str]:
    kinds = [CATEGORIES[c] for c in Category if c in incident.categories] or ["Not yet judged"]
    state = "closed" if incident.state is IncidentState.CLOSED else "open"
    return {
        "what": f"{incident.number}, {incident.severity.value}, {state}: {'; '.join(kinds)}",
        "link": f"{context.dashboard_url}/incidents/{incident.number}",
    }


def _speak(number: int) -> str:
    return (
        "1 post speaks well of the school"
        if number == 1
        else (f"{number} posts speak well of the school")
    )
