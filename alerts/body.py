"""What stands in a mail: the words for one incident, a digest, or a note to pass on.

What strangers wrote never passes into it as it stands: see masking.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.guidance import Guidance, Steps
from alerts.log_access import whom_to_ask
from alerts.masking import defang, host_of, quote, said_in
from alerts.playbook import Playbook
from alerts.routing import unread
from alerts.spreading import is_spread
from alerts.steps import steps_for
from alerts.text import one_line, render, table, uk_time
from monitor.domain import (
    CaptureMode,
    Case,
    Category,
    EvidenceState,
    Letter,
    Mention,
    Role,
    School,
    Severity,
    Sighting,
    Urgency,
)
from monitor.words import day

_MOST_ADDRESSES = 5

# Where an address alone may tell who a child is, the mail names only the site.
_SITE_ONLY = frozenset({Category.IDENTIFYING, Category.SEXUAL, Category.SELF_HARM})

# Only here may a few plain words of the post be repeated: they say how near the danger is.
# Elsewhere they would repeat an accusation, a slur or a child's story.
_QUOTABLE = frozenset(
    {Category.THREAT, Category.EXTREMISM, Category.ABUSE, Category.IMPERSONATION}
)

_HOW_SOON = {
    Severity.CRITICAL: "critical: please act now",
    Severity.HIGH: "high: please act today",
    Severity.MEDIUM: "medium: please look when you next work on the log",
    Severity.LOW: "low: no need to act",
    Severity.NONE: "not known: nobody could judge it yet",
}
_UNCHECKED = (
    "A program flagged it and nobody has checked it yet, so it may be wrong: read it in the "
    "log before you decide."
)
ADDRESS_NOTE = (
    "hxxp stands for http and [.] for a dot, so that nobody opens it by accident. "
    "[...] is left out to protect people; the log has it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a mail is made with besides the incidents.

    `dashboard_url` has no slash at its end. `sender` and `recipient` are bare addresses.
    """

    school: School
    sender: str
    recipient: str
    dashboard_url: str
    guidance: Guidance
    playbook: Playbook


def body(letter: Letter, cases: tuple[Case, ...], context: Context, *, left_out: int = 0) -> str:
    """*left_out*: how many pictures are not attached because of their size."""
    if letter.urgency is Urgency.DIGEST:
        return _digest(letter, cases, context)
    if is_sealed(cases[0], letter.role):
        return _sealed_note(letter, cases[0], context)
    return _incident(letter, cases[0], context, left_out)


def is_sealed(case: Case, role: Role) -> bool:
    """Whether an office that stands in for the chair passes it on without knowing what it is."""
    return role is Role.OFFICE and case.concerns_head


def _incident(letter: Letter, case: Case, context: Context, left_out: int) -> str:
    guidance = context.guidance
    steps = guidance.steps(case)
    return render(
        "incident.txt",
        lead=at_once(case, steps) + _lead(letter, case, steps.name, context) + passed_on(letter),
        facts=table(_facts(case, context)),
        addresses=(addresses := _addresses(case, context)),
        address_note=ADDRESS_NOTE if any("hxxp" in one for one in addresses) else "",
        because=_because(case, context),
        do=steps.do,
        do_not=steps.do_not,
        routes=_routes(case, context),
        helpers=helpers(steps, guidance),
        link=_link(case, context),
        ask=whom_to_ask(letter.role, (case,)),
        evidence=_evidence(case) + _more_pictures(left_out),
        seen=seen_link(letter, context),
        footer=footer(guidance),
    )


def at_once(case: Case, steps: Steps) -> str:
    """Where every minute may count, that is said before all else."""
    first = steps.do[0]
    grave = case.incident.severity is Severity.CRITICAL and "999" in first
    return f"Please act now. {first} " if grave else ""


def _lead(letter: Letter, case: Case, what: str, context: Context) -> str:
    school = one_line(context.school.name)
    if not context.guidance.is_judged(case):
        return (
            f"A public post that may be about {school} could not be judged by the program. Nobody "
            "has read it yet: please read it in the log, where you also say what it is."
        )
    if is_spread(letter.key):
        return (
            f"An incident of which people at {school} were told is spreading: the same words are "
            f"posted again and again. It was flagged: {what}. You will hear of it again once "
            "they were posted four times as often."
        )
    return f"A public post about {school} was flagged: {what}. {_UNCHECKED}"


