"""The dashboard over a running program."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from urllib.parse import urlsplit

from fastapi import FastAPI

from monitor.app import App
from monitor.dashboard_settings import Dashboard
from monitor.domain import Evidence
from monitor.passkey import party_at
from monitor.profile import Profile, profile
from monitor.proof import prove_log
from monitor.trying import Trials
from monitor.web import server
from monitor.web.app import LOOPBACK, create_app


def build(app: App) -> FastAPI:
    public = urlsplit(app.settings.dashboard.url)

    def problems(evidence: Evidence) -> list[str]:
        return [sentence for proof in prove_log(app, evidence.id) for sentence in proof.problems]

    def of_school(id_: str) -> Profile:
        return profile(app.settings, id_, app.schools.terms[id_], app.schools.today())

    return create_app(
        store=app.store,
        accounts=app.accounts,
        schools=app.schools,
        evidence_root=app.evidence.root,
        key=app.settings.evidence.key,
        verify=problems,
        reviewer=app.reviewer,
        work=app.work,
        reporting=app.take_report,
        supply=app.evidence.supply,
        pack=app.evidence.export,
        profile=of_school,
        terms=app.schools.terms.__getitem__,
        playbook=app.dispatch.playbook,
        asked=app.visitor.of,
        trials=Trials(app.client, app.clock),
        answer=app.answer,
        clock=app.clock,
        secure_cookies=public.scheme == "https",
        party=party_at(app.settings.dashboard.url),
        elsewhere=app.elsewhere,
        hosts={*LOOPBACK, public.hostname or ""},
    )


def serve(app: App, port: int, *, beside: AbstractContextManager[object]) -> None:
    """Until SIGTERM or Ctrl-C. *beside* is entered once the port is ours, and left at the end,
    so that a second program on the same data does nothing. Raises CannotServe, BadCertificate.

    It is open to other computers only with a certificate of its own; else a school's own TLS
    stands in front of it."""
    wanted = app.settings.dashboard
    secured = wanted.proof.context() if wanted.proof else None
    with ExitStack() as entered:

        def ready(port: int) -> None:
            entered.enter_context(beside)
            _say_where(wanted, port)

        server.serve(build(app), wanted.listen, port, secured=secured, ready=ready)


def _say_where(wanted: Dashboard, port: int) -> None:
    """With a certificate only the name in it will do."""
    here = f"[{wanted.listen}]" if ":" in wanted.listen else wanted.listen
    where = wanted.url if wanted.proof else f"http://{here}:{port}"
    print(f"The dashboard is open at {where} - Ctrl-C ends it.", flush=True)  # noqa: T201 - the person waits for it
