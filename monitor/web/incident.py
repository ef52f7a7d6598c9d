"""One incident: the words and why they matter, the evidence, who was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from alerts.evidence.at_rest import Locked
from alerts.evidence.filing import NOT_THE_POST
from alerts.evidence.record import META
from alerts.evidence.report import SCREENSHOT, TEXT
from alerts.evidence.seal import read_sealed
from monitor.audit import account as named
from monitor.audit import ids_in
from monitor.counts import LONDON
from monitor.custody import Handling, Link
from monitor.domain import (
    ABOUT_SCHOOL,
    Act,
    Assessment,
    CaptureMode,
    Case,
    Evidence,
    EvidenceFile,
    EvidenceState,
    IncidentState,
    Mention,
    Reason,
    Revision,
    Shows,
    Sighting,
    StillThere,
)
from monitor.lessons import LessonAct
from monitor.stamps import Stamp
from monitor.store.accounts import Account
from monitor.store.cases import Listed
from monitor.web.desk import Desk, Verify, desk
from monitor.web.display import Piece, pieces
from monitor.web.guard import IncidentReader
from monitor.web.incidents import within_reach
from monitor.web.lessons import behind, rows, why_nothing
from monitor.web.page import render
from monitor.web.policy import Action, may
from monitor.web.timeline import timeline
from monitor.web.told import told
from monitor.wire import places
from monitor.words import CATEGORIES, DECISIONS, SEVERITIES, VERACITIES

router = APIRouter()
MOST_WORDS = 20_000  # characters of a mail; all of them are in the evidence pack
ALIKE = 5  # others of one story that are named; the list shows the rest
IN_ITS_PLACE = NOT_THE_POST + SCREENSHOT
_WORDS = {category.value: words for category, words in CATEGORIES.items()} | {
    ABOUT_SCHOOL: "About the school"
}


HANDED_IN = "handed_in"
DONE: Mapping[str, str] = {
    HANDED_IN: "What you handed in is sealed and kept with the evidence below.",
    Act.DECIDED: "Your decision is in the history.",
    Act.SEVERITY: "The severity is changed.",
    Act.VERACITY: "It is written down whether it is true.",
    Act.CLOSED: "The incident is closed.",
    Act.REOPENED: "The incident is open again.",
    Act.NOTE: "Your note is in the history.",
    Act.ASSIGNED: "It is handed on.",
    Act.DUE: "The day is written down.",
    Act.ACKNOWLEDGED: "It is written down that you have read it.",
    Act.CAPTURE: "It is captured again within a minute or two. Then load this page anew.",
    LessonAct.TAKEN_BACK: "It is taken back, and counts no more from the next post on.",
    LessonAct.PUT_BACK: "It counts again from the next post on.",
    Act.BARRED: "No picture is shown or kept any more, and the safeguarding lead is told.",
}


_SETTLES = frozenset({Act.DECIDED, Act.CLOSED})  # then one goes on to the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a person entered, and what is wrong with it, by the name of the field."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


_NOTHING_TYPED = Typed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words as they stood once, with what was thought of them."""

    mention: Mention
    assessment: Assessment
    pieces: list[Piece]
    reasons: tuple[tuple[str, Reason], ...]  # in words, in the order of their numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A sighting: what it said when it was first seen, then each time it was found changed."""

    sighting: Sighting
    first: Said
    changes: tuple[tuple[Revision, Said], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    evidence: Evidence
    screenshot: bool
    wrong: list[str] | None  # None: there is nothing sealed to prove
    locked: str = ""  # why what it holds cannot be read, and what to do
    words: str = ""  # of a mail that a person handed in; `more`: they are not all
    more: bool = False
    stamps: tuple[Stamp, ...] = ()
    handed_in_by: str = ""

    @property
    def of_the_post(self) -> bool:
        """Whether the address showed the post, and no wall or empty page in its place."""
        return self.evidence.shows in (Shows.POST, Shows.NOT_OPENED, Shows.SUPPLIED)

    @property
    def gone_since(self) -> datetime | None:
        """When it was first found gone, if it has not been there since."""
        since = None
        for look in self.evidence.rechecks:
            if look.found is not StillThere.UNKNOWN:
                since = (since or look.at) if look.found is StillThere.GONE else None
        return since


@router.get("/incidents/{number}")
def incident(request: Request, account: IncidentReader, number: str, done: str = "") -> Response:
    room = desk(request)
    case = case_for(room, account, number)
    if may(account, Action.WORK_INCIDENTS, case):
        room.store.open(case.incident.key, account.id, room.clock())
    return show(request, account, case, done=done)


def show(
    request: Request,
    account: Account,
    case: Case,
    *,
    typed: Typed = _NOTHING_TYPED,
    done: str = "",
    status: int = 200,
) -> Response:
    """*done*: the Act that was just carried out."""
    room = desk(request)
    school = room.schools.get(case.incident.school)
    lessons = room.store.lessons_of(case.incident.number)
    may_work = may(account, Action.WORK_INCIDENTS, case)
    return render(
        request,
        "incident",
        account=account,
        status=status,
        case=case,
        school=school.name if school else case.incident.school,
        posts=[_post(sighting) for sighting in case.sightings],
        places=places(case),
        authors=authors(case),
        alike=_alike(room, account, case),
        open_with=holder(room, account, case),
        proofs=_proofs(room, case),
        waiting=room.store.is_promised(case.incident),
        packs=_packs(room, case),
        moments=timeline(case, lessons),
        lessons=rows(room, account, lessons) if may_work else [],
        why_nothing=why_nothing(room, case) if may_work and not lessons else [],
        behind=behind(room, case),
        told=told(room, case),
        may_work=may_work,
        may_audit=may(account, Action.READ_AUDIT),
        colleagues=[("", "Nobody in particular"), *((c, c) for c in colleagues(room, case))],
        answers=[(each, *words) for each, words in DECISIONS.items()],
        severities=[(each, words, "") for each, words in SEVERITIES.items()],
        veracities=[(each, words, "") for each, words in VERACITIES.items()],
        typed=defaultdict(str, typed.values),
        errors=defaultdict(str, typed.errors),
        done=next((words for act, words in DONE.items() if act == done), ""),
        settled=done in _SETTLES,
        following=_following(room, account) if done in _SETTLES else "",
    )


def authors(case: Case) -> dict[str, str]:
    """What each is called here in place of their name, in the order in which they appear: A1,
    A2. In another incident it is another's: nothing here follows a person from one to the next."""
    names = dict.fromkeys(each.mention.author for each in case.sightings if each.mention.author)
    return {name: f"A{n}" for n, name in enumerate(names, 1)}


def holder(room: Desk, account: Account, case: Case) -> str:
    """Who else has it open, in a sentence; "" if nobody has."""
    found = room.store.holder(case.incident.key, account.id, room.clock())
    if found is None:
        return ""
    return f"{found.email} has this open since {found.since.astimezone(LONDON):%H:%M}."


def _alike(room: Desk, account: Account, case: Case) -> list[Listed]:
    """Others that say nearly the same, as far as this person may know of them."""
    wanted = replace(within_reach(room, account), like=case.incident.number)
    return room.store.listed(wanted, limit=ALIKE)


def _following(room: Desk, account: Account) -> str:
    """The number of the gravest that waits for a decision; "" if nothing does."""
    wanted = replace(within_reach(room, account), state=IncidentState.OPEN, undecided=True)
    return next((e.incident.number for e in room.store.listed(wanted, limit=1, gravest=True)), "")


def colleagues(room: Desk, case: Case) -> list[str]:
    """The addresses of all who may work on it."""
    here = room.accounts.at(case.incident.school)
    return [each.email for each in here if may(each, Action.WORK_INCIDENTS, case)]


def case_for(room: Desk, account: Account, number: str) -> Case:
    """Raises the same 404 for what is not there and for what this person may not know of. That
    somebody read it is written down."""
    case = room.store.case(number)
    if case is None or not may(account, Action.READ_INCIDENTS, case):
        room.store.note_denial(account.id, room.clock())
        raise HTTPException(404)
    room.store.note_look(number, account.id, room.clock())
    return case


def screenshot_of(case: Case, evidence: Evidence) -> EvidenceFile | None:
    """The picture that may be shown: a sealed one, where no picture could be indecent."""
    if evidence.mode is not CaptureMode.FULL or not case.incident.pictures_allowed:
        return None
    pictures = [
        file
        for file in evidence.files
        if file.name.endswith(".png") and not file.name.startswith("original.")
    ]
    return min(
        pictures, key=lambda file: file.name not in (SCREENSHOT, IN_ITS_PLACE), default=None
    )


def _post(sighting: Sighting) -> Post:
    return Post(
        sighting=sighting,
        first=_said(sighting.mention, sighting.assessment),
        changes=tuple((r, _said(r.mention, r.assessment)) for r in sighting.revisions),
    )


def _said(mention: Mention, assessment: Assessment) -> Said:
    reasons = sorted(assessment.because, key=lambda r: (r.start, r.end))
    return Said(
        mention=mention,
        assessment=assessment,
        pieces=pieces(mention.text, reasons),
        reasons=tuple(
            (_WORDS.get(reason.category, reason.category), reason) for reason in reasons
        ),
    )


def _proofs(room: Desk, case: Case) -> list[Proof]:
    stamps = room.store.stamps([each.id for each in case.evidence])
    people = _handed_in_by(room, case)
    return [
        replace(
            _proof(room, case, each),
            stamps=tuple(stamp for stamp in stamps if stamp.capture == each.id),
            handed_in_by=people.get(each.id, ""),
        )
        for each in case.evidence
    ]


def _handed_in_by(room: Desk, case: Case) -> dict[str, str]:
    """By id of evidence: who handed it in."""
    supplied = [each.id for each in case.evidence if each.shows is Shows.SUPPLIED]
    deeds = room.store.custody_of(supplied) if supplied else []
    handed_in = [deed for deed in deeds if deed.act == Handling.SUPPLIED]
    return {deed.subject: who for deed, who in _by_whom(room, handed_in)}


def _packs(room: Desk, case: Case) -> list[tuple[datetime, str, str]]:
    """When an evidence pack was made, by whom, and the number that proves it; newest first."""
    deeds = room.store.custody_of([case.incident.number])
    packed = [deed for deed in deeds if deed.act == Handling.PACKED]
    return [
        (datetime.fromisoformat(deed.moment), who, deed.sha256)
        for deed, who in _by_whom(room, packed[::-1])
    ]


def _by_whom(room: Desk, deeds: Sequence[Link]) -> Iterator[tuple[Link, str]]:
    """With an account's address, as far as it is still known."""
    known = room.accounts.known(ids_in(deed.actor for deed in deeds)) if deeds else {}
    emails = {named(id_): each.email for id_, each in known.items()}
    for deed in deeds:
        yield deed, emails.get(deed.actor, deed.actor)


def _proof(room: Desk, case: Case, evidence: Evidence) -> Proof:
    sealed = evidence.state is not EvidenceState.WANTED
    picture = screenshot_of(case, evidence) is not None
    shown = META if picture else TEXT if evidence.shows is Shows.SUPPLIED else ""
    content, locked = _read(room, evidence, shown)
    return Proof(
        evidence=evidence,
        screenshot=picture,
        wrong=_wrong(evidence, room.verify) if sealed else None,
        locked=locked,
        words="" if picture else content[:MOST_WORDS],
        more=len(content) > MOST_WORDS,
    )


def _read(room: Desk, evidence: Evidence, name: str) -> tuple[str, str]:
    """What stands in a file of text, and why it cannot be read. Of a picture a small file beside
    it is tried: whoever can read that can read the picture."""
    try:
        found = read_sealed(room.evidence_root, evidence, name, room.key) if name else None
    except Locked as error:
        return "", str(error)
    return (found or b"").decode(errors="replace"), ""


def _wrong(evidence: Evidence, verify: Verify) -> list[str]:
    try:
        return verify(evidence)
    except OSError as error:
        return [f"the files cannot be read ({error.strerror})"]
