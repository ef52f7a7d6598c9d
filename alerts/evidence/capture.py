"""From a promise to sealed evidence: complete under its own name, or not there at all.

<root>/<id>/source.json      the post as the source gave it
            meta.json        how, when and with what this was captured, and what was not
            text.txt         the words
            manifest.json    SHA-256 of each of these
In mode full also screenshot.png as the page came (of a very long one also screenshot-tile-2.png
and so on), screenshot-after.png if scrolling or putting away a banner showed more, dom.html,
page.mhtml, page.pdf, certificates.pem and capture.wacz. What turned out not to be the post is
kept as not-the-post-screenshot.png and so on.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from alerts.evidence.apart import as_error, run_apart
from alerts.evidence.document import read_document
from alerts.evidence.errors import CannotKeep, EvidenceError, NotNow, no_room
from alerts.evidence.fetched import Fetch
from alerts.evidence.filing import file_away, look_at, say_what_it_shows
from alerts.evidence.launcher import ABSENT
from alerts.evidence.record import META, Making, given_words, write_meta, write_source
from alerts.evidence.report import TEXT, Fault, Report, Task
from alerts.evidence.seal import MANIFEST, Sealed, fresh_folder, hash_file, publish, seal
from alerts.evidence.verifier import verify
from monitor.domain import (
    CaptureMode,
    CapturePromise,
    Evidence,
    EvidenceFile,
    EvidenceState,
    Shows,
)
from monitor.egress import Egress

WALL = timedelta(seconds=60)
NOT_WEB = "The address is not one of a public web page, so it was not opened."
Clock = Callable[[], datetime]
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a capture is made with. `fetch` is needed for text mode only.

    Of `egress` only `allow` reaches the browser's gate, which is another process.
    """

    egress: Egress
    clock: Clock
    browser: Path | None
    wall: timedelta = WALL
    fetch: Fetch | None = None
    last_try: bool = False
    encrypt_to: str = ""


def capture(
    promise: CapturePromise,
    root: Path,
    *,
    egress: Egress,
    clock: Clock,
    browser: Path | None,
    wall: timedelta = WALL,
    fetch: Fetch | None = None,
    last_try: bool = False,
    encrypt_to: str = "",
) -> Evidence:
    """Make the evidence of *promise* in `root/<id>`, or find it there from an earlier life.

    A fault that may pass raises NotNow; with *last_try* it settles for what can be had, at
    the least the words and the address as the source gave them, in the state `partial` with
    a note. A post that its site calls sensitive is never opened, whatever was promised.
    CannotKeep: the disk is full or failing; nothing is left half done. *encrypt_to*: a public
    key, with which what is kept can only be written.
    """
    if not _ID.fullmatch(promise.id):
        raise ValueError(f"{promise.id!r} cannot be the name of a folder")
    means = Means(
        egress=egress,
        clock=clock,
        browser=browser,
        wall=wall,
        fetch=fetch,
        last_try=last_try,
        encrypt_to=encrypt_to,
    )
    if promise.mention.sensitive:  # whoever made the promise: this rule has no exception
        promise = replace(promise, mode=CaptureMode.LINK)
    try:
        return _capture(promise, root, means)
    except OSError as fault:
        raise no_room(fault, "The evidence") from fault


