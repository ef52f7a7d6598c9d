"""What a route must declare: which action it is, or why anybody may come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute

from monitor.store.accounts import Account
from monitor.web.desk import desk
from monitor.web.policy import Action, may


class SignInNeeded(Exception):
    """Nobody is signed in."""


class SecondStepNeeded(Exception):
    """The password was right; the second step is outstanding."""


class NotAllowed(Exception):
    """Somebody is signed in for whom this screen is not."""


@dataclass(frozen=True)
class Requires:
    action: Action

    def __call__(self, request: Request) -> Account:
        account = signed_in(request)
        if account is None:
            raise SecondStepNeeded if halfway(request) else SignInNeeded
        if not may(account, self.action):
            raise NotAllowed
        return account


@dataclass(frozen=True)
class PastPassword:
    """For the second step itself: also for those who have not done it, and see nothing else."""

    def __call__(self, request: Request) -> Account:
        account = halfway(request) or signed_in(request)
        if account is None:
            raise SignInNeeded
        return account


@dataclass(frozen=True)
class Public:
    because: str

    def __call__(self) -> None: ...


def token_of(request: Request) -> str:
    return request.cookies.get(desk(request).cookie, "")


def signed_in(request: Request) -> Account | None:
    token = token_of(request)
    return desk(request).accounts.session(token) if token else None


def halfway(request: Request) -> Account | None:
    """Who still owes the second step."""
    token = token_of(request)
    return desk(request).accounts.halfway(token) if token else None


def public(because: str) -> list[Any]:
    """For a route's `dependencies`."""
    return [Depends(Public(because))]


Working = Annotated[Account, Depends(Requires(Action.SEE_TODAY))]
IncidentReader = Annotated[Account, Depends(Requires(Action.READ_INCIDENTS))]
IncidentWorker = Annotated[Account, Depends(Requires(Action.WORK_INCIDENTS))]
TrendReader = Annotated[Account, Depends(Requires(Action.READ_TRENDS))]
SchoolsComparer = Annotated[Account, Depends(Requires(Action.COMPARE_SCHOOLS))]
Reporter = Annotated[Account, Depends(Requires(Action.REPORT))]
SchoolReader = Annotated[Account, Depends(Requires(Action.READ_SCHOOL))]
Teacher = Annotated[Account, Depends(Requires(Action.TEACH))]
SourceReader = Annotated[Account, Depends(Requires(Action.READ_SOURCES))]
SourceTester = Annotated[Account, Depends(Requires(Action.TEST_SOURCES))]
Oneself = Annotated[Account, Depends(Requires(Action.KEEP_OWN_ACCOUNT))]
Inviter = Annotated[Account, Depends(Requires(Action.INVITE_COLLEAGUES))]
PeopleReader = Annotated[Account, Depends(Requires(Action.READ_PEOPLE))]
PeopleManager = Annotated[Account, Depends(Requires(Action.MANAGE_PEOPLE))]
AuditReader = Annotated[Account, Depends(Requires(Action.READ_AUDIT))]
HalfwayIn = Annotated[Account, Depends(PastPassword())]


Policy = Requires | PastPassword | Public


def policy_of(route: object) -> Policy | None:
    """What *route* declares; None for anything that declares nothing, or two things."""
    if not isinstance(route, APIRoute):
        return None
    found = [need.call for need in route.dependant.dependencies]
    declared = [call for call in found if isinstance(call, Policy)]
    return declared[0] if len(declared) == 1 else None


def insist_on_policies(app: FastAPI) -> None:
    """Raises RuntimeError: better no dashboard than a door without a lock."""
    for route in app.routes:
        if policy_of(route) is None:
            raise RuntimeError(f"{route!r} does not declare who may use it")
