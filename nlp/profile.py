"""What is known of a school, made ready for looking into many texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.domain import School
from nlp.names import TITLES, NameBook, name_regex
from nlp.normalise import normalise
from nlp.rules import word_list

_WORD = re.compile(r"[\w']+|&")


@dataclass(frozen=True, slots=True)
class StaffName:
    """`full` finds the given name or a title with the surname; group `given`: which of the two."""

    full: re.Pattern[str]
    given: str
    surname: str


class Profile:
    """What is known of a school, made ready for many texts."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.names = NameBook(school)
        self.places = _place_regex(_own_places(school))
        own = {w for part in _own_places(school) for w in words_of_name(part)}
        name_words = {w for name in school.names for w in words_of_name(name)}
        self.name_words = frozenset(name_words)
        self.other_places = _place_regex(
            place
            for homonym in school.homonyms
            for place in _places_of(homonym)
            if not set(words_of_name(place)) <= own | name_words
        )
        self.homonyms = _homonym_regex(school)
        self.staff = tuple(_staff_of(school))
        self.surnames = frozenset(person.surname for person in self.staff)
        self.rare_surnames = self.surnames - word_list("relevance", "school_cue")  # not Mrs Head
        self.bare_surname = _surname_regex(self.rare_surnames)
        self.head_surname = self.staff[0].surname if school.headteacher and self.staff else ""
        self.primary = bool(name_words & {"primary", "infant", "infants", "junior", "nursery"})
        self.secondary = bool(name_words & {"high", "secondary", "grammar", "sixth", "upper"})
        self.own_words = frozenset(own)


@lru_cache(maxsize=256)
def profile_of(school: School) -> Profile:
    return Profile(school)


def words_of_name(name: str) -> list[str]:
    return [w.removesuffix("'s").rstrip("'") for w in _WORD.findall(normalise(name).lower)]


def _own_places(school: School) -> list[str]:
    outward = school.postcode.split()[:1]
    return [place for place in (school.town, school.county, *outward) if place]


def _places_of(homonym: str) -> Iterator[str]:
    """`St Oswin's Academy, Ketterley, Essex` stands in Ketterley and in Essex."""
    _, *rest = re.sub(r"\([^)]*\)", "", homonym).split(",")
    yield from (part.strip() for part in rest if part.strip())


def _place_regex(places: Iterable[str]) -> re.Pattern[str] | None:
    names = [re.escape(normalise(place).lower) for place in places if place]
    if not names:
        return None
    loose = (n.replace(r"\ ", r"[\s-]?").replace("'", "'?") for n in names)
    return re.compile(r"(?<![a-z])(?:" + "|".join(loose) + r")(?![a-z])")


def _homonym_regex(school: School) -> re.Pattern[str] | None:
    phrases = [re.sub(r"\([^)]*\)", "", h).split(",")[0].strip() for h in school.homonyms]
    other = [phrase for phrase in phrases if _says_more(school, phrase)]
    return re.compile("|".join(map(name_regex, other))) if other else None


def _says_more(school: School, phrase: str) -> bool:
    """Whether a homonym differs from the school's own names by more than the word school."""
    idle = {"the", "school", "a", "an", "st", "saint"}
    words = set(words_of_name(phrase)) - idle
    return len(words) > 1 and all(words - set(words_of_name(name)) for name in school.names)


def _surname_regex(surnames: frozenset[str]) -> re.Pattern[str] | None:
    if not surnames:
        return None
    said = "|".join(sorted(map(re.escape, surnames)))
    return re.compile(rf"(?<![\w'@-])(?:{said})(?:'?s)?(?!\w)")


def _staff_of(school: School) -> Iterator[StaffName]:
    for name in dict.fromkeys((school.headteacher, *(person.name for person in school.staff))):
        bare = re.sub(rf"(?i)^{TITLES}\.?\s+", "", name.strip())
        parts = normalise(bare).lower.split()
        if not parts:
            continue
        given, surname = (parts[0] if len(parts) > 1 else ""), parts[-1]
        said = re.escape(surname).replace("'", "'?").replace(r"\-", "[- ]?")
        first = rf"(?P<given>{re.escape(given)} )" if given else r"(?P<given>(?!))"
        title = rf"{TITLES}\.? (?:{re.escape(given)[:1]}\.? ?)?"
        full = rf"(?<!\w)(?:(?:{TITLES}\.? )?{first}|{title}){said}(?:'?s)?(?!\w)"
        yield StaffName(re.compile(full), given, surname)
