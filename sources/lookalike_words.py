"""A domain that looks like the school's, in words for the office."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.domains import registered
from sources.lookalike_look import CERTIFICATE, Finding
from sources.text import joined, written

_YOUNG = timedelta(days=90)
_WAYS = {
    "addition": "a letter or figure was added",
    "bitsquatting": "one letter differs",
    "cyrillic": "its letters only look the same",
    "dictionary": "a word was added",
    "homoglyph": "some letters only look the same",
    "hyphenation": "a hyphen was added",
    "insertion": "a letter was added",
    "omission": "a letter is missing",
    "plural": "an s was added",
    "repetition": "a letter is doubled",
    "replacement": "one letter differs",
    "tld-swap": "the same name with another ending",
    "transposition": "two letters changed places",
    "vowel-swap": "another vowel",
    CERTIFICATE: "the name stands in it",
}


def told(finding: Finding, school: str, now: datetime, *, first: bool) -> str:
    """A young domain, or one that was not there at the last visit, is more than a neighbour.
    On the *first* visit all are new to us, and prove nothing by that."""
    way = _WAYS.get(finding.way, "it is spelt almost alike")
    said = (
        f"The domain {finding.domain}{_shown(finding.domain)}{_since(finding)} resembles that of "
        f"{school} ({way}{_below(finding.domain)}) and {_answers(finding)}."
    )
    return joined(said, _warning(finding, now, first=first))


def _since(finding: Finding) -> str:
    if finding.registered:
        return f", registered on {written(finding.registered)},"
    return f", with a certificate of {written(finding.certified)}," if finding.certified else ""


def _below(domain: str) -> str:
    owner = registered(domain)
    return f", as a part of {owner}" if owner != domain else ""


def _shown(domain: str) -> str:
    """What a browser may show for a name that is written with other letters."""
    if "xn--" not in domain:
        return ""
    try:
        return f" (shown as {domain.encode('ascii').decode('idna')})"
    except UnicodeError:
        return ""


def _answers(finding: Finding) -> str:
    said = {(True, True): "answers web and mail", (True, False): "has a website"}
    return said.get((finding.answers.web, finding.answers.mail), "takes mail")


def _warning(finding: Finding, now: datetime, *, first: bool) -> str:
    since = finding.registered
    young = now - since < _YOUNG if since else not first
    if not young:
        return ""
    return (
        "Somebody may be pretending to be the school, to send fake emails or show a fake page in "
        "its name."
    )
