"""A Google Alert on a recording written by hand; pages and people are invented."""

from __future__ import annotations

from typing import ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import AccessRefused
from sources.google_alerts import GoogleAlerts, is_alert, unwrapped
from sources.testing import SourceContract

PATH = "12345678901234567890/9876543210987654321"
ADDRESS = f"https://www.google.com/alerts/feeds/{PATH}"


def _atom(numbers: range) -> httpx.Response:
    """Newest first, links wrapped, and an author without a name, as Google sends it."""
    entries = "".join(
        f"<entry><id>tag:google.com,2013:googlealerts/feed:{n}</id>"
        f"<title type='html'>Parents praise &lt;b&gt;Wexcombe Park&lt;/b&gt; {n}</title>"
        f"<link href='https://www.google.com/url?rct=j&amp;sa=t&amp;url="
        f"https://paper.example/story?id={n}&amp;page=2&amp;ct=ga&amp;cd=CAEY&amp;usg=AO'/>"
        f"<published>2026-11-{n:02}T18:02:20Z</published>"
        f"<updated>2026-11-{n:02}T18:02:20Z</updated>"
        f"<content type='html'>The &lt;b&gt;school&lt;/b&gt; held a fete &amp;amp; a raffle."
        f"</content><author><name/></author></entry>"
        for n in reversed(numbers)
    )
    return httpx.Response(
        200,
        headers={"Content-Type": "application/atom+xml; charset=UTF-8"},
        content="<feed xmlns='http://www.w3.org/2005/Atom'>"
        f"<id>tag:google.com,2005:reader/user/1/state/com.google/alerts/2</id>"
        f"<title>Google Alert - Wexcombe Park</title>{entries}</feed>",
    )


class TestGoogleAlerts(SourceContract):
    """Here the address itself is the secret: it must be asked for, and shown nowhere."""

    source: ClassVar[Source] = GoogleAlerts(name="alert", url="env:TEST_ALERT")
    expected: ClassVar[list[str]] = [
        f"tag:google.com,2013:googlealerts/feed:{n}" for n in range(1, 13)
    ]
    expected_later: ClassVar[list[str]] = ["tag:google.com,2013:googlealerts/feed:13"]
    secret: ClassVar[str] = PATH

    @pytest.fixture(autouse=True)
    def _address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_ALERT", ADDRESS)

    def server(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == ADDRESS
        return _atom(range(1, 13))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return _atom(range(1, 14))

    def test_the_secret_is_sent_but_never_shown(self) -> None:
        pages = self.pages()
        assert PATH not in repr(self.source) + repr(pages)

    def test_the_link_is_that_of_the_page_itself(self) -> None:
        first = self.mentions()[0]
        assert first.url == "https://paper.example/story?id=1&page=2"
        assert first.text == "Parents praise Wexcombe Park 1\n\nThe school held a fete & a raffle."

    def test_an_entry_without_a_link_never_shows_the_feeds_own_address(self) -> None:
        entry = "<entry><id>tag:x</id><title>Words</title></entry>"
        feed = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>"
        (found,) = self.mentions(handler=lambda _: httpx.Response(200, content=feed))
        assert found.url == "https://www.google.com/alerts"

    @pytest.mark.parametrize("kept", ["", "hunter2", "https://evil.example/alerts/feeds/1/2"])
    def test_what_is_not_an_alerts_address_is_refused_and_not_shown(
        self, kept: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TEST_ALERT", kept)
        error = self.trouble(self.server)
        assert isinstance(error, AccessRefused)
        assert "RSS symbol" in str(error)
        assert not kept or kept not in str(error)

    def test_an_address_that_is_kept_nowhere_is_asked_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("TEST_ALERT")
        assert "TEST_ALERT is not set" in str(self.trouble(self.server))


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (
            "https://www.google.com/url?rct=j&sa=t&url=https://a.example/?a=1&b=2&ct=ga&cd=x",
            "https://a.example/?a=1&b=2",
        ),
        (
            "https://www.google.com/url?url=https%3A%2F%2Fa.example%2F%3Fa%3D1&ct=ga",
            "https://a.example/?a=1",
        ),
        ("https://www.google.com/url?q=https://a.example/&sa=U", "https://a.example/"),
        ("https://www.google.com/url?url=https://a.example/x", "https://a.example/x"),
        ("https://www.google.com/url?url=javascript:alert(1)&ct=ga", None),
        ("https://www.google.com/url?url=javascript%3Aalert(1)&ct=ga", None),
        ("https://a.example/", None),
        ("", None),
    ],
)
def test_the_page_is_taken_out_of_googles_link(link: str, page: str | None) -> None:
    assert unwrapped(link) == page


@pytest.mark.parametrize(
    ("address", "known"),
    [
        (ADDRESS, True),
        ("https://www.google.co.uk/alerts/feeds/1/2", True),
        ("http://www.google.com/alerts/feeds/1/2", False),
        ("https://www.google.com/alerts", False),
        ("https://google.com.evil.example/alerts/feeds/1/2", False),
        ("https://[", False),
    ],
)
def test_only_an_alert_is_taken_for_one(address: str, known: bool) -> None:
    assert is_alert(address) is known
