"""Mastodon and what speaks like it: posts under hashtags, and search with a token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, Field, RootModel

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import MissingSecret, Secret
from sources.contract import About, Canary, Page, Source, WebAddress
from sources.counted import Tally, counted
from sources.errors import AccessRefused, LayoutChanged, Unreachable
from sources.http import Answer, PoliteClient
from sources.memory import Seen, resume
from sources.text import dated, html_to_text, joined, read_date, stable_id, web_link

LIMIT = 40  # posts a page; the most a server gives
VISIT = 25  # pages of one hashtag in one visit; the rest waits for the next


class Mastodon(Source):
    """Walks each hashtag forward from where it was left, then searches if it may."""

    kind: ClassVar[str] = "mastodon"
    group: ClassVar[SourceGroup] = SourceGroup.SOCIAL
    about: ClassVar[About] = About(
        finds="public posts under the school's hashtags, as one server knows them; with a token "
        "also posts that name the school",
        cost="free; searching needs an account and its token",
        limits="a server knows only what its own people follow; search finds only authors who "
        "agreed to be found, and finding none does not mean that there are none; that a post "
        "was edited is noticed only when a search shows it again",
        terms="keep to the server's rules; public posts only, in small numbers",
    )
    url: WebAddress = Field(description="the server, for example https://mastodon.example")
    hashtags: tuple[str, ...] = Field(
        (), description="more hashtags to read, besides the school's own"
    )
    token: Secret | None = Field(
        None,
        description="an access token (Preferences, Development) with read:search, as env:NAME",
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place = resume(_State, cursor)
        unknown: list[Unreachable] = []
        tags = self._tags(school)
        for tag in tags:
            try:
                yield from self._timeline(tag, place, client)
            except Unreachable as error:
                if error.status != 404:  # some servers say so of a hashtag nobody ever used
                    raise
                unknown.append(error)
        if tags and len(unknown) == len(tags):
            raise unknown[0]
        if self.token is not None:
            yield from self._search(school, place, client)

    def _tags(self, school: School) -> tuple[str, ...]:
        """Without #, each once. The name written as one word is what people improvise."""
        given = (*school.hashtags, *self.hashtags, re.sub(r"\W", "", school.name))
        bare = (re.sub(r"\W", "", tag) for tag in given)
        return tuple({tag.casefold(): tag for tag in bare if tag})

    def _timeline(self, tag: str, place: _State, client: PoliteClient) -> Iterator[Page]:
        for _ in range(VISIT):
            after = place.tags.get(tag, "0")
            answer = self._ask(
                f"/api/v1/timelines/tag/{quote(tag)}",
                {"limit": str(LIMIT), "min_id": after},
                client,
            )
            found = answer.read(_Timeline).root
            newest = max((s.id for s in found), key=_age, default=after)
            reached = max(newest, _linked(answer) or newest, key=_age)
            if _age(reached) <= _age(after):
                return
            place.tags[tag] = reached
            yield self._page(sorted(found, key=lambda s: _age(s.id)), place)

    def _search(self, school: School, place: _State, client: PoliteClient) -> Iterator[Page]:
        for name in school.names:
            params = {"q": f'"{name}"', "type": "statuses", "limit": str(LIMIT)}
            found = self._ask("/api/v2/search", params, client).read(_Found).statuses
            yield self._page(sorted(found, key=lambda s: _age(s.id)), place)

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        """Which hashtag must have posts, the server itself says."""
        return (
            Canary(words=_TRENDING, must_find=True),
            Canary(words=nonsense.replace(" ", ""), must_find=False),
        )

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        """Where nothing is trending, or the server does not say so, nothing is proved."""
        tag = canary.words
        if tag == _TRENDING:
            trends = self._ask("/api/v1/trends/tags", {"limit": "1"}, client).read(_Trends).root
            if not trends:
                raise Unreachable("nothing is trending there")
            tag = trends[0].name
        try:
            answer = self._ask(f"/api/v1/timelines/tag/{quote(tag)}", {"limit": "1"}, client)
        except Unreachable as error:
            if error.status != 404:
                raise
            return False
        return bool(answer.read(_Timeline).root)

    def _ask(self, path: str, params: dict[str, str], client: PoliteClient) -> Answer:
        try:
            headers = {"Authorization": f"Bearer {self.token.reveal()}"} if self.token else {}
            return client.get(
                f"{str(self.url).rstrip('/')}{path}",
                params=params,
                headers=headers,
                accept="application/json",
            )
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        except (AccessRefused, LayoutChanged) as error:
            # 422 "requires an authenticated user"; Takahē says 400 to a token it does not know.
            if error.status in (400, 401, 422):
                raise AccessRefused(_MEMBERS_ONLY, status=error.status) from error
            raise

    def _page(self, found: list[_Status], place: _State) -> Page:
        seen = Seen(place.seen)
        public = (s for s in found if s.visibility in ("public", "unlisted"))
        new = tuple(self._mention(s) for s in public if seen.add(s.edition))
        place.seen = seen.digests()
        return Page(mentions=new, cursor=place.model_dump_json())

    def _mention(self, status: _Status) -> Mention:
        host = self.url.host or ""
        name = status.account.acct
        pictures = [m.description or "" for m in status.media]
        choices = [o.title for o in status.poll.options] if status.poll else []
        return Mention(
            source=self.name,
            external_id=stable_id(status.uri),
            url=web_link(str(self.url), status.url)
            or web_link(str(self.url), status.uri)
            or str(self.url),
            text=joined(status.spoiler, html_to_text(status.content), *choices, *pictures),
            author=f"@{name}" if "@" in name else f"@{name}@{host}",
            **dated(status.created_at),
            sensitive=status.sensitive,
            edited_at=read_date(status.edited_at),
            answers=self._answered(status),
            counts=counted(
                likes=status.likes,
                shares=status.shares,
                quotes=status.quotes,
                replies=status.replies,
            ),
        )

    def _answered(self, status: _Status) -> str:
        """The server tells a number of its own, under which it shows that post."""
        if not re.fullmatch(r"\w{1,40}", status.answers):
            return ""
        return f"{str(self.url).rstrip('/')}/api/v1/statuses/{status.answers}"


