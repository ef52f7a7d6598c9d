"""What the governors' numbers say, in plain English: made from the numbers, not from posts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt

from alerts.figures import CONCERNS, Shown, days, exactly
from alerts.handled import how_handled
from alerts.most import leading, listed, quoted
from alerts.waits import how_long
from monitor.counts import Division, Kind, Period, Trend
from monitor.domain import Sentiment
from monitor.words import SENTIMENTS, THEMES

_MOST_THEMES = 3  # named in a sentence; the table has all


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A term to compare with, and how a sentence calls it: "last term". `judged_alike`: by
    the same versions as the one that is told of."""

    called: str
    trend: Trend
    judged_alike: bool = True


def findings(trend: Trend, earlier: Iterable[Earlier] = (), shown: Shown = exactly) -> list[str]:
    """The most important first. A number that is withheld is said to be so."""
    said = _Said(trend, tuple(earlier), shown)
    return [*said.whole(), *map(_apart, trend.apart if trend.total is not None else ())]


def _apart(period: Period) -> str:
    return (
        f"From {days(period.first_day, period.last_day)} fewer than five were found. They are in "
        "no number here, because they would point at someone."
    )


_TONE = {
    Sentiment.POSITIVE: "positive toward the school",
    Sentiment.NEUTRAL: "neutral toward the school",
    Sentiment.MIXED: "mixed toward the school",
    Sentiment.NEGATIVE: "negative toward the school",
}


@dataclass(frozen=True, slots=True)
class _Said:
    trend: Trend
    earlier: tuple[Earlier, ...]
    shown: Shown

    def says(self, number: int) -> str:
        return f"{self.shown(number):,}"

    def whole(self) -> list[str]:
        if self.trend.total is None:
            return [
                "Fewer than five public mentions of the school were found in this period: too "
                "few to say more without pointing at someone."
            ]
        if self.trend.total == 0:
            none = "No public mention of the school was found in this period"
            return [f"{none}{self._beside(0, lambda t: t.total)}."]
        return [
            self._total(self.trend.total),
            *self._tone(self.trend.total),
            *self._concerns(),
            *how_handled(self.trend, self.shown),
            *self._criticism(),
            *self._withheld(),
            *how_long(self.trend.waits),
        ]

    def _withheld(self) -> list[str]:
        """All in one sentence: in a small school it may be nearly everything."""
        missing = {
            "how they sound": not any(self.trend.tables[Division.SENTIMENTS].values()),
            "how many raised a concern": self.trend.number(Kind.CONCERN) is None,
            "how many were lawful criticism": self.trend.number(Kind.CRITICISM) is None,
            "how many incidents were opened": self.trend.incidents is None
            and self.trend.number(Kind.CONCERN) is not None,
        }
        said = [words for words, is_missing in missing.items() if is_missing]
        if not said:
            return []
        words = listed(said)
        return [
            f"{words[0].upper()}{words[1:]} cannot be said: the numbers are so small that they "
            "would point at someone."
        ]

    def _total(self, total: int) -> str:
        found = f"{self.says(total)} public mentions of the school were found in this period"
        return f"{found}{self._beside(total, lambda t: t.total)}."

    def _beside(self, number: int, of: Callable[[Trend], int | None]) -> str:
        """How it compares: ", 21 more than last term (40)"."""
        said = [
            f"{_difference(self.shown(number), self.shown(then))} {one.called} ({self.says(then)})"
            for one in self.earlier
            if (then := of(one.trend)) is not None
        ]
        return f", {listed(said)}" if said else ""

    def _tone(self, total: int) -> list[str]:
        table = self.trend.tables[Division.SENTIMENTS]
        shown = {s: n for s in SENTIMENTS if (n := table.get(s))}
        if not shown:
            return []
        most = max(shown, key=lambda sentiment: shown[sentiment])
        if shown[most] == total:
            return [f"All of them are {_TONE[most]}."]
        if shown[most] * 2 > total:
            share = _share(shown[most], total)
            return [f"Most of them, {self.says(shown[most])}, are {_TONE[most]}: {share}."]
        (first, many), *further = shown.items()
        said = [f"{self.says(many)} are {_TONE[first]}"]
        said += [f"{self.says(n)} {s.value}" for s, n in further]
        rest = "; the others are withheld" if sum(shown.values()) < total else ""
        return [f"Of these, {listed(said)}{rest}."]

    def _concerns(self) -> list[str]:
        number = self.trend.number(Kind.CONCERN)
        if number is None:
            return []
        if number == 0:
            return ["None of them raised a concern about safety, privacy or the law."]
        compared = self._beside(number, lambda t: t.number(Kind.CONCERN))
        said = f"{self.says(number)} of them raised a concern and went into the incident log"
        table = self.trend.tables[Division.CATEGORIES]
        shown = {c: n for c in CONCERNS if (n := table.get(c))}
        if not shown:
            return [f"{said}{compared}."]
        names, most = leading({CONCERNS[c]: self.shown(n) for c, n in shown.items()})
        which = self._most_frequent(Division.CATEGORIES)
        verb = "is" if len(names) == 1 else "are"
        return [f"{said}{compared}; {which} {verb} {quoted(names)} ({most})."]

    def _most_frequent(self, division: Division) -> str:
        """Where nothing is withheld, nothing of it is kept back in the words, either."""
        every = self.trend.parts == 1 and None not in self.trend.tables[division].values()
        return "the most frequent" if every else "the most frequent that can be shown"

    def _criticism(self) -> list[str]:
        number = self.trend.number(Kind.CRITICISM)
        if number is None:
            return []
        if number == 0:
            return ["None of them was lawful criticism of the school."]
        compared = self._beside(number, lambda t: t.number(Kind.CRITICISM))
        return [
            f"{self.says(number)} were lawful criticism of the school{compared}. People are free "
            "to criticise: this is counted, not treated as an incident, and belongs to the "
            "complaints procedure.",
            *self._themes(),
        ]

    def _themes(self) -> list[str]:
        table = self.trend.tables.get(Division.THEMES, {})
        shown = {theme: n for theme in THEMES if (n := table.get(theme))}
        if not shown:
            return []
        most = sorted(shown, key=lambda theme: -shown[theme])[:_MOST_THEMES]
        said = [f"“{THEMES[theme]}” ({self.says(shown[theme])})" for theme in most]
        which = self._most_frequent(Division.THEMES)
        return [f"Of what was criticised, {which}: {listed(said)}."]


def _share(part: int, whole: int) -> str:
    """With what chance allows for, unless that is next to nothing."""
    low, high = likely(part, whole)
    share = f"{round(100 * part / whole)}%"
    if high - low <= 2:
        return share
    return f"{share}, or anything from {low}% to {high}% once chance is allowed for"


def likely(part: int, whole: int) -> tuple[int, int]:
    """The 95% interval of a share, in per cent (Wilson 1927): right for small numbers, too."""
    z, share = 1.96, part / whole
    middle = share + z * z / (2 * whole)
    spread = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 100 / (1 + z * z / whole)
    return round((middle - spread) * scale), round((middle + spread) * scale)


def _difference(now: int, then: int) -> str:
    if now == then:
        return "as many as"
    return f"{now - then:,} more than" if now > then else f"{then - now:,} fewer than"
