"""Accounts for the dashboard: users add, list, disable."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import CONFIG, ConfigPath, one_of, opened, say
from monitor.store.accounts import AccountRole, Accounts

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
        token = Accounts(app.store, app.clock).add(email, role, schools)
        say(f"Give this link to {email}; it works once, for 24 hours:")
        say(f"{app.settings.dashboard.url}/invite/{token}")


@users.command("list")
def list_(config: ConfigPath = CONFIG) -> None:
    """Everyone who has, or had, an account."""
    with opened(config) as app:
        found = Accounts(app.store, app.clock).everyone()
    for account in found:
        state = "disabled" if account.disabled_at else "active"
        state = state if account.has_password or account.disabled_at else "has not set a password"
        say(f"{account.email}  {account.role}  {', '.join(sorted(account.schools))}  {state}")
    if not found:
        say("There is no account yet. monitor users add makes one.")


@users.command()
def disable(email: Email, config: ConfigPath = CONFIG) -> None:
    """Lock an account; whoever is signed in with it is signed out at once."""
    with opened(config) as app:
        Accounts(app.store, app.clock).disable(email)
    say(f"{email} can no longer sign in.")
