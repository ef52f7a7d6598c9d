"""The nouns, in the order in which the pipeline produces them. Standard library only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum


class Category(StrEnum):
    """What may be wrong with a post. Lawful criticism is not among them."""

    THREAT = "threat"
    DEFAMATION = "defamation"
    IDENTIFYING = "identifying"
    HATE = "hate"
    ABUSE = "abuse"
    SEXUAL = "sexual"
    SELF_HARM = "self_harm"
    EXTREMISM = "extremism"
    IMPERSONATION = "impersonation"


class Severity(StrEnum):
    """How soon a person must know. Compare by `rank`, never by spelling."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Sentiment(StrEnum):
    """Toward the school, not toward life."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"
    MIXED = "mixed"


class Role(StrEnum):
    """Who may be told. Roles are not people: one person may hold two."""

    HEAD = "head"
    CHAIR_OF_GOVERNORS = "chair_of_governors"
    DSL = "dsl"
    OFFICE = "office"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    CLERK = "clerk"  # of the governors: gets the term's report, and hears of no incident


class CaptureMode(StrEnum):
    """How much of a page may be fetched as evidence.

    full: the page in a browser, with pictures. text: the words of the one document,
    nothing else. link: nothing is fetched; the address and the words as the source
    gave them. Wherever a picture could be indecent it is `link`, without a switch.
    """

    FULL = "full"
    TEXT = "text"
    LINK = "link"


class IncidentState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Act(StrEnum):
    """What a person may do to an incident. The first six need a reason, a note is one."""

    DECIDED = "decided"
    SEVERITY = "severity"
    VERACITY = "veracity"
    CLOSED = "closed"
    REOPENED = "reopened"
    REVEALED = "revealed"  # looked who wrote it
    NOTE = "note"
    ASSIGNED = "assigned"
    DUE = "due"
    ACKNOWLEDGED = "acknowledged"
    STEP = "step"
    CAPTURE = "capture"  # its pages are to be captured again
    BARRED = "barred"  # a picture could be indecent: none is kept or shown from now on

    @property
    def needs_a_reason(self) -> bool:
        return list(Act).index(self) <= list(Act).index(Act.NOTE)


class Progress(StrEnum):
    """How far one has come with a step: a letter or form was sent, an answer came."""

    DONE = "done"
    SENT = "sent"
    ANSWERED = "answered"
    NOT_NEEDED = "not_needed"


class Decision(StrEnum):
    """What an incident turned out to be. `criticism` is lawful, and goes the complaints route."""

    NOT_US = "not_us"
    NO_CONCERN = "no_concern"
    CRITICISM = "criticism"
    INCIDENT = "incident"


class Veracity(StrEnum):
    """Whether what was said is so. No word of ours says "libel": that is for a court."""

    TRUE = "true"
    UNTRUE = "untrue"
    UNKNOWN = "unknown"
    DISPUTED = "disputed"


def _aware(moment: datetime | None, name: str) -> None:
    if moment is not None and moment.utcoffset() is None:
        raise ValueError(f"{name} must be timezone-aware")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school, and the words by which people call it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    urn: str = ""
    town: str = ""
    county: str = ""
    postcode: str = ""
    website: str = ""
    handles: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    homonyms: tuple[str, ...] = ()
    headteacher: str = ""
    staff: tuple[StaffMember, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The full name first, then what people say instead."""
        return (self.name, *self.aliases)


