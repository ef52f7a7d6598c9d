"""In text mode a real server is asked once, and nothing that could be a picture is kept of it."""

from __future__ import annotations

import base64
import gzip
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from alerts.evidence.capture import capture
from monitor.domain import CaptureMode, Evidence, EvidenceState
from monitor.fetching import fetch_text
from sources.http import PoliteClient
from tests.integration.site import Site, answer
from tests.integration.test_capture import POST, clock, promised

# How files of pictures and films begin: PNG, JPEG, GIF, WebP, AVIF and MP4, BMP, TIFF, SVG.
BEGINNINGS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"GIF87a", b"RIFF", b"WEBPVP8",
    b"ftypavif", b"ftypisom", b"BM6\x84", b"II*\x00", b"MM\x00*", b"<svg",
)  # fmt: skip
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
CODED = base64.b64encode(PICTURE).decode()
WAYS = """<link rel=icon href=/m/icon.ico><link rel=preload as=image href=/m/preload.png>
<link rel=prefetch href=/m/prefetch.png><meta property=og:image content=/m/og.png>
<style>body{background:url(/m/css.png)} i{background:url(data:image/png;base64,CODED)}</style>
<img src=/m/img.png srcset="/m/set.png 2x"><img src="data:image/png;base64,CODED" alt="a picture">
<picture><source srcset=/m/source.webp></picture><video src=/m/film.mp4 poster=/m/poster.jpg>
<track src=/m/track.vtt></video><audio src=/m/sound.mp3></audio><iframe src=/m/frame.png></iframe>
<object data=/m/object.svg></object><embed src=/m/embed.gif><svg><image href=/m/svg.png /></svg>
<input type=image src=/m/input.png><canvas></canvas><body background=/m/body.gif>
<script>fetch('/m/fetch.png');navigator.sendBeacon('/m/beacon');new Image().src='/m/new.png';
new Worker(URL.createObjectURL(new Blob(["fetch('/m/worker.png')"])))</script>
<meta http-equiv=refresh content="0;url=/m/refresh.png"><div hidden>CODED</div>"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def take(site: Site, root: Path, mode: CaptureMode, path: str = "/post") -> Evidence:
    with PoliteClient(site.egress, gap=timedelta(0)) as client:
        return capture(
            promised(site.url(path), mode),
            root,
            egress=site.egress,
            clock=clock,
            browser=None,
            fetch=partial(fetch_text, client),
            last_try=True,
        )


def stored(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


def pictures_in(content: bytes) -> list[bytes]:
    """The beginnings of pictures that stand in *content*, as they are or coded."""
    coded = [base64.b64encode(start)[: len(start) * 4 // 3] for start in BEGINNINGS[:4]]
    return [start for start in (*BEGINNINGS, *coded) if start in content]


def test_a_page_full_of_media_is_asked_for_once_and_no_picture_is_kept(
    site: Site, root: Path
) -> None:
    site.html("/post", f"<p>{POST}</p>" + WAYS.replace("CODED", CODED))
    evidence = take(site, root, CaptureMode.TEXT)
    assert site.requests == ["/post"]
    assert site.connections == 1
    assert (evidence.mode, evidence.state) == (CaptureMode.TEXT, EvidenceState.SEALED)
    assert POST in (root / "capture-1" / "text.txt").read_text()
    assert pictures_in(stored(root)) == []
    assert pictures_in(PICTURE + CODED.encode()) != [], "they would be found"


def test_a_page_that_sends_on_to_a_picture_is_left_before_its_bytes(
    site: Site, root: Path
) -> None:
    site.redirect("/post", "/m/picture.png")
    site.pages["/m/picture.png"] = lambda request: answer(
        request, PICTURE, content_type="image/png"
    )
    evidence = take(site, root, CaptureMode.TEXT)
    assert site.requests == ["/post", "/m/picture.png"], "a redirect is followed, and once"
    assert (evidence.mode, evidence.state) == (CaptureMode.LINK, EvidenceState.PARTIAL)
    assert pictures_in(stored(root)) == []


def test_a_picture_that_calls_itself_text_is_not_kept(site: Site, root: Path) -> None:
    def lie(request: BaseHTTPRequestHandler) -> None:
        answer(request, gzip.compress(PICTURE), headers={"Content-Encoding": "gzip"})

    site.pages["/post"] = lie
    take(site, root, CaptureMode.TEXT)
    assert site.requests == ["/post"]
    assert pictures_in(stored(root)) == []


def test_in_link_mode_nobody_is_asked(site: Site, root: Path) -> None:
    site.html("/post", f"<p>{POST}</p>")
    evidence = take(site, root, CaptureMode.LINK)
    assert (site.requests, site.connections) == ([], 0)
    assert (evidence.mode, evidence.state) == (CaptureMode.LINK, EvidenceState.SEALED)
