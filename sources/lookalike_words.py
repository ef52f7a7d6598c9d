"""A domain that looks like the school's, in words for the office."""

from __future__ import annotations

from datetime import datetime, timedelta

from sources.lookalike_look import CERTIFICATE, Finding
from sources.registration import registrable
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
    CERTIFICATE: "it has the same name in it",
}


def told(finding: Finding, school: str, now: datetime, *, first: bool) -> str:
    """A young domain, or one that was not there at the last visit, is more than a neighbour.
    On the *first* visit all are new to us, and prove nothing by that."""
    since = f", registered on {written(finding.registered)}," if finding.registered else ""
    way = _WAYS.get(finding.way, "it is spelt almost alike")
    said = (
        f"The domain {finding.domain}{_shown(finding.domain)}{since} resembles that of {school} "
        f"({way}) and {_answers(finding)}."
    )
    return joined(said, _more(finding), _warning(finding, now, first=first))


def _shown(domain: str) -> str:
    """What a browser may show for a name that is written with other letters."""
    if "xn--" not in domain:
        return ""
    try:
        return f" (shown as {domain.encode('ascii').decode('idna')})"
    except UnicodeError:
        return ""


def _answers(finding: Finding) -> str:
    said = {(True, True): "has a website and takes mail", (True, False): "has a website"}
    return said.get((finding.answers.web, finding.answers.mail), "takes mail")


def _more(finding: Finding) -> str:
    owner = registrable(finding.domain)
    below = f"It is a part of the site {owner}." if owner != finding.domain else ""
    since = finding.certified
    proof = f"It has had a certificate since {written(since)}." if since else ""
    return f"{below} {proof}".strip()


def _warning(finding: Finding, now: datetime, *, first: bool) -> str:
    since = finding.registered
    young = now - since < _YOUNG if since else not first
    if not young:
        return ""
    return "It may be there to send fake emails or show a fake page in the school's name."
