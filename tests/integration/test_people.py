"""People are let in and kept out, and all of it is written down, through a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.account_role import AccountRole
from monitor.domain import CaptureMode
from tests.accounts import somebody
from tests.integration.dashboard import PASSWORD, Dashboard, picture, running

THEIRS = "office@otherby.example"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def id_of(board: Dashboard, email: str) -> int:
    return next(each.id for each in board.accounts.everyone() if each.email == email)


def test_an_administrator_adds_a_person_whose_link_is_shown_once(board: Dashboard) -> None:
    form = {"email": "Office@WexcombePark.example", "role": "office", "school": "wexcombe"}
    with board.signed_in(AccountRole.ADMIN) as admin, board.browser() as office:
        done = admin.post("/people/add", data=form)
        (link,) = re.findall(r"http://127[^<]+/invite/[\w-]+", done.text)
        assert link not in admin.get("/people").text
        office.post(link, data={"password": PASSWORD})
        assert board.enter(office, "office@wexcombepark.example").headers["location"] == "/"
        assert office.get("/incidents").status_code == 200
        page = admin.get("/people").text
        assert "office@wexcombepark.example" in page
        log = admin.get("/audit").text
    for said in ("Account added", "Password set with a one-time link", "Signed in"):
        assert said in log
    assert link.rpartition("/")[2] not in log


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"role": "office", "school": "wexcombe"}, "Enter the person"),
        ({"email": "nobody", "role": "office", "school": "wexcombe"}, "not an e-mail address"),
        ({"email": "a@b.example", "school": "wexcombe"}, "Choose what this person may see"),
        ({"email": "a@b.example", "role": "caretaker", "school": "wexcombe"}, "Choose what"),
        ({"email": "a@b.example", "role": "office", "school": "otherby"}, "Choose the school"),
        ({"email": THEIRS, "role": "office", "school": "wexcombe"}, "not yours"),
        ({"email": "admin@wexcombepark.example", "role": "dsl", "school": "wexcombe"}, "already"),
    ],
)
def test_what_cannot_be_added_is_said_at_its_field(
    board: Dashboard, form: dict[str, str], said: str
) -> None:
    board.add_account(AccountRole.OFFICE, "otherby", email=THEIRS)
    with board.signed_in(AccountRole.ADMIN) as admin:
        answer = admin.post("/people/add", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert [each.schools for each in board.accounts.everyone() if each.email == THEIRS] == [
        {"otherby"}
    ]


def test_whoever_is_disabled_is_out_at_the_very_next_request(board: Dashboard) -> None:
    with (
        board.signed_in(AccountRole.OFFICE) as office,
        board.signed_in(AccountRole.ADMIN) as admin,
    ):
        assert office.get("/incidents").status_code == 200
        page = f"/people/{id_of(board, 'office@wexcombepark.example')}"
        assert admin.post(f"{page}/disable").status_code == 303
        assert office.get("/incidents").headers["location"].startswith("/sign-in")
        assert "Disabled since" in admin.get(page).text


def test_one_session_is_ended_and_the_other_goes_on(board: Dashboard) -> None:
    with (
        board.signed_in(AccountRole.OFFICE) as here,
        board.signed_in(AccountRole.ADMIN) as admin,
        board.browser() as there,
    ):
        board.enter(there, "office@wexcombepark.example")
        page = f"/people/{id_of(board, 'office@wexcombepark.example')}"
        handles = re.findall(rf'action="({page}/sessions/\w+)"', admin.get(page).text)
        assert len(handles) == 2
        admin.post(handles[0])
        alive = [client.get("/incidents").status_code == 200 for client in (here, there)]
        assert sorted(alive) == [False, True]
        mine = here if alive[0] else there
        (own,) = re.findall(r'action="(/account/sessions/\w+)"', mine.get("/account").text)
        mine.post(own)
        assert mine.get("/incidents").status_code == 303


def test_a_reset_second_step_is_set_up_anew(board: Dashboard) -> None:
    with board.signed_in(AccountRole.DSL) as dsl, board.signed_in(AccountRole.ADMIN) as admin:
        page = f"/people/{id_of(board, 'dsl@wexcombepark.example')}"
        admin.post(f"{page}/second-step")
        assert dsl.get("/incidents").status_code == 303
        form = {"email": "dsl@wexcombepark.example", "password": PASSWORD}
        assert dsl.post("/sign-in", data=form).headers["location"] == "/second-step"
        assert dsl.get("/second-step").headers["location"] == "/second-step/set-up"
        assert "Second step reset" in admin.get(page).text


def test_nobody_locks_themselves_out(board: Dashboard) -> None:
    with board.signed_in(AccountRole.ADMIN) as admin:
        page = f"/people/{id_of(board, 'admin@wexcombepark.example')}"
        for deed in ("disable", "second-step"):
            answer = admin.post(f"{page}/{deed}")
            assert answer.status_code == 400
            assert "Somebody else must do this" in answer.text
        assert admin.get("/people").status_code == 200


def test_a_head_sees_who_may_look_and_changes_nothing(board: Dashboard) -> None:
    board.add_account(AccountRole.OFFICE)
    board.add_account(AccountRole.OFFICE, "otherby", email=THEIRS)
    with board.signed_in(AccountRole.HEAD) as head:
        listed = head.get("/people").text
        assert "office@wexcombepark.example" in listed
        assert THEIRS not in listed
        page = f"/people/{id_of(board, 'office@wexcombepark.example')}"
        assert "<form" not in head.get(page).text.partition('id="inside"')[2]
        for deed in ("disable", "link", "second-step", "sessions/x"):
            assert head.post(f"{page}/{deed}").status_code == 403
        assert head.get(f"/people/{id_of(board, THEIRS)}").status_code == 404


def test_who_works_for_two_schools_is_managed_by_who_has_both(board: Dashboard) -> None:
    board.add_account(AccountRole.OFFICE, "wexcombe", "otherby", email="both@trust.example")
    page = f"/people/{id_of(board, 'both@trust.example')}"
    with board.signed_in(AccountRole.ADMIN) as admin:
        assert admin.get(page).status_code == 200
        assert "What you can do" not in admin.get(page).text
        assert admin.post(f"{page}/disable").status_code == 404
    board.accounts.disable("admin@wexcombepark.example")
    with board.signed_in(AccountRole.ADMIN, "wexcombe", "otherby") as admin:
        assert admin.post(f"{page}/disable").status_code == 303


def test_the_audit_shows_who_read_and_saw_what_one_may_know_of(board: Dashboard) -> None:
    shown = board.add_incident("x", mode=CaptureMode.FULL, files={"screenshot.png": picture()})
    hidden = board.add_incident("y", about_head=True, url="https://forum.wexcombe.example/2")
    theirs = board.add_incident("z", school="otherby", url="https://forum.wexcombe.example/3")
    (folder,) = board.evidence.iterdir()
    with board.signed_in(AccountRole.DSL, "wexcombe", "otherby") as dsl:
        for number in (shown, shown, hidden, theirs):
            dsl.get(f"/incidents/{number}")
        dsl.get(f"/incidents/{shown}/evidence/{folder.name}/screenshot")
        page = dsl.get("/audit").text
        assert page.count("Opened the incident") == 3, "twice in an hour is once"
        assert page.count("Looked at the screenshot") == 1
        assert "Opened" in dsl.get(f"/audit?incident={hidden}").text
        assert "Signed in" not in dsl.get("/audit?about=people").text
    with board.signed_in(AccountRole.HEAD) as head:
        page = head.get("/audit").text
        assert page.count("Opened the incident") == 1
        assert "dsl@wexcombepark.example" in page
        assert hidden not in page
        assert theirs not in page
        assert "Opened" not in head.get(f"/audit?incident={hidden}").text
        assert "Signed in" in head.get("/audit?about=people").text
    with board.signed_in(AccountRole.ADMIN) as admin:
        page = admin.get("/audit?about=incidents").text
        assert "Opened" not in page
        assert shown not in page


def test_right_password_and_wrong_code_is_seen_by_the_administrator(board: Dashboard) -> None:
    email = board.add_account(AccountRole.DSL)
    with board.browser() as client:
        client.post("/sign-in", data={"email": email, "password": "not the password"})
        client.post("/sign-in", data={"email": email, "password": PASSWORD})
        client.post("/second-step", data={"code": "000000"})
    with board.signed_in(AccountRole.ADMIN) as admin:
        page = admin.get("/audit").text
    assert "Right password, wrong code" in page
    assert "Wrong password for this account" in page


def test_an_administrator_sees_how_people_sign_in_and_cuts_a_tie(board: Dashboard) -> None:
    email = board.add_account(AccountRole.OFFICE)
    with board.signed_in(AccountRole.ADMIN) as admin, board.browser() as office:
        page = f"/people/{id_of(board, email)}"
        assert "Not tied" in admin.get(page).text
        board.enter(office, email)
        board.accounts.enter_as(somebody(email))
        assert "password, Google" in admin.get("/people").text
        assert "password, authenticator app" in admin.get("/people").text
        (action,) = re.findall(rf'action="({page}/ties/\d+)"', admin.get(page).text)
        done = admin.post(action)
        assert "The tie is cut" in admin.get(done.headers["location"]).text
        assert "Untied from an account" in admin.get(page).text
        assert office.get("/today").headers["location"].startswith("/sign-in")
    (account,) = [each for each in board.accounts.everyone() if each.email == email]
    assert board.accounts.identities(account) == []


def test_an_administrator_changes_an_address_and_a_role_but_not_their_own(
    board: Dashboard,
) -> None:
    email = board.add_account(AccountRole.OFFICE)
    form = {"email": "married@wexcombepark.example", "role": "head", "school": "wexcombe"}
    with board.signed_in(AccountRole.ADMIN) as admin:
        page = f"/people/{id_of(board, email)}"
        refused = admin.post(f"{page}/change", data={**form, "email": "", "role": "caretaker"})
        assert refused.status_code == 400
        assert "Enter the person" in refused.text
        assert "Choose what" in refused.text
        taken = admin.post(f"{page}/change", data={**form, "email": "admin@wexcombepark.example"})
        assert "another account for admin@" in taken.text
        own = f"/people/{id_of(board, 'admin@wexcombepark.example')}/change"
        assert "Somebody else must do this" in admin.post(own, data=form).text
        assert email in admin.get(f"{page}/change").text
        done = admin.post(f"{page}/change", data=form)
        shown = admin.get(done.headers["location"]).text
    for said in ("It is changed", "married@", "Head: all but", "E-mail address changed"):
        assert said in shown


def test_one_s_own_password_is_changed_on_one_s_page(board: Dashboard) -> None:
    new = "eight yellow kettles"
    with board.signed_in(AccountRole.OFFICE) as here, board.browser() as there:
        board.enter(there, "office@wexcombepark.example")
        for form, said in (
            ({"present-password": "wrong", "new-password": new}, "not your present password"),
            ({"present-password": PASSWORD, "new-password": "short"}, "at least 12"),
        ):
            refused = here.post("/account/password", data=form)
            assert refused.status_code == 400
            assert said in refused.text
            assert 'id="password" open' in refused.text
        done = here.post(
            "/account/password", data={"present-password": PASSWORD, "new-password": new}
        )
        assert "The password is changed" in here.get(done.headers["location"]).text
        assert there.get("/account").headers["location"].startswith("/sign-in")


def test_what_was_refused_is_in_the_audit_and_gives_nothing_away(board: Dashboard) -> None:
    hidden = board.add_incident("x", about_head=True)
    lines = []
    with board.signed_in(AccountRole.HEAD) as head:
        for path in (f"/incidents/{hidden}", "/incidents/2026-999", "/people/add"):
            board.clock.now += timedelta(minutes=2)
            for _ in range(3):
                assert head.get(path).status_code in (403, 404)
            lines.append(head.get("/audit?about=people").text.count("not for them"))
    assert lines == [1, 2, 3], "the same line for what is hidden and for what is not there"
