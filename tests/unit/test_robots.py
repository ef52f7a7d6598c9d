"""What a site asks of programs (RFC 9309), read as it is meant and kept to."""

from __future__ import annotations

import httpx
import pytest

from sources.answer import Answer
from sources.errors import AskedNotTo, NotAllowed, RateLimited, SourceError, Unreachable
from sources.http import PoliteClient
from sources.identity import PRODUCT
from sources.robots import Robots, read_rules
from sources.testing import recorded

RULES = """\
# everybody
User-agent: *
Disallow: /private
Allow: /private/open
Disallow: /*.pdf$
Disallow: /*?sort=
Disallow: /caf%c3%a9
Disallow: /exact$

User-agent: GreedyBot
User-agent: OtherBot/2.1
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private", False),
        ("/privateer", False),
        ("/private/open/day", True),
        ("/Private", True),
        ("/menu.pdf", False),
        ("/menu.pdf?page=1", True),
        ("/threads?sort=new", False),
        ("/threads?page=2", True),
        ("/caf\u00e9", False),
        ("/caf%C3%A9/menu", False),
        ("/exact", False),
        ("/exactly", True),
    ],
)
def test_the_longest_rule_decides_and_wildcards_are_known(path: str, allowed: bool) -> None:
    assert read_rules(RULES, PRODUCT).permit(path) is allowed


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: SchoolReputationMonitor\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nAllow: /\n\nuser-AGENT: schoolreputationmonitor/9\nDISALLOW: /", False),
        ("User-agent: School\nDisallow: /", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: a\nUser-agent: *\nSitemap: /x\nDisallow: /", False),
        ("\ufeffUser-agent: *\r\nDisallow: / # all of it\r\n", False),
        ("User-agent: *\rDisallow: /", False),
        ("User-agent: *\nDisallow: /x\nAllow: /x", True),
        ("Disallow: /", True),
        ("<!doctype html><title>Not found</title>", True),
        ("", True),
    ],
)
def test_a_group_of_our_own_takes_the_place_of_everybodys(text: str, allowed: bool) -> None:
    assert read_rules(text, PRODUCT).permit("/x") is allowed


def test_a_group_of_our_own_that_asks_for_nothing_lets_us_in() -> None:
    text = "User-agent: SchoolReputationMonitor\nDisallow:\n\nUser-agent: *\nDisallow: /"
    assert read_rules(text, PRODUCT).permit("/x")


def test_a_hostile_file_costs_one_pass_and_no_more() -> None:
    """As a regular expression this would take longer than the universe has lasted."""
    text = "User-agent: *\n" + f"Disallow: /{'*a' * 2000}b$\n" * 100
    assert read_rules(text, PRODUCT).permit("/" + "a" * 3900)
    assert read_rules("User-agent: *\nDisallow: " + "*" * 400_000, PRODUCT).permit("/x") is False


class Site:
    """A site with this robots.txt; counts who was asked for what."""

    def __init__(self, robots: httpx.Response) -> None:
        self.robots, self.asked = robots, list[str]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path == "/robots.txt":
            return self.robots
        return httpx.Response(200, html="<p>What everybody says about the fete.</p>")

    def client(self) -> PoliteClient:
        return recorded(self)


CLOSED = httpx.Response(200, text="User-agent: *\nDisallow: /members")


def test_a_page_for_people_is_left_alone_if_the_site_asks_so() -> None:
    site = Site(CLOSED)
    client = site.client()
    with pytest.raises(AskedNotTo, match=r"site\.example"):
        client.get("https://site.example/members/7", page=True)
    assert client.get("https://site.example/fete", page=True).status == 200
    assert site.asked == ["/robots.txt", "/fete"]


def test_what_is_offered_to_programs_is_not_asked_about() -> None:
    site = Site(CLOSED)
    assert site.client().get("https://site.example/members/feed.xml").status == 200
    assert site.asked == ["/members/feed.xml"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_site_without_rules_allows_all(status: int) -> None:
    client = Site(httpx.Response(status)).client()
    assert client.get("https://site.example/fete", page=True).status == 200


@pytest.mark.parametrize(
    ("robots", "error"),
    [
        (httpx.Response(500), Unreachable),
        (httpx.Response(503), Unreachable),
        (httpx.Response(429), RateLimited),
        (httpx.Response(302, headers={"Location": "http://127.0.0.1/robots.txt"}), NotAllowed),
    ],
)
def test_a_site_that_cannot_say_now_is_not_visited_now(
    robots: httpx.Response, error: type[SourceError]
) -> None:
    site = Site(robots)
    with pytest.raises(error):
        site.client().get("https://site.example/fete", page=True)
    assert "/fete" not in site.asked


def test_a_redirect_does_not_lead_round_another_sites_rules() -> None:
    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            closed = request.url.host == "closed.example"
            return httpx.Response(200, text="User-agent: *\nDisallow: /") if closed else MISSING
        assert request.url.host == "open.example"
        return httpx.Response(301, headers={"Location": "https://closed.example/"})

    with pytest.raises(AskedNotTo, match=r"closed\.example"):
        recorded(site).get("https://open.example/", page=True)


MISSING = httpx.Response(404)


def test_the_rules_are_kept_for_a_day_and_for_so_many_sites() -> None:
    now, asked = [0.0], list[str]()

    def fetch(url: str) -> Answer:
        asked.append(url)
        return Answer(url=url, status=200, headers={}, content=b"")

    robots = Robots(PRODUCT, lambda: now[0])
    for _ in range(3):
        robots.check(httpx.URL("https://site.example/x"), fetch)
    assert asked == ["https://site.example:443/robots.txt"]
    now[0] += 25 * 3600
    robots.check(httpx.URL("https://site.example/x"), fetch)
    assert len(asked) == 2
    for n in range(2000):
        robots.check(httpx.URL(f"https://{n}.example/x"), fetch)
    assert len(robots._known) == 1000
