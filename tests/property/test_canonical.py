"""Whatever strangers write as an address: one form, and the same again."""

from __future__ import annotations

from string import digits
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.canonical import canonical

LETTERS = "aZ09-._~%/?#&=+:@;,!*'()[] é\u00df\u3002\uff0e\\\"<>|"
WRAPPERS = (
    "https://www.google.co.uk/url?sa=t&url=",
    "https://l.facebook.com/l.php?h=AT0&u=",
    "https://consent.youtube.com/m?gl=GB&continue=",
    "https://out.reddit.com/t3_x?url=",
    "https://t.umblr.com/redirect?z=",
)
HOSTS = st.sampled_from(
    ["x.example", "www.m.x.example", "youtu.be", "en.m.wikipedia.org", "bücher.example", "m.co.uk"]
)
NOISE = st.sampled_from(["utm_source=x", "fbclid=1", "gclid=2", "mc_cid=3", "igshid=4"])


@settings(deadline=None)
@given(
    st.text()
    | st.text(LETTERS).map("https://m.x.example/".__add__)
    | st.tuples(HOSTS, st.text(LETTERS)).map(lambda p: f"http://{p[0]}/{p[1]}")
    | st.tuples(st.sampled_from(WRAPPERS), st.text(LETTERS)).map("".join)
)
def test_what_is_canonical_stays_as_it_is(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


@settings(deadline=None)
@given(st.text(LETTERS + digits), st.lists(st.sampled_from(WRAPPERS), max_size=4))
def test_a_page_is_the_same_however_often_it_is_wrapped(path: str, wrappers: list[str]) -> None:
    url = wrapped = f"https://x.example/{quote(path)}"
    for wrapper in wrappers:
        wrapped = wrapper + quote(wrapped, safe="")
    assert canonical(wrapped) == canonical(url)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a=1", "b=", "id=7", "q=x%20y"]), unique=True), st.lists(NOISE))
def test_trackers_change_nothing_and_the_rest_stays(own: list[str], noise: list[str]) -> None:
    url = "https://x.example/page?" + "&".join(own)
    found = canonical(f"{url}&{'&'.join(noise)}")
    assert found == canonical(url)
    assert all(piece.replace("%20", "+") in found for piece in own)


@settings(deadline=None)
@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_two_numbers_of_a_forum_are_two_pages(one: int, other: int) -> None:
    for shape in ("/t/{}", "/viewtopic?t={}", "/t/1#p{}", "/?p={}", "/post?id={}&s=1"):
        same = canonical("https://f.example" + shape.format(one)) == canonical(
            "https://f.example" + shape.format(other)
        )
        assert same == (one == other)
