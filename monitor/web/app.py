"""create_app(): the screens behind their shield."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from alerts.evidence.at_rest import NO_KEY, Key, Locked
from alerts.playbook import Playbook
from monitor.domain import School
from monitor.elsewhere import Elsewhere
from monitor.passkey import RelyingParty
from monitor.profile import Profile
from monitor.reviewing import Reviewer
from monitor.store.accounts import Accounts
from monitor.store.database import StoreError
from monitor.terms import Terms
from monitor.trying import Trials
from monitor.vault import VaultLocked
from monitor.visitor import Visit
from monitor.web import (
    account,
    audit,
    author,
    colleague,
    deciding,
    hand_in,
    home,
    incident,
    incidents,
    invite,
    lessons,
    passkey,
    people,
    person,
    person_change,
    report,
    school,
    screenshot,
    second_step,
    sent,
    set_up,
    several,
    sign_in,
    sign_out,
    sources,
    static,
    steps,
    today,
    trends,
    trust,
    views,
)
from monitor.web import answer as answer_screen
from monitor.web import elsewhere as elsewhere_screen
from monitor.web import pack as pack_screen
from monitor.web.desk import Desk, Log, Pack, Reporting, Supply, Verify, Work, desk
from monitor.web.door import to
from monitor.web.guard import (
    NotAllowed,
    SecondStepNeeded,
    SignInNeeded,
    insist_on_policies,
    signed_in,
)
from monitor.web.page import render
from monitor.web.shield import Shield
from monitor.web.typed import what_was_typed

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_SCREENS = (
    home,
    sign_in,
    sign_out,
    second_step,
    set_up,
    account,
    passkey,
    elsewhere_screen,
    invite,
    today,
    answer_screen,
    incidents,
    several,
    views,
    incident,
    deciding,
    author,
    steps,
    screenshot,
    pack_screen,
    report,
    sent,
    colleague,
    hand_in,
    trends,
    trust,
    sources,
    school,
    lessons,
    people,
    person,
    person_change,
    audit,
    static,
)


def create_app(
    *,
    store: Log,
    accounts: Accounts,
    schools: Mapping[str, School],
    evidence_root: Path,
    key: Key = NO_KEY,
    verify: Verify,
    reviewer: Reviewer,
    work: Work,
    reporting: Reporting,
    supply: Supply,
    pack: Pack,
    profile: Callable[[str], Profile],
    terms: Callable[[str], Terms],
    playbook: Playbook,
    asked: Callable[[Collection[str]], list[Visit]],
    trials: Trials,
    answer: Callable[[str], bool],
    clock: Callable[[], datetime],
    secure_cookies: bool,
    party: RelyingParty,
    elsewhere: Mapping[str, Elsewhere] = MappingProxyType({}),
    hosts: Collection[str] = LOOPBACK,
) -> FastAPI:
    """*hosts*: the names, without port, by which browsers reach it; all others are refused.

    *secure_cookies*: true when staff reach it by https, be it through a proxy. *party*: the
    address that their browsers show, to which passkeys belong.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = Desk(
        store=store,
        accounts=accounts,
        schools=schools,
        evidence_root=evidence_root,
        key=key,
        verify=verify,
        reviewer=reviewer,
        work=work,
        report=reporting,
        supply=supply,
        pack=pack,
        profile=profile,
        terms=terms,
        playbook=playbook,
        asked=asked,
        trials=trials,
        answer=answer,
        clock=clock,
        secure_cookies=secure_cookies,
        party=party,
        elsewhere=elsewhere,
    )
    _open_doors(app)
    app.add_middleware(Shield, hosts=frozenset(hosts), tls=secure_cookies, broken=_broken)
    return app


def _open_doors(app: FastAPI) -> None:
    for screen in _SCREENS:
        app.router.routes.extend(screen.router.routes)
    insist_on_policies(app)
    for error, handler in _HANDLERS.items():
        app.add_exception_handler(error, handler)


async def _ask_to_sign_in(request: Request, _: Exception) -> Response:
    return await _but_lose_nothing(request, to("/sign-in", _asked(request)))


async def _ask_for_second_step(request: Request, _: Exception) -> Response:
    return await _but_lose_nothing(request, to("/second-step", _asked(request)))


async def _but_lose_nothing(request: Request, door: RedirectResponse) -> Response:
    """Whoever has typed something gets it back, to be copied: the door keeps no forms."""
    typed = await what_was_typed(request)
    if not typed:
        return door
    return render(request, "signed_out", status=401, typed=typed, door=door.headers["location"])


def _asked(request: Request) -> str:
    with_query = request.method == "GET" and request.url.query
    return request.url.path + (f"?{request.url.query}" if with_query else "")


async def _error(request: Request, status: int, title: str, say: str = "") -> Response:
    """With what was typed, if it was a form; and with the menu, as far as can be told whose."""
    typed = await what_was_typed(request)
    return await run_in_threadpool(_shown, request, status, title, say, typed)


def _shown(
    request: Request, status: int, title: str, say: str, typed: list[tuple[str, str]]
) -> Response:
    try:
        account = signed_in(request)
    except (StoreError, VaultLocked):
        account = None
    return render(
        request, "error", status=status, account=account, title=title, say=say, typed=typed
    )


async def _no_key(request: Request, error: Exception) -> Response:
    title = "Ask whoever looks after the monitor at your school"
    return await _error(request, 503, title, str(error))


async def _not_allowed(request: Request, _: Exception) -> Response:
    await run_in_threadpool(_note_denial, request)
    return await _error(request, 403, "This page is not for your account")


def _note_denial(request: Request) -> None:
    account, room = signed_in(request), desk(request)
    if account is not None:
        room.store.note_denial(account.id, room.clock())


async def _not_found(request: Request, _: Exception) -> Response:
    return await _error(request, 404, "Page not found", "Please check the address.")


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 404:
        return await _not_found(request, error)
    return await _error(request, status, "That does not work here")


async def _store(request: Request, error: Exception) -> Response:
    return await _error(request, 503, "The log cannot be read just now", str(error))


async def _locked(request: Request, error: Exception) -> Response:
    return await _error(request, 409, "It is encrypted", str(error))


async def _broken(request: Request) -> Response:
    say = "Please try again; if it stays, tell your IT."
    return await _error(request, 500, "Something went wrong here", say)


_HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    SignInNeeded: _ask_to_sign_in,
    SecondStepNeeded: _ask_for_second_step,
    VaultLocked: _no_key,
    NotAllowed: _not_allowed,
    RequestValidationError: _not_found,
    HTTPException: _http,
    StoreError: _store,
    Locked: _locked,
}
