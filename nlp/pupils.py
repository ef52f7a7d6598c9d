"""Pupils who are named in full: by capitals, class, age or family words near the name.

Names that capitals do not show, or that are made of everyday words, are recognised near such
words by what was learnt from public data (nlp/persons.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.names import TITLES
from nlp.normalise import Normalised
from nlp.persons import chain
from nlp.profile import Profile
from nlp.rules import word_list

# Latin letters up to those of Vietnamese; a range would take small letters with it
_CAPITALS = "".join(c for c in map(chr, (*range(0x250), *range(0x1E00, 0x1F00))) if c.isupper())
_CAPITAL = rf"[{_CAPITALS}][\w'-]+"
# Saar van der Meer, Yusuf bin Ahmad, Ellie \u00d3 Conch\u00fair
_WITHIN = word_list("people", "within_a_name")
_SMALL = rf"(?: (?i:{'|'.join(sorted(_WITHIN))})(?![\w'-])){{0,2}}"
_NAME = re.compile(
    rf"(?<![\w@#'.])(?:{_CAPITAL}|[A-Z]{{2,}}){_SMALL} {_CAPITAL}(?:{_SMALL} {_CAPITAL})?(?![\w@])"
)
_CLASS_FORM = (
    r"(?:(?:years?|yrs?|y|bl|blwyddyn|form|room|class|clasa|klasa)\.? ?"
    r"(?:1[0-3]|[1-9])(?!\d)[a-z]{0,2}"
    r"|(?:1[0-3]|[1-9])(?!(?:st|nd|rd|th|am|pm|km|kg|cm|mm|ft|in|m|k|x|p)\b)[a-z]{1,2}\d?(?!\w)"
    r"|[sp][1-7](?!\w)"
    r"|ks[1-5]|reception|nursery|[1-9] [A-Z][a-z]+(?!\w)|(?:mr|mrs|miss|ms) \w+'?s (?:\w+ )?class"
    r"|[A-Z][a-z]+ class)"
)
_CLASS = re.compile(rf"(?<![\w£.:/]){_CLASS_FORM}", re.IGNORECASE)
_AGE = re.compile(r"(?:, ?| \(|aged? |is )(1[0-8]|[4-9])(?=[,).;]| years?\b| yr|$)", re.IGNORECASE)
_CHILD = re.compile(
    r"\b(?:my|our|his|her|the|a|that|young|little) (?:\w+ )?"
    r"(?:son|daughter|grandson|granddaughter|niece|nephew|neice|lad|lass|boy|girl|bairn|wean"
    r"|twins?|kid)\b|\bpupils?\b|\bproud (?:of|mum|dad)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:left to right|l ?(?:-|to) ?r\b|(?:back|front|middle) row|from left|pictured|in the photo"
    r"|photo below|tries|team:|squad|xi:|congratulations to|well done (?:to )?|awards?:|prize)",
    re.IGNORECASE,
)
_MEDICAL = re.compile(
    r"(?i)\b(?:adhd|autis\w+|asd|epilep\w+|eating disorder|social worker|foster"
    r"(?: care| placement)?|free meals|breakdown|sertraline|antidepressants|on tablets|prison"
    r"|custody|divorc\w+|affair|pregnant|excluded|suspen\w+|child protection|in care"
    r"|heart condition|feeding tube|leuk\w+|rehab|tag on|court order)\b"
)

_MARKS = (_CLASS, _AGE, _CHILD)
_NEAR = 80  # characters
_SURE = 0.5  # chosen on posts of tests/quality/school_posts
_FULL = re.compile(r"[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*)+")
_TITLED = re.compile(rf"\b(?:{TITLES}|coach|auntie?|uncle|cllr|pc|st|saint)\.? ")
_NEVER = frozenset(("the", "of", "and", "a"))
_AT = re.compile(r"\b(?:on|at|in|near|off|down|up|along|from|to|the|\d+[a-z]?),? $")


def named_children(profile: Profile, text: Normalised) -> Iterator[tuple[int, int, float]]:
    """From where to where a child is named in full, and how sure we are (0..1)."""
    by_capitals = [match.span() for match in _people_named(profile, text)]
    names = sorted([*by_capitals, *_recognised(profile, text, by_capitals)])
    if not names:
        return
    caption = _CAPTION.search(text.text)
    for start, end in names:
        weight = _child_weight(text, start, end)
        if weight and _MEDICAL.search(text.text[max(0, start - 80) : end + 120]):
            weight = min(0.9, weight + 0.2)
        if caption and len(names) >= 2:
            weight = max(weight, 0.55)
        if weight:
            yield start, end, weight


def _child_weight(text: Normalised, start: int, end: int) -> float:
    """How sure it is that this name is a child's: class, age or family word near it."""
    after, before = text.text[end : end + 45], text.text[max(0, start - 45) : start]
    if about(before.lower()[-25:], "public_person") or about(after.lower()[:25], "public_person"):
        return 0.0
    if re.search(rf"(?i)^[ ,(\-'s]*(?:in |of |from |is )?(?:{_CLASS_FORM})", after):
        return 0.7
    if _AGE.match(after):
        return 0.65
    close = after[:30].split(".")[0] + " | " + before[-30:].split(".")[-1]
    if _CLASS.search(close):
        return 0.5
    return 0.4 if _CHILD.search(before) else 0.0


