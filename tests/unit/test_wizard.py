"""monitor init: the register, the questions, and the configuration that follows."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import settings
from monitor.domain import Role
from monitor.wizard import (
    Asked,
    BadRegister,
    Establishment,
    aliases,
    as_toml,
    ask,
    core,
    homonyms,
    next_steps,
    read_register,
    search,
)

ROOT = Path(__file__).parents[2]
PARK = Establishment(
    urn="900001", name="Wexcombe Park Primary School", town="Wexcombe", postcode="WX4 1ZZ"
)
RIVAL = Establishment(urn="900002", name="Wexcombe Park Academy", town="Thorley")
GREEN = Establishment(urn="900003", name="Thorley Green Junior School", town="Thorley")


def register(folder: Path, *rows: dict[str, str], encoding: str = "cp1252") -> Path:
    path = folder / "register.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(urn: str, name: str, **more: str) -> dict[str, str]:
    return {"URN": urn, "EstablishmentName": name, "EstablishmentStatus (code)": "1"} | more


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_the_register_is_read_as_it_comes_and_as_a_spreadsheet_saves_it(
    tmp_path: Path, encoding: str
) -> None:
    path = register(
        tmp_path,
        row("1", "St Zoë\u2019s School", SchoolWebsite="www.zoe.example", HeadLastName="Noël"),
        encoding=encoding,
    )
    (school,) = read_register(path)
    assert (school.name, school.headteacher) == ("St Zoë\u2019s School", "Noël")
    assert school.website == "https://www.zoe.example"


@pytest.mark.parametrize(
    ("status", "kept"), [("1", True), ("3", True), ("2", False), ("4", False)]
)
def test_only_open_schools_are_offered(tmp_path: Path, status: str, kept: bool) -> None:
    path = register(tmp_path, row("1", "A School") | {"EstablishmentStatus (code)": status})
    assert bool(list(read_register(path))) is kept


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Dear parents,\r\n",
        b"URN,Name\r\n1,A\r\n",
        b"URN,EstablishmentName\r\n1," + b"x" * 140_000,
    ],
    ids=["empty", "a letter", "another table", "an endless cell"],
)
def test_a_file_that_is_not_the_register_is_said_to_be_none(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "file.csv").write_bytes(content)
    with pytest.raises(BadRegister, match=r"file\.csv.*ownload"):
        list(read_register(tmp_path / "file.csv"))


def test_a_register_that_is_not_there_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(BadRegister, match="cannot be read"):
            list(read_register(path))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("park WEXCOMBE", [PARK, RIVAL]),
        ("wx41zz", [PARK]),
        ("WX4 1ZZ", [PARK]),
        ("900003", [GREEN]),
        ("Nowhere", []),
    ],
)
def test_a_school_is_found_by_words_number_or_postcode(
    wanted: str, found: list[Establishment]
) -> None:
    assert search([PARK, RIVAL, GREEN], wanted) == found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Wexcombe Park Primary School", "Wexcombe Park"),
        ("Thorley Green C of E Junior School", "Thorley Green"),
        ("St Osyth's RC High School", "St Osyth's"),
        ("Schoolhouse Lane Infant School", "Schoolhouse Lane"),
        ("High School", "High"),
    ],
)
def test_the_core_of_a_name_is_what_people_say(name: str, said: str) -> None:
    assert core(name) == said


def test_what_people_also_say_is_proposed_but_never_the_name_itself() -> None:
    assert aliases(PARK.name) == ["Wexcombe Park Primary", "Wexcombe Park"]
    assert aliases("Thorley") == []


def test_schools_of_the_same_core_are_homonyms_with_their_towns() -> None:
    assert homonyms(PARK, [PARK, RIVAL, GREEN]) == ["Wexcombe Park Academy, Thorley"]


class Person:
    """Answers by what is asked, and takes the suggestion otherwise."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers, self.asked = answers, list[str]()

    def prompt(self, question: str, default: str) -> str:
        self.asked.append(question)
        for part, answers in self.answers.items():
            if part in question.lower().replace(" ", "_") and answers:
                return answers.pop(0)
        return default


