"""The papers of a capture: source.json (what we were given) and meta.json (how it was made)."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from alerts.evidence.report import Report
from alerts.evidence.words import without_coded_content
from monitor.domain import CaptureMode, CapturePromise, EvidenceState, Mention
from monitor.wire import moment

SOURCE, META = "source.json", "meta.json"
_WHY_THIS_MODE = {
    CaptureMode.FULL: "Nothing suggests that a picture on the page could be indecent.",
    CaptureMode.TEXT: "Only words were asked for: the one document was fetched, and no picture.",
    CaptureMode.LINK: "A picture on the page could be indecent, or that could not be ruled out, "
    "or only the address was asked for: nothing was fetched.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How one capture went. `mode` is what was made, which may be less than was promised."""

    promise: CapturePromise
    mode: CaptureMode
    started_at: datetime
    ended_at: datetime
    notes: tuple[str, ...] = ()
    report: Report = field(default_factory=Report)

    @property
    def state(self) -> EvidenceState:
        return EvidenceState.PARTIAL if self.notes else EvidenceState.SEALED

    @property
    def note(self) -> str:
        return " ".join(self.notes)


def given_words(promise: CapturePromise) -> str:
    """The words as the source gave them; where pictures are barred, none in disguise."""
    text = promise.mention.text
    return text if promise.mode is CaptureMode.FULL else without_coded_content(text)


def write_source(folder: Path, promise: CapturePromise) -> None:
    mention: Mention = promise.mention
    facts = {
        "source": mention.source,
        "external_id": mention.external_id,
        "url": mention.url,
        "author": mention.author,
        "published_at": moment(mention.published_at),
        "published_as": mention.published_as,
        "edited_at": moment(mention.edited_at),
        "answers": mention.answers,
        "counts": dict(mention.counts),
        "sensitive": mention.sensitive,
        "text": given_words(promise),
    }
    _write(folder / SOURCE, facts)


def write_meta(folder: Path, making: Making) -> None:
    promise, report = making.promise, making.report
    facts = {
        "capture": promise.id,
        "school": promise.school,
        "promised_mode": promise.mode.value,
        "mode": making.mode.value,
        "why_this_mode": _WHY_THIS_MODE[promise.mode],
        "state": making.state.value,
        "note": making.note,
        "started_at": making.started_at.isoformat(),
        "ended_at": making.ended_at.isoformat(),
        "shows": report.shows.value,
        "job": _job(promise),
        "requested_url": promise.mention.url,
        "attempts_before": promise.attempts,
        "seconds_in_browser": report.seconds or None,
        "clock_offset_seconds": report.clock_offset,
        "page": _page(report) if report.final_url or report.certificate_error else None,
        "actions": [asdict(action) for action in report.actions],
        "requests": [asdict(request) for request in report.requests],
        "limits": report.limits,
        "made_with": _made_with(report),
    }
    _write(folder / META, facts)


def _job(promise: CapturePromise) -> Mapping[str, object]:
    """Who wanted it and why; what was concluded about the post stands in the log alone."""
    if not promise.incident:
        return {"asked_by": "a person", "why": "Asked for with `monitor capture`."}
    if promise.asked_by:
        why = f"Asked for again in incident {promise.incident}, whose history says by whom."
        return {"asked_by": f"a person (role: {promise.asked_by})", "why": why}
    why = f"The post was entered in the incident log as {promise.incident}."
    return {"asked_by": "the monitor", "why": why}


def _page(report: Report) -> Mapping[str, object]:
    return {
        "final_url": report.final_url,
        "status": report.status,
        "protocol": report.protocol,
        "chain": [asdict(hop) for hop in report.chain],
        "headers": [list(header) for header in report.headers],
        "title": without_coded_content(report.title),
        "certificate": report.certificate and asdict(report.certificate),
        "certificate_error": report.certificate_error or None,
    }


def _made_with(report: Report) -> Mapping[str, object]:
    ours = {
        "monitor": _version("school-reputation-monitor"),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    return ours | (_browser(report) if report.browser else {})


def _browser(report: Report) -> dict[str, str]:
    return {
        "playwright": _version("playwright"),
        "sandbox": "on; no page is ever opened without it",
        "browser": report.browser,
        "user_agent": report.user_agent,
        "viewport": "1280x900",
        "locale": "en-GB",
        "timezone": "Europe/London",
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _write(path: Path, facts: Mapping[str, object]) -> None:
    """Lone surrogates, which some sites send, become escapes: nothing is lost or refused."""
    text = json.dumps(facts, ensure_ascii=False, indent=2)
    path.write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")
