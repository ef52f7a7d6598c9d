"""What a decision of a person teaches. Pure.

One decision makes a lesson only of what is plainly somebody else ("Garden Centre" after the
school's name); anything broader needs two decisions, of different posts and not in one go. Where
something narrow explains a post, nothing broad is made of it: two posts about the garden centre
say nothing of the forum on which both stand. And whatever a decision contradicts is not learnt,
or is overturned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property

from monitor.domain import School
from monitor.lessons import Clue, ClueKind, Decided, Learnt, Lesson, LessonAct, Sense
from nlp.clues import Found, Seen, clues_in, holds
from nlp.pages import is_community
from nlp.profile import profile_of
from nlp.relevance import link

MOST_NEW = 3  # of one decision
MOST = 200  # in force at one school: more than that nobody looks through
_NARROW = (ClueKind.AFTER, ClueKind.BEFORE)
_ONE_GO = timedelta(minutes=1)  # several that were ticked together are one decision


def taught_by(
    decided: Decided, school: School, earlier: Iterable[Decided], known: Sequence[Lesson]
) -> Learnt:
    """What follows from *decided*. *earlier*: what was decided of the school's other posts, as
    far as it is remembered; *known*: all of its lessons, those that were taken back, too."""
    this, sense = _Posts(school, decided), decided.sense
    others = [_Posts(school, one) for one in earlier if one.number != decided.number]
    mine = {one.clue.key: one for one in known if one.sense is sense}
    new, first, almost = _clues(this, others, mine)
    room = max(0, MOST - sum(lesson.in_force for lesson in known))
    there = [mine[found.clue.key] for found in this.teachable() if found.clue.key in mine]
    return Learnt(
        sense=sense,
        new=tuple(new[: min(MOST_NEW, room)]),
        first=first,
        agreed=tuple(one for one in there if one.in_force and decided.number not in one.incidents),
        overturned=tuple(
            one for one in known if one.in_force and one.sense is not sense and this.show(one.clue)
        ),
        almost=tuple(almost),
        refused=tuple(one for one in there if one.stands is LessonAct.TAKEN_BACK),
        sure=this.sure,
    )


def _clues(
    this: _Posts, others: Sequence[_Posts], mine: Mapping[tuple[ClueKind, str], Lesson]
) -> tuple[list[Clue], dict[Clue, Decided], list[Clue]]:
    """What is learnt now, with which earlier decisions, and what would be by a second one; the
    narrowest first."""
    narrow = [one.clue for one in mine.values() if one.in_force and one.clue.kind in _NARROW]
    new: list[Clue] = []
    first: dict[Clue, Decided] = {}
    almost: list[Clue] = []
    for found in this.teachable():
        clue = found.clue
        if clue.kind not in _NARROW and this.explained_by([*narrow, *new]):
            break
        if _is_open(mine.get(clue.key)) and not _contradicted(clue, this, others):
            agreeing = None if found.distinctive else _agreeing(clue, this, others, narrow)
            if agreeing is not None:
                first[clue] = agreeing.decided
            (new if found.distinctive or agreeing else almost).append(clue)
    return new, first, almost


class _Posts:
    """The posts of one decided incident, looked into only where they have to be."""

    def __init__(self, school: School, decided: Decided) -> None:
        self.decided = decided
        self._profile = profile_of(school)

    @cached_property
    def _seen(self) -> list[tuple[Seen, tuple[Found, ...]]]:
        seen = [Seen.of(self._profile, mention) for mention in self.decided.mentions]
        return [(each, clues_in(each)) for each in seen]

    @cached_property
    def sure(self) -> bool:
        """Whether any of them names the school beyond doubt."""
        return any(
            link(
                self._profile, seen.text, names=seen.names, author=mention.author, url=mention.url
            ).sure
            for (seen, _), mention in zip(self._seen, self.decided.mentions, strict=True)
        )

    def teachable(self) -> list[Found]:
        """Each clue once, the plainest first."""
        if self.sure:
            return []
        every = [found for _, clues in self._seen for found in clues]
        fit = (found for found in every if _fits(found.clue, self.decided.sense))
        if self.decided.sense is Sense.OURS:  # what is plainly somebody else is not plainly us
            fit = (Found(found.clue, found.span) for found in fit)
        once = {found.clue.key: found for found in fit}
        return sorted(once.values(), key=lambda found: list(ClueKind).index(found.clue.kind))

    def explained_by(self, narrow: Iterable[Clue]) -> bool:
        """Whether something narrower than a place or a page says already what they are about."""
        plain = any(found.distinctive for found in self.teachable())
        return plain or any(clue.kind in _NARROW and self.show(clue) for clue in narrow)

    def show(self, clue: Clue) -> bool:
        """Whether it is so of any of them."""
        return self._may_show(clue) and any(holds(clue, *each) for each in self._seen)

    def _may_show(self, clue: Clue) -> bool:
        """Cheaply: looking into a long post takes milliseconds, and there may be hundreds."""
        first = clue.words.casefold().partition("/" if clue.kind is ClueKind.PAGE else " ")[0]
        return any(
            first in (m.url if clue.kind is ClueKind.PAGE else m.text).casefold()
            for m in self.decided.mentions
        )


def _fits(clue: Clue, sense: Sense) -> bool:
    """That a whole site is about us would make us look closer at what may be one person's page;
    and a name of ours says that it is us already."""
    if sense is Sense.NOT_US:
        return True
    community = clue.kind is ClueKind.PAGE and is_community(clue.words)
    return community or clue.kind in (ClueKind.AFTER, ClueKind.PLACE)


def _is_open(lesson: Lesson | None) -> bool:
    """What a person took back by hand, only a person puts back."""
    return lesson is None or lesson.stands is LessonAct.OVERTURNED


def _contradicted(clue: Clue, this: _Posts, others: Iterable[_Posts]) -> bool:
    return any(
        other.show(clue) for other in others if other.decided.sense is not this.decided.sense
    )


def _agreeing(
    clue: Clue, this: _Posts, others: Iterable[_Posts], narrow: Sequence[Clue]
) -> _Posts | None:
    """An earlier decision that says the same."""
    for other in others:
        if (
            other.decided.sense is this.decided.sense
            and _independent(this.decided, other.decided)
            and other.show(clue)
            and (clue.kind in _NARROW or not other.explained_by(narrow))
        ):
            return other
    return None


def _independent(one: Decided, other: Decided) -> bool:
    """Of another story, and not ticked in one go with it."""
    in_one_go = one.by == other.by and abs(one.at - other.at) < _ONE_GO
    return not in_one_go and not set(_stories(one)) & set(_stories(other))


def _stories(decided: Decided) -> Iterator[str]:
    for sighting in decided.sightings:
        yield sighting.story or sighting.mention.text
