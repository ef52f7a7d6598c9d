"""Any web page: what it says that it did not say before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import soupsieve
from pydantic import AfterValidator, BaseModel, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Page, Source, WebAddress
from sources.errors import Unreachable
from sources.http import Answer, PoliteClient, Validators
from sources.memory import Seen, resume
from sources.page_blocks import Block, Reading, mention_text, read_page

PAGE = 10  # mentions between two moves of the cursor
REMEMBERED = 15_000  # blocks; more than five of the longest pages show


def _selector(text: str) -> str:
    try:
        soupsieve.compile(text)
    except soupsieve.SelectorSyntaxError:
        raise ValueError("is not a CSS selector; leave it empty to read the whole page") from None
    return text


class WebPage(Source):
    """Each piece of text that is new since the last visit is one mention; a thread of a forum
    is read post by post, and on to its next pages."""

    kind: ClassVar[str] = "page"
    group: ClassVar[SourceGroup] = SourceGroup.FORUMS
    about: ClassVar[About] = About(
        finds="what is new on a page you name: a thread, a page of reviews or comments, a "
        "noticeboard; posts of phpBB, Discourse, vBulletin, XenForo and NodeBB one by one",
        cost="free, no key",
        limits="only what the page says without scripts and without logging in; on the first "
        "visit all of it is new; a forum with a theme of its own is read by its paragraphs; an "
        "edited post is a new one beside the old one",
        terms="read only where the site's robots.txt allows; keep to its terms of use",
    )
    url: WebAddress = Field(description="the address of the page, as you open it to read it")
    selector: Annotated[str, AfterValidator(_selector)] = Field(
        "", description='CSS selector of the pieces to read, for example "div.review"; empty: all'
    )
    pages: int = Field(
        5, ge=1, le=50, description="pages to read in one visit, where it has a link to the next"
    )

    def fetch(
        self,
        school: School,  # noqa: ARG002 # a page is not asked questions; all of it is read
        cursor: str | None,
        client: PoliteClient,
    ) -> Iterator[Page]:
        state, answer = self._begin(resume(_State, cursor), client)
        for number in range(1, self.pages + 1):
            if answer.not_modified:
                return
            reading = read_page(answer, self.selector)
            after = state.after(answer, reading, first=number == 1)
            yield from self._new(reading, state, after)
            state = after
            if reading.onward is None or number == self.pages:
                return
            answer = _ask(reading.onward, client)

    def _begin(self, state: _State, client: PoliteClient) -> tuple[_State, Answer]:
        """Where the last visit left off; from the front if that page is gone."""
        try:
            return state, _ask(state.at or str(self.url), client, state.validators())
        except Unreachable as error:
            if not state.at or error.status not in (404, 410):
                raise
        return _State(seen=state.seen), _ask(str(self.url), client)

    def _new(self, reading: Reading, state: _State, after: _State) -> Iterator[Page]:
        """The last cursor only says that all of this page was read."""
        seen = Seen(state.seen, limit=REMEMBERED)
        new = [block for block in reading.blocks if block.id not in seen]
        for start in range(0, len(new), PAGE):
            piece = new[start : start + PAGE]
            for block in piece:
                seen.add(block.id)
            mentions = tuple(self._mention(reading, block) for block in piece)
            cursor = _State(at=state.at, seen=seen.digests())
            last = start + PAGE >= len(new)
            yield Page(mentions=mentions, cursor=(after if last else cursor).model_dump_json())
        if not new:
            yield Page(mentions=(), cursor=after.model_dump_json())

    def _mention(self, reading: Reading, block: Block) -> Mention:
        return Mention(
            source=self.name,
            external_id=block.id,
            url=block.url,
            text=mention_text(reading, block),
            author=block.author,
            **block.date,
        )


def _ask(url: str, client: PoliteClient, validators: Validators | None = None) -> Answer:
    return client.get(url, accept="text/html, */*;q=0.1", validators=validators, page=True)


class _State(BaseModel):
    """`at`: the page of a thread from which to go on. The validators are those of the page
    with which the next visit begins, kept only if nothing follows it."""

    at: str = ""
    etag: str = ""
    modified: str = ""
    seen: tuple[str, ...] = ()

    def validators(self) -> Validators | None:
        found = Validators(etag=self.etag, last_modified=self.modified)
        return found if found.as_headers() else None

    def after(self, answer: Answer, reading: Reading, *, first: bool) -> _State:
        """Once all of *reading* is stored. *first*: the visit began with it."""
        seen = Seen(self.seen, limit=REMEMBERED)
        for block in reading.blocks:
            seen.add(block.id)
        thread = reading.oldest_first
        last = reading.onward is None and (thread or first)
        return _State(
            at=(reading.onward or answer.url) if thread else self.at,
            etag=answer.validators.etag if last else "",
            modified=answer.validators.last_modified if last else "",
            seen=seen.digests(),
        )
