"""What a school's decisions have taught: one lesson each, in words that a person can check. Pure;
standard library only.

A lesson is about words, places and pages, and never about a person: nothing here can hold who
wrote a post, and what teaches it (nlp/clues.py) takes up no name of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from monitor.domain import Decision, Mention, Sighting


class Sense(StrEnum):
    """What a decision says of a post, and a lesson of those like it."""

    NOT_US = "not_us"
    OURS = "ours"


def sense_of(decision: Decision) -> Sense:
    """Whatever else it is, what is decided to be no concern or fair criticism is about us."""
    return Sense.NOT_US if decision is Decision.NOT_US else Sense.OURS


class ClueKind(StrEnum):
    """What in a post gives it away. page: a site, a community or a group, never a person's
    page. name: nothing else speaks for us than a short name that means other things, too."""

    AFTER = "after"  # words directly after the school's name
    BEFORE = "before"
    PLACE = "place"
    PAGE = "page"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """`words` as they were typed; `name`: how the school was called beside them."""

    kind: ClueKind
    words: str
    name: str = ""

    @property
    def key(self) -> tuple[ClueKind, str]:
        """Equal for what is the same clue, whatever its case."""
        return self.kind, self.words.casefold()


class LessonAct(StrEnum):
    """What may happen to a lesson. noted: the first of two decisions that taught it. overturned:
    somebody decided otherwise of a post that it spoke of. taken_back: by hand; from then on no
    decision brings it back, only a person does."""

    NOTED = "noted"
    LEARNT = "learnt"
    AGREED = "agreed"
    OVERTURNED = "overturned"
    TAKEN_BACK = "taken_back"
    PUT_BACK = "put_back"


TAUGHT = (LessonAct.NOTED, LessonAct.LEARNT, LessonAct.AGREED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonDeed:
    """One line of a lesson's history, never changed. `by` is an account's e-mail address;
    `incident` the number of the one by whose decision it came, or nothing."""

    act: LessonAct
    at: datetime
    by: str
    role: str
    incident: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """`deeds`, oldest first, say how it stands. `used`: how many posts it helped to judge."""

    school: str
    sense: Sense
    clue: Clue
    id: int = 0  # given by the store
    deeds: tuple[LessonDeed, ...] = ()
    used: int = 0
    used_at: datetime | None = None

    @property
    def stands(self) -> LessonAct:
        return self.deeds[-1].act if self.deeds else LessonAct.LEARNT

    @property
    def in_force(self) -> bool:
        return self.stands not in (LessonAct.OVERTURNED, LessonAct.TAKEN_BACK)

    @property
    def incidents(self) -> tuple[str, ...]:
        """Those whose decisions it came from, the first one first."""
        return tuple(dict.fromkeys(d.incident for d in self.deeds if d.act in TAUGHT))

    @property
    def rule(self) -> str:
        """By which name it stands among the reasons of a judgement."""
        return f"{_RULE}{self.id}"

    def __str__(self) -> str:
        return in_words(self.clue, self.sense)


_RULE = "lesson."


def id_in(rule: str) -> int | None:
    """Of the lesson that a reason names; None if it names another rule."""
    number = rule.removeprefix(_RULE)
    return int(number) if rule.startswith(_RULE) and number.isdecimal() else None


_SENTENCES: Mapping[ClueKind, Mapping[Sense, str]] = MappingProxyType(
    {
        ClueKind.AFTER: {
            Sense.NOT_US: "“{name}” with “{words}” after it is not us",
            Sense.OURS: "“{name}” with “{words}” after it is us",
        },
        ClueKind.BEFORE: {
            Sense.NOT_US: "“{name}” with “{words}” before it is not us",
            Sense.OURS: "“{name}” with “{words}” before it is us",
        },
        ClueKind.PLACE: {
            Sense.NOT_US: "“{words}” in a post says that it is not about us",
            Sense.OURS: "“{words}” in a post says that it is about us",
        },
        ClueKind.PAGE: {
            Sense.NOT_US: "What stands on {words} is not about us",
            Sense.OURS: "What stands on {words} is about us",
        },
        ClueKind.NAME: {
            Sense.NOT_US: "“{words}” alone often means something else",
            Sense.OURS: "“{words}” alone means us",
        },
    }
)


def in_words(clue: Clue, sense: Sense) -> str:
    return _SENTENCES[clue.kind][sense].format(name=clue.name, words=clue.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What somebody decided of the posts of one incident, the last time."""

    number: str
    sense: Sense
    at: datetime
    by: str
    role: str
    sightings: tuple[Sighting, ...]

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Each post as it stood each time."""
        return tuple(edition.mention for s in self.sightings for edition in s.editions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What follows from a decision. `first`: for what is new by a second decision, the first;
    `almost`: what a second decision like it would teach;
    `refused`: what it would teach, had nobody taken it back; `sure`: the post names the school
    beyond doubt, so there is nothing to be learnt from it."""

    sense: Sense = Sense.NOT_US
    new: tuple[Clue, ...] = ()
    first: Mapping[Clue, Decided] = field(default_factory=dict)
    agreed: tuple[Lesson, ...] = ()
    overturned: tuple[Lesson, ...] = ()
    almost: tuple[Clue, ...] = ()
    refused: tuple[Lesson, ...] = ()
    sure: bool = False


NOTHING = Learnt()
