"""What the capture worker is asked to do, and what it reports back, as JSON either way."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from monitor.domain import Shows

SCREENSHOT, AFTER, TEXT, REPORT_PDF = (
    "screenshot.png",
    "screenshot-after.png",
    "text.txt",
    "report.pdf",
)
DOM, MHTML, PAGE_PDF, CERTIFICATES = "dom.html", "page.mhtml", "page.pdf", "certificates.pem"
WACZ = "capture.wacz"
TOO_LONG = "The page kept the browser busy until its time was up."
CRASHED = "The browser ended before the page was captured."


class Task(StrEnum):
    PAGE = "page"
    LOOK = "look"  # at the words of a page, and nothing of it is kept but these
    PDF = "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One browser's work. Folders are absolute; `seconds` is all the time there is.

    `scratch` is empty and thrown away afterwards, `folder` is where files are to be written.
    """

    task: Task
    browser: str
    scratch: str
    folder: str
    seconds: float
    url: str = ""
    html: str = ""
    allow: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        data = json.loads(text)
        return cls(**{**data, "task": Task(data["task"]), "allow": tuple(data["allow"])})


class Fault(StrEnum):
    """Why there is nothing to show for a job; the values name the classes in errors.py."""

    NONE = ""
    NOT_NOW = "not_now"
    NEVER = "never"
    NO_BROWSER = "no_browser"
    CANNOT_KEEP = "cannot_keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step from the requested to the final address.

    `status` is that of the HTTP redirect, None where the page itself moved on (a script,
    a meta refresh). `address` is where the answer to `source` came from.
    """

    source: str
    target: str
    status: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Of the final page, as the browser saw and accepted it, or of a site whose certificate it
    did not accept. Times: seconds since 1970."""

    protocol: str = ""
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    valid_from: float = 0
    valid_to: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What we did on the page: scrolled, or put away a banner by the button with this label."""

    what: str
    detail: str
    frame: str = ""  # the host of the frame that held the button


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the gate did about one place, and how often."""

    place: str
    verdict: str
    address: str
    why: str
    times: int


@dataclass(slots=True, kw_only=True)
class Report:
    """What the worker found; filled in as it goes, so that a fault half way keeps the rest."""

    fault: Fault = Fault.NONE
    why: str = ""  # a plain sentence for the fault
    final_url: str = ""
    status: int | None = None
    protocol: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    chain: tuple[Hop, ...] = ()
    certificate: Certificate | None = None
    certificate_error: str = ""  # Chromium's name for it, ERR_CERT_DATE_INVALID
    title: str = ""
    shows: Shows = Shows.NOT_OPENED
    actions: list[Action] = field(default_factory=list)
    clock_offset: float | None = None  # seconds by which the site's clock is before ours
    seconds: float = 0.0  # that the visit took, by a clock that nobody can set
    browser: str = ""
    user_agent: str = ""
    requests: tuple[Request, ...] = ()
    notes: list[str] = field(default_factory=list)  # why the page was not read whole
    limits: list[str] = field(default_factory=list)  # what was cut, and where
    text: bool = False
    picture: bool = False
    wanted_picture: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Report:
        data: dict[str, Any] = json.loads(text)
        certificate = data["certificate"]
        if certificate is not None:
            certificate["names"] = tuple(certificate["names"])
        return cls(
            **{
                **data,
                "fault": Fault(data["fault"]),
                "headers": tuple((name, value) for name, value in data["headers"]),
                "chain": tuple(Hop(**hop) for hop in data["chain"]),
                "certificate": certificate and Certificate(**certificate),
                "shows": Shows(data["shows"]),
                "actions": [Action(**action) for action in data["actions"]],
                "requests": tuple(Request(**request) for request in data["requests"]),
            }
        )
