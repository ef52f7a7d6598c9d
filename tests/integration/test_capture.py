"""Captures of real pages with a real browser, most of them by people who mean us harm."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from alerts.evidence.capture import capture
from alerts.evidence.errors import NoBrowser, NotNow
from alerts.evidence.launcher import PID_FILE
from alerts.evidence.pdf import print_pdf
from alerts.evidence.rechecks import Eyes, look_again
from alerts.evidence.verifier import verify
from monitor.domain import (
    CaptureMode,
    CapturePromise,
    Evidence,
    EvidenceState,
    Mention,
    RecheckPromise,
    Shows,
    StillThere,
)
from monitor.egress import Egress
from tests.integration.site import Site, answer
from tests.processes import wait_until

pytestmark = pytest.mark.browser
POST = "The new car park at Wexcombe Park is a joke."
Take = Callable[..., Evidence]


def clock() -> datetime:
    return datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def promised(url: str, mode: CaptureMode = CaptureMode.FULL) -> CapturePromise:
    mention = Mention(source="town forum", external_id="7", url=url, text=POST, author="jo")
    return CapturePromise(id="capture-1", school="wexcombe", mention=mention, mode=mode)


@pytest.fixture
def take(site: Site, browser: Path, tmp_path: Path) -> Take:
    def _take(path: str, *, last_try: bool = True, seconds: float = 60) -> Evidence:
        return capture(
            promised(site.url(path)),
            tmp_path,
            egress=site.egress,
            clock=clock,
            browser=browser,
            wall=timedelta(seconds=seconds),
            last_try=last_try,
        )

    return _take


@pytest.fixture
def meta(tmp_path: Path) -> Callable[[], dict[str, object]]:
    return lambda: json.loads((tmp_path / "capture-1" / "meta.json").read_text())


def processes(prefix: str) -> list[Path]:
    """Those of this test's browsers that run now, in every sandbox of theirs."""
    leaders = {
        p.read_text().strip() for p in Path(tempfile.gettempdir()).glob(f"{prefix}*/{PID_FILE}")
    }
    return [path for path in _running() if _session(path) in leaders or prefix in _command(path)]


def _running() -> list[Path]:
    found = (path for path in Path("/proc").iterdir() if path.name.isdigit())
    return [path for path in found if _stat(path)[:1] not in ([], ["Z"])]


def _stat(path: Path) -> list[str]:
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _session(path: Path) -> str:
    stat = _stat(path)
    return stat[3] if stat else ""


def _command(path: Path) -> str:
    try:
        return (path / "cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def picture_size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_a_full_capture_holds_everything_and_proves_itself(
    site: Site, take: Take, meta: Callable[[], dict], tmp_path: Path
) -> None:
    site.html("/post", "<h1>Town forum</h1><p>A joke, he says.</p><div style='height:3000px'>")
    evidence = take("/post", last_try=False)
    folder = tmp_path / "capture-1"
    names = {"dom.html", "meta.json", "page.mhtml", "page.pdf", "screenshot.png", "source.json"}
    assert {file.name for file in evidence.files} == names | {"capture.wacz", "text.txt"}
    assert (folder / "dom.html").read_text().startswith("<html><head></head><body><h1>Town")
    assert "Content-Type: multipart/related" in (folder / "page.mhtml").read_text()
    assert (folder / "page.pdf").read_bytes().startswith(b"%PDF-")
    assert evidence.shows is Shows.POST
    assert (evidence.state, evidence.mode) == (EvidenceState.SEALED, CaptureMode.FULL)
    assert verify(folder, evidence.manifest_sha256) == []
    assert (folder / "text.txt").read_text().split("\n\n")[:2] == [
        "Town forum",
        "A joke, he says.",
    ]
    assert picture_size(folder / "screenshot.png")[0] == 1280
    assert picture_size(folder / "screenshot.png")[1] > 3000
    assert json.loads((folder / "source.json").read_text())["text"] == POST
    assert meta()["page"]["status"] == 200
    assert ["Content-Type", "text/html; charset=utf-8"] in meta()["page"]["headers"]
    assert re.match(r"(Headless)?Chrome/\d+\.", meta()["made_with"]["browser"])
    assert abs(meta()["clock_offset_seconds"]) < 60
    assert meta()["job"]["asked_by"] == "a person"


