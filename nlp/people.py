"""Private details of people: pupils named in full, addresses, phones, e-mail, birthdays, plates.

Not private: staff in their role, the school's own phone, address and e-mail, a bare first name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.names import TITLES, host_of
from nlp.normalise import Normalised
from nlp.profile import Profile
from nlp.rules import word_list


@dataclass(frozen=True, slots=True)
class Detail:
    """One private detail, in offsets of the normalised text; `weight` is how sure we are."""

    kind: str
    start: int
    end: int
    weight: float


# Latin letters up to those of Vietnamese; a range would take small letters with it
_CAPITALS = "".join(c for c in map(chr, (*range(0x250), *range(0x1E00, 0x1F00))) if c.isupper())
_CAPITAL = rf"[{_CAPITALS}][\w'-]+"
# Small words within a name: Saar van der Meer, Yusuf bin Ahmad, Ellie \u00d3 Conch\u00fair.
_WITHIN = (
    "van von der den ten ter de del dela della delos des di da das dos du la las le los"
    " al el bin binti bint ibn ap ab ferch \u00f3 n\u00ed nic ui"
).split()
_SMALL = rf"(?: (?i:{'|'.join(_WITHIN)})(?![\w'-])){{0,2}}"
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
_PHONE = re.compile(r"(?<![\d£])(?:\+44|0)[ -]?(?:\d[ -]?){9,10}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+(?:@| at )(?P<host>[\w-]+(?:(?:\.| dot )[\w-]+)+)")
_POSTCODE = re.compile(r"(?<!\w)[A-Za-z]{1,2}\d[\dA-Za-z]? ?\d[A-Za-z]{2}(?!\w)")
_BORN = re.compile(
    r"(?i)\b(?:dob|d\.o\.b\.?|date of birth|born(?: on)?|birthday|anwyd)\b[ :]{0,3}(?:is )?"
    r"(?:\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}|\d{1,2}(?:st|nd|rd|th)?(?: of)? [a-z]{3,9}"
    r"(?: \d{2,4})?)"
)
_PLATE = re.compile(
    r"(?<!\w)(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{1,3}Z ?\d{2,4}|[A-Z]\d{1,3} ?[A-Z]{3})(?!\w)"
)
_CAR = re.compile(
    r"(?i)\b(?:car|van|reg|plate|drives?|corsa|fiesta|golf|astra|focus|qashqai|kia|audi|bmw|honda|skoda"
    r"|estate|hatchback|jeep|parked|range rover|mini|polo|clio"
    r"|micra|ford|vw|nissan|toyota|vauxhall|tesla)\b"
)
_LIVES = re.compile(
    r"(?i)\b(?:lives?|living|lived|house|home|flat|stays|address|door|doorstep"
    r"|they're at|we're at|round at|bungalow|rents?)\b"
)
_FAMILY = re.compile(
    r"(?i)\b(?:mum|mam|mom|mother|ma|dad|da|father|gran|nan|granda|parent|home|own|her|his|my|me|mobile"
    r"|personal|cell|message|text|ring|call)\b"
)
_MEDICAL = re.compile(
    r"(?i)\b(?:adhd|autis\w+|asd|epilep\w+|eating disorder|social worker|foster"
    r"(?: care| placement)?|free meals|breakdown|sertraline|antidepressants|on tablets|prison"
    r"|custody|divorc\w+|affair|pregnant|excluded|suspen\w+|child protection|in care"
    r"|heart condition|feeding tube|leuk\w+|rehab|tag on|court order)\b"
)


def private_details(profile: Profile, text: Normalised) -> Iterator[Detail]:
    """Every private detail found; the caller adds up the weights."""
    yield from _phones(text)
    yield from _emails(profile, text)
    yield from _addresses(profile, text)
    yield from _birthdays(text)
    yield from _plates(text)
    yield from _named_children(profile, text)


def _phones(text: Normalised) -> Iterator[Detail]:
    for match in _PHONE.finditer(text.text):
        digits = re.sub(r"\D", "", match.group())
        near = text.lower[max(0, match.start() - 60) : match.end() + 40]
        if _about(near, "business") or len(digits) not in (10, 11, 12):
            continue
        mobile = digits.startswith(("07", "447"))
        yield Detail("phone", *match.span(), 0.6 if mobile or _FAMILY.search(near) else 0.3)


def _emails(profile: Profile, text: Normalised) -> Iterator[Detail]:
    own = host_of(profile.school.website)
    for match in _EMAIL.finditer(text.text):
        host = match.group("host").replace(" dot ", ".").lower()
        if " at " in match.group() and " dot " not in match.group():
            continue
        institutional = host == own or host.endswith((".gov.uk", ".sch.uk", ".ac.uk", ".nhs.uk"))
        local = match.group().split("@")[0].lower()
        if not institutional and local not in ("office", "info", "admin", "enquiries", "head"):
            yield Detail("email", *match.span(), 0.6)


def _addresses(profile: Profile, text: Normalised) -> Iterator[Detail]:
    own = "".join(profile.school.postcode.lower().split())
    for match in _POSTCODE.finditer(text.text):
        near = text.text[max(0, match.start() - 80) : match.end()]
        if "".join(match.group().lower().split()) == own or _about(near.lower(), "business"):
            continue
        if re.search(r"\d+[a-z]? [A-Z]", near):
            yield Detail("postcode", *match.span(), 0.4)
    for start, end in _numbered_streets(text):
        near = text.lower[max(0, start - 60) : end + 60]
        if own and own in "".join(near.split()):
            continue
        weight = 0.6 if _LIVES.search(near) or _FAMILY.search(near) else 0.35
        yield Detail("home_address", start, end, weight * (0.4 if _about(near, "business") else 1))


_NUMBERED = re.compile(
    r"(?<![\w£.:])(?:number |no\.? )?\d{1,3}(?:/\d)?[a-z]?,? "
    r"((?:the |The |y |Tai'r |Heol |Clos )?[A-Z][\w']+(?: [A-Zy][\w']*){0,2})"
)
_REVERSED = re.compile(r"((?:[A-Z][\w']+ ){1,2}[A-Z][\w']+),? (?:number|no\.?) \d{1,3}")


def _numbered_streets(text: Normalised) -> Iterator[tuple[int, int]]:
    streets = word_list("people", "street")
    for regex in (_NUMBERED, _REVERSED):
        for match in regex.finditer(text.text):
            words = match.group(1).lower().replace("'", "").split()
            if any(word in streets for word in words) and words[0] not in ("year", "form", "days"):
                yield match.span()
    for match in re.finditer(
        r"(?i)\blives? (?:at|on|in|by|over|above) (?:the )?([A-Z]\w+(?: \w+){0,3})", text.text
    ):
        if any(word.lower() in streets for word in match.group(1).split()):
            yield match.span()


def _birthdays(text: Normalised) -> Iterator[Detail]:
    for match in _BORN.finditer(text.text):
        yield Detail("birthday", *match.span(), 0.55)


def _plates(text: Normalised) -> Iterator[Detail]:
    for match in _PLATE.finditer(text.text):
        near = text.text[max(0, match.start() - 60) : match.end() + 40]
        if _CAR.search(near):
            yield Detail("number_plate", *match.span(), 0.55)


def _named_children(profile: Profile, text: Normalised) -> Iterator[Detail]:
    names = [m.span() for m in _people_named(profile, text)]
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
            yield Detail("pupil_named", start, end, weight)


def _child_weight(text: Normalised, start: int, end: int) -> float:
    """How sure it is that this name is a child's: class, age or family word near it."""
    after, before = text.text[end : end + 45], text.text[max(0, start - 45) : start]
    if _about(before.lower()[-25:], "public_person") or _about(
        after.lower()[:25], "public_person"
    ):
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


def _telling(words: list[str]) -> list[str]:
    """Without the small words within, unless nothing else follows: Indira Das."""
    first, last = words[0], words[-1]
    return [first, *(word for word in words[1:-1] if word not in _WITHIN), last]


def _about(near: str, list_name: str) -> bool:
    words = set(re.findall(r"[\w]+", near))
    return any(
        word in words or (" " in word and word in near) for word in word_list("people", list_name)
    )
