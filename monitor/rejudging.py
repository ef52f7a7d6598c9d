"""What other rules, weights, lessons or another profile would change: the posts of the last days
are judged again, and what would come out differently is told. Nothing is written, and nobody is
told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.domain import Assessment, Mention, School, Severity, Sighting
from monitor.lessons import id_in
from monitor.wire import moment
from monitor.words import many

Assess = Callable[[Mention, School], Assessment]


class Turn(StrEnum):
    """How a post would be seen differently, the gravest first."""

    ALERT = "would alert somebody, and did not"
    NO_ALERT = "would no longer alert anybody"
    OURS = "would be about the school, and was not"
    NOT_OURS = "would no longer be about the school"
    UNREAD = "could no longer be judged; a person would read it"
    READ = "could now be judged"
    FLAGGED = "would be flagged, and was not"
    UNFLAGGED = "would no longer be flagged"
    OTHERWISE = "would be flagged for something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One post that would be judged differently. `number`: of its incident, or empty."""

    school: str
    sighting: Sighting
    after: Assessment
    turn: Turn
    number: str = ""

    @property
    def taught(self) -> bool:
        """Whether a lesson of the school has a part in it, or had."""
        reasons = (*self.before.because, *self.after.because)
        return any(id_in(reason.rule) is not None for reason in reasons)

    @property
    def before(self) -> Assessment:
        return self.sighting.assessment


@dataclass(slots=True, kw_only=True)
class Rejudged:
    """`unkept`: posts whose words may not be kept; they cannot be judged again."""

    posts: int = 0
    unkept: int = 0
    models: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)

    @property
    def turns(self) -> Counter[Turn]:
        return Counter(change.turn for change in self.changes)

    def gravest(self) -> list[Change]:
        order = list(Turn)
        return sorted(self.changes, key=lambda change: order.index(change.turn))


def rejudge(school: School, judged: Iterable[tuple[Sighting, str]], assess: Assess) -> Rejudged:
    """*judged*: the posts with the numbers of their incidents, as `Store.judged` gives them."""
    done = Rejudged()
    for sighting, number in judged:
        done.posts += 1
        if not _has_its_words(sighting):
            done.unkept += 1
            continue
        after = assess(sighting.mention, school)
        done.models.add(after.model)
        turn = turn_of(sighting.assessment, after)
        if turn is not None:
            done.changes.append(
                Change(school=school.id, sighting=sighting, after=after, turn=turn, number=number)
            )
    return done


def _has_its_words(sighting: Sighting) -> bool:
    """Where words may not be kept, their reasons were not kept either (domain.as_kept)."""
    judged = sighting.assessment
    return not judged.about_school or bool(judged.because) or judged.not_assessed is not None


def turn_of(before: Assessment, after: Assessment) -> Turn | None:
    """The gravest difference that somebody would notice; None if nobody would."""
    return next(_turns(before, after), None)


def _turns(before: Assessment, after: Assessment) -> Iterator[Turn]:
    for differs, now, no_longer in (
        (_alerts, Turn.ALERT, Turn.NO_ALERT),
        (_ours, Turn.OURS, Turn.NOT_OURS),
        (_unread, Turn.UNREAD, Turn.READ),
        (_flagged, Turn.FLAGGED, Turn.UNFLAGGED),
    ):
        if differs(before) is not differs(after):
            yield now if differs(after) else no_longer
    if before.categories != after.categories:
        yield Turn.OTHERWISE


def _alerts(judged: Assessment) -> bool:
    return judged.severity.rank >= Severity.HIGH.rank


def _ours(judged: Assessment) -> bool:
    return judged.about_school


def _unread(judged: Assessment) -> bool:
    return judged.about_school and judged.not_assessed is not None


def _flagged(judged: Assessment) -> bool:
    return bool(judged.categories)


def in_words(done: Rejudged, days: int, shown: int) -> Iterator[str]:
    """For a person at a terminal; never a word of a post. At most *shown* posts are named."""
    yield f"{many(done.posts, 'post')} of the last {days} days judged again, by {_models(done)}."
    if done.unkept:
        yield f"{done.unkept} of them could not be: their words may not be kept."
    if not done.changes:
        yield "Nothing would come out differently."
        return
    for turn in Turn:
        if number := done.turns[turn]:
            yield f"{number:>6}  {turn.value}"
    if taught := sum(change.taught for change in done.changes):
        yield f"{taught:>6}  of these by what your decisions have taught (see the page School)"
    yield "The gravest:" if len(done.changes) > shown else "These:"
    for change in done.gravest()[:shown]:
        yield _in_words(change)
    yield "Nothing was written and nobody was told. What is in the log stays as it is."


def _models(done: Rejudged) -> str:
    return ", ".join(sorted(done.models)) or "nothing"


def _in_words(change: Change) -> str:
    day = change.sighting.first_seen_at.strftime("%d %b %Y").lstrip("0")
    incident = f", incident {change.number}" if change.number else ""
    where = f"{change.sighting.mention.source}, {day}, {change.school}{incident}"
    taught = ", by a lesson of yours" if change.taught else ""
    return f"  {where}: {_said(change.before)} → {_said(change.after)}{taught}"


def _said(judged: Assessment) -> str:
    if not judged.about_school:
        return "not about the school"
    if judged.not_assessed is not None:
        return "for a person to read"
    kinds = ", ".join(sorted(c.value.replace("_", "-") for c in judged.categories))
    return f"{kinds}, {judged.severity.value}" if kinds else f"no flag, {judged.severity.value}"


def to_json(done: Rejudged, days: int, since: datetime) -> dict[str, object]:
    """Addresses, but never a word of a post."""
    return {
        "days": days,
        "since": moment(since),
        "posts": done.posts,
        "unkept": done.unkept,
        "models": sorted(done.models),
        "taught": sum(change.taught for change in done.changes),
        "turns": {turn.name.lower(): done.turns[turn] for turn in Turn},
        "changes": [_change_to_json(change) for change in done.gravest()],
    }


def _change_to_json(change: Change) -> dict[str, object]:
    mention = change.sighting.mention
    return {
        "turn": change.turn.name.lower(),
        "school": change.school,
        "incident": change.number or None,
        "source": mention.source,
        "id": mention.external_id,
        "url": mention.url,
        "first_seen_at": moment(change.sighting.first_seen_at),
        "taught": change.taught,
        "before": _judged_to_json(change.before),
        "after": _judged_to_json(change.after),
    }


def _judged_to_json(judged: Assessment) -> dict[str, object]:
    return {
        "about_school": judged.about_school,
        "categories": sorted(category.value for category in judged.categories),
        "severity": judged.severity.value,
        "not_assessed": judged.not_assessed,
        "model": judged.model,
    }


def together(parts: Sequence[Rejudged]) -> Rejudged:
    """Of several schools."""
    return Rejudged(
        posts=sum(part.posts for part in parts),
        unkept=sum(part.unkept for part in parts),
        models={model for part in parts for model in part.models},
        changes=[change for part in parts for change in part.changes],
    )
