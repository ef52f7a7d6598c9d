"""WexPages: other people's home pages, which only the search engine knows of."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.demo.pages import not_found, page
from monitor.demo.place import Answer, Place, Request
from monitor.demo.posts import Post


class HomePages(Place):
    def __init__(self, posts: Iterable[Post]) -> None:
        super().__init__("WexPages")
        self._pages = {f"/~{post.author}/": post for post in posts}

    def link(self, post: Post) -> str:
        return f"{self.url}/~{post.author}/"

    def answer(self, request: Request) -> Answer:
        if request.path == "/":
            return page("homepages.html", site=self.name, pages=self._pages)
        post = self._pages.get(request.path)
        if post is None:
            return not_found(self.name)
        template = "payments.html" if post.look == "payments" else "homepage.html"
        return page(template, site=self.name, post=post)
