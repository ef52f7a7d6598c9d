"""The school's own Facebook Page: what visitors write there, and what is said under posts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import Secret
from sources.contract import About, Page, Source
from sources.errors import AccessRefused, SourceError
from sources.facebook_answers import Comment, Post, Recommendation
from sources.http import PoliteClient
from sources.memory import digest, resume
from sources.meta_graph import Graph, NotOffered, TokenEnded
from sources.newest_first import Place, Read, Shown, newest_first
from sources.text import dated, joined

POSTS = 25  # on the Page, that are looked under for comments
PAGES = 2  # of each list in one visit: 50 posts, or 200 comments under one


class FacebookPage(Source):
    """Posts on the Page, posts that tag it, comments under the newest, recommendations."""

    kind: ClassVar[str] = "facebook_page"
    group: ClassVar[SourceGroup] = SourceGroup.SOCIAL
    about: ClassVar[About] = About(
        finds="what visitors post on the school's own Facebook Page, comments under its 25 newest "
        "posts, public posts that tag it, and recommendations where Facebook gives them",
        cost="free; a token made by somebody who manages the Page",
        limits="no other Page, no group, no person's profile, and no search: Facebook offers "
        "programs none; an edited comment is noticed among the newest 100 under a post; its "
        "manual says that recommendations are no longer given; names are often withheld; that "
        "the token is taken in a header is known from practice only",
        terms="Meta Platform Terms: only for running your own Page; delete what is deleted there",
    )
    page: str = Field(pattern=r"^\d{3,30}$", description="the Page's number, not its name")
    token: Secret = Field(description="the Page's access token, as env:NAME")
    without: tuple[Literal["tagged", "recommendations"], ...] = Field(
        (), description="what to leave out, if the token may not read it: tagged, recommendations"
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place, graph = resume(Place, cursor), Graph(self.token, client)
        posts: dict[str, Post] = {}
        to_us = f"To {school.name}:"  # short, for each of its words weighs in the judgement
        feed = self._posts(f"{self.page}/feed", to_us, graph, posts)
        yield from newest_first("feed", feed, place, pages=PAGES, whole=True)
        newest = sorted(posts.values(), key=lambda p: p.created_time or "", reverse=True)[:POSTS]
        place.keep_only("under ", (post.id for post in newest))
        for post in newest:
            if post.has_comments:
                read = self._comments(post, to_us, graph)
                yield from newest_first(f"under {post.id}", read, place, pages=PAGES)
        yield from self._extras(school, place, graph)
        place.tell_what_was_missed()

    def _extras(self, school: School, place: Place, graph: Graph) -> Iterator[Page]:
        """What a token may well not be allowed to read; that is told when all is done."""
        extras = {
            "tagged": self._posts(f"{self.page}/tagged", f"About {school.name}:", graph),
            "recommendations": self._recommendations(school, graph),
        }
        refused: list[SourceError] = []
        for name, read in extras.items():
            if name in self.without:
                continue
            try:
                yield from newest_first(name, read, place, pages=PAGES)
            except TokenEnded:
                raise
            except NotOffered as error:
                if name != "recommendations":  # its manual says so of these
                    refused.append(NotOffered(_ended(name), status=error.status))
            except AccessRefused as error:
                refused.append(AccessRefused(_left_out(name), status=error.status))
        if refused:
            raise refused[0]

    def _posts(
        self, path: str, under: str, graph: Graph, into: dict[str, Post] | None = None
    ) -> Read:
        """Newest first; the Page's own posts are no mentions, but people write under them."""

        def read(onward: str | None) -> Shown:
            fields = _TAGGED if into is None else _POST
            asked = {"fields": fields, "limit": "25"}
            found, older = graph.list(path, asked, Post, onward)
            if into is not None:
                into.update({post.id: post for post in found})
            return self._shown("post", found, under, older)

        return read

    def _comments(self, post: Post, under: str, graph: Graph) -> Read:
        """With the replies, in one list."""

        def read(onward: str | None) -> Shown:
            asked = {"filter": "stream", "order": "reverse_chronological", "limit": "100"}
            found, older = graph.list(
                f"{post.id}/comments", asked | {"fields": _COMMENT}, Comment, onward
            )
            return self._shown("comment", found, under, older, answered=post.address)

        return read

    def _shown(
        self,
        what: str,
        found: Sequence[Comment],
        under: str,
        older: str | None,
        answered: str = "",
    ) -> Shown:
        others = [said for said in found if said.author.id != self.page]
        return Shown(
            ids=tuple(said.id for said in found),
            mentions=tuple(self._mention(what, said, under, answered) for said in others),
            onward=older,
            said={_key(what, said): digest(said.words) for said in others},
        )

    def _recommendations(self, school: School, graph: Graph) -> Read:
        def read(onward: str | None) -> Shown:
            asked = {"fields": _RECOMMENDATION, "limit": "25"}
            found, older = graph.list(f"{self.page}/ratings", asked, Recommendation, onward)
            mentions = tuple(self._recommendation(each, school) for each in found)
            return Shown(
                ids=tuple(m.external_id for m in mentions),
                mentions=mentions,
                onward=older,
                said={_key_of(each): digest(_verdict(each)) for each in found},
            )

        return read

    def _mention(self, what: str, said: Comment, under: str, answered: str) -> Mention:
        """With what it stands under: "he should be sacked" names nobody by itself. Where there
        is only a picture there are no words, so that a person looks."""
        words = said.words
        return Mention(
            source=self.name,
            external_id=_key(what, said),
            url=said.address,
            text=joined(under, words) if words or not said.has_picture else "",
            author=said.author.name[:200],
            **dated(said.created_time),
            answers=said.answered_comment or answered,
            counts=said.counts,
        )

    def _recommendation(self, given: Recommendation, school: School) -> Mention:
        verdict = f"{_VERDICT.get(given.recommendation_type, 'A review of')} {school.name}"
        return Mention(
            source=self.name,
            external_id=_key_of(given),
            url=f"https://www.facebook.com/{self.page}/reviews",
            text=joined(verdict, given.review_text),
            author=given.reviewer.name[:200],
            **dated(given.created_time),
        )


_COMMENT = (
    "id,message,from,created_time,permalink_url,attachment{title,description,type},"
    "parent{id},like_count,comment_count"
)
_TAGGED = (  # whether the others may be asked of a post that is not the Page's is not documented
    "id,message,from,created_time,permalink_url,"
    "attachments{title,description,type},comments.summary(true).limit(0)"
)
_POST = f"{_TAGGED},shares,reactions.summary(true).limit(0)"
_RECOMMENDATION = "created_time,recommendation_type,review_text,reviewer,open_graph_story{id}"
_VERDICT = {"positive": "Recommends", "negative": "Does not recommend"}


def _left_out(name: str) -> str:
    return f'{name} may not be read with this token; allow it, or write without = ["{name}"]'


def _ended(name: str) -> str:
    return f'{name} is gone for good, it seems; then write without = ["{name}"]'


def _key(what: str, said: Comment) -> str:
    return f"{what}:{said.id}"


def _key_of(given: Recommendation) -> str:
    """By what never changes, as far as Facebook shows any of that."""
    when_and_who = f"{given.created_time} {given.reviewer.name}" if given.created_time else ""
    return f"recommendation:{given.story.id or digest(when_and_who or given.review_text)}"


def _verdict(given: Recommendation) -> str:
    return f"{given.recommendation_type} {given.review_text}"
