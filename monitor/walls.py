"""Pages that stand in front of what was asked for: proof of a person, consent, a login.

They come with status 200, so nobody but us can tell them from an answer. Each has marks of
its own; the weaker ones count only on a page that says little else, because a long page
with a login box at its top is no wall. Both doors to the network ask here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from monitor.domain import Shows

_NEXT_TO_NOTHING, _FEW, _SOME = 20, 60, 150  # words

# Checked by their headers, whatever the status: Cloudflare, Amazon.
_CHALLENGES = {"cf-mitigated": ("challenge",), "x-amzn-waf-action": ("captcha", "challenge")}

_CAPTCHA = re.compile(
    r"_cf_chl_opt|captcha-delivery\.com|px-captcha|_incapsula_resource|sucuri_cloudproxy_js"
    r"|awswafintegration|anubis_challenge|g-recaptcha|h-captcha|cf-turnstile"
    r"|making sure you(?:&#39;|')re not a bot|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|unusual traffic from your|whoa there, pardner|are you a robot",
    re.IGNORECASE,
)
_CONSENT_HOST = re.compile(r"consent\.|guce\.|privacy-gate\.|cookiewall\.", re.IGNORECASE)
_CONSENT_FORM = re.compile(r"action\s*=\s*[\"']?https?://(?:consent|guce)\.", re.IGNORECASE)
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|sign_in|wp-login\.php|authwall|checkpoint)(?:[/.;]|$)", re.IGNORECASE
)
_PASSWORD = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
_PLEASE = re.compile(
    r"\b(?:please|must(?: be)?|need to|have to|requires? you to be)\W+(?:\w+\W+){0,3}"
    r"(?:log(?:ged)?|sign(?:ed)?)[ -]?in\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^>]{0,100}>[^<]{0,100}\b(?:log[ -]?in|sign[ -]?in)\b", re.IGNORECASE)


def is_challenge(headers: Mapping[str, str]) -> bool:
    """Whether the headers (names in small letters) say that this is a test and not the page."""
    return any(
        headers.get(name, "").strip().lower() in values for name, values in _CHALLENGES.items()
    )


def wall_by_address(here: str, asked: str) -> Shows | None:
    """The wall to which a request for *asked* was sent on, by where it ended."""
    end, start = urlsplit(here), urlsplit(asked)
    if _CONSENT_HOST.match(end.hostname or "") and end.hostname != start.hostname:
        return Shows.CONSENT_WALL
    if _LOGIN_PATH.search(end.path) and not _LOGIN_PATH.search(start.path):
        return Shows.LOGIN_WALL
    return None


def wall_by_words(html: str, words: str) -> Shows | None:
    """The wall that a page is, by its HTML and by the *words* that a reader sees of it."""
    count = len(words.split())
    if count <= _FEW and _CAPTCHA.search(html):
        return Shows.BOT_WALL
    if count <= _SOME and _CONSENT_FORM.search(html):
        return Shows.CONSENT_WALL
    if count <= _SOME and _asks_to_log_in(html, words, count):
        return Shows.LOGIN_WALL
    return None


def _asks_to_log_in(html: str, words: str, count: int) -> bool:
    """Many forums have a login box on each page, so the box alone proves nothing."""
    if _PASSWORD.search(html) is None:
        return count <= _FEW and _PLEASE.search(words) is not None
    told = _PLEASE.search(words) or _TITLE.search(html)
    return told is not None or count <= _NEXT_TO_NOTHING
