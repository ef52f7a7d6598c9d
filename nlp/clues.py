"""What in a post gives away whether it is about the school, as far as a lesson may be made of it.

No name of a person is ever taken up: a clue is a kind of thing from a closed list that stands
beside the school's name ("Garden Centre"), a place ("in Ketterley"), a site or a community, or a
short name of the school itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.domain import Mention
from monitor.lessons import Clue, ClueKind
from nlp.names import NameHit, NameKind
from nlp.normalise import Normalised, normalise
from nlp.pages import page_of
from nlp.profile import Profile, words_of_name
from nlp.rules import word_list
from nlp.windows import WINDOW

Span = tuple[int, int]  # of the normalised text


@dataclass(frozen=True, slots=True)
class Found:
    """`distinctive`: so plainly of somebody else that one decision is enough."""

    clue: Clue
    span: Span
    distinctive: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A post, or a piece of it, ready to be looked into. `page`: as `page_of` says it."""

    profile: Profile
    text: Normalised
    names: tuple[NameHit, ...]
    page: str

    @classmethod
    def of(cls, profile: Profile, mention: Mention) -> Seen:
        """Its first 8,000 characters."""
        text = normalise(mention.text[:WINDOW])
        return cls(profile, text, profile.names.find(text), page_of(profile, mention.url))

    def words(self, span: Span) -> str:
        return self.text.text[span[0] : span[1]]

    @property
    def headline(self) -> bool:
        """Where most words have capitals, a capital says nothing."""
        words = re.findall(r"[A-Za-z]{3,}", self.text.text)
        return sum(map(str.isupper, (word[0] for word in words))) > len(words) * 0.6


def clues_in(seen: Seen) -> tuple[Found, ...]:
    beside = tuple(found for hit in _plain_names(seen) for found in _beside(seen, hit))
    return (*beside, *_places(seen), *_page(seen), *(() if beside else _bare_name(seen)))


def holds(clue: Clue, seen: Seen, found: tuple[Found, ...]) -> list[Span]:
    """Where it is so of a post; none where it is not. *found*: the post's own clues."""
    if clue.kind is ClueKind.PLACE:
        place = re.finditer(rf"(?<![\w']){re.escape(clue.words)}(?![\w'])", seen.text.text)
        return [match.span() for match in place]
    return [each.span for each in found if _same(clue, each.clue)]


def _same(one: Clue, other: Clue) -> bool:
    """ "Garden Centre" is also what "Garden Centre Cafe" stands for."""
    longer = other.words.casefold().startswith(f"{one.words.casefold()} ")
    return one.key == other.key or (longer and one.kind is other.kind is ClueKind.AFTER)


def _plain_names(seen: Seen) -> list[NameHit]:
    """Names in words: beside a postcode or a handle nothing else can be meant."""
    return [hit for hit in seen.names if hit.kind >= NameKind.FULL]


def _beside(seen: Seen, hit: NameHit) -> Iterator[Found]:
    name = seen.words((hit.start, hit.end))
    if not name.endswith("'s"):
        for words, distinctive in _after(seen, hit.end):
            clue = Clue(kind=ClueKind.AFTER, words=words, name=name)
            yield Found(clue, (hit.start, hit.end + 1 + len(words)), distinctive)
    if before := _before(seen, hit.start):
        clue = Clue(kind=ClueKind.BEFORE, words=before, name=name)
        yield Found(clue, (hit.start - 1 - len(before), hit.end), distinctive=True)


_FOLLOWING = re.compile(r"(?:[ -][A-Za-z][\w'&]*){1,3}")


def _after(seen: Seen, end: int) -> Iterator[tuple[str, bool]]:
    """`Garden Centre` of "Oakmarsh Garden Centre sale"; with whether it is distinctive."""
    match = _FOLLOWING.match(seen.text.text, end)
    words = re.split("[ -]", match.group()[1:]) if match else []
    if (count := _thing(seen, words)) is not None:
        how_many, distinctive = count
        yield " ".join(words[:how_many]), distinctive
    elif (place := _IN.match(seen.text.text, end)) and _is_place(seen, place.group(1)):
        yield f"in {place.group(1)}", True


