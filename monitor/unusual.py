"""Is that many unusual? For small numbers, by Poisson's law. Pure; standard library only.

A school is written about a few times a week. Of such numbers "three standard deviations above
the mean" says nothing: where one post a week is usual, four would be an alarm every few months.
"""

from __future__ import annotations

from math import exp, fsum, lgamma, log

FEWEST = 5  # of fewer nobody says that much is being said
_CHANCE = 0.001  # less than once in a thousand such spans of time


def is_unusual(seen: int, usual: float) -> bool:
    """Whether *seen* in some span of time is more than chance makes of *usual* on average."""
    return seen >= FEWEST and at_least(seen, usual) < _CHANCE


def at_least(seen: int, usual: float) -> float:
    """How likely so many or more are, where *usual* come on average: Poisson's upper tail."""
    if seen <= 0 or usual <= 0:
        return float(seen <= 0)
    fewer = (exp(n * log(usual) - usual - lgamma(n + 1)) for n in range(seen))
    return max(0.0, 1.0 - fsum(fewer))


def expected(before: int, spans: float) -> float:
    """What to expect of one span after *before* in *spans* of them. Half of one is added, so
    that what never happened is rare and not impossible (the prior of Jeffreys)."""
    return (before + 0.5) / spans
