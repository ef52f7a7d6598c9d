"""A small language for phrases, so that rules in words/*.toml read like the posts they find.

    "{i_will} ..3 {hurt}|have you"   one of the class i_will, at most three words, one of hurt
                                     or the words `have you`
    "petrol*"                        * stands for the rest of a word, or for a censored letter
    "know where ~ live"              ~ stands for one to three words inside a choice

Slots are separated by `..N`, the choices of a slot by `|`. Words may be separated by anything
but the end of a sentence, and apostrophes may be left out as people do. Each pattern knows
words of which one must be in the text, so that only the few rules that could match are run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_BETWEEN = r"[^\w.!?\n]+"
_BETWEEN_SIGNS = r"[^\w\n]*?"
_ANY_WORDS = _BETWEEN + r"(?:[\w'*]+" + _BETWEEN + r"){1,3}"
_SLOTS = re.compile(r"\s+\.\.(\d+)\s+")
_GAP = r"(?:[^\w.!?\n]+[\w'*]+){0,%d}"
_CLASS = re.compile(r"\{(\w+)\}")
_WORDS = re.compile(r"[\w*]+|[^\w\s]")  # signs count one by one


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase; `triggers`: one of these words is in every text that matches.

    No triggers means that the pattern must always be tried.
    """

    regex: re.Pattern[str]
    triggers: frozenset[str]

    def spans(self, lower: str) -> Iterator[tuple[int, int]]:
        for match in self.regex.finditer(lower):
            if match.end() > match.start():
                yield match.span()


Classes = Mapping[str, tuple[str, ...]]


def compile_pattern(source: str, classes: Classes) -> Pattern:
    """Raises ValueError for an unknown class, with its name."""
    first, *rest = _SLOTS.split(source.strip())
    slots = [tuple(_expand(slot, classes)) for slot in (first, *rest[1::2])]
    regex = _alternatives(slots[0])
    for gap, slot in zip(rest[::2], slots[1:], strict=True):
        regex += _GAP % int(gap) + _before(slot) + _alternatives(slot)
    return Pattern(re.compile(regex), _triggers(slots))


def _expand(slot: str, classes: Classes, depth: int = 0) -> Iterator[str]:
    if depth > 5:
        raise ValueError(f"word classes go round in a circle at {slot}")
    for choice in slot.split("|"):
        name = _CLASS.fullmatch(choice.strip())
        if name is None:
            yield choice.strip().replace("-", " ")
        elif name.group(1) not in classes:
            raise ValueError(f"there is no word class {choice}")
        else:
            for entry in classes[name.group(1)]:
                yield from _expand(entry, classes, depth + 1)


def _alternatives(choices: Iterable[str]) -> str:
    """Words and signs apart: only words have edges, and testing an edge once for all is fast."""
    longest_first = sorted(set(choices), key=lambda choice: (-len(choice), choice))
    words = [_phrase_regex(c) for c in longest_first if any(map(str.isalnum, c))]
    parts = [rf"(?<!\w)(?:{'|'.join(words)})(?!\w)"] if words else []
    parts += [re.escape(c) for c in longest_first if not any(map(str.isalnum, c))]
    return f"(?:{'|'.join(parts)})"


def _before(choices: Iterable[str]) -> str:
    signs = not any(c.isalnum() for choice in choices for c in choice)
    return _BETWEEN_SIGNS if signs else _BETWEEN


def _phrase_regex(phrase: str) -> str:
    """One choice; `*` at the end of a word is its rest, inside a word a censored letter."""
    words = _BETWEEN.join(_word_regex(word) for word in phrase.split())
    return words.replace(_TILDE, _ANY_WORDS)


_APOSTROPHE = re.compile(r"(?<=\w)(?=(?:ll|re|ve|[stdm])$)")  # where people leave it out
_TILDE = _BETWEEN + "~" + _BETWEEN


def _word_regex(word: str) -> str:
    open_end = word.endswith("*")
    if word == "~":
        return word
    body = re.escape(_APOSTROPHE.sub("'", word.removesuffix("*").replace("'", "")))
    body = body.replace("'", "'?").replace(r"\*", r"\*+")
    return body + (r"[\w']*" if open_end else "")


def _triggers(slots: list[tuple[str, ...]]) -> frozenset[str]:
    """The slot with the fewest, all of them whole words; a slot with `word*` cannot serve."""
    usable = [slot for slot in slots if all(map(_can_trigger, slot))]
    if not usable:
        return frozenset()
    slot = min(usable, key=lambda words: (len(words), -min(map(len, words))))
    return frozenset(_longest(word) for word in slot)


def _can_trigger(phrase: str) -> bool:
    return bool(_longest(phrase))


def _longest(phrase: str) -> str:
    return max(map(_trigger, phrase.split()), key=len, default="")


def _trigger(word: str) -> str:
    """The word, or its first letters and `*` where its end is open; empty: no help."""
    plain = word.replace("'", "").strip("-~,")
    if "*" not in plain:
        return plain
    stem = plain.removesuffix("*")
    return stem[:_STEM_MAX] + "*" if "*" not in stem and len(stem) >= _STEM_MIN else ""


_STEM_MIN, _STEM_MAX = 3, 6


def words_of(lower: str) -> frozenset[str]:
    """The words and single signs of a text, and the stems of its words, as triggers spell them."""
    words = set(_WORDS.findall(lower.replace("'", "")))
    stems = {f"{w[:n]}*" for w in words for n in range(_STEM_MIN, min(len(w), _STEM_MAX) + 1)}
    return frozenset(words | stems)


@dataclass(slots=True)
class Index:
    """Finds the patterns worth trying on a text, by the words in it."""

    _by_word: dict[str, list[int]] = field(default_factory=dict)
    _always: list[int] = field(default_factory=list)

    def add(self, number: int, pattern: Pattern) -> None:
        if not pattern.triggers:
            self._always.append(number)
        for word in pattern.triggers:
            self._by_word.setdefault(word, []).append(number)

    def candidates(self, words: frozenset[str]) -> list[int]:
        found = set(self._always)
        for word in self._by_word.keys() & words:
            found.update(self._by_word[word])
        return sorted(found)
