"""A capture of the text of one page, while its site is being left alone."""

from __future__ import annotations

import httpx
import pytest

from alerts.evidence.errors import Never, NotNow
from monitor.fetching import fetch_text
from sources.testing import recorded


def test_a_page_whose_site_rests_for_the_trouble_of_others_is_tried_again_later() -> None:
    """Two pages refused us for good; nobody yet asked for the third."""
    client = recorded(lambda request: httpx.Response(403))
    for page in ("a", "b"):
        with pytest.raises(Never):
            fetch_text(client, f"https://site.example/{page}")
    with pytest.raises(NotNow, match="left alone until"):
        fetch_text(client, "https://site.example/c")


def test_a_wall_in_front_of_the_page_is_no_evidence_of_it() -> None:
    client = recorded(lambda request: httpx.Response(200, html="<p>Please log in to see it"))
    with pytest.raises(Never, match="log in"):
        fetch_text(client, "https://site.example/a")