def test_every_redirect_is_recorded_with_its_address(
    site: Site, take: Take, meta: Callable[[], dict]
) -> None:
    site.redirect("/1", "/2", 301)
    site.redirect("/2", "/3", 302)
    site.redirect("/3", "/end", 307)
    site.html("/end", "<p>Here at last.")
    take("/1")
    page = meta()["page"]
    steps = [
        (hop["status"], hop["source"], hop["target"], hop["address"]) for hop in page["chain"]
    ]
    assert steps == [
        (301, site.url("/1"), site.url("/2"), "127.0.0.1"),
        (302, site.url("/2"), site.url("/3"), "127.0.0.1"),
        (307, site.url("/3"), site.url("/end"), "127.0.0.1"),
    ]
    assert page["final_url"] == site.url("/end")


WAYS_IN = {
    "picture": "<img src='{inner}'>",
    "frame": "<iframe src='{inner}'></iframe>",
    "script": "<script>fetch('{inner}', {{mode: 'no-cors'}})</script>",
    "socket": "<script>new WebSocket('{inner}'.replace('http', 'ws'))</script>",
    "beacon": "<script>navigator.sendBeacon('{inner}', 'x')</script>",
    "form": "<form action='{inner}'></form><script>document.forms[0].submit()</script>",
    "window": "<script>window.open('{inner}')</script>",
    "prefetch": "<link rel=prefetch href='{inner}'><link rel=preconnect href='{inner}'>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob([\"fetch('{inner}')\"])))</script>",
    "script location": "<script>location = '{inner}'</script>",
    "refresh": "<meta http-equiv=refresh content='0;url={inner}'>",
}


@pytest.fixture
def canary(site: Site) -> Site:
    with Site() as inner:
        inner.html("/", "SECRET")
        yield inner
    assert inner.connections == 0


def test_no_way_of_a_page_leads_inside_the_network(
    site: Site, canary: Site, take: Take, meta: Callable[[], dict], tmp_path: Path
) -> None:
    quiet = [
        way for name, way in WAYS_IN.items() if name not in ("script location", "refresh", "form")
    ]
    site.redirect("/bounce", canary.url())
    body = "<p>Harmless.</p><img src='/bounce'>" + "".join(quiet).format(inner=canary.url())
    site.html("/", body)
    take("/", last_try=False)
    refused = [r["place"] for r in meta()["requests"] if r["verdict"] == "refused"]
    assert f"127.0.0.1:{canary.port}" in refused
    assert "SECRET" not in (tmp_path / "capture-1" / "text.txt").read_text()


@pytest.mark.parametrize("way", ["redirect", "script location", "refresh", "form"])
def test_a_page_that_leads_inside_the_network_is_not_followed(
    way: str, site: Site, canary: Site, take: Take, tmp_path: Path
) -> None:
    if way == "redirect":
        site.redirect("/", canary.url())
    else:
        site.html("/", WAYS_IN[way].format(inner=canary.url()))
    evidence = take("/", last_try=False)
    assert (evidence.state, evidence.mode) == (EvidenceState.PARTIAL, CaptureMode.LINK)
    assert "must not be opened" in evidence.note
    assert (tmp_path / "capture-1" / "text.txt").read_text() == POST


