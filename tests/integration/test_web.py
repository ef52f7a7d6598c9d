"""The dashboard through a real server and a real database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import event
from sqlmodel import update

from alerts.evidence.at_rest import NO_KEY, Key, lock, new_pair
from monitor.account_role import AccountRole
from monitor.domain import (
    ABOUT_SCHOOL,
    AlertState,
    CaptureMode,
    Category,
    IncidentState,
    Reason,
    Role,
    Severity,
    Shows,
    StillThere,
)
from monitor.health import Actor
from monitor.health_words import WHO
from monitor.secret import Reference
from monitor.store.entry import Entry
from monitor.store.tables import IncidentRow, LetterRow
from tests.integration.dashboard import PASSWORD, Dashboard, picture, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def pixels(png: bytes) -> tuple[tuple[int, int], bytes]:
    with Image.open(BytesIO(png)) as drawn:
        return drawn.size, drawn.convert("RGB").tobytes()


def test_without_signing_in_every_page_leads_to_the_door(board: Dashboard) -> None:
    number = board.add_incident("They will burn it down")
    with board.browser() as client:
        for page in ("/", "/incidents", f"/incidents/{number}", "/trends", "/sources"):
            answer = client.get(page)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("below", ["", "/steps"])
def test_a_link_leads_through_the_door_to_the_incident(board: Dashboard, below: str) -> None:
    number = board.add_incident("They will burn it down")
    page = f"/incidents/{number}{below}"
    email = board.add_account(AccountRole.DSL)
    with board.browser() as client:
        door = client.get(page, follow_redirects=True)
        wanted = re.search(r'name="wanted" value="([^"]*)"', door.text)
        assert wanted is not None
        inside = client.get(board.enter(client, email, wanted[1]).headers["location"])
    assert inside.url.path == page
    assert ("They will burn it down" in inside.text) is not bool(below)


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
        (shot,) = set(re.findall(r'href="(/incidents/[^"]+/screenshot)"', page))
        answer = client.get(shot)
        assert pixels(answer.content) == pixels(png)
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
    seen = board.store.custody()[-1]
    assert (seen.act, seen.actor, seen.sha256) == ("viewed", "account 1", sha256(png).hexdigest())


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


PAIR = new_pair()
AWAY = Key(Reference("file", "/nowhere/evidence-key.txt").reveal)  # on a stick in the safe


def encrypted(board: Dashboard) -> tuple[str, str]:
    """The pages of an incident whose evidence is encrypted, and of its screenshot."""
    files = {"screenshot.png": picture(), "meta.json": b"{}"}
    number = board.add_incident("x", mode=CaptureMode.FULL, files=files)
    (folder,) = board.evidence.iterdir()
    for name, content in files.items():
        (folder / f"{name}.age").write_bytes(lock(content, PAIR.public))
        (folder / name).unlink()
    page = f"/incidents/{number}"
    return page, f"{page}/evidence/{folder.name}/screenshot"


@pytest.mark.parametrize("key", [NO_KEY, AWAY], ids=["not set", "away"])
def test_a_picture_that_is_encrypted_is_not_offered_without_the_key(
    tmp_path: Path, key: Key
) -> None:
    with running(tmp_path, key=key) as board, board.signed_in(AccountRole.HEAD) as client:
        page, shot = encrypted(board)
        for address, status in ((page, 200), (shot, 409)):
            answer = client.get(address)
            assert answer.status_code == status
            assert "<img" not in answer.text
            assert "This evidence is encrypted" in answer.text
            assert "identity under [evidence]" in answer.text


def test_with_the_key_an_encrypted_picture_is_shown_as_any_other(tmp_path: Path) -> None:
    key = Key(lambda: PAIR.private)
    with running(tmp_path, key=key) as board, board.signed_in(AccountRole.HEAD) as client:
        page, shot = encrypted(board)
        assert f'"{shot}?as=blurred"' in client.get(page).text
        assert pixels(client.get(shot).content) == pixels(picture())


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


def test_a_wall_in_place_of_the_post_is_never_shown_as_the_post(board: Dashboard) -> None:
    wall = {"not-the-post-screenshot.png": picture()}
    number = board.add_incident("x", mode=CaptureMode.FULL, files=wall, shows=Shows.LOGIN_WALL)
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get(f"/incidents/{number}").text
        assert "The post itself was not there to be captured." in page
        assert "Screenshot of what was there instead of the post" in page
        (shot,) = set(re.findall(r'href="(/incidents/[^"]+/screenshot)"', page))
        assert pixels(client.get(shot).content) == pixels(picture())


def test_the_page_of_a_post_without_pictures_says_what_one_may_lawfully_do(
    board: Dashboard,
) -> None:
    number = board.add_incident("x", mode=CaptureMode.LINK, pictures_allowed=False)
    with board.signed_in(AccountRole.DSL) as client:
        page = client.get(f"/incidents/{number}").text
    for said in ("Do not open the address", "101", "report.iwf.org.uk", "Report Remove"):
        assert said in page


def test_the_page_says_whether_a_post_is_still_there(board: Dashboard) -> None:
    number = board.add_incident("x", mode=CaptureMode.FULL, files={"screenshot.png": picture()})
    for hours, found in enumerate(
        (StillThere.EDITED, StillThere.GONE, StillThere.UNKNOWN, StillThere.GONE), 1
    ):
        difference = "- I hate them\n+ <b>I love them" if found is StillThere.EDITED else ""
        board.look_again(hours, found, difference)
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get(f"/incidents/{number}").text
    told = (
        "Gone since Fri 20 Nov 2026, 11:30 at the latest; last looked at Fri 20 Nov 2026, 13:30."
    )
    assert told in page
    assert "4 looks since it was captured" in page
    assert "+ &lt;b&gt;I love them" in page


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
        assert "Nothing of this term is published yet" in page.text
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
        assert "What cannot be read just now" in page
        assert "The server does not answer." in page


def test_the_page_of_sources_says_how_each_is_who_must_act_and_what_was_checked(
    board: Dashboard,
) -> None:
    day, now = timedelta(days=1), board.clock()
    for back in range(12, 0, -2):
        with board.store.recording("wexcombe", "town forum") as book:
            book.went_well(now - back * day, day, new=1)
    board.store.failed(
        "wexcombe",
        "web search",
        now,
        "The site refused us.",
        again_in=day,
        needs_a_person=True,
        actor=Actor.KEY_HOLDER,
    )
    with board.signed_in(AccountRole.ADMIN) as client:
        tree = BeautifulSoup(client.get("/sources").text, "html.parser")
    page = " ".join(tree.get_text(" ").split())
    assert "As a rule something new comes every 2 days." in page
    assert "The office is told after 9 days without anything new." in page
    assert "Needs someone" in page
    assert f"Who must act: {WHO[Actor.KEY_HOLDER]}" in page
    assert "Fri 20 Nov 0 web search" in page
    assert "Thu 19 Nov 0 nothing was checked" in page


def test_the_technician_sees_sources_but_no_content(board: Dashboard) -> None:
    number = board.add_incident("They will burn it down")
    with board.signed_in(AccountRole.ADMIN) as client:
        assert client.get("/", follow_redirects=True).url.path == "/today"
        assert number not in client.get("/today").text
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
        assert "12 public mentions" not in client.get("/trends").text
        board.publish("wexcombe")
        page = client.get("/trends").text
        assert "12 public mentions" in page
        assert "Autumn term 2026" in page
        summer = client.get("/trends?term=2026-04-13").text
        assert "Summer term 2026" in summer
        assert "No public mention" in summer


def test_a_governor_sees_the_pictures_of_their_school_only(board: Dashboard) -> None:
    for n in range(12):
        board.add_incident(f"post {n}", url=f"https://forum.wexcombe.example/{n}")
    board.publish("wexcombe")
    with board.signed_in(AccountRole.GOVERNOR) as client:
        page = client.get("/trends").text
        (weeks, *others) = re.findall(r'<img src="(/trends/picture[^"]+)"', page)
        for address in (weeks, *others):
            drawn = client.get(address.replace("&amp;", "&"))
            assert drawn.headers["content-type"] == "image/svg+xml"
            assert b"</svg>" in drawn.content
        assert client.get("/trends/picture?of=weeks&school=otherby").status_code == 404
        assert client.get("/trends/picture?of=ages").status_code == 404
    with board.browser() as stranger:
        assert stranger.get("/trends/picture?of=weeks", follow_redirects=False).is_redirect


def test_the_page_of_a_term_that_is_published_reads_no_visit_and_waits_for_no_writer(
    board: Dashboard,
) -> None:
    board.add_incident("x")
    with board.store.recording("wexcombe", "forum") as book:
        book.went_well(board.clock.now, timedelta(hours=1))
    board.publish("wexcombe")
    asked: list[str] = []
    with board.signed_in(AccountRole.GOVERNOR) as client:
        client.get("/trends")

        @event.listens_for(board.store.engine, "before_cursor_execute")
        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        assert "checked 1 source on 1" in client.get("/trends").text
    assert [s for s in asked if "FROM coverage" in s and "LIMIT" not in s] == []
    assert [s for s in asked if "IMMEDIATE" in s] == []


def test_what_governors_were_shown_does_not_change_by_the_day(board: Dashboard) -> None:
    """Whoever looks every day could else see one incident come."""
    for n in range(7):
        board.add_incident(f"post {n}", url=f"https://forum.wexcombe.example/{n}")
    board.publish("wexcombe")
    with board.signed_in(AccountRole.GOVERNOR) as client:
        before = client.get("/trends").text
        board.clock.now += timedelta(minutes=10)
        board.add_incident("one more", url="https://forum.wexcombe.example/more")
        board.publish("wexcombe")
        assert client.get("/trends").text == before
        assert "7 public mentions" in before


def test_a_letter_that_was_withdrawn_asks_nobody_to_act(board: Dashboard) -> None:
    number = board.add_incident("x", alerts=(Role.OFFICE,))
    with board.store.transaction() as session:
        session.execute(
            update(LetterRow).values(
                state=AlertState.WITHDRAWN, error="the recipient should not know of it now"
            )
        )
    with board.signed_in(AccountRole.DSL) as client:
        page = client.get(f"/incidents/{number}").text
    told = page[page.index("Who was told") :]
    assert "not sent, on purpose. Please do not pass it on." in told
    assert "must act" not in told
    assert 'class="error"' not in told


def add_incidents(board: Dashboard, count: int, school: str = "wexcombe") -> None:
    """One a minute, in one transaction."""
    with board.store.transaction() as session:
        session.add_all(
            IncidentRow(
                key=f"{school}-{n}",
                number=f"2026-{n:03d}-{school}",
                school=school,
                opened_at=board.clock() + timedelta(minutes=n),
                state=IncidentState.CLOSED if n % 2 else IncidentState.OPEN,
                categories="threat",
                severity="high",
                about_head=n % 10 == 0,
                child_safety=False,
                pictures_allowed=True,
            )
            for n in range(count)
        )


def numbers_on(page: str) -> list[str]:
    return re.findall(r'href="/incidents/(2026-[^"]+)"', page)


def test_a_long_log_is_shown_in_pages_that_leave_nothing_out(board: Dashboard) -> None:
    add_incidents(board, 60)
    add_incidents(board, 60, school="otherby")
    with board.signed_in(AccountRole.DSL, "wexcombe", "otherby") as client:
        pages = [client.get(f"/incidents?page={n}").text for n in (1, 2, 3)]
        assert client.get("/incidents").text == pages[0]
        assert client.get("/incidents?page=4").text == pages[2], "beyond the end is the end"
    shown = [numbers_on(page) for page in pages]
    assert [len(numbers) for numbers in shown] == [50, 50, 20]
    assert len({number for numbers in shown for number in numbers}) == 120
    assert shown[0][0].startswith("2026-059"), "newest first, whichever school"
    assert "1 to 50 of 120" in pages[0]
    assert "101 to 120 of 120" in pages[2]
    assert ("Newer" in pages[0], "Older" in pages[0]) == (False, True)
    assert ("Newer" in pages[1], "Older" in pages[1]) == (True, True)
    assert ("Newer" in pages[2], "Older" in pages[2]) == (True, False)


def test_pages_keep_to_the_state_that_was_asked_for(board: Dashboard) -> None:
    add_incidents(board, 110)
    with board.signed_in(AccountRole.DSL) as client:
        page = client.get("/incidents?state=closed").text
        assert "1 to 50 of 55" in page
        (older,) = re.findall(r'href="([^"]*)" rel="next"', page)
        rest = client.get(older.replace("&amp;", "&")).text
    assert len(numbers_on(rest)) == 5
    assert ">Open</td>" not in rest


def test_pages_and_their_count_leave_out_what_one_may_not_know_of(board: Dashboard) -> None:
    add_incidents(board, 60)
    with board.signed_in(AccountRole.HEAD) as client:
        pages = [client.get(f"/incidents?page={n}").text for n in (1, 2)]
    assert [len(numbers_on(page)) for page in pages] == [50, 4]
    assert "of 54" in pages[0]


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "9" * 30])
def test_a_page_that_cannot_be_is_said_not_to_be_there(board: Dashboard, page: str) -> None:
    with board.signed_in(AccountRole.DSL) as client:
        assert client.get(f"/incidents?page={page}").status_code == 404


def test_an_incident_shows_what_an_edited_post_said_before_and_how_often_it_is_told(
    board: Dashboard,
) -> None:
    number = board.add_incident("We all stood at the gate of the school in the rain and waited")
    case = board.store.case(number)
    assert case is not None
    first = case.sightings[0]
    later = board.clock.now + timedelta(hours=3)
    changed = replace(
        first.mention,
        text="We all stood at the gate of the school in the rain <b>and we will burn it</b>",
        edited_at=later - timedelta(hours=1),
    )
    entry = Entry(
        school="wexcombe",
        mention=changed,
        place="p",
        story="s",
        assessment=first.assessment,
        seen_at=later,
        incident=case.incident,
        edition="0123456789abcdef",
    )
    assert board.store.keep(entry)
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get(f"/incidents/{number}").text
    assert "in the rain and waited" in page
    assert "&lt;b&gt;and we will burn it&lt;/b&gt;" in page
    assert "Found changed Fri 20 Nov 2026, 12:30" in page
    assert "Its site says that it was changed Fri 20 Nov 2026, 11:30" in page
