"""The steps after an incident, in the policy's order: forms, draft letters, clocks, and what was
done so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from alerts.playbook import Clock, Draft, Playbook, Stage, fill_in
from alerts.steps import Step, Writer, runs_out, steps_for
from monitor.domain import Act, Case, Event, Progress, StillThere
from monitor.store.accounts import Account
from monitor.web.desk import Desk, desk
from monitor.web.display import place
from monitor.web.guard import IncidentReader, IncidentWorker
from monitor.web.incident import case_for
from monitor.web.page import render
from monitor.words import CATEGORIES, PROGRESS, many, when
from monitor.working import NoSuchIncident

router = APIRouter()
_DAY = 24  # hours
LONGEST = 5000  # characters of what a person writes to a step
_STAGES = {
    Stage.AT_ONCE: "At once",
    Stage.PRESERVE: "Keep the evidence",
    Stage.REPORT: "Tell people in the school",
    Stage.INVESTIGATE: "Look into it",
    Stage.CONTACT: "Ask the writer, or whoever runs the site",
    Stage.PLATFORM: "The site and its own form, and who can help",
    Stage.POLICE: "Police",
}
_WRITERS = {
    Writer.UNKNOWN: "Not known",
    Writer.PUPIL: "A pupil of ours",
    Writer.STAFF: "A member of staff",
    Writer.PARENT: "A parent or carer",
    Writer.STRANGER: "Somebody else",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What somebody did about a step; `words` are theirs."""

    at: datetime
    by: str
    progress: Progress
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`until`: when its clock runs out, once it is running."""

    step: Step
    draft: Draft | None
    letter: str
    taken: tuple[Taken, ...]
    until: datetime | None

    @property
    def settled(self) -> bool:
        return bool(self.taken) and self.taken[-1].progress is not Progress.SENT


@router.get("/incidents/{number}/steps")
def steps(
    request: Request, account: IncidentReader, number: str, writer: str = "", done: str = ""
) -> Response:
    case = case_for(desk(request), account, number)
    return _show(request, account, case, writer=writer, done=done == "1")


@router.post("/incidents/{number}/steps")
def take(
    request: Request,
    account: IncidentWorker,
    number: str,
    title: Annotated[str, Form()] = "",
    progress: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    writer: Annotated[str, Form()] = "",
) -> Response:
    room = desk(request)
    case = case_for(room, account, number)
    if wrong := _mistake(room, case, title, words):
        return _show(request, account, case, writer=writer, wrong=wrong, typed=(title, words))
    try:
        event = Event(
            act=Act.STEP,
            at=room.clock(),
            by=account.email,
            role=account.role,
            value=f"{progress}: {title}",
            reason=words,
        )
    except ValueError:
        wrong = "Choose how far you have come."
        return _show(request, account, case, writer=writer, wrong=wrong, typed=(title, words))
    try:
        room.work(number, event, None)
    except NoSuchIncident:
        return RedirectResponse("/incidents", status_code=303)
    kept = f"&writer={writer}" if writer in set(Writer) else ""
    return RedirectResponse(f"/incidents/{number}/steps?done=1{kept}", status_code=303)


def _mistake(room: Desk, case: Case, title: str, words: str) -> str:
    """Whoever wrote it, a step of that name is among those of one kind of writer or other."""
    if len(words) > LONGEST:
        return f"Use at most {LONGEST:,} characters."
    known = {s.title for who in Writer for s in steps_for(case, room.playbook, writer=who)}
    return "" if title in known else "Use one of the forms on this page."


def _show(
    request: Request,
    account: Account,
    case: Case,
    *,
    writer: str,
    done: bool = False,
    wrong: str = "",
    typed: tuple[str, str] = ("", ""),
) -> Response:
    """*typed*: into the form of which step, and which words."""
    room = desk(request)
    who = Writer(writer) if writer in set(Writer) else Writer.UNKNOWN
    rows = list(_rows(room, case, who))
    return render(
        request,
        "steps",
        status=400 if wrong else 200,
        account=account,
        case=case,
        stages=[(_STAGES[s], [r for r in rows if r.step.stage is s]) for s in Stage],
        notice=room.playbook.notice,
        applies_in=room.playbook.applies_in,
        writer=who,
        writers=_WRITERS.items(),
        progress=PROGRESS,
        lasts=_lasts,
        gone=gone_since(case),
        done=done,
        wrong=wrong,
        typed=typed,
        now=room.clock(),
    )


def _rows(room: Desk, case: Case, writer: Writer) -> Iterator[Row]:
    facts, playbook, terms = _facts(room, case), room.playbook, room.terms(case.incident.school)
    for step in steps_for(case, playbook, writer=writer):
        taken = tuple(_taken(case, step.title))
        draft = playbook.drafts[step.draft] if step.draft else None
        began = next((each.at for each in taken if each.progress is Progress.SENT), None)
        yield Row(
            step=step,
            draft=draft,
            letter=fill_in(draft, facts) if draft else "",
            taken=taken,
            until=runs_out(step.clock, began, terms) if step.clock and began else None,
        )


def _lasts(clock: Clock) -> str:
    """In the words of the law or the helpline: 48 hours, but a week in days."""
    if clock.months:
        return many(clock.months, "month")
    if clock.school_days:
        return f"{clock.school_days} school days, but at most {clock.working_days} working days"
    if clock.hours % _DAY == 0 and clock.hours > 3 * _DAY:
        return f"{clock.hours // _DAY} days"
    return f"{clock.hours} hours" + (" of working days" if clock.working else "")


def _taken(case: Case, title: str) -> Iterator[Taken]:
    """Oldest first."""
    for event in case.history:
        progress, _, of = event.value.partition(": ")
        if event.act is Act.STEP and of == title:
            yield Taken(at=event.at, by=event.by, progress=Progress(progress), words=event.reason)


def _facts(room: Desk, case: Case) -> dict[str, str]:
    """What the drafts may say by themselves. No name of anybody."""
    first = case.sightings[0]
    url, school = first.mention.url, room.schools.get(case.incident.school)
    return {
        "school": school.name if school else "",
        "address": url,
        "incident": case.incident.number,
        "found": when(first.first_seen_at),
        "platform": _platform(room.playbook, url),
        "what": ", ".join(CATEGORIES[c] for c in CATEGORIES if c in case.incident.categories),
    }


def _platform(playbook: Playbook, url: str) -> str:
    known = playbook.platform(url)
    return known.name if known else place(url)


def gone_since(case: Case) -> datetime | None:
    """Since when none of the captured pages is there any more, as far as was looked."""
    looks = [evidence.rechecks for evidence in case.evidence if evidence.rechecks]
    if not looks or any(each[-1].found is not StillThere.GONE for each in looks):
        return None
    return max(each[-1].at for each in looks)
