"""Which addresses mean one page, and which do not."""

from __future__ import annotations

import pytest

from monitor.canonical import canonical

PAGES = {
    "https://x.example/news/1": [
        "http://www.x.example/news/1/",
        "https://X.Example:443/news/1?utm_source=a&UTM_Medium=b&fbclid=c&gclid=d&igshid=e&mc_cid=f",
        "https://m.x.example/news/1#top",
        "https://mobile.x.example/news/1#:~:text=thief",
        "https://amp.x.example/news/1",
        "https://x.example/amp/news/1",
        "https://x.example/news/1/amp/",
        "https://x.example/news/1.amp",
        "https://x.example/news/1?amp=1",
        "https://x.example./news/%31",
        "https://x.example/news/1;jsessionid=ABC",
        "https://x.example/news/1?sid=0123456789abcdef0123456789abcdef",
        "https://reader:secret@x.example/news/1",
        "https://www.google.com/amp/s/x.example/news/1",
        "https://x-example.cdn.ampproject.org/c/s/x.example/news/1",
        "https://www.google.co.uk/url?q=https://x.example/news/1&sa=U",
        "https://consent.google.com/ml?continue=https%3A%2F%2Fx.example%2Fnews%2F1&gl=GB",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fx.example%2Fnews%2F1%3Ffbclid%3Dx&h=y",
        "https://lm.facebook.com/l.php?u=https%3A%2F%2Fx.example%2Fnews%2F1",
        "https://l.instagram.com/?u=https%3A%2F%2Fx.example%2Fnews%2F1&e=z",
        "https://out.reddit.com/t3_a?url=https%3A%2F%2Fx.example%2Fnews%2F1&token=t",
        "https://t.umblr.com/redirect?z=https%3A%2F%2Fx.example%2Fnews%2F1&t=u",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.example%2Fnews%2F1",
    ],
    "https://youtube.com/watch?v=abcdefghij1": [
        "https://youtu.be/abcdefghij1?si=share",
        "https://m.youtube.com/watch?v=abcdefghij1&feature=youtu.be&t=30",
        "https://www.youtube.com/shorts/abcdefghij1",
        "https://consent.youtube.com/m?continue=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D"
        "abcdefghij1&gl=GB",
    ],
    "https://en.wikipedia.org/wiki/Wexcombe": ["https://en.m.wikipedia.org/wiki/Wexcombe#History"],
    "https://reddit.com/r/wexcombe/comments/1": [
        "https://old.reddit.com/r/wexcombe/comments/1/?share_id=x"
    ],
    "https://x.com/parent/status/1": ["https://mobile.twitter.com/parent/status/1?s=20&t=x"],
    "https://xn--bcher-kva.example/caf%C3%A9": [
        "https://BÜCHER.example/café",
        "https://xn--bcher-kva.example/caf%c3%a9",
    ],
}
TWO_PAGES = [
    ("https://f.example/t/1", "https://f.example/t/2"),
    ("https://f.example/t/1", "https://f.example/T/1"),
    ("https://f.example/t/1", "https://f.example/t/1?page=2"),
    ("https://f.example/t/1#post-7", "https://f.example/t/1#post-8"),
    ("https://f.example/#!/t/one", "https://f.example/#!/t/two"),
    ("https://f.example/?q=%E9", "https://f.example/?q=%E8"),
    ("https://f.example/a%2Fb", "https://f.example/a/b"),
    ("https://f.example/?ref=1", "https://f.example/?ref=2"),
    ("https://f.example/?s=one", "https://f.example/?s=two"),
    ("https://f.example:8080/", "https://f.example/"),
    ("https://stra\u00dfe.example/", "https://strasse.example/"),
    ("https://m.co.uk/", "https://co.uk/"),
    ("https://x.example/amp", "https://x.example/"),
    ("https://youtube.com/watch?v=abcdefghij1", "https://youtube.com/watch?v=abcdefghij2"),
    ("https://web.archive.org/web/2026/https://x.example/", "https://x.example/"),
    ("https://www.google.com/search?q=https://x.example/", "https://x.example/"),
]


@pytest.mark.parametrize(("page", "way"), [(p, way) for p, ways in PAGES.items() for way in ways])
def test_every_way_to_a_page_has_one_address(page: str, way: str) -> None:
    assert canonical(way) == page == canonical(page)


@pytest.mark.parametrize(("one", "other"), TWO_PAGES)
def test_two_pages_stay_two(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "url",
    ["", "http://[bad", "javascript:alert(1)", "mailto:a@b.example", "http://x.example:99999/"],
)
def test_what_is_no_web_address_stays_as_it_is(url: str) -> None:
    assert canonical(url) == url


def test_a_wrapper_leads_to_the_web_or_stays_a_wrapper() -> None:
    assert canonical("https://l.facebook.com/l.php?u=javascript:alert(1)").startswith("https://l.")


def test_an_endless_address_is_only_equal_to_itself() -> None:
    endless = "https://m.x.example/" + "a" * 9000
    assert canonical(endless) == endless
