"""A text capture keeps words and addresses, and nothing that could be a picture."""

from __future__ import annotations

import pytest

from alerts.evidence.words import without_coded_content, words_of

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"


def test_the_title_and_the_words_are_kept_without_the_machinery() -> None:
    html = (
        "<head><title>Town forum</title><style>p{}</style></head><script>x()</script>"
        "<h1>Car park</h1><p>A <b>joke</b>.</p><noscript>Plain.</noscript>"
        "<svg><text>no</text></svg>"
    )
    assert words_of(html).split() == ["Town", "forum", "Car", "park", "A", "joke", ".", "Plain."]


def test_addresses_and_descriptions_of_pictures_are_kept_as_words() -> None:
    html = (
        "<meta property='og:image' content='https://x.example/og.png'>"
        "<p>Hello</p><img src='/a.jpg' alt='Sports day'><video poster='/b.jpg'></video>"
    )
    kept = words_of(html)
    assert "/a.jpg (Sports day)" in kept
    assert "https://x.example/og.png" in kept
    assert "/b.jpg" in kept


@pytest.mark.parametrize(
    "html",
    [
        f"<img src='data:image/png;base64,{PNG}'>",
        f"<img src=' DATA:image/png;base64,{PNG}'>",
        f"<img src='da\nta:image/png;base64,{PNG}'>",
        f"<img srcset='data:image/png;base64,{PNG} 2x'>",
        f"<img alt='data:image/png;base64,{PNG}'>",
        f"<source src='data:video/mp4;base64,{PNG}'>",
        f"<p style='background: url(data:image/png;base64,{PNG})'>x</p>",
        f"<style>p {{ background: url(data:image/png;base64,{PNG}) }}</style>",
        f"<svg><image href='data:image/png;base64,{PNG}'/></svg>",
        f"<object data='data:image/png;base64,{PNG}'></object>",
        f"<iframe srcdoc='<img src=data:image/png;base64,{PNG}>'></iframe>",
        f"<link rel=icon href='data:image/png;base64,{PNG}'>",
        f"<p>data:image/png;base64,{PNG}</p>",
        f"<p>{PNG}</p>",
        f"<p>{PNG[:72]}\n{PNG[72:]}</p>",
        f"<img src='data:image/png;base64,{PNG[:70]}\n{PNG[70:]}'>",
        f"<template><img src='data:image/png;base64,{PNG}'></template>",
        f"<!-- data:image/png;base64,{PNG} -->",
        f"<title>data:image/png;base64,{PNG}</title>",
        f"<img src='https://x.example/?p={PNG * 6}'>",
    ],
)
def test_no_picture_survives_in_any_disguise(html: str) -> None:
    kept = words_of(f"<p>Before.</p>{html}<p>After.</p>")
    assert "iVBORw0KGgo" not in kept
    assert "Before." in kept


def test_ordinary_talk_is_left_alone() -> None:
    text = (
        "The data: see below. Blob, he said.\n"
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch\n"
        "https://wexcombe.example/news/2026/11/20/the-new-car-park-of-our-school-is-a-joke?x=1"
    )
    assert without_coded_content(text) == text


def test_half_a_megabyte_of_traps_is_read_in_passing() -> None:
    assert without_coded_content("data:" * 100_000).startswith("data:")
    assert words_of("<div>" * 2_000 + "deep").strip() == "deep"
