"""Passkeys in a real database: made once, used by whoever holds them, and by nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from monitor.account_role import AccountRole
from monitor.audit import Act
from monitor.passkey import ANSWER_WITHIN, party_at
from monitor.store.account_tables import BegunRow, PasskeyRow
from monitor.store.accounts import AccountError
from monitor.store.second_steps import CODE_TRIES
from tests.accounts import ADDRESS, HEAD, OFFICE, PARTY, PASSWORD, School, accounts_in
from tests.authenticator import PRESENT, Device, data, text


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    with accounts_in(database_url, tmp_path) as school:
        yield school


def test_whoever_added_one_signs_in_with_it_and_nothing_else(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device, name="  My   phone ")
    (kept,) = school.accounts.passkeys(school.account())
    assert (kept.name, kept.used_at) == ("My phone", None)
    school.now += timedelta(days=3)
    account = school.enter(device)
    assert account is not None
    assert account.email == OFFICE
    (kept,) = school.accounts.passkeys(account)
    assert kept.used_at == school.now == account.signed_in_at
    assert school.acts()[-2:] == [Act.PASSKEY_ADDED, Act.SIGNED_IN_BY_PASSKEY]


def test_for_a_head_it_stands_in_place_of_password_and_code(school: School) -> None:
    token, device = school.inside(HEAD), Device(ADDRESS)
    school.add(token, device, school.code())
    account = school.enter(device)
    assert account is not None
    assert account.email == HEAD


def test_adding_and_removing_ask_for_the_password_afresh(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    with pytest.raises(AccountError, match="not your password"):
        school.add(token, device, "another password")
    school.add(token, device)
    (kept,) = school.accounts.passkeys(school.account())
    with pytest.raises(AccountError, match="not your password"):
        school.accounts.remove_passkey(token, kept.id, "another password")
    school.enter(device)
    school.accounts.remove_passkey(token, kept.id, PASSWORD)
    with pytest.raises(AccountError, match="not known here"):
        school.enter(device)
    assert Act.PASSKEY_REMOVED in school.acts()


def test_where_there_is_a_second_step_a_password_is_not_enough(school: School) -> None:
    token = school.inside(HEAD)
    with pytest.raises(AccountError, match="wrong or was used already"):
        school.accounts.begin_passkey(token, "Phone", PASSWORD, PARTY)
    code = school.code()
    assert school.accounts.begin_passkey(token, "Phone", code, PARTY)
    with pytest.raises(AccountError, match="wrong or was used already"):
        school.accounts.begin_passkey(token, "Phone", code, PARTY)


def test_nobody_guesses_the_password_of_whoever_left_the_screen_open(school: School) -> None:
    token = school.inside()
    for n in range(CODE_TRIES):
        with pytest.raises(AccountError, match="not your password"):
            school.accounts.begin_passkey(token, "Phone", f"a guess, number {n}", PARTY)
    with pytest.raises(AccountError, match="Too many"):
        school.accounts.begin_passkey(token, "Phone", PASSWORD, PARTY)


def test_a_device_must_check_who_holds_it(school: School) -> None:
    token = school.inside()
    with pytest.raises(AccountError, match="not added"):
        school.add(token, Device(ADDRESS, flags=PRESENT))
    device = Device(ADDRESS)
    school.add(token, device)
    device.flags = PRESENT
    with pytest.raises(AccountError, match="could not be checked"):
        school.enter(device)
    assert school.acts()[-1] == Act.PASSKEY_REFUSED


def test_what_was_asked_must_be_answered_and_only_once(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    ticket, question = school.accounts.begin_entrance(PARTY)
    answer = device.use(question)
    assert school.accounts.enter_by_passkey(ticket, answer, PARTY)
    with pytest.raises(AccountError, match="done already"):
        school.accounts.enter_by_passkey(ticket, answer, PARTY)
    other, _ = school.accounts.begin_entrance(PARTY)
    with pytest.raises(AccountError, match="could not be checked"):
        school.accounts.enter_by_passkey(other, answer, PARTY)
    with pytest.raises(AccountError, match="done already"):
        school.accounts.enter_by_passkey(other, device.use(question), PARTY)


def test_a_question_belongs_to_the_browser_that_was_asked(school: School) -> None:
    mine, theirs, device = school.inside(), school.inside(HEAD), Device(ADDRESS)
    question = school.accounts.begin_passkey(mine, "Phone", PASSWORD, PARTY)
    with pytest.raises(AccountError, match="done already"):
        school.accounts.add_passkey(theirs, device.make(question), PARTY)
    ticket, _ = school.accounts.begin_entrance(PARTY)
    with pytest.raises(AccountError, match="done already"):
        school.accounts.add_passkey(ticket, device.make(question), PARTY)
    school.accounts.add_passkey(mine, device.make(question), PARTY)
    _, question = school.accounts.begin_entrance(PARTY)
    with pytest.raises(AccountError, match="done already"):
        school.accounts.enter_by_passkey(mine, device.use(question), PARTY)


def test_a_question_is_forgotten_after_five_minutes(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    ticket, question = school.accounts.begin_entrance(PARTY)
    school.now += ANSWER_WITHIN
    with pytest.raises(AccountError, match="took too long"):
        school.accounts.enter_by_passkey(ticket, device.use(question), PARTY)
    for _ in range(3):
        school.accounts.begin_entrance(PARTY)
    school.now += ANSWER_WITHIN
    school.accounts.begin_entrance(PARTY)
    with school.store.reading() as session:
        assert len(session.exec(select(BegunRow)).all()) == 1


ELSEWHERE = (
    "https://monitor.wexcombepark.example.evil.example",
    "http://monitor.wexcombepark.example",
    "https://monitor.wexcombepark.example:8443",
    "https://wexcombepark.example",
    "null",
)


def test_a_copy_of_the_page_elsewhere_gets_nobody_in(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    for device.origin in ELSEWHERE:
        with pytest.raises(AccountError, match="not added"):
            school.add(token, Device(device.origin))
        with pytest.raises(AccountError, match="could not be checked"):
            school.enter(device)


def test_a_passkey_for_another_host_is_refused(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    ticket, question = school.accounts.begin_entrance(PARTY)
    asked = json.loads(question) | {"rpId": "evil.example"}
    with pytest.raises(AccountError, match="could not be checked"):
        school.accounts.enter_by_passkey(ticket, device.use(json.dumps(asked)), PARTY)


def test_nobody_comes_in_as_another(school: School) -> None:
    mine, theirs = Device(ADDRESS), Device(ADDRESS)
    school.add(school.inside(), mine)
    school.add(school.inside(HEAD), theirs, school.code())
    mine.owner, own = theirs.owner, mine.owner
    with pytest.raises(AccountError, match="could not be checked"):
        school.enter(mine)
    mine.owner, mine.handle = own, theirs.handle
    with pytest.raises(AccountError, match="could not be checked"):
        school.enter(mine)
    mine.owner = theirs.owner
    with pytest.raises(AccountError, match="could not be checked"):
        school.enter(mine)
    assert school.acts()[-1] == Act.PASSKEY_REFUSED


def test_nobody_adds_a_passkey_that_another_has(school: School) -> None:
    device = Device(ADDRESS)
    school.add(school.inside(), device)
    token = school.inside(HEAD)
    with pytest.raises(AccountError, match="known here already"):
        school.add(token, device, school.code())
    assert school.accounts.passkeys(school.account(HEAD)) == []


def test_another_s_passkey_is_not_removed(school: School) -> None:
    device = Device(ADDRESS)
    school.add(school.inside(), device)
    (kept,) = school.accounts.passkeys(school.account())
    token = school.inside(HEAD)
    school.accounts.remove_passkey(token, kept.id, school.code())
    assert school.accounts.passkeys(school.account()) == [kept]


def test_a_copy_that_counts_behind_is_noticed(school: School) -> None:
    device = Device(ADDRESS)
    school.add(school.inside(), device)
    school.enter(device)
    school.enter(device)
    device.uses -= 1
    with pytest.raises(AccountError, match="could not be checked"):
        school.enter(device)
    device.uses = 4_294_967_294
    assert school.enter(device), "devices count in 32 bits"


def test_a_device_that_does_not_count_is_let_in(school: School) -> None:
    device = Device(ADDRESS)
    school.add(school.inside(), device)
    for _ in range(2):
        device.uses = -1
        assert school.enter(device)


def test_a_disabled_account_has_none_and_gets_none_back(school: School) -> None:
    device = Device(ADDRESS)
    school.add(school.inside(), device)
    school.accounts.disable(OFFICE)
    with pytest.raises(AccountError, match="not known here"):
        school.enter(device)
    school.accounts.add(OFFICE, AccountRole.ADMIN, ["wexcombe"])
    with pytest.raises(AccountError, match="not known here"):
        school.enter(device)


def test_disabled_between_question_and_answer_is_out(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    ticket, question = school.accounts.begin_entrance(PARTY)
    begun = school.accounts.begin_passkey(token, "Another", PASSWORD, PARTY)
    school.accounts.disable(OFFICE)
    with pytest.raises(AccountError, match="not known here"):
        school.accounts.enter_by_passkey(ticket, device.use(question), PARTY)
    with pytest.raises(AccountError, match="sign in again"):
        school.accounts.add_passkey(token, Device(ADDRESS).make(begun), PARTY)


def test_whoever_lost_the_phone_loses_its_passkeys_too(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    school.accounts.reset_second_step(OFFICE)
    assert school.accounts.session(token) is None
    with pytest.raises(AccountError, match="not known here"):
        school.enter(device)


def test_a_new_password_leaves_them(school: School) -> None:
    device = Device(ADDRESS)
    school.add(school.inside(), device)
    school.accounts.set_password(school.accounts.invite(OFFICE), "nine yellow teapots")
    assert school.enter(device)


def test_the_same_device_is_not_added_twice_and_knows_one_person_by_one_name(
    school: School,
) -> None:
    token, first, second = school.inside(), Device(ADDRESS), Device(ADDRESS)
    school.add(token, first)
    question = school.accounts.begin_passkey(token, "Another", PASSWORD, PARTY)
    asked = json.loads(question)
    assert [each["id"] for each in asked["excludeCredentials"]] == [text(first.handle)]
    school.accounts.add_passkey(token, second.make(question), PARTY)
    assert first.owner == second.owner
    assert len(data(first.owner)) == 32
    assert OFFICE.encode() not in data(first.owner)


def test_what_is_asked_is_a_passkey_that_is_found_without_a_name_and_checks_its_holder(
    school: School,
) -> None:
    asked = json.loads(school.accounts.begin_passkey(school.inside(), "P", PASSWORD, PARTY))
    assert asked["rp"]["id"] == "monitor.wexcombepark.example"
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    _, question = school.accounts.begin_entrance(PARTY)
    entering = json.loads(question)
    assert entering["userVerification"] == "required"
    assert entering["rpId"] == "monitor.wexcombepark.example"
    assert len(data(entering["challenge"])) == 32


NONSENSE = (
    "",
    "null",
    "[]",
    "{}",
    "[" * 9_000,
    '{"id": 1}',
    "é",
    "x" * 20_000,
    '{"response": {}}',
)


def test_nonsense_is_refused_in_words(school: School) -> None:
    token = school.inside()
    for nonsense in NONSENSE:
        school.accounts.begin_passkey(token, "Phone", PASSWORD, PARTY)
        with pytest.raises(AccountError, match="not added"):
            school.accounts.add_passkey(token, nonsense, PARTY)
        ticket, _ = school.accounts.begin_entrance(PARTY)
        with pytest.raises(AccountError, match="could not be checked"):
            school.accounts.enter_by_passkey(ticket, nonsense, PARTY)


def test_every_broken_part_of_an_answer_is_refused(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for broken in ("", "AAAA", "%%%", text(b"\xff" * 200)):
            ticket, question = school.accounts.begin_entrance(PARTY)
            answer = device.use(question, **{part: broken})
            with pytest.raises(AccountError, match="could not be checked"):
                school.accounts.enter_by_passkey(ticket, answer, PARTY)


def test_it_needs_a_name_by_which_it_is_told_from_others(school: School) -> None:
    token = school.inside()
    for name in ("", "   ", "x" * 61):
        with pytest.raises(AccountError, match="Give it a name"):
            school.accounts.begin_passkey(token, name, PASSWORD, PARTY)


def test_what_is_stored_lets_nobody_in(school: School) -> None:
    token, device = school.inside(), Device(ADDRESS)
    school.add(token, device)
    ticket, _ = school.accounts.begin_entrance(PARTY)
    with school.store.reading() as session:
        kept = session.exec(select(PasskeyRow)).one()
        begun = session.exec(select(BegunRow)).one()
    assert ticket not in begun.model_dump_json()
    secret = device.key.private_numbers().private_value.to_bytes(32, "big")
    assert text(secret) not in kept.model_dump_json()


@pytest.mark.parametrize(
    ("address", "id_", "origin", "fit"),
    [
        ("https://monitor.school.example", "monitor.school.example", "same", True),
        ("https://Monitor.School.example:443", "monitor.school.example", "", True),
        ("https://monitor.school.example:8443", "monitor.school.example", "same", True),
        ("http://localhost:8000", "localhost", "same", True),
        ("http://monitor.localhost:8000", "monitor.localhost", "same", True),
        ("http://monitor.school.example", "monitor.school.example", "same", False),
        ("http://127.0.0.1:8000", "127.0.0.1", "same", False),
        ("https://192.0.2.7", "192.0.2.7", "same", False),
        ("https://[2001:db8::1]", "2001:db8::1", "https://[2001:db8::1]", False),
        ("https://schön.example", "xn--schn-7qa.example", "https://xn--schn-7qa.example", True),
    ],
)
def test_passkeys_belong_to_the_configured_name_where_browsers_offer_them(
    address: str, id_: str, origin: str, fit: bool
) -> None:
    party = party_at(address)
    assert party.id == id_
    assert party.origin == {"same": address, "": "https://monitor.school.example"}.get(
        origin, origin
    )
    assert party.fit is fit