def test_no_packet_goes_round_the_gate_and_nothing_is_permitted(site: Site, take: Take) -> None:
    """WebRTC would: it asks STUN servers over UDP, whatever proxy is set."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inner:
        inner.bind(("127.0.0.1", 0))
        inner.setblocking(False)
        site.html(
            "/",
            "<script>const c = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:"
            f"{inner.getsockname()[1]}'}}]}}); c.createDataChannel('x');"
            "c.createOffer().then(o => c.setLocalDescription(o));"
            "c.onicegatheringstatechange = () => fetch('/' + c.iceGatheringState);"
            "for (const name of ['geolocation', 'notifications', 'camera'])"
            " navigator.permissions.query({name}).then(p => fetch(`/${name}/${p.state}`));"
            "navigator.serviceWorker.register('/worker.js').catch(() => 0)</script>",
        )
        take("/")
        assert "/complete" in site.requests
        asked = {path for path in site.requests if path.count("/") == 2}
        assert asked == {"/geolocation/denied", "/notifications/denied", "/camera/denied"}
        assert "/worker.js" not in site.requests
        with pytest.raises(BlockingIOError):
            inner.recv(1)


def test_a_page_that_asks_for_a_login_is_kept_and_said_to_be_one(
    site: Site, take: Take, tmp_path: Path
) -> None:
    site.redirect("/post", "/login?next=post")
    site.html("/login?next=post", "<form>Sign in <input type=password></form>")
    evidence = take("/post")
    assert (evidence.state, evidence.mode) == (EvidenceState.PARTIAL, CaptureMode.FULL)
    assert evidence.note.startswith("The page asked for a login")
    assert evidence.shows is Shows.LOGIN_WALL
    names = {file.name for file in evidence.files}
    assert "not-the-post-screenshot.png" in names
    assert "screenshot.png" not in names
    folder = tmp_path / "capture-1"
    assert (folder / "text.txt").read_text() == POST
    assert (folder / "not-the-post-text.txt").read_text().strip() == "Sign in"


def test_a_page_that_is_gone_is_kept_and_said_to_be_gone(take: Take) -> None:
    evidence = take("/gone", last_try=False)
    assert evidence.note == "The site says that this page does not exist (HTTP 404)."


def test_a_site_that_is_out_of_order_is_tried_again_before_it_is_kept(
    site: Site, take: Take
) -> None:
    site.html("/", "<p>Back soon.", status=503)
    with pytest.raises(NotNow, match="HTTP 503"):
        take("/", last_try=False)
    assert take("/", last_try=True).state is EvidenceState.PARTIAL


def test_a_page_that_never_answers_is_tried_again_and_at_last_kept_as_words(
    site: Site, take: Take, tmp_path: Path, prefix: str
) -> None:
    site.pages["/"] = lambda _request: site.closing.wait(120) and None
    with pytest.raises(NotNow):
        take("/", last_try=False, seconds=10)
    assert list(tmp_path.iterdir()) == []
    evidence = take("/", last_try=True, seconds=10)
    assert (evidence.state, evidence.mode) == (EvidenceState.PARTIAL, CaptureMode.LINK)
    assert (tmp_path / "capture-1" / "text.txt").read_text() == POST
    until_none(prefix)


@pytest.mark.parametrize(
    "script",
    ["while (true) alert('again')", "while (true) {}", "for (let i = 0; ; i++) open('/' + i)"],
    ids=["alerts", "busy", "windows"],
)
def test_a_page_that_never_rests_ends_in_time_and_leaves_no_process(
    script: str, site: Site, take: Take, tmp_path: Path, prefix: str
) -> None:
    site.html("/", f"<p>Words first.</p><script>{script}</script>")
    evidence = take("/", seconds=14)
    assert evidence.state is EvidenceState.PARTIAL
    assert evidence.note
    assert verify(tmp_path / "capture-1", evidence.manifest_sha256) == []
    until_none(prefix)


def _endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    request.wfile.write(b"<p>It begins.</p>")
    while True:
        request.wfile.write(b"<!--" + b"x" * 1_000_000 + b"-->")


def test_an_endless_page_is_cut_off_and_kept(site: Site, take: Take, prefix: str) -> None:
    site.pages["/"] = _endless
    evidence = take("/")
    assert evidence.state is EvidenceState.PARTIAL
    assert "larger than 50,000,000 bytes" in evidence.note
    until_none(prefix)


def test_a_very_long_page_is_kept_in_tiles_and_then_cut(
    site: Site, take: Take, meta: Callable[[], dict], tmp_path: Path
) -> None:
    bands = "<div style='height:30000px;background:red'></div><div style='height:95000px'></div>"
    site.html("/", f"<title>{POST}</title><body style='margin:0'>{bands}Top")  # a line of 18
    take("/")
    folder = tmp_path / "capture-1"
    tiles = ["screenshot.png", *(f"screenshot-tile-{n}.png" for n in (2, 3, 4))]
    assert [picture_size(folder / tile) for tile in tiles] == [(1280, 30_000)] * 4
    red, white = ((folder / tile).read_bytes() for tile in tiles[:2])
    assert red != white
    assert not (folder / "screenshot-tile-5.png").exists()
    assert "125018 pixels; the pictures show the first 1280 by 120000" in meta()["limits"][0]


BANNER = """<div id=b class=cookie-bar style='position:fixed;bottom:0'>We use cookies.
<button onclick="yes()">Accept all</button>
<button onclick="document.cookie='said=no';b.remove()">Reject all</button></div>"""


def test_a_banner_is_refused_said_so_and_a_second_picture_is_taken(
    site: Site, take: Take, meta: Callable[[], dict], tmp_path: Path
) -> None:
    site.html("/", f"<p>{POST}</p>{BANNER}")
    evidence = take("/", last_try=False)
    assert evidence.state is EvidenceState.SEALED
    assert meta()["actions"] == [
        {"what": "banner", "detail": "Reject all", "frame": f"127.0.0.1:{site.port}"}
    ]
    folder = tmp_path / "capture-1"
    first, second = (folder / "screenshot.png", folder / "screenshot-after.png")
    assert first.read_bytes() != second.read_bytes()
    assert "cookies" not in (folder / "text.txt").read_text()


def test_what_a_page_loads_when_one_scrolls_is_kept_too(
    site: Site, take: Take, meta: Callable[[], dict], tmp_path: Path
) -> None:
    site.html("/comments", "And the bins.")
    site.html(
        "/",
        f"<p>{POST}</p><div style='height:3000px'></div><p id=c></p><script>onscroll = () => "
        "{ onscroll = null; fetch('/comments').then(a => a.text()).then(t => c.innerText = t) }"
        "</script>",
    )
    take("/", last_try=False)
    folder = tmp_path / "capture-1"
    assert "And the bins." in (folder / "text.txt").read_text()
    assert (folder / "screenshot-after.png").exists()
    assert meta()["actions"][0]["what"] == "scrolled"


def test_a_captured_page_is_looked_at_again_in_a_browser_without_a_picture_being_taken(
    site: Site, take: Take, browser: Path, tmp_path: Path
) -> None:
    site.html("/", f"<p>{POST}</p><script>document.write('<p>1 hour ago')</script>")
    evidence = take("/", last_try=False)
    promise = RecheckPromise(
        id=evidence.id,
        school="wexcombe",
        mention=promised(site.url()).mention,
        mode=evidence.mode,
        captured_at=clock(),
        words=evidence.words,
    )
    eyes = Eyes(
        egress=site.egress,
        clock=clock,
        browser=browser,
        fetch=lambda _: pytest.fail("a browser was to look"),
        barred=lambda _school, _mention: False,
    )
    assert look_again(promise, eyes).recheck.found is StillThere.UNCHANGED
    site.html("/", f"<p>{POST.replace('joke', 'triumph')}</p>")
    edited = look_again(promise, eyes).recheck
    assert (edited.found, edited.difference.splitlines()[1]) == (
        StillThere.EDITED,
        f"+ {POST.replace('joke', 'triumph')}",
    )
    del site.pages["/"]
    assert look_again(promise, eyes).recheck.found is StillThere.GONE
    assert [path.name for path in tmp_path.iterdir()] == ["capture-1"]


def test_a_blank_page_is_tried_again_and_then_said_to_be_blank(site: Site, take: Take) -> None:
    site.html("/", "<script>1</script>")
    with pytest.raises(NotNow):
        take("/", last_try=False)
    evidence = take("/", last_try=True)
    assert evidence.shows is Shows.BLANK
    assert "blank" in evidence.note


def test_a_file_to_download_is_not_fetched(site: Site, take: Take, prefix: str) -> None:
    headers = {"Content-Disposition": 'attachment; filename="trap.exe"'}
    site.pages["/"] = lambda request: answer(
        request, b"MZ" * 500, content_type="application/octet-stream", headers=headers
    )
    evidence = take("/", last_try=False)
    assert evidence.mode is CaptureMode.LINK
    assert evidence.state is EvidenceState.PARTIAL
    assert "leads to a file" in evidence.note
    until_none(prefix)


def test_two_captures_side_by_side_share_no_cookie_nothing_stored_and_no_picture(
    site: Site, browser: Path, tmp_path: Path
) -> None:
    cookies: list[str | None] = []
    both = threading.Barrier(2, timeout=30)

    def page(request: BaseHTTPRequestHandler) -> None:
        cookies.append(request.headers["Cookie"])
        who = "red" if both.wait() else "blue"  # both have come before either is answered
        answer(
            request,
            f"<link rel=icon href=data:,><body style='background:{who}'>I am {who}, after "
            f"<b></b><img src=/picture.png><script>document.querySelector('b').textContent ="
            f" localStorage.who || 'nobody'; localStorage.who = '{who}'</script>".encode(),
            headers={"Set-Cookie": f"seen={who}; Max-Age=999"},
        )

    site.pages["/"] = page
    Image.new("RGB", (9, 9)).save(dot := BytesIO(), "PNG")
    lasting = {"Cache-Control": "max-age=9999"}
    site.pages["/picture.png"] = lambda request: answer(
        request, dot.getvalue(), content_type="image/png", headers=lasting
    )
    with ThreadPoolExecutor(2) as pool:
        making = partial(capture, promised(site.url()), egress=site.egress, clock=clock)
        list(pool.map(partial(making, browser=browser), (tmp_path / "first", tmp_path / "second")))
    assert cookies == [None, None]
    assert site.requests.count("/picture.png") == 2
    seen = dict(_seen_and_shown(tmp_path / root / "capture-1") for root in ("first", "second"))
    assert seen == {"I am red, after nobody": (255, 0, 0), "I am blue, after nobody": (0, 0, 255)}


def _seen_and_shown(folder: Path) -> tuple[str, tuple[int, int, int]]:
    """The words of a capture, and the colour of its picture."""
    with Image.open(folder / "screenshot.png") as picture:
        colour = picture.convert("RGB").getpixel((640, 600))
    return (folder / "text.txt").read_text().strip(), cast("tuple[int, int, int]", colour)


def _status(process: Path) -> dict[str, str]:
    lines = (process / "status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_browser_is_sandboxed_and_not_root(site: Site, take: Take, prefix: str) -> None:
    seen: list[tuple[str, dict[str, str]]] = []

    def page(request: BaseHTTPRequestHandler) -> None:
        seen.extend(
            (_command(p), _status(p)) for p in processes(prefix) if "--type" in _command(p)
        )
        answer(request, b"x")

    site.pages["/"] = page
    take("/")
    renderers = [status for command, status in seen if "--type=renderer" in command]
    assert renderers
    assert all(status["Seccomp"] == "2" for status in renderers)
    assert all("0" not in status["Uid"].split() for _, status in seen)
    assert not any("--no-sandbox" in command for command, _ in seen)


def _wrapper(folder: str, line: str) -> Path:
    path = Path(folder) / "browser"
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    Path(folder).chmod(0o755)
    return path


@pytest.mark.parametrize("what", ["adds --no-sandbox", "finds no sandbox"])
def test_without_a_sandbox_no_page_is_opened(
    what: str, site: Site, browser: Path, tmp_path: Path
) -> None:
    line = {
        "adds --no-sandbox": f'exec {browser} --no-sandbox "$@"',
        "finds no sandbox": "echo 'FATAL: No usable sandbox!' >&2; exit 1",
    }[what]
    with tempfile.TemporaryDirectory() as folder:
        unsafe = _wrapper(folder, line)
        evidence = capture(
            promised(site.url()), tmp_path, egress=site.egress, clock=clock, browser=unsafe
        )
    assert (evidence.state, evidence.mode) == (EvidenceState.PARTIAL, CaptureMode.LINK)
    assert "cannot be sandboxed" in evidence.note
    assert site.requests == []


def test_a_worker_killed_while_the_page_is_open_leaves_nothing_behind(
    site: Site, take: Take, tmp_path: Path, prefix: str
) -> None:
    def page(request: BaseHTTPRequestHandler) -> None:
        for process in _running():
            children = (process / "stat").exists() and _stat(process)[1] == str(os.getpid())
            if children and "alerts.evidence.worker" in _command(process):
                os.kill(int(process.name), signal.SIGKILL)
        answer(request, b"x")

    site.pages["/"] = page
    with pytest.raises(NotNow):
        take("/", last_try=False)
    assert list(tmp_path.iterdir()) == []
    until_none(prefix)


ORPHAN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from alerts.evidence import apart
from alerts.evidence.capture import capture
from monitor.domain import CaptureMode, CapturePromise, Mention
from monitor.egress import Egress
url, root, browser, allow, apart.PREFIX = sys.argv[1:]
mention = Mention(source="s", external_id="1", url=url, text="x")
promise = CapturePromise(id="capture-1", school="s", mention=mention, mode=CaptureMode.FULL)
capture(promise, Path(root), egress=Egress(frozenset({allow})),
        clock=lambda: datetime.now(UTC), browser=Path(browser))
"""