LONGEST_ID = 200  # characters; PostgreSQL cannot index much longer ones
LONGEST_TIME = 100  # characters; what is longer tells no time

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """*text* with what no database and no file can hold replaced, at the same length."""
    return _UNSTORABLE.sub("\ufffd", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One public item that may be about a school, as its source gave it.

    `text` holds everything there is to read, title first. `published_at` is the site's
    claim, None where it makes none, and so is `edited_at`: when it was last changed.
    `published_as` is that claim letter by letter ("2 days ago"), empty where there is none.
    `sensitive` is the site's own warning that the pictures may be indecent. `for_a_person`:
    it belongs in the log whatever its words: a member of staff sent it in, say. `kept_as` is
    what is written down in place of the words, where the site lets them be read but not kept.
    `answers` is the post to which this one is an answer, by its address or its site's own id;
    `counts` how often it was liked, shared and answered when it was read. Both are empty where
    the site does not say.
    """

    source: str
    external_id: str
    url: str
    text: str
    author: str = ""
    published_at: datetime | None = None
    published_as: str = ""
    sensitive: bool = False
    for_a_person: bool = False
    kept_as: str = ""
    edited_at: datetime | None = None
    answers: str = ""
    counts: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        _aware(self.published_at, "published_at")
        _aware(self.edited_at, "edited_at")
        if not self.external_id:
            raise ValueError("external_id must not be empty")
        for name in ("external_id", "url", "text", "author", "published_as", "kept_as", "answers"):
            object.__setattr__(self, name, storable(getattr(self, name)))
        for name in ("published_as", "answers"):  # a line each, also on paper
            object.__setattr__(self, name, " ".join(getattr(self, name).split()))
        if len(self.published_as) > LONGEST_TIME:
            object.__setattr__(self, "published_as", "")
        if len(self.external_id) > LONGEST_ID:
            digest = hashlib.sha256(self.external_id.encode()).hexdigest()
            object.__setattr__(self, "external_id", f"sha256:{digest}")

    @property
    def key(self) -> tuple[str, str]:
        """Unique within a school."""
        return self.source, self.external_id


ABOUT_SCHOOL = "about_school"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The words behind a judgement: `text == mention.text[start:end]`, in characters."""

    category: str  # a Category, or ABOUT_SCHOOL
    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What we think of a mention, how sure we are, and the words that made us think so.

    `relevance` and `scores` lie in 0..1. `not_assessed` holds the reason why we could
    not judge (another language, a picture without words, an error); such a mention is
    never dropped: a person looks at it, and `about_school` is true when in doubt.
    `about_head`: a concern about the conduct of the head. `child_safety`: a child may be
    at risk. `criticism`: lawful criticism, protected and counted. `model` is the version
    of rules and weights.
    """

    about_school: bool
    relevance: float
    model: str
    categories: frozenset[Category] = frozenset()
    scores: Mapping[Category, float] = field(default_factory=dict)
    severity: Severity = Severity.NONE
    sentiment: Sentiment = Sentiment.NEUTRAL
    because: tuple[Reason, ...] = ()
    not_assessed: str | None = None
    about_head: bool = False
    child_safety: bool = False
    criticism: bool = False

    @property
    def needs_a_person(self) -> bool:
        """Whether this belongs in the incident log rather than only in the counts.

        What could not be judged does, if it is about the school or nobody can tell; a
        stranger's holiday greetings in Polish in the town's paper do not.
        """
        return self.about_school and (
            bool(self.categories)
            or self.not_assessed is not None
            or self.severity.rank >= Severity.HIGH.rank
        )


def _may_be(act: Act, value: str) -> bool:
    try:
        return _VALUES.get(act, _is_empty)(value)
    except ValueError:
        return False


def _is_empty(value: str) -> bool:
    return not value


def _is_step(value: str) -> bool:
    progress, _, title = value.partition(": ")
    return bool(Progress(progress)) and 0 < len(title) <= LONGEST_ID


# What may stand in an Event's `value`; a ValueError says no, too.
_VALUES: Mapping[Act, Callable[[str], bool]] = {
    Act.DECIDED: lambda value: bool(Decision(value)),
    Act.SEVERITY: lambda value: bool(Severity(value)),
    Act.VERACITY: lambda value: bool(Veracity(value)),
    Act.DUE: lambda value: not value or bool(date.fromisoformat(value)),
    Act.STEP: _is_step,
    Act.ASSIGNED: lambda value: len(value) <= LONGEST_ID,
    Act.REVEALED: lambda value: re.fullmatch("A[0-9]{1,4}", value) is not None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of an incident's history: never changed, never taken back.

    `by` is the account's e-mail address, `role` what it was at the time. `value` is a
    Decision, Severity or Veracity; for `assigned` an account's address and for `due` a date,
    both empty where it is taken off; for `revealed` which author, as in "A2"; for `step`
    "progress: its title"; else nothing.
    `reason` is the person's own words. Raises ValueError, in words for that person, without a
    reason where one is needed.
    """

    act: Act
    at: datetime
    by: str
    role: str
    value: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        _aware(self.at, "at")
        object.__setattr__(self, "reason", storable(self.reason).strip())
        if not self.by or not self.role:
            raise ValueError("An entry in the history needs the name and the role of a person.")
        if not _may_be(self.act, self.value):
            raise ValueError("Choose one of the answers that are offered.")
        if self.act.needs_a_reason and not self.reason:
            raise ValueError("Enter the reason: it stays in the history beside your name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the work on an incident stands: what follows from its history, and nothing else."""

    decision: Decision | None = None
    veracity: Veracity | None = None
    assigned: str = ""  # an account's e-mail address
    due: date | None = None
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    lowered: int = 0  # how often its severity was; a rise after that is news again


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Mentions of one school that a person should look at together.

    `key` never changes and comes from the first mention; `number` ("2026-014") is for
    people, and is given by the store when the incident is first written down. `judged` is the
    gravest that the posts were judged to be; `severity` is that, or what a person made of it.
    """

    key: str
    school: str
    opened_at: datetime
    categories: frozenset[Category]
    severity: Severity
    number: str = ""
    state: IncidentState = IncidentState.OPEN
    about_head: bool = False
    child_safety: bool = False
    pictures_allowed: bool = True
    judged: Severity = Severity.NONE
    standing: Standing = Standing()

    def __post_init__(self) -> None:
        _aware(self.opened_at, "opened_at")


class Urgency(StrEnum):
    """How an alert leaves: `now`, in a mail of its own; `gathered`, with others of the hour or
    of the night; or with others in the `digest` of a morning. `personal` is no alert: it tells one
    person of their own account, at once, and takes nothing from an alert's share of an hour."""

    NOW = "now"
    GATHERED = "gathered"
    DIGEST = "digest"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Someone should be told something, once. Equal keys are one alert."""

    key: str
    school: str
    incident: str  # Incident.key
    role: Role
    severity: Severity
    urgency: Urgency
    due_at: datetime  # not before
    deputy: bool = False  # to the role's deputy, because the role did not answer
    called_in: bool = False  # because others did not answer

    def __post_init__(self) -> None:
        _aware(self.due_at, "due_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLately:
    """An urgent mail of its own that was promised to a role not long ago.

    `same_story`: it tells of what the incident at hand says in nearly the same words.
    """

    role: Role
    severity: Severity
    at: datetime
    same_story: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    name: str
    sha256: str
    bytes: int


class EvidenceState(StrEnum):
    """wanted: promised, not yet made. sealed: complete and hashed. partial: sealed, but
    the page itself could not be read whole (meta.json says why)."""

    WANTED = "wanted"
    SEALED = "sealed"
    PARTIAL = "partial"


class Shows(StrEnum):
    """What there was to see at the address when it was opened; all but `post` is recorded
    as what it is, and never filed as if it were the post."""

    NOT_OPENED = "not_opened"
    POST = "post"
    LOGIN_WALL = "login_wall"
    CONSENT_WALL = "consent_wall"
    BOT_WALL = "bot_wall"
    GONE = "gone"  # the site says so by its status
    SOFT_404 = "soft_404"  # the site says so in words only
    BLANK = "blank"
    ERROR = "error"
    SUPPLIED = "supplied"  # no address: a person handed it in, and no machine has witnessed it


class StillThere(StrEnum):
    """What became of a captured post, at a later look."""

    UNCHANGED = "unchanged"
    EDITED = "edited"
    GONE = "gone"
    WALLED = "walled"
    UNKNOWN = "unknown"  # the site could not be reached, or nobody can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """One later look at a captured address. `difference`: lines taken away ("- ") and added
    ("+ "), where it was edited; `note` says in plain words what a reader must know."""

    at: datetime
    found: StillThere
    note: str = ""
    difference: str = ""

    def __post_init__(self) -> None:
        _aware(self.at, "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was captured of one mention, sealed by the SHA-256 of its manifest.

    `words`: what the page said, just captured, for later looks to compare with; empty in
    evidence that was read back. `rechecks`: the later looks, oldest first.
    """

    id: str
    mode: CaptureMode
    state: EvidenceState
    captured_at: datetime
    manifest_sha256: str
    files: tuple[EvidenceFile, ...] = ()
    note: str = ""  # in plain words: what could not be captured, and why
    shows: Shows = Shows.NOT_OPENED
    words: str = ""
    rechecks: tuple[Recheck, ...] = ()

    def __post_init__(self) -> None:
        _aware(self.captured_at, "captured_at")


# Below what is flagged: a picture that is not fetched costs nothing that matters.
_PERHAPS_SEXUAL = 0.25


def capture_mode(mention: Mention, assessment: Assessment) -> CaptureMode:
    """Full, unless a picture on the page could be indecent; then nothing is fetched at all.

    A slight suspicion is enough, and what could not be assessed could be anything. There is
    deliberately no setting for this (Protection of Children Act 1978 s.1: downloading
    a picture can be "making" it; UKCIS 2024: never view, copy, print, share, store).
    """
    suspected = (
        mention.sensitive
        or Category.SEXUAL in assessment.categories
        or assessment.scores.get(Category.SEXUAL, 0.0) >= _PERHAPS_SEXUAL
        or assessment.not_assessed is not None
    )
    return CaptureMode.LINK if suspected else CaptureMode.FULL


def as_kept(mention: Mention, assessment: Assessment) -> tuple[Mention, Assessment]:
    """Both as they may be written down: where the words may not be kept, our judgement of
    them stays; they themselves, the pieces of them that were its reasons, and the author's
    name go."""
    if not mention.kept_as:
        return mention, assessment
    kept = replace(
        mention,
        text=mention.kept_as,
        author="",
        published_as="",
        answers="",
        counts=(),
        kept_as="",
    )
    return kept, replace(assessment, because=())


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePromise:
    """Evidence that has been promised in the database and is now to be made."""

    id: str
    school: str
    mention: Mention
    mode: CaptureMode
    attempts: int = 0  # how often it was tried before
    incident: str = ""  # Incident.number; empty where a person asked for it at a command
    asked_by: str = ""  # the role of a person who asked for it again


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckPromise:
    """A captured address that is due for another look. `words`: what the page said at the
    capture, or empty if that is not known."""

    id: str  # Evidence.id
    mention: Mention
    school: str
    mode: CaptureMode
    captured_at: datetime
    words: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A later look and what follows. `due_at`: the next one, None for never. `words`: what
    the page said, empty where it did not show the post."""

    recheck: Recheck
    due_at: datetime | None
    words: str = ""


class AlertState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # refused for good; a person must act
    RETURNED = "returned"  # was taken, and came back; the second way has still to be tried
    WITHDRAWN = "withdrawn"  # must not be sent any more, and nothing is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one alert. `answered_at`: when the link in its mail was followed, with which
    somebody says that they have seen it."""

    role: Role
    channel: str
    state: AlertState
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    message_id: str = ""
    error: str = ""  # the last one, in plain words


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail that is due to one role: one alert, or all that are gathered, or of a digest.
    Where `person` holds an e-mail address, it is due there, and `role` says nothing.

    `attempts` counts the tries before this one. `message` is None until it was written
    for the first time; from then on these very bytes are sent.
    """

    key: str
    school: str
    role: Role
    urgency: Urgency
    deputy: bool = False  # to the role's deputy, because the role itself did not answer
    called_in: bool = False  # because others did not answer
    answer: str = ""  # by what a link says which letter was seen; nobody can guess it
    attempts: int = 0
    message: bytes | None = None
    message_id: str = ""
    person: str = ""

    @property
    def whose(self) -> str:
        """For people and for the program's own log, where no address may stand."""
        return "a person, of their account" if self.person else f"the {self.role} of {self.school}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A letter of ours that a mail server took, and sent back for good. `status` is the number
    that it gave for the reason, as "5.1.1" (RFC 3463)."""

    message_id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """An urgent alert that left, and nobody did anything to its incident since.

    `alert` is its key; `told`: all roles that were told of the incident; `undelivered`: nobody
    can answer, for the letter was refused or came back.
    """

    alert: str
    incident: Incident
    role: Role
    sent_at: datetime
    deputy: bool = False
    called_in: bool = False
    undelivered: bool = False
    told: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a post said when it was found changed: kept beside what it said before.

    `seen_at` is ours; what the site claims is in the mention.
    """

    mention: Mention
    assessment: Assessment
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A mention as it stands in the log: as first seen, and each time it was found changed.

    Posts of one `story` have nearly the same words; it is empty where they are too few.
    """

    mention: Mention
    assessment: Assessment
    first_seen_at: datetime
    revisions: tuple[Revision, ...] = ()
    story: str = ""

    @property
    def editions(self) -> tuple[Sighting, ...]:
        """The post as it stood each time."""
        changed = (
            Sighting(mention=r.mention, assessment=r.assessment, first_seen_at=r.seen_at)
            for r in self.revisions
        )
        return (self, *changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that is known of one incident.

    `near_copies`: how many more posts, in the log or not, say nearly the same words.
    `history`: what people did, oldest first.
    """

    incident: Incident
    sightings: tuple[Sighting, ...]
    history: tuple[Event, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    told: tuple[Told, ...] = ()
    near_copies: int = 0

    @property
    def concerns_head(self) -> bool:
        """The incident, or anything written in it, concerns the conduct of the head."""
        return self.incident.about_head or any(s.assessment.about_head for s in self.editions)

    @property
    def concerns_child(self) -> bool:
        """The incident, or anything written in it, says that a child may be at risk."""
        return self.incident.child_safety or any(s.assessment.child_safety for s in self.editions)

    @property
    def editions(self) -> tuple[Sighting, ...]:
        """All that was ever written in it: each post as it stood each time."""
        return tuple(edition for sighting in self.sightings for edition in sighting.editions)
