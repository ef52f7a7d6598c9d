"""What a page showed: the post, or something in its place that only looks like an answer."""

from __future__ import annotations

import pytest

from alerts.evidence.shows import Seen, shown, words_found
from monitor.domain import Shows

ASKED = "https://forum.example/t/7"
POST = "The head of Wexcombe Park is a disgrace and should be ashamed of herself."
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
LONG = "What people said about the summer fete and the new gate. " * 40


def seen(words: str, **more: object) -> Seen:
    facts = {"url": ASKED, "html": f"<p>{words}</p>", "title": "", "status": 200} | more
    return Seen(asked=ASKED, words=words, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "what"),
    [
        (seen(POST), Shows.POST),
        (seen(LONG), Shows.POST),
        (seen(POST + " This page is no longer available, says nobody."), Shows.POST),
        (seen(POST, html="<div class=g-recaptcha>" + POST), Shows.POST),
        (seen("Sorry", status=404), Shows.GONE),
        (seen("Gone.", status=410), Shows.GONE),
        (seen("Who are you?", status=401), Shows.LOGIN_WALL),
        (seen("Join now", status=999), Shows.BOT_WALL),
        (seen("x", status=403, headers={"CF-Mitigated": "challenge"}), Shows.BOT_WALL),
        (seen("Just a moment", html="<script>_cf_chl_opt={}</script>"), Shows.BOT_WALL),
        (seen("Log in", html="<input type=password>"), Shows.LOGIN_WALL),
        (seen(LONG, url="https://forum.example/login?next=7"), Shows.LOGIN_WALL),
        (seen("Agree", url="https://consent.forum.example/"), Shows.CONSENT_WALL),
        (seen("Forbidden", status=403), Shows.ERROR),
        (seen("This post has been deleted."), Shows.SOFT_404),
        (seen(f"This content isn{CURLY}t available right now"), Shows.SOFT_404),
        (seen("Oops! We couldn't find that page."), Shows.SOFT_404),
        (seen("The topic you requested does not exist."), Shows.SOFT_404),
        (seen(LONG, title="Page not found - Town forum"), Shows.SOFT_404),
        (seen(LONG, url="https://forum.example/"), Shows.SOFT_404),
        (seen("  ", html="<body></body>"), Shows.BLANK),
        (seen("You need to enable JavaScript to run this app."), Shows.BLANK),
        (seen("", html="<img src=a.png>"), Shows.POST),
    ],
)  # fmt: skip
def test_what_a_page_shows(page: Seen, what: Shows) -> None:
    assert shown(page, POST) is what


@pytest.mark.parametrize(
    ("words", "what"),
    [(LONG, Shows.POST), ("Page not found", Shows.SOFT_404), ("The new gate.", Shows.POST)],
)
def test_a_page_of_which_no_words_are_known_is_the_post_unless_it_says_otherwise(
    words: str, what: Shows
) -> None:
    assert shown(seen(words)) is what
    assert shown(seen(LONG, url="https://forum.example/")) is Shows.POST


def test_words_are_found_whatever_stands_between_and_around_them() -> None:
    assert words_found("Bins! Again.", "the bins again") == 1.0
    assert words_found("Bins. Again. Each Friday, and nobody comes.", "bins again") == 0.0
    assert words_found(POST, f"12 likes\n{POST.upper()}\nReply") == 1.0
    assert words_found("!!", "anything") is None
    assert words_found("bins", "") == 0.0
