"""Two posts about one school under each other, as a page or a thread has them: what is said in
one of them must be found beside the other, and only what concerns the school may count."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from monitor.domain import Sentiment
from nlp.posts import Post


def threads_of(posts: Sequence[Post], number: int, seed: int) -> list[Post]:
    """*number* pairs of short posts, each with what holds for both."""
    rng = random.Random(seed)
    schools: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        if len(post.mention.text) < 400:
            schools[post.school.id].append(post)
    enough = [theirs for theirs in schools.values() if len(theirs) > 1]
    return [_pair(*rng.sample(rng.choice(enough), 2)) for _ in range(number)]


def _pair(first: Post, second: Post) -> Post:
    text = f"{first.mention.text}\n\n{second.mention.text}"
    ours = [post for post in (first, second) if post.about_school]
    return Post(
        mention=replace(first.mention, text=text),
        school=first.school,
        about_school=bool(ours),
        categories=frozenset(c for post in ours for c in post.categories),
        severity=max((first.severity, second.severity), key=lambda s: s.rank),
        sentiment=_mood({post.sentiment for post in ours}),
        spans=(*first.spans, *second.spans),
    )


def _mood(moods: set[Sentiment]) -> Sentiment:
    moods = moods - {Sentiment.NEUTRAL}
    if not moods:
        return Sentiment.NEUTRAL
    return moods.pop() if len(moods) == 1 else Sentiment.MIXED
