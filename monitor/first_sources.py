"""The sources that a school begins with: those that need no key. And what is worth adding."""

from __future__ import annotations

_KEYLESS = (
    {
        "kind": "mediawiki",
        "name": "Wikipedia",
        "url": "https://en.wikipedia.org/w/api.php",
        "every": "6h",
    },
    {"kind": "google_news", "name": "Google News", "every": "1h"},
    {"kind": "bluesky", "name": "Bluesky", "every": "1h"},
    {"kind": "mastodon", "name": "Mastodon", "url": "https://mastodon.social", "every": "1h"},
    {
        "kind": "mastodon",
        "name": "Mastodon UK",
        "url": "https://mastodonapp.uk",
        "every": "1h",
    },
    {"kind": "lemmy", "name": "Lemmy", "url": "https://feddit.uk", "every": "6h"},
    {"kind": "whatdotheyknow", "name": "WhatDoTheyKnow", "every": "12h"},
    {"kind": "uk_petitions", "name": "Petitions", "every": "1d"},
)
_LOOKALIKES = {"kind": "lookalike_domains", "name": "Domains like ours", "every": "7d"}

# Other sources that are worth the trouble, in the order of what they bring.
WORTH_ADDING = (
    ("mailbox", "a mailbox to which your staff forward what they see (free)"),
    ("google_alerts", "Google's own search, by an alert that you set up (free)"),
    ("page", "a thread, a page of reviews, any page you name (free)"),
    ("feed", "your local newspaper or council, by its feed (free)"),
    ("brave", "a search engine, Facebook and the forums included (a key, and a card for it)"),
    ("google_places", "reviews on Google Maps (a key)"),
    ("facebook_page", "comments on your own Facebook Page (a key of your own Page)"),
)


def to_begin_with(website: str) -> list[dict[str, str]]:
    """As tables of the configuration. Without a website there are no domains like its own."""
    lookalikes = [_LOOKALIKES] if website else []
    return [dict(source) for source in (*_KEYLESS, *lookalikes)]
