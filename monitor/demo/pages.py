"""HTML of the sample town. Everything is escaped; nothing is fetched from elsewhere."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.demo.place import Answer, html

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
HASHTAG = re.compile(r"(?<![\w&/])#(\w+)")


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _minute(moment: datetime) -> str:
    return f"{_day(moment)}, {moment:%H:%M}"


def page(template: str, **words: object) -> Answer:
    return html(_TEMPLATES.get_template(template).render(**words))


def not_found(place: str) -> Answer:
    text = _TEMPLATES.get_template("not_found.html").render(place=place)
    return html(text, HTTPStatus.NOT_FOUND)


def with_hashtags(text: str, base: str) -> Markup:
    """The HTML that Mastodon makes of a post: paragraphs, and links for hashtags."""
    link = Markup(
        '<a href="{base}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    )
    pieces: list[Markup] = []
    end = 0
    for match in HASHTAG.finditer(text):
        pieces += [escape(text[end : match.start()]), link.format(base=base, tag=match[1])]
        end = match.end()
    pieces.append(escape(text[end:]))
    return Markup("<p>{}</p>").format(Markup().join(pieces)) if text else Markup()


def slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


_TEMPLATES.filters |= {"day": _day, "minute": _minute, "hashtags": with_hashtags}
