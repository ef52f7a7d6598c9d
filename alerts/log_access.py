"""Whom to ask for an entry of the log, where the reader of a mail may be unable to open it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain import Case, Role

# The dashboard shows incidents to the head, the office and the safeguarding lead only.
_WITHOUT_THE_LOG = frozenset({Role.CHAIR_OF_GOVERNORS, Role.DATA_PROTECTION_OFFICER})


def whom_to_ask(role: Role, cases: Sequence[Case]) -> str:
    """A sentence for *role*; empty for those who work with the log. It names only people who
    may see all of *cases*."""
    if role not in _WITHOUT_THE_LOG:
        return ""
    return f"If the log does not open for you, ask {_who_sees(cases)} to show you the entry."


def _who_sees(cases: Sequence[Case]) -> str:
    if any(case.concerns_head for case in cases):
        return "the designated safeguarding lead, and never the head,"
    if any(case.concerns_child for case in cases):
        return "the head or the designated safeguarding lead"
    return "the head or the office"
