"""What a site said in the end, and what its status means for us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from sources.errors import AccessRefused, LayoutChanged, RateLimited, Unreachable
from sources.manners import retry_after

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a site gave us to ask "has it changed?" with; sent back exactly as they came."""

    etag: str = ""
    last_modified: str = ""

    def as_headers(self) -> dict[str, str]:
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site said in the end, decoded. `url` is where the redirects led."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    validators: Validators = Validators()
    not_modified: bool = False

    @property
    def content_type(self) -> str:
        return media_type(self.headers)

    @property
    def charset(self) -> str:
        """The encoding that the site names, if Python knows it for one of text; or UTF-8."""
        label = self.headers.get("content-type", "")
        found = re.search(r"charset=[\"']?([\w.-]{1,40})", label, re.IGNORECASE)
        name = found[1] if found else "utf-8"
        try:
            b"a".decode(name, "replace")
        except (LookupError, UnicodeError):
            return "utf-8"
        return name

    @property
    def is_html(self) -> bool:
        """By its label or its first words: a page for people where data was due."""
        start = self.content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        labelled = self.content_type in ("text/html", "application/xhtml+xml")
        return labelled or start.startswith((b"<!doctype html", b"<html"))

    def read(self, shape: type[Shape]) -> Shape:
        """The JSON in it. Raises LayoutChanged, which quotes nothing of what was sent."""
        if self.is_html and not self.content.lstrip().startswith((b"{", b"[")):
            raise LayoutChanged("a web page came instead of data")
        try:
            return shape.model_validate_json(self.content)
        except ValidationError:
            raise LayoutChanged("it is not the JSON we expected") from None


def media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def read_answer(url: httpx.URL, response: httpx.Response, body: bytes) -> Answer:
    return Answer(
        url=str(url),
        status=response.status_code,
        headers=response.headers,
        content=body,
        validators=Validators(
            etag=response.headers.get("etag", "")[:500],
            last_modified=response.headers.get("last-modified", "")[:100],
        ),
        not_modified=response.status_code == 304,
    )


def complain(response: httpx.Response, host: str, *, asked_if_changed: bool) -> None:
    """Raise the SourceError that this status stands for, if any."""
    if response.status_code == 304 and asked_if_changed:
        return
    judge(response.status_code, response.headers, host)


def judge(status: int, headers: Mapping[str, str], host: str) -> None:
    """The same of a status alone: for a source whose *expect* could make no sense of one."""
    if 200 <= status < 300:
        return
    wait = retry_after(headers)
    if status == 429:
        raise RateLimited(host, retry_after=wait, status=status)
    if status in (401, 403, 407, 451):
        raise AccessRefused(f"{host} answered {status}", status=status)
    if status == 410:
        raise Unreachable(f"{host} says that this is gone for good (410)", status=status)
    if status in (404, 408) or status >= 500:
        raise Unreachable(f"{host} answered {status}", retry_after=wait, status=status)
    raise LayoutChanged(f"{host} answered {status}", status=status)
