"""A person hands in a picture or a mail for an incident, at a command or in the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from uuid import uuid4

from alerts.evidence.supplied import Supply, keep_supplied
from monitor.domain import Case, Evidence
from monitor.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplying:
    """`encrypt_to`: a public key, or nothing. One at a time: a large picture, unfolded, takes a
    few hundred megabytes."""

    root: Path
    store: Store
    clock: Callable[[], datetime]
    encrypt_to: str = ""
    alone: Lock = field(default_factory=Lock)

    def __call__(
        self,
        case: Case,
        read: Callable[[], bytes],
        *,
        actor: str,
        no_indecent_picture: bool,
        form: str = "",
    ) -> Evidence:
        """Seal it. *form* tells the form that it came by from all others: sent twice, it is one.
        Raises Refused, without reading it, where the rule about pictures forbids it, and unless
        the person has said that no picture in it could be indecent; CannotKeep."""
        supply = Supply(
            id=_id(case, form),
            school=case.incident.school,
            by=actor,
            read=read,
            no_indecent_picture=no_indecent_picture,
            pictures_allowed=case.incident.pictures_allowed,
        )
        with self.alone:
            for known in self.store.evidence(supply.id):
                return known
            evidence = keep_supplied(supply, self.root, self.clock(), encrypt_to=self.encrypt_to)
            self.store.supplied(case.incident, evidence, actor)
        return evidence


def _id(case: Case, form: str) -> str:
    if not form:
        return f"ev-{uuid4().hex[:16]}"
    return f"ev-{sha256(f'{case.incident.key} {form}'.encode()).hexdigest()[:16]}"
