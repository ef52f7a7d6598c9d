"""What was added to a watched article since it was last read."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from monitor.domain import Mention
from sources.errors import LayoutChanged
from sources.mediawiki_api import Compared, Hidden, Revision, Revisions, Wiki
from sources.mediawiki_diff import added_words
from sources.text import dated, joined

FIRST = 10  # revisions of an article to read when it is new to us
BATCH = 50


class NoSuchArticle(LayoutChanged):
    """A title is misspelt, or the article was deleted."""


class Mark(BaseModel):
    """How far an article was read: a second, and the revisions made in it.

    A time, because an id cannot be resumed from once that revision was deleted.
    """

    at: str
    ids: tuple[int, ...]

    def moved_to(self, revision: Revision) -> Mark:
        same = self.ids if self.at == revision.timestamp else ()
        return Mark(at=revision.timestamp, ids=(*same, revision.revid))


def revisions_after(
    wiki: Wiki, title: str, mark: Mark | None
) -> Iterator[tuple[Mark, Mention | None]]:
    """Each new revision, oldest first, and the mark after it; None where it says nothing."""
    fresh = mark is None
    mark = mark or Mark(at="", ids=())
    while True:
        answer = wiki.ask(_asked(title, mark), Revisions)
        page = answer.query.pages[0] if answer.query.pages else None
        if page is None or page.missing or page.invalid:
            raise NoSuchArticle(f"the wiki has no article called {title}")
        found = page.revisions[::-1] if fresh else page.revisions
        new = [revision for revision in found if revision.revid not in mark.ids]
        for revision in new:
            mark = mark.moved_to(revision)
            yield mark, _mention(wiki, page.title, revision)
        if fresh or not new or "rvcontinue" not in answer.more:
            return


def _asked(title: str, mark: Mark) -> dict[str, str]:
    asked = {
        "action": "query",
        "prop": "revisions",
        "titles": title,
        "redirects": "1",
        "rvprop": "ids|timestamp|user|comment|flags",
    }
    if not mark.at:
        return {**asked, "rvlimit": str(FIRST)}  # newest first
    return {**asked, "rvlimit": str(BATCH), "rvdir": "newer", "rvstart": mark.at}


def _mention(wiki: Wiki, title: str, revision: Revision) -> Mention | None:
    added = _added(wiki, revision)
    if not added and not revision.comment:
        return None
    here = {"oldid": str(revision.revid)}
    change = {"diff": str(revision.revid), "oldid": str(revision.parentid)}
    return Mention(
        source=wiki.source,
        external_id=f"revision:{revision.revid}",
        url=wiki.link(change if revision.parentid else here),
        text=joined(title, added, revision.comment),
        author=revision.user,
        **dated(revision.timestamp),
    )


def _added(wiki: Wiki, revision: Revision) -> str:
    """The sentences that this revision put in; empty where the wiki hides them."""
    if revision.texthidden or revision.suppressed:
        return ""
    if revision.parentid == 0:  # all of a new article was added
        return _whole(wiki, revision)
    asked = {
        "action": "compare",
        "fromrev": str(revision.parentid),
        "torev": str(revision.revid),
        "prop": "diff",
    }
    try:
        return added_words(wiki.ask(asked, Compared).compare.body)
    except Hidden:  # the one before it: what was added cannot be told apart, and is not lost
        return _whole(wiki, revision)


def _whole(wiki: Wiki, revision: Revision) -> str:
    return wiki.contents(revids=[revision.revid]).get(revision.revid, "")
