"""What hides in a text or reorders it is written out, so that people read what is there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

# Characters that are not seen but reorder, join or hide those that are (Unicode TR 36), and
# surrogates without a partner, which no page can carry. Tags are unseen, too, but for those of
# a flag as in England's (UTS 51, 2.1): a whole sentence can be written in them.
_UNSEEN = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)|"
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0"
    "\ufff0-\ufffb\U000e0000-\U000e007f]"
    # The joiner is also part of emoji (families).
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
)
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def visible(text: str) -> str:
    """*text* with its unseen characters written out, as in [U+202E]."""
    text = written_out(text.replace("\r\n", "\n"), lambda unseen: f"[U+{ord(unseen):04X}]")
    return _STACKED.sub(r"\1", text)


def written_out(text: str, how: Callable[[str], str]) -> str:
    """*how* writes one unseen character."""
    return _UNSEEN.sub(lambda found: found[1] or how(found[0]), text)


def shown(value: object) -> object:
    """For Jinja's `finalize`: every string, whoever wrote it; what a template made is Markup."""
    return visible(value) if type(value) is str else value
