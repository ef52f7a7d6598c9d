"""Mails over random incidents in which strangers name children: in what they write, in addresses,
as whose they write, and in how the program quotes its reasons."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from alerts.compose import compose
from alerts.deliver import to_bytes
from monitor.domain import Case, Category, Letter, Reason, Role, Severity, Urgency
from tests.unit.test_compose import AT, INSIDE, OUTSIDE, a_case, a_context

# Invented, of many kinds; some are words besides, some are as the school is called.
CHILDREN = (
    "Tabitha Fenwick-Moss", "Orlando Quibble", "Siân O'Dowd", "Zofia Wiśniewska", "Rashid Karimov",
    "Adaeze Okonjo", "Mai Linh Tran", "Jean-Luc Dupont", "D'Shawn Braithwaite", "Wren Hatherley",
    "Will Hunter", "Grace Mark", "Poppy Wexcombe", "Archie Parkes", "Bláithín Ní Cheallaigh",
    "Ngozi Adeyemi-Clarke", "Örjan Åkesson", "Priya Raghunathan", "Ted Winterbottom", "Xanthe Zhu",
)  # fmt: skip
_SAYS = (
    "gonna stab {0} at the gate tomorrow, and {0}'s little sister too",
    "{0} in year 4 was touched by a teacher in the changing room",
    "WPPS staff let {1} bully my son all term. Useless school!!!",
    "anyone know {0}? lives at 12 Nowhere Lane, mum drives a red van, 01632 960123",
    "{1} wants to kill herself because of that school and nobody cares",
    "burn it down says {1}, the head hit {0} yesterday",
    "official account of Wexcombe Park: {0} send your password here",
    "kill\u200b {0}\u202e tomorrow; {0},{1};{0}",
    "{0}",
)
_WHERE = (
    "https://social.example/@{0}/1093", "https://forum.example/t/{0}-excluded/17?u={1}",
    "https://{0}.blog.example/2026/07/{1}", "https://pics.example/?name={0}#{1}",
    "https://example.example/%2525{0}", "no address at all {0}",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One mail on its way: *names* must not be in it."""

    message: bytes
    names: tuple[str, ...]


def mails(number: int, *, seed: int) -> Iterator[Drawn]:
    chance = random.Random(seed)
    for n in range(number):
        yield _one(chance, n)


def named_in(text: str, names: tuple[str, ...]) -> list[str]:
    """Those of *names*, whole or run together, that *text* holds; and each part that is nothing
    but a name."""
    plain = text.casefold()
    found = [name for name in names for form in _forms(name.casefold()) if form in plain]
    parts = {part for name in names for part in _only_names(name)}
    return found + [part for part in parts if re.search(rf"\b{re.escape(part)}\b", plain)]


def _only_names(name: str) -> list[str]:
    """Not "will", "mark" or the school's own name."""
    words = {"will", "mark", "grace", "hunter", "wexcombe", "mai", "poppy"}
    return [part for part in name.casefold().split() if part not in words and len(part) > 2]


def _forms(name: str) -> tuple[str, ...]:
    return name, name.replace(" ", ""), name.replace(" ", "-"), quote(name)


def _one(chance: random.Random, n: int) -> Drawn:
    names: list[str] = []
    urgency = chance.choice(list(Urgency))
    number = 1 if urgency is Urgency.NOW else chance.choice((1, 2, 5, 12))
    cases = tuple(_case(chance, f"2026-{n:03}{k}", names) for k in range(number))
    role = chance.choice(list(Role))
    letter = Letter(
        key=f"letter {n}",
        school="wexcombe",
        role=role,
        urgency=urgency,
        answer="x" * 22 if urgency is not Urgency.DIGEST else "",
        deputy=chance.random() < 0.2,
        called_in=chance.random() < 0.2,
    )
    written = compose(
        letter,
        cases,
        a_context(chance.choice((INSIDE, INSIDE, OUTSIDE))),
        at=AT + timedelta(minutes=n),
        screenshots={},
    )
    return Drawn(message=to_bytes(written), names=tuple(dict.fromkeys(names)))


def _case(chance: random.Random, number: str, names: list[str]) -> Case:
    pair = chance.sample(CHILDREN, 2)
    names += pair
    slug = chance.choice(("", "-", "_", "+", "%20")).join(pair[0].split())
    text = chance.choice(_SAYS).format(*chance.choice((pair, [p.lower() for p in pair])))
    case = a_case(
        *chance.sample(list(Category), chance.choice((0, 1, 1, 2))),
        text=text,
        url=chance.choice(_WHERE).format(slug, quote(pair[1])),
        author=chance.choice((pair[0], f"@{slug}", "", "@someone")),
        severity=chance.choice(list(Severity)),
        about_head=chance.random() < 0.2,
        child_safety=chance.random() < 0.3,
        number=number,
    )
    return _quoting(chance, case)


def _quoting(chance: random.Random, case: Case) -> Case:
    """Its reasons are any pieces of the text."""
    (sighting,) = case.sightings
    text, judged = sighting.mention.text, sighting.assessment
    cuts = [sorted(chance.choices(range(len(text) + 1), k=2)) for _ in range(2)]
    because = tuple(
        Reason(category=kind, start=a, end=b, text=text[a:b], rule="any")
        for kind in judged.categories
        for a, b in cuts
        if a < b
    )
    found = replace(sighting, assessment=replace(judged, because=because))
    return replace(case, sightings=(found,))
