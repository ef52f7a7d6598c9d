"""monitor check says who is sent the report of a term."""

from __future__ import annotations

from alerts.roster import Roster
from alerts.routing import term_reader
from monitor.checks import read_by
from monitor.domain import Role


def said(**addresses: str) -> str:
    roster = Roster(on_duty={Role(role): address for role, address in addresses.items()})
    return read_by(term_reader(roster))


def test_it_says_that_a_term_report_goes_to_the_clerk() -> None:
    everybody = {"clerk": "clerk@school.example", "chair_of_governors": "chair@school.example"}
    assert said(**everybody) == "The report of each term goes to the clerk to the governors."


def test_it_says_who_stands_in_where_no_clerk_is_named() -> None:
    assert said(chair_of_governors="chair@school.example") == (
        "The report of each term goes to the chair of governors, as no clerk to the governors "
        "has an address."
    )


def test_it_says_when_a_term_report_has_nobody_to_go_to() -> None:
    assert said(dsl="dsl@school.example").startswith("Nobody would be sent the report")
