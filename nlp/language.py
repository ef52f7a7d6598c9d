"""Whether a text is English enough to be judged. In doubt it is: slang and Welsh greetings too."""

from __future__ import annotations

import re

from nlp.rules import word_list

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_MIN_LETTERS, _MIN_WORDS = 12, 12


def why_not_english(lower: str) -> str | None:
    """A reason in plain words, or None when the text can be judged."""
    letters = [c for c in lower if c.isalpha()]
    foreign = sum(1 for c in letters if ord(c) > 0x24F)
    if len(letters) >= _MIN_LETTERS and foreign / len(letters) > 0.5:
        return "not written in English letters"
    words = _WORD.findall(lower)
    if len(words) < _MIN_WORDS:
        return None
    english = sum(1 for w in words if w in word_list("language", "english")) / len(words)
    other = sum(1 for w in words if w in word_list("language", "other")) / len(words)
    if other > 0.15 and english < 0.15 and other > 2 * english:
        return "not in English"
    return None
