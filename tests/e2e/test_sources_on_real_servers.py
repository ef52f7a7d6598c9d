"""Two kinds of source, read from the very servers they were written for."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.domain import Mention, School
from sources.contract import Source
from sources.errors import SourceError, Unreachable
from sources.http import PoliteClient
from sources.mediawiki import MediaWiki as WikiSource
from sources.searxng import Searxng
from tests.e2e.conftest import Town
from tests.e2e.servers import Searx
from tests.e2e.town import SCHOOL, THREAT

pytestmark = pytest.mark.servers

SCHOOL_NOUN = School(
    id="wexcombe",
    name=SCHOOL,
    aliases=("Wexcombe Park Primary",),
    town="Wexcombe",
    homonyms=("Wexcombe Park Hotel",),
)


@pytest.fixture
def client() -> Iterator[PoliteClient]:
    with PoliteClient(gap=timedelta(0)) as polite:
        yield polite


def read(
    source: Source, client: PoliteClient, cursor: str | None = None
) -> tuple[list[Mention], str | None]:
    """Everything after *cursor*, and the cursor after it."""
    mentions: list[Mention] = []
    for page in source.fetch(SCHOOL_NOUN, cursor, client.allowing(source.places())):
        mentions += page.mentions
        cursor = page.cursor
    return mentions, cursor


def watching(town: Town, *articles: str, search: bool = False) -> WikiSource:
    return WikiSource.model_validate(
        {"name": "town wiki", "url": town.wiki.api, "articles": articles, "search": search}
    )


def searching(searx: str) -> Searxng:
    return Searxng.model_validate({"name": "web search", "url": searx})


def test_a_watched_article_is_read_edit_by_edit_oldest_first(
    town: Town, client: PoliteClient
) -> None:
    mentions, _ = read(watching(town, "Wexcombe"), client)

    times = [m.published_at for m in mentions if m.published_at]
    assert times == sorted(times)
    accusation = mentions[-1]
    assert "dinner fund" in accusation.text
    assert "opened in 1911" not in accusation.text, "only what was added is the edit's"
    assert accusation.author == "127.0.0.1"
    assert accusation.external_id.endswith(f"{town.written.accusation}")


def test_words_that_the_wiki_hides_are_never_read(town: Town, client: PoliteClient) -> None:
    mentions, _ = read(watching(town, "Wexcombe", "Talk:Wexcombe", search=True), client)

    assert not [m.url for m in mentions if "01632" in m.text or "telephone" in m.text]


def test_an_edit_on_top_of_a_hidden_one_is_not_lost_with_it(
    town: Town, client: PoliteClient
) -> None:
    """The wiki compares nothing with a hidden revision, but the edit itself can be read."""
    source = watching(town, "Wexcombe")
    _, cursor = read(source, client)
    hidden = town.wiki.add("Wexcombe", "\nRing 01632 960461 at night.\n", "her number")
    threat = town.wiki.add("Wexcombe", THREAT, "see you")
    town.wiki.hide("Wexcombe", hidden)

    mentions, _ = read(source, client, cursor)

    assert [m.external_id for m in mentions] == [f"revision:{threat}"]
    assert "smash every window" in mentions[0].text


def test_reading_on_finds_only_later_edits_even_within_the_same_second(
    town: Town, client: PoliteClient
) -> None:
    source = watching(town, "Wexcombe")
    _, cursor = read(source, client)
    assert read(source, client, cursor)[0] == []

    first = town.wiki.add("Wexcombe", "\nIt has a clock tower.\n", "tower")
    second = town.wiki.add("Wexcombe", THREAT, "see you")
    mentions, cursor = read(source, client, cursor)

    assert [m.external_id.rpartition(":")[2] for m in mentions] == [str(first), str(second)]
    assert read(source, client, cursor)[0] == []


def test_a_wiki_on_an_sql_database_is_searched_by_its_words_not_only_its_titles(
    town: Town, client: PoliteClient
) -> None:
    mentions, cursor = read(watching(town, search=True), client)

    assert {m.text.partition("\n")[0] for m in mentions} == {"Wexcombe", "Talk:Wexcombe"}
    assert all(SCHOOL in m.text for m in mentions)
    assert read(watching(town, search=True), client, cursor)[0] == []


def test_an_article_that_does_not_exist_is_said_after_the_others_are_read(
    town: Town, client: PoliteClient
) -> None:
    source = watching(town, "No such town", "Wexcombe")
    pages = source.fetch(SCHOOL_NOUN, None, client.allowing(source.places()))
    found: list[Mention] = []

    with pytest.raises(SourceError, match="no article"):
        found.extend(mention for page in pages for mention in page.mentions)

    assert any("dinner fund" in m.text for m in found)


def test_searx_finds_the_pages_of_all_its_engines_once(town: Town, client: PoliteClient) -> None:
    mentions, cursor = read(searching(town.searx.url), client)

    assert {m.url for m in mentions} == {
        f"{town.wiki.url}/wiki/Wexcombe",
        f"{town.paper.url}/letters/fair",
        f"{town.paper.url}/letters/gate",
    }
    assert read(searching(town.searx.url), client, cursor)[0] == []


def test_no_results_because_every_engine_is_down_is_an_error_and_not_good_news(
    town: Town, client: PoliteClient, tmp_path: Path
) -> None:
    """After one failure searx rests its engine and says nothing: the first answer counts."""
    town.paper.close()
    with closing(Searx(tmp_path / "second", [town.paper.engine()])) as searx:
        searx.start()
        with pytest.raises(Unreachable, match="did not answer"):
            read(searching(searx.url), client)


def test_a_place_that_answers_in_html_is_not_taken_for_a_search_engine(
    town: Town, client: PoliteClient
) -> None:
    with pytest.raises(SourceError):
        read(searching(town.wiki.url), client)
