"""Wikipedia and other wikis: what was added to watched articles, and who names the school."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, BaseModel, Field, HttpUrl

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Page, Source, WebAddress
from sources.errors import SourceError
from sources.http import PoliteClient
from sources.mediawiki_api import Wiki
from sources.mediawiki_articles import Mark, NoSuchArticle, revisions_after
from sources.mediawiki_search import search
from sources.memory import Seen, resume
from sources.queries import queries


def _api(url: HttpUrl) -> HttpUrl:
    """The wiki's api.php, of whatever address of the wiki was given."""
    parts = urlsplit(str(url))
    path = re.split(r"/index\.php\b|/wiki(?:/|$)", parts.path)[0].rstrip("/")
    if not path.endswith("api.php"):
        path = f"{path or '/w'}/api.php"  # Wikipedia and most wikis at the root keep it in /w
    return HttpUrl(urlunsplit((parts.scheme, parts.netloc, path, "", "")))


Title = Annotated[str, Field(pattern=r"^[^|#<>\[\]{}\n]{1,255}$")]  # what MediaWiki allows


class MediaWiki(Source):
    """The watched articles first, a page for each revision; then searches for the names."""

    kind: ClassVar[str] = "mediawiki"
    group: ClassVar[SourceGroup] = SourceGroup.RECORDS
    about: ClassVar[About] = About(
        finds="what is added to articles you name (your own), and articles that name the school",
        cost="free, no key",
        limits="words hidden by the wiki's own staff cannot be read; of an article found by "
        "searching only the paragraphs that name it, and only once",
        terms="the wiki asks for an address to write to: set contact in [network]; text is "
        "CC BY-SA 4.0 on Wikipedia, quote it with its source",
    )
    url: Annotated[WebAddress, AfterValidator(_api)] = Field(
        description="the wiki's address, best the one that ends in api.php: "
        "https://en.wikipedia.org/w/api.php"
    )
    articles: tuple[Title, ...] = Field((), description="titles of articles to watch, as written")
    search: bool = Field(True, description="whether to search the wiki for the school's names too")

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        state = resume(_State, cursor)
        wiki = Wiki(api=str(self.url), source=self.name, client=client)
        trouble: SourceError | None = None
        for title in self.articles:
            try:
                for mark, mention in revisions_after(wiki, title, state.articles.get(title)):
                    state.articles[title] = mark
                    yield state.page(mention)
            except NoSuchArticle as error:
                trouble = trouble or error  # the others are read all the same
        seen = Seen(state.seen)
        for query in queries(school) if self.search else ():
            for found in search(wiki, query, school.names, seen):
                state.seen = seen.digests()
                yield state.page(*found)
        if trouble:
            raise trouble


class _State(BaseModel):
    articles: dict[str, Mark] = {}
    seen: tuple[str, ...] = ()

    def page(self, *mentions: Mention | None) -> Page:
        return Page(mentions=tuple(m for m in mentions if m), cursor=self.model_dump_json())
