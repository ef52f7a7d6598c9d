"""Posts in, judgements out, one JSON object a line each; nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError

from monitor.domain import Assessment, Mention, School
from monitor.wire import assessment_to_json

LONGEST = 1_000_000  # bytes of one line; no post is that long
Assess = Callable[[Mention, School], Assessment]


class _Named(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: StrictStr | StrictInt


class Post(_Named):
    """A line in. Keys we do not know are left alone: they are the asker's own."""

    text: str
    school: str | None = None
    url: str | None = None
    author: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    line: str
    broken: bool = False


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Each line as it comes; of one that is too long only so much as shows that it is."""
    while line := file.readline(LONGEST + 1):
        yield line
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = file.readline(LONGEST + 1)


def judge(
    lines: Iterable[bytes], schools: Mapping[str, School], school: str | None, assess: Assess
) -> Iterator[Answer]:
    """One answer for each line that is not blank, as it comes: the memory stays flat.

    The post's own school counts first, then *school*, then the only one there is.
    """
    fallback = school or (next(iter(schools)) if len(schools) == 1 else None)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(number, line, schools, fallback, assess)


def _answer(
    number: int,
    line: bytes,
    schools: Mapping[str, School],
    fallback: str | None,
    assess: Assess,
) -> Answer:
    if len(line) > LONGEST:
        return _broken(None, f"line {number} is longer than {LONGEST // 1_000_000} MB")
    try:
        post = Post.model_validate_json(line)
    except ValidationError as error:
        return _broken(_id_of(line), f"line {number} is not a post: {_why(error)}")
    wanted = post.school or fallback
    if wanted is None:
        return _broken(post.id, "no school: give each post one, or --school")
    if wanted not in schools:
        return _broken(post.id, "the configuration has no school with that id")
    mention = Mention(
        source=post.channel or "assess",
        external_id=str(post.id) or "post",
        url=post.url or "",
        text=post.text,
        author=post.author or "",
    )
    judged = {"id": post.id, **assessment_to_json(assess(mention, schools[wanted]))}
    return Answer(line=json.dumps(judged, ensure_ascii=False))


def _id_of(line: bytes) -> str | int | None:
    """Whose line it was, where at least that can be read."""
    try:
        return _Named.model_validate_json(line).id
    except ValidationError:
        return None


def _why(error: ValidationError) -> str:
    """Its keys and kinds of mistake; never what was written."""
    first = error.errors()[0]
    key = ".".join(map(str, first["loc"]))
    return f"{key}: {first['type'].replace('_', ' ')}" if key else "it is not a JSON object"


def _broken(id_: str | int | None, why: str) -> Answer:
    nothing = Assessment(about_school=False, relevance=0.0, model="", not_assessed=why)
    line = json.dumps({"id": id_, **assessment_to_json(nothing)}, ensure_ascii=False)
    return Answer(line=line, broken=True)
