"""Private details: what is found, and what beside it is not."""

from __future__ import annotations

import pytest

from nlp.normalise import normalise
from nlp.people import private_details
from nlp.profile import profile_of
from tests.wexcombe import WEXCOMBE


def _found(text: str) -> list[tuple[str, str]]:
    plain = normalise(text)
    return [
        (d.kind, plain.text[d.start : d.end]) for d in private_details(profile_of(WEXCOMBE), plain)
    ]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("well done Poppy Larkwood in Year 4", "pupil_named", "Poppy Larkwood"),
        ("Tyler Brookes (7KL) did it", "pupil_named", "Tyler Brookes"),
        ("Mia Hartnell, 9, of Mill Fold", "pupil_named", "Mia Hartnell"),
        ("Back row from left: Noor Saleem, Alfie Pike", "pupil_named", "Noor Saleem"),
        ("she lives at 14 Tanner Lane", "home_address", "14 Tanner Lane"),
        ("his mum's number is 07700 900123", "phone", "07700 900123"),
        ("text me on +44 7700 900123", "phone", "+44 7700 900123"),
        ("write to jo.pike.home@mailbox.example", "email", "jo.pike.home@mailbox.example"),
        ("his dob 14/02/2015 is on it", "birthday", "dob 14/02/2015"),
        ("born 3 March 2012", "birthday", "born 3 March 2012"),
        ("the red Fiesta AB12 CDE outside", "number_plate", "AB12 CDE"),
    ],
)
def test_a_private_detail_is_found_where_it_stands(text: str, kind: str, words: str) -> None:
    assert (kind, words) in _found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Poppy did so well today",
        "Miss Keeley Rowbarton teaches Year 4",
        "Keeley Rowbarton in Year 4 is a lovely teacher",
        "Mr Deputy, deputy headteacher",
        "Headteacher Jane Ashby said Year 6 had worked hard",
        "Ring the office on 01632 960123",
        "Childline 0800 1111",
        "Wexcombe Park Primary School, WX4 1ZZ",
        "mail office@wexcombepark.example",
        "it cost £1,140 in 2019",
        "Year 4 went to Tanner Lane Farm",
        "Monday Tuesday in Year 4",
        "order AB12 CDE from the catalogue",
        "school opened on 14/02/2015",
    ],
)
def test_what_is_not_private_is_left_alone(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    "name",
    [
        "Şerife Öztürk", "İsmail Kurt", "Łukasz Żak", "Jokūbas Žukauskas", "Lejla Đurić",
        "Nagisa Ōta", "Đỗ Ngọc Ánh", "Samir Əliyev", "Saar van der Meer", "Sophie Van den Berg",
        "Gabriel de Guzman", "Angela delos Santos", "Yusuf bin Ahmad", "Salma al Masri",
        "Ellie Ó Conchúir", "Aoife Ní Bhriain", "Gwen ferch Dafydd", "María José de la Cruz",
        "Leonardo di Marco", "Indira Das", "Al Mac",
    ],
)  # fmt: skip
def test_a_name_of_any_origin_is_found_whole(name: str) -> None:
    assert ("pupil_named", normalise(name).text) in _found(f"well done {name} in Year 4")


@pytest.mark.parametrize(
    "text",
    ["Poppy la la la, Year 4", "Well Done de Year 4", "Maths da Year 4"],
)
def test_a_small_word_of_names_alone_makes_no_name(text: str) -> None:
    assert [words for kind, words in _found(text) if kind == "pupil_named"] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("petra novak 9H ur a rat", "petra novak"),
        ("everyone tell amina yusuf in 9H to go", "amina yusuf"),
        ("June Okonkwo, 9, was seen crying", "June Okonkwo"),
        ("well done Henry Green in Year 4", "Henry Green"),
    ],
)
def test_a_pupil_is_found_though_capitals_or_lists_say_no(text: str, name: str) -> None:
    assert ("pupil_named", name) in _found(text)


@pytest.mark.parametrize(
    "text",
    [
        "sports day in year 4 was lovely",
        "swimming lessons for 9H are on tuesday",
        "our son, 9, lives on Tanner Lane",
        "ask Coach Daz about Year 6",
        "proud mum of two in Year 2",
        "mrs rowbarton taught my daughter in year 4",
        "Duke of Edinburgh awards for Year 10",
        "our Year 4 lad is off Kirk Wynd",
        "it was principal harris who saw my son",
    ],
)
def test_what_merely_stands_near_a_class_is_no_pupil(text: str) -> None:
    assert [words for kind, words in _found(text) if kind == "pupil_named"] == []
