"""What an IMAP server says of a mail: its answer as a tree, and in it the parts worth asking for.

The plan of a mail (BODYSTRUCTURE, RFC 9051) names every part without sending any. So we can
ask for words alone, and know of a picture only that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

Piece = bytes | str | list["Piece"] | None  # str: a bare word; bytes: text; None: NIL

# A text that nothing closes goes on to the end: were it no match, each quotation mark in it would
# be tried anew.
_TOKEN = re.compile(rb'[()]|"(?:[^"\\]|\\.?)*(?:"|\Z)|[^\s()"]+', re.DOTALL)
_LITERAL = re.compile(rb"\{\d+\}$")
_DEEPEST = 40  # a mail within a mail within a mail is six
_PARTS = 500  # looked at; nobody forwards a mail of more
_FIELDS = 7  # what every part has; less is the rest of one that lay too deep
_WRITTEN = {"plain", "html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that holds something. `choice` is the same for parts that say the same thing in
    different ways; `nested` for what is shown inside the text, as a logo is."""

    section: str
    kind: str  # "text/plain"
    charset: str
    encoding: str
    size: int
    attached: bool
    choice: str
    nested: bool

    @property
    def is_words(self) -> bool:
        kind, _, subtype = self.kind.partition("/")
        return kind == "text" and subtype in _WRITTEN and not self.attached


def fetched(lines: Iterable[object]) -> Iterator[dict[str, Piece]]:
    """Each mail in the answer to a FETCH, by the names of what was asked for. What a section
    begins with (`<0>`) is left off its name."""
    for top in _tree(_tokens(lines)):
        if isinstance(top, list):
            pairs = zip(top[::2], top[1::2], strict=False)
            yield {_name(key): value for key, value in pairs if isinstance(key, str)}


def _name(word: str) -> str:
    return re.sub(r"<\d+>$", "", word).upper()


def _tokens(lines: Iterable[object]) -> Iterator[Piece]:
    """Literals come apart from the line that announces them, and are text whatever they hold."""
    for line in lines:
        text, literal = line if isinstance(line, tuple) else (line, None)
        if not isinstance(text, bytes):
            continue
        for found in _TOKEN.finditer(_LITERAL.sub(b"", text)):
            yield _token(found[0])
        if isinstance(literal, bytes):
            yield literal


def _token(raw: bytes) -> Piece:
    if raw.startswith(b'"'):
        return re.sub(rb"\\(.)", rb"\1", raw[1:-1], flags=re.DOTALL)
    return None if raw.upper() == b"NIL" else raw.decode("ascii", "replace")


def _tree(tokens: Iterable[Piece]) -> list[Piece]:
    """Brackets become lists. What lies too deep is left out; the rest is read as it stands."""
    top: list[Piece] = []
    above: list[list[Piece]] = [top]
    too_deep = 0
    for piece in tokens:
        if piece == "(":
            if too_deep or len(above) > _DEEPEST:
                too_deep += 1
                continue
            inner: list[Piece] = []
            above[-1].append(inner)
            above.append(inner)
        elif piece == ")":
            if too_deep:
                too_deep -= 1
            elif len(above) > 1:
                above.pop()
        elif not too_deep:
            above[-1].append(piece)
    return top


def tops(plan: Piece) -> list[tuple[str, str]]:
    """Number and kind of each part at the top of a mail that has several."""
    nodes = takewhile(lambda item: isinstance(item, list), plan if isinstance(plan, list) else [])
    return [
        (str(place), f"{_word(node, 0)}/{_word(node, 1)}")
        for place, node in enumerate(nodes, 1)
        if isinstance(node, list) and len(node) > 1
    ]


def parts(plan: Piece) -> list[Part]:
    """The parts that hold something, in their order; those beyond the first few hundred are
    left alone."""
    found: list[Part] = []
    for part in _walk(plan, "", _Around(body=True)):
        found.append(part)
        if len(found) == _PARTS:
            break
    return found


@dataclass(frozen=True, slots=True)
class _Around:
    """What a part stands in. `body`: it is the whole of a mail, so its number ends in 1."""

    body: bool = False
    choice: str = ""
    nested: bool = False


def _walk(node: Piece, number: str, around: _Around) -> Iterator[Part]:
    if not isinstance(node, list) or not node:
        return
    if isinstance(node[0], list):
        children = list(takewhile(lambda item: isinstance(item, list), node))
        within = _within(_word(node, len(children)), number, around)
        for place, child in enumerate(children, 1):
            yield from _walk(child, _join(number, place), within)
        return
    section = _join(number, 1) if around.body else number
    if _word(node, 0) == "message" and _word(node, 1) == "rfc822" and len(node) > 8:
        yield from _walk(node[8], section, _Around(body=True))
    elif len(node) >= _FIELDS:
        yield _leaf(node, section, around)


def _within(subtype: str, number: str, around: _Around) -> _Around:
    choice = number or "all" if subtype == "alternative" else around.choice
    return _Around(choice=choice, nested=around.nested or subtype == "related")


def _leaf(node: list[Piece], section: str, around: _Around) -> Part:
    kind = _word(node, 0)
    disposition = node[9 if kind == "text" else 8 :][:1]
    said = disposition[0] if disposition else None
    return Part(
        section=section,
        kind=f"{kind}/{_word(node, 1)}",
        charset=_parameter(node, "charset"),
        encoding=_word(node, 5),
        size=int(size) if (size := _word(node, 6)).isdecimal() else 0,
        attached=isinstance(said, list) and _word(said, 0) == "attachment",
        choice=around.choice,
        nested=around.nested,
    )


def _parameter(node: list[Piece], name: str) -> str:
    given = node[2] if len(node) > 2 and isinstance(node[2], list) else []
    pairs = zip(given[::2], given[1::2], strict=False)
    return next((_text(value) for key, value in pairs if _text(key).lower() == name), "")


def _word(node: list[Piece], at: int) -> str:
    return _text(node[at]).lower() if at < len(node) else ""


def _text(piece: Piece) -> str:
    if isinstance(piece, bytes):
        return piece.decode("ascii", "replace")
    return piece if isinstance(piece, str) else ""


def _join(number: str, place: int) -> str:
    return f"{number}.{place}" if number else str(place)
