"""A WACZ of a real page, read back by somebody else's reader."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from alerts.evidence.capture import capture
from alerts.evidence.traffic import Exchange
from alerts.evidence.wacz import ArchivedPage, surt, write_wacz
from monitor.domain import CaptureMode, CapturePromise, Mention
from tests.integration.site import Site, answer

pytestmark = pytest.mark.browser
PICTURE = b"\x89PNG\r\n\x1a\n" + b"not really" * 50


def _packed(request: BaseHTTPRequestHandler) -> None:
    """As sites send most of what they send."""
    script = gzip.compress(b"fetch('/data', {method: 'POST', body: 'asked for'})" + b" " * 5000)
    kind = "text/javascript"
    answer(request, script, content_type=kind, headers={"Content-Encoding": "gzip"})


@pytest.fixture(scope="module")
def archive(browser: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    root = tmp_path_factory.mktemp("evidence")
    with Site() as site:
        site.redirect("/post", "/post/7?b=2&a=1", 301)
        body = (
            "<title>Caf\u00e9</title><p>The bins.</p><img src=/cat.png><script src=/s.js></script>"
        )
        site.html("/post/7?b=2&a=1", body + "<iframe src=/frame></iframe>")
        site.html("/frame", "<p>Within.")
        site.pages["/cat.png"] = lambda r: answer(r, PICTURE, content_type="image/png")
        site.pages["/s.js"] = _packed
        site.pages["/data"] = lambda r: answer(r, b"{}", content_type="application/json")
        mention = Mention(source="forum", external_id="7", url=site.url("/post"), text="The bins.")
        promise = CapturePromise(
            id="capture-1", school="w", mention=mention, mode=CaptureMode.FULL
        )
        evidence = capture(
            promise, root, egress=site.egress, clock=lambda: datetime.now(UTC), browser=browser
        )
        assert evidence.note == ""
        yield Archive(root / "capture-1" / "capture.wacz", site)


class Archive:
    def __init__(self, path: Path, site: Site) -> None:
        self.site = site
        with zipfile.ZipFile(path) as opened:
            assert opened.testzip() is None
            assert {i.compress_type for i in opened.infolist()} == {zipfile.ZIP_STORED}
            self.files = {name: opened.read(name) for name in opened.namelist()}
        self.warc = self.files["archive/data.warc.gz"]

    def records(self, kind: str) -> dict[str, tuple[str, bytes]]:
        """By address: the status line or the request line, and the body. Digests are checked."""
        found = {}
        reader = ArchiveIterator(io.BytesIO(self.warc), check_digests="raise")
        for record in reader:
            assert record.rec_headers.protocol == "WARC/1.1"
            body = record.content_stream().read()
            if record.rec_type == kind and record.http_headers:
                headers = record.http_headers
                line = f"{headers.protocol} {headers.statusline}"
                found[record.rec_headers.get_header("WARC-Target-URI")] = (line, body)
        return found


def test_every_request_and_answer_is_in_it_unpacked(archive: Archive) -> None:
    responses, url = archive.records("response"), archive.site.url
    assert responses[url("/post")][0] == "HTTP/1.1 301 Moved Permanently"
    assert "The bins." in responses[url("/post/7?b=2&a=1")][1].decode()
    assert responses[url("/cat.png")] == ("HTTP/1.1 200 OK", PICTURE)
    assert responses[url("/s.js")][1].startswith(b"fetch('/data'")
    assert responses[url("/frame")][1] == b"<p>Within."
    requests = archive.records("request")
    assert set(requests) == set(responses)
    assert requests[url("/data")] == ("POST /data HTTP/1.1", b"asked for")


def test_its_list_of_pages_names_the_page_with_its_words(archive: Archive) -> None:
    head, page = map(json.loads, archive.files["pages/pages.jsonl"].splitlines())
    assert head["format"] == "json-pages-1.0"
    assert (page["url"], page["title"]) == (archive.site.url("/post/7?b=2&a=1"), "Caf\u00e9")
    assert "The bins." in page["text"]
    package = json.loads(archive.files["datapackage.json"])
    assert (package["mainPageUrl"], package["mainPageDate"]) == (page["url"], page["ts"])


def test_each_line_of_its_index_leads_to_the_record(archive: Archive) -> None:
    lines = archive.files["indexes/index.cdx"].decode().splitlines()
    assert lines == sorted(lines)
    assert len(lines) == len(archive.records("response"))
    for line in lines:
        key, moment, facts = line.split(" ", 2)
        entry = json.loads(facts)
        start, length = int(entry["offset"]), int(entry["length"])
        (record,) = ArchiveIterator(io.BytesIO(archive.warc[start : start + length]))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
        assert record.rec_headers.get_header("WARC-Payload-Digest") == entry["digest"]
        assert record.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"
        assert key == surt(entry["url"])
        assert len(moment) == 14


def test_every_file_in_it_has_its_digest(archive: Archive) -> None:
    package = json.loads(archive.files["datapackage.json"])
    listed = {entry["path"]: entry for entry in package["resources"]}
    assert set(listed) | {"datapackage.json", "datapackage-digest.json"} == set(archive.files)
    for path, entry in listed.items():
        content = archive.files[path]
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        assert (entry["bytes"], entry["hash"]) == (len(content), digest)
    seal = json.loads(archive.files["datapackage-digest.json"])
    assert (
        seal["hash"] == "sha256:" + hashlib.sha256(archive.files["datapackage.json"]).hexdigest()
    )


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Forum.example/T/7?b=2&a=1", "example,forum)/t/7?a=1&b=2"),
        ("http://forum.example", "example,forum)/"),
        ("http://127.0.0.1:8080/a/", "1,0,0,127:8080)/a"),
    ],
)
def test_addresses_are_sorted_as_archives_sort_them(url: str, key: str) -> None:
    assert surt(url) == key


@pytest.mark.parametrize(
    "odd", ["Trouv\u00e9", 'caf\u00e9; name="\u00e9"', "a half \ud83d", "two\r\nlines: of it"]
)
def test_a_site_that_sends_odd_characters_cannot_prevent_the_archive(
    tmp_path: Path, odd: str
) -> None:
    exchange = Exchange(
        url="https://forum.example/7",
        method="GET",
        asked=(("x-asked", odd),),
        status=200,
        reason=odd,
        answered=(("content-type", "text/html"), ("x-odd", odd)),
        body=b"<p>The bins.",
        at=datetime(2026, 11, 20, 14, 5, tzinfo=UTC),
    )
    page = ArchivedPage(url=exchange.url, title=odd, words=odd, software="s")
    assert write_wacz(tmp_path / "a.wacz", [exchange], page)
    with zipfile.ZipFile(tmp_path / "a.wacz") as opened:
        reader = ArchiveIterator(io.BytesIO(opened.read("archive/data.warc.gz")))
        heads = [[name for name, _ in r.http_headers.headers] for r in reader if r.http_headers]
    assert heads == [["content-type", "x-odd", "Content-Length"], ["Host", "x-asked"]]