def _facts(case: Case, context: Context) -> list[tuple[str, str]]:
    incident = case.incident
    topics = context.guidance.topics(case)
    rows = [
        ("Incident", incident.number),
        ("Severity", _HOW_SOON[incident.severity]),
        ("Flagged as", "; ".join(topic.name for topic in topics)),
    ]
    rows += _how_sure(case)
    if case.sightings:
        first = case.sightings[0]
        posted = first.mention.published_at
        rows.append(("Posted", f"{uk_time(posted)} (the site says)" if posted else "not known"))
        rows.append(("Found", f"{uk_time(first.first_seen_at)} (UK time)"))
    return rows + _how_often(case)


def _how_often(case: Case) -> list[tuple[str, str]]:
    """Nothing of what was seen once."""
    seen = [sighting.first_seen_at for sighting in case.sightings]
    if len(seen) < 2:
        return []
    return [("Seen", f"{len(seen):,} times, the latest {uk_time(max(seen))}")]


def _how_sure(case: Case) -> list[tuple[str, str]]:
    judged = [s.assessment for s in case.editions if s.assessment.not_assessed is None]
    if not judged:
        return []
    about = max(a.relevance for a in judged)
    flag = max((a.scores[c] for a in judged for c in a.categories if c in a.scores), default=None)
    said = f"{_sure(about)} that it is about the school"
    if flag is not None:
        said = f"{_sure(flag)}; {said}"
    return [("How sure", said)]


def _sure(score: float) -> str:
    """In words only: a rule's score orders findings, it is no measured probability."""
    return "strong signs" if score >= 0.9 else "clear signs" if score >= 0.7 else "weak signs"


def _addresses(case: Case, context: Context) -> list[str]:
    shown = dict.fromkeys(_address(s.mention, case, context) for s in case.editions)
    first = list(shown)[:_MOST_ADDRESSES]
    more = len(shown) - len(first)
    return [*first, f"and {more} more in the log"] if more else first or ["see the log"]


def _address(mention: Mention, case: Case, context: Context) -> str:
    school = context.school
    shown = host_of if _site_only(case) else defang
    return shown(mention.url, school, private=said_in(mention, school))


def _site_only(case: Case) -> bool:
    incident = case.incident
    unjudged = any(s.assessment.not_assessed is not None for s in case.editions)
    return bool(incident.categories & _SITE_ONLY) or case.concerns_child or unjudged


def _because(case: Case, context: Context) -> list[str]:
    lines = [topic.because for topic in context.guidance.topics(case)]
    quotes = dict.fromkeys(q for s in case.editions for q in _quotes(s, case, context.school))
    said = list(quotes)[:2]
    if said:
        lines.append("The words: " + "; ".join(f'"{words}"' for words in said))
    return lines


def _quotes(sighting: Sighting, case: Case, school: School) -> list[str]:
    incident = case.incident
    if case.concerns_child or case.concerns_head or not incident.categories <= _QUOTABLE:
        return []
    spans = (r.text for r in sighting.assessment.because if r.category in incident.categories)
    return [words for span in spans if (words := quote(span, school))]


def _routes(case: Case, context: Context) -> list[dict[str, str]]:
    """The site's own way to take reports. All the other steps are in the log."""
    return [
        {"how": f"{step.platform}. {step.text}", "url": step.url}
        for step in steps_for(case, context.playbook)
        if step.platform
    ]


def helpers(steps: Steps, guidance: Guidance) -> list[str]:
    found = (guidance.contacts[name] for name in steps.contacts)
    return [f"{helper.name}: {helper.details}" for helper in found]


def _evidence(case: Case) -> str:
    if case.sightings and not case.evidence:
        return "No copy was made, because the site allows none."
    made = [item for item in case.evidence if item.state is not EvidenceState.WANTED]
    if not made:
        return "The evidence was not yet saved when this mail was written."
    if all(item.mode is CaptureMode.LINK for item in made):
        return "The address and the words are kept. No picture was fetched, on purpose."
    if any(item.state is EvidenceState.PARTIAL for item in made):
        return "The evidence is saved and sealed, as far as the page could be read."
    return "The evidence is saved and sealed. Nobody needs to copy the page."


