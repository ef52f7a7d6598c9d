"""Pages that stand in front of what was asked for, each with its name; and what only looks so."""

from __future__ import annotations

import httpx
import pytest

from sources.errors import AccessRefused, Captcha, ConsentWall, LoginWall, SourceError
from sources.testing import recorded

LONG = "<p>" + "What people said about the summer fete and the new gate. " * 40 + "</p>"
SOME = "<p>" + "What people said about the gate. " * 10 + "</p>"
WIDGET = '<div class="g-recaptcha" data-sitekey="x"></div>'


def get(answer: httpx.Response, url: str = "https://site.example/t/1") -> bytes:
    return recorded(lambda request: answer).get(url).content


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", Captcha),
        (f"<title>Security check</title><form>{WIDGET}</form>", Captcha),
        ('<script src="https://geo.captcha-delivery.com/c.js"></script>', Captcha),
        ("<h1>Making sure you&#39;re not a bot!</h1>", Captcha),
        ("<p>Our systems have detected unusual traffic from your network.", Captcha),
        ("<h1>whoa there, pardner!</h1>", Captcha),
        (
            '<form action="https://consent.site.example/s"><p>Before you continue</form>',
            ConsentWall,
        ),
        ('<form><input name="u"><input type="password" name="p"></form>', LoginWall),
        ("<form><input type=password></form><p>Members", LoginWall),
        (SOME + "<title>Log in to Photos</title><input type=password>", LoginWall),
        (
            SOME
            + "<p>The board requires you to be registered and logged in.<input type=password>",
            LoginWall,
        ),
        ("<p>You must be logged in to view this forum.</p>", LoginWall),
        ("<html><p>Please sign in</p></html>", LoginWall),
    ],
)
def test_a_wall_has_its_name_and_is_not_quoted(html: str, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        get(httpx.Response(200, html=html + "<!-- zqxj -->"))
    assert "zqxj" not in str(caught.value)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    "html",
    [
        LONG + WIDGET,
        SOME + '<input type="password">',
        LONG + '<form><input type="password"></form>',
        LONG + '<form action="https://consent.site.example/s"></form>',
        '<p>Our school fete was a success.</p><a href="/login">Log in</a>',
        "<p>He asked us to log in, and are we sure that was him?</p>",
    ],
)
def test_a_page_with_a_login_box_or_a_contact_form_is_no_wall(html: str) -> None:
    assert get(httpx.Response(200, html=html)) == html.encode()


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"cf-mitigated": "challenge"}),
        (503, {"cf-mitigated": "challenge"}),
        (202, {"x-amzn-waf-action": "challenge"}),
        (405, {"x-amzn-waf-action": "captcha"}),
    ],
)
def test_a_challenge_is_known_by_its_headers(status: int, headers: dict[str, str]) -> None:
    with pytest.raises(Captcha):
        get(httpx.Response(status, headers=headers))
    with pytest.raises(AccessRefused):
        get(httpx.Response(403))


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("https://consent.google.example/m?continue=x", ConsentWall),
        ("https://guce.yahoo.example/consent", ConsentWall),
        ("/login/?next=%2Ft%2F1", LoginWall),
        ("/ucp/sign_in", LoginWall),
        ("/wp-login.php?redirect_to=x", LoginWall),
        ("https://www.site.example/authwall?x", LoginWall),
    ],
)
def test_where_a_redirect_leads_is_enough(location: str, error: type[SourceError]) -> None:
    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/t/1":
            return httpx.Response(302, headers={"Location": location})
        return httpx.Response(200, html=LONG * 50)

    with pytest.raises(error):
        recorded(site).get("https://site.example/t/1")


def test_words_about_walls_in_data_are_data() -> None:
    said = {"text": "<html> whoa there, pardner! Please log in", "password": "type=password"}
    assert b"pardner" in get(httpx.Response(200, json=said))