_TRENDING = "what is trending there"
_MEMBERS_ONLY = "this server shows posts only to its members: please give a token that it knows"


def _age(id_: str) -> tuple[int, str]:
    """Ids are numbers written as text, or, on Pleroma, words of one length."""
    digits = id_.lstrip("0")
    return len(digits), digits


def _linked(answer: Answer) -> str | None:
    """The id from which the next page forward begins. Only the number is taken from the
    header, never the address: that is for us to know. A page whose posts were all filtered
    out by the server still has it."""
    for link in answer.headers.get("link", "").split(","):
        if 'rel="prev"' in link and (found := re.search(r"[?&]min_id=(\w{1,40})", link)):
            return found[1]
    return None


class _State(BaseModel):
    tags: dict[str, str] = {}
    seen: tuple[str, ...] = ()


Said = Annotated[str, BeforeValidator(lambda value: value or "")]  # null where there is none


class _Account(BaseModel):
    acct: str


class _Media(BaseModel):
    description: str | None = None


class _Option(BaseModel):
    title: str = ""


class _Poll(BaseModel):
    options: tuple[_Option, ...] = ()


class _Status(BaseModel):
    id: str = Field(min_length=1, max_length=40, pattern=r"^\w+$")
    uri: str = Field(min_length=1)
    url: str | None = None
    created_at: str | None = None
    edited_at: str | None = None
    account: _Account
    content: Said = ""
    spoiler: Said = Field("", alias="spoiler_text")
    sensitive: bool = False
    visibility: str = "public"
    media: tuple[_Media, ...] = Field((), alias="media_attachments")
    poll: _Poll | None = None
    answers: Annotated[str, BeforeValidator(lambda value: str(value or ""))] = Field(
        "", alias="in_reply_to_id"
    )
    likes: Tally = Field(None, alias="favourites_count")
    shares: Tally = Field(None, alias="reblogs_count")
    replies: Tally = Field(None, alias="replies_count")
    quotes: Tally = Field(None, alias="quotes_count")

    @property
    def edition(self) -> str:
        return f"{self.uri} {self.edited_at}" if self.edited_at else self.uri


class _Trend(BaseModel):
    name: str = Field(min_length=1, max_length=200)


class _Trends(RootModel[tuple[_Trend, ...]]):
    pass


class _Timeline(RootModel[tuple[_Status, ...]]):
    pass


class _Found(BaseModel):
    statuses: tuple[_Status, ...]
