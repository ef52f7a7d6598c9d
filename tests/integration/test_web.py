"""The dashboard through a real server and a real database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest

from monitor.domain import ABOUT_SCHOOL, CaptureMode, Category, Reason, Role, Severity
from monitor.store.accounts import AccountRole
from tests.integration.dashboard import PASSWORD, Dashboard, picture, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def test_without_signing_in_every_page_leads_to_the_door(board: Dashboard) -> None:
    number = board.add_incident("They will burn it down")
    with board.browser() as client:
        for page in ("/", "/incidents", f"/incidents/{number}", "/trends", "/sources"):
            answer = client.get(page)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in")


def test_a_link_in_a_mail_leads_through_the_door_to_the_incident(board: Dashboard) -> None:
    number = board.add_incident("They will burn it down")
    email = board.add_account(AccountRole.DSL)
    with board.browser() as client:
        door = client.get(f"/incidents/{number}", follow_redirects=True)
        wanted = re.search(r'name="wanted" value="([^"]*)"', door.text)
        assert wanted is not None
        form = {"email": email, "password": PASSWORD, "wanted": wanted[1]}
        inside = client.post("/sign-in", data=form, follow_redirects=True)
    assert inside.url.path == f"/incidents/{number}"
    assert "They will burn it down" in inside.text


def test_an_incident_shows_words_reasons_evidence_and_who_was_told(board: Dashboard) -> None:
    png = picture()
    number = board.add_incident(
        "Wexcombe Park: they will burn it down",
        because=(
            Reason(category=ABOUT_SCHOOL, start=0, end=13, text="Wexcombe Park", rule="name"),
            Reason(category="threat", start=25, end=37, text="burn it down", rule="arson"),
        ),
        mode=CaptureMode.FULL,
        files={"screenshot.png": png, "page.txt": b"words"},
        alerts=(Role.HEAD, Role.DSL),
    )
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get(f"/incidents/{number}").text
        assert "<mark>burn it down</mark>" in page
        assert "Threat of violence or damage" in page
        assert "rule arson" in page
        assert "unchanged since it was captured" in page
        assert sha256(png).hexdigest() in page
        assert "Designated safeguarding lead" in page
        assert 'href="https://forum' not in page
        (shot,) = set(re.findall(r'src="(/incidents/[^"]+/screenshot)"', page))
        answer = client.get(shot)
        assert answer.content == png
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_evidence_that_was_changed_says_so_and_its_picture_is_not_shown(board: Dashboard) -> None:
    number = board.add_incident("x", mode=CaptureMode.FULL, files={"screenshot.png": picture()})
    (file,) = board.evidence.glob("*/screenshot.png")
    file.write_bytes(picture(30, 30))
    board.changed = ["screenshot.png was changed"]
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get(f"/incidents/{number}").text
        assert "not as it was captured" in page
        assert "screenshot.png was changed" in page
        assert client.get(f"/incidents/{number}/evidence/{file.parent.name}/screenshot").is_error


@pytest.mark.parametrize(
    ("mode", "allowed"),
    [(CaptureMode.TEXT, True), (CaptureMode.LINK, True), (CaptureMode.FULL, False)],
)
def test_no_picture_is_shown_where_one_could_be_indecent(
    board: Dashboard, mode: CaptureMode, allowed: bool
) -> None:
    number = board.add_incident(
        "x", mode=mode, pictures_allowed=allowed, files={"screenshot.png": picture()}
    )
    (folder,) = board.evidence.iterdir()
    with board.signed_in(AccountRole.DSL) as client:
        assert "<img" not in client.get(f"/incidents/{number}").text
        picture_page = client.get(f"/incidents/{number}/evidence/{folder.name}/screenshot")
        assert picture_page.status_code == 404


def test_a_file_that_only_claims_to_be_a_picture_is_not_shown(board: Dashboard) -> None:
    page = b"<html><script>alert(1)</script>"
    number = board.add_incident("x", mode=CaptureMode.FULL, files={"screenshot.png": page})
    (folder,) = board.evidence.iterdir()
    with board.signed_in(AccountRole.HEAD) as client:
        answer = client.get(f"/incidents/{number}/evidence/{folder.name}/screenshot")
    assert answer.status_code == 404


def test_a_governor_reaches_trends_and_nothing_else(board: Dashboard) -> None:
    number = board.add_incident(
        "They will burn it down", mode=CaptureMode.FULL, files={"screenshot.png": picture()}
    )
    (folder,) = board.evidence.iterdir()
    with board.signed_in(AccountRole.GOVERNOR) as client:
        assert client.get("/", follow_redirects=True).url.path == "/trends"
        page = client.get("/trends")
        assert page.status_code == 200
        assert "Fewer than five" in page.text
        assert "burn" not in page.text
        for path in (
            "/incidents",
            f"/incidents/{number}",
            "/sources",
            f"/incidents/{number}/evidence/{folder.name}/screenshot",
        ):
            assert client.get(path).status_code == 403
        assert client.get("/trends?school=otherby").status_code == 404


def test_each_role_gets_exactly_the_incidents_meant_for_it(board: Dashboard) -> None:
    numbers = {
        (school, head, child): board.add_incident(
            f"{school} {head} {child}", school=school, about_head=head, child_safety=child
        )
        for school, head, child in product(("wexcombe", "otherby"), (False, True), (False, True))
    }
    for role in (AccountRole.HEAD, AccountRole.DSL, AccountRole.OFFICE):
        with board.signed_in(role) as client:
            listed = client.get("/incidents").text
            for (school, head, child), number in numbers.items():
                kept_from = {
                    AccountRole.DSL: False,
                    AccountRole.HEAD: head,
                    AccountRole.OFFICE: head or child,
                }[role]
                seen = school == "wexcombe" and not kept_from
                assert (f">{number}<" in listed) == seen
                assert client.get(f"/incidents/{number}").status_code == (200 if seen else 404)


def test_what_one_may_not_know_of_looks_like_what_is_not_there(board: Dashboard) -> None:
    number = board.add_incident("x", about_head=True)
    with board.signed_in(AccountRole.HEAD) as client:
        hidden, absent = client.get(f"/incidents/{number}"), client.get("/incidents/2026-999")
    assert hidden.text == absent.text
    assert hidden.status_code == absent.status_code == 404


def test_a_person_sets_their_password_by_link(board: Dashboard) -> None:
    token = board.accounts.add("dsl@wexcombepark.example", AccountRole.DSL, ["wexcombe"])
    with board.browser() as client:
        assert "dsl@wexcombepark.example" in client.get(f"/invite/{token}").text
        weak = client.post(f"/invite/{token}", data={"password": "password1234"})
        assert weak.status_code == 400
        assert "first passwords a stranger would try" in weak.text
        done = client.post(f"/invite/{token}", data={"password": PASSWORD}, follow_redirects=True)
        assert "Your password is set" in done.text
        assert client.get(f"/invite/{token}").status_code == 404
        assert client.get("/invite/never-given").status_code == 404


def test_sources_that_cannot_be_read_are_said_on_the_list(board: Dashboard) -> None:
    board.store.visited("wexcombe", "town forum", board.clock(), timedelta(hours=6))
    board.store.failed(
        "wexcombe",
        "web search",
        board.clock(),
        "The server does not answer.",
        again_in=timedelta(hours=1),
        needs_a_person=False,
    )
    with board.signed_in(AccountRole.OFFICE) as client:
        page = client.get("/incidents").text
        assert "Checked 1 place, last at Fri 20 Nov 2026, 09:30." in page
        assert "1 place cannot be read just now" in page
        assert "The server does not answer." in page


def test_the_technician_sees_sources_but_no_content(board: Dashboard) -> None:
    number = board.add_incident("They will burn it down")
    with board.signed_in(AccountRole.ADMIN) as client:
        assert client.get("/", follow_redirects=True).url.path == "/sources"
        for path in ("/incidents", f"/incidents/{number}", "/trends"):
            assert client.get(path).status_code == 403


def test_trends_count_a_term(board: Dashboard) -> None:
    for n in range(12):
        board.add_incident(
            f"post {n}",
            categories=frozenset({Category.ABUSE}),
            severity=Severity.MEDIUM,
            url=f"https://forum.wexcombe.example/{n}",
        )
    with board.signed_in(AccountRole.GOVERNOR) as client:
        page = client.get("/trends").text
        assert "12 public mentions" in page
        assert "Autumn term 2026" in page
        assert "No public mention" in client.get("/trends?term=2026-summer").text
