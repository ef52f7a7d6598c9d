"""Every role at every route with every object of two schools. The routes come from the app: a new
one without a line in ALLOWED fails here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from sqlmodel import SQLModel, select

from monitor.account_role import AccountRole
from monitor.domain import CaptureMode
from tests.integration.dashboard import PASSWORD, Dashboard, picture, running

pytestmark = pytest.mark.xdist_group("matrix")

HEAD, DSL, OFFICE, GOVERNOR, ADMIN, COLLEAGUE = (
    AccountRole.HEAD,
    AccountRole.DSL,
    AccountRole.OFFICE,
    AccountRole.GOVERNOR,
    AccountRole.ADMIN,
    AccountRole.STAFF,
)
EVERYBODY = set(AccountRole) - {COLLEAGUE}
STAFF = {HEAD, DSL, OFFICE}
ANYBODY = "also without an account"
HALFWAY = "also before the second step"

ALLOWED: dict[str, set[AccountRole] | str] = {
    "GET /": ANYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "POST /sign-in/with/{kind}": ANYBODY,
    "GET /sign-in/with/{kind}/back": ANYBODY,
    "POST /sign-in/passkey": ANYBODY,
    "POST /sign-in/passkey/question": ANYBODY,
    "POST /sign-out": ANYBODY,
    "GET /invite/{token}": ANYBODY,
    "POST /invite/{token}": ANYBODY,
    "GET /answer/{link}": ANYBODY,
    "POST /answer/{link}": ANYBODY,
    "GET /static/{name}": ANYBODY,
    "GET /second-step": HALFWAY,
    "POST /second-step": HALFWAY,
    "GET /second-step/set-up": HALFWAY,
    "POST /second-step/set-up": HALFWAY,
    "GET /account": EVERYBODY,
    "POST /account/password": EVERYBODY,
    "POST /account/second-step": EVERYBODY,
    "POST /account/second-step/remove": EVERYBODY,
    "POST /account/recovery-codes": EVERYBODY,
    "POST /account/sessions/{handle}": EVERYBODY,
    "POST /account/elsewhere/{which}/untie": EVERYBODY,
    "POST /account/passkeys": EVERYBODY,
    "POST /account/passkeys/answer": EVERYBODY,
    "POST /account/passkeys/{which}/remove": EVERYBODY,
    "GET /today": STAFF | {ADMIN},
    "GET /incidents": STAFF,
    "GET /incidents/{number}": STAFF,
    "POST /incidents/{number}": STAFF,
    "GET /incidents/{number}/steps": STAFF,
    "POST /incidents/{number}/steps": STAFF,
    "GET /incidents/{number}/hand-in": STAFF,
    "POST /incidents/{number}/hand-in": STAFF,
    "GET /incidents/{number}/evidence/{evidence_id}/screenshot": STAFF,
    "POST /incidents/{number}/pack": STAFF,
    "POST /incidents": STAFF,
    "GET /incidents/{number}/authors/{alias}": STAFF,
    "POST /incidents/{number}/authors/{alias}": STAFF,
    "POST /views": STAFF,
    "POST /views/forgotten": STAFF,
    "GET /report": STAFF | {COLLEAGUE},
    "POST /report": STAFF | {COLLEAGUE},
    "GET /report/sent": STAFF | {COLLEAGUE},
    "POST /report/hand-in": STAFF | {COLLEAGUE},
    "GET /report/colleague": STAFF | {ADMIN},
    "POST /report/colleague": STAFF | {ADMIN},
    "GET /trends": STAFF | {GOVERNOR},
    "GET /trends/picture": STAFF | {GOVERNOR},
    "GET /trust": set(),  # everybody here is of one school
    "GET /trust/picture": set(),
    "GET /sources": STAFF | {ADMIN},
    "POST /sources/test": {HEAD, OFFICE, ADMIN},
    "GET /school": STAFF | {ADMIN},
    "POST /school/lessons/{lesson}": STAFF,
    "GET /people": {HEAD, ADMIN},
    "GET /people/{id_}": {HEAD, ADMIN},
    "GET /people/add": {ADMIN},
    "POST /people/add": {ADMIN},
    "POST /people/{id_}/link": {ADMIN},
    "POST /people/{id_}/disable": {ADMIN},
    "POST /people/{id_}/second-step": {ADMIN},
    "GET /people/{id_}/change": {ADMIN},
    "POST /people/{id_}/change": {ADMIN},
    "POST /people/{id_}/ties/{tie}": {ADMIN},
    "POST /people/{id_}/sessions/{handle}": {ADMIN},
    "GET /audit": {HEAD, DSL, ADMIN},
}

NOT_YET = {"/trends/picture"}  # nothing is published in this town

AUDITORS = {HEAD, DSL}

# of an incident: about the head, a child's safety
SEEN_BY = {
    (False, False): {HEAD, DSL, OFFICE},
    (False, True): {HEAD, DSL},
    (True, False): {DSL},
    (True, True): {DSL},
}


@dataclass(frozen=True)
class Thing:
    """An incident with its evidence."""

    school: str
    kind: tuple[bool, bool]
    number: str
    evidence: str
    word: str  # stands in it, and nowhere else


@dataclass(frozen=True)
class Person:
    role: AccountRole
    school: str
    email: str
    id: int
    client: httpx.Client


@dataclass
class Town:
    board: Dashboard
    things: list[Thing] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    stranger: httpx.Client | None = None
    halfway: httpx.Client | None = None

    def routes(self) -> Iterator[tuple[str, str]]:
        for route in self.board.routes:
            for method in sorted(route.methods):
                yield method, route.path

    def address(self, path: str, thing: Thing | None = None, id_: int = 0) -> str:
        """With a thing of theirs, or with what there is not."""
        return path.format(
            number=thing.number if thing else "2026-999",
            evidence_id=thing.evidence if thing else "nothing",
            id_=id_,
            which=1,
            tie=1,
            kind="microsoft",
            handle="0123456789abcdef",
            alias="A1",
            lesson=1,
            token="never-given",
            link="never-given",
            name="style.css",
        )

    def remembered(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is stored, but for who looked, and when."""
        of_looking = {"session", "sign_in_try", "audit", "custody", "checkout"}
        with self.board.store.reading() as session:
            return {
                name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
                for name, table in SQLModel.metadata.tables.items()
                if name not in of_looking
            }


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with TemporaryDirectory() as folder, running(Path(folder)) as board, ExitStack() as open_:
        town = Town(board)
        for school, head, child in product(("wexcombe", "otherby"), (False, True), (False, True)):
            town.things.append(_thing(board, school, head, child))
        for school, role in product(("wexcombe", "otherby"), AccountRole):
            town.people.append(_person(board, school, role, open_.enter_context(board.browser())))
        town.stranger = open_.enter_context(board.browser())
        town.halfway = open_.enter_context(board.browser())
        form = {"email": "head@otherby.example", "password": PASSWORD}
        town.halfway.post("/sign-in", data=form)
        yield town


