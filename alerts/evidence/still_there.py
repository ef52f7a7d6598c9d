"""Is a captured post still there? What a later look at its address means. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from alerts.evidence.shows import SENTENCES, Words, words_found
from monitor.domain import Shows, StillThere

MAX_DIFFERENCE = 4_000  # characters
NOT_ON_IT = "The page is there, but the words of the post no longer stand on it."
NOTHING_TO_COMPARE = "There were no words to compare with."
_FOLLOWED, _VANISHED = 0.5, 0.2  # of a post's words in a row
_MAX_LINES = 3_000
# What counts by itself on every page: "3 hours ago", "12 likes". Telephone numbers stay.
_COUNTERS = re.compile(
    r"\b\d{1,3}(?:[.,]\d+)?[km]?\s*(?:(?:s|m|h|d|w|y|secs?|mins?|hrs?|seconds?|minutes?|hours?|days?"
    r"|weeks?|months?|years?)(?: ago)?|likes?|replies|reply|comments?|views?|shares?|votes?"
    r"|points?|retweets?|upvotes?|reactions?)\b|\bjust now\b|\byesterday\b",
    re.IGNORECASE,
)
_GONE = frozenset({Shows.GONE, Shows.SOFT_404})
_WALLED = frozenset({Shows.LOGIN_WALL, Shows.CONSENT_WALL, Shows.BOT_WALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a later look means, without the time at which it was. `difference` is for people,
    and in bounds; `added`: all the lines that were not there before, whatever their length."""

    found: StillThere
    note: str = ""
    difference: str = ""
    added: tuple[str, ...] = ()


def compare(post: str, before: str, now: str, shows: Shows, status: int | None = None) -> Compared:
    """*post*: its own words; *before* and *now*: those of the whole page, *now* with *shows*."""
    if shows in _GONE:
        return Compared(found=StillThere.GONE, note=SENTENCES[shows].format(status=status))
    if shows in _WALLED:
        return Compared(found=StillThere.WALLED, note=SENTENCES[shows])
    if shows is not Shows.POST:
        sentence = SENTENCES.get(shows, NOTHING_TO_COMPARE)
        return Compared(found=StillThere.UNKNOWN, note=sentence.format(status=status))
    then = words_found(post, before)
    if then is not None and then >= _FOLLOWED:
        return _the_post(post, before, now, then)
    return _the_page(before, now) if before.strip() else _the_first(post, now)


def _the_post(post: str, before: str, now: str, then: float) -> Compared:
    """A page changes all the time around a post; only the lines that hold its words count."""
    left = words_found(post, now) or 0.0
    if left < _VANISHED * then:
        added = _by_lines(_lines(before), _lines(now)).added  # it may say quite other words now
        return Compared(found=StillThere.GONE, note=NOT_ON_IT, added=added)
    return _by_lines(_lines_of(post, before), _lines_of(post, now))


def _the_page(before: str, now: str) -> Compared:
    """Where the post's own words could not be followed, the page as a whole is compared."""
    return _by_lines(_lines(before), _lines(now))


def _the_first(post: str, now: str) -> Compared:
    found = words_found(post, now)
    if found is not None and found >= _FOLLOWED:
        return Compared(found=StillThere.UNCHANGED)
    return Compared(found=StillThere.UNKNOWN, note=NOTHING_TO_COMPARE)


def _by_lines(before: list[str], now: list[str]) -> Compared:
    if [_settled(line) for line in before] == [_settled(line) for line in now]:
        return Compared(found=StillThere.UNCHANGED)
    changed = [*_changed(before, now)]
    difference = "\n".join(changed)
    if len(difference) > MAX_DIFFERENCE:
        difference = difference[:MAX_DIFFERENCE] + "\n(there is more)"
    added = tuple(line[2:] for line in changed if line.startswith("+ "))
    return Compared(found=StillThere.EDITED, difference=difference, added=added)


def _changed(before: list[str], now: list[str]) -> Iterator[str]:
    """What stands on a page again and again ("Reply") is no place to begin from (difflib calls it
    junk): a page made of two lines in turns would else cost the square of its length."""
    matcher = difflib.SequenceMatcher(None, [*map(_settled, before)], [*map(_settled, now)])
    for tag, first, end, start, stop in matcher.get_opcodes():
        if tag != "equal":
            yield from (f"- {line}" for line in before[first:end])
            yield from (f"+ {line}" for line in now[start:stop])


def _lines(page: str) -> list[str]:
    return [line for line in map(str.strip, page.splitlines()) if line][:_MAX_LINES]


def _lines_of(post: str, page: str) -> list[str]:
    """The lines of *page* that hold four words of *post* in a row, or all the words they have."""
    sought = Words(post)
    return [line for line in _lines(page) if _is_of(sought, Words(line))]


def _is_of(post: Words, line: Words) -> bool:
    return bool(line.found_on(post)) or bool(post.found_on(line))


def _settled(line: str) -> str:
    return " ".join(_COUNTERS.sub("", line).casefold().split())
