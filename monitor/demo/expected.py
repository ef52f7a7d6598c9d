"""What a careful person would make of each post. For tests and measurements only.

Nothing that runs in the demonstration may import this: it has to find out by itself.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from monitor.demo.posts import FILE
from monitor.domain import Category, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The fields mean what they mean in monitor.domain.Assessment."""

    about: bool
    categories: frozenset[Category] = frozenset()
    severity: Severity = Severity.NONE
    not_assessed: bool = False
    about_head: bool = False
    child_safety: bool = False
    criticism: bool = False


def read_expectations() -> dict[str, Expected]:
    """By the id of the post."""
    posts = tomllib.loads(FILE.read_text(encoding="utf-8"))["posts"]
    return {post["id"]: _expected(post["expect"]) for post in posts}


def _expected(table: dict[str, object]) -> Expected:
    flags = {key: bool(value) for key, value in table.items() if isinstance(value, bool)}
    named = table.get("categories", [])
    assert isinstance(named, list)
    return Expected(
        about=flags.pop("about"),
        categories=frozenset(map(Category, named)),
        severity=Severity(str(table.get("severity", "none"))),
        **flags,
    )
