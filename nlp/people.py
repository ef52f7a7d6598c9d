"""Private details of people: pupils named in full, addresses, phones, e-mail, birthdays, plates.

Not private: staff in their role, the school's own phone, address and e-mail, a bare first name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.names import host_of
from nlp.normalise import Normalised
from nlp.profile import Profile
from nlp.pupils import about, named_children
from nlp.rules import word_list


@dataclass(frozen=True, slots=True)
class Detail:
    """One private detail, in offsets of the normalised text; `weight` is how sure we are."""

    kind: str
    start: int
    end: int
    weight: float


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


def private_details(profile: Profile, text: Normalised) -> Iterator[Detail]:
    """Every private detail found; the caller adds up the weights."""
    yield from _phones(text)
    yield from _emails(profile, text)
    yield from _addresses(profile, text)
    yield from _birthdays(text)
    yield from _plates(text)
    for start, end, weight in named_children(profile, text):
        yield Detail("pupil_named", start, end, weight)


def _phones(text: Normalised) -> Iterator[Detail]:
    for match in _PHONE.finditer(text.text):
        digits = re.sub(r"\D", "", match.group())
        near = text.lower[max(0, match.start() - 60) : match.end() + 40]
        if about(near, "business") or len(digits) not in (10, 11, 12):
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
        if "".join(match.group().lower().split()) == own or about(near.lower(), "business"):
            continue
        if re.search(r"\d+[a-z]? [A-Z]", near):
            yield Detail("postcode", *match.span(), 0.4)
    for start, end in _numbered_streets(text):
        near = text.lower[max(0, start - 60) : end + 60]
        if own and own in "".join(near.split()):
            continue
        weight = 0.6 if _LIVES.search(near) or _FAMILY.search(near) else 0.35
        yield Detail("home_address", start, end, weight * (0.4 if about(near, "business") else 1))


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
