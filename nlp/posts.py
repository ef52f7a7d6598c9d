"""Labelled posts about invented schools: posts.jsonl beside profiles.json."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.domain import Category, Mention, School, Sentiment, Severity, StaffMember

# Thresholds are chosen on these schools. The network that ships has never seen them; its weighing
# of words has.
_DEVELOPMENT = (
    "st-edburgas bishop-alcott hawkrigg thornabbey applewood carnaveagh glan-eirin beacon "
    "rushey-bank st-modwens meridian pen-y-ddol auchterlour the-larches "
    "st-hildas garland coronation-park balnacraig ysgol-gwenllian "
    "unity-college wystans bellamy-school pilot glenlarrig "
    "parc-hendre orchard"
)
DEVELOPMENT_SCHOOLS = frozenset(_DEVELOPMENT.split(" "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post with what an annotator said of it. `spans`: the words behind each category."""

    mention: Mention
    school: School
    about_school: bool
    categories: frozenset[Category]
    severity: Severity
    sentiment: Sentiment
    spans: tuple[tuple[Category, str], ...] = ()


def read_posts(folder: Path) -> list[Post]:
    """Raises OSError when the folder is not there, ValueError when a label is unknown."""
    profiles = json.loads((folder / "profiles.json").read_text(encoding="utf-8"))
    schools = {profile["id"]: _school(profile) for profile in profiles}
    with (folder / "posts.jsonl").open(encoding="utf-8") as lines:
        return [_post(json.loads(line), schools) for line in lines]


def apart(posts: Iterable[Post], schools: frozenset[str]) -> tuple[list[Post], list[Post]]:
    """The posts about other schools, and those about *schools*."""
    others: list[Post] = []
    theirs: list[Post] = []
    for post in posts:
        (theirs if post.school.id in schools else others).append(post)
    return others, theirs


def _school(profile: dict[str, Any]) -> School:
    return School(
        id=profile["id"],
        name=profile["name"],
        aliases=tuple(profile["aliases"]),
        urn=profile["urn"],
        town=profile["town"],
        county=profile["county"],
        postcode=profile["postcode"],
        website=profile["website"],
        handles=tuple(profile["handles"]),
        hashtags=tuple(profile["hashtags"]),
        homonyms=tuple(profile["known_homonyms"]),
        headteacher=profile["headteacher"],
        staff=tuple(StaffMember(name=s["name"], role=s["role"]) for s in profile["staff"]),
    )


def _post(row: dict[str, Any], schools: dict[str, School]) -> Post:
    return Post(
        mention=Mention(
            source=row["channel"],
            external_id=row["id"],
            url="",
            text=row["text"],
            author=row["author"],
        ),
        school=schools[row["school"]],
        about_school=row["about_school"],
        categories=frozenset(map(Category, row["categories"])),
        severity=Severity(row["severity"]),
        sentiment=Sentiment(row["sentiment"]),
        spans=tuple((Category(category), words) for category, words in row["spans"]),
    )
