"""Posts, edits and comments, read from a real WordPress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.domain import Mention
from sources.http import PoliteClient
from sources.wordpress import WordPress as WordPressSource
from tests.e2e.wordpress import WordPress
from tests.wexcombe import WEXCOMBE

# One worker: each would set the servers up for itself.
pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("wordpress")]


class Reader:
    """Visits the site again and again, as the monitor does."""

    def __init__(self, site: WordPress, client: PoliteClient) -> None:
        self.source = WordPressSource.model_validate({"name": "the Bugle", "url": site.url})
        self.client = client.allowing(self.source.places())
        self.cursor: str | None = None

    def visit(self) -> list[Mention]:
        found: list[Mention] = []
        for page in self.source.fetch(WEXCOMBE, self.cursor, self.client):
            found += page.mentions
            self.cursor = page.cursor
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    with closing(WordPress(tmp_path_factory.mktemp("wordpress") / "bugle")) as site:
        site.start()
        yield site


@pytest.fixture
def reader(site: WordPress) -> Iterator[Reader]:
    with PoliteClient(gap=timedelta(0)) as client:
        yield Reader(site, client)


def test_posts_edits_and_comments_are_found_and_what_waits_for_approval_is_not(
    site: WordPress, reader: Reader
) -> None:
    fair = site.publish("Summer fair", "<p>The fair at Wexcombe Park Primary is on Saturday.</p>")
    said = site.comment(fair, "A Reader", "Lovely &amp; sunny.\n\nSee you there!")
    site.comment(fair, "A Stranger", "Nobody has read this yet.", approved=False)

    post, comment = reader.visit()
    assert (post.external_id, comment.external_id) == (f"posts:{fair}", f"comments:{said}")
    assert post.text == "Summer fair\n\nThe fair at Wexcombe Park Primary is on Saturday."
    assert comment.text.endswith("Lovely & sunny.\n\nSee you there!")
    assert (comment.author, comment.url) == ("A Reader", f"{site.url}/summer-fair/#comment-{said}")
    assert reader.visit() == []

    site.change(fair, "<p>The fair is off.</p>")
    (changed,) = reader.visit()
    assert changed.external_id == post.external_id
    assert changed.text.endswith("The fair is off.")
    assert changed.edited_at is not None


def test_a_site_that_shuts_its_interface_is_read_by_its_feeds_and_repeats_nothing(
    site: WordPress, reader: Reader
) -> None:
    reader.visit()
    site.shut()
    assert reader.visit() == []
    play = site.publish("School play", "<p>Four stars.</p>")
    (found,) = reader.visit()
    assert (found.external_id, found.text) == (f"posts:{play}", "School play\n\nFour stars.")