def _thing(board: Dashboard, school: str, head: bool, child: bool) -> Thing:
    word = f"zq{school}{'head' * head}{'child' * child}qz"
    before = {folder.name for folder in board.evidence.glob("*")}
    number = board.add_incident(
        word,
        school=school,
        author=f"@{word}",
        url=f"https://{word}.example/1",
        about_head=head,
        child_safety=child,
        mode=CaptureMode.FULL,
        files={"screenshot.png": picture(30, 30)},
    )
    (evidence,) = {folder.name for folder in board.evidence.glob("*")} - before
    return Thing(school, (head, child), number, evidence, word)


def _person(board: Dashboard, school: str, role: AccountRole, client: httpx.Client) -> Person:
    email = board.add_account(role, school, email=f"{role}@{school}.example")
    board.enter(client, email)
    id_ = next(each.id for each in board.accounts.everyone() if each.email == email)
    return Person(role, school, email, id_, client)


def test_every_route_of_the_app_says_here_whose_it_is(town: Town) -> None:
    assert {f"{method} {path}" for method, path in town.routes()} == set(ALLOWED)


def test_no_route_lets_in_a_role_that_it_is_not_for(town: Town) -> None:
    crossed, before = [], town.remembered()
    for method, path in town.routes():
        allowed = ALLOWED[f"{method} {path}"]
        for person in town.people:
            if allowed in (ANYBODY, HALFWAY) or person.role in allowed:
                continue
            for thing in [None, *town.things] if "{number}" in path else [None]:
                answer = person.client.request(method, town.address(path, thing, person.id))
                if answer.status_code != 403:
                    crossed.append((person.email, method, path, answer.status_code))
    assert crossed == []
    assert town.remembered() == before


def test_each_role_is_let_in_where_it_belongs(town: Town) -> None:
    shut = []
    for method, path in town.routes():
        allowed = ALLOWED[f"{method} {path}"]
        for person in town.people:
            if method != "GET" or allowed in (ANYBODY, HALFWAY) or person.role not in allowed:
                continue
            mine = next(t for t in town.things if t.school == person.school and not any(t.kind))
            answer = person.client.get(town.address(path, mine, person.id))
            if answer.status_code != (404 if path in NOT_YET else 200):
                shut.append((person.email, path, answer.status_code))
    assert shut == []


@pytest.mark.parametrize("who", ["stranger", "halfway"])
def test_nobody_comes_in_without_both_steps(town: Town, who: str) -> None:
    client: httpx.Client = getattr(town, who)
    door = {"stranger": "/sign-in", "halfway": "/second-step"}[who]
    crossed, before = [], town.remembered()
    for method, path in town.routes():
        allowed = ALLOWED[f"{method} {path}"]
        if allowed == ANYBODY or (allowed == HALFWAY and who == "halfway"):
            continue
        answer = client.request(method, town.address(path, town.things[0], town.people[0].id))
        if answer.status_code != 303 or not answer.headers["location"].startswith(door):
            crossed.append((method, path, answer.status_code))
    assert crossed == []
    assert town.remembered() == before


