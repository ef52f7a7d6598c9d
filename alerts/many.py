"""One mail about many incidents: when much is said at once, story by story, the gravest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.body import (
    ADDRESS_NOTE,
    Context,
    at_once,
    entry,
    footer,
    helpers,
    is_sealed,
    passed_on,
    seen_link,
)
from alerts.log_access import whom_to_ask
from alerts.masking import host_of, said_in
from alerts.text import one_line, render, table, uk_time
from monitor.domain import Case, Letter, Mention, School, Severity

_MOST_STORIES = 5
_MOST_NAMED = 4
_FEW = 9  # of so many nobody says that much is being said


def subject(cases: Sequence[Case]) -> str:
    """Never a person, never the posts' words."""
    gravest = max((case.incident.severity for case in cases), key=lambda s: s.rank)
    return f"{gravest.value.capitalize()}: {_incidents(len(cases))}{_in(cases)}"


def body(letter: Letter, cases: Sequence[Case], context: Context) -> str:
    told = stories(cases)
    open_to_all = [case for case in cases if not is_sealed(case, letter.role)]
    gravest = stories(open_to_all or cases)[0][0]
    steps = context.guidance.steps(gravest)
    forbidden = dict.fromkeys(
        line for case in open_to_all for line in context.guidance.steps(case).do_not
    )
    return render(
        "many.txt",
        lead=at_once(gravest, steps) * bool(open_to_all)
        + _why_together(len(cases), one_line(context.school.name))
        + " A program flagged them, and nobody has checked them yet."
        + passed_on(letter),
        facts=table(_facts(cases, open_to_all, context)),
        heading="The gravest of each story" if len(told) < len(cases) else "The gravest first",
        entries=[_story(story, letter, context) for story in told[:_MOST_STORIES]],
        more=len(told) - _MOST_STORIES,
        address_note=ADDRESS_NOTE,
        ask=whom_to_ask(letter.role, cases),
        do=steps.do if open_to_all else (),
        do_not=list(forbidden or context.guidance.do_not),
        helpers=helpers(steps, context.guidance) if open_to_all else (),
        link=f"{context.dashboard_url}/incidents",
        seen=seen_link(letter, context),
        footer=footer(context.guidance),
    )


def _why_together(number: int, school: str) -> str:
    if number > _FEW:
        return (
            f"Much is being said about {school} at once, so all these incidents come in one mail."
        )
    return (
        f"{number} incidents about {school} in one mail, because they came outside the hours in "
        "which you are told, or after several others within the hour."
    )


def stories(cases: Sequence[Case]) -> list[list[Case]]:
    """Incidents that tell one story, together: the gravest story first, then the one most told;
    and in each the gravest incident first, the older before the newer."""
    found: dict[str, list[Case]] = {}
    for case in sorted(cases, key=_gravest_first):
        found.setdefault(story_of(case), []).append(case)
    return sorted(found.values(), key=lambda told: (-told[0].incident.severity.rank, -len(told)))


def _gravest_first(case: Case) -> tuple[int, datetime, str]:
    return -case.incident.severity.rank, case.incident.opened_at, case.incident.key


def story_of(case: Case) -> str:
    """What its posts have in common with those of other incidents; itself where nothing is."""
    told = (sighting.story for sighting in case.sightings if sighting.story)
    return next(told, case.incident.key)


def _facts(
    cases: Sequence[Case], open_to_all: Sequence[Case], context: Context
) -> list[tuple[str, str]]:
    """Of what is not *open_to_all*, the reader learns neither what it is nor where."""
    seen = [s for case in cases for s in case.sightings]
    names = Counter(t.name for case in open_to_all for t in context.guidance.topics(case))
    grave = Counter(case.incident.severity for case in cases)
    seen_at = (s.mention for case in open_to_all for s in case.sightings)
    sites = Counter(_site(mention, context.school) for mention in seen_at)
    rows = [("How much", f"{_incidents(len(cases))}{_in(cases)}; posts: {len(seen):,}")]
    if seen:
        rows.append(("First", f"{uk_time(min(s.first_seen_at for s in seen))} (UK time)"))
        rows.append(("Latest", uk_time(max(s.first_seen_at for s in seen))))
    ranked = sorted(grave, key=lambda s: s.rank, reverse=True)
    rows.append(("Severity", ", ".join(f"{grave[s]} {_word(s)}" for s in ranked)))
    if names:
        rows.append(("Flagged as", _named(names)))
    if sites:
        rows.append(("Sites", _named(sites)))
    return rows


def _site(mention: Mention, school: School) -> str:
    site = host_of(mention.url, school, private=said_in(mention, school))
    return site.rpartition("://")[2].partition("/")[0]


def _word(severity: Severity) -> str:
    return severity.value if severity is not Severity.NONE else "not judged"


def _named(counted: Counter[str]) -> str:
    """The commonest, each with how often."""
    first = [f"{name} ({n})" for name, n in counted.most_common(_MOST_NAMED)]
    more = len(counted) - len(first)
    return ", ".join([*first, f"{more} more"] if more else first)


def _story(story: Iterable[Case], letter: Letter, context: Context) -> dict[str, str]:
    gravest, *others = story
    shown = entry(gravest, letter.role, context)
    if others:
        like = f"\n  and {_incidents(len(others))} in nearly the same words"
        shown = {**shown, "facts": shown["facts"] + like}
    return shown


def _incidents(number: int) -> str:
    return "1 incident" if number == 1 else f"{number:,} incidents"


def _in(cases: Sequence[Case]) -> str:
    """Nothing where each tells a story of its own."""
    told = len(stories(cases))
    if told == len(cases):
        return ""
    return " in one story" if told == 1 else f" in {told:,} stories"