def _thing(seen: Seen, words: list[str]) -> tuple[int, bool] | None:
    """How many of *words*, as many as possible, make such a thing; a name of nobody's is among
    them."""
    ours = seen.profile.name_words | seen.profile.own_words | word_list("relevance", "school_cue")
    if not words or words[0].lower() in ours:
        return None
    for count in range(len(words), 0, -1):
        for length in (2, 1):
            if count == length or (count == length + 1 and _may_stand_between(words[0])):
                sure = _is_listed(seen, words[count - length : count])
                if sure is not None:
                    return count, sure
    return None


def _may_stand_between(word: str) -> bool:
    lists = ("sorts", "somebody_else", "perhaps_somebody_else")
    return any(word.lower() in word_list("lessons", name) for name in lists)


def _is_listed(seen: Seen, words: list[str]) -> bool | None:
    """Whether one decision is enough; None if it is no such thing. "Leaves" and "care" are."""
    said, capital = " ".join(words).lower(), words[-1][0].isupper()
    if said in word_list("lessons", "somebody_else"):
        return True if capital or len(words) > 1 or seen.text.text.islower() else None
    if capital and said in word_list("relevance", "not_a_school"):
        return True
    return False if capital and said in word_list("lessons", "perhaps_somebody_else") else None


_PLACE = r"in ([A-Z][a-z]{3,}(?:[ -][A-Z][a-z]{2,})?)(?![\w'])"
_IN = re.compile(f" {_PLACE}")
_IN_ANYWHERE = re.compile(rf"(?<![\w']){_PLACE}")


def _places(seen: Seen) -> Iterator[Found]:
    for match in _IN_ANYWHERE.finditer(seen.text.text):
        if _is_place(seen, match.group(1)):
            yield Found(Clue(kind=ClueKind.PLACE, words=match.group(1)), match.span(1))


def _is_place(seen: Seen, typed: str) -> bool:
    profile, words = seen.profile, set(words_of_name(typed))
    ours = profile.own_words | profile.name_words | profile.surnames
    other = word_list("people", "not_a_name") | word_list("relevance", "school_cue")
    listed = words & (ours | other | word_list("lessons", "not_a_place"))
    return not listed and not seen.headline


_PRECEDING = re.compile(r"[a-z0-9,;] ([A-Z][A-Za-z]+) $")


def _before(seen: Seen, start: int) -> str:
    match = _PRECEDING.search(seen.text.text[max(0, start - 30) : start])
    if match is None or seen.headline:
        return ""
    listed = match.group(1).lower() in word_list("lessons", "before") - seen.profile.name_words
    return match.group(1) if listed else ""


def _page(seen: Seen) -> Iterator[Found]:
    """In the words it counts for the names of the school; without one, for the first word."""
    first = re.search(r"\S+", seen.text.text)
    spans = [(hit.start, hit.end) for hit in seen.names] or ([first.span()] if first else [])
    if seen.page and spans:
        yield Found(Clue(kind=ClueKind.PAGE, words=seen.page), spans[0])


def _bare_name(seen: Seen) -> Iterator[Found]:
    """Where only one short name speaks for the school, and not a word of school life."""
    cues = word_list("relevance", "school_cue") - seen.profile.name_words
    if any(word in cues for word in re.findall(r"[a-z]+", seen.text.lower)):
        return
    said = {seen.words((hit.start, hit.end)).removesuffix("'s") for hit in seen.names}
    short = all(hit.kind in (NameKind.SHORT, NameKind.COMMON) for hit in seen.names)
    if short and len({words.casefold() for words in said}) == 1:
        first = seen.names[0]
        clue = Clue(kind=ClueKind.NAME, words=min(said))
        yield Found(clue, (first.start, first.end))
