"""Reading a place that shows the newest first, page by page, without losing the middle.

If the pages were handed over as they come, a visit cut short after the first would leave a
gap that the next visit cannot see. So one search is read back to where the last complete
visit began, and only then handed over, oldest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from monitor.domain import Mention
from sources.contract import Page
from sources.errors import Emptied, TooMuchNew
from sources.memory import Seen, digest, edition

PAGE = 10  # mentions between two moves of the cursor
SEVERAL = 3  # items; one or two can well have been taken down
_TOP = 100  # of the newest ids of each search: enough to meet one again after some are deleted


class Place(BaseModel):
    """What was handed over, and with which ids each search began when last read whole."""

    seen: tuple[str, ...] = ()
    tops: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    missed: list[str] = Field(default_factory=list, exclude=True)  # searches of this visit

    def keep_only(self, prefix: str, names: Iterable[str]) -> None:
        """Of the searches called *prefix* and something, forget all but those of *names*."""
        kept = {f"{prefix}{name}" for name in names}
        gone = [search for search in self.tops if search.startswith(prefix)]
        for search in frozenset(gone) - kept:
            del self.tops[search]

    def tell_what_was_missed(self) -> None:
        """Raises TooMuchNew. For the end of a visit: the other searches go first."""
        if self.missed:
            raise TooMuchNew(f"in {len(self.missed)} of its searches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One page as a site shows it, newest first. `ids` are those of all its items, also of
    the ones that are no mention; `onward` leads to older ones, None where there are none.
    `said`: for a site that does not tell of edits, a digest of the words of each mention."""

    ids: tuple[str, ...]
    mentions: tuple[Mention, ...]
    onward: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)

    def marks(self, mention: Mention) -> tuple[str, ...]:
        """By what it is known again, the edition last. By its id, too: a search may show a
        known post without saying that it was edited."""
        if said := self.said.get(mention.external_id):
            return (f"{mention.external_id}:{said}",)
        return (mention.external_id, edition(mention))


@dataclass(frozen=True, slots=True)
class _Item:
    mention: Mention
    marks: tuple[str, ...]

    def is_in(self, seen: Seen) -> bool:
        return self.marks[-1] in seen

    def remember(self, seen: Seen) -> None:
        for mark in self.marks:
            seen.add(mark)


Read = Callable[[str | None], Shown]


def newest_first(
    search: str, read: Read, place: Place, *, pages: int, whole: bool = False
) -> Iterator[Page]:
    """What is new in *search*, oldest first; *place* moves along. *read* is asked for the
    first page with None, then with what the one before called `onward`; *pages* at most.
    *whole*: nothing is searched for, all that there is is shown. Raises Emptied where that is
    nothing any more; a search may well come to find nothing."""
    known = frozenset(place.tops.get(search, ()))
    shown = _read_back(read, known, pages)
    if whole and len(known) >= SEVERAL and not shown[0].ids:
        raise Emptied
    if known and not _reached(shown[-1], known) and shown[-1].onward:
        place.missed.append(search)
    found, seen = _oldest_first(shown), Seen(place.seen)
    new = [item for item in found if not item.is_in(seen)]
    for item in found:
        if item.is_in(seen):
            item.remember(seen)  # what is still shown must not be the first forgotten
    parts = [new[start : start + PAGE] for start in range(0, len(new), PAGE)] or [[]]
    for part in parts[:-1]:
        yield _hand_over(part, seen, place)
    if top := tuple(digest(id_) for page in shown for id_ in page.ids)[:_TOP]:
        place.tops[search] = top
    yield _hand_over(parts[-1], seen, place)


def _oldest_first(shown: list[Shown]) -> list[_Item]:
    found = {
        m.external_id: _Item(m, page.marks(m))
        for page in reversed(shown)
        for m in reversed(page.mentions)
    }
    return list(found.values())


def _hand_over(part: list[_Item], seen: Seen, place: Place) -> Page:
    for item in part:
        item.remember(seen)
    place.seen = seen.digests()
    mentions = tuple(item.mention for item in part)
    return Page(mentions=mentions, cursor=place.model_dump_json())


def _read_back(read: Read, known: frozenset[str], pages: int) -> list[Shown]:
    shown: list[Shown] = []
    onward: str | None = None
    for _ in range(pages):
        page = read(onward)
        shown.append(page)
        onward = page.onward
        if onward is None or _reached(page, known):
            break
    return shown


def _reached(page: Shown, known: frozenset[str]) -> bool:
    return any(digest(id_) in known for id_ in page.ids)