def _people_named(profile: Profile, text: Normalised) -> Iterator[re.Match[str]]:
    """Two or more capitalised words that are neither staff, place, title nor common words."""
    common = word_list("people", "not_a_name") | profile.own_words
    own = profile.name_words - {"the", "of", "and"}
    at = 0
    while match := _NAME.search(text.text, at):
        words = _telling(re.findall(r"[\w'-]+", text.lower[match.start() : match.end()]))
        at = match.end()
        if words[0] in common or words[0].removesuffix("'s") in own:
            at = match.start() + len(words[0]) + 1
            continue
        last = words[-1].removesuffix("'s")
        if words[1] in common or last in profile.surnames or words[1] in own:
            continue
        if words[1] in word_list("people", "street"):
            continue
        if not re.search(rf"(?i)\b{TITLES}\.? $", text.text[: match.start()][-12:]):
            yield match


def _recognised(
    profile: Profile, text: Normalised, known: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Names in full that capitals do not show, as far as they could be a child's; they overlap
    none of the *known* ones."""
    for begin, end in _near_children(text.text):
        for person in chain().persons(text.text[begin:end]):
            place = begin + person.start, begin + person.end
            free = all(place[1] <= start or place[0] >= end for start, end in known)
            if free and person.chance >= _SURE and _may_be_a_child(profile, text, *place):
                yield place


def _near_children(text: str) -> Iterator[tuple[int, int]]:
    """Pieces of whole words around a class, an age or a word for a child, in order."""
    marks = sorted(match.start() for regex in _MARKS for match in regex.finditer(text))
    start = end = 0
    for mark in marks:
        if mark - _NEAR > end:
            if end > start:
                yield start, end
            start = max(end, text.find(" ", mark - _NEAR) if mark > _NEAR else 0)
        blank = text.find(" ", mark + _NEAR)
        end = len(text) if blank < 0 else blank
    if end > start:
        yield start, end


def _may_be_a_child(profile: Profile, text: Normalised, start: int, end: int) -> bool:
    """Two names or more, of which one at most is an everyday word; neither staff nor place."""
    before, name = text.lower[:start][-12:], text.lower[start:end]
    if not _FULL.fullmatch(name) or _TITLED.search(before[-9:]) or _TITLED.search(f"{name} "):
        return False
    words = name.split()
    streets = word_list("people", "street")
    street = words[-1] in streets - word_list("people", "street_or_surname")
    if street or (words[-1] in streets and _AT.search(before)):
        return False
    if _NEVER.intersection(words) or about(name, "public_person"):
        return False
    everyday = word_list("people", "not_a_name") | streets
    ours = profile.surnames | profile.own_words | profile.name_words
    return sum(word in everyday for word in words) <= 1 and not ours.intersection(words)


def _telling(words: list[str]) -> list[str]:
    """Without the small words within, unless nothing else follows: Indira Das."""
    first, last = words[0], words[-1]
    return [first, *(word for word in words[1:-1] if word not in _WITHIN), last]


def about(near: str, list_name: str) -> bool:
    """Whether a word of that list (words/people.toml) stands in *near*, in small letters."""
    words = set(re.findall(r"[\w]+", near))
    return any(
        word in words or (" " in word and word in near) for word in word_list("people", list_name)
    )
