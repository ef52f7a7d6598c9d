"""What the governors' report cannot know, how its numbers are come by, and what its words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from monitor.counts import Judge, Scores, SourceGroup
from monitor.coverage import Coverage, days_by_group
from monitor.words import GROUPS, day, many

_LOOKED_FOR = (SourceGroup.NEWS, SourceGroup.SOCIAL, SourceGroup.REVIEWS, SourceGroup.FORUMS,
               SourceGroup.SEARCH)  # fmt: skip


_MOST_CHANGES = 6  # days named in a sentence
_MOST_JUDGES = 3  # named in a sentence, after the first


def unseen(coverage: Coverage, groups: Mapping[str, SourceGroup]) -> list[str]:
    """What could not be seen, and when."""
    return [
        "Closed and private groups, messages (WhatsApp, Snapchat), and what is shown or spoken in "
        "pictures and videos are never seen. Facebook, Instagram, TikTok and most review sites "
        "show little to anybody who is not signed in.",
        *_never_looked(coverage, groups),
        *_outages(coverage, groups),
    ]


def _never_looked(coverage: Coverage, groups: Mapping[str, SourceGroup]) -> list[str]:
    read = days_by_group(coverage, groups)
    without = [GROUPS[group].lower() for group in _LOOKED_FOR if not read.get(group)]
    if not without:
        return []
    return [f"Not read at all in this period: {', '.join(without)}."]


def _outages(coverage: Coverage, groups: Mapping[str, SourceGroup]) -> list[str]:
    """Days on which a place was visited and never let us read, be it broken or out of quota."""
    failed = {
        group: sum(
            any(groups.get(name, SourceGroup.OTHER) is group for name in day.failed)
            for day in coverage.days
        )
        for group in SourceGroup
    }
    said = [f"{GROUPS[g].lower()} on {many(n, 'day')}" for g, n in failed.items() if n]
    if not said:
        return []
    return [f"What was visited and could not be read (out of order, or its quota used up): "
            f"{'; '.join(said)}."]  # fmt: skip


def judged(judges: Sequence[Judge], scores: Scores | None) -> list[str]:
    """By which versions posts were judged, and how well the one that is in use judges."""
    return [*_by_whom(judges), *(_how_well(scores) if scores else ())]


def _by_whom(judges: Sequence[Judge]) -> list[str]:
    if not judges:
        return []
    first, *later = judges
    if len(later) > _MOST_JUDGES:
        by = f"in {len(judges)} versions, first {first.version} and last {later[-1].version}"
    else:
        then = (f"from {day(one.since)} version {one.version}" for one in later)
        by = ", ".join((f"version {first.version}", *then))
    return [f"Posts were judged by a program: {by}."]


def _how_well(scores: Scores) -> list[str]:
    return [
        f"How well it judges was measured on {scores.posts:,} invented posts from which it had "
        f"not learnt (version {scores.version}). Of a hundred that should raise an alert it "
        f"found {scores.alerts_found}; of a hundred alerts, {scores.alerts_right} were right. "
        f"Of a hundred posts about the school it found {scores.about_found}; of a hundred that "
        f"it counted as such, {scores.about_right} were. It told exactly how serious a post is "
        f"in {scores.severity} of a hundred, and its tone in {scores.sentiment}. So it misses "
        "things, and it raises false alarms.",
    ]


def changed(days: Sequence[date], otherwise: Sequence[str]) -> list[str]:
    """*days* on which the rules of judging changed; the terms compared with that were judged
    *otherwise*, as "last term". Numbers may differ for that reason alone."""
    return [*_within(days), *_compared(otherwise)]


def _within(days: Sequence[date]) -> list[str]:
    if not days:
        return []
    when = "; ".join(map(day, days[:_MOST_CHANGES]))
    more = f", and {len(days) - _MOST_CHANGES} more" if len(days) > _MOST_CHANGES else ""
    return [
        f"The rules by which posts are judged changed on {when}{more} (dashed lines in the "
        "picture of the weeks). Numbers before and after may differ for that reason alone."
    ]


def _compared(otherwise: Sequence[str]) -> list[str]:
    if not otherwise:
        return []
    return [
        f"Posts found {' and '.join(otherwise)} were judged by another version. What is more or "
        "fewer than then may be so for that reason alone."
    ]


def definitions(round_to: int) -> list[str]:
    return [
        "A mention is one public post or page about the school, counted on the day on which it "
        "was first found. A concern is one that went into the incident log, unless a person found "
        "it to be none. One concern can be of several kinds, or of none. Lawful criticism is "
        "negative and breaks no rule.",
        "What is criticised is told by words (“parking”, “homework”): a mention can be of several "
        "themes, or of none that we know. That something is gone is known where its page could be "
        "looked at again.",
        "Each term, with the holidays after it, is counted once. A later report on the same days "
        "has the same numbers.",
        *_rounding(round_to),
    ]


def _rounding(round_to: int) -> list[str]:
    if round_to == 1:
        return []
    return [f"Every number is rounded to the nearest {round_to}, so sums may not add up."]
