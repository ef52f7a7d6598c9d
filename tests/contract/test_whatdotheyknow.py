"""WhatDoTheyKnow on recordings written by hand; requests and people are invented."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import unquote

import httpx

from sources.contract import Source
from sources.errors import TurnedAway
from sources.testing import SourceContract
from sources.whatdotheyknow import WhatDoTheyKnow


def _event(number: int, type_: str = "sent", **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "event_type": type_,
        "created_at": f"2026-06-{number:02}T10:00:00.000+01:00",
        "described_state": None,
        "incoming_message_id": None,
        "outgoing_message_id": number + 500,
        "comment_id": None,
        "snippet": f'Please send the <span class="highlight">Wexcombe</span> minutes {number}...',
        "info_request": {
            "id": 7,
            "url_title": f"minutes_{number}",
            "title": "Minutes &c of governors",
        },
        "public_body": {"id": 3, "url_name": "wpps", "name": "Wexcombe Park Primary School"},
        "user": {"id": 9, "url_name": "a_n_other", "name": "A N Other"},
        **more,
    }


PARK = [_event(n) for n in range(1, 5)]
WPPS = [
    _event(4),
    _event(5, "response", outgoing_message_id=None, incoming_message_id=77),
    _event(6, "edit"),
    _event(7, "comment", outgoing_message_id=None, comment_id=88),
]


class TestWhatDoTheyKnow(SourceContract):
    source: ClassVar[Source] = WhatDoTheyKnow(name="FOI")
    expected: ClassVar[list[str]] = ["1", "2", "3", "4", "5", "7"]
    expected_later: ClassVar[list[str]] = ["8"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, [])

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, [_event(8, "followup_sent")])

    def _search(self, request: httpx.Request, more: list[dict[str, Any]]) -> httpx.Response:
        path = unquote(request.url.raw_path.decode())
        known = {
            '/feed/search/"Wexcombe Park Primary School".json': PARK,
            '/feed/search/"WPPS" Wexcombe.json': [*WPPS, *more],
        }
        return httpx.Response(200, json=known[path][::-1])

    def test_a_request_is_read_with_whom_it_asks_and_leads_to_the_message(self) -> None:
        first = self.mentions()[0]
        assert first.text == (
            "Minutes &c of governors\n\n"
            "(request for information to Wexcombe Park Primary School)\n\n"
            "Please send the Wexcombe minutes 1..."
        )
        assert first.author == "A N Other"
        assert first.url == "https://www.whatdotheyknow.com/request/minutes_1#outgoing-501"

    def test_an_answer_is_by_the_body_and_a_remark_has_its_own_anchor(self) -> None:
        found = {m.external_id: m for m in self.mentions()}
        assert found["5"].author == "Wexcombe Park Primary School"
        assert found["5"].url.endswith("#incoming-77")
        assert found["7"].url.endswith("#comment-88")
        assert found["7"].answers == "https://www.whatdotheyknow.com/request/minutes_7"
        assert found["1"].answers == ""
        assert found["1"].published_as == "2026-06-01T10:00:00.000+01:00"

    def test_the_guard_against_robots_is_no_alarm(self) -> None:
        error = self.trouble(lambda _: httpx.Response(403, html="<p>Checking you</p>"))
        assert isinstance(error, TurnedAway)
        assert not error.needs_a_person

    def test_a_hostile_title_stays_in_the_sites_own_address(self) -> None:
        event = _event(1, info_request={"url_title": "../../x?y=<script>", "title": "T"})
        (found, *_) = self.mentions(handler=lambda _: httpx.Response(200, json=[event]))
        assert found.url.startswith("https://www.whatdotheyknow.com/")
        assert "<" not in found.url
