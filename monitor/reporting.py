"""What a member of staff saw for themselves, written in a form: one mention like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.pictures import Indecent
from alerts.telling import Telling
from monitor.domain import Act, Event, Mention, School
from monitor.pipeline import Assess, enter
from monitor.store.store import Store
from monitor.working import work
from sources.text import joined, web_link
from sources.wrapped_links import links_in, unfolded

SOURCE = "reported by staff"
LONGEST = {"link": 2000, "words": 5000, "place": 200, "note": 5000}  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The form as it was filled in. `form` tells it from all others: sent twice, it is one."""

    form: str
    indecent: str = ""
    link: str = ""
    words: str = ""
    place: str = ""  # where it was seen, for what has no address
    note: str = ""  # the reporter's own, for the history of the incident

    @property
    def address(self) -> str:
        """The page itself, out of whatever an app shares along with it; or nothing."""
        found = next(links_in(self.link), "") or web_link("https://", self.link.strip()) or ""
        return unfolded(found) if found else ""


def mistakes(report: Report) -> dict[str, str]:
    """By field: what is wrong, and what to do."""
    wrong = {}
    if report.indecent not in set(Indecent):
        wrong["indecent"] = "Say whether a picture there could be indecent."
    if report.link.strip() and not report.address:
        wrong["link"] = "Enter the whole address, beginning with https://"
    elif not report.link.strip() and not report.words.strip():
        wrong["link"] = "Enter the address, or the words if there is none."
    for field, most in LONGEST.items():
        if len(getattr(report, field)) > most:
            wrong[field] = f"Use at most {most:,} characters."
    return wrong


def mention_of(report: Report, school: School) -> Mention:
    """Begins with the school, as the words alone may name nobody, and ends with the address,
    as two pages of which nobody wrote down the words are two things all the same. Where a picture
    may be indecent no page is ever opened for it, and without an address there is none."""
    address = report.address
    return Mention(
        source=SOURCE,
        external_id=report.form,
        url=address or f"report:{report.form}",
        text=joined(school.name, report.place.strip(), report.words.strip(), address),
        sensitive=report.indecent != Indecent.NO,
        for_a_person=True,
    )


def take(
    report: Report,
    school: School,
    *,
    by: str,
    role: str,
    assess: Assess,
    telling: Telling,
    store: Store,
    clock: Callable[[], datetime],
) -> str:
    """Write it down with all that follows, as for what is found; the number of its incident.

    *by*, *role*: the account's address and what it is. Sent twice, it is written once.
    """
    mention = mention_of(report, school)
    enter(school, mention, assess(mention, school), telling, store, clock)
    number = store.number_of(school.id, *mention.key) or ""
    if report.note.strip():
        note = Event(act=Act.NOTE, at=clock(), by=by, role=role, reason=report.note)
        work(store, number, note, {school.id: telling})
    return number
