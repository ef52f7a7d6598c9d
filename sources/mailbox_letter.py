"""A mail as a person would read it: its words, its links, and how many pictures it holds.

Written by strangers, so every step is bounded and none of them raises. Pictures and other
attachments are counted from the mail's plan; they are not asked for, so not opened or kept.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser

from sources.mailbox_plan import Part
from sources.text import Dated, dated, html_to_text, tidy

MOST = 256 * 1024  # bytes of one part; a longer one is read that far
_TEXTS = 12  # parts with words; the rest of a mail of thousands is not asked for
_LOGO = 10_000  # bytes: a smaller picture inside the text belongs to a signature
_CHARSETS = re.compile(
    r"utf-?\d+.*|ascii|iso8859-\d+|cp\d+|gb.*|big5.*|euc_.*|shift_.*|koi8-.|iso2022_.*|mac-.*|hz"
)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above a mail. `lines` gives a field each time that it stands there."""

    raw: Message

    @classmethod
    def read(cls, header: bytes) -> Header:
        return cls(BytesParser().parsebytes(header.replace(b"\0", b""), headersonly=True))

    def lines(self, name: str) -> list[str]:
        """In one line each, as they came."""
        return [" ".join(str(value).split()) for value in self.raw.get_all(name, [])]

    @property
    def subject(self) -> str:
        return tidy(_decoded(next(iter(self.lines("Subject")), "")))[:500]

    @property
    def id(self) -> str:
        return next(iter(self.lines("Message-ID")), "")

    @property
    def dated(self) -> Dated:
        return dated(next(iter(self.lines("Date")), ""))

    @property
    def sent_at(self) -> datetime | None:
        return self.dated["published_at"]


def _decoded(value: str) -> str:
    """=?utf-8?q?words?= as words; what cannot be read stays as it is."""
    try:
        pieces = decode_header(value[:4000])
    except (HeaderParseError, ValueError):
        return value
    return "".join(p if isinstance(p, str) else decoded(p, c or "utf-8") for p, c in pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`plain` is what a person reads. `html` holds the marked-up texts as they came, for the
    links behind their words. `unread`: words are missing, and no picture explains it."""

    header: Header
    plain: str = ""
    html: tuple[str, ...] = ()
    pictures: int = 0
    files: int = 0
    unread: bool = False


def letter(header: Header, parts: Iterable[Part], ask: Callable[[Part], bytes]) -> Letter:
    """Put together from its *parts*; only those with words are asked for."""
    parts = list(parts)
    written = [part for part in parts if part.is_words][:_TEXTS]
    texts = [(part, _text(part, ask(part))) for part in written]
    others = [part for part in parts if not part.is_words]
    pictures = [part for part in others if part.kind.startswith("image/")]
    plain = "\n\n".join(_shown(texts))
    return Letter(
        header=header,
        plain=plain,
        html=tuple(text for part, text in texts if part.kind == "text/html"),
        pictures=sum(1 for part in pictures if not _is_logo(part)),
        files=len(others) - len(pictures),
        unread=not plain and not pictures,
    )


def _is_logo(part: Part) -> bool:
    return part.nested and not part.attached and part.size < _LOGO


def _shown(texts: list[tuple[Part, str]]) -> Iterable[str]:
    """Each text once: of those that say the same thing, the plain one, if it says anything."""
    said: set[str] = set()
    for part, text in sorted(texts, key=lambda both: both[0].kind == "text/html"):
        words = html_to_text(text) if part.kind == "text/html" else tidy(text)
        if words and not (part.choice and part.choice in said):
            said.add(part.choice)
            yield words


def _text(part: Part, raw: bytes) -> str:
    return decoded(_unpacked(raw, part.encoding), part.charset or "utf-8")


def _unpacked(raw: bytes, encoding: str) -> bytes:
    """A part that was cut short is read as far as it came."""
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding != "base64":
        return raw
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw.partition(b"=")[0])
    try:
        return base64.b64decode(letters[: len(letters) // 4 * 4] + _tail(letters))
    except binascii.Error:
        return b""


def _tail(letters: bytes) -> bytes:
    """The last few letters with what they lack; a single one says nothing."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def decoded(raw: bytes, charset: str) -> str:
    """By the charset that the mail names, if it is one of text. Many mails name a wrong one:
    what is good UTF-8 is taken for that."""
    for name in ("utf-8", charset):
        try:
            return raw.decode(_known(name))
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("cp1252" if _known(charset) == "utf-8" else _known(charset), "replace")


def _known(charset: str) -> str:
    """UTF-8 for a name that Python does not know for a charset: some of its codecs unpack."""
    try:
        name = codecs.lookup(charset[:40]).name
    except (LookupError, ValueError):
        return "utf-8"
    return name if _CHARSETS.fullmatch(name) else "utf-8"
