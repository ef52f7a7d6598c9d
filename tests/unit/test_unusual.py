"""When small numbers are many."""

from __future__ import annotations

import pytest

from monitor.unusual import at_least, expected, is_unusual


@pytest.mark.parametrize(
    ("seen", "usual", "chance"),
    # as in printed tables of Poisson's distribution
    [(0, 1.0, 1.0), (1, 1.0, 0.63212), (5, 1.0, 0.00366), (3, 0.5, 0.01439), (10, 5.0, 0.03183)],
)
def test_the_chance_of_so_many_is_poissons(seen: int, usual: float, chance: float) -> None:
    assert at_least(seen, usual) == pytest.approx(chance, abs=5e-6)


def test_where_one_a_week_is_usual_four_are_chance_and_seven_are_not() -> None:
    assert not is_unusual(4, 1.0)
    assert is_unusual(7, 1.0)


def test_where_thirty_are_usual_forty_are_chance_and_fifty_are_not() -> None:
    assert not is_unusual(40, 30.0)
    assert is_unusual(50, 30.0)


def test_of_a_handful_nobody_says_that_much_is_being_said() -> None:
    assert not is_unusual(4, 0.001)
    assert is_unusual(5, 0.001)


def test_what_never_happened_is_rare_and_not_impossible() -> None:
    assert expected(0, 8) == 0.0625
    assert expected(16, 8) == pytest.approx(2.06, abs=0.01)


def test_large_numbers_do_no_harm() -> None:
    assert is_unusual(10_000, 50)
    assert at_least(10_000, 800) == pytest.approx(0, abs=1e-9)
    assert not is_unusual(790, 800)
