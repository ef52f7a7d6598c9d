"""One question to a wiki's api.php, and the shapes of its answers (formatversion=2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from sources.errors import AccessRefused, LayoutChanged, RateLimited, SourceError, Unreachable
from sources.http import Answer, PoliteClient
from sources.manners import retry_after

_ALWAYS = {"format": "json", "formatversion": "2", "errorformat": "plaintext", "maxlag": "5"}


class Hidden(LayoutChanged):
    """A revision whose words the wiki's own staff have hidden, or that is gone."""


class _Shape(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


Shape = TypeVar("Shape", bound=_Shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiki:
    """A wiki that is being read for the source called *source*."""

    api: str
    source: str
    client: PoliteClient

    def ask(self, asked: dict[str, str], shape: type[Shape]) -> Shape:
        """Raises SourceError; the wiki reports its own errors with status 200."""
        answer = self.client.get(self.api, params={**asked, **_ALWAYS}, accept="application/json")
        if answer.is_html:
            raise LayoutChanged("a web page came instead of data; is this the wiki's api.php?")
        if codes := answer.read(_Errors).codes():
            raise _named(codes, answer)
        return answer.read(shape)

    def link(self, query: dict[str, str]) -> str:
        return f"{self.api.removesuffix('api.php')}index.php?{urlencode(query)}"

    def contents(
        self, *, revids: Sequence[int] = (), pageids: Sequence[int] = ()
    ) -> dict[int, str]:
        """The wikitext of revisions, or of pages as they are now, by their ids; without
        those that are hidden."""
        ids = "|".join(map(str, revids or pageids))
        asked = {
            "action": "query",
            "prop": "revisions",
            "revids" if revids else "pageids": ids,
            "rvprop": "ids|content",
            "rvslots": "main",
        }
        pages = self.ask(asked, Revisions).query.pages
        return {
            (revision.revid if revids else page.pageid): revision.slots.main.content
            for page in pages
            for revision in page.revisions
            if revision.slots and revision.slots.main.content
        }


class _Error(_Shape):
    code: str = ""


class _Errors(_Shape):
    """`error` is the older dialect, `errors` the one that errorformat asks for."""

    error: _Error | None = None
    errors: tuple[_Error, ...] = ()

    def codes(self) -> list[str]:
        found = (*self.errors, self.error) if self.error else self.errors
        return [e.code for e in found if e]


_SLOWER = frozenset({"maxlag", "ratelimited"})
_REFUSED = frozenset({"readapidenied", "permissiondenied", "blocked", "autoblocked"})
_HIDDEN = frozenset({"missingcontent", "nosuchrevid", "missingrev"})
_THEIRS = re.compile(r"readonly|internal_api_error|search-error|timeout")


def _named(codes: list[str], answer: Answer) -> SourceError:
    code = codes[0] if re.fullmatch(r"[\w-]{1,60}", codes[0], re.ASCII) else "unknown"
    if code in _SLOWER:
        return RateLimited(f"the wiki says {code}", retry_after=retry_after(answer.headers))
    if code in _REFUSED:
        return AccessRefused(f"the wiki says {code}")
    if code in _HIDDEN:
        return Hidden(f"the wiki says {code}")
    if _THEIRS.search(code):
        return Unreachable(f"the wiki says {code}")
    return LayoutChanged(f"the wiki says {code}")


class Slot(_Shape):
    content: str | None = None  # absent where texthidden


class Slots(_Shape):
    main: Slot = Slot()


class Revision(_Shape):
    revid: int
    parentid: int = 0
    timestamp: str = ""
    user: str = ""  # a name, an IP address, a temporary "~2026-..."; absent where hidden
    comment: str = ""
    texthidden: bool = False
    suppressed: bool = False
    slots: Slots | None = None


class WikiPage(_Shape):
    pageid: int = 0
    title: str = ""
    missing: bool = False
    invalid: bool = False
    revisions: tuple[Revision, ...] = ()


class _Pages(_Shape):
    pages: tuple[WikiPage, ...] = ()


class Revisions(_Shape):
    query: _Pages = _Pages()
    more: dict[str, Any] = Field({}, alias="continue")


class _Diff(_Shape):
    body: str = ""


class Compared(_Shape):
    compare: _Diff


class Result(_Shape):
    pageid: int
    title: str
    snippet: str = ""
    timestamp: str | None = None


class _Results(_Shape):
    search: tuple[Result, ...]


class Searched(_Shape):
    query: _Results
    more: dict[str, Any] = Field({}, alias="continue")
