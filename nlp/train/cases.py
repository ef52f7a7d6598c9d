"""What rules and reader make of labelled posts, as the program itself would."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.evidence import evidence_of
from nlp.judge import Case
from nlp.normalise import normalise
from nlp.pipeline import run_rules
from nlp.posts import Post
from nlp.profile import profile_of
from nlp.reader import Reader
from nlp.reading import Reading
from nlp.rendering import render


def cases_of(posts: Sequence[Post]) -> list[Case]:
    """What the rules see in each post."""
    cases = [
        Case(
            profile=profile_of(post.school),
            original=post.mention.text,
            text=normalise(post.mention.text),
            author=post.mention.author,
        )
        for post in posts
    ]
    run_rules(cases)
    return cases


def readings_of(reader: Reader, posts: Sequence[Post]) -> list[Reading]:
    """As the program itself would read them."""
    return reader.read(
        [
            (render(c.profile, c.text, c.names, author=c.author), evidence_of(c))
            for c in cases_of(posts)
        ]
    )
