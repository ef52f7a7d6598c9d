"""monitor init: what to ask of a school, and the configuration that follows from it."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedReader, TextIOWrapper
from pathlib import Path

import tomli_w

from alerts.channels.email_settings import is_address
from monitor.domain import Role
from monitor.first_sources import WORTH_ADDING, to_begin_with
from monitor.words import ROLES

_OPEN = " (empty: leave it open)"
# Whom to ask for, and what more there is to say of it.
_ASKED = {
    Role.HEAD: _OPEN,
    Role.CHAIR_OF_GOVERNORS: _OPEN,
    Role.DSL: _OPEN,
    Role.OFFICE: _OPEN,
    Role.CLERK: " (is sent a report each term; empty: the chair is)",
}

Prompt = Callable[[str, str], str]
"""Asks a question with a suggestion, and returns the answer without blanks around it."""
Choose = Callable[[str, list[str]], int | None]

_HEADER = (
    "# Written by monitor init. config.example.toml explains every key.\n"
    "# After a change: monitor check\n\n"
)
_KIND = re.compile(
    r"\s+(?:C ?of ?E|Catholic|RC|Primary|Junior|Infant|Secondary|High|Grammar|Community|Academy|"
    r"School|College|V\.?[AC]\.?)(?=\s|$)",
    re.IGNORECASE,
)


class BadRegister(ValueError):
    """The register cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Establishment:
    """A school as the register has it."""

    urn: str
    name: str
    town: str = ""
    county: str = ""
    postcode: str = ""
    website: str = ""
    headteacher: str = ""

    @property
    def line(self) -> str:
        return ", ".join(filter(None, (self.name, self.town, self.postcode)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answers."""

    school: Establishment
    aliases: tuple[str, ...] = ()
    homonyms: tuple[str, ...] = ()
    contacts: dict[Role, str] = field(default_factory=dict)
    mail_host: str = ""
    mail_from: str = ""


def read_register(path: Path) -> Iterator[Establishment]:
    """Open schools of the register (GIAS, "edubasealldata", Windows-1252). Raises BadRegister.

    Columns are read by their names: the register drops and adds some every year.
    """
    try:
        with path.open("rb") as file:
            rows = csv.DictReader(_characters(file))
            if not {"URN", "EstablishmentName"} <= set(rows.fieldnames or ()):
                raise BadRegister(
                    f"{path} is not the register of schools: it has no columns URN and "
                    "EstablishmentName. Download it from Get Information About Schools."
                )
            # 1: open, 3: open, but proposed to close; older extracts leave the column out
            yield from (_school(r) for r in rows if r.get(_STATUS) in ("1", "3", None))
    except OSError:
        raise BadRegister(f"{path} cannot be read. Please check the path.") from None
    except csv.Error:
        raise BadRegister(f"{path} is damaged, or no CSV. Please download it again.") from None


def _characters(file: BufferedReader) -> TextIOWrapper:
    """In the register's own encoding, or the one in which a spreadsheet program saves it."""
    marked = file.peek(3).startswith(codecs.BOM_UTF8)
    encoding = "utf-8-sig" if marked else "cp1252"
    return TextIOWrapper(file, encoding=encoding, errors="replace", newline="")


_STATUS = "EstablishmentStatus (code)"


def _school(row: dict[str, str]) -> Establishment:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    head = ("HeadTitle (name)", "HeadFirstName", "HeadLastName")
    website = cell("SchoolWebsite")
    return Establishment(
        urn=cell("URN"),
        name=cell("EstablishmentName"),
        town=cell("Town"),
        county=cell("County (name)"),
        postcode=cell("Postcode"),
        website=website if not website or "://" in website else f"https://{website}",
        headteacher=" ".join(filter(None, map(cell, head))),
    )


def search(schools: Iterable[Establishment], wanted: str) -> list[Establishment]:
    """Those whose name has every word of *wanted*, or whose number or postcode it is."""
    wanted_words = wanted.casefold().split()
    squeezed = wanted.replace(" ", "").casefold()
    return [
        s
        for s in schools
        if squeezed in (s.urn, s.postcode.replace(" ", "").casefold())
        or all(word in s.name.casefold() for word in wanted_words)
    ]


def core(name: str) -> str:
    """What people say: "Wexcombe Park" of "Wexcombe Park Primary School"."""
    return _KIND.sub("", name).strip() or name


def aliases(name: str) -> list[str]:
    """Proposals for what people say instead of the whole name."""
    without_school = re.sub(r"\s+School$", "", name, flags=re.IGNORECASE)
    return [a for a in dict.fromkeys((without_school, core(name))) if a != name]


def homonyms(school: Establishment, schools: Iterable[Establishment]) -> list[str]:
    """Other schools of the same core name, with their towns."""
    mine = core(school.name).casefold()
    return [
        ", ".join(filter(None, (s.name, s.town)))
        for s in schools
        if s.urn != school.urn and core(s.name).casefold() == mine
    ]


def ask(register: Path | None, *, prompt: Prompt, choose: Choose) -> Asked:
    """Put the questions. Raises BadRegister."""
    name = _until(lambda n: len(n) >= 3, "The school's full name", "its whole name", prompt)
    found = list(read_register(register)) if register else []
    school = _confirm(_pick(name, found, choose), prompt)
    return Asked(
        school=school,
        aliases=_list(
            prompt("What people also call it, with commas", _commas(aliases(school.name)))
        ),
        homonyms=_list(
            prompt(
                "What else has this name and is not you, with semicolons",
                "; ".join(homonyms(school, found)[:10]),
            ),
            ";",
        ),
        contacts={
            role: answer
            for role, more in _ASKED.items()
            if (answer := _until(_may_be_mailed, _mailed(role) + more, _OR_NOTHING, prompt))
        },
        mail_host=(host := prompt(f"Your outgoing mail server{_OPEN}", "")),
        mail_from=_until(is_address, _FROM, _LIKE, prompt) if host else "",
    )


_FROM = "The address the mails come from"
_LIKE = "an address like office@school.example"
_OR_NOTHING = f"{_LIKE}, or nothing"


def _until(good: Callable[[str], bool], question: str, wanted: str, prompt: Prompt) -> str:
    """Ask until the answer will do."""
    asked = question
    while not good(answer := prompt(asked, "")):
        asked = f"That will not do: please type {wanted}. {question}"
    return answer


def _mailed(role: Role) -> str:
    return f"E-mail address: {ROLES[role].lower()}"


def _may_be_mailed(answer: str) -> bool:
    """An address, or nothing: a role may stay open for now."""
    return not answer or (is_address(answer) and "." in answer.rpartition("@")[2])


def _pick(name: str, found: list[Establishment], choose: Choose) -> Establishment:
    hits = search(found, name)[:9]
    index = choose("Which one is it?", [h.line for h in hits]) if hits else None
    return hits[index] if index is not None else Establishment(urn="", name=name)


def _confirm(school: Establishment, prompt: Prompt) -> Establishment:
    return Establishment(
        urn=prompt("Its number in the register (URN), if it has one", school.urn),
        name=school.name,
        town=prompt("Town", school.town),
        county=prompt("County", school.county),
        postcode=prompt("Postcode", school.postcode),
        website=prompt("Website", school.website),
        headteacher=prompt("Headteacher, as people write it", school.headteacher),
    )


def _commas(items: list[str]) -> str:
    return ", ".join(items)


def _list(answer: str, separator: str = ",") -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in answer.split(separator))))


