"""Which pages of a wiki name the school, and what they say where they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.domain import Mention
from sources.errors import TooLarge
from sources.mediawiki_api import Result, Searched, Wiki
from sources.memory import Seen
from sources.text import dated, html_to_text, joined

BATCH = 10  # pages whose words are read at once; fifty long articles would be too much
PAGES = 20  # of results, for one name


def search(
    wiki: Wiki, query: str, names: Sequence[str], seen: Seen
) -> Iterator[tuple[Mention, ...]]:
    """The pages found and not yet *seen*, a batch at a time."""
    offset = "0"
    for _ in range(PAGES):
        answer = wiki.ask(_asked(query, offset), Searched)
        new = [r for r in answer.query.search if seen.add(_key(r))]
        passages = _passages(wiki, new, names)
        yield tuple(_mention(wiki, result, passages.get(result.pageid, "")) for result in new)
        offset = str(answer.more.get("sroffset", ""))
        if not offset:
            return


def _asked(query: str, offset: str) -> dict[str, str]:
    return {
        "action": "query",
        "list": "search",
        "srsearch": query,
        "srwhat": "text",  # unasked, a wiki on an SQL database looks at titles only
        "srnamespace": "0|1",
        "srlimit": str(BATCH),
        "srprop": "snippet|timestamp",
        "sroffset": offset,
    }


def _key(result: Result) -> str:
    return f"page:{result.pageid}"


def _mention(wiki: Wiki, result: Result, passage: str) -> Mention:
    return Mention(
        source=wiki.source,
        external_id=_key(result),
        url=wiki.link({"curid": str(result.pageid)}),
        text=joined(result.title, passage or html_to_text(result.snippet)),
        **dated(result.timestamp),
    )


def _passages(wiki: Wiki, results: list[Result], names: Sequence[str]) -> dict[int, str]:
    """The paragraphs that hold one of the names: a search shows fifty letters around it,
    and what is said of the school may stand after those."""
    if not results:
        return {}
    try:
        pages = wiki.contents(pageids=[result.pageid for result in results])
    except TooLarge:
        return {}
    return {pageid: _naming(text, names) for pageid, text in pages.items()}


def _naming(text: str, names: Sequence[str]) -> str:
    wanted = [name.casefold() for name in names]
    lines = text.split("\n")
    return "\n".join(line for line in lines if any(name in line.casefold() for name in wanted))
