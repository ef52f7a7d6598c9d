"""Who may sign in as what, and how surely they must prove it."""

from __future__ import annotations

from enum import StrEnum


class AccountRole(StrEnum):
    HEAD = "head"
    OFFICE = "office"
    DSL = "dsl"
    GOVERNOR = "governor"
    ADMIN = "admin"
    STAFF = "staff"  # has no password: comes in by a one-time link, to report


NO_PASSWORD = frozenset({AccountRole.STAFF})


# Whoever sees most, or may let others in. The rest may have a second step, too.
SECOND_STEP_NEEDED = frozenset({AccountRole.HEAD, AccountRole.DSL, AccountRole.ADMIN})
