"""WexWiki: the town's encyclopedia, as pages and by MediaWiki's action API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from monitor.demo.pages import not_found, page
from monitor.demo.place import Answer, Place, Request
from monitor.demo.posts import Article, Post
from monitor.demo.wiki_api import WikiApi
from monitor.demo.wiki_history import Revision, added, history


class Wiki(Place):
    def __init__(self, articles: Iterable[Article], posts: Iterable[Post], now: datetime) -> None:
        super().__init__("WexWiki")
        self._revisions = {r.id: r for r in history(articles, posts, now)}
        self._api = WikiApi(self.name, self._revisions)
        self._newest = {revision.title: revision for revision in self._revisions.values()}

    def link(self, post: Post) -> str:
        return self.url + next(r.path for r in self._revisions.values() if r.post == post)

    @property
    def api(self) -> str:
        return f"{self.url}/w/api.php"

    def answer(self, request: Request) -> Answer:
        if request.path == "/w/api.php":
            return self._api.answer(request)
        if request.path == "/w/index.php":
            return self._index(request)
        title = request.path.removeprefix("/wiki/").replace("_", " ")
        if request.path in ("/", "/wiki/Main_Page"):
            return page("wiki_front.html", site=self.name, articles=sorted(self._newest))
        return self._article(self._newest.get(title))

    def _index(self, request: Request) -> Answer:
        new, old = request.number("diff", 0), request.number("oldid", 0)
        if new:
            return self._diff(self._revisions.get(new))
        if old:
            return self._article(self._revisions.get(old))
        curid = request.number("curid", 0)
        title = request.get("title").replace("_", " ")
        chosen = (r for r in self._newest.values() if curid == r.page or title == r.title)
        return self._article(next(chosen, None))

    def _article(self, revision: Revision | None) -> Answer:
        if revision is None:
            return not_found(self.name)
        return page("wiki_article.html", site=self.name, revision=revision)

    def _diff(self, revision: Revision | None) -> Answer:
        if revision is None:
            return not_found(self.name)
        old = self._revisions.get(revision.parent)
        lines = added(old, revision)
        return page("wiki_diff.html", site=self.name, revision=revision, old=old, added=lines)
