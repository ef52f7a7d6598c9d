"""Pages that mean us harm: every way out of a browser, in every form of an inner address; and
pages that try to never end. A canary inside hears nothing, by TCP or UDP.

With ALL_FORMS=1 every form of an address is tried, else every fifth.
"""

from __future__ import annotations

import html
import json
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.evidence import apart
from alerts.evidence.capture import capture
from alerts.evidence.verifier import verify
from monitor.domain import CaptureMode, CapturePromise, Evidence, EvidenceState, Mention
from tests.integration.site import Site
from tests.integration.test_capture import processes, until_none
from tests.integration.test_hostile_addresses import ADDRESSES, Canary

pytestmark = pytest.mark.browser
POST = "The new car park at Wexcombe Park is a joke."

IN_THE_PAGE = (
    "<img src='{to}'>",
    "<iframe src='{to}'></iframe>",
    "<link rel=prefetch href='{to}'><link rel=preconnect href='{to}'>",
    "<link rel=stylesheet href='{to}'><video poster='{to}' src='{to}'></video>",
    "<object data='{to}'></object>",
)
BY_SCRIPT = """
for (const to of places) {
  const quietly = way => { try { way() } catch {} };
  quietly(() => fetch(to, {mode: 'no-cors'}).catch(() => 0));
  quietly(() => fetch(to, {mode: 'no-cors', method: 'POST', body: 'x'}).catch(() => 0));
  quietly(() => new WebSocket(to.replace(/^http/i, 'ws')));
  quietly(() => navigator.sendBeacon(to, 'x'));
  quietly(() => new EventSource(to));
  quietly(() => open(to));
  quietly(() => new Worker(URL.createObjectURL(new Blob(
    [`fetch(${JSON.stringify(to)}, {mode: 'no-cors'}).catch(() => 0)`]))));
}
"""
OF_A_FRAME = (
    "<meta http-equiv=refresh content='0;url={to}'>",
    "<script>location = {quoted}</script>",
    "<form action='{to}' method=post></form><script>document.forms[0].submit()</script>",
)


@pytest.fixture
def canary() -> Iterator[Canary]:
    with closing(Canary()) as found:
        yield found


@pytest.fixture
def udp(canary: Canary) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inner:
        inner.bind(("127.0.0.1", canary.port))
        inner.setblocking(False)
        yield inner


def take(site: Site, browser: Path, root: Path, seconds: float = 60) -> Evidence:
    mention = Mention(source="town forum", external_id="7", url=site.url(), text=POST)
    promise = CapturePromise(
        id="capture-1", school="wexcombe", mention=mention, mode=CaptureMode.FULL
    )
    return capture(
        promise,
        root,
        egress=site.egress,
        clock=lambda: datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        browser=browser,
        wall=timedelta(seconds=seconds),
        last_try=True,
    )


EVERY = 1 if os.environ.get("ALL_FORMS") else 5  # all take some minutes


def _places(port: int) -> list[str]:
    return [address.format(p=port) for address in ADDRESSES[::EVERY]]


def _frame(content: str) -> str:
    return f"<iframe srcdoc='{html.escape(content, quote=True)}'></iframe>"


def _page(kind: str, site: Site, port: int) -> str:
    places = _places(port)
    if kind == "in the page":
        tags = [tag.format(to=html.escape(to)) for to in places for tag in IN_THE_PAGE]
        return "".join(tags)
    if kind == "by script":
        server = json.dumps({"iceServers": [{"urls": f"stun:127.0.0.1:{port}"}]})
        stun = f"const c = new RTCPeerConnection({server});"
        offer = "c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o));"
        data = json.dumps(places).replace("</", "<\\/")
        return f"<script>const places = {data};{BY_SCRIPT}{stun}{offer}</script>"
    if kind == "of a frame":
        some = [(html.escape(to), json.dumps(to)) for to in places]
        ways = [way.format(to=to, quoted=quoted) for to, quoted in some for way in OF_A_FRAME]
        return "".join(map(_frame, ways))
    return "".join(_redirects(site, places))


def _redirects(site: Site, places: list[str]) -> Iterator[str]:
    for number, to in enumerate(places):
        target = to.translate({10: None, 13: None, 0: None}).encode().decode("latin-1")
        path = f"/away/{number}"
        site.redirect(path, target, (301, 302, 307)[number % 3])
        yield f"<img src={path}>"


@pytest.mark.parametrize("kind", ["in the page", "by script", "of a frame", "redirects"])
def test_no_way_out_of_a_page_leads_inside_in_any_form_of_address(
    kind: str, site: Site, browser: Path, canary: Canary, udp: socket.socket, tmp_path: Path
) -> None:
    site.html("/", f"<p>{POST}</p>{_page(kind, site, canary.port)}")
    take(site, browser, tmp_path, seconds=60 if EVERY == 1 else 20)
    assert canary.visitors() == 0
    with pytest.raises(BlockingIOError):
        udp.recv(1)
    meta = json.loads((tmp_path / "capture-1" / "meta.json").read_text())
    refused = [r["place"] for r in meta["requests"] if r["verdict"] == "refused"]
    assert f"127.0.0.1:{canary.port}" in refused  # it was tried, and turned away
    secrets = (tmp_path / "capture-1" / "text.txt").read_text()
    assert Path("/etc/hostname").read_text().strip() not in secrets.split()


HOSTILE = {
    "a refresh without end": "<meta http-equiv=refresh content=0>",
    "memory": "<script>const a = []; "
    "setInterval(() => a.push(new Uint8Array(2e8).fill(1)))</script>",
    "three million pixels": "<div style='height:3000000px'></div>",
    "a huge DOM": "<script>document.write('<b>x</b>'.repeat(400000))</script>",
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_page_that_wants_all_there_is_ends_in_time_and_leaves_nothing(
    trick: str, site: Site, browser: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = f"monitor-browser-{abs(hash(tmp_path)):x}-"
    monkeypatch.setattr(apart, "PREFIX", prefix)
    site.html("/", f"<p>{POST}</p>{HOSTILE[trick]}")
    evidence = take(site, browser, tmp_path, seconds=12)
    assert verify(tmp_path / "capture-1", evidence.manifest_sha256) == []
    meta = json.loads((tmp_path / "capture-1" / "meta.json").read_text())
    assert evidence.state is EvidenceState.PARTIAL or meta["limits"], evidence
    assert [path.name for path in tmp_path.iterdir()] == ["capture-1"]
    until_none(prefix)
    assert processes(prefix) == []
