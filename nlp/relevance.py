"""Is the text about this school? Every piece of evidence for and against, with its words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.names import TITLES, NameHit, NameKind, host_of
from nlp.normalise import Normalised, normalise
from nlp.profile import Profile, words_of_name
from nlp.rules import weights, word_list

_WORD = re.compile(r"[\w']+|&")
_SENTENCE_OPENERS = frozenset(
    ("the", "a", "an", "my", "our", "i", "they", "it", "this", "if", "and", "but", "so", "is")
)
_CLASS_CODE = re.compile(
    r"(?<![\w£.:/])(?:(?:1[0-3]|[1-9])(?!am|pm|st|nd|rd|th|km|kg|mm|cm|ft|in|k|m|x|p)[a-z]{1,2}|[sp][1-7])"
    r"(?![\w'])"
)
_YEAR = re.compile(r"(?<!\w)(?:years?|yrs?|y)\s?(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against; `start == end`: it is not in the text itself."""

    name: str
    value: float = 1.0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """How a text is linked to a school; `relevance` is a probability."""

    relevance: float
    evidence: tuple[Evidence, ...]

    @property
    def about_school(self) -> bool:
        return self.relevance >= 0.5

    @property
    def sure(self) -> bool | None:
        """True or False where no reader need be asked; None where it depends on the words."""
        found = {evidence.name for evidence in self.evidence}
        if "unlinked" in found or ("homonym" in found and not _names_us(found)):
            return False
        # a stranger with a title, or another age, says nothing against the registered name
        against = {name for name in found if weights()[name] < 0} - {"other_staff", "wrong_stage"}
        doubtful = bool(against)
        return True if found & _SURE and not doubtful else None


def link(
    profile: Profile,
    text: Normalised,
    *,
    names: tuple[NameHit, ...] | None = None,
    author: str = "",
    url: str = "",
) -> Link:
    """Add up the evidence. Weights are log-odds from words/relevance.toml.

    `names`: where the school is named, if already known.
    """
    if names is None:
        names = profile.names.find(text)
    evidence = tuple(_evidence(profile, text, names, author=author, url=url))
    found = {e.name for e in evidence}
    if not any(name.startswith(_LINKS) for name in found):
        evidence += (Evidence("unlinked"),)
    weight = weights()
    score = weight["always"] + sum(weight[e.name] * e.value for e in evidence)
    return Link(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), evidence)


def _names_us(found: set[str]) -> bool:
    return any(name.startswith(("name_", "staff_")) for name in found)


_SURE = frozenset(
    ("own_page", "name_postcode", "name_website", "name_handle", "name_hashtag", "name_full",
     "name_typed", "staff_titled")
)  # fmt: skip

# Without one of these, a text about schools is not about this one: a town's whole newspaper
# would be ours.
_LINKS = ("name_", "staff_", "own_page", "author_name", "town")


def _evidence(
    profile: Profile, text: Normalised, names: tuple[NameHit, ...], *, author: str, url: str
) -> Iterator[Evidence]:
    yield from _named(profile, text, names)
    yield from _first(profile.places, text, "town")
    yield from _first(profile.other_places, text, "homonym_place")
    yield from _first(profile.homonyms, text, "homonym")
    staff = tuple(_staff_named(profile, text))
    yield from staff
    if not staff:
        yield from _other_staff(profile, text)
    yield from _wording(profile, text)
    yield from _wrong_stage(profile, text)
    yield from _first(_CLASS_CODE, text, "class_code")
    yield from _surroundings(profile, author, url)


def _named(profile: Profile, text: Normalised, hits: tuple[NameHit, ...]) -> Iterator[Evidence]:
    judged = [(hit, _objection(profile, text, hit)) for hit in hits]
    good = [hit for hit, objection in judged if not objection]
    if good:
        best = min(good, key=lambda hit: hit.kind)
        name = best.kind.name.lower()
        if best.kind is NameKind.COMMON and _uncapitalised(text, best):
            name = "common_uncapitalised"
        yield Evidence(f"name_{name}", 1.0, best.start, best.end)
    for hit, objection in judged:
        if objection:
            yield Evidence(objection, 1.0, hit.start, hit.end)
            return


def _uncapitalised(text: Normalised, hit: NameHit) -> bool:
    return text.text[hit.start : hit.end].islower() and text.text != text.lower


def _objection(profile: Profile, text: Normalised, hit: NameHit) -> str:
    """Why this is not the school's name after all; empty when it may be."""
    if hit.kind in (NameKind.POSTCODE, NameKind.WEBSITE, NameKind.HANDLE):
        return ""
    after = text.text[hit.end : hit.end + 60]
    before = text.text[max(0, hit.start - 30) : hit.start]
    objection = _followed_by(profile, after, hit.kind) if hit.kind >= NameKind.FULL else ""
    if objection:
        return objection
    if re.search(rf"(?i)\b{TITLES}\.?\s+(?:[A-Z]\w+\s+)?$", before):
        return "a_person"
    return "other_town" if _other_town(profile, after) else ""