def test_a_killed_monitor_takes_its_browser_with_it(
    site: Site, browser: Path, tmp_path: Path, prefix: str
) -> None:
    """And what it left is cleared away when the promise is kept after all."""
    monitor: list[subprocess.Popen[bytes]] = []
    site.pages["/"] = lambda _request: monitor[0].kill()
    allow = f"127.0.0.1:{site.port}"
    words = [sys.executable, "-c", ORPHAN, site.url(), str(tmp_path), str(browser), allow, prefix]
    monitor.append(subprocess.Popen(words))
    assert monitor[0].wait(60) == -signal.SIGKILL
    until_none(prefix)
    assert [path.name for path in tmp_path.iterdir()] == [".tmp-capture-1"]
    wait_until(
        lambda: not list(Path(tempfile.gettempdir()).glob(f"{prefix}*")),
        "the browser's profile, which holds pieces of pages, to be cleared away",
    )
    site.html("/", "Back again")
    evidence = capture(
        promised(site.url()), tmp_path, egress=site.egress, clock=clock, browser=browser
    )
    assert evidence.state is EvidenceState.SEALED
    assert [path.name for path in tmp_path.iterdir()] == ["capture-1"]


def until_none(prefix: str) -> None:
    wait_until(lambda: not processes(prefix), "the browser to end")


def test_a_report_is_printed_without_asking_the_network(site: Site, browser: Path) -> None:
    html = f"<h1>Governors</h1><img src='{site.url('/x.png')}'><script>document.title=1</script>"
    assert print_pdf(html, browser).startswith(b"%PDF-")
    assert site.connections == 0


def test_a_report_without_a_browser_says_what_to_install() -> None:
    with pytest.raises(NoBrowser, match="Install Chromium"):
        print_pdf("<p>", None)


def test_in_link_mode_the_site_hears_nothing(site: Site, browser: Path, tmp_path: Path) -> None:
    promise = promised(site.url(), CaptureMode.LINK)
    evidence = capture(
        promise, tmp_path, egress=site.egress, clock=clock, browser=browser, last_try=True
    )
    assert (evidence.mode, evidence.state) == (CaptureMode.LINK, EvidenceState.SEALED)
    assert site.connections == 0


def test_without_a_browser_the_words_are_kept_at_once(tmp_path: Path) -> None:
    evidence = capture(
        promised("https://forum.example/7"), tmp_path, egress=Egress(), clock=clock, browser=None
    )
    assert (evidence.state, evidence.mode) == (EvidenceState.PARTIAL, CaptureMode.LINK)
    assert "Install Chromium" in evidence.note