def test_answers_that_cannot_be_right_are_asked_for_again() -> None:
    person = Person(
        full_name=["", "X", "Wexcombe Park Primary School"],
        headteacher=["Mrs A Head", "the head", "head@here", "head@wexcombepark.example"],
        mail_server=["smtp.example"],
        come_from=["", "monitor@wexcombepark.example"],
    )
    asked = ask(None, prompt=person.prompt, choose=lambda _q, _c: None)
    assert asked.school.name == "Wexcombe Park Primary School"
    assert asked.contacts == {Role.HEAD: "head@wexcombepark.example"}
    assert asked.mail_from == "monitor@wexcombepark.example"
    assert sum("That will not do" in question for question in person.asked) == 5


def test_whoever_answered_is_told_what_is_on_what_is_worth_adding_and_what_is_missing() -> None:
    told = "\n".join(next_steps(Asked(school=PARK, contacts={Role.HEAD: "head@park.example"})))
    for source in tomllib.loads(as_toml(Asked(school=PARK)))["sources"]:
        assert source["name"] in told
    pages = re.findall(r"docs/[\w/]+\.md", told)
    assert "docs/connect/mailbox.md" in pages
    assert all((ROOT / page).is_file() for page in pages)
    assert "chair of governors, designated safeguarding lead, school office" in told
    assert "nobody can be told of anything" in told


def test_every_source_to_begin_with_needs_no_key(tmp_path: Path) -> None:
    school = replace(PARK, website="https://www.park.example")
    (tmp_path / "config.toml").write_text(as_toml(Asked(school=school)), encoding="utf-8")
    loaded = settings.load(tmp_path / "config.toml")
    kinds = {source.kind for source in loaded.sources}
    assert {"google_news", "mediawiki", "mastodon", "lemmy", "lookalike_domains"} <= kinds
    assert "env:" not in (tmp_path / "config.toml").read_text(encoding="utf-8")


def test_the_clerk_is_asked_for_and_may_stay_open() -> None:
    name = ["Wexcombe Park Primary School"]
    person = Person(full_name=name[:], clerk_to=["nobody", "clerk@wexcombepark.example"])
    asked = ask(None, prompt=person.prompt, choose=lambda _q, _c: None)
    assert asked.contacts == {Role.CLERK: "clerk@wexcombepark.example"}
    person = Person(full_name=name)
    assert ask(None, prompt=person.prompt, choose=lambda _q, _c: None).contacts == {}


def test_without_a_mail_server_nobody_is_asked_where_mails_come_from() -> None:
    person = Person(full_name=["Wexcombe Park Primary School"])
    asked = ask(None, prompt=person.prompt, choose=lambda _q, _c: None)
    assert asked.mail_from == ""
    assert not [question for question in person.asked if "come from" in question]


def test_the_chosen_schools_name_decides_what_is_proposed(tmp_path: Path) -> None:
    path = register(tmp_path, row("1", PARK.name, Town="Wexcombe"), row("2", RIVAL.name))
    person = Person(full_name=["wexcombe"])
    offered: list[str] = []

    def choose(_question: str, choices: list[str]) -> int:
        offered.extend(choices)
        return 0

    asked = ask(path, prompt=person.prompt, choose=choose)
    assert offered == ["Wexcombe Park Primary School, Wexcombe", "Wexcombe Park Academy"]
    assert asked.aliases == ("Wexcombe Park Primary", "Wexcombe Park")
    assert asked.homonyms == ("Wexcombe Park Academy",)


def test_none_of_these_keeps_the_name_as_it_was_typed(tmp_path: Path) -> None:
    path = register(tmp_path, row("1", PARK.name))
    person = Person(full_name=["Wexcombe Park"])
    asked = ask(path, prompt=person.prompt, choose=lambda _q, _c: None)
    assert (asked.school.name, asked.school.urn) == ("Wexcombe Park", "")


@pytest.mark.parametrize(
    "name",
    [
        PARK.name,
        "Ysgol Gŵyr",
        'The "Old" School \\ of Wexcombe',
        "日本語学校",
        "The Very Long Name of a School That Was Once Four Schools and Kept All of Their Names",
    ],
)
def test_whatever_the_name_the_configuration_loads(tmp_path: Path, name: str) -> None:
    asked = Asked(
        school=Establishment(urn="", name=name),
        contacts={Role.HEAD: "head@wexcombepark.example"},
        mail_host="smtp.example",
        mail_from="monitor@wexcombepark.example",
    )
    text = as_toml(asked)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    loaded = settings.load(tmp_path / "config.toml")
    assert loaded.schools[0].name == name
    assert tomllib.loads(text)["alerts"]["email"]["password"].startswith("env:")