def _followed_by(profile: Profile, after: str, kind: NameKind) -> str:
    """`Stannard Road` and `Stannard High School` are not The Stannard School."""
    following = _WORD.match(after.lstrip(" -"))
    if following is None or after[:1] not in (" ", "-"):
        return ""
    typed = following.group()
    word = typed.lower()
    if word in word_list("relevance", "not_a_school"):
        return "not_a_school"
    if typed[0].isupper() and word in word_list("relevance", "not_a_school_if_capital"):
        return "not_a_school"
    sure = word_list("relevance", "sure_school_type")
    if kind >= NameKind.SHORT and word in sure and word not in profile.name_words:
        return "other_school_type"
    return ""


_PLACE_AFTER = re.compile(
    r"(?:,|,? in| \(|,? over in|,? at| -)? ([A-Z][a-z]{3,}(?: [A-Z][a-z]+)?)"
)


def _other_town(profile: Profile, after: str) -> bool:
    """`St Joseph's, Wrexley` and `St Joseph's in Wrexley`, when the town is another."""
    match = _PLACE_AFTER.match(after)
    if match is None or not match.group(0).startswith((",", " in", " (", " over")):
        return False
    words = set(words_of_name(match.group(1)))
    known = profile.own_words | profile.name_words | profile.surnames
    return not words & known and not words & _common_capitals()


def _common_capitals() -> frozenset[str]:
    return word_list("people", "not_a_name") | _SENTENCE_OPENERS


def _first(regex: re.Pattern[str] | None, text: Normalised, name: str) -> Iterator[Evidence]:
    match = regex.search(text.lower) if regex else None
    if match:
        yield Evidence(name, 1.0, match.start(), match.end())


def _staff_named(profile: Profile, text: Normalised) -> Iterator[Evidence]:
    for person in profile.staff:
        match = person.full.search(text.lower)
        if match:
            kind = "staff_full" if match.group("given") else "staff_titled"
            yield Evidence(kind, 1.0, match.start(), match.end())
            return
    for person in profile.staff:
        if person.surname not in profile.rare_surnames:
            continue
        bare = re.search(rf"(?<![\w'@-]){re.escape(person.surname)}(?:'?s)?(?!\w)", text.lower)
        if bare and not re.search(r"[A-Z]\w+ $", text.text[: bare.start()][-30:]):
            yield Evidence("staff_surname", 1.0, bare.start(), bare.end())
            return


_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.? (?:[A-Z]\w+ )?([A-Z][\w'-]+)")


def _other_staff(profile: Profile, text: Normalised) -> Iterator[Evidence]:
    for match in _TITLED.finditer(text.text):
        if match.group(1).lower().removesuffix("'s") not in profile.surnames:
            yield Evidence("other_staff", 1.0, match.start(), match.end())
            return


def _wording(profile: Profile, text: Normalised) -> Iterator[Evidence]:
    words = [
        (m.group().removesuffix("'s"), m.start(), m.end()) for m in _WORD.finditer(text.lower)
    ]
    for list_name, most in (("school_cue", 4), ("elsewhere", 2), ("other_world", 4)):
        wanted = word_list("relevance", list_name)
        found = {w: (s, e) for w, s, e in reversed(words) if w in wanted}
        found = {w: at for w, at in found.items() if w not in profile.name_words}
        for word, (start, end) in sorted(found.items(), key=lambda item: item[1])[:most]:
            del word
            yield Evidence(list_name, 1.0, start, end)


def _wrong_stage(profile: Profile, text: Normalised) -> Iterator[Evidence]:
    if profile.primary == profile.secondary:
        return
    for match in _YEAR.finditer(text.lower):
        secondary = int(match.group(1)) > 6
        if secondary == profile.primary and int(match.group(1)) <= 13:
            yield Evidence("wrong_stage", 1.0, match.start(), match.end())
            return


def _surroundings(profile: Profile, author: str, url: str) -> Iterator[Evidence]:
    own_host = host_of(profile.school.website)
    if own_host and host_of(url) == own_host:
        yield Evidence("own_page")
    if not author:
        return
    signed = normalise(author[:200])
    if profile.places and profile.places.search(signed.lower):
        yield Evidence("author_town")
    if profile.other_places and profile.other_places.search(signed.lower):
        yield Evidence("author_homonym")
    if any(hit.kind < NameKind.COMMON for hit in profile.names.find(signed)):
        yield Evidence("author_name")
