"""Which passwords are too easily guessed. Length counts; kinds of characters do not.

NIST SP 800-63B and NCSC: no composition rules, but refuse what everybody chooses. What that is,
zxcvbn knows: the 30,000 passwords found most often in breaches, names, words, dates and rows of
keys, and what people make of them (a capital, a year, a sign, the same thing twice).
"""

from __future__ import annotations

import re
from unicodedata import normalize

SHORTEST, LONGEST = 12, 256
# Of zxcvbn's five marks: 3 is "safely unguessable", more than 100 million guesses;
# 0 is fewer than a thousand.
_SAFE = 3
_READ = 72  # characters; zxcvbn takes its time over longer ones, which nobody guesses
# What strangers try first at a school, beside what they try everywhere.
_WORDS = (
    "arsenal celtic changeme chelsea correcthorsebatterystaple everton governor headmaster "
    "headmistress headteacher letmeinplease liverpool manchester office passphrase rangers "
    "safeguarding school schooloffice secretpassword teacher thisismypassword tottenham "
)


def comparable(password: str) -> str:
    """The same password however the keyboard spells it (é in one character or in two)."""
    return normalize("NFKC", password)


def why_weak(password: str, email: str) -> str:
    """A sentence for the person, or "" when the password will do."""
    password = comparable(password)
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words together are good."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if _is_soon_guessed(password, email):
        return "That is one of the first passwords a stranger would try. Choose another."
    return ""


def _is_soon_guessed(password: str, email: str) -> bool:
    """Digits and signs around what everybody chooses make it no better."""
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    return _mark(password, email) < _SAFE or (word != "" and _mark(word, email) == 0)


def _mark(password: str, email: str) -> int:
    from zxcvbn import zxcvbn  # 20 MB of words, which only whoever chooses a password needs

    return int(zxcvbn(password[:_READ], [*_WORDS.split(), *_parts(email)])["score"])


def _parts(email: str) -> tuple[str, ...]:
    name, _, domain = email.casefold().partition("@")
    return email.casefold(), name, domain, domain.partition(".")[0]
