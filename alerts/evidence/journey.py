"""How the browser came to the page: every hop, and the final answer's headers (CDP).

Source: chromedevtools.github.io/devtools-protocol, domain Network. The remote address it
gives is our own gate's, so addresses come from the gate instead.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

from playwright.async_api import CDPSession

from alerts.evidence.gate import Gate
from alerts.evidence.report import Certificate, Hop, Report

MAX_HOPS = 50
MAX_HEADER_CHARACTERS = 65_536
_Event = dict[str, Any]  # as CDP sends it


class Journey:
    """Listens to the main frame's documents; `tell` writes what was heard into a report."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._hops: list[Hop] = []
        self._frame = ""
        self.url = ""  # of the newest document asked for
        self._answer: _Event = {}
        self.refused: Certificate | None = None  # that of a site whose page was not opened

    async def listen(self, session: CDPSession) -> None:
        tree = await session.send("Page.getFrameTree")
        self._frame = tree["frameTree"]["frame"]["id"]
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._answered)
        await session.send("Network.enable")

    def _is_ours(self, event: _Event) -> bool:
        return event.get("type") == "Document" and event.get("frameId") == self._frame

    def _asked(self, event: _Event) -> None:
        if not self._is_ours(event):
            return
        target = event["request"]["url"]
        if self.url and len(self._hops) < MAX_HOPS:
            status = event.get("redirectResponse", {}).get("status")
            hop = Hop(source=self.url, target=target, status=status, address=self._address())
            self._hops.append(hop)
        self.url = target

    def _address(self) -> str:
        decision = self._gate.verdict(self.url)
        return decision.address if decision else ""

    def _answered(self, event: _Event) -> None:
        if self._is_ours(event):
            self._answer = event["response"]

    def tell(self, report: Report) -> None:
        report.chain = tuple(self._hops)
        report.final_url = self.url
        report.status = self._answer.get("status")
        report.protocol = self._answer.get("protocol", "")
        report.headers = _bounded(self._answer.get("headers", {}))
        report.certificate = _certificate(self._answer.get("securityDetails")) or self.refused
        report.clock_offset = _offset(report.headers, self._answer.get("responseTime"))
        if len(self._hops) == MAX_HOPS:
            report.limits.append(f"Only the first {MAX_HOPS} redirects are listed.")


def _offset(headers: tuple[tuple[str, str], ...], received: float | None) -> float | None:
    """By how many seconds the site's clock (its Date header) is before ours; to a second."""
    date = next((value for name, value in headers if name.lower() == "date"), "")
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    if not received or told.utcoffset() is None:
        return None
    return round(told.timestamp() - received / 1000, 1)


def _bounded(headers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    kept, room = [], MAX_HEADER_CHARACTERS
    for name, value in headers.items():
        room -= len(name) + len(value)
        if room < 0:
            break
        kept.append((name, value))
    return tuple(kept)


def _certificate(details: _Event | None) -> Certificate | None:
    if not details:
        return None
    return Certificate(
        protocol=details.get("protocol", ""),
        subject=details.get("subjectName", ""),
        issuer=details.get("issuer", ""),
        names=tuple(details.get("sanList", ())),
        valid_from=details.get("validFrom", 0),
        valid_to=details.get("validTo", 0),
    )
