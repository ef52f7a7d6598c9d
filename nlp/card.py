"""What the model card publishes of the reader that ships: its version, and how well it judges."""

from __future__ import annotations

import re
from functools import cache

from monitor.counts import Scores
from nlp.assess import WEIGHTS


@cache
def scores() -> Scores:
    """Raises ValueError where the card does not say."""
    card = (WEIGHTS / "card.md").read_text(encoding="utf-8")
    about, alerts = _row(card, "about_school P / R / F1"), _row(card, "alerts ")
    return Scores(
        version=_found(r"^# Model card: (\S+)$", card),
        posts=int(_found(r"^`tests/quality/test_posts`: ([\d,]+) posts", card).replace(",", "")),
        about_right=about[0],
        about_found=about[1],
        alerts_right=alerts[0],
        alerts_found=alerts[1],
        severity=_row(card, "severity exact")[0],
        sentiment=_row(card, "sentiment accuracy")[0],
    )


def _row(card: str, measure: str) -> list[int]:
    """The numbers of a row of the card's table, in per cent."""
    cell = _found(rf"^\| {re.escape(measure)}[^|]*\|([^|]*)\|", card)
    return [round(100 * float(number)) for number in re.findall(r"\d?\.\d+", cell)]


def _found(pattern: str, card: str) -> str:
    found = re.search(pattern, card, re.MULTILINE)
    if found is None:
        raise ValueError(f"nlp/model/card.md has nothing that reads {pattern}")
    return found[1]