def _more_pictures(left_out: int) -> str:
    if not left_out:
        return ""
    pictures = "picture" if left_out == 1 else "pictures"
    return f" {left_out} more {pictures} in the log, too large for this mail."


def _digest(letter: Letter, cases: tuple[Case, ...], context: Context) -> str:
    ranked = sorted(cases, key=lambda case: case.incident.severity.rank, reverse=True)
    open_to_all = [case for case in ranked if not is_sealed(case, letter.role)]
    forbidden = dict.fromkeys(
        line for case in open_to_all for line in context.guidance.steps(case).do_not
    )
    return render(
        "digest.txt",
        lead=f"{one_line(context.school.name)}: {_to_look_at(cases)}",
        entries=[entry(case, letter.role, context) for case in ranked],
        address_note=ADDRESS_NOTE,
        ask=whom_to_ask(letter.role, cases),
        do=(
            f"Open {'the' if len(cases) == 1 else 'each'} incident in the log and read it.",
            "Write down there what you do.",
        ),
        do_not=list(forbidden or context.guidance.do_not),
        footer=footer(context.guidance),
    )


def _to_look_at(cases: tuple[Case, ...]) -> str:
    many = "one incident" if len(cases) == 1 else f"{len(cases)} incidents"
    if all(unread(case.incident) for case in cases):
        return f"{many} to read. The program could not judge what was posted, so a person must."
    if len(cases) == 1:
        return f"{many} to look at. A program flagged it, and nobody has checked it yet."
    return (
        f"{many} to look at, the most serious first. A program flagged them, and nobody has "
        "checked them yet."
    )


def entry(case: Case, role: Role, context: Context) -> dict[str, str]:
    incident = case.incident
    names = "; ".join(topic.name for topic in context.guidance.topics(case))
    facts = [("Severity", _HOW_SOON[incident.severity]), ("Flagged as", names)]
    facts += [("Found", uk_time(s.first_seen_at)) for s in case.sightings[:1]]
    facts += _how_often(case)
    facts.append(("Where", _addresses(case, context)[0]))
    if is_sealed(case, role):
        facts = [("For", "the chair of governors: pass this on, and do not open the entry")]
    facts.append(("Log", _link(case, context)))
    return {"title": f"Incident {incident.number}", "facts": table(facts, "  ")}


def _sealed_note(letter: Letter, case: Case, context: Context) -> str:
    return render(
        "sealed.txt",
        lead=f"{one_line(context.school.name)}: an entry in the incident log is for the chair "
        "of governors to read. It could not be sent to the chair, because the program has no "
        "address of the chair, or only one that is also the head's.",
        facts=table(
            [("Incident", case.incident.number), ("Severity", case.incident.severity.value)]
        ),
        do=(
            "Pass this mail to the chair of governors today, and to nobody else.",
            "Ask whoever looks after this program to enter chair_of_governors under "
            "[schools.contacts].",
        ),
        do_not=("Do not open the entry.", "Do not speak of it to anyone else at the school."),
        link=_link(case, context),
        seen=seen_link(letter, context),
        footer=footer(context.guidance),
    )


def seen_link(letter: Letter, context: Context) -> str:
    """Where the reader says that they have seen it; empty for what needs no answer."""
    return f"{context.dashboard_url}/answer/{letter.answer}" if letter.answer else ""


def passed_on(letter: Letter) -> str:
    """Why it comes to somebody who is not the first to be told."""
    if not (letter.deputy or letter.called_in):
        return ""
    return " It comes to you because those who were told first have not answered."


def _link(case: Case, context: Context) -> str:
    return f"{context.dashboard_url}/incidents/{case.incident.number}"


def footer(guidance: Guidance) -> list[str]:
    checked = (
        f"{guidance.notice} Checked on {day(guidance.checked_on)}, for {guidance.applies_in}."
    )
    return [one_line(checked), one_line(guidance.disclaimer)]
