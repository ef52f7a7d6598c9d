"""The list of incidents and what is done from it, through a real server and a real database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from monitor.account_role import AccountRole
from monitor.domain import Event
from tests.integration.dashboard import Dashboard, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def numbers_on(page: str) -> list[str]:
    return re.findall(r'data-open href="/incidents/(2026-[^"]+)"', page)


def looking_for(words: str, **more: str) -> str:
    return "/incidents?" + urlencode({"words": words} | more)


def test_each_role_finds_only_words_that_it_may_read(board: Dashboard) -> None:
    plain = board.add_incident("kettle one")
    child = board.add_incident("kettle two", child_safety=True)
    head = board.add_incident("kettle three", about_head=True)
    board.add_incident("kettle four", school="otherby")
    for role, numbers in (
        (AccountRole.OFFICE, [plain]),
        (AccountRole.HEAD, [child, plain]),
        (AccountRole.DSL, [head, child, plain]),
    ):
        with board.signed_in(role) as client:
            assert numbers_on(client.get(looking_for("kettle")).text) == numbers
            everything = client.get(looking_for("kettle", state="open")).text
            assert f"1 to {len(numbers)} of {len(numbers)}" in everything
            assert "of 0" not in client.get(looking_for("kettle", state="closed")).text


def test_a_search_stays_while_one_filters_and_turns_pages(board: Dashboard) -> None:
    for n in range(51):
        board.add_incident(f"kettle {n}", url=f"https://f.example/{n}")
    with board.signed_in(AccountRole.OFFICE) as client:
        page = client.get(looking_for('"kettle 1"* ')).text
        assert len(numbers_on(page)) == 11
        assert 'value="&#34;kettle 1&#34;*"' in page
        page = client.get(looking_for("kettle")).text
        (older,) = re.findall(r'href="([^"]*)" rel="next"', page)
        assert len(numbers_on(client.get(older.replace("&amp;", "&")).text)) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("!!!", "Use at least one word or number."),
        ("marmalade", "Nothing that you may read has all of “marmalade”"),
        ("<script>alert(1)</script>", escape("<script>alert(1)</script>")),
        ("\u202ex", "[U+202E]x"),
        ("a" * 300, "a" * 200),
    ],
)
def test_what_finds_nothing_says_why(board: Dashboard, words: str, sentence: str) -> None:
    board.add_incident("kettle")
    with board.signed_in(AccountRole.OFFICE) as client:
        answer = client.get(looking_for(words))
    assert answer.status_code == 200
    assert numbers_on(answer.text) == []
    assert sentence in answer.text


def picks(board: Dashboard, *numbers: str) -> list[str]:
    return [f"{number}:{len(history(board, number))}" for number in numbers]


def history(board: Dashboard, number: str) -> tuple[Event, ...]:
    case = board.store.case(number)
    assert case is not None
    return case.history


def three(board: Dashboard) -> list[str]:
    return [board.add_incident(f"x {n}", url=f"https://f.example/{n}") for n in range(3)]


DECISION = {"answered": "yes", "decided": "criticism", "decided-reason": "All of it is fair."}


def test_one_decision_for_several_is_an_entry_in_the_history_of_each(board: Dashboard) -> None:
    numbers = three(board)
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get("/incidents").text
        offered = re.findall(r'name="pick" value="([^"]+)"', page)
        assert sorted(offered) == picks(board, *numbers)
        asked = client.post("/incidents", data={"pick": offered[:2]})
        assert asked.status_code == 200
        assert "Decide 2 incidents" in asked.text
        done = client.post("/incidents", data={"pick": offered[:2]} | DECISION)
    assert "2 decided" in done.text
    for number in (each.partition(":")[0] for each in offered[:2]):
        (event,) = history(board, number)
        assert (event.by, event.value, event.reason) == (
            "head@wexcombepark.example",
            "criticism",
            "All of it is fair.",
        )
    assert history(board, offered[2].partition(":")[0]) == ()


def test_what_was_overtaken_hidden_grave_or_open_elsewhere_is_named(board: Dashboard) -> None:
    fine, overtaken, open_elsewhere = three(board)
    child = board.add_incident("c", child_safety=True)
    hidden = board.add_incident("h", about_head=True)
    ticked = [*picks(board, fine, overtaken, open_elsewhere, child, hidden), "2026-999:0"]
    with (
        board.signed_in(AccountRole.HEAD) as head,
        board.signed_in(AccountRole.OFFICE) as office,
    ):
        office.post(f"/incidents/{overtaken}", data={"act": "note", "note-reason": "Wait."})
        office.get(f"/incidents/{open_elsewhere}")
        asked = head.post("/incidents", data={"pick": ticked}).text
        done = head.post("/incidents", data={"pick": ticked} | DECISION).text
        again = head.post("/incidents", data={"pick": ticked} | DECISION).text
    assert "Not among them" in asked
    for page in (done, again):
        assert "1 decided, 5 not" in page
        for number, why in (
            (overtaken, "Somebody else has worked on it"),
            (open_elsewhere, "office@wexcombepark.example has this open since 09:30."),
            (child, "a child may be at risk"),
            (hidden, "not for your account"),
            ("2026-999", "not for your account"),
        ):
            line = next(each for each in page.split("<li>") if number in each)
            assert why in line, number
    assert len(history(board, fine)) == 1, "sent twice, done once"
    assert len(history(board, overtaken)) == 1
    assert history(board, child) == history(board, hidden) == ()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"decided": ""}, "Choose what these are."),
        ({"decided": "libel"}, "Choose what these are."),
        ({"decided-reason": "  "}, "Enter the reason"),
        ({"decided-reason": "x" * 5001}, "at most 5,000 characters"),
        ({"pick": []}, "Nothing was ticked."),
        ({"pick": ["2026-001", "2026-001:x", ":"]}, "Nothing was ticked."),
    ],
)
def test_what_is_missing_for_several_is_said(
    board: Dashboard, form: dict[str, str | list[str]], sentence: str
) -> None:
    numbers = three(board)
    with board.signed_in(AccountRole.HEAD) as client:
        data: dict[str, str | list[str]] = {"pick": picks(board, *numbers)}
        answer = client.post("/incidents", data=data | DECISION | form)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert [history(board, number) for number in numbers] == [(), (), ()]


def test_a_list_is_saved_for_the_one_who_saved_it(board: Dashboard) -> None:
    save = {
        "name": "Cold <dinners>",
        "filters": "words=%22cold+dinners%22&state=open&evil=1&page=9",
    }
    with (
        board.signed_in(AccountRole.HEAD) as head,
        board.signed_in(AccountRole.OFFICE) as office,
    ):
        there = head.post("/views", data=save).headers["location"]
        assert there == "/incidents?words=%22cold+dinners%22&state=open"
        page = head.get("/incidents").text
        assert "Cold &lt;dinners&gt;" in page
        assert f'href="{escape(there)}"' in page
        assert "dinners&gt;" not in office.get("/incidents").text
        office.post("/views/forgotten", data={"name": "Cold <dinners>"})
        assert "Cold &lt;dinners&gt;" in head.get("/incidents").text
        head.post("/views/forgotten", data={"name": "Cold <dinners>"})
        assert "dinners&gt;" not in head.get("/incidents").text
        assert head.post("/views", data=save | {"name": " "}).status_code == 400
        for n in range(21):
            answer = head.post("/views", data=save | {"name": f"list {n}"})
        assert answer.status_code == 400
        assert "Take one off first" in answer.text


def test_who_has_it_open_is_said_until_they_are_done(board: Dashboard) -> None:
    number = board.add_incident("x")
    decide = {"act": "decided", "seen": "0"} | DECISION
    with (
        board.signed_in(AccountRole.HEAD) as head,
        board.signed_in(AccountRole.OFFICE) as office,
    ):
        assert "has this open" not in office.get(f"/incidents/{number}").text
        page = head.get(f"/incidents/{number}").text
        assert "office@wexcombepark.example has this open since 09:30." in page
        refused = head.post(f"/incidents/{number}", data=decide)
        assert refused.status_code == 400
        assert "All of it is fair." in refused.text, "what was typed is kept"
        assert head.post(f"/incidents/{number}", data={"act": "note", "note-reason": "n"})
        assert office.post(f"/incidents/{number}", data=decide | {"seen": "1"}).is_redirect
        assert "has this open" not in head.get(f"/incidents/{number}").text
    assert [event.act for event in history(board, number)] == ["note", "decided"]


def test_nobody_is_kept_out_for_good(board: Dashboard) -> None:
    number = board.add_incident("x")
    with (
        board.signed_in(AccountRole.HEAD) as head,
        board.signed_in(AccountRole.OFFICE) as office,
    ):
        office.get(f"/incidents/{number}")
        head.post(f"/incidents/{number}", data={"act": "take_over"})
        assert "has this open" not in head.get(f"/incidents/{number}").text
        assert "head@wexcombepark.example has this" in office.get(f"/incidents/{number}").text
        board.clock.now += timedelta(minutes=16)
        assert "has this open" not in office.get(f"/incidents/{number}").text
        assert "office@wexcombepark.example has" in head.get(f"/incidents/{number}").text
        board.accounts.disable("office@wexcombepark.example")
        assert "has this open" not in head.get(f"/incidents/{number}").text


def test_others_that_say_nearly_the_same_are_named_as_far_as_one_may_know(
    board: Dashboard,
) -> None:
    rant = (
        "the dinners are cold and the teachers are useless and nobody at this place ever listens"
    )
    first, second = (
        board.add_incident(f"{rant} {n}", url=f"https://f.example/{n}", told=True) for n in (1, 2)
    )
    hidden = board.add_incident(f"{rant} 3", url="https://f.example/3", about_head=True, told=True)
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get(f"/incidents/{first}").text
        assert f'href="/incidents/{second}"' in page
        assert hidden not in page
        assert numbers_on(client.get(f"/incidents?like={first}").text) == [second]


def test_authors_have_no_name_until_somebody_says_why(board: Dashboard) -> None:
    number = board.add_incident("x", author="@some_parent", url="https://f.example/1")
    there = f"/incidents/{number}/authors/A1"
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.get(f"/incidents/{number}").text
        assert "Author A1" in page
        assert "@some_parent" not in page
        assert "@some_parent" not in client.get(there).text
        assert client.post(there, data={"reason": " "}).status_code == 400
        assert history(board, number) == ()
        shown = client.post(there, data={"reason": "To write to them."})
        assert "@some_parent" in shown.text
        page = client.get(f"/incidents/{number}").text
        assert "Looked who author A1 is" in page
        assert "To write to them." in page
        assert client.get(f"/incidents/{number}/authors/A2").status_code == 404
    (event,) = history(board, number)
    assert (event.act, event.value) == ("revealed", "A1")
    (link,) = board.store.custody_of([number])
    assert (link.act, link.outcome) == ("revealed", "author A1")
    assert "some_parent" not in str(link)


def test_whoever_comes_back_to_one_author_is_warned(board: Dashboard) -> None:
    numbers = [
        board.add_incident(f"x {n}", author=author, url=f"https://f.example/{n}", school=school)
        for n, (author, school) in enumerate(
            [
                ("@some_parent", "wexcombe"),
                ("@Some_Parent", "wexcombe"),
                ("@other", "wexcombe"),
                ("@some_parent", "otherby"),
            ]
        )
    ]
    with board.signed_in(AccountRole.DSL, "wexcombe", "otherby") as client:
        first, again, other, elsewhere = (f"/incidents/{n}/authors/A1" for n in numbers)
        assert "looked at this author before" not in client.get(first).text
        client.post(first, data={"reason": "r"})
        for there in (other, elsewhere):
            assert "looked at this author before" not in client.get(there).text
        warned = client.get(again).text
        assert "before: once" in warned
        assert "directed surveillance" in warned
        refused = client.post(again, data={"reason": "r"})
        assert refused.status_code == 400
        assert "Some_Parent" not in refused.text
        assert "@Some_Parent" in client.post(again, data={"reason": "r", "again": "yes"}).text
        board.clock.now += timedelta(minutes=1)
        assert "before: 2 times" in client.get(first).text


def test_nobody_is_shown_an_author_of_whom_nothing_could_be_written_down(
    board: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = board.add_incident("x", author="@some_parent", url="https://f.example/1")
    reveal = board.store.reveal

    def too_late(*rest: Any) -> bool:
        board.store.forget_case(number, board.clock())
        return reveal(*rest)

    monkeypatch.setattr(board.store, "reveal", too_late)
    with board.signed_in(AccountRole.HEAD) as client:
        answer = client.post(f"/incidents/{number}/authors/A1", data={"reason": "the police ask"})
    assert answer.status_code == 404
    assert "@some_parent" not in answer.text


def test_whoever_signs_out_keeps_nothing_open(board: Dashboard) -> None:
    number = board.add_incident("They lie")
    with (
        board.signed_in(AccountRole.HEAD) as head,
        board.signed_in(AccountRole.OFFICE) as office,
    ):
        head.get(f"/incidents/{number}")
        assert "has this open" in office.get(f"/incidents/{number}").text
        head.post("/sign-out")
        assert "has this open" not in office.get(f"/incidents/{number}").text
