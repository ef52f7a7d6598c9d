"""Reading a place that shows one window of its items: what was not in it before is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from monitor.domain import Mention
from sources.contract import Page
from sources.memory import Seen

BATCH = 10  # mentions between two moves of the cursor


class Window(BaseModel):
    """A cursor that remembers which items were handed over, and nothing else."""

    seen: tuple[str, ...] = ()


def in_batches(mentions: Iterable[Mention], seen: Seen) -> Iterator[Page]:
    """Those of *mentions* that *seen* does not know yet, in their order; *seen* moves along.
    The last page may be empty: it renews the memory of what the window still shows."""
    new: list[Mention] = []
    for mention in mentions:
        if seen.add(mention.external_id):
            new.append(mention)
        if len(new) == BATCH:
            yield _page(new, seen)
            new = []
    yield _page(new, seen)


def _page(new: list[Mention], seen: Seen) -> Page:
    return Page(mentions=tuple(new), cursor=Window(seen=seen.digests()).model_dump_json())


def oldest_first(mentions: Iterable[Mention]) -> list[Mention]:
    """By their claimed times; those without one first, in the order in which they came."""
    found = list(mentions)
    return sorted(found, key=lambda m: m.published_at.timestamp() if m.published_at else 0.0)