def _capture(promise: CapturePromise, root: Path, means: Means) -> Evidence:
    final = root / promise.id
    if final.exists():
        return already_there(final)
    temporary = fresh_folder(root / f".tmp-{promise.id}")
    try:
        making = _make(promise, temporary, means)
        words = (temporary / TEXT).read_text(encoding="utf-8")
        write_source(temporary, promise)
        write_meta(temporary, making)
        sealed = seal(
            temporary,
            capture=promise.id,
            mode=making.mode,
            encrypt_to=means.encrypt_to,
            made=_made(making),
        )
        publish(temporary, final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return _evidence(making, sealed, words)


def _make(promise: CapturePromise, folder: Path, means: Means) -> Making:
    """Fill *folder*; raises NotNow while it is worth trying again, CannotKeep."""
    started_at = means.clock()
    report = _MAKERS[promise.mode](promise, folder, means)
    say_what_it_shows(report)
    if report.fault is Fault.CANNOT_KEEP or (_may_pass(report) and not means.last_try):
        raise _as_error(report)
    mode = promise.mode
    if report.fault is not Fault.NONE or (mode is not CaptureMode.LINK and _is_empty(report)):
        mode = CaptureMode.LINK
        fresh_folder(folder)
    else:
        file_away(folder, report)
    if mode is CaptureMode.LINK or not report.text:
        _write_words(folder, given_words(promise))
    return Making(
        promise=promise,
        mode=mode,
        started_at=started_at,
        ended_at=means.clock(),
        notes=tuple(filter(None, (report.why, *report.notes))),
        report=report,
    )


def _may_pass(report: Report) -> bool:
    """Whether trying again may show more: no picture yet, or the site was out of order."""
    out_of_order = (report.status or 0) == 429 or 500 <= (report.status or 0) < 600
    out_of_order |= report.shows is Shows.BLANK
    incomplete = report.wanted_picture and not report.picture
    return report.fault is Fault.NOT_NOW or (
        report.fault is Fault.NONE and (out_of_order or incomplete)
    )


def _as_error(report: Report) -> EvidenceError:
    return NotNow(" ".join(report.notes)) if report.fault is Fault.NONE else as_error(report)


def _is_empty(report: Report) -> bool:
    return not (report.text or report.picture)


def _in_a_browser(promise: CapturePromise, folder: Path, means: Means) -> Report:
    if not is_web_address(promise.mention.url):
        return Report(fault=Fault.NEVER, why=NOT_WEB)
    if means.browser is None:
        return Report(fault=Fault.NO_BROWSER, why=ABSENT)
    report = run_apart(
        Task.PAGE,
        folder,
        browser=means.browser,
        wall=means.wall,
        url=promise.mention.url,
        allow=means.egress.allow,
    )
    report.wanted_picture = True
    look_at(folder, report, promise.mention.url, promise.mention.text)
    return report


def _words_only(promise: CapturePromise, folder: Path, means: Means) -> Report:
    if not is_web_address(promise.mention.url):
        return Report(fault=Fault.NEVER, why=NOT_WEB)
    if means.fetch is None:
        raise ValueError("a capture in text mode needs `fetch`")
    return read_document(promise.mention, folder, means.fetch)


def _nothing(_promise: CapturePromise, _folder: Path, _means: Means) -> Report:
    return Report()


_MAKERS = {
    CaptureMode.FULL: _in_a_browser,
    CaptureMode.TEXT: _words_only,
    CaptureMode.LINK: _nothing,
}


def is_web_address(url: str) -> bool:
    """Whether *url* is plainly http or https: no password, no backslash, no odd characters."""
    if not url.isprintable() or "\\" in url or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    known = parts.scheme in ("http", "https") and bool(parts.hostname)
    return known and "@" not in parts.netloc and port != 0


def _write_words(folder: Path, words: str) -> None:
    (folder / TEXT).write_text(words, encoding="utf-8", errors="replace")


def _evidence(making: Making, sealed: Sealed, words: str) -> Evidence:
    return Evidence(
        id=making.promise.id,
        mode=making.mode,
        state=making.state,
        captured_at=making.ended_at.astimezone(UTC),
        manifest_sha256=sealed.manifest_sha256,
        files=sealed.files,
        note=making.note,
        shows=making.report.shows,
        words=words,
    )


def _made(making: Making) -> dict[str, str]:
    """What the log must know of a capture even where its files cannot be read."""
    return {
        "ended_at": making.ended_at.isoformat(),
        "note": making.note,
        "shows": making.report.shows.value,
        "state": making.state.value,
    }


def already_there(folder: Path) -> Evidence:
    """The evidence sealed in *folder*. Raises CannotKeep when it is not as it was sealed."""
    problems = verify(folder)
    if problems:
        sentences = " ".join(problem.sentence for problem in problems)
        raise CannotKeep(
            f"The folder {folder.name} already holds evidence that is not as it was sealed: "
            f"{sentences} Move that folder away, and the capture will be made anew."
        )
    manifest = json.loads((folder / MANIFEST).read_bytes())
    meta = manifest.get("made") or json.loads((folder / META).read_bytes())
    return Evidence(
        id=folder.name,
        mode=CaptureMode(manifest["mode"]),
        state=EvidenceState(meta["state"]),
        captured_at=datetime.fromisoformat(meta["ended_at"]).astimezone(UTC),
        manifest_sha256=hash_file(folder / MANIFEST).sha256,
        files=tuple(EvidenceFile(**file) for file in manifest["files"]),
        note=meta["note"],
        shows=Shows(meta.get("shows", Shows.NOT_OPENED)),
        words=_words_in(folder),
    )


def _words_in(folder: Path) -> str:
    """Nothing where they are encrypted: a later look then has nothing to be set beside."""
    words = folder / TEXT
    return words.read_text(encoding="utf-8") if words.exists() else ""
