"""A WACZ: the page's traffic as WARC 1.1 in a ZIP that web archives can replay. Pure but for
the file it writes.

Sources: specs.webrecorder.net/wacz/1.1.1 and /cdxj/0.1.0, iipc.github.io/warc-specifications
(WARC 1.1). The records are warcio's; around them is little enough to be written here, so that
the list of pages is never left out and every digest is SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import printable
from typing import Any
from urllib.parse import quote, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from alerts.evidence.traffic import Exchange, Headers

WARC, INDEX, PAGES = "archive/data.warc.gz", "indexes/index.cdx", "pages/pages.jsonl"
PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
ABOUT = (
    "Bodies as the browser decoded them: content and transfer encodings are undone, their headers "
    "left out, Content-Length put right. TLS ran from the browser to the site, unbroken."
)
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)  # the oldest time that a ZIP can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """The page that the archive is of. `url` is that of one of its exchanges."""

    url: str
    title: str
    words: str
    software: str


class _Writer(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """SHA-256 in place of SHA-1, which is no longer safe against forgery."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


def write_wacz(path: Path, exchanges: Sequence[Exchange], page: ArchivedPage) -> bool:
    """Write the archive to *path*; False, and nothing is, if the page itself is not in it."""
    shown = next((e for e in reversed(exchanges) if e.url == page.url and e.status < 300), None)
    shown = shown or next((e for e in reversed(exchanges) if e.url == page.url), None)
    if shown is None:
        return False
    warc, index = _warc(exchanges, page, shown.at)
    files = {WARC: warc, INDEX: index, PAGES: _pages(page, shown.at)}
    files[PACKAGE] = _json(_package(files, page, shown.at))
    files[DIGEST] = _json({"path": PACKAGE, "hash": _sha256(files[PACKAGE])})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            moment = max(shown.at, _EPOCH).timetuple()[:6]
            archive.writestr(zipfile.ZipInfo(name, moment), content)
    return True


def _warc(exchanges: Iterable[Exchange], page: ArchivedPage, at: datetime) -> tuple[bytes, bytes]:
    """The records, and the index that says where each response lies among them."""
    out, lines = io.BytesIO(), []
    writer = _Writer(out, gzip=True, warc_version="WARC/1.1")
    writer.write_record(_warcinfo(writer, page, at))
    for exchange in exchanges:
        start = out.tell()
        response = _response(writer, exchange)
        writer.write_record(response)
        digest = response.rec_headers.get_header("WARC-Payload-Digest")
        lines.append(_line(exchange, digest, start, out.tell() - start))
        writer.write_record(_request(writer, exchange, response))
    return out.getvalue(), "".join(sorted(lines)).encode()


def _warcinfo(writer: _Writer, page: ArchivedPage, at: datetime) -> Any:
    facts = {"software": page.software, "format": "WARC File Format 1.1", "description": ABOUT}
    content = "".join(f"{name}: {value}\r\n" for name, value in facts.items()).encode()
    headers = {"WARC-Date": _moment(at), "WARC-Filename": WARC.rpartition("/")[2]}
    return writer.create_warc_record(
        "", "warcinfo", io.BytesIO(content), len(content), warc_headers_dict=headers
    )


def _response(writer: _Writer, exchange: Exchange) -> Any:
    body = exchange.body or b""
    kept = [each for each in _plain(exchange.answered) if each[0].lower() not in _UNDONE]
    kept.append(("Content-Length", str(len(body))))
    reason = _ascii(" ".join(exchange.reason.split())) or "-"
    head = StatusAndHeaders(f"{exchange.status} {reason}", kept, protocol="HTTP/1.1")
    facts = _facts(exchange)
    if exchange.body is None and not 300 <= exchange.status < 400:
        facts["WARC-Truncated"] = "unspecified"
    return writer.create_warc_record(
        exchange.url,
        "response",
        io.BytesIO(body),
        len(body),
        warc_headers_dict=facts,
        http_headers=head,
    )


def _request(writer: _Writer, exchange: Exchange, response: Any) -> Any:
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = _plain(exchange.asked)
    kept = [(n, v) for n, v in asked if not n.startswith(":") and n.lower() != "host"]
    head = StatusAndHeaders(
        f"{exchange.method} {target} HTTP/1.1",
        [("Host", parts.netloc), *kept],
        is_http_request=True,
    )
    answer = response.rec_headers.get_header("WARC-Record-ID")
    facts = _facts(exchange) | {"WARC-Concurrent-To": answer}
    return writer.create_warc_record(
        exchange.url,
        "request",
        io.BytesIO(exchange.posted),
        len(exchange.posted),
        warc_headers_dict=facts,
        http_headers=head,
    )


def _plain(headers: Headers) -> list[tuple[str, str]]:
    """On a line each, what is not ASCII in percents: warcio fails on some of what sites send."""
    return [(_ascii(name), _ascii(" ".join(value.splitlines()))) for name, value in headers]


def _ascii(text: str) -> str:
    return quote(text, safe=printable, errors="replace")


def _facts(exchange: Exchange) -> dict[str, str]:
    facts = {"WARC-Date": _moment(exchange.at)}
    return facts | ({"WARC-IP-Address": exchange.address} if exchange.address else {})


def _line(exchange: Exchange, digest: str, offset: int, length: int) -> str:
    found = {
        "url": exchange.url,
        "mime": _kind(exchange.answered),
        "status": str(exchange.status),
        "digest": digest,
        "length": str(length),
        "offset": str(offset),
        "filename": WARC.rpartition("/")[2],
    }
    return f"{surt(exchange.url)} {exchange.at:%Y%m%d%H%M%S} {json.dumps(found)}\n"


def surt(url: str) -> str:
    """The key by which archives sort addresses: example.org/a becomes org,example)/a."""
    parts = urlsplit(url.lower())
    host = (parts.hostname or "").removeprefix("www.")
    name = ",".join(reversed(host.split(".")))
    port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    path = parts.path.rstrip("/") or "/"
    query = "?" + "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{name}{port}){path}{query}".replace(" ", "%20")


def _kind(headers: Headers) -> str:
    found = next((value for name, value in headers if name.lower() == "content-type"), "")
    return found.partition(";")[0].strip() or "unknown"


def _pages(page: ArchivedPage, at: datetime) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}
    only = {
        "id": hashlib.sha256(page.url.encode()).hexdigest()[:22],
        "url": page.url,
        "ts": _moment(at),
        "title": page.title or page.url,
        "text": page.words,
    }
    return b"\n".join((_json(head), _json(only))) + b"\n"


def _package(files: dict[str, bytes], page: ArchivedPage, at: datetime) -> dict[str, object]:
    return {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": page.title or page.url,
        "created": _moment(at),
        "software": page.software,
        "mainPageUrl": page.url,
        "mainPageDate": _moment(at),
        "resources": list(_resources(files)),
    }


def _resources(files: dict[str, bytes]) -> Iterator[dict[str, object]]:
    for path, content in files.items():
        name = path.rpartition("/")[2]
        yield {"name": name, "path": path, "hash": _sha256(content), "bytes": len(content)}


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
