"""Accounts for the dashboard: users add, list, disable, reset-second-step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.cli.common import CONFIG, ConfigPath, one_of, opened, say

if TYPE_CHECKING:
    from monitor.store.account import Account

users = typer.Typer(help="Accounts for the dashboard.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="the person's e-mail address")]


@users.command()
def add(
    email: Email,
    role: Annotated[AccountRole, typer.Option(help="what this person may see")],
    school: Annotated[list[str] | None, typer.Option(help="id; all schools if left out")] = None,
    config: ConfigPath = CONFIG,
) -> None:
    """Make an account, and print the link with which its owner sets a password."""
    with opened(config) as app:
        schools = [one_of(app.schools, s, "school") for s in school or app.schools]
        token = app.accounts.add(email, role, schools)
        say(f"Give this link to {email}; it works once, for 24 hours:")
        say(f"{app.settings.dashboard.url}/invite/{token}")


@users.command("list")
def list_(config: ConfigPath = CONFIG) -> None:
    """Everyone who has, or had, an account."""
    with opened(config) as app:
        found = app.accounts.everyone()
    for account in found:
        schools = ", ".join(sorted(account.schools))
        say(f"{account.email}  {account.role}  {schools}  {_state(account)}")
    if not found:
        say("There is no account yet. monitor users add makes one.")


@users.command()
def disable(email: Email, config: ConfigPath = CONFIG) -> None:
    """Lock an account; whoever is signed in with it is signed out at once."""
    with opened(config) as app:
        app.accounts.disable(email)
    say(f"{email} can no longer sign in.")


@users.command()
def reset_second_step(email: Email, config: ConfigPath = CONFIG) -> None:
    """For whoever lost phone and recovery codes. They set it up anew at the next sign-in."""
    with opened(config) as app:
        app.accounts.reset_second_step(email)
    say(f"{email} is signed out, and needs only the password to set up a second step anew.")
    say("Make sure that it was really they who asked for it.")


def _state(account: Account) -> str:
    if account.disabled_at:
        return "disabled"
    if not account.has_password and account.role not in NO_PASSWORD:
        return "has not set a password"
    if account.second_step_since:
        return "active, with a second step"
    return "has not set up the second step" if account.needs_second_step else "active"
