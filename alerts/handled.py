"""What the school did about its incidents, in plain English: closed, decided, asked to remove."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.figures import Shown
from monitor.counts import Asked, Division, Fate, Handling, Outcome, Speed, Trend


def how_handled(trend: Trend, shown: Shown) -> list[str]:
    """The most important first; nothing where none was opened, or how many is withheld."""
    return _Handled(trend, shown).whole()


@dataclass(frozen=True, slots=True)
class _Handled:
    trend: Trend
    shown: Shown

    def says(self, number: int) -> str:
        return f"{self.shown(number):,}"

    def whole(self) -> list[str]:
        opened = self.trend.incidents
        if not opened:
            return []
        opens = f"{self.says(opened)} incidents were opened"
        table = self.trend.tables[Division.HANDLING]
        closed = table.get(Handling.CLOSED)
        if closed is None:
            return [f"{opens}; how many are closed is withheld."]
        state = "all are closed" if closed == opened else f"{self.says(closed)} are closed"
        state = "none is closed yet" if closed == 0 else state
        return [f"{opens}; {state}{self._in_time()}.", *self._right(), *self._removed()]

    def _in_time(self) -> str:
        table = self.trend.tables.get(Division.SPEED, {})
        in_time = table.get(Speed.IN_TIME)
        said = "all" if table.get(Speed.LATER) == 0 else self.says(in_time or 0)
        return f", {said} of them within five school days" if in_time else ""

    def _right(self) -> list[str]:
        """What the alerts were worth to the school, by its own decisions."""
        table = self.trend.tables.get(Division.OUTCOMES, {})
        counts = [table.get(outcome) for outcome in Outcome if outcome is not Outcome.UNSAID]
        right, *wrong = counts
        if right is None or None in wrong:
            return []
        decided = right + sum(n for n in wrong if n)
        if not decided:
            return []
        if decided == right:
            return [f"A person decided on {self.says(decided)}; all were real incidents."]
        if not right:
            return [
                f"A person decided on {self.says(decided)}; none was a real incident, so none of "
                "these is counted as a concern."
            ]
        return [
            f"A person decided on {self.says(decided)}: {self.says(right)} were real incidents; "
            "the others were criticism, no concern, or not about the school, and are not counted "
            "as concerns."
        ]

    def _removed(self) -> list[str]:
        asked = self.trend.tables.get(Division.ASKED, {}).get(Asked.ASKED)
        table = self.trend.tables.get(Division.REMOVALS, {})
        if not asked or not table or None in table.values():
            return []
        gone = sum(n or 0 for row, n in table.items() if row.endswith(f": {Fate.GONE}"))
        known = f"in {self.says(gone)} of these it is gone" if gone else "none is known to be gone"
        return [
            f"In {self.says(asked)} incidents a site or the writer was asked to remove what was "
            f"posted; {known}."
        ]