def _id(name: str) -> str:
    """wexcombe-park: what the configuration allows as a short name."""
    return re.sub(r"[^a-z0-9]+", "-", core(name).casefold())[:40].strip("-") or "school"


def next_steps(asked: Asked) -> Iterator[str]:
    """What is on, what else can be, and what is missing: for whoever has just answered."""
    on = ", ".join(source["name"] for source in to_begin_with(asked.school.website))
    yield f"It will look, without any key, in: {on}."
    yield "Worth adding next; each has a page that takes you through it:"
    yield from (f"  docs/connect/{kind}.md: {what}" for kind, what in WORTH_ADDING)
    yield "monitor sources lists all kinds."
    found = asked.contacts.keys() | {Role.CLERK}  # the chair is sent the report as well
    missing = [ROLES[role].lower() for role in _ASKED if role not in found]
    if missing:
        yield f"Nobody is named yet as {', '.join(missing)}: write it under [schools.contacts]."
    if asked.mail_host:
        yield "Keep the mail account's password in SMTP_PASSWORD; docs/mail.md says how."
    else:
        yield "Without a mail server nobody can be told of anything: docs/mail.md says how."


def as_toml(asked: Asked) -> str:
    """The configuration, with the sources to begin with that need no key."""
    school = asked.school
    table: dict[str, object] = {
        "data_dir": "data",
        "database": "sqlite",
        "schools": [
            {
                "id": _id(school.name),
                "name": school.name,
                "aliases": list(asked.aliases),
                "urn": school.urn,
                "town": school.town,
                "county": school.county,
                "postcode": school.postcode,
                "website": school.website,
                "homonyms": list(asked.homonyms),
                "headteacher": school.headteacher,
                "contacts": {role.value: address for role, address in asked.contacts.items()},
            }
        ],
        "sources": to_begin_with(asked.school.website),
    }
    if contact := asked.contacts.get(Role.OFFICE) or asked.contacts.get(Role.HEAD):
        table["network"] = {"contact": contact}
    if asked.mail_host:
        table["alerts"] = {
            "email": {
                "host": asked.mail_host,
                "port": 587,
                "security": "starttls",
                "username": asked.mail_from,
                "password": "env:SMTP_PASSWORD",
                "from": asked.mail_from,
            }
        }
    return _HEADER + tomli_w.dumps(table)
