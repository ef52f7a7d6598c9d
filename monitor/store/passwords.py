"""Which passwords are too easily guessed. Length counts; kinds of characters do not.

NIST SP 800-63B and NCSC: no composition rules, but refuse what everybody chooses.
"""

from __future__ import annotations

import re
from unicodedata import normalize

SHORTEST, LONGEST = 12, 256

# Words behind the long passwords that people choose most; digits and signs around one of
# them, or the same one twice, make it no better.
_WORDS = """
abcdefghijkl abcdefghijklm abcdefghijklmnop admin administrator arsenal asdfghjkl
asdfghjklqwertyuiop baseball basketball celtic changeme chelsea chocolate computer
correcthorsebatterystaple default dragon england everton football governor headteacher
headmaster headmistress iloveyou letmein letmeinplease liverpool manchester
manchesterunited monkey office p4ssw0rd passphrase password passwd pa$$word princess
qazwsxedc qazwsxedcrfv qwerty qwertyuiop qwertyuiopasdfghjkl rangers safeguarding school
schoolpassword schooloffice secret secretpassword starwars sunshine superman teacher
thisismypassword tottenham trustno welcome zxcvbnm
"""
_COMMON = frozenset(_WORDS.split())
_DIGITS = "01234567890123456789", "98765432109876543210"


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
    if _is_common(password.casefold(), email):
        return "That is one of the first passwords a stranger would try. Choose another."
    return ""


def _is_common(password: str, email: str) -> bool:
    if len(set(password)) <= 3 or any(password in digits for digits in _DIGITS):
        return True
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    return any(_once(each) in _guesses(email) for each in (password, word))


def _once(word: str) -> str:
    """abcabc -> abc"""
    repeated = re.fullmatch(r"(.+?)\1+", word)
    return repeated[1] if repeated else word


def _guesses(email: str) -> frozenset[str]:
    name, _, domain = email.casefold().partition("@")
    return _COMMON | {email.casefold(), name, domain, domain.partition(".")[0]}