def test_no_object_is_reached_across_schools_or_roles(town: Town) -> None:
    """What one may not know of looks, to the letter, like what is not there."""
    crossed, before = [], town.remembered()
    paths = [(m, p) for m, p in town.routes() if "{number}" in p]
    for person, (method, path) in product(town.people, paths):
        if person.role not in ALLOWED[f"{method} {path}"]:
            continue
        absent = person.client.request(method, town.address(path))
        for thing in town.things:
            sees = thing.school == person.school and person.role in SEEN_BY[thing.kind]
            if sees and method != "GET":
                continue
            answer = person.client.request(method, town.address(path, thing))
            wanted = 200 if sees else 404
            if answer.status_code != wanted or (not sees and answer.content != absent.content):
                crossed.append((person.email, method, path, thing.word, answer.status_code))
    assert crossed == []
    assert town.remembered() == before


def test_several_that_one_may_not_know_of_are_not_decided_together(town: Town) -> None:
    before = town.remembered()
    for person in town.people:
        hidden = set(_hidden(town, person))
        form = {
            "pick": [f"{thing.number}:0" for thing in town.things if thing.word in hidden],
            "answered": "yes",
            "decided": "no_concern",
            "decided-reason": "because",
        }
        if person.role in STAFF:
            answer = person.client.post("/incidents", data=form)
            assert not [thing for thing in town.things if thing.word in answer.text]
    assert town.remembered() == before


def test_evidence_is_not_reached_through_another_incident(town: Town) -> None:
    for person in town.people:
        mine = [t for t in town.things if t.school == person.school and not any(t.kind)]
        for thing in town.things:
            if thing not in mine and person.role in STAFF:
                path = f"/incidents/{mine[0].number}/evidence/{thing.evidence}/screenshot"
                assert person.client.get(path).status_code == 404


def test_people_are_not_reached_across_schools(town: Town) -> None:
    crossed, before = [], town.remembered()
    paths = [(m, p) for m, p in town.routes() if "{id_}" in p]
    for person, other, (method, path) in product(town.people, town.people, paths):
        if person.role not in ALLOWED[f"{method} {path}"] or other.school == person.school:
            continue
        answer = person.client.request(method, town.address(path, id_=other.id))
        absent = person.client.request(method, town.address(path, id_=999))
        if answer.status_code != 404 or answer.content != absent.content:
            crossed.append((person.email, method, path, other.email, answer.status_code))
    assert crossed == []
    assert town.remembered() == before


def test_no_page_says_a_word_of_what_one_may_not_know_of(town: Town) -> None:
    """Lists, counts, filters and logs, whichever school they are asked for."""
    told = []
    pages = [
        (path, allowed)
        for path, allowed in ((p, ALLOWED[f"GET {p}"]) for m, p in town.routes() if m == "GET")
        if "{" not in path and isinstance(allowed, set)
    ]
    for person, (path, allowed) in product(town.people, pages):
        if person.role in allowed:
            queries = ("", "?school=wexcombe&about=people", "?school=otherby&about=incidents")
            shown = "".join(person.client.get(path + query).text for query in queries)
            told += [(person.email, path, word) for word in _hidden(town, person) if word in shown]
    for person, thing in product(town.people, town.things):
        if person.role in AUDITORS and thing.word in _hidden(town, person):
            page = person.client.get(f"/audit?about=incidents&incident={thing.number}").text
            assert "Nothing yet." in page
    assert told == []


def _hidden(town: Town, person: Person) -> Iterator[str]:
    for thing in town.things:
        if thing.school != person.school or person.role not in SEEN_BY[thing.kind]:
            yield thing.word
            yield f">{thing.number}<"
    for other in town.people:
        if other.school != person.school:
            yield other.email


FOREIGN = (
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "same-site"},
    {},
)


@pytest.mark.parametrize("headers", FOREIGN)
def test_no_change_is_taken_from_another_site(town: Town, headers: dict[str, str]) -> None:
    taken, before = [], town.remembered()
    admin = next(each for each in town.people if each.role is ADMIN)
    with httpx.Client(base_url=town.board.url, trust_env=False, headers=headers) as client:
        for method, path in town.routes():
            client.cookies.update(admin.client.cookies)
            address = town.address(path, town.things[0], town.people[0].id)
            if method != "GET":
                answer = client.request(method, address, data={"a": "b"})
                if answer.status_code != 403 or "not sent from the dashboard" not in answer.text:
                    taken.append((method, path, answer.status_code))
    assert taken == []
    assert town.remembered() == before
    assert admin.client.get("/account").status_code == 200


def test_a_disabled_account_is_out_at_its_next_request(town: Town) -> None:
    """Last: these people are gone for good."""
    for person in town.people[6:]:
        home = "/report" if person.role is COLLEAGUE else "/account"
        assert person.client.get(home).status_code == 200
        town.board.accounts.disable(person.email)
        for method, path in town.routes():
            if ALLOWED[f"{method} {path}"] not in (ANYBODY,):
                answer = person.client.request(method, town.address(path, town.things[-1]))
                assert answer.headers["location"].startswith("/sign-in"), (method, path)
