"""Petitions on recordings written by hand; petitions and people are invented."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx

from sources.contract import Source
from sources.errors import TooLarge
from sources.testing import SourceContract
from sources.uk_petitions import UkPetitions


def _petition(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "petition",
        "id": 700_000 + number,
        "links": {"self": f"https://petition.parliament.uk/petitions/{700_000 + number}.json"},
        "attributes": {
            "action": f"Mend the roof of Wexcombe Park Primary School {number}",
            "background": "It rains in.",
            "additional_details": None,
            "state": "rejected",
            "signature_count": 12,
            "created_at": f"2026-06-{number:02}T10:00:00.000Z",
            "opened_at": None,
            "creator_name": None,
            **more,
        },
    }


class TestUkPetitions(SourceContract):
    source: ClassVar[Source] = UkPetitions(name="petitions")
    # Within a page the oldest comes first; the pages come as the site has them.
    expected: ClassVar[list[str]] = ["700003", "700004", "700001", "700002"]
    expected_later: ClassVar[list[str]] = ["700005"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, 4)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, 5)

    def _search(self, request: httpx.Request, last: int) -> httpx.Response:
        """Two petitions a page, the newest first; a nickname finds the second alone."""
        asked = request.url.params
        assert (request.url.path, asked["state"]) == ("/petitions.json", "all")
        if "WPPS" in asked["q"]:
            return self._page([2], onward=False)
        start = last - 2 * (int(asked["page"]) - 1)
        shown = [n for n in (start, start - 1) if n > 0]
        return self._page(shown, onward=start > 2)

    def _page(self, numbers: list[int], *, onward: bool) -> httpx.Response:
        links = {
            "self": "https://petition.parliament.uk/petitions.json",
            "next": "https://elsewhere.example/petitions.json?page=2" if onward else None,
        }
        return httpx.Response(200, json={"links": links, "data": [_petition(n) for n in numbers]})

    def test_a_petition_leads_to_its_page_for_people(self) -> None:
        first = self.mentions()[0]
        assert first.url == "https://petition.parliament.uk/petitions/700003"
        assert first.text.endswith("\n\nIt rains in.")
        assert first.counts == (("signatures", 12),)
        assert first.published_as == "2026-06-03T10:00:00.000Z"

    def test_the_next_page_is_asked_of_the_site_itself_wherever_its_link_leads(self) -> None:
        hosts: set[str] = set()

        def listening(request: httpx.Request) -> httpx.Response:
            hosts.add(request.url.host)
            return self.server(request)

        self.pages(handler=listening)
        assert hosts == {"petition.parliament.uk"}

    def test_a_search_without_end_says_so(self) -> None:
        error = self.trouble(lambda _: self._page([1], onward=True))
        assert isinstance(error, TooLarge)
        assert "shorten it" in str(error)
